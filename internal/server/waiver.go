package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// thisMachine is who answers for what is settled where nobody signs in.
const thisMachine = "local"

var (
	errTooMuch = told{status: http.StatusRequestEntityTooLarge, title: "That is too much", message: "The form holds more than 64 kB. Go back, shorten what you wrote, and send it again."}
	errNoForm  = told{status: http.StatusBadRequest, title: "This can’t be read", message: "What was sent is no form. Go back and send it again."}
	errFull    = told{status: http.StatusConflict, title: "Too many waivers stand", message: fmt.Sprintf("A repository has %d waivers at the most. Withdraw some that accept nothing any more, or waive a rule for a directory.", store.MostWaivers)}
)

var fingerprintForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// readForm reads a form of at most maxForm bytes.
func readForm(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return errTooMuch
	case err != nil:
		return errNoForm
	}
	return nil
}

// signature is who a change is made by.
func (v *viewer) signature() string {
	if v.person == 0 {
		return thisMachine
	}
	return v.login
}

// today is the day that waivers are held against.
func (s *Server) today() string { return s.now().UTC().Format(time.DateOnly) }

// findingNamed is an open finding of a repository by its fingerprint, of the
// default branch, else of what an open pull request brings; and its anchor on the
// repository's page.
func (s *Server) findingNamed(ctx context.Context, o store.Overview, fingerprint string) (f audit.Finding, anchor string, err error) {
	if !fingerprintForm.MatchString(fingerprint) {
		return f, "", goneFrom(o)
	}
	if o.Latest != nil {
		open, err := s.store.OpenFinding(ctx, o.Installation, o.ID, o.Latest.Branch, fingerprint)
		if err == nil || !errors.Is(err, store.ErrNotFound) {
			return open.Finding, anchorOf(fingerprint), err
		}
	}
	brought, err := s.store.PullFindings(ctx, o.Installation, o.ID, fingerprint)
	if err != nil {
		return f, "", err
	}
	if len(brought) == 0 {
		return f, "", goneFrom(o)
	}
	return brought[0].Finding, pullAnchor(brought[0].Number, fingerprint), nil
}

func goneFrom(o store.Overview) error {
	return told{http.StatusNotFound, "This finding is gone", "No open finding of the repository is called so: it was fixed, or its pull request is closed.",
		templates.Link{Href: repositoryHref(o.ID), Text: o.FullName()}}
}

// waivePage asks what the waiver of a finding, ?finding=, needs.
func (s *Server) waivePage(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	f, _, err := s.findingNamed(r.Context(), o, r.URL.Query().Get("finding"))
	if err != nil {
		return err
	}
	form := s.blankWaiver(o, f, repositoryHref(o.ID))
	kept, err := s.store.RepositoryWaivers(r.Context(), o.Installation, o.ID)
	if err != nil {
		return err
	}
	for _, k := range kept {
		if k.Accepts(f) { // to be renewed
			if form.Reason = k.Reason; k.Path != "" {
				form.Scope, form.Path = scopePath, k.Path
			}
			break
		}
	}
	return s.render(w, r, templates.WaivePage(s.waiveView(r, o, f, form)))
}

func (s *Server) waiveView(r *http.Request, o store.Overview, f audit.Finding, form templates.WaiverForm) templates.Waive {
	return templates.Waive{
		Page: s.page(r, "Waive a finding of "+o.FullName()), Name: o.FullName(), Href: repositoryHref(o.ID), Form: form,
		Severity: string(f.Severity), Message: f.Message, Location: location(f.Place), Title: s.byID[f.Rule].Title,
	}
}

// addWaiver waives a finding, or its rule in a directory.
func (s *Server) addWaiver(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := readForm(w, r); err != nil {
		return err
	}
	f, anchor, err := s.findingNamed(r.Context(), v.seen, r.PostForm.Get("finding"))
	if err != nil {
		return err
	}
	form, waiver := s.readWaiver(r, v.seen, f)
	if form.Wrong() {
		return s.renderAs(w, r, http.StatusUnprocessableEntity, templates.WaivePage(s.waiveView(r, v.seen, f, form)))
	}
	waiver.Owner = v.signature()
	kept := store.Waiver{Waiver: waiver, Repository: v.seen.ID, Message: f.Message}
	err = s.store.InTx(r.Context(), func(tx store.Tx) error {
		if _, err := s.store.AddWaiver(r.Context(), tx, v.seen.Installation, v.person, kept); err != nil {
			return err
		}
		return s.queue.Waive(r.Context(), tx, v.seen.Repository, waiver)
	})
	if errors.Is(err, store.ErrFull) {
		return errFull
	}
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "waived", "id", requestID(r.Context()), "repository", v.seen.ID, "by", waiver.Owner, "rule", waiver.Rule, "fingerprint", waiver.Fingerprint, "expires", waiver.Expires)
	return seeOther(w, r, form.Next+"#"+anchor)
}

// withdrawWaiver ends a waiver. One that is withdrawn already stays so.
func (s *Server) withdrawWaiver(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := readForm(w, r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PostForm.Get("waiver"), 10, 64)
	if err != nil {
		return errNoForm
	}
	err = s.store.InTx(r.Context(), func(tx store.Tx) error {
		waiver, err := s.store.WithdrawWaiver(r.Context(), tx, v.seen.Installation, v.seen.ID, id, v.signature())
		if err != nil {
			return err
		}
		return s.queue.Waive(r.Context(), tx, v.seen.Repository, waiver.Waiver)
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	s.logger.InfoContext(r.Context(), "waiver withdrawn", "id", requestID(r.Context()), "repository", v.seen.ID, "waiver", id, "by", v.signature())
	return seeOther(w, r, backTo(r, v.seen)+"#waivers")
}

// backTo is the page that a form was sent from.
func backTo(r *http.Request, o store.Overview) string {
	if next := ownPath(r.PostForm.Get("next")); next != "/" {
		return next
	}
	return repositoryHref(o.ID)
}
