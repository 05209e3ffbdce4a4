package audit

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

// TestComponents runs testdata/components: small repositories whose comments
// say, in lines of their own,
//
//	component path class          all of them, and no others
//	owns component path           the component has the file
//	lacks component path          the component has not
//	name component name           what people call it
//	manifest component path       where absences point at
//	why component words           what decided the class says so
//	data component words          what keeps the data says so
//	starts component name [dev|once]
//	type component name kind [dev] a process type that it has
//	notype component name         one that it has not
//	language component name       the first one
//	role path role                the file's effective role
func TestComponents(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/components/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			archive := txtar.Parse(content)
			repo := inspected(t, archive)
			checkComponents(t, repo, string(archive.Comment))
		})
	}
}

// inspected reads an archive as a repository, as the audit would.
func inspected(t *testing.T, archive *txtar.Archive) *Repository {
	t.Helper()
	tree := Tree{Signals: map[string][]inspect.Signal{}}
	var list []source.File
	var paths []string
	content := map[string][]byte{}
	for _, f := range archive.Files {
		list = append(list, source.File{Path: f.Name, Mode: source.Regular, Role: source.RoleOf(f.Name), Size: int64(len(f.Data))})
		paths, content[f.Name] = append(paths, f.Name), f.Data
		if format := inspect.FormatOf(f.Name); format != "" {
			tree.Signals[f.Name] = files.File(format, f.Data)
		}
		if f.Name == SettingsFile {
			tree.Settings = f.Data
		}
	}
	files.FillCharts(paths, tree.Signals, func(name string) []byte { return content[name] }, func(name string, text []byte) []inspect.Signal {
		return files.File(inspect.FormatOf(name), text)
	})
	tree.Snapshot = source.New("acme/thing", "", list, nil, nil)
	settings, warnings := ParseSettings(tree.Settings)
	repo := newRepository(tree, settings)
	for _, w := range append(warnings, repo.warnings(settings)...) {
		t.Errorf("warning on %s: %s", w.Path, w.Message)
	}
	return repo
}

// hasType reports whether a component has a process type of this name and kind.
func hasType(c *Component, name, kind string, dev bool) bool {
	return slices.ContainsFunc(c.ProcessTypes(), func(t ProcessType) bool {
		return t.Name == name && (kind == "" || string(t.Kind) == kind && t.Dev == dev)
	})
}

func typesOf(c *Component) (list []string) {
	for _, t := range c.ProcessTypes() {
		list = append(list, t.Name+" "+string(t.Kind))
	}
	return list
}

func checkComponents(t *testing.T, repo *Repository, comment string) {
	t.Helper()
	components := map[string]*Component{}
	var got, want []string
	for _, c := range repo.Components {
		components[c.Path] = c
		got = append(got, c.Path+" "+string(c.Class))
		if c.Why == "" || c.Name == "" || c.Manifest == "" {
			t.Errorf("component %s: why %q, name %q, manifest %q, want all three", c.Path, c.Why, c.Name, c.Manifest)
		}
	}
	for _, line := range strings.Split(comment, "\n") {
		fields := append(strings.Fields(line), "", "", "")
		c := components[fields[1]]
		switch fields[0] {
		case "component":
			want = append(want, fields[1]+" "+fields[2])
		case "owns":
			if c == nil || c.File(fields[2]) == nil {
				t.Errorf("component %s lacks %s", fields[1], fields[2])
			}
		case "lacks":
			if c == nil || c.File(fields[2]) != nil {
				t.Errorf("component %s has %s", fields[1], fields[2])
			}
		case "name":
			if c == nil || c.Name != fields[2] {
				t.Errorf("component %s is not called %s", fields[1], fields[2])
			}
		case "why":
			if c == nil {
				t.Errorf("component %s is not there: %q", fields[1], line)
			} else if words := strings.TrimSpace(strings.Join(fields[2:], " ")); !strings.Contains(c.Why, words) {
				t.Errorf("component %s: why does not say %q: %q", fields[1], words, c.Why)
			}
		case "data":
			if c == nil {
				t.Errorf("component %s is not there: %q", fields[1], line)
			} else if at, what, _ := c.Datastore(); !strings.Contains(at.String()+" "+what, strings.TrimSpace(strings.Join(fields[2:], " "))) {
				t.Errorf("component %s: not %q: %s %s", fields[1], line, at, what)
			}
		case "manifest":
			if c == nil || c.Manifest != fields[2] {
				t.Errorf("component %s: the manifest is not %s", fields[1], fields[2])
			}
		case "starts":
			if c == nil || !slices.ContainsFunc(c.Processes, func(p Process) bool {
				return p.Name == fields[2] && p.Dev == (fields[3] == "dev") && p.Release == (fields[3] == "once")
			}) {
				t.Errorf("component %s has no process like %q", fields[1], line)
			}
		case "type", "notype":
			if c == nil || hasType(c, fields[2], fields[3], fields[4] == "dev") != (fields[0] == "type") {
				t.Errorf("component %s: not %q; it has %+v", fields[1], line, typesOf(c))
			}
		case "language":
			if c == nil || len(c.Languages) == 0 || c.Languages[0] != fields[2] {
				t.Errorf("component %s: first language is not %s", fields[1], fields[2])
			}
		case "role":
			if f := repo.File(fields[1]); f == nil || string(f.Role) != fields[2] {
				t.Errorf("%s has role %v, want %s", fields[1], f, fields[2])
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("components %q, want %q", got, want)
		for _, c := range repo.Components {
			t.Logf("%s: %s", c.Path, c.Why)
		}
	}
}
