// Package architecture holds the layout of the program: which package may
// import which, and who alone may use an outside library.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "twelvefold/"

// core is what judges and everything above it may know of the pure stages.
var core = []string{"internal/audit", "internal/inspect", "internal/inspect/shell", "internal/source", "internal/factor"}

// readers is what every extractor may build on.
var readers = []string{"internal/inspect", "internal/inspect/fold", "internal/inspect/prefilter", "internal/inspect/syntax", "internal/inspect/document", "internal/inspect/shell", "internal/inspect/logged"}

// mayImport is the whole table of arrows between this module's packages. A
// package that is missing from it may not exist. `internal/rules/*` stands for
// the twelve packages of rules.
var mayImport = map[string][]string{
	"internal/factor": {},
	"internal/source": {"internal/factor"},
	"internal/audit":  {"internal/inspect", "internal/inspect/shell", "internal/source", "internal/factor"},

	// inspect has the facts; below it stand the extractors, and files, which
	// knows them all. Who judges sees the facts and the words of commands, never
	// an extractor.
	"internal/inspect":             {},
	"internal/inspect/syntax":      {"internal/inspect"},
	"internal/inspect/fold":        {"internal/inspect"},
	"internal/inspect/prefilter":   {"internal/inspect"},
	"internal/inspect/document":    {"internal/inspect"},
	"internal/inspect/logged":      {"internal/inspect", "internal/inspect/syntax"},
	"internal/inspect/shell":       {"internal/inspect", "internal/inspect/accounts"},
	"internal/inspect/deploy":      readers,
	"internal/inspect/helm":        {"internal/inspect", "internal/inspect/document"},
	"internal/inspect/infra":       readers,
	"internal/inspect/pipeline":    with(readers, "internal/inspect/deploy"),
	"internal/inspect/platform":    with(readers, "internal/inspect/deploy"),
	"internal/inspect/tasks":       with(readers, "internal/inspect/deploy"),
	"internal/inspect/csharp":      readers,
	"internal/inspect/credentials": {"internal/inspect"},
	"internal/inspect/accounts":    {"internal/inspect", "internal/inspect/prefilter"},
	"internal/inspect/links":       {"internal/inspect", "internal/inspect/prefilter"},
	"internal/inspect/manifest":    with(readers, "internal/inspect/python"),
	"internal/inspect/settings":    with(readers, "internal/inspect/deploy", "internal/inspect/symfony"),
	"internal/inspect/symfony":     {"internal/inspect", "internal/inspect/fold"},
	"internal/inspect/golang":      readers,
	"internal/inspect/tokens":      {"internal/inspect", "internal/inspect/prefilter"},
	"internal/inspect/php":         with(readers, "internal/inspect/symfony"),
	"internal/inspect/python":      readers,
	"internal/inspect/ruby":        readers,
	"internal/inspect/ecmascript":  readers,
	"internal/inspect/files":       {"internal/inspect", "internal/inspect/...", "internal/source", "internal/factor", "internal/child"},
	"internal/inspect/jvm":         readers,
	"internal/rules/*":             core,
	"internal/rules":               with(core, "internal/rules/*"),
	"internal/excerpt":             {"internal/inspect", "internal/inspect/tokens"},
	"internal/engine":              with(core, "internal/inspect/files"),
	"internal/fix":                 with(core, "internal/rules"),

	"internal/report": with(core, "internal/rules"),
	"internal/digest": {"internal/audit", "internal/factor", "internal/report", "templates"},
	"internal/letter": {"internal/factor", "internal/digest", "internal/store", "templates"},
	"internal/api":    with(core, "internal/report", "internal/rules"),
	"internal/github": {"internal/source", "internal/factor"},
	"internal/rights": {"internal/store", "internal/github", "internal/seal"},
	"internal/seal":   {},
	"internal/mail":   {"internal/config"},
	"internal/hook":   {},
	"internal/store":  with(core, "migrations"),
	"migrations":      {},

	"internal/jobs":   with(core, "internal/inspect/files", "internal/engine", "internal/rules", "internal/fix", "internal/store", "internal/github", "internal/rights", "internal/report", "internal/digest", "internal/letter", "internal/mail", "internal/hook", "internal/seal", "internal/config"),
	"internal/server": with(core, "internal/api", "internal/excerpt", "internal/rules", "internal/fix", "internal/store", "internal/github", "internal/rights", "internal/report", "internal/digest", "internal/letter", "internal/jobs", "internal/hook", "internal/seal", "internal/config", "templates", "templates/stories", "web"),
	"templates":       with(core, "internal/report"),
	"web":             {},
	"internal/config": {},

	"templates/stories": {"templates", "internal/factor", "internal/digest"},

	"internal/child":   {},
	"internal/localpg": {"internal/child"},
	"internal/dev":     {"internal/localpg", "internal/child"},
	"cmd/twelvefold":   {"*"},
	"eval":             with(core, "eval/mutation", "internal/inspect/files", "internal/engine", "internal/rules"),
	"eval/mutation":    with(core, "internal/inspect/files", "internal/engine", "internal/rules", "internal/report"),

	"internal/architecture":            {},
	"internal/inspect/tokens/generate": {},
	"internal/inspect/inspecttest":     {"internal/inspect", "internal/inspect/files"},
	"internal/rules/rulestest":         with(core, "internal/rules/*", "internal/inspect/files"),
	"internal/e2e":                     {"*"},
	"internal/localpg/pgtest":          {"internal/localpg"},
}

