package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"twelvefold/internal/store"
	"twelvefold/templates"
)

// mailsOfDigest is how many of the last mails the page tells of.
const mailsOfDigest = 8

const (
	noMail = "This deploy sends no mail. Whoever runs it sets SMTP_URL and MAIL_FROM."
	noOne  = "Mail goes to people who signed in. Here nobody does, so that the digest can be looked at and not be mailed: that needs a GitHub App, SMTP_URL and MAIL_FROM."
)

var (
	errNoMail    = told{http.StatusConflict, "No mail is sent here", "The digest can be looked at, and not be mailed: this deploy has no server to give mail to.", templates.Link{Href: "/", Text: "All repositories"}}
	errLinkOften = told{http.StatusTooManyRequests, "The link was mailed often enough", "An address gets three links a day and ten in a month at the most. Look into its inbox, and where unwanted mail goes; try again on another day.", templates.Link{Href: "/", Text: "All repositories"}}
	errNoLink    = told{http.StatusConflict, "Nothing waits to be confirmed", "The address is confirmed, or the digest was stopped.", templates.Link{Href: "/", Text: "All repositories"}}
)

func digestHref(installation int64) string { return accountHref(installation, "digest") }

// digestPage shows how the viewer's own subscription to an account's digest stands.
func (s *Server) digestPage(w http.ResponseWriter, r *http.Request) error {
	view, err := s.digestView(r, nil)
	if err != nil {
		return err
	}
	return s.render(w, r, templates.DigestSettingsPage(view))
}

// digestView is the page, with the form as somebody filled it in, or as it is kept.
func (s *Server) digestView(r *http.Request, typed *digestTyped) (templates.DigestSettings, error) {
	v, ctx := viewerOf(r.Context()), r.Context()
	account, own := accountOf(v.of.Installation), digestHref(v.of.ID)
	view := templates.DigestSettings{
		Page: s.page(r, "Weekly digest of "+account.Name), Account: account, Preview: own + "/preview", Export: own + "/mails", Stop: own + "/stop", Confirm: own + "/confirm",
		Saved: r.URL.Query().Has("saved"),
	}
	switch {
	case v.person == 0:
		view.Off = noOne
		return view, nil
	case s.mailFrom == "":
		view.Off = noMail
	}
	subscription, err := s.store.Subscription(ctx, v.person, v.of.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return view, err
	}
	known := err == nil
	if known {
		view.State = digestState(subscription)
	}
	mails, err := s.store.DigestMails(ctx, v.person, v.of.ID, mailsOfDigest)
	if err != nil {
		return view, err
	}
	zone := zoneOf(subscription)
	for _, m := range mails {
		view.Mails = append(view.Mails, templates.DigestMail{Week: m.Week, Due: m.Due.In(zone), Says: mailSays(m), Said: m.Said})
	}
	if s.mailFrom == "" {
		return view, nil
	}
	view.Action = own
	if typed == nil {
		if typed, err = s.keptDigest(ctx, v, subscription, known); err != nil {
			return view, err
		}
	}
	view.Form, err = s.digestForm(ctx, v, *typed)
	view.Form.Guess = !known && typed.zone == time.UTC.String()
	return view, err
}

