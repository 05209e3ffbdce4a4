// Package rulestest runs the fixtures of a factor's rules. A fixture is a
// minimal repository as a txtar archive under testdata/<rule name>/:
//
//	violates-*.txtar  the rule must report exactly what the comment wants
//	clean-*.txtar     the twin that does it right: nothing is reported
//	trap-*.txtar      what a naive rule would fall for: nothing is reported
//	pass-*.txtar      for pass rules, instead of violates: exactly those passes
//
// The archive's comment is prose, with directives on lines of their own:
//
//	want path:line rule-id      a finding there (line 0: an absence)
//	want path:line rule-id high … of this severity, when it isn't the rule's own
//	says path:line words …      the message or the fix of the finding there has the words
//	pass path:line rule-id      a pass there
//	branch name                 the repository has this branch
//	repository owner/name       is its name
//	root id                     of its first commit
//	sibling owner/name word…    another repository of the owner: root=id, fork, a
//	                            path of the archive (it has that content), others=n
//	symlink path                the file is a link; its content is the target
//	executable path             git keeps the file with the mode for that
//	unreadable path             the file does not parse, which is the point
//	not-applicable              no component has the rule's aspect, which is the point
package rulestest

import (
	"cmp"
	"context"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

// Run tests the rules of the package in whose directory the test runs: their
// entries, that files and rules correspond, all fixtures, and the rules' own
// examples.
func Run(t *testing.T, rules []audit.Rule) {
	t.Parallel()
	checkFiles(t, rules)
	for _, rule := range rules {
		t.Run(rule.Name(), func(t *testing.T) {
			t.Parallel()
			if err := rule.Check(); err != nil {
				t.Error(err)
			}
			checkExamples(t, rule)
			checkFixtures(t, rule)
		})
	}
}

// checkExamples holds the documented examples to what they say.
func checkExamples(t *testing.T, rule audit.Rule) {
	t.Helper()
	example := parse(t, "Bad example", []byte(rule.Bad))
	bad := judge(t, rule, example)
	for _, found := range bad.Findings {
		checkFix(t, "Bad example", rule, example, found)
	}
	good := judge(t, rule, parse(t, "Good example", []byte(rule.Good)))
	if rule.Type == audit.Positive {
		if len(good.Passes) == 0 {
			t.Error("the Good example does not give the pass")
		}
		if len(bad.Passes) != 0 {
			t.Errorf("the Bad example gives the pass: %v", bad.Passes)
		}
		return
	}
	if len(bad.Findings) == 0 {
		t.Error("the rule does not fire on its Bad example")
	}
	if len(good.Findings) != 0 {
		t.Errorf("the rule fires on its Good example: %s", describe(good.Findings[0]))
	}
}

func describe(f audit.Finding) string {
	return fmt.Sprintf("%s:%d %s", f.Place.Path, f.Place.Line, f.Message)
}

// checkFixtures runs every archive of the rule's directory.
func checkFixtures(t *testing.T, rule audit.Rule) {
	t.Helper()
	dir := filepath.Join("testdata", rule.Name())
	archives, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, name := range archives {
		kind, _, _ := strings.Cut(filepath.Base(name), "-")
		count[kind]++
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) { checkFixture(t, rule, kind, name, content) })
	}
	positive := "violates"
	if rule.Type == audit.Positive {
		positive = "pass"
	}
	if count[positive] < 2 {
		t.Errorf("%s has %d fixtures %s-*.txtar, want at least 2", dir, count[positive], positive)
	}
	if count["clean"]+count["trap"] < 2 || count["trap"] < 1 {
		t.Errorf("%s has %d fixtures clean-*.txtar and %d trap-*.txtar, want 2 together and at least 1 trap", dir, count["clean"], count["trap"])
	}
	if others := len(archives) - count[positive] - count["clean"] - count["trap"]; others != 0 {
		t.Errorf("%s has %d fixtures that are neither %s-*, clean-* nor trap-*", dir, others, positive)
	}
}

