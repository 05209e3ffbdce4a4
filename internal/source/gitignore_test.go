package source

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "record what git says in testdata/ignore/cases.json")

// ignoreCase is a tree, its .gitignore files among the others, and the files of
// it that git does not ignore.
type ignoreCase struct {
	Ignore map[string]string `json:"ignore"` // directory, "" for the root, to the content of its .gitignore
	Files  []string          `json:"files"`
	Kept   []string          `json:"kept"` // sorted
}

const (
	recordedCases = 300 // of testdata/ignore/cases.json
	randomCases   = 60  // asked of git itself where it is installed
)

// TestGitIgnoresTheSame replays what git itself said of trees and patterns made
// at random; a case that was once wrong is among them.
func TestGitIgnoresTheSame(t *testing.T) {
	t.Parallel()
	recorded := filepath.Join("testdata", "ignore", "cases.json")
	if *update {
		recordIgnoreCases(t, recorded)
	}
	text, err := os.ReadFile(recorded)
	if err != nil {
		t.Fatal(err)
	}
	var cases []ignoreCase
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < recordedCases {
		t.Fatalf("%d cases are recorded, want %d", len(cases), recordedCases)
	}
	for i, c := range cases {
		checkIgnore(t, fmt.Sprintf("recorded %d", i), c)
	}
}

// TestGitIgnoresTheSameNow asks the git of this machine about other trees.
func TestGitIgnoresTheSameNow(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("git is not installed: CI compares with it")
		}
		t.Skip("git is not installed: only what it said before is replayed, by TestGitIgnoresTheSame")
	}
	random := rand.New(rand.NewPCG(12, 2026))
	for i := range randomCases {
		c := randomIgnoreCase(random)
		c.Kept = askGit(t, c)
		checkIgnore(t, fmt.Sprintf("random %d", i), c)
	}
}

func recordIgnoreCases(t *testing.T, name string) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	cases := knownIgnoreCases()
	for len(cases) < recordedCases {
		cases = append(cases, randomIgnoreCase(random))
	}
	for i := range cases {
		cases[i].Kept = askGit(t, cases[i])
	}
	var text bytes.Buffer
	text.WriteString("[\n")
	for i, c := range cases {
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(line)
		if i < len(cases)-1 {
			text.WriteByte(',')
		}
		text.WriteByte('\n')
	}
	text.WriteString("]\n")
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// knownIgnoreCases are the corners of gitignore(5), each on a tree of its own.
func knownIgnoreCases() []ignoreCase {
	tree := []string{"a", "b", "ab", "a.log", "sub/a", "sub/b", "sub/deep/a", "sub/deep/ab", "doc/a.txt", "doc/x/a.txt", "#a", "!a", "a ", "[a", "a]", `a\`, "a1", "aA", "a-", "é", "abc/def/ghi", "build/out/a", "build/keep"}
	var cases []ignoreCase
	for _, rules := range []string{
		"[[:alpha:]]", "a[[:digit:]]", "a[[:upper:]]", "a[^[:alnum:]]", "a[![:digit:]]", "[[:nope:]]", "[[:alpha:]", "a[[:space:]]", "[[:alpha:][:digit:]]b",
		"[a-]", "a[--]", "[]-a]", "a[]]", "[!]]", "[^^]", "[z-a]", `[\]]`, `a[\]]`, "[a/]b", "sub[/]a", "sub?a", "sub*a", `a\`, `\a`, `\[a`, "[a",
		"**", "***", "**/", "/**", "a**", "**a", "sub/**", "sub/**/", "sub/**/a", "**/deep", "**/deep/**", "sub**/a", "sub/**a", "/**/a", "sub/*/a", "**/a/**", "a/**/", "sub/***/a",
		"a ", `a\ `, "a  ", `a\  `, "a\t", "a\r", "a\r\r\n", "\ta", " a", "a\\\\ ", "!", "!!a", "!/a", "/", "//a", "a//", "sub//a", "./a", "sub/./a", "../a", "sub/", "/sub/", "sub/deep/", "/sub/deep", "deep/", "/deep",
		"#a", `\#a`, "!a", `\!a`, "*\n!a", "*\n!sub/\n!sub/a", "/*\n!/sub", "sub/*\n!sub/deep/", "sub/\n!sub/a", "build/*\n!build/keep", "*.log\n!a.log", "*\n!*/\n!*.txt",
		"?", "??", "???", "[!a]?", "é", "\xef\xbb\xbfa", "a\n\xef\xbb\xbfb", "a\x00b", "*.LOG", "A", "doc/*.txt", "doc/**/*.txt", "/doc/*/a.txt", "*/a.txt", "*/*/a.txt", "**/*.txt",
	} {
		cases = append(cases, ignoreCase{Ignore: map[string]string{"": rules + "\n"}, Files: tree})
		if strings.HasSuffix(rules, "a") {
			cases = append(cases, ignoreCase{Ignore: map[string]string{"": "*", "sub": "!" + rules}, Files: tree}, ignoreCase{Ignore: map[string]string{"": "a\nab", "sub": "!" + rules + "\n", "sub/deep": rules}, Files: tree})
		}
	}
	return cases
}

