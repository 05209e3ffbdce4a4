package server

import (
	"context"
	"strings"

	"twelvefold/internal/store"
)

// installationEvent notes an installation. What it may see, and whether it is
// suspended, is asked for: deliveries tell it in any order. Only its end is
// taken at the word, since that has no other side.
func (s *Server) installationEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	id := d.payload.Installation.ID
	if d.payload.Action == "deleted" {
		if err := s.store.DeleteInstallation(ctx, tx, id); err != nil {
			return "", err
		}
		return "installation deleted", s.dropRights(ctx, tx, d)
	}
	if err := s.store.NoteInstallation(ctx, tx, d.payload.installation()); err != nil {
		return "", err
	}
	if err := s.queue.Refresh(ctx, tx, id); err != nil {
		return "", err
	}
	return "installation is refreshed", s.dropRights(ctx, tx, d)
}

// installationRepositoriesEvent refreshes an installation whose repositories
// changed.
func (s *Server) installationRepositoriesEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	if err := s.store.NoteInstallation(ctx, tx, d.payload.installation()); err != nil {
		return "", err
	}
	var more struct {
		Removed []repositoryIn `json:"repositories_removed"`
	}
	tolerant(d.body, &more)
	// What is taken away stops being shown at once; should it be back, the answer says so.
	var ids []int64
	for _, r := range more.Removed {
		ids = append(ids, r.ID)
	}
	if err := s.store.LoseRepositories(ctx, tx, d.payload.Installation.ID, ids); err != nil {
		return "", err
	}
	if err := s.queue.Refresh(ctx, tx, d.payload.Installation.ID); err != nil {
		return "", err
	}
	return "installation is refreshed", s.dropRights(ctx, tx, d)
}

// installationTargetEvent refreshes an installation whose account was renamed.
func (s *Server) installationTargetEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	if err := s.queue.Refresh(ctx, tx, d.payload.Installation.ID); err != nil {
		return "", err
	}
	return "installation is refreshed", s.dropRights(ctx, tx, d)
}

// cutName splits "owner/name".
func cutName(full string) (owner, name string) {
	owner, name, _ = strings.Cut(full, "/")
	return owner, name
}
