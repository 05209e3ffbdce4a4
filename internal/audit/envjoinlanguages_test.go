package audit

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"twelvefold/internal/inspect"
)

// Each archive is a small repository; its comment says what every server and
// client of it is given, and which variables its sources read.
func TestValuesComeFromTheEnvironmentThroughOtherFiles(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/envjoin/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal(err, len(names))
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got := givenValues(t, inspected(t, archive))
			want := strings.Split(strings.TrimSpace(string(archive.Comment)), "\n")
			slices.Sort(got)
			slices.Sort(want)
			for _, line := range want {
				if !slices.Contains(got, line) {
					t.Errorf("missing %s", line)
				}
			}
			for _, line := range got {
				if !slices.Contains(want, line) {
					t.Errorf("not expected %s", line)
				}
			}
		})
	}
}

// What a framework reads for settings stands in the order in which they are
// asked for, whatever order a map has.
func TestJoinedSignalsHaveOneOrder(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/envjoin/python-flask-prefixed.txtar")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"FLASK_BROKER_URL", "FLASK_REDIS_USER", "FLASK_REDIS_PASS", "FLASK_REDIS_HOST", "FLASK_REDIS_PORT", "FLASK_REDIS_DB"}
	for range 8 {
		var got []string
		for _, f := range inspected(t, archive).Files {
			for _, s := range f.Signals() {
				if read, ok := s.Fact.(inspect.EnvRead); ok && f.Path == "app/tasks.py" {
					got = append(got, read.Name)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

// givenValues are a line for each server and client of code, with where its
// port or handle comes from, and one with the variables read.
func givenValues(t *testing.T, repo *Repository) []string {
	t.Helper()
	var list []string
	reads := map[string]bool{}
	for _, f := range repo.Files {
		for _, s := range f.Signals() {
			if join := (&envJoin{fields: map[reflect.Type][]int{}}); len(join.references(s.Fact)) > 0 {
				text, err := json.Marshal(s.Fact)
				t.Errorf("%s:%d is left open: %s %v", f.Path, s.Line, text, err)
			}
			switch fact := s.Fact.(type) {
			case inspect.Listen:
				list = append(list, fmt.Sprintf("%s listen %s", f.Path, shownValue(fact.Port)))
			case inspect.Client:
				list = append(list, fmt.Sprintf("%s client %s %s", f.Path, fact.Service, shownValue(fact.Handle)))
			case inspect.EnvRead:
				reads[fact.Name] = true
			}
		}
	}
	variables := []string{"reads"}
	for name := range reads {
		variables = append(variables, name)
	}
	slices.Sort(variables[1:])
	return append(list, strings.Join(variables, " "))
}

func shownValue(v inspect.Value) string {
	text := strings.Join(append([]string{string(v.Source)}, v.Env...), " ")
	if v.HasText {
		text += " =" + v.Text
	}
	return strings.TrimSpace(text)
}
