package server

import (
	"context"
	"net/http"

	"twelvefold/internal/store"
	"twelvefold/templates"
)

// auditNow asks for an audit of what the default branch is at now. The page that
// it leads to shows how far that is.
func (s *Server) auditNow(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := s.queue.AuditHead(r.Context(), v.seen.Repository); err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "an audit was asked for", "id", requestID(r.Context()), "repository", v.seen.ID, "by", v.signature())
	return seeOther(w, r, repositoryHref(v.seen.ID))
}

// running is how far the newest audit is, from when it was asked for; nil when
// none is going on.
func (s *Server) running(ctx context.Context, o store.Overview) (*templates.Progress, error) {
	if progress := progressOf(o.ID, o.Newest); progress != nil {
		return progress, nil
	}
	asked, err := s.store.HeadAsked(ctx, o.Installation, o.ID)
	if err != nil || !asked {
		return nil, err
	}
	return &templates.Progress{State: templates.Asked, Href: repositoryHref(o.ID) + "/progress"}, nil
}

// auditForm is the form that asks for an audit.
func auditForm(o store.Overview) *templates.AuditForm {
	form := &templates.AuditForm{Action: repositoryHref(o.ID) + "/audits", What: "the newest commit of " + o.DefaultBranch}
	if o.Origin == store.FromLocal {
		form.What = "what is checked out now"
	}
	return form
}
