package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// chain is what reading a journal's text gives.
type chain struct {
	events []Event
	heads  []string // the digest of each line
	head   string   // the digest of the last one
	size   int64    // bytes of whole lines; what follows them is torn
}

// errTorn is a last line that was never finished.
var errTorn = errors.New("its last line is unfinished")

// readChain verifies a journal line by line. Only the very last line may be
// unfinished: it is then not among the events, and size says where it begins.
func readChain(text []byte) (chain, error) {
	c := chain{head: genesis}
	for rest := text; len(rest) > 0; rest = text[c.size:] {
		number := len(c.events) + 1
		line, _, ended := bytes.Cut(rest, []byte{'\n'})
		if !ended {
			return c, nil
		}
		event, err := decodeLine(line)
		if last := len(line)+1 == len(rest); err != nil && last {
			return c, nil
		}
		if err != nil {
			return c, fmt.Errorf("line %d is not an event of a journal: %w: the file was changed; restore it from a copy", number, err)
		}
		if err := c.check(event); err != nil {
			return c, fmt.Errorf("line %d %w: the file was changed; restore it from a copy", number, err)
		}
		c.events = append(c.events, event)
		c.head = digest(line)
		c.heads = append(c.heads, c.head)
		c.size += int64(len(line)) + 1
	}
	return c, nil
}

// decodeLine reads one line as an event and nothing else.
func decodeLine(line []byte) (Event, error) {
	var e Event
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return e, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return e, errors.New("more than one JSON value")
	}
	if e.Name == "" {
		return e, errors.New("no event in it")
	}
	return e, nil
}

// check links an event to those before it.
func (c *chain) check(e Event) error {
	if want := int64(len(c.events)) + 1; e.Seq != want {
		return fmt.Errorf("holds event %d where event %d was expected", e.Seq, want)
	}
	if e.Prev != c.head {
		return errors.New("does not link to the line before it")
	}
	return nil
}

// Read gives the events of a journal that another process may be writing:
// nothing is locked or changed, and an unfinished last line is left out.
func Read(folder string) ([]Event, error) {
	c, _, err := readFile(pathOf(folder))
	return c.events, err
}

// Verify checks a journal file offline: that every line links to the one
// before it, that the last one is whole, and that each of the given seals,
// kept from earlier, is still in it. It returns the seal of the whole.
func Verify(path string, seals ...Seal) (Seal, error) {
	c, torn, err := readFile(path)
	if err != nil {
		return Seal{}, err
	}
	if torn {
		return Seal{}, fmt.Errorf("journal %s: line %d: %w: resume the run, which cuts it off and says so", path, len(c.events)+1, errTorn)
	}
	for _, s := range seals {
		if err := c.holds(s); err != nil {
			return Seal{}, fmt.Errorf("journal %s: %w", path, err)
		}
	}
	return Seal{Events: int64(len(c.events)), Head: c.head}, nil
}

// holds reports whether the chain passed through the seal.
func (c *chain) holds(s Seal) error {
	head := genesis
	switch {
	case s.Events < 0 || s.Events > int64(len(c.events)):
		return fmt.Errorf("%d events where its seal counts %d: lines were cut off; restore it from a copy", len(c.events), s.Events)
	case s.Events > 0:
		head = c.heads[s.Events-1]
	}
	if head != s.Head {
		return fmt.Errorf("line %d is not the one its seal names: the file was written anew; restore it from a copy", s.Events)
	}
	return nil
}

func readFile(path string) (c chain, torn bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return chain{}, false, fmt.Errorf("read journal: %w", err)
	}
	c, err = readChain(text)
	if err != nil {
		return chain{}, false, fmt.Errorf("journal %s: %w", path, err)
	}
	return c, c.size < int64(len(text)), nil
}
