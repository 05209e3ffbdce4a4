package main

import (
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestDocumentsLeadSomewhere follows the links between documents, and to files
// of the checkout, to their headings and lines.
func TestDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, from := range allDocuments(t) {
		text := read(t, from)
		for _, l := range linksOf(text) {
			target, err := url.Parse(l.target)
			if err != nil {
				t.Errorf("%s:%d: %q is no address: %v", from, l.line, l.target, err)
				continue
			}
			if target.Scheme != "" {
				if target.Scheme != "https" || target.Host == "" {
					t.Errorf("%s:%d: %s is not https", from, l.line, l.target)
				}
				continue
			}
			to := from
			if target.Path != "" {
				to = path.Join(path.Dir(from), target.Path)
			}
			if strings.HasPrefix(to, "../") {
				t.Errorf("%s:%d: %s leads out of the repository", from, l.line, l.target)
				continue
			}
			info, err := os.Stat(filepath.Join(top, filepath.FromSlash(to)))
			if err != nil {
				t.Errorf("%s:%d: %s: there is no such file", from, l.line, l.target)
				continue
			}
			if target.Fragment == "" {
				continue
			}
			if info.IsDir() || !hasFragment(read(t, to), to, target.Fragment) {
				t.Errorf("%s:%d: %s: the file has no such place", from, l.line, l.target)
			}
		}
	}
}

var lineFragment = regexp.MustCompile(`^L(\d+)$`)

// hasFragment reports whether a file has a heading or a line of this name.
func hasFragment(text, name, fragment string) bool {
	if found := lineFragment.FindStringSubmatch(fragment); found != nil {
		line, err := strconv.Atoi(found[1])
		return err == nil && line > 0 && line <= strings.Count(text, "\n")+1
	}
	return strings.HasSuffix(name, ".md") && anchorsOf(text)[fragment]
}

// allDocuments are documents for people and those that are generated.
func allDocuments(t *testing.T) []string {
	t.Helper()
	list := documents(t)
	err := filepath.WalkDir(filepath.Join(top, filepath.FromSlash(generated)), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		rest, err := filepath.Rel(top, name)
		list = append(list, filepath.ToSlash(rest))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestReadmeNamesEveryDocument: who opens the repository finds all of them.
func TestReadmeNamesEveryDocument(t *testing.T) {
	t.Parallel()
	named := map[string]bool{"README.md": true}
	for _, l := range linksOf(read(t, "README.md")) {
		named[l.target] = true
	}
	for _, name := range documents(t) {
		if !named[name] {
			t.Errorf("README.md does not lead to %s", name)
		}
	}
}

// TestCommandsInSentences holds commands that stand in a sentence to what there
// is: this program's to its command line, make's to the Makefile, go's to the
// packages and their tests. `…` and capital letters stand for anything.
func TestCommandsInSentences(t *testing.T) {
	t.Parallel()
	count := 0
	for _, name := range documents(t) {
		for line, spans := range inline(read(t, name)) {
			for _, code := range spans {
				words := wordsOf(code)
				for len(words) > 0 && assignment.MatchString(words[0]) {
					words = words[1:]
				}
				if len(words) < 2 {
					continue
				}
				count++
				var err error
				switch path.Base(words[0]) {
				case "twelvefold":
					if _, err = parse(words[1:], io.Discard); err != nil && !strings.Contains(code, " -") {
						_, err = parse(append(words[1:], "--help"), io.Discard) // it only names the command
					}
				case "make":
					err = makeTargets(top, words[1:])
				case "go":
					err = goCommand(top, words[1:])
				default:
					count--
				}
				if err != nil {
					t.Errorf("%s:%d: %s: %v", name, line, code, err)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d commands were found", count)
	}
}

// wordsOf splits a command at spaces that no quotes hold.
func wordsOf(command string) []string {
	var quote rune
	words := strings.FieldsFunc(command, func(r rune) bool {
		switch {
		case quote == 0 && (r == '\'' || r == '"'):
			quote = r
		case r == quote:
			quote = 0
		}
		return quote == 0 && r == ' '
	})
	return words
}

var assignment = regexp.MustCompile(`^[A-Z_]+=`)
