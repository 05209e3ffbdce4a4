package githubtest

import (
	"io"
	"log"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// findGit finds git's own program, if its server of repositories over HTTP is there as well.
var findGit = sync.OnceValues(func() (string, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return "", err
	}
	at, err := exec.Command(git, "--exec-path").Output()
	if err == nil {
		_, err = os.Stat(filepath.Join(strings.TrimSpace(string(at)), "git-http-backend"))
	}
	return git, err
})

// Git finds git's own program. Where it is not installed with its http-backend, the
// test is skipped, but never in CI.
func Git(t testing.TB) string {
	t.Helper()
	git, err := findGit()
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("git, with its http-backend, is needed: %v", err)
	}
	if err != nil {
		t.Skipf("skipped: git, with its http-backend, is not installed: %v", err)
	}
	return git
}

// GitEnv is the environment of a git that nobody configured, and whose server
// allows what GitHub's does: filters, and objects by their ids.
func GitEnv() []string {
	list := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "LC_ALL=C"}
	settings := []string{"safe.directory=*", "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true", "gc.auto=0", "maintenance.auto=false"}
	for i, pair := range settings {
		key, value, _ := strings.Cut(pair, "=")
		n := string(rune('0' + i))
		list = append(list, "GIT_CONFIG_KEY_"+n+"="+key, "GIT_CONFIG_VALUE_"+n+"="+value)
	}
	return append(list, "GIT_CONFIG_COUNT="+string(rune('0'+len(settings))))
}

// ServeGit serves the bare repositories below a directory by git http-backend.
func ServeGit(git, root string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		one := &cgi.Handler{Path: git, Args: []string{"http-backend"}, Dir: root, Stderr: io.Discard, Logger: log.New(io.Discard, "", 0), Env: append(GitEnv(),
			"GIT_PROJECT_ROOT="+root, "GIT_HTTP_EXPORT_ALL=1", "GIT_PROTOCOL="+r.Header.Get("Git-Protocol"))}
		one.ServeHTTP(w, r)
	})
}

// served is a repository as git's server has it.
type served struct {
	root    string
	written map[string]bool // objects
}

// withGit adds git's own server of the same repositories, for whoever has a token.
// Without git there is none.
func (s *Server) withGit(rest http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, below, found := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), ".git/")
		if !found || strings.Count(name, "/") != 1 || below != "info/refs" && below != "git-upload-pack" {
			rest.ServeHTTP(w, r)
			return
		}
		git, err := findGit()
		if err != nil {
			http.NotFound(w, r)
			return
		}
		s.serveGit(w, r, git, name)
	})
}

func (s *Server) serveGit(w http.ResponseWriter, r *http.Request, git, name string) {
	if _, token, ok := r.BasicAuth(); ok {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	s.mu.Lock()
	who := s.caller(r)
	at := len(s.requests)
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, As: who.String()})
	s.mu.Unlock()
	r.Header.Del("Authorization")
	f := s.fault(r.Method, r.URL.Path)
	if f != nil {
		switch {
		case f.Cut:
			panic(http.ErrAbortHandler)
		case f.Status > 0:
			s.note(at, f.Status)
			f.answer(w)
			return
		case f.Delay > 0:
			w.Header().Set("Content-Type", "application/x-git-upload-pack-result")
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
			case <-time.After(f.Delay):
			}
			return
		case f.Lost:
			w = &cutWriter{w, 60}
		}
	}
	root, status := s.gitRoot(who, name)
	s.note(at, status)
	if status != http.StatusOK {
		w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		w.WriteHeader(status)
		return
	}
	ServeGit(git, root).ServeHTTP(w, r)
}

// gitRoot is the directory below which a repository stands as it is now, if the caller
// may read it.
func (s *Server) gitRoot(who caller, name string) (root string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if who.kind != "installation" {
		return "", http.StatusUnauthorized
	}
	r := s.find(name)
	if r == nil || r.full() != name || !who.installation.has(r) || who.installation.permissions["contents"] == "" {
		return "", http.StatusNotFound
	}
	at := s.served[r.id]
	if at == nil {
		at = &served{s.t.TempDir(), map[string]bool{}}
		s.served[r.id] = at
	}
	s.clone(r, filepath.Join(at.root, name+".git"), at.written)
	return at.root, http.StatusOK
}

// cutWriter cuts the connection after so many bytes of an answer.
type cutWriter struct {
	http.ResponseWriter
	left int
}

func (c *cutWriter) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		_, _ = c.ResponseWriter.Write(b[:max(0, c.left+len(b))])
		_ = http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(b)
}

// Token is one of an installation, for an hour.
func (s *Server) Token(installation int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := secret("ghs_")
	s.tokens[token] = &bearer{installation: installation, expires: s.Now().Add(time.Hour)}
	return token
}
