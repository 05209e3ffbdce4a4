package dev

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Auditor queues audits and tells how far they are.
type Auditor interface {
	// Enqueue asks for an audit of the git repository in dir.
	Enqueue(ctx context.Context, dir string) (Queued, error)
	// Progress tells how far an audit is.
	Progress(ctx context.Context, audit int64) (Progress, error)
	Close()
}

// Queued names an audit that was asked for.
type Queued struct {
	Audit int64
	Name  string // of the repository
	Page  string // path of the repository's page
}

// Progress is how far an audit is.
type Progress struct {
	Finished    bool
	Failure     string   // one sentence, when it finished without a result
	Done, Total int      // files; Total is 0 until known
	Score       *float64 // 0 to 100, when it finished; nil when nothing can be scored
}

// readyLimit is how long the web process may take to become ready.
const readyLimit = 30 * time.Second

// awaitReady returns when the web process answers /readyz with 200.
func (r *run) awaitReady(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	client := &http.Client{Timeout: 2 * time.Second}
	for {
		req, err := http.NewRequestWithContext(limited, http.MethodGet, r.address("/readyz"), nil)
		if err != nil {
			return err
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limited.Done():
			return fmt.Errorf("web was not ready on %s within %s", r.address("/readyz"), readyLimit)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// auditAll queues an audit of each directory, follows them one after the other
// and prints where to look.
func (r *run) auditAll(ctx context.Context) error {
	auditor, err := r.Auditor(ctx, r.environment.get("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer auditor.Close()
	var queued []Queued
	for _, dir := range r.Audit {
		q, err := auditor.Enqueue(ctx, dir)
		if err != nil {
			return err
		}
		queued = append(queued, q)
	}
	for _, q := range queued {
		if err := r.follow(ctx, auditor, q); err != nil {
			return err
		}
	}
	for _, q := range queued {
		r.console.say("Open %s", r.address(q.Page))
	}
	switch {
	case len(queued) == 0:
		r.console.say("Open %s", r.address("/"))
	case r.Open && isTerminal(r.Stdout):
		openBrowser(r.address(queued[0].Page))
	}
	return nil
}

// follow prints an audit's progress, a line a second at most, until it is
// finished. A failed audit is said and is no error: its page explains it.
func (r *run) follow(ctx context.Context, auditor Auditor, q Queued) error {
	r.console.say("Auditing %s.", q.Name)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	said, lastDone := time.Now(), 0
	for {
		p, err := auditor.Progress(ctx, q.Audit)
		switch {
		case err != nil:
			return err
		case p.Finished && p.Failure != "":
			r.console.say("The audit of %s failed: %s", q.Name, p.Failure)
			return nil
		case p.Finished && p.Score == nil:
			r.console.say("Audited %s: nothing in it can be scored.", q.Name)
			return nil
		case p.Finished:
			r.console.say("Audited %s: %.0f of 100.", q.Name, math.Floor(*p.Score)) // as the page has it
			return nil
		case p.Total > 0 && p.Done != lastDone && time.Since(said) >= time.Second:
			r.console.say("Auditing %s: %d of %d files.", q.Name, p.Done, p.Total)
			said, lastDone = time.Now(), p.Done
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// openBrowser shows a page where there is a desktop; elsewhere the printed
// address has to do.
func openBrowser(address string) {
	opener := "xdg-open"
	switch {
	case runtime.GOOS == "darwin":
		opener = "open"
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "":
		return
	}
	if cmd := exec.Command(opener, address); cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}
