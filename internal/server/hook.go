package server

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/hook"
	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

const (
	hookPoints    = 5 // that a form suggests
	shownNotices  = 50
	formerSigns   = 24 * time.Hour
	webhookOfPage = "webhook"
)

var (
	errManyTests   = told{status: http.StatusTooManyRequests, title: "Enough tests for now", message: fmt.Sprintf("%d tests were sent within an hour, the most that one account sends. Try again later.", store.MostTests)}
	errManyResends = told{status: http.StatusTooManyRequests, title: "Enough for now", message: fmt.Sprintf("%d events were sent again within an hour, the most that one account sends. Try again later.", store.MostResends)}
	errManySecrets = told{status: http.StatusTooManyRequests, title: "Enough secrets for now",
		message: fmt.Sprintf("The secret was changed %d times within a day, and all of them still sign. Change it again tomorrow; where one is known to others, remove the webhook and set it up anew.", store.MostFormer)}
	noticeForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// hookLine is what the settings of an account say of its webhook: nothing of this
// machine's.
func (s *Server) hookLine(r *http.Request, of store.Account) (line templates.HookLine, err error) {
	if of.ID == store.Local {
		return line, nil
	}
	line = templates.HookLine{Href: accountHref(of.ID, webhookOfPage), May: of.Administers && viewerOf(r.Context()).since.IsZero()}
	h, err := s.store.Hook(r.Context(), of.ID)
	if errors.Is(err, store.ErrNotFound) {
		return line, nil
	}
	line.Set, line.Stopped = err == nil, h.Stopped != nil
	return line, err
}

// hookView is the page of an account's webhook as it stands.
func (s *Server) hookView(r *http.Request) (templates.Hook, error) {
	v := viewerOf(r.Context())
	account := accountOf(v.of.Installation)
	view := templates.Hook{
		Page: s.page(r, "Webhook of "+account.Name), Account: account, Action: accountHref(v.of.ID, webhookOfPage), Ready: s.hooks.Keys != nil,
		Points: hookPoints, Grades: true, Days: jobs.NoticeDays, Saved: r.URL.Query().Has("saved"),
	}
	if v.of.ID == store.Local {
		return view, store.ErrNotFound
	}
	h, err := s.store.Hook(r.Context(), v.of.ID)
	if errors.Is(err, store.ErrNotFound) {
		return view, nil
	}
	if err != nil {
		return view, err
	}
	view.Set, view.URL, view.Points, view.Grades, view.By, view.At, view.Why = true, h.URL, h.Points, h.Grades, h.By, h.At, h.StoppedWhy
	for _, former := range h.Former { // the last to end first
		if s.now().Before(former.Until) {
			view.Formers = append(view.Formers, former.Until)
		}
	}
	if h.Failing != nil {
		view.Failing, view.GivenUp = *h.Failing, h.GivenUp
	}
	if h.Stopped != nil {
		view.Stopped = *h.Stopped
	}
	list, err := s.store.Notices(r.Context(), v.of.ID, shownNotices)
	for _, n := range list {
		view.Notices = append(view.Notices, noticeRow(n, h.Stopped == nil))
	}
	return view, err
}

func noticeRow(n store.Notice, on bool) templates.NoticeRow {
	row := templates.NoticeRow{
		ID: n.ID, Event: n.Event, Repository: n.FullName, State: string(n.State), Attempts: n.Attempts, Status: n.Status, Answer: n.Answer, Why: n.Why,
		Took: n.Took, Created: n.Created, Again: on && n.State != store.NoticeWaiting,
	}
	switch {
	case n.Audit == 0:
	case n.Repository == 0:
		row.Repository = templates.RepositoryLeft
	case !n.Gone:
		row.Href = auditHref(n.Repository, n.Audit)
	}
	if n.Next != nil {
		row.Next = *n.Next
	}
	return row
}

func (s *Server) hookPage(w http.ResponseWriter, r *http.Request) error {
	view, err := s.hookView(r)
	if err != nil {
		return err
	}
	return s.render(w, r, templates.HookPage(view))
}

// setHook keeps where an account is told and from when on. A new webhook's secret
// is shown by the answer, once.
func (s *Server) setHook(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	view, err := s.hookView(r)
	if err != nil {
		return err
	}
	if s.hooks.Keys == nil {
		return s.renderAs(w, r, http.StatusConflict, templates.HookPage(view))
	}
	v := viewerOf(r.Context())
	view.URL, view.Grades = hook.Normal(r.PostForm.Get("url")), r.PostForm.Get("grades") == "on"
	view.Wrongs.URL = hook.WrongURL(view.URL)
	points, err := strconv.Atoi(strings.TrimSpace(r.PostForm.Get("points")))
	if err != nil || points < 1 || points > 100 {
		view.Wrongs.Points = "Write a whole number from 1 to 100."
	} else {
		view.Points = points
	}
	if view.Wrongs.Any() {
		return s.renderAs(w, r, http.StatusUnprocessableEntity, templates.HookPage(view))
	}
	secret := hook.NewSecret()
	added, err := s.store.SetHook(r.Context(), store.Hook{
		Installation: v.of.ID, URL: view.URL, Secret: s.hooks.HookSecret(v.of.ID, secret), Points: points, Grades: view.Grades, By: v.signature()})
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "webhook set", "id", requestID(r.Context()), "installation", v.of.ID, "by", v.signature(), "new", added)
	if !added {
		return seeOther(w, r, accountHref(v.of.ID, webhookOfPage)+"?saved")
	}
	return s.showSecret(w, r, secret)
}

