package files_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
	"twelvefold/internal/source"
)

// TestThePrefilterOverlooksNothing reads every source file of every archive of
// fixtures in this module twice: as the prefilter says, and whole.
func TestThePrefilterOverlooksNothing(t *testing.T) {
	t.Parallel()
	sources := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".txtar") {
			return err
		}
		archive, err := txtar.ParseFile(path)
		if err != nil {
			return err
		}
		for _, f := range archive.Files {
			sources++
			format := inspect.FormatOf(f.Name)
			for i, text := range append([]string{string(f.Data)}, alone(string(f.Data))...) {
				if i > 0 && slices.ContainsFunc(files.Whole(format, []byte(text)), func(s inspect.Signal) bool { return s.Fact.Kind() == "parse-failed" }) {
					continue // a part that is none by itself
				}
				if overlooked := inspecttest.Overlooked(format, text); overlooked != "" {
					t.Errorf("%s: %s: %s\n%s", path, f.Name, text, overlooked)
					break
				}
			}
		}
		return nil
	})
	if err != nil || sources < 500 {
		t.Errorf("%d files read: %v", sources, err)
	}
}

var (
	imports   = regexp.MustCompile(`^(import|from|package|use|using|namespace|require|const .*require|<\?php|@file:)\b`)
	statement = regexp.MustCompile(`(?m)^[^\s)}\]#/*]`)
)

// alone is each statement of the outermost level by itself behind the file's
// imports: what one fact needs, without what another beside it needs.
func alone(text string) []string {
	var head strings.Builder
	var texts []string
	decorators := ""
	starts := append(statement.FindAllStringIndex(text, -1), []int{len(text), len(text)})
	for i, at := range starts[:len(starts)-1] {
		if chunk := text[at[0]:starts[i+1][0]]; imports.MatchString(chunk) {
			head.WriteString(chunk)
		} else if chunk[0] == '@' {
			decorators += chunk
		} else {
			texts = append(texts, decorators+chunk)
			decorators = ""
		}
	}
	for i := range texts {
		texts[i] = head.String() + texts[i]
	}
	return texts
}

// TestThePrefilterOverlooksNothingOfSubjects does the same with every source
// file of the bare clones that SUBJECTS names. What a file states that doesn't
// parse depends on how far it was read: such files are counted, not compared.
func TestThePrefilterOverlooksNothingOfSubjects(t *testing.T) {
	t.Parallel()
	clones := os.Getenv("SUBJECTS")
	if clones == "" {
		t.Skip("set SUBJECTS to a directory of bare clones (owner+name/repo) to read the development subjects both ways")
	}
	directories, err := filepath.Glob(filepath.Join(clones, "*", "repo"))
	if err != nil || len(directories) == 0 {
		t.Fatalf("%s has no bare clones: %v", clones, err)
	}
	for _, dir := range directories {
		if !strings.Contains(dir, os.Getenv("SUBJECT")) {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(dir)), func(t *testing.T) {
			t.Parallel()
			snapshot, err := source.OpenGit(t.Context(), dir, "", source.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			defer snapshot.Close()
			read, broken := 0, 0
			for _, f := range snapshot.Files {
				format := inspect.FormatOf(f.Path)
				if format == "" {
					continue
				}
				content, err := snapshot.Read(t.Context(), f)
				if err != nil {
					continue // an audit leaves it out as well, with a warning
				}
				read++
				overlooked := inspecttest.Overlooked(format, string(content))
				switch {
				case overlooked == "":
				case slices.ContainsFunc(files.Whole(format, content), func(s inspect.Signal) bool { return s.Fact.Kind() == "parse-failed" }):
					broken++
				default:
					t.Errorf("%s: %s", f.Path, overlooked)
				}
			}
			t.Logf("%d files read both ways, %d that don't parse differ", read, broken)
		})
	}
}
