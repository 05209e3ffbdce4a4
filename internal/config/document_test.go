package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"twelvefold/internal/config"
)

var update = flag.Bool("update", false, "write .env.example and the table of docs/configuration.md")

const begin, end = "<!-- variables: written by go test ./internal/config -update -->\n", "<!-- end of variables -->\n"

func TestDocumentsMatchTheStructs(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	page := filepath.Join(root, "docs", "configuration.md")
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no part between %q and %q", page, begin, end)
	}
	compare(t, page, before+begin+config.Table()+end+after)
	compare(t, filepath.Join(root, ".env.example"), config.Example())
}

func TestHelpListsWhatAProcessReads(t *testing.T) {
	t.Parallel()
	want := "  DATABASE_URL\n    The Postgres database that holds everything. A secret. Required.\n"
	if got := config.Help("migrate"); got != want {
		t.Errorf("migrate reads\n%swant\n%s", got, want)
	}
	for _, line := range strings.Split(config.Help("worker"), "\n") {
		if len(line) > 80 {
			t.Errorf("too wide: %s", line)
		}
	}
	if strings.Contains(config.Help("worker"), "  PORT\n") || !strings.Contains(config.Help("web"), "  PORT\n    TCP port that the web process listens on. Default: 8080.\n") {
		t.Errorf("web reads\n%s", config.Help("web"))
	}
}

func compare(t *testing.T, path, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s differs from the structs: run go test ./internal/config -update", path)
	}
}
