package transform

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/travaso/travaso/mappings"
	"github.com/travaso/travaso/transform/engine"
	"github.com/travaso/travaso/transform/staged"
)

// simple is a migration of one document type with one bad amount.
func simple(f *fixture) *fixture {
	return f.texts("a", "N|V|T", "1|1.50|uno", "2|x|due", "3|3|=HYPERLINK(1)").mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"), mappings.Field{Name: "t", From: "T"})})
}

func TestRun_files(t *testing.T) {
	f := simple(newFixture(t, 2))
	m, _ := f.run()
	run := filepath.Join(f.folder, "run")
	var names []string
	err := filepath.WalkDir(run, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		relative, _ := filepath.Rel(run, path)
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want && relative != "." {
			t.Errorf("%s has mode %o, want %o", relative, info.Mode().Perm(), want)
		}
		if !d.IsDir() {
			names = append(names, relative)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"rejects/doc.csv", "rejects/doc.parquet", "rejects/findings.parquet", "staged/doc/doc/_batch=00/rows.parquet", "staged/staged.json"}
	if !slices.Equal(names, want) {
		t.Errorf("files %q, want %q", names, want)
	}
	read, err := staged.Load(run)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%+v", read) != fmt.Sprintf("%+v", m) {
		t.Errorf("read back\n%+v, written\n%+v", read, m)
	}
	columns, err := f.eng.Columns(t.Context(), "select * from read_parquet("+engine.Literal(filepath.Join(run, "rejects/doc.parquet"))+")")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, c := range columns {
		list = append(list, c.Name+" "+c.Type)
	}
	wantColumns := "id UUID, v DECIMAL(15,2), t VARCHAR, _document UUID, _key VARCHAR, _dataset VARCHAR, _part BIGINT, _row BIGINT, _status VARCHAR, _reason VARCHAR"
	if got := strings.Join(list, ", "); got != wantColumns {
		t.Errorf("columns of rejects %s, want %s", got, wantColumns)
	}
}

// An unfinished folder, or one of another run, is made anew.
func TestRun_again(t *testing.T) {
	f := simple(newFixture(t, 1))
	run := filepath.Join(f.folder, "run")
	left := filepath.Join(run, "staged", "other", "other", "_batch=03", "rows.parquet")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := staged.Load(run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unfinished folder is loaded: %v", err)
	}
	first, _ := f.run()
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there", left)
	}
	second, _ := f.run()
	if !slices.Equal(digests(first), digests(second)) {
		t.Errorf("digests %q, then %q", digests(first), digests(second))
	}
	if tables := f.list("select table_name from information_schema.tables"); len(tables) > 0 {
		t.Errorf("left in the engine: %q", tables)
	}
}

func TestRun_cancelled(t *testing.T) {
	f := simple(newFixture(t, 1))
	p, err := Compile(t.Context(), f.eng, f.in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	run := filepath.Join(f.folder, "run")
	_, err = Run(ctx, f.eng, p, Options{RunFolder: run, Progress: func(string, int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if _, err := staged.Load(run); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a cancelled run left a sealed folder: %v", err)
	}
}

func TestRun_progress(t *testing.T) {
	heads, lines := invoiceRows(100)
	f := invoices(newFixture(t, 2), heads, lines)
	var last, total int64
	calls := 0
	f.run(func(o *Options) {
		o.Batch = 16
		o.Progress = func(document string, done, of int64) {
			if document != "doc" || done < last {
				t.Errorf("%s: %d after %d", document, done, last)
			}
			calls, last, total = calls+1, done, of
		}
	})
	if calls != 9 || last != 100 || total != 100 {
		t.Errorf("%d calls, the last one %d of %d; want 9, 100 of 100", calls, last, total)
	}
}

// A spreadsheet runs a cell that begins like a formula.
func TestRun_csvForPeople(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N|V", "=1+1|x", "-5|-1,5", "3|@SUM", `4|"q", w`)
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"))})
	f.run()
	content, err := os.ReadFile(filepath.Join(f.folder, "run/rejects/doc.csv"))
	if err != nil {
		t.Fatal(err)
	}
	want := `severity,kind,entity,key,field,value,detail,dataset,part,row
error,bad_number,doc,-5,v,"-1,5","for decimal(15,2)",a,0,3
error,bad_number,doc,3,v,'@SUM,"for decimal(15,2)",a,0,4
error,bad_number,doc,4,v,"""q"", w","for decimal(15,2)",a,0,5
error,bad_number,doc,'=1+1,v,x,"for decimal(15,2)",a,0,2
`
	if string(content) != want {
		t.Errorf("csv\n%s, want\n%s", content, want)
	}
}

// Where the engine refuses a whole statement, the error names the mapping.
func TestRun_statementFails(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N|V", "1|x")
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Where: "(select max(cast(V as integer)) from a) > 0", Key: []string{"N"}, Fields: fields("doc")})
	_, err := f.tryRun()
	wantError(t, err, "doc.yaml: entity doc: ", "Could not convert string 'x'")
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error of several lines: %q", err)
	}
}

