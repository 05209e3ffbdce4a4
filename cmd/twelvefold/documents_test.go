package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"twelvefold/internal/localpg/pgtest"
)

var update = flag.Bool("update", false, "write what documented commands print, and the tables of docs/scoring.md")

// top is the checkout, seen from this package.
var top = filepath.Join("..", "..")

// generated are documents that hold no commands for people: their blocks are
// files of small repositories, which the tests of the rules execute.
const generated = "docs/rules"

// documents lists the documents that tell people what to run, by path from the
// checkout's top.
func documents(t *testing.T) []string {
	t.Helper()
	list := []string{"README.md", "CONTRIBUTING.md"}
	found, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil || len(found) < 10 {
		t.Fatalf("%d documents: %v", len(found), err)
	}
	for _, path := range found {
		list = append(list, "docs/"+filepath.Base(path))
	}
	return list
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// executedBy are the tests that execute documents whose commands need more than a
// checkout: a server with people and repositories.
var executedBy = map[string]struct{ file, test string }{
	"docs/api.md": {"internal/server/api_docs_test.go", "TestTheCommandsOfTheDocumentWork"},
}

// TestDocumentedCommands executes the documents. Each block of `sh` runs in a
// shell, in a checkout made for its document, block after block: a block begins
// at the checkout's top and finds the files that those before it left. This
// program, git and Postgres's tools are the real ones. What can't run here has a
// stand-in that knows which files, names and variables it would need, and that
// refuses every other use; see standins_test.go.
//
// A block of `output` behind a block of `sh` is what the shell prints: run with
// -update to write it.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			text := read(t, path)
			blocks := blocksOf(text)
			for _, wrong := range badBlocks(text, blocks) {
				t.Errorf("%s:%s", path, wrong)
			}
			if by := executedBy[path]; by.test != "" {
				if !strings.Contains(read(t, by.file), "func "+by.test+"(") {
					t.Errorf("%s has no %s, which executes this document", by.file, by.test)
				}
				return
			}
			if !slices.ContainsFunc(blocks, func(b block) bool { return b.commands() != "" }) {
				return
			}
			box := newSandbox(t, text)
			lines := strings.SplitAfter(text, "\n")
			for i := range blocks {
				if script := blocks[i].commands(); script != "" {
					blocks[i].output = box.run(t, fmt.Sprintf("%s:%d", path, blocks[i].line), script)
				}
			}
			for i := len(blocks) - 1; i > 0; i-- { // from below: what is written moves nothing above
				if blocks[i].language != "output" || blocks[i].text == blocks[i-1].output {
					continue
				}
				if !*update {
					t.Errorf("%s:%d: the commands print\n%s", path, blocks[i].line, blocks[i-1].output)
					continue
				}
				end := blocks[i].line + strings.Count(blocks[i].text, "\n")
				lines = slices.Replace(lines, blocks[i].line, end, blocks[i-1].output)
			}
			if written := strings.Join(lines, ""); *update && written != text {
				if err := os.WriteFile(filepath.Join(top, filepath.FromSlash(path)), []byte(written), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// sandbox is a directory that looks like a checkout whose program was built,
// beside a few repositories to audit.
type sandbox struct {
	dir         string // the checkout
	environment []string
}

// subject is a small app that has something to find.
var subject = map[string]string{
	"requirements.txt": "flask==3.0.3\ngunicorn==22.0.0\n",
	"app.py":           "import os\n\nfrom flask import Flask\n\napp = Flask(__name__)\napp.secret_key = os.environ[\"SECRET_KEY\"]\n",
	"Procfile":         "web: gunicorn app:app\n",
}

// newSandbox makes the sandbox for a document. Where it speaks of a database,
// there is one.
func newSandbox(t *testing.T, text string) *sandbox {
	t.Helper()
	for _, name := range []string{"git", "sh"} {
		if _, err := exec.LookPath(name); err != nil {
			skipped(t, "no "+name+" on this machine")
		}
	}
	root := t.TempDir()
	s := &sandbox{dir: filepath.Join(root, "twelvefold"), environment: []string{
		"HOME=" + root, "LANG=C.UTF-8", "TMPDIR=" + root, "USER=you", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=You", "GIT_AUTHOR_EMAIL=you@example.com", "GIT_COMMITTER_NAME=You", "GIT_COMMITTER_EMAIL=you@example.com",
		// What CI systems give.
		"GITHUB_BASE_REF=main", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", "GITHUB_STEP_SUMMARY=" + filepath.Join(root, "summary.md"),
	}}
	for _, sibling := range []string{"one", "two", "with a space", "shop"} {
		s.repository(t, filepath.Join(root, sibling))
	}
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Makefile", "Procfile", "Dockerfile", "fly.toml", "go.mod", "package.json", ".env.example", ".gitignore", "deploy"} {
		copied(t, filepath.Join(top, name), filepath.Join(s.dir, name))
	}
	s.programs(t, root)
	s.repository(t, s.dir)
	s.remote(t, root)
	if strings.Contains(text, "DATABASE_URL") {
		s.environment = append(s.environment, "DATABASE_URL="+pgtest.Database(t, nil))
	}
	return s
}

// repository makes dir a git repository of the subject's files and those that
// are there: main, and a topic branch that adds a finding.
func (s *sandbox) repository(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range subject {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const commands = `git init -q -b main && git add . && git commit -q -m first && git update-ref refs/remotes/origin/main HEAD &&
		git checkout -q -b topic && echo 'SECRET_KEY=kq2!x9vL0pZr7Tn4' > settings.env && git add settings.env && git commit -q -m second`
	cmd := exec.Command("sh", "-c", commands)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), s.environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// remote makes a repository that the checkout can push to as "heroku".
func (s *sandbox) remote(t *testing.T, root string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", "git init -q --bare ../heroku.git && git remote add heroku ../heroku.git")
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), s.environment...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// programs puts this program and the stand-ins before everything else.
func (s *sandbox) programs(t *testing.T, root string) {
	t.Helper()
	program, err := exec.LookPath("twelvefold") // of TestMain
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	repository, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(root, "bin")
	// An audit that finds something ends with 1, and people go on.
	scripts := map[string]string{"twelvefold": fmt.Sprintf("#!/bin/sh\n'%s' \"$@\"\nstatus=$?\n[ \"$1 $status\" = 'audit 1' ] || exit $status\n", program)}
	for name := range standIns {
		scripts[name] = fmt.Sprintf("#!/bin/sh\n%s=%s exec '%s' \"$@\"\n", standInVariable, name, self)
	}
	for name, script := range scripts {
		for _, dir := range []string{bin, filepath.Join(s.dir, "bin")} {
			if name != "twelvefold" && dir != bin {
				continue
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.environment = append(s.environment, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), repositoryVariable+"="+repository)
}

// patience bounds a block of commands.
const patience = time.Minute

// run executes one block and returns what it printed on stdout. It must end
// well, and this program may complain of nothing.
func (s *sandbox) run(t *testing.T, place, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = s.dir, s.environment
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // with what it leaves in the background
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end := func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	late := time.AfterFunc(patience, end)
	err := cmd.Wait()
	late.Stop()
	end()
	if err != nil || strings.Contains(stderr.String(), "twelvefold: ") {
		t.Errorf("%s: %v\n%s\nprinted\n%s%s", place, err, script, &stdout, &stderr)
	}
	return stdout.String()
}

// skipped leaves a test out, but never in CI.
func skipped(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip("skipped: " + why)
}

// copied copies a file or a directory.
func copied(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rest)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
