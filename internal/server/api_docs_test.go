package server_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheCommandsOfTheDocumentWork runs every command of docs/api.md as it stands.
func TestTheCommandsOfTheDocumentWork(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"sh", "curl", "jq"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal(err)
			}
			t.Skipf("%s is missing", program)
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 10 {
		t.Fatalf("%d blocks of commands", len(blocks))
	}
	f := newFleet(t)
	f.Show("wes", "globex/mill", true)
	dir := t.TempDir()
	said := map[int]string{0: "acme/shop", 1: "config/production.env:3", 2: "acme/shop", 3: "DATABASE_URL", 4: "\"path\": \".\"", 6: "\"account\": \"acme\"", 7: f.url + "/api/v1/repositories/", 8: "processes/", 10: "true"}
	for i, block := range blocks {
		// A pipe fails with its last command alone: what curl says is looked at, too.
		command := exec.Command("sh", "-eu", "-c", block[1])
		command.Dir = dir
		command.Env = append(os.Environ(), "TWELVEFOLD="+f.url, "TOKEN="+f.ask)
		var out, complaint strings.Builder
		command.Stdout, command.Stderr = &out, &complaint
		if err := command.Run(); err != nil || complaint.Len() > 0 || !strings.Contains(out.String(), said[i]) {
			t.Errorf("%v: %s\n%s%s", err, block[1], out.String(), complaint.String())
		}
	}
	if log, err := os.ReadFile(filepath.Join(dir, "twelvefold.sarif")); err != nil || !strings.Contains(string(log), `"version": "2.1.0"`) {
		t.Errorf("twelvefold.sarif: %v", err)
	}
}
