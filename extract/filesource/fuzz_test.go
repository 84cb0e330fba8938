package filesource

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/travaso/travaso/extract/snapshot"
)

// FuzzPlain reads any bytes as lines without quoting. Every line that was
// counted is a row or a reject, and a row's fields joined again are its line.
func FuzzPlain(f *testing.F) {
	for _, text := range []string{
		"1;2\n3;4\n", "1;2\r\n3\r\n\r\n", "1;2\r3;4\r\r", "\n\n1;2", "1;\"2\n\";3", "\x00;\x81\n;\n", "à;è\r\n\r\r\n;", "1;2\n\r", "\xff\xfe;\n",
	} {
		for _, encoding := range []byte{0, 1, 2, 3} {
			f.Add([]byte(text), encoding, byte(5))
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, encoding, chunkBytes byte) {
		names := []string{"utf-8", "cp1252", "latin-1", "cp850"}
		name := names[int(encoding)%len(names)]
		d := Dataset{Columns: []string{"A", "B"}, Format: Format{Delimiter: ";", Encoding: name}}
		s := written(t, d, map[string]string{"a": string(text)})
		s.chunkBytes = max(1, int64(chunkBytes))
		_, all, err := readAll(t, s, "d")
		if err != nil {
			if refusedAsAWhole(err) {
				return
			}
			t.Fatal(err)
		}
		lines := linesOf(text)
		if len(all.inOrder) != len(lines) {
			t.Fatalf("%d rows and %d rejects of %d lines", len(all.rows), len(all.rejects), len(lines))
		}
		for _, row := range all.rows {
			decoded, bad, _ := s.datasets["d"].charset.decode(lines[row.number-1], nil)
			if joined := strings.Join(row.values, ";"); joined != decoded || bad != nil {
				t.Errorf("line %d: fields %q of %q", row.number, row.values, decoded)
			}
		}
		for _, r := range all.rejects {
			if !bytes.Equal(r.Raw, lines[r.Row-1]) {
				t.Errorf("line %d: kept %q of %q", r.Row, r.Raw, lines[r.Row-1])
			}
		}
	})
}

// refusedAsAWhole says that the file is no text of the declared encoding, or
// has another delimiter.
func refusedAsAWhole(err error) bool {
	return slices.ContainsFunc([]string{"UTF-16", "byte order mark", "valid UTF-8", "set delimiter"}, func(part string) bool {
		return strings.Contains(err.Error(), part)
	})
}

// linesOf splits a text the plain way, to compare with.
func linesOf(text []byte) [][]byte {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	content := bytes.TrimRight(text, "\r\n")
	if len(content) == 0 {
		return nil
	}
	end := lineEndOf(text)
	// Of the line ends at the end of the text only the last content line's own
	// counts, and any CR that is not part of it.
	if i := bytes.IndexByte(text[len(content):], end[0]); i >= 0 {
		content = text[:len(content)+i]
	} else {
		content = text
	}
	lines := bytes.Split(content, []byte(end))
	if end == "\n" {
		for i := range lines {
			lines[i] = bytes.TrimSuffix(lines[i], []byte("\r"))
		}
	}
	return lines
}

func lineEndOf(text []byte) string {
	if bytes.IndexByte(text, '\n') < 0 {
		return "\r"
	}
	return "\n"
}

// FuzzQuoted writes any records with the standard library's writer and reads
// them again.
func FuzzQuoted(f *testing.F) {
	f.Add("a", "b", "c", "d", false)
	f.Add(`"`, `""`, ";", "x\ny", true)
	f.Add("\r", "\r\n", "\n\n", `\.`, false)
	f.Add("", " x", "a\"b\r\n;", "", true)
	f.Fuzz(func(t *testing.T, a, b, c, d string, crlf bool) {
		records := [][]string{{a, b, c}, {d, "", a}, {"x", b, d}}
		for _, record := range records {
			for i := range record {
				record[i] = strings.ToValidUTF8(record[i], "?")
			}
		}
		text := "A;B;C\n"
		for _, record := range records {
			text += csvLine(t, record, crlf)
		}
		s := written(t, Dataset{Format: Format{Delimiter: ";", Quoting: "standard"}}, map[string]string{"a": text})
		_, all, err := readAll(t, s, "d")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all.rejects {
			t.Errorf("line %d: %s", r.Row, r.Reason)
		}
		var got [][]string
		for _, row := range all.rows {
			got = append(got, row.values)
		}
		if !slices.EqualFunc(got, records, slices.Equal) {
			t.Errorf("read %q, written %q", got, records)
		}
	})
}

// csvLine is a record with its line end. The writer's own UseCRLF is not used:
// it changes the line ends inside fields as well.
func csvLine(t *testing.T, record []string, crlf bool) string {
	var text strings.Builder
	w := csv.NewWriter(&text)
	w.Comma = ';'
	if err := w.WriteAll([][]string{record}); err != nil {
		t.Fatal(err)
	}
	if crlf {
		return strings.TrimSuffix(text.String(), "\n") + "\r\n"
	}
	return text.String()
}

// FuzzStray reads any bytes with standard quoting: whatever the quotes, every
// line is in a row or is rejected, and none is in two.
func FuzzStray(f *testing.F) {
	for _, text := range []string{
		"1;\"2\n3;4\n", "1;\"2\"x\n3;4\n", "\"1;2\n\"3;4\n\"\"5;6\"\n", "\"\n\n\n\"", "a;\"b\nc;\"d\ne;f\"\n", "\"\"\"", "1;2\r\n\"3\r\n\";\"4\"", "\x80;\"\n\x81\";x\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := Dataset{Columns: []string{"A", "B"}, Format: Format{Delimiter: ";", Quoting: "standard"}}
		s := written(t, d, map[string]string{"a": string(text)})
		_, all, err := readAll(t, s, "d")
		if err != nil {
			if refusedAsAWhole(err) {
				return
			}
			t.Fatal(err)
		}
		next := int64(1)
		for _, each := range all.inOrder {
			number, lines := linesIn(each, lineEndOf(text))
			if number != next {
				t.Fatalf("line %d comes where line %d is due", number, next)
			}
			next += lines
		}
		if lines := linesOf(text); int(next) != len(lines)+1 {
			t.Errorf("%d lines were read of %d", next-1, len(lines))
		}
	})
}

// linesIn is the number of the first line of a row or a reject, and how many
// lines it takes: a row has those that end inside its fields, and one more.
func linesIn(each any, end string) (first, lines int64) {
	if row, ok := each.(collectedRow); ok {
		return row.number, 1 + int64(strings.Count(strings.Join(row.values, ";"), end))
	}
	rejected := each.(snapshot.RejectedRow)
	return rejected.Row, 1 + int64(bytes.Count(rejected.Raw, []byte(end)))
}
