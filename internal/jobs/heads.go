package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// BranchHead asks, inside the caller's transaction, for the audit of a commit
// that was pushed to a repository's default branch. Word of a push may come
// late or twice: what is audited already is not asked for again. Of two pushes of
// one second nobody knows the later, so that GitHub is asked.
func (q *Queue) BranchHead(ctx context.Context, tx pgx.Tx, r store.Repository, commit string, at time.Time) (added bool, err error) {
	newer := false
	if r.Head != commit || r.HeadAt == nil || !r.HeadAt.Equal(at) {
		if newer, err = q.store.NoteHead(ctx, tx, r.Installation, r.ID, commit, at); err != nil {
			return false, err
		}
	}
	if newer && r.HeadAt != nil && r.HeadAt.Equal(at) && r.Head != commit {
		if err := q.Review(ctx, tx, r); err != nil {
			return false, err
		}
	}
	if !newer || r.Head == commit {
		has, err := q.store.HasAudit(ctx, tx, r.Installation, r.ID, r.DefaultBranch, commit, "")
		if err != nil || has {
			return false, err
		}
	}
	_, added, err = q.Enqueue(ctx, tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: commit, Branch: r.DefaultBranch, Trigger: store.Push, HeadAt: at})
	return added, err
}

// PullHead records what GitHub tells of a pull request, inside the caller's
// transaction, and asks for the audit of its head: of an open one, when the head
// was not audited against the base branch, or code scanning shows another one's. Checks follow that speak of other pull
// requests now. GitHub tells times in whole seconds: of two different states of
// one second nobody knows the later, so that GitHub is asked.
func (q *Queue) PullHead(ctx context.Context, tx pgx.Tx, r store.Repository, p store.PullRequest) (added bool, err error) {
	was, err := q.store.KnownPullRequest(ctx, tx, r.Installation, r.ID, p.Number)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	known, late, err := q.store.NotePullRequest(ctx, tx, r.Installation, p)
	if err != nil || late {
		return false, err
	}
	if was.Changed.Equal(known.Changed) && (was.Head != known.Head || was.State != known.State || was.BaseBranch != known.BaseBranch) {
		if err := q.Review(ctx, tx, r); err != nil {
			return false, err
		}
	}
	if known.State == store.PullOpen {
		settled, err := q.settled(ctx, tx, r, known)
		if err != nil {
			return false, err
		}
		if !settled {
			if added, err = q.PullAudit(ctx, tx, r, known); err != nil {
				return added, err
			}
		}
	}
	if was.ID == 0 || was.State == known.State && was.Head == known.Head {
		return added, nil
	}
	for _, commit := range slices.Compact([]string{was.Head, known.Head}) {
		if added && commit == known.Head {
			continue // asked for with its audit
		}
		others, err := q.store.PullRequestsAt(ctx, tx, r.Installation, r.ID, commit)
		if err != nil {
			return added, err
		}
		if len(others) == 0 {
			continue // what it says stays: nothing can be merged by it
		}
		if err := q.Publish(ctx, tx, PublishArgs{Installation: r.Installation, Repository: r.ID, Commit: commit}); err != nil {
			return added, err
		}
	}
	return added, nil
}

// settled reports whether the head of a pull request needs no audit.
func (q *Queue) settled(ctx context.Context, tx pgx.Tx, r store.Repository, p store.PullRequest) (bool, error) {
	has, err := q.store.HasAudit(ctx, tx, r.Installation, r.ID, p.Line(), p.Head, p.BaseBranch)
	if err != nil || !has {
		return false, err
	}
	overtaken, err := q.store.Overtaken(ctx, tx, r.Installation, r.ID, pullRef(p.Number), p.Line(), p.Head)
	return !overtaken, err
}

// PullAudit asks for an audit of a pull request's head, whether there was one or not.
func (q *Queue) PullAudit(ctx context.Context, tx pgx.Tx, r store.Repository, p store.PullRequest) (added bool, err error) {
	_, added, err = q.Enqueue(ctx, tx, r.Installation, store.NewAudit{
		Repository: r.ID, Commit: p.Head, Branch: p.Line(), Trigger: store.OnPullRequest, PullRequest: p.ID, BaseBranch: p.BaseBranch})
	return added, err
}

// PullOf is a pull request of GitHub's as the store keeps it.
func PullOf(repository int64, p github.PullRequest) store.PullRequest {
	state := store.PullState(p.State)
	if p.Merged {
		state = store.PullMerged
	}
	return store.PullRequest{
		Repository: repository, Number: p.Number, Title: p.Title, Author: p.Author, State: state, Draft: p.Draft,
		Head: p.HeadSHA, HeadBranch: p.HeadRef, HeadRepository: p.HeadRepository, BaseBranch: p.BaseRef, MergeCommit: p.MergeCommit, Changed: p.UpdatedAt,
	}
}

// RepositoryOf is a repository of GitHub's as the store takes it.
func RepositoryOf(r github.Repository) store.GitHubRepository {
	return store.GitHubRepository{ID: r.ID, Owner: r.Owner, Name: r.Name, DefaultBranch: r.DefaultBranch, Private: r.Private, Archived: r.Archived, Fork: r.Fork, Topics: r.Topics}
}