func checkFixture(t *testing.T, rule audit.Rule, kind, name string, content []byte) {
	t.Helper()
	f := parse(t, name, content)
	for _, line := range append(append([]string(nil), f.findings...), f.passes...) {
		if fields := strings.Fields(line); fields[1] != rule.ID {
			t.Errorf("%s: expects something of %s, but only %s is run here", name, fields[1], rule.ID)
		}
	}
	wanted := f.findings
	if rule.Type == audit.Positive {
		wanted = f.passes
	}
	if silent := kind == "clean" || kind == "trap"; silent != (len(wanted) == 0) {
		t.Errorf("%s: expects %d reports, which does not fit its name", name, len(wanted))
	}
	result := judge(t, rule, f)
	for _, found := range result.Findings {
		checkFix(t, name, rule, f, found)
	}
	checkSaid(t, name, f.says, result.Findings)
	compare(t, name, "finding", f.findings, findingLines(rule, result))
	compare(t, name, "pass", f.passes, passLines(result))
	if t.Failed() {
		for _, c := range result.Scorecards {
			t.Logf("component %s is %s: %s", c.Path, c.Class, c.Why)
		}
		for _, f := range result.Findings {
			t.Logf("finding %s", describe(f))
		}
	}
}

func findingLines(rule audit.Rule, a *audit.Audit) []string {
	var list []string
	for _, f := range a.Findings {
		line := fmt.Sprintf("%s:%d %s", f.Place.Path, f.Place.Line, f.Rule)
		if f.Severity != rule.Severity {
			line += " " + string(f.Severity)
		}
		list = append(list, line)
	}
	return list
}

func passLines(a *audit.Audit) []string {
	var list []string
	for _, p := range a.Passes {
		list = append(list, fmt.Sprintf("%s:%d %s", p.Place.Path, p.Place.Line, p.Rule))
	}
	return list
}

