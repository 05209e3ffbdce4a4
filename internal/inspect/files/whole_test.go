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

// TestThePrefilterOverlooksNothingOfAProject does the same with a directory of
// source code that TWELVEFOLD_TREE names.
func TestThePrefilterOverlooksNothingOfAProject(t *testing.T) {
	t.Parallel()
	root := os.Getenv("TWELVEFOLD_TREE")
	if root == "" {
		t.Skip("TWELVEFOLD_TREE names no directory")
	}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		format := inspect.FormatOf(path)
		if err != nil || !entry.Type().IsRegular() || format == "" {
			return err
		}
		content, err := os.ReadFile(path) // #nosec G122 -- a test's own directory
		if err != nil {
			return err
		}
		if overlooked := inspecttest.Overlooked(format, string(content)); overlooked != "" {
			t.Errorf("%s: %s", path, overlooked)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
