package server

import (
	"context"

	"twelvefold/internal/store"
)

// personalEvent is the one event that belongs to a person rather than to an
// installation. GitHub sends it to every App.
const personalEvent = "github_app_authorization"

// authorizationEvent ends what a person once allowed: GitHub no longer takes the
// tokens.
func (s *Server) authorizationEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	if d.payload.Action != "revoked" || d.payload.Sender.ID <= 0 {
		return "nothing to do", nil
	}
	return "person is signed out", s.store.SignOutEverywhere(ctx, tx, d.payload.Sender.ID)
}

// memberEvent forgets who may see what of an installation, since somebody came
// or went: to a repository, a team or the organization.
func (s *Server) memberEvent(ctx context.Context, tx store.Tx, d delivery) (string, error) {
	return "rights are asked for anew", s.dropRights(ctx, tx, d)
}

// dropRights forgets who may see what of a delivery's installation, and has
// GitHub asked anew for them and for the people that the delivery names. It is
// the last thing that a handler does: see store.DropRights.
func (s *Server) dropRights(ctx context.Context, tx store.Tx, d delivery) error {
	var more struct {
		Member     accountIn `json:"member"`
		Membership struct {
			User accountIn `json:"user"`
		} `json:"membership"`
	}
	tolerant(d.body, &more)
	var named []int64
	for _, id := range []int64{d.payload.Sender.ID, d.payload.Installation.Account.ID, more.Member.ID, more.Membership.User.ID} {
		if id > 0 {
			named = append(named, id)
		}
	}
	return s.store.DropRights(ctx, tx, d.payload.Installation.ID, named...)
}