// compare holds two lists of reports equal, duplicates included.
func compare(t *testing.T, name, what string, want, got []string) {
	t.Helper()
	balance := map[string]int{}
	for _, line := range want {
		balance[line]++
	}
	for _, line := range got {
		balance[line]--
	}
	var lines []string
	for line := range balance {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	for _, line := range lines {
		switch n := balance[line]; {
		case n > 0:
			t.Errorf("%s: missing %s %s (%d times)", name, what, line, n)
		case n < 0:
			t.Errorf("%s: unexpected %s %s (%d times)", name, what, line, -n)
		}
	}
}

// fixture is a parsed archive.
type fixture struct {
	name          string
	tree          audit.Tree
	findings      []string // "path:line rule-id[ severity]"
	passes        []string
	says          []string // "path:line words"
	unreadable    map[string]bool
	notApplicable bool
}

// parse reads an archive and inspects its files in process, by the same path
// and content rules as a real repository.
func parse(t *testing.T, name string, content []byte) fixture {
	t.Helper()
	archive := txtar.Parse(content)
	f := fixture{name: name, unreadable: map[string]bool{}}
	modes := map[string]source.Mode{}
	var branches, merged, siblings []string
	repository, root := "example/app", ""
	for _, line := range strings.Split(string(archive.Comment), "\n") {
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest = strings.Join(strings.Fields(rest), " ")
		switch word {
		case "want":
			f.findings = append(f.findings, rest)
		case "says":
			f.says = append(f.says, rest)
		case "pass":
			f.passes = append(f.passes, rest)
		case "branch":
			name, isMerged := strings.CutSuffix(rest, " merged") // has no commit of its own
			if branches = append(branches, name); isMerged {
				merged = append(merged, name)
			}
		case "repository":
			repository = rest
		case "root":
			root = rest
		case "sibling":
			siblings = append(siblings, rest)
		case "symlink":
			modes[rest] = source.Symlink
		case "executable":
			modes[rest] = source.Executable
		case "unreadable":
			f.unreadable[rest] = true
		case "not-applicable":
			f.notApplicable = true
		}
	}
	for _, line := range append(append([]string(nil), f.findings...), f.passes...) {
		if fields := strings.Fields(line); len(fields) < 2 || !strings.Contains(fields[0], ":") || !strings.Contains(fields[1], "/") {
			t.Fatalf("%s: %q is not \"path:line rule-id\"", name, line)
		}
	}
	f.tree = treeOf(t, archive, modes)
	f.tree.Snapshot.Branches, f.tree.Snapshot.Merged = branches, merged
	f.tree.Snapshot.Repository = repository
	if root != "" || len(siblings) > 0 {
		f.tree.Siblings = siblingsOf(f.tree, root, siblings)
	}
	return f
}

// siblingsOf reads the directives on the owner's other repositories.
func siblingsOf(tree audit.Tree, root string, lines []string) *audit.Siblings {
	blobs := map[string]string{}
	for _, f := range tree.Snapshot.Files {
		blobs[f.Path] = f.Blob
	}
	list := &audit.Siblings{Root: root}
	for _, line := range lines {
		words := strings.Fields(line)
		s := audit.Sibling{Name: words[0]}
		for _, word := range words[1:] {
			key, value, _ := strings.Cut(word, "=")
			switch key {
			case "fork":
				s.Fork = true
			case "root":
				s.Root = value
			case "others":
				n, _ := strconv.Atoi(value)
				for i := range n {
					s.Blobs = append(s.Blobs, blobID(fmt.Append(nil, s.Name, i)))
				}
			default:
				s.Blobs = append(s.Blobs, blobs[word])
			}
		}
		list.Others = append(list.Others, s)
	}
	return list
}

func treeOf(t *testing.T, archive *txtar.Archive, modes map[string]source.Mode) audit.Tree {
	t.Helper()
	tree := audit.Tree{Signals: map[string][]inspect.Signal{}}
	content := map[string][]byte{}
	var list []source.File
	var paths []string
	for _, f := range archive.Files {
		file := source.File{Path: f.Name, Mode: cmp.Or(modes[f.Name], source.Regular), Blob: blobID(f.Data), Size: int64(len(f.Data)), Role: source.RoleOf(f.Name)}
		if content[f.Name] != nil {
			t.Fatalf("the archive has %s twice", f.Name)
		}
		content[f.Name] = f.Data
		if f.Name == audit.SettingsFile {
			tree.Settings = f.Data
		}
		if file.Mode == source.Symlink {
			// its content is where it leads to
		} else if format := inspect.FormatOf(f.Name); format != "" {
			tree.Signals[f.Name] = files.File(format, f.Data)
		} else if file.Role != source.Vendored {
			tree.Signals[f.Name] = files.File(inspect.Text, f.Data)
		}
		list, paths = append(list, file), append(paths, f.Name)
	}
	files.FillCharts(paths, tree.Signals, func(name string) []byte { return content[name] }, func(name string, text []byte) []inspect.Signal {
		return files.File(inspect.FormatOf(name), text)
	})
	tree.Snapshot = source.New("example/app", "", list, func(_ context.Context, f source.File) ([]byte, error) {
		return content[f.Path], nil
	}, nil)
	return tree
}

// blobID is git's id of a content: rules compare files by it.
func blobID(content []byte) string {
	return fmt.Sprintf("%x", sha1.Sum(append(fmt.Appendf(nil, "blob %d\x00", len(content)), content...)))
}

// judge runs one rule over a fixture. It fails when the fixture would prove
// nothing: no component that the rule applies to, a file that does not parse.
func judge(t *testing.T, rule audit.Rule, f fixture) *audit.Audit {
	t.Helper()
	for path, signals := range f.tree.Signals {
		for _, s := range signals {
			if failed, ok := s.Fact.(inspect.ParseFailed); ok && !f.unreadable[path] {
				t.Errorf("%s: %s does not parse: %s", f.name, path, failed.Reason)
			}
		}
	}
	result, err := audit.Run(context.Background(), f.tree, []audit.Rule{rule})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range result.Warnings {
		if !f.unreadable[w.Path] {
			t.Errorf("%s: warning on %q: %s", f.name, w.Path, w.Message)
		}
	}
	if applied := appliesSomewhere(result, rule); applied == f.notApplicable {
		t.Errorf("%s: aspect %s of %s applies to a component: %v, want %v; components: %s",
			f.name, rule.Aspect, rule.Factor(), applied, !f.notApplicable, components(result))
	}
	return result
}

func appliesSomewhere(a *audit.Audit, rule audit.Rule) bool {
	for _, c := range a.Scorecards {
		for _, factor := range c.Factors {
			for _, aspect := range factor.Aspects {
				if factor.Factor == rule.Factor() && aspect.Aspect == rule.Aspect {
					return true
				}
			}
		}
	}
	return false
}

func components(a *audit.Audit) string {
	if len(a.Scorecards) == 0 {
		return "none"
	}
	var list []string
	for _, c := range a.Scorecards {
		list = append(list, fmt.Sprintf("%s (%s)", c.Path, c.Class))
	}
	return strings.Join(list, ", ")
}
