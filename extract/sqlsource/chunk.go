package sqlsource

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/travaso/travaso/extract/snapshot"
)

// between makes the chunks that these bounds, in ascending order, divide a
// relation into. The first and the last are open, so that no row lies outside.
func between(bounds []string) []snapshot.Chunk {
	chunks := make([]snapshot.Chunk, len(bounds)+1)
	for i, b := range bounds {
		chunks[i].To, chunks[i+1].From = b, b
	}
	return chunks
}

// within writes the condition From ≤ expression < To of a chunk whose bounds
// the callback checks and writes as SQL.
func within(expression string, chunk snapshot.Chunk, bound func(string) (sql string, ok bool)) (string, error) {
	var conditions []string
	for _, side := range []struct{ operator, bound string }{{">=", chunk.From}, {"<", chunk.To}} {
		if side.bound == "" {
			continue
		}
		sql, ok := bound(side.bound)
		if !ok {
			return "", fmt.Errorf("%q is no bound of a chunk", side.bound)
		}
		conditions = append(conditions, expression+" "+side.operator+" "+sql)
	}
	return strings.Join(conditions, " and "), nil
}

// integerBound is a bound that is an integer, of 64 bits with or without sign.
func integerBound(bound string) (string, bool) {
	_, signed := strconv.ParseInt(bound, 10, 64)
	_, unsigned := strconv.ParseUint(bound, 10, 64)
	return bound, signed == nil || unsigned == nil
}

// literal writes a text as an SQL string literal.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
