package server

import (
	"bufio"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"twelvefold/templates"
)

// exportLimit is how many rows an export has at the most: pages say it.
const exportLimit = templates.RowsOfExport

// exported is a table to be had as a file. A cell is a string, a whole number, a
// float64, a bool, a time.Time, a []string, a pointer to one of them, or nil.
type exported struct {
	name    string   // of the file, without its extension
	columns []string // in order; keys of the JSON's objects
	rows    iter.Seq2[[]any, error]
}

// rowsOf makes a table's rows of a list.
func rowsOf[T any](list []T, row func(T) []any) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, item := range list {
			if !yield(row(item), nil) {
				return
			}
		}
	}
}

// exports are the two routes of a table: path.csv and path.json.
func exports(path string, needs access, table func(r *http.Request) (exported, error), s *Server) []route {
	answer := func(w http.ResponseWriter, r *http.Request) error {
		t, err := table(r)
		if err != nil {
			return err
		}
		return s.export(w, r, t)
	}
	return []route{{"GET " + path + ".csv", needs, page, answer}, {"GET " + path + ".json", needs, page, answer}}
}

// export writes a table as it is read, by the extension of the address. What fails
// after the first row ends the connection, so that nobody takes a part for all.
func (s *Server) export(w http.ResponseWriter, r *http.Request, t exported) error {
	next, stop := iter.Pull2(t.rows)
	defer stop()
	row, err, more := next()
	if err != nil {
		return err
	}
	extension, kind := ".csv", "text/csv; charset=utf-8; header=present"
	if strings.HasSuffix(r.URL.Path, ".json") {
		extension, kind = ".json", "application/json"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+fileName(t.name)+extension+`"`)
	h.Set("Cache-Control", "no-store")
	buffered := bufio.NewWriterSize(w, 32<<10)
	var to tableWriter = &csvTable{w: buffered, columns: t.columns}
	if extension == ".json" {
		to = &jsonTable{w: buffered, columns: t.columns}
	}
	err = to.begin()
	n := 0
	for ; err == nil && more && n < exportLimit; n++ {
		if err = to.row(row); err == nil {
			row, err, more = next()
		}
	}
	if err == nil {
		err = to.end(more)
	}
	if err == nil {
		err = buffered.Flush()
	}
	if err != nil {
		s.logger.WarnContext(r.Context(), "export broke off", "id", requestID(r.Context()), "path", r.URL.Path, "rows", n, "error", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// fileName is what every system takes as the name of a file.
func fileName(name string) string {
	name = strings.Trim(unfit.ReplaceAllString(name, "-"), "-.")
	return name[:min(len(name), 100)]
}

// tableWriter is a format of tables.
type tableWriter interface {
	begin() error
	row(cells []any) error
	end(cut bool) error // cut: there are more rows than are written
}

// csvTable writes RFC 4180, and puts into quotes whatever another spreadsheet than
// ours might part a line at.
type csvTable struct {
	w       *bufio.Writer
	columns []string
}

func (t *csvTable) begin() error { return t.record(t.columns) }

func (t *csvTable) row(cells []any) error {
	record := make([]string, len(cells))
	for i, cell := range cells {
		record[i] = csvCell(valueOf(cell))
	}
	return t.record(record)
}

func (t *csvTable) record(cells []string) error {
	for i, cell := range cells {
		if strings.ContainsAny(cell, ",;|\t\r\n\"") || strings.TrimSpace(cell) != cell {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		if i > 0 {
			cell = "," + cell
		}
		if _, err := t.w.WriteString(cell); err != nil {
			return err
		}
	}
	_, err := t.w.WriteString("\r\n")
	return err
}

func (t *csvTable) end(bool) error { return nil }

// csvCell writes a cell so that no spreadsheet takes it for a formula. Numbers are
// none.
func csvCell(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return inert(v)
	case []string:
		return inert(strings.Join(v, "; "))
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(cell)
}

// formulas finds what a spreadsheet would compute behind what begins another cell where
// lines are parted at semicolons or tabs, as in most of Europe: there the quotes of a
// later cell hold nothing together.
var formulas = regexp.MustCompile(`([;\t\r\n][\s"]*)([=+\-@＝＋－＠])`)

// inert puts an apostrophe before what a spreadsheet would compute.
func inert(text string) string {
	text = formulas.ReplaceAllString(text, "$1'$2")
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}

// valueOf takes a cell out of its pointer.
func valueOf(cell any) any {
	switch v := cell.(type) {
	case *string:
		if v != nil {
			return *v
		}
	case *int:
		if v != nil {
			return *v
		}
	case *float64:
		if v != nil {
			return *v
		}
	case *time.Time:
		if v != nil {
			return *v
		}
	default:
		return cell
	}
	return nil
}

// jsonTable writes {"limit": …, "rows": [{…}, …], "cut": …}.
type jsonTable struct {
	w       *bufio.Writer
	columns []string
	begun   bool
}

func (t *jsonTable) begin() error {
	_, err := fmt.Fprintf(t.w, "{\"limit\": %d, \"rows\": [", exportLimit)
	return err
}

func (t *jsonTable) row(cells []any) error {
	mark := ",\n"
	if !t.begun {
		t.begun, mark = true, "\n"
	}
	if _, err := t.w.WriteString(mark); err != nil {
		return err
	}
	for i, cell := range cells {
		key, err := json.Marshal(t.columns[i])
		if err != nil {
			return err
		}
		value, err := json.Marshal(jsonCell(valueOf(cell)))
		if err != nil {
			return err
		}
		mark := ", "
		if i == 0 {
			mark = "{"
		}
		if _, err := fmt.Fprintf(t.w, "%s%s: %s", mark, key, value); err != nil {
			return err
		}
	}
	return t.w.WriteByte('}')
}

// jsonCell has times in UTC, and no list that is null.
func jsonCell(cell any) any {
	switch v := cell.(type) {
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case []string:
		if v == nil {
			return []string{}
		}
	}
	return cell
}

func (t *jsonTable) end(cut bool) error {
	_, err := fmt.Fprintf(t.w, "\n], \"cut\": %t}\n", cut)
	return err
}
