package server

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/jobs"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// linksAMinute is how often one client may follow links of mails in a minute, however
// many processes answer. What a link holds can't be guessed; this bounds what trying
// costs.
const linksAMinute = 240

var (
	errLinksOften = told{http.StatusTooManyRequests, "Too many links", "Many were followed from your network within a minute. Wait for a minute, then follow it again.", templates.Link{Href: "/", Text: "All repositories"}}
	errLinkUsed   = told{http.StatusNotFound, "This link does nothing any more", "It was used already, a newer one was mailed, or more than seven days went by. The page of the digest mails another one.", templates.Link{Href: "/", Text: "All repositories"}}
)

// mailLink is the subscription that a link is of, if its token is the one that which
// chooses; else none.
func (s *Server) mailLink(w http.ResponseWriter, r *http.Request, which func(store.Subscription) []byte) (d store.Subscription, known bool, err error) {
	now := s.now()
	used, ends, err := s.store.Use(r.Context(), "links "+client(r), time.Minute, now)
	switch {
	case err != nil:
		return d, false, err
	case used > linksAMinute:
		w.Header().Set("Retry-After", strconv.Itoa(wait(ends, now)))
		return d, false, errLinksOften
	}
	token := jobs.TokenOf(r.PathValue("token"))
	if token == nil {
		return d, false, nil
	}
	d, err = s.store.SubscriptionBy(r.Context(), token)
	if errors.Is(err, store.ErrNotFound) {
		return d, false, nil
	}
	return d, err == nil && bytes.Equal(which(d), token), err
}

func ending(d store.Subscription) []byte     { return d.Token }
func confirming(d store.Subscription) []byte { return d.Confirm }

// unsubscribePage asks before it ends a subscription: programs that look at mail
// follow its links. It needs nobody signed in.
func (s *Server) unsubscribePage(w http.ResponseWriter, r *http.Request) error {
	d, known, err := s.mailLink(w, r, ending)
	if err != nil {
		return err
	}
	view := templates.MailLink{Page: s.page(r, "Stop the weekly digest"), Action: r.URL.EscapedPath(), Stops: true}
	if known {
		if err := s.describe(r, &view, d); err != nil {
			return err
		}
	}
	return s.render(w, r, templates.MailLinkPage(view))
}

// unsubscribe ends a subscription, sent by the page's button or, without a page, by a
// mail program (RFC 8058). It says the same whatever there was to end.
func (s *Server) unsubscribe(w http.ResponseWriter, r *http.Request) error {
	d, known, err := s.mailLink(w, r, ending)
	if err != nil {
		return err
	}
	if known {
		if _, err := s.store.StopSubscription(r.Context(), d.Person, d.Installation, store.StoppedByLink, s.now()); err != nil {
			return err
		}
	}
	return s.render(w, r, templates.MailLinkPage(templates.MailLink{Page: s.page(r, "The digest is stopped"), Stops: true, Done: true}))
}

// confirmPage asks before it starts a subscription.
func (s *Server) confirmPage(w http.ResponseWriter, r *http.Request) error {
	d, known, err := s.mailLink(w, r, confirming)
	if err != nil {
		return err
	}
	if !known {
		return errLinkUsed
	}
	view := templates.MailLink{Page: s.page(r, "Confirm the weekly digest"), Action: r.URL.EscapedPath()}
	if err := s.describe(r, &view, d); err != nil {
		return err
	}
	return s.render(w, r, templates.MailLinkPage(view))
}

// confirm starts a subscription.
func (s *Server) confirm(w http.ResponseWriter, r *http.Request) error {
	d, known, err := s.mailLink(w, r, confirming)
	if err != nil {
		return err
	}
	if !known {
		return errLinkUsed
	}
	d, err = s.store.ConfirmSubscription(r.Context(), d.Confirm, s.now())
	if errors.Is(err, store.ErrNotFound) {
		return errLinkUsed
	}
	if err != nil {
		return err
	}
	view := templates.MailLink{Page: s.page(r, "The weekly digest is confirmed"), Done: true, Next: d.Next.In(zoneOf(d))}
	if err := s.describe(r, &view, d); err != nil {
		return err
	}
	return s.render(w, r, templates.MailLinkPage(view))
}

// describe says what a link is of.
func (s *Server) describe(r *http.Request, view *templates.MailLink, d store.Subscription) error {
	installation, err := s.store.Installation(r.Context(), d.Installation)
	view.Account, view.Address = installation.Account, d.Address
	return err
}

// loggedPath is a request's path without what a mail's link holds.
func loggedPath(r *http.Request) string {
	for _, prefix := range []string{jobs.UnsubscribePath, jobs.ConfirmPath} {
		if strings.HasPrefix(r.URL.Path, prefix) {
			return prefix + "…"
		}
	}
	return r.URL.Path
}
