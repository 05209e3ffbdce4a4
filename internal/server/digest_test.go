package server_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/store"
)

// mailing is a site that sends mail.
func mailing(t *testing.T) *site {
	t.Helper()
	return newSite(t, siteOptions{mailFrom: "digest@twelvefold.example.com"})
}

func (s *site) digest(rest string) string {
	return "/installations/" + strconv.FormatInt(s.acme, 10) + "/digest" + rest
}

// wanted is the form of a subscription with some fields changed: name, value, ….
func wanted(changed ...string) url.Values {
	form := url.Values{"address": {"ada@example.com"}, "weekday": {"1"}, "hour": {"9"}, "zone": {"Europe/Berlin"}, "about": {"all"}}
	for i := 0; i < len(changed); i += 2 {
		form.Set(changed[i], changed[i+1])
	}
	return form
}

func (s *site) subscription(t *testing.T, login string) store.Subscription {
	t.Helper()
	var person int64
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT id FROM people WHERE login = $1`, login).Scan(&person); err != nil {
		t.Fatal(err)
	}
	d, err := s.store.Subscription(t.Context(), person, s.acme)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSubscribingToTheDigest(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	ada := s.as(t, "ada")
	page := ada.get(t, s.digest(""))
	for _, says := range []string{"Subscribe", `<option value="Europe/Berlin">Berlin`, `<option value="UTC" selected>`, "data-zone", "acme/shop"} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the form lacks %q", says)
		}
	}
	if strings.Contains(page.body, "vault") {
		t.Error("the form names a repository that ada does not see")
	}
	if got := ada.post(t, s.digest(""), wanted("changed", "1")); got.status != http.StatusSeeOther || got.to() != s.digest("")+"?saved" {
		t.Fatalf("%d %s", got.status, got.to())
	}
	d := s.subscription(t, "ada")
	if d.State != store.Pending || d.Repositories != nil || !d.OnlyIfChanged || d.When != (store.Weekly{Weekday: 1, Hour: 9, Zone: "Europe/Berlin"}) {
		t.Errorf("%+v", d)
	}
	var jobs int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'confirm_digest'`).Scan(&jobs); err != nil || jobs != 1 {
		t.Errorf("%d links are mailed, %v", jobs, err)
	}
	if body := ada.get(t, s.digest("")).body; !strings.Contains(body, "Waiting for ada@example.com to be confirmed") || !strings.Contains(body, "Mail the link again") {
		t.Error("pending: the page does not say so")
	}
	for range 2 {
		if got := ada.post(t, s.digest("/confirm"), nil); got.status != http.StatusSeeOther {
			t.Errorf("once more: %d", got.status)
		}
	}
	if got := ada.post(t, s.digest("/confirm"), nil); got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "mailed often enough") {
		t.Errorf("a fourth link in a day: %d", got.status)
	}
	if _, err := s.store.ConfirmSubscription(t.Context(), d.Confirm, s.Now()); err != nil {
		t.Fatal(err)
	}
	if got := ada.post(t, s.digest("/confirm"), nil); got.status != http.StatusConflict {
		t.Errorf("a link of what is confirmed: %d", got.status)
	}
	next := s.subscription(t, "ada").Next.In(berlin(t)).Format("Monday, 2 January 2006 at 15:04") + ", Europe/Berlin"
	if body := ada.get(t, s.digest("")).body; !strings.Contains(body, "Next: "+next) || !strings.HasPrefix(next, "Monday, ") || !strings.Contains(next, " at 09:00, ") {
		t.Errorf("active: the page does not say %q", next)
	}
	if got := ada.post(t, s.digest("/stop"), nil); got.status != http.StatusSeeOther {
		t.Errorf("stopping: %d", got.status)
	}
	if body := ada.get(t, s.digest("")).body; !strings.Contains(body, "You stopped it on this page.") || !strings.Contains(body, "Start again") {
		t.Error("stopped: the page does not say so")
	}
	if body := ada.get(t, s.digest("")[:len(s.digest(""))-len("digest")]+"settings").body; !strings.Contains(body, `href="`+s.digest("")+`"`) {
		t.Error("the settings do not lead to the digest")
	}
}

