package city

import (
	"embed"
	"encoding/csv"
	"fmt"
	"path"
	"strings"
)

//go:embed crosswalk/*.csv
var crosswalkFiles embed.FS

// Code is an old code and what became of it.
type Code struct{ Old, New, Note string }

// Crosswalks are the lists of old codes, by name (piano_dei_conti,
// stato_movimento, …), in the order of their files. Clean accounts hold no
// others.
func Crosswalks() map[string][]Code {
	lists := map[string][]Code{}
	entries, err := crosswalkFiles.ReadDir("crosswalk")
	for _, entry := range entries {
		name := strings.TrimSuffix(entry.Name(), ".csv")
		if lists[name], err = readCodes(entry.Name()); err != nil {
			break
		}
	}
	if err != nil {
		panic(err) // the files are embedded: a test reads them
	}
	return lists
}

func readCodes(file string) ([]Code, error) {
	f, err := crosswalkFiles.Open(path.Join("crosswalk", file))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("crosswalk %s: %w", file, err)
	}
	var codes []Code
	for _, record := range records[1:] {
		codes = append(codes, Code{Old: record[0], New: record[1], Note: record[2]})
	}
	return codes, nil
}
