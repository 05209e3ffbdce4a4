package files_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/txtar"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
	"twelvefold/internal/source"
)

// TestThePrefilterOverlooksNothing reads every source file of every archive of
// fixtures in this module twice: as the prefilter says, and whole. Each text is
// read once, however many archives hold it.
func TestThePrefilterOverlooksNothing(t *testing.T) {
	t.Parallel()
	type text struct {
		format  inspect.Format
		content string
		whole   bool // a file, not a part of one
	}
	from := map[text]string{}
	var texts []text
	add := func(x text, where string) {
		if from[x] == "" {
			from[x] = where
			texts = append(texts, x)
		}
	}
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
			format := inspect.FormatOf(f.Name)
			if !prefiltered[format] {
				continue
			}
			sources++
			add(text{format, string(f.Data), true}, path+": "+f.Name)
			for _, part := range alone(string(f.Data)) {
				add(text{format, part, false}, path+": "+f.Name)
			}
		}
		return nil
	})
	if err != nil || sources < 500 {
		t.Errorf("%d files read: %v", sources, err)
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, x := range texts {
		group.Go(func() error {
			if !x.whole && slices.ContainsFunc(files.Whole(x.format, []byte(x.content)), func(s inspect.Signal) bool { return s.Fact.Kind() == "parse-failed" }) {
				return nil // a part that is none by itself
			}
			if overlooked := inspecttest.Overlooked(x.format, x.content); overlooked != "" {
				t.Errorf("%s: %s\n%s", from[x], x.content, overlooked)
			}
			return nil
		})
	}
	_ = group.Wait()
}

// prefiltered are the formats of which not every file is parsed.
var prefiltered = map[inspect.Format]bool{
	inspect.Python: true, inspect.JavaScript: true, inspect.TypeScript: true, inspect.TSX: true, inspect.Go: true, inspect.Ruby: true, inspect.Java: true,
	inspect.Kotlin: true, inspect.PHP: true, inspect.CSharp: true, inspect.Vue: true, inspect.Svelte: true, inspect.Astro: true,
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