// Who waits for a link is told what became of the mail with it, and can ask again where
// it could not be sent.
func TestThePageSaysWhatBecameOfTheLink(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	ada := s.as(t, "ada")
	says := func(words string) {
		t.Helper()
		if body := strings.Join(strings.Fields(ada.get(t, s.digest("")).body), " "); !strings.Contains(body, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if got := ada.post(t, s.digest(""), wanted()); got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	says("A mail with a link is on its way there.")
	s.Advance(2 * time.Hour)
	says("perhaps no worker of this deploy sends mail")
	note := func(end bool) {
		t.Helper()
		if noted, err := s.store.NoteUnlinked(t.Context(), s.subscription(t, "ada"), "535 5.7.8 bad <credentials>", end, s.Now()); !noted || err != nil {
			t.Fatal(noted, err)
		}
	}
	note(false)
	says("could not be sent yet. It is tried for a day. The last try ended with: <q>535 5.7.8 bad &lt;credentials&gt;</q>")
	note(true)
	says("could not be sent for a day. The address is not to blame: whoever runs this deploy has to see to its mail. The last try ended with: <q>535")
	says("Try again")
	if got := ada.post(t, s.digest("/confirm"), nil); got.status != http.StatusSeeOther || s.subscription(t, "ada").State != store.Pending {
		t.Errorf("asked again: %d", got.status)
	}
	says("A mail with a link is on its way there.")
	if err := s.store.NoteLinked(t.Context(), s.subscription(t, "ada"), s.Now()); err != nil {
		t.Fatal(err)
	}
	says("A mail with a link went there.")
	var jobs int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'confirm_digest'`).Scan(&jobs); err != nil || jobs != 2 {
		t.Errorf("%d links are mailed, %v", jobs, err)
	}
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestChosenRepositoriesAreSeenOnes(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	ada := s.as(t, "ada")
	shop, vault := strconv.FormatInt(s.repositories["acme/shop"].ID, 10), strconv.FormatInt(s.repositories["acme/vault"].ID, 10)
	some := wanted("about", "some", "repository", vault)
	if got := ada.post(t, s.digest(""), some); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Choose one at least, or all.") || strings.Contains(got.body, "acme/vault") {
		t.Errorf("of another's alone: %d", got.status)
	}
	some["repository"] = []string{vault, shop, "x"}
	if got := ada.post(t, s.digest(""), some); got.status != http.StatusSeeOther {
		t.Fatalf("%d", got.status)
	}
	if d := s.subscription(t, "ada"); len(d.Repositories) != 1 || d.Repositories[0] != s.repositories["acme/shop"].ID {
		t.Errorf("%v", d.Repositories)
	}
	if body := ada.get(t, s.digest("")).body; !strings.Contains(body, `value="`+shop+`" id="digest-r`+shop+`" checked`) {
		t.Error("the form does not show what is chosen")
	}

	// Looking for one keeps nothing.
	find := wanted("about", "some", "find", "1", "q", "sho", "hour", "17", "address", "not yet one")
	whole := ada.post(t, s.digest(""), find)
	if whole.status != 200 || !strings.Contains(whole.body, "acme/shop") || !strings.Contains(whole.body, `<option value="17" selected>`) || !strings.Contains(whole.body, `value="not yet one"`) {
		t.Errorf("without scripts: %d", whole.status)
	}
	find.Set("q", "vault")
	part := ada.post(t, s.digest(""), find, "HX-Request", "true", "HX-Target", "digest-find")
	if part.status != 200 || strings.Contains(part.body, "<html") || strings.Contains(part.body, "acme/vault") || !strings.Contains(part.body, "has that in it") {
		t.Errorf("by HTMX: %d %s", part.status, part.body)
	}
	if d := s.subscription(t, "ada"); d.When.Hour != 9 {
		t.Error("looking for a repository changed the subscription")
	}
}

func TestAWrongFormIsShownAgain(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	ada := s.as(t, "ada")
	for _, c := range []struct {
		form url.Values
		says string
	}{
		{wanted("address", "ada@example.com\r\nBcc: eve@example.com"), "Write one plain address"},
		{wanted("address", "Ada <ada@example.com>"), "Write one plain address"},
		{wanted("weekday", "8"), "Choose a day"},
		{wanted("hour", "x"), "Choose a day"},
		{wanted("zone", "Mars/Olympus"), "Choose a day"},
		{wanted("about", "some"), "Choose one at least"},
		{url.Values{}, "Write one plain address"},
	} {
		if got := ada.post(t, s.digest(""), c.form); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, c.says) || !strings.Contains(got.body, "Nothing was saved yet") {
			t.Errorf("%v: %d", c.form, got.status)
		}
	}
	if body := ada.post(t, s.digest(""), wanted("zone", "Asia/Calcutta", "address", "")).body; !strings.Contains(body, `<option value="Asia/Calcutta" selected>`) {
		t.Error("a zone by its old name is lost")
	}
	var kept int
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM digests`).Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d are kept, %v", kept, err)
	}
}