// All mistakes are told at once.
func TestCompile_mistakes(t *testing.T) {
	f := newFixture(t, 1).texts("a", "N|V")
	f.mapping("one", mappings.Entity{From: []string{"nowhere"}, Key: []string{"N"}, Fields: fields("one")})
	f.mapping("two", mappings.Entity{From: []string{"a"}, Where: "N = ", Key: []string{"N", "M"}, Fields: fields("two", mappings.Field{Name: "x", Ref: "three", Key: []string{"N"}}, mappings.Field{Name: "y", Ref: "two", Key: []string{"N"}})},
		mappings.Entity{Name: "line", Parent: "two", From: []string{"a"}, Key: []string{"N"}, Fields: fields("line")})
	f.mapping("three", mappings.Entity{Query: "select N from a; select V from a", Key: []string{"N"}, Fields: fields("three")})
	_, err := Compile(t.Context(), f.eng, f.in)
	wantError(t, err,
		"one.yaml: entity one: dataset nowhere is not in the source",
		"two.yaml: entity two: field where: expression N = :",
		`two.yaml: entity two: field key: expression M: Binder Error: Referenced column "M" not found`,
		"two.yaml: entity two: field x: ref three: document three comes later",
		"two.yaml: entity two: field y: ref two: 1 parts of key, and its own key has 2",
		"two.yaml: entity line: no field refers to the parent: add one with ref: two",
		"three.yaml: entity three: query: one query is expected, not 2 statements")
	if tables := f.list("select table_name from information_schema.tables"); len(tables) > 0 {
		t.Errorf("left in the engine: %q", tables)
	}
}

// A column of the source that is called as the program calls a part of a field
// would be taken for it: 99 for the amount of 10, and the key of each row for none.
func TestCompile_namesOfParts(t *testing.T) {
	for _, column := range []string{"v.in", "V.VALUE", "key.1", "row.id", "x_id.2", "where.try", "exclude.try1"} {
		f := newFixture(t, 1).texts("a", "N|V|"+column, "1|10|99")
		entity := mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"), mappings.Field{Name: "x_id", Ref: "doc", Key: []string{"N"}})}
		f.mapping("doc", entity)
		_, err := f.tryRun()
		wantError(t, err, "doc.yaml: entity doc: column \""+strings.ToLower(column)+"\" of the source", "give it another name in a query")
		entity.Query = "select * rename (" + engine.Quote(column) + " as other) from a"
		f.in.Mappings = nil
		f.mapping("doc", entity).run()
		if got := f.staged("doc", "doc", "v"); !slices.Equal(got, []string{"10.00"}) {
			t.Errorf("%s renamed: amounts %q", column, got)
		}
	}
	f := newFixture(t, 1).texts("a", "N|V|v.x|nota.in|.1|in", "1|10|99|99|99|99")
	f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc", amount("v", "V"))}).run()
}

