package files_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"twelvefold/internal/inspect"
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
			if overlooked := inspecttest.Overlooked(inspect.FormatOf(f.Name), string(f.Data)); overlooked != "" {
				t.Errorf("%s: %s: %s", path, f.Name, overlooked)
			}
		}
		return nil
	})
	if err != nil || sources < 500 {
		t.Errorf("%d files read: %v", sources, err)
	}
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
