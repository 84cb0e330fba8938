package extract

import (
	"context"
	"fmt"

	"github.com/travaso/travaso/extract/snapshot"
)

// eventRows is how many rows pass between two events, and two looks at the context.
const eventRows = 16 << 10

// chunkSink puts the rows of one chunk into its files.
type chunkSink struct {
	ctx      context.Context
	dataset  string
	part     int
	rows     *snapshot.Writer
	rejected *snapshot.RejectedWriter
	events   *events

	last  int64 // number of the row before
	count int64 // rows and rejected rows so far
	told  Event // rows since the last event
	err   error // the first error: a source may not pass over it
}

// Row takes a row.
func (s *chunkSink) Row(row int64, values []any) error {
	if s.err == nil {
		s.err = s.begin(row)
	}
	if s.err == nil {
		s.err = s.rows.Append(row, values)
	}
	if s.err == nil {
		s.told.Rows++
	}
	return s.err
}

// Reject takes a row that could not be read.
func (s *chunkSink) Reject(rejected snapshot.RejectedRow) error {
	if s.err == nil {
		s.err = s.begin(rejected.Row)
	}
	if s.err == nil {
		s.err = s.rejected.Append(rejected)
	}
	if s.err == nil {
		s.told.Rejected++
	}
	return s.err
}

// begin checks that no row comes twice: its number, with its part, is what it
// is known by from here to the target.
func (s *chunkSink) begin(row int64) error {
	if s.count > 0 && row <= s.last {
		return fmt.Errorf("row %d comes after row %d: the numbers of rows must increase", row, s.last)
	}
	s.last = row
	if s.count++; s.count%eventRows == 0 {
		s.tell()
		return context.Cause(s.ctx)
	}
	return nil
}

func (s *chunkSink) tell() {
	if s.told.Rows == 0 && s.told.Rejected == 0 {
		return
	}
	s.told.Kind, s.told.Dataset, s.told.Part = Advanced, s.dataset, s.part
	s.events.send(s.told)
	s.told = Event{}
}
