package audit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

// subjectsFile records what the components of the development subjects are, as
// judged by eye. A line says one thing:
//
//	subject owner/name commit
//	component path class Language,Language
//	process name kind command       of the component above; kind is web, worker,
//	                                clock, job, other, with ",dev" or ",release" after it
//
// TestSubjects with SUBJECTS_RECORD=file writes what is found now in this form.
const subjectsFile = "testdata/subjects.txt"

// TestSubjects compares the components of the development subjects with the
// record. SUBJECTS names a directory of bare clones called owner+name/repo
// (make subjects SUBJECTS=…); nothing is fetched.
func TestSubjects(t *testing.T) {
	t.Parallel()
	clones := os.Getenv("SUBJECTS")
	if clones == "" {
		t.Skip("set SUBJECTS to a directory of bare clones (owner+name/repo) to compare the development subjects")
	}
	content, err := os.ReadFile(subjectsFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := inspectorPool(t)
	recorded := subjectsOf(string(content))
	record, only := os.Getenv("SUBJECTS_RECORD"), os.Getenv("SUBJECT")
	var written []string
	for _, want := range recorded {
		if only != "" && !strings.Contains(want.name, only) {
			continue
		}
		dir := filepath.Join(clones, strings.ReplaceAll(want.name, "/", "+"), "repo")
		if _, err := os.Stat(dir); err != nil {
			t.Logf("%s is skipped: %s is not there", want.name, dir)
			continue
		}
		repo := subject(t, pool, dir, want.commit)
		if repo == nil {
			continue
		}
		got := describe(repo)
		written = append(written, "subject "+want.name+" "+want.commit+"\n"+got)
		if record == "" && got != want.text {
			t.Errorf("%s has\n%s\nrecorded is\n%s\ndiffers: %s", want.name, got, want.text, firstDifference(got, want.text))
		}
	}
	if record != "" {
		if err := os.WriteFile(record, []byte(strings.Join(written, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

type recordedSubject struct{ name, commit, text string }

func subjectsOf(content string) []recordedSubject {
	var list []recordedSubject
	for _, line := range strings.Split(content, "\n") {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || strings.HasPrefix(line, "#"):
		case fields[0] == "subject":
			list = append(list, recordedSubject{name: fields[1], commit: fields[2]})
		default:
			list[len(list)-1].text += line + "\n"
		}
	}
	return list
}

func inspectorPool(t *testing.T) *files.Pool {
	t.Helper()
	pool, err := files.NewPool(context.Background(), files.PoolOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	return pool
}

// subject inspects a commit of a clone.
func subject(t *testing.T, pool *files.Pool, dir, commit string) *Repository {
	t.Helper()
	ctx := context.Background()
	snapshot, err := source.OpenGit(ctx, dir, commit, source.DefaultLimits)
	if err != nil {
		t.Errorf("%s: %v", dir, err)
		return nil
	}
	defer snapshot.Close()
	inspected, err := files.All(ctx, snapshot, files.Options{Inspector: pool})
	if err != nil {
		t.Fatal(err)
	}
	return newRepository(Tree{Snapshot: snapshot, Signals: inspected.Signals}, Settings{})
}

// describe is a repository's components in the form of the record.
func describe(repo *Repository) string {
	var b strings.Builder
	for _, c := range repo.Components {
		languages := strings.Join(c.Languages[:min(3, len(c.Languages))], ",")
		if languages == "" {
			languages = "-"
		}
		fmt.Fprintf(&b, "component %s %s %s\n", c.Path, c.Class, languages)
		var lines []string
		for _, t := range c.ProcessTypes() {
			kind := string(t.Kind)
			if t.Dev {
				kind += ",dev"
			}
			from := map[string]bool{}
			for _, p := range t.Ways {
				from[p.File.Path] = true
			}
			lines = append(lines, fmt.Sprintf("process %s %s %s\n", strings.Join(strings.Fields(t.Name), "_"), kind, t.Ways[0].File.Path))
		}
		sort.Strings(lines)
		b.WriteString(strings.Join(slices.Compact(lines), ""))
	}
	return b.String()
}

// firstDifference is the first line that two texts differ in.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("got %q, recorded %q", a[i], b[i])
		}
	}
	return "one has more lines"
}

// TestMain is also the parser process of the pool that TestSubjects uses.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "inspect-child" {
		if err := files.Child(os.Stdin, os.Stdout); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}
