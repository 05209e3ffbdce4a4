package server

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// exportOf answers a table as a file.
func exportOf(t *testing.T, path string, table exported) (*httptest.ResponseRecorder, error) {
	t.Helper()
	s := &Server{logger: slog.New(slog.DiscardHandler)}
	w := httptest.NewRecorder()
	err := s.export(w, httptest.NewRequest("GET", path, nil), table)
	return w, err
}

var designedTable = [][]any{
	{"=1+1", 3, -4.5, true, time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)), []string{"a", "b"}, nil},
	{"+x", (*float64)(nil), 1e21, false, (*time.Time)(nil), []string(nil), "-"},
	{"a \"quote\", a comma\nand a line", 0, 0.1, true, time.Time{}, []string{"@cmd"}, "\tx"},
	{"größe \u202e <script>", 1, 2.0, false, time.Time{}, []string{}, "’"},
}

func TestExportAsCSV(t *testing.T) {
	t.Parallel()
	w, err := exportOf(t, "/x.csv", exported{name: "acme/shop \"ä\"\r\n../x-findings", columns: []string{"a", "b", "c", "d", "e", "f", "g"}, rows: rowsOf(designedTable, func(r []any) []any { return r })})
	if err != nil {
		t.Fatal(err)
	}
	if h := w.Header(); h.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || h.Get("Content-Disposition") != `attachment; filename="acme-shop-..-x-findings.csv"` || h.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", h)
	}
	if !strings.HasPrefix(w.Body.String(), "a,b,c,d,e,f,g\r\n'=1+1,3,-4.5,true,2026-01-02T02:04:05Z,\"a; b\",\r\n") {
		t.Errorf("%q", w.Body.String())
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"a", "b", "c", "d", "e", "f", "g"}, {"'=1+1", "3", "-4.5", "true", "2026-01-02T02:04:05Z", "a; b", ""}, {"'+x", "", "1000000000000000000000", "false", "", "", "'-"},
		{"a \"quote\", a comma\nand a line", "0", "0.1", "true", "0001-01-01T00:00:00Z", "'@cmd", "'\tx"}, {"größe \u202e <script>", "1", "2", "false", "0001-01-01T00:00:00Z", "", "’"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNoCellBecomesAFormula where a spreadsheet parts lines at semicolons or tabs, and
// takes the quotes of a later cell for text.
func TestNoCellBecomesAFormula(t *testing.T) {
	t.Parallel()
	texts := []string{`a;=HYPERLINK("//evil")`, "a;\t+1", "a\n=1", "a\r\n@x", `a; "=1`, "=1;=2", ";＝1", "\t=1"}
	w, err := exportOf(t, "/x.csv", exported{name: "x", columns: []string{"a", "b"}, rows: rowsOf(texts, func(text string) []any { return []any{"x", text} })})
	if err != nil {
		t.Fatal(err)
	}
	body := w.Body.String()
	for _, separators := range []string{",", ";", "\t", ",;\t"} {
		for _, cell := range strings.FieldsFunc(body, func(r rune) bool { return strings.ContainsRune(separators+"\r\n", r) }) {
			if cell = strings.TrimLeft(cell, " \""); cell != "" && strings.ContainsAny(cell[:1], "=+-@") || strings.HasPrefix(cell, "＝") {
				t.Errorf("parted at %q: %q is computed, in %q", separators, cell, body)
			}
		}
	}
	rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
	if err != nil || len(rows) != len(texts)+1 || rows[1][1] != `a;'=HYPERLINK("//evil")` || !strings.Contains(body, `"a;`) {
		t.Errorf("%v, %q", err, rows)
	}
}

func TestExportAsJSON(t *testing.T) {
	t.Parallel()
	w, err := exportOf(t, "/x.json", exported{name: "x", columns: []string{"a", "b", "c", "d", "e", "f", "g"}, rows: rowsOf(designedTable, func(r []any) []any { return r })})
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Limit int
		Rows  []map[string]any
		Cut   *bool
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Header().Get("Content-Type") != "application/json" || got.Limit != exportLimit || len(got.Rows) != 4 || got.Cut == nil || *got.Cut {
		t.Fatalf("%v %+v", w.Header(), got)
	}
	if diff := cmp.Diff(map[string]any{"a": "=1+1", "b": 3.0, "c": -4.5, "d": true, "e": "2026-01-02T02:04:05Z", "f": []any{"a", "b"}, "g": nil}, got.Rows[0]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got.Rows[1]["b"] != nil || got.Rows[1]["f"] == nil {
		t.Errorf("%v", got.Rows[1])
	}
	w, err = exportOf(t, "/x.json", exported{columns: []string{"a"}, rows: rowsOf(nil, func(any) []any { return nil })})
	if err != nil || json.Unmarshal(w.Body.Bytes(), &got) != nil || len(got.Rows) != 0 {
		t.Errorf("an empty table: %q, %v", w.Body.String(), err)
	}
}

func TestExportIsBounded(t *testing.T) {
	t.Parallel()
	many := exported{columns: []string{"n"}, rows: func(yield func([]any, error) bool) {
		for n := 0; yield([]any{n}, nil); n++ {
			if n > exportLimit+10 {
				panic("more is read than is written")
			}
		}
	}}
	w, err := exportOf(t, "/x.csv", many)
	if lines := strings.Count(w.Body.String(), "\r\n"); err != nil || lines != exportLimit+1 {
		t.Errorf("%d lines, %v", lines, err)
	}
	w, err = exportOf(t, "/x.json", many)
	if err != nil || !strings.HasSuffix(w.Body.String(), "\"cut\": true}\n") {
		t.Errorf("what was cut is not said, %v", err)
	}
}

// TestABrokenExportIsNoFile holds that a table that fails halfway can't be taken
// for whole, and that one that fails at once is an error page.
func TestABrokenExportIsNoFile(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	if _, err := exportOf(t, "/x.csv", exported{columns: []string{"n"}, rows: func(yield func([]any, error) bool) { yield(nil, away) }}); !errors.Is(err, away) {
		t.Errorf("at once: %v", err)
	}
	s := &Server{logger: slog.New(slog.DiscardHandler)}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = s.export(w, r, exported{columns: []string{"n"}, rows: func(yield func([]any, error) bool) {
			for n := range 40_000 {
				if !yield([]any{n}, nil) {
					return
				}
			}
			yield(nil, away)
		}})
	}))
	defer web.Close()
	for _, path := range []string{"/x.csv", "/x.json"} {
		response, err := http.Get(web.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = bufio.NewReader(response.Body).Discard(1 << 30); err == nil || err.Error() == "EOF" {
			t.Errorf("%s ends as if it were whole: %v", path, err)
		}
		response.Body.Close()
	}
}
