package files_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

// languages are the columns of the first table, with the archive of fixtures
// that each has.
var languages = []struct{ title, archive string }{
	{"Python", "python"}, {"JavaScript, TypeScript", "ecmascript"}, {"Go", "golang"}, {"Ruby", "ruby"},
	{"Java", "java"}, {"Kotlin", "kotlin"}, {"PHP", "php"}, {"C#", "csharp"},
}

// codeKinds are what a programming language can state: the rows of the first
// table.
func codeKinds() []inspect.Kind {
	return kindsOf(inspect.Package{}, inspect.Import{}, inspect.EntryPoint{}, inspect.EnvRead{}, inspect.EnvWrapper{}, inspect.EnvAsk{}, inspect.EnvExport{}, inspect.EnvBranch{}, inspect.ConfigLoad{}, inspect.Setting{},
		inspect.Listen{}, inspect.Handler{}, inspect.Client{}, inspect.ServiceHandle{}, inspect.Endpoint{}, inspect.Resource{}, inspect.Credential{},
		inspect.Session{}, inspect.Store{}, inspect.SharedState{}, inspect.FileWrite{}, inspect.LogSink{}, inspect.LogRoute{},
		inspect.SignalHandler{}, inspect.Scheduler{}, inspect.Enqueue{}, inspect.Consumer{}, inspect.Exec{}, inspect.Migration{},
		inspect.StartWork{}, inspect.SlowWork{}, inspect.Generated{}, inspect.Sketch{}, inspect.ParseFailed{})
}

func kindsOf(facts ...inspect.Fact) []inspect.Kind {
	var kinds []inspect.Kind
	for _, f := range facts {
		kinds = append(kinds, f.Kind())
	}
	return kinds
}

// fixture is a file that proves a cell. In the archives of testdata/signals an
// entry is called <kind>/<path>: the file must state a fact of that kind.
type fixture struct {
	archive string
	line    int // of its entry in the archive
	format  inspect.Format
	kind    inspect.Kind
}

// TestTableOfSignals holds every cell of docs/signals.md: a fixture states what
// the cell says, a cell without one has its reason in none.txt, and each format
// with an extractor proves at least one kind.
func TestTableOfSignals(t *testing.T) {
	t.Parallel()
	fixtures := readFixtures(t)
	reasons := readReasons(t)
	proven := map[inspect.Format]bool{}
	for _, f := range fixtures {
		proven[f.format] = true
	}
	for _, format := range files.Formats() {
		if !proven[format] {
			t.Errorf("no fixture shows what is read of %s: add one to testdata/signals", format)
		}
	}
	table := render(t, fixtures, reasons)
	for reason := range reasons {
		t.Errorf("none.txt: %s has a fixture or is no cell: remove the line", reason)
	}
	path := filepath.Join("..", "..", "..", "docs", "signals.md")
	if inspecttest.Updating() {
		if err := os.WriteFile(path, []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if written, err := os.ReadFile(path); err != nil || string(written) != table {
		t.Errorf("docs/signals.md is out of date: run go test ./internal/inspect/files -run TableOfSignals -update (%v)", err)
	}
}

func readFixtures(t *testing.T) []fixture {
	t.Helper()
	archives, err := filepath.Glob("testdata/signals/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives of fixtures", err)
	}
	var all []fixture
	for _, name := range archives {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range txtar.Parse(content).Files {
			kind, path, ok := strings.Cut(entry.Name, "/")
			if !ok || !slices.Contains(inspect.Kinds(), inspect.Kind(kind)) {
				t.Errorf("%s: %q is not <kind>/<path>", name, entry.Name)
				continue
			}
			f := fixture{archive: filepath.Base(name), format: inspect.FormatOf(path), kind: inspect.Kind(kind)}
			f.line = 1 + strings.Count(string(content[:strings.Index(string(content), "-- "+entry.Name+" --")]), "\n")
			if !states(f, entry.Data) {
				t.Errorf("%s: %s states no %s", name, entry.Name, kind)
			}
			all = append(all, f)
		}
	}
	return all
}

func states(f fixture, content []byte) bool {
	return slices.ContainsFunc(files.File(f.format, content), func(s inspect.Signal) bool { return s.Fact.Kind() == f.kind })
}

// readReasons reads none.txt: lines of "archive kind: reason".
func readReasons(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile("testdata/signals/none.txt")
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		cell, reason, ok := strings.Cut(line, ": ")
		if !ok || reasons[cell] != "" {
			t.Errorf("none.txt: %q is not one \"archive kind: reason\"", line)
		}
		reasons[cell] = reason
	}
	return reasons
}

// render writes docs/signals.md. It takes the reasons that it uses.
func render(t *testing.T, fixtures []fixture, reasons map[string]string) string {
	t.Helper()
	link := func(f fixture, text string) string {
		return fmt.Sprintf("[%s](../internal/inspect/files/testdata/signals/%s#L%d)", text, f.archive, f.line)
	}
	cells := map[string]fixture{}
	for _, f := range fixtures {
		cell := strings.TrimSuffix(f.archive, ".txtar") + " " + string(f.kind)
		if _, twice := cells[cell]; !twice {
			cells[cell] = f
		}
	}
	var b strings.Builder
	b.WriteString("# What is read\n\nGenerated from the fixtures and the types' comments by `go test ./internal/inspect/files -run TableOfSignals -update`. " +
		"Each mark leads to a file that is inspected by the tests and states a fact of that kind.\n\n## Languages\n\n| Fact |")
	for _, l := range languages {
		b.WriteString(" " + l.title + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(languages)) + "\n")
	var notes []string
	for _, kind := range codeKinds() {
		fmt.Fprintf(&b, "| `%s` |", kind)
		for _, l := range languages {
			cell := l.archive + " " + string(kind)
			switch f, ok := cells[cell]; {
			case ok:
				b.WriteString(" " + link(f, "yes") + " |")
			case reasons[cell] != "":
				notes = append(notes, fmt.Sprintf("%s, `%s`: %s", l.title, kind, reasons[cell]))
				fmt.Fprintf(&b, " no (%d) |", len(notes))
				delete(reasons, cell)
			default:
				t.Errorf("%s has neither a fixture in testdata/signals nor a reason in none.txt", cell)
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for i, note := range notes {
		fmt.Fprintf(&b, "%d. %s\n", i+1, note)
	}
	b.WriteString("\n## Files of other formats\n\n| Format | Facts |\n|---|---|\n")
	b.WriteString(renderFormats(fixtures, link))
	b.WriteString("\n## Facts\n\nWhat each fact states, with its fields. A value is literal, read from the environment, or unknown.\n")
	b.WriteString(renderFacts(t))
	return b.String()
}

func renderFormats(fixtures []fixture, link func(fixture, string) string) string {
	byFormat := map[inspect.Format][]fixture{}
	for _, f := range fixtures {
		if !slices.ContainsFunc(languages, func(l struct{ title, archive string }) bool { return l.archive+".txtar" == f.archive }) {
			byFormat[f.format] = append(byFormat[f.format], f)
		}
	}
	var rows []string
	for format, list := range byFormat {
		sort.SliceStable(list, func(i, j int) bool { return list[i].kind < list[j].kind })
		var links []string
		for i, f := range list {
			if i == 0 || list[i-1].kind != f.kind {
				links = append(links, link(f, "`"+string(f.kind)+"`"))
			}
		}
		rows = append(rows, fmt.Sprintf("| %s | %s |\n", format, strings.Join(links, " ")))
	}
	sort.Strings(rows)
	return strings.Join(rows, "")
}
