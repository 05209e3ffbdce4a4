package server

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
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

// cause leads to the pull request that an audited commit merged, and says who
// opened that, else to the commit.
func (h hosted) cause(c store.Cause) (link templates.Link, by string) {
	link.Text = templates.Short(c.Commit)
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
	return link, c.Author
}

// causes are what brought findings, by the audits that saw them first.
func (s *Server) causes(ctx context.Context, o store.Overview, findings []store.Finding) (map[int64]store.Cause, error) {
	audits := map[int64]bool{}
	for _, f := range findings {
		audits[f.FirstSeenAudit] = true
	}
	return s.store.Causes(ctx, o.Installation, o.ID, slices.Collect(maps.Keys(audits)))
}
