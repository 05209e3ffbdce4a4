package jobs

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/hook"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

const (
	findingsTold = 10
	messageTold  = 500 // bytes of each
)

// HookSecret seals the secret of an account's hook, for that account alone.
func (h Hooks) HookSecret(installation int64, secret string) []byte {
	return h.Keys.Seal([]byte(secret), hookOwner(installation))
}

func hookOwner(installation int64) []byte {
	return fmt.Appendf(nil, "the webhook of installation %d", installation)
}

// secrets are what a hook's messages are signed with, the newest first.
func (w *noticeWorker) secrets(h store.Hook) (list []string, err error) {
	if w.Keys == nil {
		return nil, fmt.Errorf("ENCRYPTION_KEY is not set: %w", seal.ErrUnreadable)
	}
	secret, err := w.Keys.Open(h.Secret, hookOwner(h.Installation))
	if err != nil {
		return nil, fmt.Errorf("the secret of the webhook of installation %d: %w", h.Installation, err)
	}
	list = append(list, string(secret))
	for _, former := range h.Former {
		if !w.Now().Before(former.Until) {
			continue
		}
		secret, err := w.Keys.Open(former.Secret, hookOwner(h.Installation))
		if err != nil { // the present one signs: its receivers need no other
			w.log.Warn("a former secret of a webhook can't be read", "installation", h.Installation, "error", err)
			continue
		}
		list = append(list, string(secret))
	}
	return list, nil
}

// payload is what a notice says, from the first attempt on the same.
func (w *noticeWorker) payload(ctx context.Context, n store.Notice, account string) (_ []byte, err error) {
	p := hook.Payload{Schema: hook.Schema, ID: n.ID, Type: n.Event, Timestamp: n.Created.UTC().Truncate(time.Second)}
	if n.Event == store.HookTest {
		p.Data = hook.Test{Account: account, Message: "This is a test. Nothing happened."}
	} else if p.Data, err = w.drop(ctx, n, account); err != nil {
		return nil, err
	}
	encoded, err := p.Encode()
	if err != nil {
		return nil, err
	}
	return w.store.KeepPayload(ctx, n.Installation, n.ID, encoded)
}

// drop is what is told of a score that dropped.
func (w *noticeWorker) drop(ctx context.Context, n store.Notice, account string) (hook.Drop, error) {
	r, err := w.store.Repository(ctx, n.Installation, n.Repository)
	if err == nil && r.Gone != nil {
		err = store.ErrNotFound
	}
	if err != nil {
		return hook.Drop{}, err
	}
	after, err := w.store.Audit(ctx, n.Installation, n.Audit)
	if err != nil {
		return hook.Drop{}, err
	}
	before, err := w.store.Audit(ctx, n.Installation, n.Before)
	if err != nil {
		return hook.Drop{}, err
	}
	opened, all, err := w.store.WorstOpened(ctx, n.Installation, n.Repository, n.Audit, findingsTold)
	if err != nil {
		return hook.Drop{}, err
	}
	causes, err := w.store.Causes(ctx, n.Installation, n.Repository, []int64{n.Audit})
	if err != nil {
		return hook.Drop{}, err
	}
	page := fmt.Sprintf("/repositories/%d", r.ID)
	d := hook.Drop{
		Account: account, Repository: hook.Repository{ID: r.GitHubID, FullName: r.FullName(), Private: r.Private, URL: w.link(page)},
		Branch: after.Branch, Cause: hook.CauseCommit, Commit: after.Commit, Before: before.Commit,
		Score: hook.Move{Before: before.Score, After: after.Score}, Grade: hook.Grades{Before: grade(before), After: grade(after)},
		Factors: moved(before.Cells, after.Cells), Findings: []hook.Violation{}, Opened: all, Audit: w.link(fmt.Sprintf("%s/audits/%d", page, after.ID)),
	}
	if c := causes[after.ID]; before.Commit == after.Commit {
		d.Cause = hook.CauseReassessed
	} else if c.PullRequest != 0 {
		d.PullRequest = &hook.Pull{Number: c.PullRequest, Title: c.Title, Author: c.Author}
	}
	for _, f := range opened {
		d.Findings = append(d.Findings, hook.Violation{
			Rule: f.Rule, Factor: string(f.Factor), Severity: string(f.Severity), Message: cutTo(f.Message, messageTold), Path: f.Place.Path, Line: f.Place.Line,
			Fingerprint: f.Fingerprint, URL: w.link(fmt.Sprintf("%s/findings/%d", page, f.ID)),
		})
	}
	return d, nil
}

func grade(a store.Audit) *string {
	if a.Grade == "" {
		return nil
	}
	return &a.Grade
}

// moved are the factors whose score is another one than before, of two audits that
// have all twelve.
func moved(before, after []audit.Cell) []hook.Factor {
	list := []hook.Factor{}
	for i := range min(len(before), len(after)) {
		from, to := before[i].Score, after[i].Score
		if (from == nil) != (to == nil) || from != nil && math.Abs(*to-*from) >= 0.05 {
			list = append(list, hook.Factor{Factor: string(after[i].Factor), Move: hook.Move{Before: from, After: to}})
		}
	}
	return list
}

// link is the address of a page, nil where nobody said what this deploy is called.
func (w *noticeWorker) link(path string) *string {
	if w.baseURL == "" {
		return nil
	}
	whole := strings.TrimSuffix(w.baseURL, "/") + path
	return &whole
}

// cutTo shortens a text to so many bytes.
func cutTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
