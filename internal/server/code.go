package server

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/excerpt"
	"twelvefold/internal/github"
	"twelvefold/internal/rights"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

const (
	// codeWithin is how long an excerpt may take.
	codeWithin = 3 * time.Second
	// codeMost is how large a file may be of which some lines are shown, in bytes.
	codeMost = 1 << 20
)

// credentialFile is the rule that finds files which are nothing but credentials.
const credentialFile = "config/credential-file"

// secretRules are the rules whose findings stand on lines with a secret.
var secretRules = []string{
	"config/hardcoded-credential", "config/secret-default", "config/provider-token", "config/manifest-secret", "config/env-file-committed",
	"config/env-config-file", "config/client-bundle-secret", "config/logged-secret", credentialFile,
	"build-release-run/config-in-image", "backing-services/hardcoded-handle", "processes/per-process-secret",
}

// programs are the endings of files in which a value that is none stands in quotes.
var programs = func() map[string]bool {
	endings := map[string]bool{}
	for _, e := range strings.Fields("c cjs clj cpp cs dart ex exs fs go groovy h java js jsx kt kts lua mjs php phtml pl py rb rs scala svelte swift ts tsx vb vue") {
		endings["."+e] = true
	}
	return endings
}()

// readable reports whether a place may be of a file.
func readable(p audit.Place) bool { return p.Path != "" && p.Path != "." }

// findingCode answers the fragment with the excerpt; without HTMX the page leads
// to the one with it.
func (s *Server) findingCode(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	life, causes, err := s.lifeOf(r, o)
	if err != nil {
		return err
	}
	if r.Header.Get("HX-Request") == "" {
		to := findingHref(o.ID, life.ID) + "?code=1"
		if n := placeNumber(r); n > 0 {
			to += "&at=" + strconv.Itoa(n)
		}
		return seeOther(w, r, to)
	}
	view, err := s.excerptOf(r, o, life, causes[life.LastSeenAudit].Commit)
	if err != nil {
		return err
	}
	return s.render(w, r, templates.CodeRegion(view))
}

// placeNumber is ?at=, 0 where it is none.
func placeNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("at"))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// excerptOf reads the code around a finding's place, ?at= of its related ones, at
// the commit that it was last seen at. It is read for this answer alone. What keeps
// it from being read is said in it; the error is the database's.
func (s *Server) excerptOf(r *http.Request, o store.Overview, life store.Life, commit string) (templates.Excerpt, error) {
	place := life.Place
	switch n := placeNumber(r); {
	case n > min(len(life.Related), relatedPlaces):
		return templates.Excerpt{}, store.ErrNotFound
	case n > 0:
		place = life.Related[n-1]
	}
	view := templates.Excerpt{Place: s.hostedOf(o.Repository, commit).place(place), Commit: commit}
	if !readable(place) {
		view.Why = "This is about what the repository does not have: there is no line to show."
		return view, nil
	}
	if strings.ContainsRune(place.Path, '\uFFFD') {
		view.Why = "The file’s name is not text: it can’t be asked for."
		return view, nil
	}
	spots, err := s.store.Spots(r.Context(), o.Installation, o.ID, life.Branch, place.Path, secretRules)
	if err != nil {
		return view, err
	}
	var secrets []excerpt.Lines
	for _, p := range spots {
		if p.Rule == credentialFile {
			view.Why = "This file is kept for credentials: nothing of it is shown here."
			return view, nil
		}
		secrets = append(secrets, excerpt.Lines{From: p.Line, To: p.EndLine})
	}
	content, err := s.read(r.Context(), o.Repository, commit, place.Path)
	if err != nil {
		return s.unread(r, view, findingHref(o.ID, life.ID), err)
	}
	lines, err := excerpt.Of(content, excerpt.Lines{From: place.Line, To: place.EndLine}, secrets, programs[strings.ToLower(path.Ext(place.Path))])
	if err != nil {
		return s.unread(r, view, "", err)
	}
	for _, l := range lines {
		view.Masked = view.Masked || l.Masked
		view.Lines = append(view.Lines, templates.CodeLine{Number: l.Number, Text: l.Text, Marked: l.Marked, Cut: l.Cut})
	}
	return view, nil
}

// read reads a file of a repository at a commit: of this machine from git, of
// GitHub with the viewer's own rights.
func (s *Server) read(ctx context.Context, of store.Repository, commit, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, codeWithin)
	defer cancel()
	if of.Origin == store.FromLocal {
		return source.FileAt(ctx, of.Path, commit, name, codeMost)
	}
	v := viewerOf(ctx)
	if s.signIn == nil || v.person == 0 {
		return nil, errSession
	}
	return s.signIn.Rights.File(ctx, v.person, github.Slug{Owner: of.Owner, Name: of.Name}, commit, name, codeMost)
}

// unread says why there is no excerpt, and whether another try may help.
func (s *Server) unread(r *http.Request, view templates.Excerpt, href string, err error) (templates.Excerpt, error) {
	again := false
	switch {
	case r.Context().Err() != nil:
		return view, err
	case errors.As(err, new(github.RateLimited)):
		view.Why = "GitHub answers no more of your questions for now: its hourly limit is reached."
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, new(github.Unavailable)):
		view.Why, again = "GitHub did not answer in time.", true
		if view.Place.Href == "" {
			view.Why = "The repository could not be read in time."
		}
	case store.Unavailable(err):
		return view, err
	case errors.Is(err, excerpt.ErrBinary), errors.Is(err, source.ErrPointer):
		view.Why = "This file is not text: there is no line to show."
	case errors.Is(err, excerpt.ErrShort):
		view.Why = "The file has fewer lines than that at this commit."
	case errors.Is(err, source.ErrTooLarge), errors.Is(err, github.ErrInvalid):
		view.Why = "The file is larger than 1 MB, too large to be shown here."
	case errors.Is(err, github.ErrNotFound):
		view.Why = "GitHub does not show you this file: it, or its commit, is gone, or you may no longer read it."
	case errors.Is(err, github.ErrForbidden):
		view.Why = "GitHub does not let Twelvefold read this file for you: the organization may ask you to sign in to it first."
	case errors.Is(err, rights.ErrSignIn), errors.Is(err, errSession):
		view.Why = "GitHub no longer takes your sign-in: sign in again to see the code."
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, source.ErrAbsent), errors.Is(err, source.ErrCorrupt):
		view.Why = "The file is not there at this commit."
	default:
		view.Why = "The repository can’t be read on this machine just now: it was moved, or its commit is gone."
		s.logger.WarnContext(r.Context(), "code can't be shown", "id", requestID(r.Context()), "error", err.Error())
	}
	if again && href != "" {
		view.Again = href + "?code=1#code"
	}
	return view, nil
}
