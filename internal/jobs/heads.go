package jobs

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
)

// BranchHead asks, inside the caller's transaction, for the audit of a commit
// that was pushed to a repository's default branch. Word of a push may come
// late or twice: what is known already is not asked for again.
func (q *Queue) BranchHead(ctx context.Context, tx pgx.Tx, r store.Repository, commit string, at time.Time) (added bool, err error) {
	if r.Head == commit && r.HeadAt != nil && r.HeadAt.Equal(at) {
		return false, nil
	}
	newer, err := q.store.NoteHead(ctx, tx, r.Installation, r.ID, commit, at)
	if err != nil {
		return false, err
	}
	if !newer || r.Head == commit {
		has, err := q.store.HasAudit(ctx, tx, r.Installation, r.ID, r.DefaultBranch, commit)
		if err != nil || has {
			return false, err
		}
	}
	_, added, err = q.Enqueue(ctx, tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: commit, Branch: r.DefaultBranch, Trigger: store.Push, HeadAt: at})
	return added, err
}

// PullHead records what GitHub tells of a pull request, inside the caller's
// transaction, and asks for the audit of its head: of an open one, when the head
// was not audited, or its base is another one now.
func (q *Queue) PullHead(ctx context.Context, tx pgx.Tx, r store.Repository, p store.PullRequest, rebased bool) (added bool, err error) {
	known, late, err := q.store.NotePullRequest(ctx, tx, r.Installation, p)
	if err != nil || late || known.State != store.PullOpen {
		return false, err
	}
	if !rebased {
		has, err := q.store.HasAudit(ctx, tx, r.Installation, r.ID, known.Line(), known.Head)
		if err != nil || has {
			return false, err
		}
	}
	return q.PullAudit(ctx, tx, r, known)
}

// PullAudit asks for an audit of a pull request's head, whether there was one or not.
func (q *Queue) PullAudit(ctx context.Context, tx pgx.Tx, r store.Repository, p store.PullRequest) (added bool, err error) {
	_, added, err = q.Enqueue(ctx, tx, r.Installation, store.NewAudit{
		Repository: r.ID, Commit: p.Head, Branch: p.Line(), Trigger: store.OnPullRequest, PullRequest: p.ID})
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
