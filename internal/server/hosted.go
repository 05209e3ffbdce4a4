package server

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// hosted is where a repository's content stands on GitHub at one commit. The
// zero value has no addresses: of directories of this machine.
type hosted struct{ repository, commit string }

func (s *Server) hostedOf(r store.Repository, commit string) hosted {
	if r.Origin != store.FromGitHub || s.setup.SiteURL == "" {
		return hosted{}
	}
	return hosted{strings.TrimSuffix(s.setup.SiteURL, "/") + "/" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Name), commit}
}

// place leads to the lines of a place; to its file where something is absent.
func (h hosted) place(p audit.Place) templates.Link {
	link := templates.Link{Text: location(p)}
	if h.repository == "" || p.Path == "" || p.Path == "." {
		return link
	}
	parts := strings.Split(p.Path, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	link.Href = h.repository + "/blob/" + h.commit + "/" + strings.Join(parts, "/")
	switch {
	case p.Line > 0 && p.EndLine > p.Line:
		link.Href += fmt.Sprintf("#L%d-L%d", p.Line, p.EndLine)
	case p.Line > 0:
		link.Href += fmt.Sprintf("#L%d", p.Line)
	}
	return link
}

// cause leads to the pull request that an audited commit merged, else to the commit.
func (h hosted) cause(c store.Cause) templates.Link {
	link := templates.Link{Text: short(c.Commit)}
	if c.PullRequest > 0 {
		link.Text = fmt.Sprintf("#%d %s", c.PullRequest, c.Title)
	}
	switch {
	case h.repository == "" || c.Commit == "":
	case c.PullRequest > 0:
		link.Href = fmt.Sprintf("%s/pull/%d", h.repository, c.PullRequest)
	default:
		link.Href = h.repository + "/commit/" + c.Commit
	}
	return link
}

// short is how people name a commit.
func short(commit string) string { return commit[:min(8, len(commit))] }

// opened adds to the items of findings what brought each.
func (s *Server) opened(ctx context.Context, o store.Overview, at hosted, findings []store.Finding, items []templates.FindingItem) error {
	audits := make([]int64, len(findings))
	for i, f := range findings {
		audits[i] = f.FirstSeenAudit
	}
	causes, err := s.store.Causes(ctx, o.Installation, o.ID, audits)
	if err != nil {
		return err
	}
	for i, f := range findings {
		if c, known := causes[f.FirstSeenAudit]; known {
			items[i].Opened, items[i].OpenedBy = at.cause(c), c.Author
		}
	}
	return nil
}
