package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// commandsOnly is a PATH with the shell's own tools and those that are named.
func commandsOnly(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range append(names, "sh", "git", "awk", "cut", "id", "ls", "grep", "echo") {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("skipped: no %s on this machine", name)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestMakeNamesWhatIsMissing runs the Makefile's checks of the machine where
// one of its programs is not there.
func TestMakeNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	mk, err := exec.LookPath("make")
	if err != nil {
		skip(t, "no make on this machine")
	}
	compiler, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		t.Fatal(err)
	}
	cc, _, _ := strings.Cut(strings.TrimSpace(string(compiler)), " ")
	for _, test := range []struct {
		name, target, ci string
		there            []string
		want             string // the first line
		fails            bool
	}{
		{"go", "prerequisites", "", []string{cc, "node", "npm"}, "Go is missing: install Go 1.26 or newer from https://go.dev/dl/.", true},
		{"compiler", "prerequisites", "", []string{"go", "node", "npm"}, "A C compiler is missing: install gcc or clang (Debian: apt-get install gcc libc6-dev).", true},
		{"node", "prerequisites", "", []string{"go", cc, "npm"}, "Node.js is missing: install version 20 or newer from https://nodejs.org/.", true},
		{"npm", "prerequisites", "", []string{"go", cc, "node"}, "npm is missing: install it with Node.js (Debian: apt-get install npm).", true},
		{"nothing", "prerequisites", "", []string{"go", cc, "node", "npm"}, "", false},
		{"chromium", "peers", "", nil, "Skipping the browser test: install chromium.", false},
		{"fish in CI", "peers", "true", []string{"chromium", "curl", "jq", "zsh"}, "fish is missing, and CI=true lets no part of the tests be left out: install fish.", true},
		{"chromium in CI", "peers", "true", nil, "chromium is missing, and CI=true lets no part of the tests be left out: install chromium.", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(mk, "--no-print-directory", "--silent", test.target)
			cmd.Dir = filepath.Join("..", "..")
			// A Postgres counts as there, so that root's apt-get is not asked for one.
			cmd.Env = []string{"PATH=" + commandsOnly(t, test.there...), "HOME=" + os.Getenv("HOME"), "CI=" + test.ci, "CC=" + cc,
				"TWELVEFOLD_POSTGRES_BIN=there", "GOTOOLCHAIN=local"}
			output, err := cmd.CombinedOutput()
			if first, _, _ := strings.Cut(string(output), "\n"); first != test.want {
				t.Errorf("it says\n%swant %q", output, test.want)
			}
			if (err != nil) != test.fails {
				t.Errorf("it ends with %v", err)
			}
		})
	}
}
