package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"

	"twelvefold/internal/github"
	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
)

// TestWritersAskForAnAudit posts the form as the page has it.
func TestWritersAskForAnAudit(t *testing.T) {
	t.Parallel()
	s := manned(t)
	shop := s.page("acme/shop")
	ada, wes := s.as(t, "ada"), s.as(t, "wes")
	form := `action="` + shop + `/audits"`
	if got := ada.get(t, shop); strings.Contains(got.body, form) {
		t.Error("a reader is offered to ask for an audit")
	}
	if got := wes.get(t, shop); !strings.Contains(got.body, form) || !strings.Contains(got.body, "Audits the newest commit of main.") {
		t.Error("a writer is not offered to ask for an audit")
	}
	for range 2 {
		if got := wes.post(t, shop+"/audits", nil); got.status != http.StatusSeeOther || got.to() != shop {
			t.Errorf("%d %s", got.status, got.to())
		}
	}
	var count int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'audit_head'`).Scan(&count); err != nil || count != 1 {
		t.Errorf("%d jobs, %v", count, err)
	}
	got := wes.get(t, shop)
	if !strings.Contains(got.body, "Looking where the branch is") || !strings.Contains(got.body, `id="progress"`) || strings.Contains(got.body, form) {
		t.Error("the page does not show that an audit was asked for")
	}
	if got := wes.get(t, s.page("acme/shop")+"/progress", "HX-Request", "true"); got.header.Get("HX-Refresh") != "" || !strings.Contains(got.body, "Looking where the branch is") {
		t.Error("the progress ends before the audit has begun")
	}
	if got := wes.do(t, "POST", s.page("acme/vault")+"/audits", url.Values{}); got.status != http.StatusNotFound {
		t.Errorf("of a repository that is not seen: %d", got.status)
	}
}

// TestTheHeadOnGitHubIsAudited has a worker ask where the branch is.
func TestTheHeadOnGitHubIsAudited(t *testing.T) {
	t.Parallel()
	s := manned(t)
	head := s.Commit("acme/shop", "main", map[string]string{"main.py": "print(1)\n"})
	app, err := github.New(github.Options{AppID: s.AppID, PrivateKey: s.PrivateKey, URL: s.URL, APIURL: s.APIURL, Limiter: s.store, Cache: s.store.Responses(), Now: s.Now})
	if err != nil {
		t.Fatal(err)
	}
	worker(t, s.store, jobs.Options{GitHub: app}, func(context.Context, jobs.Question, func(int, int)) (store.Result, error) {
		return store.Result{Audit: designed(head)}, nil
	})
	wes := s.as(t, "wes")
	wes.post(t, s.page("acme/shop")+"/audits", nil)
	waitFor(t, "the head is audited", func() bool {
		latest, err := s.store.LatestAudit(t.Context(), s.acme, s.repositories["acme/shop"].ID)
		return err == nil && latest.Commit == head && latest.Trigger == store.Manual
	})
}

// worker works the queues until the test ends.
func worker(t *testing.T, s *store.Store, o jobs.Options, engine jobs.Engine) {
	t.Helper()
	o.Concurrency, o.Grace, o.Log, o.Fetch, o.Beat = 1, 2*time.Second, slog.New(slog.DiscardHandler), 50*time.Millisecond, 50*time.Millisecond
	w, err := jobs.NewWorker(s, engine, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- w.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
}

// waitFor asks again and again until it is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !so() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("it never came that %s", what)
		}
	}
}

// checkedOut is a git repository with a commit.
func checkedOut(t *testing.T) (dir, commit string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "shop")
	repo, err := git.PlainInit(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "main.py"), []byte("print(1)\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Add("main.py"); err != nil {
		t.Fatal(err)
	}
	who := &object.Signature{Name: "A", Email: "a@example.com", When: time.Now().Add(-time.Hour)}
	id, err := tree.Commit("begin", &git.CommitOptions{Author: who})
	if err != nil {
		t.Fatal(err)
	}
	return dir, id.String()
}

// TestAuditNowInABrowser presses the button and sees the audit run and end.
func TestAuditNowInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	dir, head := checkedOut(t)
	r := b.audited(t, dir, designed(commit(1)))
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE repositories SET default_branch = 'master'`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.store.Pool().Exec(t.Context(), `UPDATE audits SET branch = 'master'`); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	worker(t, b.store, jobs.Options{Local: true}, func(ctx context.Context, q jobs.Question, progress func(int, int)) (store.Result, error) {
		progress(120, 4700)
		select {
		case <-release:
		case <-ctx.Done():
			return store.Result{}, ctx.Err()
		}
		return store.Result{Audit: designed(q.Commit)}, nil
	})
	page := open(t, browser(t), fmt.Sprintf("%s/repositories/%d", b.url, r.ID), 1280, "light")
	button, err := page.Element(".again button")
	if err != nil {
		t.Fatal(err)
	}
	if err := button.Focus(); err != nil {
		t.Fatal(err)
	}
	if err := page.Keyboard.Press('\r'); err != nil {
		t.Fatal(err)
	}
	if _, err := page.ElementR("#progress", "120 of"); err != nil {
		t.Fatalf("the page does not follow the audit: %v", err)
	}
	if again := evaluate(t, page, `() => String(document.querySelectorAll(".again").length)`); again != "0" {
		t.Error("while an audit runs another can be asked for")
	}
	close(release)
	if _, err := page.ElementR(".meta", head[:7]); err != nil {
		t.Fatalf("the page does not show the new audit when it ends: %v", err)
	}
	if at := evaluate(t, page, `() => location.pathname`); at != fmt.Sprintf("/repositories/%d", r.ID) {
		t.Errorf("the browser is at %s", at)
	}
}

// TestTrendInABrowser chooses another span with and without JavaScript's help.
func TestTrendInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r := b.audited(t, "/srv/payments-api", designed(commit(1)))
	b.past(t, r, year()...)
	path := fmt.Sprintf("/repositories/%d", r.ID)
	chromium := browser(t)
	page := open(t, chromium, b.url+path, 1280, "light")
	evaluate(t, page, `() => { window.same = "yes"; document.querySelector("#trend-3m").focus(); return "" }`)
	if err := page.Keyboard.Press('\r'); err != nil {
		t.Fatal(err)
	}
	points := func(want string) {
		t.Helper()
		settled(t, page, "the plot never has "+want+" points", `(want) => String(document.querySelectorAll(".plot circle").length) === want`, want)
	}
	points("14")
	if got := evaluate(t, page, `() => window.same + " " + location.search + " " + document.activeElement.id + " " + document.querySelectorAll(".factor").length`); got != "yes ?trend=3m trend-3m 12" {
		t.Errorf("after choosing: %s", got)
	}
	if err := page.NavigateBack(); err != nil {
		t.Fatal(err)
	}
	points("53")
	if got := evaluate(t, page, `() => location.search + " " + document.querySelectorAll("#trend, .verdict").length`); got != " 2" {
		t.Errorf("after going back: %q", got)
	}
	look(t, chromium, axe(t), b.url+path, "trend")
}
