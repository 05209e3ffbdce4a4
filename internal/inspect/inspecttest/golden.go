package inspecttest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"twelvefold/internal/inspect"
)

var update = flag.Bool("update", false, "write what is stated into testdata, to be read before it is committed")

// Updating reports whether the tests were started with -update.
func Updating() bool { return *update }

// Archives holds every testdata/*.txtar of the calling package to what its
// files must state: each file is followed by one of the same name with ".want".
func Archives(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives in testdata: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			written := checkArchive(t, archive.Files)
			if !*update {
				return
			}
			if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: written}), 0o600); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// checkArchive compares each file with what it must state, and returns the
// archive as it would be right.
func checkArchive(t *testing.T, files []txtar.File) []txtar.File {
	t.Helper()
	want := map[string]string{}
	var sources, written []txtar.File
	for _, f := range files {
		if of, ok := strings.CutSuffix(f.Name, ".want"); ok {
			want[of] = strings.TrimSpace(string(f.Data))
			continue
		}
		sources = append(sources, f)
	}
	for _, f := range sources {
		format := inspect.FormatOf(f.Name)
		if format == "" {
			t.Fatalf("%s: no format", f.Name)
		}
		got := Stated(format, string(f.Data))
		if diff := cmp.Diff(want[f.Name], got); diff != "" && !*update {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		written = append(written, f, txtar.File{Name: f.Name + ".want", Data: []byte(got + "\n")})
	}
	return written
}
