package transform

import (
	"fmt"
	"strings"

	"github.com/travaso/travaso/transform/engine"
)

// step is one common table expression of a statement: what it takes, what it
// adds, and in words why.
type step struct {
	name, purpose string
	all           string // "*" or "t.*": what it passes on; "" for nothing
	items         []item
	from          string // from … where … group by …
}

type item struct{ sql, name, comment string }

func (i item) String() string {
	if i.name == "" {
		return i.sql
	}
	if strings.HasPrefix(i.name, "_") && !strings.Contains(i.name, ".") {
		return i.sql + " as " + i.name
	}
	return i.sql + " as " + engine.Quote(i.name)
}

// query writes steps as one query; the last one is its result.
func query(steps []step) string {
	b := &strings.Builder{}
	for i, s := range steps {
		last := i == len(steps)-1
		switch {
		case i == 0 && !last:
			b.WriteString("with\n")
		case !last:
			b.WriteString(",\n")
		case i > 0:
			b.WriteString("\n")
		}
		indent := ""
		if !last {
			indent = "  "
			fmt.Fprintf(b, "%s as (  -- %s\n", s.name, s.purpose)
		}
		s.write(b, indent)
		if !last {
			b.WriteString("\n)")
		}
	}
	return b.String()
}

func (s step) write(b *strings.Builder, indent string) {
	if len(s.items) == 0 {
		b.WriteString(indented("select "+s.all+"\n"+s.from, indent))
		return
	}
	b.WriteString(indent + "select\n")
	items := s.items
	if s.all != "" {
		items = append([]item{{sql: s.all}}, items...)
	}
	for i, it := range items {
		b.WriteString("  " + indented(it.String(), indent))
		if i < len(items)-1 {
			b.WriteString(",")
		}
		if it.comment != "" {
			b.WriteString("  -- " + it.comment)
		}
		b.WriteString("\n")
	}
	b.WriteString(indented(s.from, indent))
}

// indented moves every line of sql to the right, but for those inside a quoted
// text, which would become another text.
func indented(sql, indent string) string {
	if indent == "" {
		return sql
	}
	b := &strings.Builder{}
	b.WriteString(indent)
	var quote byte // the quote that is open
	for i := 0; i < len(sql); i++ {
		c := sql[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		case c == '-' && strings.HasPrefix(sql[i:], "--"):
			end := strings.IndexByte(sql[i:], '\n')
			if end < 0 {
				end = len(sql) - i
			}
			b.WriteString(sql[i : i+end])
			i += end - 1
			continue
		}
		b.WriteByte(c)
		if c == '\n' && quote == 0 {
			b.WriteString(indent)
		}
	}
	return b.String()
}

// enclosed puts an expression of a mapping in parentheses, whatever comment it
// may end with.
func enclosed(sql string) string {
	if strings.Contains(sql, "--") {
		return "(" + sql + "\n)"
	}
	return "(" + sql + ")"
}

// Names of the tables that a run makes in the engine.
func keysTable(entity string) string       { return "keys." + engine.Quote(entity) }
func convertedTable(entity string) string  { return "converted." + engine.Quote(entity) }
func duplicatesTable(entity string) string { return "duplicates." + engine.Quote(entity) }
func crosswalkTable(name string) string    { return "crosswalks." + engine.Quote(name) }
func rejectedTable(document string) string { return "rejected." + engine.Quote(document) }
func triedTable(entity string) string      { return "tried." + engine.Quote(entity) }
func claimsTable(dataset string) string    { return "claims." + engine.Quote(dataset) }
func linksTable(document string) string    { return "links." + engine.Quote(document) }

// schemas are those that hold these tables.
func schemas() []string {
	return []string{"keys", "converted", "duplicates", "crosswalks", "rejected", "links", "claims", "results", "tried"}
}