// onlyImporters says who alone may import an outside module, by the prefix of
// its path. Tests may, too.
var onlyImporters = map[string][]string{
	"github.com/google/go-github/":      {"internal/github"},
	"github.com/bradleyfalzon/":         {}, // tokens are internal/github's own few lines
	"github.com/golang-jwt/":            {"internal/github"},
	"github.com/getkin/kin-openapi/":    {}, // tests are held to GitHub's description
	"github.com/jackc/pgx/":             {"internal/store", "internal/jobs", "migrations", "internal/localpg", "internal/localpg/pgtest", "internal/config"},
	"github.com/riverqueue/river":       {"internal/jobs", "internal/store", "migrations"},
	"github.com/pressly/goose/":         {"internal/store", "migrations"},
	"github.com/fergusstrange/":         {"internal/localpg"},
	"github.com/tree-sitter/":           {"internal/inspect/syntax"},
	"github.com/moby/buildkit/":         {"internal/inspect/deploy"},
	"github.com/hashicorp/hcl/":         {"internal/inspect/infra"},
	"github.com/zricethezav/gitleaks/":  {}, // a table is generated from it: see internal/inspect/tokens
	"github.com/go-git/go-git/":         {"internal/source"},
	"github.com/a-h/templ":              {"templates", "templates/stories", "internal/server", "internal/digest"},
	"github.com/gorilla/":               {"internal/server"},
	"github.com/alecthomas/kong":        {"cmd/twelvefold"},
	"github.com/caarlos0/env/":          {"internal/config"},
	"github.com/santhosh-tekuri/":       {},
	"github.com/go-rod/rod":             {},
	"github.com/google/go-cmp":          {},
	"github.com/rogpeppe/go-internal":   {},
	"net/http/httptest":                 {},
	"golang.org/x/tools/":               {"internal/server", "eval/mutation"}, // txtar: the examples of rules
	"github.com/wneessen/go-mail":       {"internal/mail"},
	"github.com/vanng822/go-premailer/": {"internal/mail"},
}

func with(list []string, more ...string) []string { return slices.Concat(list, more) }

// listed is one package as `go list -json` prints it.
type listed struct {
	ImportPath string
	Imports    []string
}

func (p listed) path() string { return strings.TrimPrefix(p.ImportPath, module) }

// supportsTests tells whether a package exists for tests alone: storetest,
// githubtest, pgtest. It may import what it supports and what that may.
func supportsTests(path string) bool { return strings.HasSuffix(path, "test") }

// row is a package's name in the table.
func row(path string) string {
	if rest, ok := strings.CutPrefix(path, "internal/rules/"); ok && !supportsTests(path) && !strings.Contains(rest, "/") {
		return "internal/rules/*"
	}
	return path
}

func allowed(from, to string) bool {
	if list, ok := mayImport[row(from)]; ok {
		return slices.Contains(list, "*") || slices.Contains(list, row(to)) || slices.ContainsFunc(list, func(name string) bool {
			below, all := strings.CutSuffix(name, "...")
			return all && strings.HasPrefix(to, below)
		})
	}
	if supportsTests(from) {
		parent := filepath.ToSlash(filepath.Dir(from))
		return supportsTests(to) || to == parent || allowed(parent, to)
	}
	return false
}

func packages(t *testing.T) []listed {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir, cmd.Stderr = root(t), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var all []listed
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// root is the directory of go.mod.
func root(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if _, ok := mayImport[row(p.path())]; !ok && !supportsTests(p.path()) {
			t.Errorf("%s has no row in the table of imports: add one, and a line in docs/architecture.md", p.path())
			continue
		}
		for _, imported := range p.Imports {
			if to, ok := strings.CutPrefix(imported, module); ok && !allowed(p.path(), to) {
				t.Errorf("%s imports %s, which the table of imports does not allow", p.path(), to)
			}
		}
	}
}

func TestOutsideLibrariesHaveOneOwner(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			for prefix, owners := range onlyImporters {
				if strings.HasPrefix(imported, prefix) && !slices.Contains(owners, p.path()) && !supportsTests(p.path()) {
					t.Errorf("%s imports %s, which only %v may", p.path(), imported, owners)
				}
			}
		}
	}
}

// The table itself must be able to fail.
func TestForbiddenArrowsAreSeen(t *testing.T) {
	t.Parallel()
	for _, arrow := range [][2]string{
		{"internal/factor", "internal/source"},
		{"internal/audit", "internal/store"},
		{"internal/rules/config", "internal/rules/logs"},
		{"internal/rules/config", "internal/store"},
		{"internal/store", "internal/server"},
		{"internal/jobs", "internal/server"},
		{"internal/server", "internal/localpg"},
		{"internal/unheard", "internal/factor"},
	} {
		if allowed(arrow[0], arrow[1]) {
			t.Errorf("%s may import %s", arrow[0], arrow[1])
		}
	}
	for _, arrow := range [][2]string{
		{"internal/rules", "internal/rules/logs"},
		{"internal/rules/logs", "internal/audit"},
		{"internal/store/storetest", "internal/localpg/pgtest"},
		{"internal/store/storetest", "internal/store"},
		{"cmd/twelvefold", "internal/server"},
	} {
		if !allowed(arrow[0], arrow[1]) {
			t.Errorf("%s may not import %s", arrow[0], arrow[1])
		}
	}
}

// workplace are paths of machines that the code is written on. What leaks them
// was copied from a terminal or works in one place only.
var workplace = regexp.MustCompile(`/tmp/w[t]/|/w[o]rk/`)

func TestNoFileNamesAMachine(t *testing.T) {
	t.Parallel()
	top := root(t)
	cmd := exec.Command("git", "ls-files", "-z")
	cmd.Dir = top
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("skipped: git can't list the files of %s", top)
	}
	for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(top, name))
		if err != nil {
			continue // removed and not committed yet, or a link
		}
		if found := workplace.Find(content); found != nil {
			t.Errorf("%s names a directory of one machine: %s", name, found)
		}
	}
}