func TestTheDigestIsOfferedOnce(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	const offer = "Get this by mail each week?"
	ada, bob := s.as(t, "ada"), s.as(t, "bob")
	if body := ada.get(t, "/").body; !strings.Contains(body, offer) || !strings.Contains(body, `href="`+s.digest("")+`"`) {
		t.Fatal("the home page offers nothing")
	}
	if got := ada.post(t, "/digest/decline", nil); got.status != http.StatusSeeOther || got.to() != "/" {
		t.Errorf("%d %s", got.status, got.to())
	}
	if strings.Contains(ada.get(t, "/").body, offer) || strings.Contains(s.as(t, "ada").get(t, "/").body, offer) {
		t.Error("it is offered again")
	}
	if !strings.Contains(bob.get(t, "/").body, offer) {
		t.Error("what ada answered counts for bob")
	}
	globex := "/installations/" + strconv.FormatInt(s.globex, 10) + "/digest"
	if got := bob.post(t, globex, wanted()); got.status != http.StatusSeeOther {
		t.Errorf("%d", got.status)
	}
	if strings.Contains(bob.get(t, "/").body, offer) {
		t.Error("who subscribed is offered it again")
	}
	if without := newSite(t); strings.Contains(without.as(t, "ada").get(t, "/").body, offer) {
		t.Error("it is offered where no mail is sent")
	}
}

func TestThePreviewIsTheReadersOwn(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	ada := s.as(t, "ada")
	page, part := ada.get(t, s.digest("/preview")), ada.get(t, s.digest("/mail"))
	for _, says := range []string{"<strong>acme: ", "of 100, one repository", s.url + s.digest(""), `src="` + s.digest("/mail") + `"`} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the preview lacks %q", says)
		}
	}
	if strings.Contains(page.body+part.body, "vault") || !strings.Contains(part.body, `<base target="_blank">`) {
		t.Error("the mail tells of what ada does not see")
	}
	for _, c := range []struct{ path, has, lacks string }{
		{"/preview", "frame-src 'self'", "unsafe-inline"}, {"/mail", "sandbox allow-popups allow-popups-to-escape-sandbox", "script-src"}, {"", "frame-ancestors 'none'", "frame-src"},
	} {
		got := ada.get(t, s.digest(c.path)).header.Get("Content-Security-Policy")
		if !strings.Contains(got, c.has) || strings.Contains(got, c.lacks) {
			t.Errorf("%q: %s", c.path, got)
		}
	}
	if part.header.Get("X-Frame-Options") != "SAMEORIGIN" {
		t.Error("the mail can't be framed")
	}
	if got := s.as(t, "bob").get(t, s.digest("/mail")); got.status != http.StatusNotFound {
		t.Errorf("bob: %d", got.status)
	}
}

func TestWithoutMailTheDigestCanBeLookedAt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.as(t, "ada")
	if body := ada.get(t, s.digest("")).body; !strings.Contains(body, "This deploy sends no mail.") || strings.Contains(body, "<select") {
		t.Error("a form is shown where no mail is sent")
	}
	if got := ada.post(t, s.digest(""), wanted()); got.status != http.StatusConflict || !strings.Contains(got.body, "No mail is sent here") {
		t.Errorf("%d", got.status)
	}
	b := setup(t, true)
	b.audited(t, "/srv/shop", designed(commit(1)))
	if _, _, body := b.get(t, "/installations/0/digest"); !strings.Contains(body, "Mail goes to people who signed in") {
		t.Error(body)
	}
	if _, _, body := b.get(t, "/installations/0/digest/preview"); !strings.Contains(body, "<strong>This machine: ") || !strings.Contains(body, "Fix first: shop gains") {
		t.Error(body)
	}
}
