package city

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/travaso/travaso/extract/sealed"
)

// TextFiles is a folder, new or empty, of one file per table, FIN_MOVIM.TXT
// and so on: cp1252, a header line, values separated by tabs and not quoted,
// lines ended by CR LF. Each file is there whole or not at all.
func TextFiles(folder string) Destination { return &textFolder{folder: folder} }

type textFolder struct {
	folder string
	tables []Table
	files  []*sealed.File
}

func (f *textFolder) String() string { return f.folder }

func (f *textFolder) holds() holding { return holding{nulBytes: true, lines: true} }

func (f *textFolder) open(ctx context.Context, tables []Table) error {
	f.tables = tables
	if entries, err := os.ReadDir(f.folder); err == nil && len(entries) > 0 {
		return fmt.Errorf("folder %s is not empty: remove it or choose another name", f.folder)
	}
	for _, table := range tables {
		file, err := sealed.Create(filepath.Join(f.folder, table.Name+".TXT"))
		if err != nil {
			return errors.Join(err, f.close(ctx, false))
		}
		f.files = append(f.files, file)
		names := make([]string, len(table.Columns))
		for i, column := range table.Columns {
			names[i] = column.Name
		}
		if _, err := file.Write([]byte(strings.Join(names, "\t") + "\r\n")); err != nil {
			return errors.Join(err, f.close(ctx, false))
		}
	}
	return nil
}

func (f *textFolder) workers(context.Context) ([]worker, error) {
	return []worker{&textWorker{folder: f}, &textWorker{folder: f}}, nil
}

func (f *textFolder) close(_ context.Context, whole bool) error {
	var errs []error
	for _, file := range f.files {
		if whole {
			errs = append(errs, file.Seal())
		} else {
			errs = append(errs, file.Discard())
		}
	}
	return errors.Join(errs...)
}

type textWorker struct {
	folder *textFolder
	text   []byte
}

func (w *textWorker) write(_ context.Context, b *batch) error {
	columns := len(w.folder.tables[b.table].Columns)
	text, start := w.text[:0], int32(0)
	var err error
	for i, end := range b.ends {
		if text, err = appendCP1252(text, b.values[start:end]); err != nil {
			return err
		}
		start = end
		switch row, column := i/columns, i%columns; {
		case column == columns-1:
			text = append(text, '\r', '\n')
		case column == columns/2 && b.marks[row] == ragged:
			text = append(text, '\t', '\t')
		case column == columns-2 && b.marks[row] == badByte:
			text = append(text, 0x81, '\t')
		default:
			text = append(text, '\t')
		}
	}
	w.text = text
	_, err = w.folder.files[b.table].Write(text)
	return err
}

func (w *textWorker) finish(context.Context, bool) error { return nil }

func appendCP1252(text, value []byte) ([]byte, error) {
	for i := 0; i < len(value); {
		if c := value[i]; c < utf8.RuneSelf {
			text = append(text, c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(value[i:])
		c, ok := charmap.Windows1252.EncodeRune(r)
		if !ok {
			return nil, fmt.Errorf("character %q is not in cp1252", r)
		}
		text = append(text, c)
		i += size
	}
	return text, nil
}
