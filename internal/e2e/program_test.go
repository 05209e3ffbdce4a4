// Package e2e starts the built program the way people do and looks at it from
// outside: its output, its pages, its processes, its exit status.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// patience bounds every wait: far above what is needed on a busy machine.
const patience = 2 * time.Minute

// program is the path of the built program.
var program = sync.OnceValues(func() (string, error) {
	assets := filepath.Join("..", "..", "web", "static", "vendor", "htmx.min.js")
	if _, err := os.Stat(assets); err != nil {
		return "", errors.New("the pages' assets are missing: run make assets")
	}
	dir, err := os.MkdirTemp("", "twelvefold-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "twelvefold")
	out, err := exec.Command("go", "build", "-o", path, "twelvefold/cmd/twelvefold").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, os.Chmod(dir, 0o755)
})

// atOnce is how many tests run side by side unless -parallel says otherwise:
// they wait most of the time, for jobs and for what is asked again later.
const atOnce = "8"

func TestMain(m *testing.M) {
	if told := os.Getenv(workerTold); told != "" {
		runWorker(told)
		return
	}
	flag.Parse()
	chosen := false
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "test.parallel" })
	if !chosen {
		if err := flag.Set("test.parallel", atOnce); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	if path, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// built is the program, or the end of the test.
func built(t *testing.T) string {
	t.Helper()
	path, err := program()
	if err != nil && strings.Contains(err.Error(), "make assets") {
		skip(t, err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// skip leaves a test out with one line, but never in CI.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why)
	}
	t.Skip("skipped: " + why)
}

// directory is a new directory that other accounts can reach, unlike
// testing's own: run by root, Postgres runs under one.
func directory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "twelvefold-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// repository is a git repository with one commit of these files.
func repository(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := tree.AddGlob("."); err != nil {
		t.Fatal(err)
	}
	author := &object.Signature{Name: "Ada", Email: "ada@example.com", When: time.Unix(1_700_000_000, 0)}
	if _, err := tree.Commit("Begin", &git.CommitOptions{Author: author}); err != nil {
		t.Fatal(err)
	}
}

// shop is a small web app with things to find.
var shop = map[string]string{
	"package.json": `{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "^4.19.0"}}` + "\n",
	"server.js": `const express = require("express");
const app = express();
app.get("/", (req, res) => res.send("shop"));
app.listen(3000);
`,
	"Dockerfile": "FROM node\nCOPY . .\nRUN npm install\nCMD [\"npm\", \"start\"]\n",
}

// started is a run of the program.
type started struct {
	cmd    *exec.Cmd
	output *output
	done   chan struct{}
	err    error // how it ended; read after done
}

// start runs the program in dir, with variables over this environment's. What
// the caller left running at the end of the test is killed.
func start(t *testing.T, dir string, variables []string, args ...string) *started {
	t.Helper()
	cmd := exec.Command(built(t), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), variables...)
	s := &started{cmd: cmd, output: &output{grew: make(chan struct{}, 1)}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = s.output, s.output
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.err = cmd.Wait()
		close(s.done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-s.done
		if t.Failed() {
			t.Logf("%v printed:\n%s", args, s.output)
		}
	})
	return s
}

// await waits until the program has printed a line with this text, and returns
// the line.
func (s *started) await(t *testing.T, text string) string {
	t.Helper()
	limit := time.After(patience)
	for {
		for _, line := range strings.Split(s.output.String(), "\n") {
			if strings.Contains(line, text) {
				return line
			}
		}
		select {
		case <-s.output.grew:
		case <-s.done:
			if strings.Contains(s.output.String(), "no Postgres to be had") {
				skip(t, "no Postgres to be had")
			}
			if !strings.Contains(s.output.String(), text) {
				t.Fatalf("it ended (%v) without printing %q", s.err, text)
			}
		case <-limit:
			t.Fatalf("it never printed %q", text)
		}
	}
}

// end sends a signal and returns how long the program took to end, and how it ended.
func (s *started) end(t *testing.T, sig syscall.Signal) (took time.Duration, err error) {
	t.Helper()
	asked := time.Now()
	if err := s.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.done:
		return time.Since(asked), s.err
	case <-time.After(patience):
		t.Fatalf("it doesn't end after %v", sig)
		return 0, nil
	}
}

// output gathers what a program prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	grew chan struct{}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.grew <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
