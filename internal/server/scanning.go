package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"twelvefold/internal/github"
	"twelvefold/internal/report"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// recentUploads is how many uploads the repository page lists.
const recentUploads = 5

// scanningOf is what the page of a repository of GitHub's says of code scanning;
// nil of another.
func (s *Server) scanningOf(r *http.Request, o store.Overview, account store.Installation, may bool) (*templates.Scanning, error) {
	if o.Origin != store.FromGitHub {
		return nil, nil
	}
	chosen, err := s.store.Scanning(r.Context(), o.Installation, o.ID)
	if err != nil {
		return nil, err
	}
	uploads, err := s.store.Uploads(r.Context(), o.Installation, o.ID, recentUploads)
	if err != nil {
		return nil, err
	}
	view := &templates.Scanning{
		Action: repositoryHref(o.ID) + "/scanning", Export: repositoryHref(o.ID) + "/uploads", May: may && (!o.Archived || chosen.Wanted), Wanted: chosen.Wanted, By: chosen.By, At: chosen.At,
		Lacks: len(account.Permissions) > 0 && !github.MayScan(account.Permissions), // else GitHub was not asked yet
	}
	if s.setup.SiteURL != "" {
		view.Alerts = fmt.Sprintf("%s/%s/%s/security/code-scanning?query=tool:Twelvefold", strings.TrimSuffix(s.setup.SiteURL, "/"), url.PathEscape(o.Owner), url.PathEscape(o.Name))
	}
	for _, u := range uploads {
		row := templates.UploadRow{Ref: refName(u.Ref), Commit: u.Commit, State: string(u.State), Why: u.Why, Findings: u.Findings, LeftOut: u.LeftOut, At: u.Created}
		if u.Findings > report.UploadShown {
			row.Shown = report.UploadShown
		}
		if u.Ended != nil {
			row.At = *u.Ended
		}
		view.Uploads = append(view.Uploads, row)
	}
	return view, nil
}

// refName is a ref as people call it: "main", "#12".
func refName(ref string) string {
	if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		return branch
	}
	return "#" + strings.TrimSuffix(strings.TrimPrefix(ref, "refs/pull/"), "/head")
}

// setScanning says whether a repository's audits are uploaded. Where they are from
// now on, its default branch is audited again for it.
func (s *Server) setScanning(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := readForm(w, r); err != nil {
		return err
	}
	wanted := r.PostForm.Get("wanted") == "on"
	if v.seen.Origin != store.FromGitHub || !wanted && r.PostForm.Get("wanted") != "off" {
		return store.ErrNotFound
	}
	err := s.store.InTx(r.Context(), func(tx store.Tx) error {
		if err := s.store.SetScanning(r.Context(), tx, v.seen.Installation, v.seen.ID, wanted, v.signature()); err != nil || !wanted {
			return err
		}
		return s.queue.Scan(r.Context(), tx, v.seen.Repository)
	})
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "code scanning chosen", "id", requestID(r.Context()), "repository", v.seen.ID, "by", v.signature(), "wanted", wanted)
	return seeOther(w, r, repositoryHref(v.seen.ID)+"#scanning")
}
