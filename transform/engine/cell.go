package engine

// cellMacro defines csv_cell(text): a text as a cell of a CSV file for people.
// A spreadsheet takes a cell that begins like a formula for one and runs it, so
// such a cell gets an apostrophe in front, unless it is a plain number; a NUL
// byte, which ends many a reader's text, is shown as \x00. finding.Cell is the
// same in Go.
const cellMacro = `create macro csv_cell(value) as replace(
  case when regexp_matches(value, '^\s*[=+@＝＋－＠-]|^[\t\r\n]') and not regexp_full_match(value, '[+-]?[0-9]+([.,][0-9]+)*')
       then '''' || value else value end, chr(0), '\x00')`

// Cell is SQL for a text expression as a cell of a CSV file for people.
func Cell(expression string) string { return "csv_cell(" + expression + ")" }