func randomIgnoreCase(random *rand.Rand) ignoreCase {
	names := []string{"a", "b", "ab", "a.b", "c", "a b", "#a", "!a", "[a]", "é", "a*", "B", "1", "-"}
	tokens := []string{"a", "b", "a", "b", "ab", "c", ".", "/", "/", "/", "*", "*", "**", "**/", "/**", "?", "[a-b]", "[!a]", "[^b]", "[ab", "[[:alpha:]]", "[[:digit:]-]", "[]a]", `\`, " ", "!", "#", "é", "-", "B", "\r"}
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	files := map[string]bool{}
	dirs := map[string]bool{"": true}
	for range 6 + random.IntN(14) {
		var parts []string
		for range 1 + random.IntN(4) {
			parts = append(parts, pick(names))
		}
		name := path.Join(parts...)
		if dirs[name] {
			continue
		}
		clash := false
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			clash = clash || files[dir]
		}
		if clash {
			continue
		}
		files[name] = true
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	c := ignoreCase{Ignore: map[string]string{}}
	for name := range files {
		c.Files = append(c.Files, name)
	}
	slices.Sort(c.Files)
	var all []string
	for dir := range dirs {
		all = append(all, dir)
	}
	slices.Sort(all)
	rules := func() string {
		var text strings.Builder
		for range 1 + random.IntN(5) {
			if random.IntN(4) == 0 {
				text.WriteString("!")
			}
			if random.IntN(4) == 0 { // a rule about something that is there
				name := strings.Split(c.Files[random.IntN(len(c.Files))], "/")
				if i := random.IntN(len(name)); random.IntN(2) == 0 {
					name[i] = pick([]string{"*", "**", "?", "[!x]"})
				}
				text.WriteString(strings.Join(name[:1+random.IntN(len(name))], "/"))
			} else {
				for range 1 + random.IntN(5) {
					text.WriteString(pick(tokens))
				}
			}
			text.WriteString(pick([]string{"\n", "\n", "\n", "/\n", " \n", "\r\n"}))
		}
		return text.String()
	}
	c.Ignore[""] = rules()
	for range random.IntN(3) {
		c.Ignore[all[random.IntN(len(all))]] = rules()
	}
	return c
}

// makeTree writes a case into a new directory.
func makeTree(t *testing.T, c ignoreCase) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range c.Files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, ".tox"), 0o755); err != nil { // somebody works here
		t.Fatal(err)
	}
	for at, rules := range c.Ignore {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(at), ".gitignore"), []byte(rules), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// askGit lists what git itself keeps, its own ignore files aside.
func askGit(t *testing.T, c ignoreCase) []string {
	t.Helper()
	dir := makeTree(t, c)
	run := func(args ...string) string {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "core.excludesFile=", "-c", "core.ignoreCase=false"}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_DIR="+filepath.Join(dir, ".git"))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("git %s: %v", args, err)
		}
		return string(out)
	}
	run("init", "-q")
	kept := []string{}
	for _, name := range strings.Split(strings.TrimRight(run("ls-files", "--others", "--exclude-standard", "-z"), "\x00"), "\x00") {
		if name != "" && path.Base(name) != ".gitignore" {
			kept = append(kept, name)
		}
	}
	slices.Sort(kept)
	return kept
}

func checkIgnore(t *testing.T, which string, c ignoreCase) {
	t.Helper()
	got := []string{}
	s, err := OpenDirectory(t.Context(), makeTree(t, c), DefaultLimits)
	if err == nil {
		for _, f := range s.Files {
			if path.Base(f.Path) != ".gitignore" {
				got = append(got, f.Path)
			}
		}
		s.Close()
	} else if !strings.HasSuffix(err.Error(), "is empty: nothing to audit") {
		t.Fatal(err)
	}
	if !slices.Equal(got, c.Kept) {
		t.Errorf("%s: %q of %q keeps\n%q, git keeps\n%q", which, c.Ignore, c.Files, got, c.Kept)
	}
}