// zoneOf is where a subscriber lives; UTC where that is not known.
func zoneOf(d store.Subscription) *time.Location {
	if d.When.Zone == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(d.When.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func digestState(d store.Subscription) templates.DigestState {
	state := templates.DigestState{State: string(d.State), Address: d.Address, Stopped: d.Stopped, Said: d.Said, Linked: d.Linked, Asked: d.Changed,
		Refused: d.Refusals > 0, Unsent: d.Why == store.StoppedUnsent}
	switch d.State {
	case store.Active:
		state.Next = d.Next.In(zoneOf(d)).Format("Monday, 2 January 2006 at 15:04") + ", " + d.When.Zone
	case store.Stopped:
		state.Why = stopped(d.Why)
	}
	return state
}

// stopped says why a digest did.
func stopped(why store.StopReason) string {
	switch why {
	case store.StoppedByPerson:
		return "You stopped it on this page."
	case store.StoppedByLink:
		return "The link at the end of a mail was used."
	case store.StoppedBounced:
		return "The address is refused for good."
	case store.StoppedLostAccess:
		return "GitHub says that you see nothing any more of what it told of."
	case store.StoppedSignedOut:
		return "GitHub no longer told what you may see, as you had not signed in for long."
	case store.StoppedByOperator:
		return "Whoever runs this deploy stopped it."
	case store.StoppedBarred:
		return "Mail to the address was refused for four weeks in a row, and nobody said that the address is why: whoever runs this deploy may have to see to its mail."
	case store.StoppedUnsent:
		return "The mail that asks to confirm the address could not be sent for a day. The address is not to blame: whoever runs this deploy has to see to its mail."
	}
	return ""
}

// mailSays is what became of a mail.
func mailSays(m store.DigestMail) string {
	switch m.State {
	case store.MailWaiting:
		return "waits to be sent"
	case store.MailClaimed:
		return "on its way"
	case store.MailSent:
		return "sent to " + m.Address
	case store.MailFailed:
		return "not sent"
	case store.MailUnknown:
		return "perhaps sent: the answer was lost, and it is not sent twice"
	}
	return "no mail"
}

// subscribe keeps what the viewer wants of an account's digest. With find= in the
// form only the list of repositories is made anew.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if v.person == 0 || s.mailFrom == "" {
		return errNoMail
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	typed, wanted := readDigest(r.PostForm)
	if r.PostForm.Get("find") != "" {
		return s.findForDigest(w, r, typed)
	}
	if err := s.keepToSeen(r.Context(), v, &typed, &wanted); err != nil {
		return err
	}
	if typed.wrong() {
		view, err := s.digestView(r, &typed)
		if err != nil {
			return err
		}
		return s.renderAs(w, r, http.StatusUnprocessableEntity, templates.DigestSettingsPage(view))
	}
	d, err := s.queue.Subscribe(r.Context(), v.person, v.of.ID, wanted, s.now())
	if errors.Is(err, store.ErrOften) {
		return errLinkOften
	}
	if err == nil {
		err = s.store.NoteDigestAnswer(r.Context(), v.person, s.now())
	}
	if err != nil {
		return err
	}
	s.logger.InfoContext(r.Context(), "digest subscribed", "id", requestID(r.Context()), "installation", v.of.ID, "person", v.person, "state", string(d.State))
	return seeOther(w, r, digestHref(v.of.ID)+"?saved")
}

// findForDigest shows the form as it was filled in, with the repositories that its
// text finds. Nothing is kept.
func (s *Server) findForDigest(w http.ResponseWriter, r *http.Request, typed digestTyped) error {
	typed.asked, typed.wrongs = true, digestWrongs{}
	if regionAsked(r, "digest-find") {
		find, err := s.digestFind(r.Context(), viewerOf(r.Context()), typed)
		if err != nil {
			return err
		}
		return s.render(w, r, templates.DigestFindRegion(find))
	}
	typed.some = true
	view, err := s.digestView(r, &typed)
	if err != nil {
		return err
	}
	return s.render(w, r, templates.DigestSettingsPage(view))
}

// keepToSeen leaves out repositories that the viewer does not see.
func (s *Server) keepToSeen(ctx context.Context, v *viewer, typed *digestTyped, wanted *store.Wanted) error {
	if !typed.some {
		return nil
	}
	if n := len(typed.repositories); n > store.MostDigestRepositories {
		typed.wrongs.Repositories = "Choose " + templates.Thousands(store.MostDigestRepositories) + " at the most, or all."
		return nil
	}
	seen, err := s.store.Standings(ctx, v.sight, []int64{v.of.ID}, typed.repositories)
	if err != nil {
		return err
	}
	wanted.Repositories = []int64{}
	for _, o := range seen {
		wanted.Repositories = append(wanted.Repositories, o.ID)
	}
	if len(seen) == 0 {
		typed.wrongs.Repositories = "Choose one at least, or all."
	}
	return nil
}

// stopDigest ends the viewer's subscription.
func (s *Server) stopDigest(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if _, err := s.store.StopSubscription(r.Context(), v.person, v.of.ID, store.StoppedByPerson, s.now()); err != nil {
		return err
	}
	return seeOther(w, r, digestHref(v.of.ID))
}

// confirmAgain has the link of a pending subscription mailed once more.
func (s *Server) confirmAgain(w http.ResponseWriter, r *http.Request) error {
	v := viewerOf(r.Context())
	if v.person == 0 || s.mailFrom == "" {
		return errNoMail
	}
	switch err := s.queue.ConfirmAgain(r.Context(), v.person, v.of.ID, s.now()); {
	case errors.Is(err, store.ErrOften):
		return errLinkOften
	case errors.Is(err, store.ErrNotFound):
		return errNoLink
	case err != nil:
		return err
	}
	return seeOther(w, r, digestHref(v.of.ID))
}

// offer asks who has not answered yet whether to get the digests of accounts; nil
// where there is nobody to ask or no mail.
func (s *Server) offer(ctx context.Context, v *viewer, accounts []store.Account) (*templates.DigestOffer, error) {
	if v.person == 0 || s.mailFrom == "" || len(accounts) == 0 {
		return nil, nil
	}
	answered, err := s.store.DigestAnswered(ctx, v.person)
	if err != nil || answered {
		return nil, err
	}
	offer := &templates.DigestOffer{Decline: declinePath}
	if len(accounts) == 1 {
		offer.Accounts = []templates.Link{{Href: digestHref(accounts[0].ID), Text: "Subscribe"}}
		return offer, nil
	}
	for _, a := range accounts[:min(len(accounts), accountsOffered)] {
		offer.Accounts = append(offer.Accounts, templates.Link{Href: digestHref(a.ID), Text: "Subscribe to " + strings.TrimSpace(a.Account)})
	}
	return offer, nil
}

const (
	declinePath     = "/digest/decline"
	accountsOffered = 3
)

// declineDigest notes that the viewer wants none, and never asks again.
func (s *Server) declineDigest(w http.ResponseWriter, r *http.Request) error {
	if v := viewerOf(r.Context()); v.person != 0 {
		if err := s.store.NoteDigestAnswer(r.Context(), v.person, s.now()); err != nil {
			return err
		}
	}
	return seeOther(w, r, "/")
}
