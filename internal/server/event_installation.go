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
	if d.payload.Action == "deleted" {
		return "installation deleted", s.store.DeleteInstallation(ctx, tx, d.payload.Installation.ID)
	}
	if err := s.store.NoteInstallation(ctx, tx, d.payload.installation()); err != nil {
		return "", err
	}
	return "installation is refreshed", s.queue.Refresh(ctx, tx, d.payload.Installation.ID)
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
	return "installation is refreshed", s.queue.Refresh(ctx, tx, d.payload.Installation.ID)
}

// installationTargetEvent refreshes an installation whose account was renamed.
func (s *Server) installationTargetEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	return "installation is refreshed", s.queue.Refresh(ctx, tx, d.payload.Installation.ID)
}

// cutName splits "owner/name".
func cutName(full string) (owner, name string) {
	owner, name, _ = strings.Cut(full, "/")
	return owner, name
}
