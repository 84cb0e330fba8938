package pipeline

import (
	"path/filepath"
	"strings"

	"github.com/travaso/travaso/extract/sqlsource"
	"github.com/travaso/travaso/load/sqltarget"
)

// Where things are: paths of the plan, and what tells one source or target from another.

// beside makes a path of the plan one from here: relative to the plan's folder.
func (p *Plan) beside(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(p.Path), path)
}

// fromPlan is a path as seen from the plan's folder: the same from wherever the
// program is started.
func (p *Plan) fromPlan(path string) string {
	folder, err := filepath.Abs(filepath.Dir(p.Path))
	if path == "" || err != nil {
		return path
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if relative, err := filepath.Rel(folder, absolute); err == nil {
		return relative
	}
	return path
}

// sourceDigest tells one source from another, by its settings without secrets.
func (p *Plan) sourceDigest() (string, error) {
	source, place := p.Source, ""
	if source.Files != nil {
		files := *source.Files
		files.Folder = p.fromPlan(files.Folder)
		source.Files = &files
	}
	if source.Database != nil {
		database := *source.Database
		database.DSNFile = p.fromPlan(database.DSNFile)
		source.Database = &database
		var err error // its JSON has no DSN
		if place, err = p.Source.Database.Place(); err != nil {
			return "", err
		}
		if database.Driver == sqlsource.SQLite && !strings.HasPrefix(place, "file:") {
			place = p.fromPlan(place)
		}
	}
	return digestOf([]any{source, place}), nil
}

// targetPlace tells one target from another, without secrets.
func (p *Plan) targetPlace() string {
	target := p.Target.Config
	if target.Driver == sqltarget.SQLite && !strings.HasPrefix(target.DSN, "file:") {
		target.DSN = p.fromPlan(target.DSN)
	}
	place := strings.TrimSpace(target.String() + " " + p.fromPlan(target.DSNFile))
	if target.Schema != "" {
		place += ", schema " + target.Schema
	}
	return place
}

// databaseFile is the path of an SQLite file; a URI stays as it is.
func (p *Plan) databaseFile(dsn string) string {
	if strings.HasPrefix(dsn, "file:") {
		return dsn
	}
	return p.beside(dsn)
}
