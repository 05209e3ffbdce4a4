package server

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"twelvefold/internal/store"
)

// noted makes sure that the installation and the repository that a delivery is
// about are known, and returns the repository as it is known. Where the delivery
// says otherwise, GitHub is asked what is so. store.ErrNotFound: the repository is
// gone or another installation's by now, or the installation is gone.
func (s *Server) noted(ctx context.Context, tx store.Tx, d delivery) (store.Repository, error) {
	installation, named := d.payload.Installation.ID, d.payload.Repository.noun()
	if err := s.store.NoteInstallation(ctx, tx, d.payload.installation()); err != nil {
		return store.Repository{}, err
	}
	r, err := s.store.NoteRepository(ctx, tx, installation, named)
	if err != nil && !errors.Is(err, store.ErrNotFound) || err == nil && r.Gone == nil && as(r, named) {
		return r, err
	}
	if asked := s.queue.Refresh(ctx, tx, installation); asked != nil {
		return r, asked
	}
	if err == nil && r.Gone != nil {
		err = fmt.Errorf("%s is gone, or it is back and GitHub says so when it is asked: %w", r.FullName(), store.ErrNotFound)
	}
	return r, err
}

// as reports whether a repository is known as a delivery names it.
func as(r store.Repository, named store.GitHubRepository) bool {
	return r.Owner == named.Owner && r.Name == named.Name && r.DefaultBranch == named.DefaultBranch &&
		r.Private == named.Private && r.Archived == named.Archived && r.Fork == named.Fork
}

// repositoryEvent follows renames, transfers, archiving and the end of a
// repository.
func (s *Server) repositoryEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	outcome, err := s.followRepository(ctx, tx, d)
	if errors.Is(err, store.ErrNotFound) { // another installation's by now: rights change all the same
		outcome, err = "nothing to do: "+err.Error(), nil
	}
	if err != nil || !slices.Contains(changesRights, d.payload.Action) && d.event != "public" {
		return outcome, err
	}
	return outcome, s.dropRights(ctx, tx, d)
}

// changesRights are the actions after which other people see a repository.
var changesRights = []string{"created", "deleted", "privatized", "publicized", "transferred"}

func (s *Server) followRepository(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	switch d.payload.Action {
	case "deleted":
		if err := s.store.LoseRepositories(ctx, tx, d.payload.Installation.ID, []int64{d.payload.Repository.ID}); err != nil {
			return "", err
		}
		return "repository is gone", s.queue.Refresh(ctx, tx, d.payload.Installation.ID) // or it is back by now
	case "transferred", "created":
		if err := s.store.NoteInstallation(ctx, tx, d.payload.installation()); err != nil {
			return "", err
		}
		return "installation is refreshed", s.queue.Refresh(ctx, tx, d.payload.Installation.ID)
	}
	r, err := s.noted(ctx, tx, d)
	if err != nil {
		return "", err
	}
	return "repository is reviewed", s.queue.Review(ctx, tx, r)
}

// branchEvent reviews a repository whose default branch came or went. Other
// branches are looked at with the next audit.
func (s *Server) branchEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	var more struct {
		Ref  string `json:"ref"`
		Type string `json:"ref_type"`
	}
	tolerant(d.body, &more)
	if more.Type != "branch" || more.Ref != d.payload.Repository.DefaultBranch {
		return "nothing to do: not the default branch", nil
	}
	r, err := s.noted(ctx, tx, d)
	if err != nil {
		return "", err
	}
	return "repository is reviewed", s.queue.Review(ctx, tx, r)
}
