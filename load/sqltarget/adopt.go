package sqltarget

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/travaso/travaso/load/schema"
	"github.com/travaso/travaso/transform/staged"
)

// adopt finds the staged lines that the target holds already, of this migration:
// with one of the changed documents, nearly always, or with another document, as
// a line keeps its key where its document is renumbered. They are updated in
// place, whichever of two documents comes first. A row with the same key that is
// someone else's is none of them, and will be refused.
func (w *work) adopt(ctx context.Context) error {
	for i, e := range w.kind.Entities {
		if e.Parent == "" {
			continue
		}
		if err := w.adoptFromChanged(ctx, i); err != nil {
			return err
		}
		owners, err := w.owners(ctx, i)
		if err != nil {
			return err
		}
		if len(owners) == 0 {
			continue
		}
		// Another batch may be deleting these very rows: wait for it, look again.
		if err := w.dialect.hold(ctx, w.tx, e.Table); err != nil {
			return err
		}
		if owners, err = w.owners(ctx, i); err != nil {
			return err
		}
		if err := w.adoptFrom(ctx, i, owners); err != nil {
			return err
		}
	}
	return nil
}

// adoptFromChanged marks the staged lines as not fresh whose rows hang on the
// changed and vanished documents of the batch.
func (w *work) adoptFromChanged(ctx context.Context, place int) error {
	chain, id, conditions, args, err := w.chain(place)
	if err != nil {
		return err
	}
	chain = fmt.Sprintf("%s join %s g on g.%s = %s", chain, quote(goneTable), quote("id"), id)
	_, err = w.tx.exec(ctx, w.markOwn(place, chain, conditions), args...)
	return err
}

// markOwn is the statement that marks the staged lines as not fresh whose rows
// the chain finds.
func (w *work) markOwn(place int, chain string, conditions []string) string {
	e := w.kind.Entities[place]
	conditions = append(conditions, equal("s", e.Key, fmt.Sprintf("e%d", place), e.Key))
	return fmt.Sprintf("update %s as s set %s = 0 where %s = 1 and exists (select 1 from %s where %s)",
		quote(stagedName(place)), quote(freshColumn), quote(freshColumn), chain, strings.Join(conditions, " and "))
}

// owners are the documents on which rows hang that are staged as fresh lines too.
func (w *work) owners(ctx context.Context, place int) ([][idSize]byte, error) {
	chain, id, conditions, args, err := w.chain(place)
	if err != nil {
		return nil, err
	}
	var texts []string
	e := w.kind.Entities[place]
	conditions = append(conditions, "s."+quote(freshColumn)+" = 1", equal("s", e.Key, fmt.Sprintf("e%d", place), e.Key))
	err = w.tx.selectAll(ctx, &texts, fmt.Sprintf("select distinct cast(%s as text) from %s s cross join %s where %s",
		id, quote(stagedName(place)), chain, strings.Join(conditions, " and ")), args...)
	if err != nil {
		return nil, err
	}
	owners := make([][idSize]byte, len(texts))
	for i, text := range texts {
		bytes, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
		if err != nil || len(bytes) != idSize {
			return nil, fmt.Errorf("%s is no id of a document", id)
		}
		owners[i] = [idSize]byte(bytes)
	}
	return owners, nil
}

// chain joins an entity's table with those of its parents, up to the head. It
// gives the head's id, and the conditions of the scope with their values.
func (w *work) chain(place int) (chain, id string, conditions []string, args []any, err error) {
	entities := w.kind.Entities
	chain = joinParents(w.dialect.table, entities, place)
	at := headOf(entities, place)
	name, err := identity(staged.Document{Name: w.kind.Name, Entities: entities[at:]})
	if err != nil {
		return "", "", nil, nil, err
	}
	head, _ := schema.Find(w.p.tables, entities[at].Table)
	columns, args := w.scopeOf(head)
	for _, c := range columns {
		conditions = append(conditions, fmt.Sprintf("e%d.%s = ?", at, quote(c)))
	}
	return chain, fmt.Sprintf("e%d.%s", at, quote(name)), conditions, args, nil
}

// adoptFrom marks the staged lines as not fresh whose rows hang on documents of
// this migration.
func (w *work) adoptFrom(ctx context.Context, place int, owners [][idSize]byte) error {
	held, err := w.documentsHeld(ctx, w.tx, w.batches[0])
	if err != nil {
		return err
	}
	chain, id, conditions, args, err := w.chain(place)
	if err != nil {
		return err
	}
	// Its parameter is the last of the conditions: markOwn adds none.
	mark := w.markOwn(place, chain, append(conditions, id+" = ?"))
	for _, owner := range owners {
		if !held[owner] {
			continue
		}
		if _, err := w.tx.exec(ctx, mark, append(args[:len(args):len(args)], string(appendUUID(nil, owner)))...); err != nil {
			return err
		}
	}
	return nil
}
