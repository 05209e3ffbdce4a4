package jobs

import (
	"context"
	"path/filepath"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/source"
	"twelvefold/internal/store"
)

// EnqueueLocal registers the git repository in a directory of this machine and
// asks for an audit of the commit that is checked out there. Errors about the
// directory are one sentence. A worker with LOCAL_REPOSITORIES=on does the rest.
func (q *Queue) EnqueueLocal(ctx context.Context, dir string) (repository store.Repository, audit int64, err error) {
	snapshot, err := source.OpenGit(ctx, dir, "", source.DefaultLimits)
	if err != nil {
		return repository, 0, err
	}
	defer snapshot.Close()
	if dir, err = filepath.Abs(dir); err != nil {
		return repository, 0, err
	}
	// One directory is one repository, whichever link leads there.
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return repository, 0, err
	}
	repository, err = q.store.UpsertLocal(ctx, dir, snapshot.Branch)
	if err != nil {
		return repository, 0, err
	}
	at, err := source.CommittedAt(dir, snapshot.Commit)
	if err != nil {
		return repository, 0, err
	}
	err = pgx.BeginFunc(ctx, q.store.Pool(), func(tx pgx.Tx) error {
		head, err := q.headSince(ctx, tx, repository, snapshot.Branch, snapshot.Commit, at)
		if err != nil {
			return err
		}
		audit, _, err = q.Enqueue(ctx, tx, store.Local, store.NewAudit{
			Repository: repository.ID, Commit: snapshot.Commit, Branch: snapshot.Branch, Trigger: store.Manual, HeadAt: head})
		return err
	})
	return repository, audit, err
}

// headSince is when a commit that is a branch's head now came to be that: when it
// was committed or pushed, or just now where the branch was elsewhere since.
func (q *Queue) headSince(ctx context.Context, tx pgx.Tx, r store.Repository, branch, commit string, made time.Time) (time.Time, error) {
	now := time.Now()
	if made.After(now) {
		return now, nil
	}
	moved, err := q.store.HasOtherHead(ctx, tx, r.Installation, r.ID, branch, commit, made)
	if err != nil || moved {
		return now, err
	}
	return made, nil
}

// sentence is an error as a sentence of a page: with a capital and a full stop.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if text[len(text)-1] != '.' {
		text += "."
	}
	return text
}