// The program for people names what it does and says the mapping's own words.
func TestProgram_SQL(t *testing.T) {
	f := newFixture(t, 1).texts("impegni", "TIPO|NUM|IMPORTO|NOTA").crosswalk("tipo", "I=impegno")
	f.mapping("impegno", mappings.Entity{From: []string{"impegni"}, Where: "TIPO = 'I' -- solo teste", Key: []string{"NUM"}, Fields: fields("impegno",
		mappings.Field{Name: "importo", From: "IMPORTO", As: "money", Format: []string{"it"}, Required: true}, mappings.Field{Name: "tipo", From: "TIPO", Crosswalk: "tipo"},
		mappings.Field{Name: "nota", SQL: "case when NOTA = 'a\nb' then 'x' else NOTA end"})})
	f.in.Line = func(m mappings.Mapping, path string) int {
		return map[string]int{"entities.impegno": 3, "entities.impegno.fields.importo": 7}[path]
	}
	p, err := Compile(t.Context(), f.eng, f.in)
	if err != nil {
		t.Fatal(err)
	}
	sql := p.SQL()
	for _, part := range []string{
		"-- ═══ impegno (impegno.yaml) ═══", "-- impegno, to table impegno (impegno.yaml:3).", `create table converted."impegno" as`, "source as (  -- the rows of impegni",
		"where (TIPO = 'I' -- solo teste\n", "-- importo:7, money(15,2), format it, required", `left join crosswalks."tipo"`, "'a\nb'", `create table rejected."impegno" as`,
	} {
		if !strings.Contains(sql, part) {
			t.Errorf("the program does not say %q:\n%s", part, sql)
		}
	}
	f.in.Datasets[0].Files = nil // what is printed can also be planned without a snapshot
	if _, err := Compile(t.Context(), f.eng, f.in); err != nil {
		t.Errorf("compile without files: %v", err)
	}
}

// bulkOf makes enough rows to fill a small disk.
func bulkOf(f *fixture) *fixture {
	f.in.Datasets = nil
	f.cells("a", []string{"N", "T"}, nil)
	path := f.in.Datasets[0].Files[0]
	if err := f.eng.QueryRow(f.t.Context(), "copy (select cast(i as varchar) as \"N\", cast(uuid() as varchar) as \"T\", cast(0 as bigint) as _part, i as _row from range(60000) as r(i)) to "+engine.Literal(path)+" (format parquet)").Scan(&f.in.Datasets[0].Rows); err != nil {
		f.t.Fatal(err)
	}
	return f.mapping("doc", mappings.Entity{From: []string{"a"}, Key: []string{"N"}, Fields: fields("doc", mappings.Field{Name: "t", From: "T"})})
}

func TestRun_diskFull(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a small disk cannot be mounted here (%v); TestRun_fileTooLarge does the same with a limit on files", err)
	}
	defer syscall.Unmount(disk, 0)
	full := t.TempDir()
	eng, err := engine.Open(t.Context(), engine.Options{Folders: []string{full, disk}})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	f := bulkOf(&fixture{t: t, folder: full, eng: eng})
	p, err := Compile(t.Context(), eng, f.in)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Run(t.Context(), eng, p, Options{RunFolder: disk})
	wantError(t, err, "disk full: free space for "+disk+" and run again")
	if _, err := staged.Load(disk); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a run that failed left a sealed folder: %v", err)
	}
	if err := syscall.Unmount(disk, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), eng, p, Options{RunFolder: disk}); err != nil { // there is space again
		t.Errorf("run again with space: %v", err)
	}
}

// The limit on the size of files is one of a process, so the test runs itself.
func TestRun_fileTooLarge(t *testing.T) {
	if os.Getenv("TRAVASO_FILE_LIMIT") == "" {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_fileTooLarge$", "-test.v")
		cmd.Env = append(os.Environ(), "TRAVASO_FILE_LIMIT=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestRun_fileTooLarge") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	f := bulkOf(newFixture(t, 1))
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 200 << 10, Max: 200 << 10}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	_, err := f.tryRun()
	wantError(t, err, "stage batch", "of doc: disk full: free space for")
}