// showSecret answers with the page and a secret, which nothing shows again.
func (s *Server) showSecret(w http.ResponseWriter, r *http.Request, secret string) error {
	view, err := s.hookView(r)
	if err != nil {
		return err
	}
	view.Secret = secret
	return s.render(w, r, templates.HookPage(view))
}

// rotateHook gives a webhook another secret and shows it, once.
func (s *Server) rotateHook(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if v.of.ID == store.Local || s.hooks.Keys == nil {
		return store.ErrNotFound
	}
	secret := hook.NewSecret()
	now := s.now()
	err := s.store.RotateHook(r.Context(), v.of.ID, s.hooks.HookSecret(v.of.ID, secret), now, now.Add(formerSigns), v.signature())
	if errors.Is(err, store.ErrFull) {
		return errManySecrets
	}
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "secret of the webhook changed", "id", requestID(r.Context()), "installation", v.of.ID, "by", v.signature())
	return s.showSecret(w, r, secret)
}

func (s *Server) removeHook(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := s.store.RemoveHook(r.Context(), v.of.ID); err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "webhook removed", "id", requestID(r.Context()), "installation", v.of.ID, "by", v.signature())
	return seeOther(w, r, accountHref(v.of.ID, webhookOfPage))
}

// testHook has a test sent, which the list shows. One that is switched off meanwhile
// is sent none, as its page says.
func (s *Server) testHook(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	err := s.store.InTx(r.Context(), func(tx store.Tx) error { return s.queue.TestHook(r.Context(), tx, v.of.ID) })
	if errors.Is(err, store.ErrFull) {
		return errManyTests
	}
	if errors.Is(err, store.ErrNotFound) {
		_, err = s.store.Hook(r.Context(), v.of.ID) // one that is switched off is there
	}
	if err != nil {
		return err
	}
	return seeOther(w, r, accountHref(v.of.ID, webhookOfPage)+"#notices")
}

// resend has one event told again. One that waits is told anyway.
func (s *Server) resend(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if err := readForm(w, r); err != nil {
		return err
	}
	id := r.PostForm.Get("notice")
	if !noticeForm.MatchString(id) {
		return store.ErrNotFound
	}
	err := s.store.InTx(r.Context(), func(tx store.Tx) error { return s.queue.Resend(r.Context(), tx, v.of.ID, id) })
	if errors.Is(err, store.ErrFull) {
		return errManyResends
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return seeOther(w, r, accountHref(v.of.ID, webhookOfPage)+"#notices")
}
