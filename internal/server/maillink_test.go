package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/store"
)

// subscribed is ada's subscription to acme's digest, confirmed or not.
func (s *site) subscribed(t *testing.T, confirmed bool) store.Subscription {
	t.Helper()
	s.as(t, "ada")
	var d store.Subscription
	err := s.store.InTx(t.Context(), func(tx store.Tx) error {
		var person int64
		if err := tx.QueryRow(t.Context(), `SELECT id FROM people WHERE login = 'ada'`).Scan(&person); err != nil {
			return err
		}
		var err error
		d, err = s.store.Subscribe(t.Context(), tx, person, s.acme, store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "Europe/Berlin"}}, s.Now())
		return err
	})
	if err == nil && confirmed {
		d, err = s.store.ConfirmSubscription(t.Context(), d.Confirm, s.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// standing is how that subscription stands.
func (s *site) standing(t *testing.T, d store.Subscription) store.Subscription {
	t.Helper()
	d, err := s.store.Subscription(t.Context(), d.Person, d.Installation)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func linkOf(path string, token []byte) string {
	return path + base64.RawURLEncoding.EncodeToString(token)
}

var requestIDs = regexp.MustCompile(`[a-z2-7]{26}`)

func TestUnsubscribing(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.subscribed(t, true)
	stranger, link := s.visitor(t), linkOf("/unsubscribe/", d.Token)
	for _, method := range []string{"GET", "HEAD", "GET"} { // programs that look at mail
		if got := stranger.do(t, method, link, nil); got.status != 200 || s.standing(t, d).State != store.Active {
			t.Fatalf("%s: %d, then it is %s", method, got.status, s.standing(t, d).State)
		}
	}
	page := stranger.get(t, link)
	for _, want := range []string{"ada@example.com", "acme", `method="post"`, link} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	unknown := stranger.get(t, linkOf("/unsubscribe/", make([]byte, 32)))
	if unknown.status != 200 || !strings.Contains(unknown.body, `method="post"`) || strings.Contains(unknown.body, "acme") {
		t.Errorf("an unknown link: %d\n%s", unknown.status, unknown.body)
	}

	// What RFC 8058 has mail programs send, from a page of their own.
	oneClick := map[string][]string{"List-Unsubscribe": {"One-Click"}}
	answer := stranger.post(t, link, oneClick, "Origin", "https://mail.example", "Sec-Fetch-Site", "cross-site")
	if answer.status != 200 || answer.header.Get("Set-Cookie") != "" || answer.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", answer.status, answer.header)
	}
	if now := s.standing(t, d); now.State != store.Stopped || now.Why != store.StoppedByLink {
		t.Errorf("then it is %s: %s", now.State, now.Why)
	}
	for what, address := range map[string]string{
		"again": link, "an unknown link": linkOf("/unsubscribe/", make([]byte, 32)), "no link": "/unsubscribe/x", "another form of it": link + "=", "a long one": "/unsubscribe/" + strings.Repeat("A", 5000),
	} {
		got := stranger.post(t, address, oneClick)
		if got.status != 200 || requestIDs.ReplaceAllString(got.body, "") != requestIDs.ReplaceAllString(answer.body, "") {
			t.Errorf("%s: %d, not like the first", what, got.status)
		}
	}
	if s.standing(t, d).Why != store.StoppedByLink {
		t.Error("the first reason is lost")
	}
	if secret := base64.RawURLEncoding.EncodeToString(d.Token); strings.Contains(s.log.String(), secret) {
		t.Error("the log has the link")
	}
}

func TestConfirming(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.subscribed(t, false)
	stranger, link := s.visitor(t), linkOf("/confirm/", d.Confirm)
	if got := stranger.get(t, link); got.status != 200 || !strings.Contains(got.body, "ada@example.com") || s.standing(t, d).State != store.Pending {
		t.Fatalf("%d, then it is %s", got.status, s.standing(t, d).State)
	}
	if got := stranger.post(t, link, nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); got.status != http.StatusForbidden {
		t.Errorf("from another site: %d", got.status)
	}
	for _, wrong := range []string{linkOf("/confirm/", d.Token), linkOf("/confirm/", make([]byte, 32)), "/confirm/x"} {
		for _, method := range []string{"GET", "POST"} {
			if got := stranger.do(t, method, wrong, nil); got.status != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, wrong, got.status)
			}
		}
	}
	if got := stranger.post(t, linkOf("/unsubscribe/", d.Confirm), nil); got.status != 200 || s.standing(t, d).State != store.Pending {
		t.Errorf("the link that confirms ends it: %d", got.status)
	}
	got := stranger.post(t, link, nil)
	now := s.standing(t, d)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if got.status != 200 || now.State != store.Active || !strings.Contains(got.body, now.Next.In(zone).Format("Monday, 2 January 2006, at 08:00")) {
		t.Errorf("%d, then it is %s, next %s\n%s", got.status, now.State, now.Next, got.body)
	}
	for _, method := range []string{"GET", "POST"} {
		if got := stranger.do(t, method, link, nil); got.status != http.StatusNotFound {
			t.Errorf("%s of a used link: %d", method, got.status)
		}
	}
	if secret := base64.RawURLEncoding.EncodeToString(d.Confirm); strings.Contains(s.log.String(), secret) {
		t.Error("the log has the link")
	}
}

func TestLinksOfMailsAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := s.subscribed(t, true)
	other := newSite(t, siteOptions{store: s.store, hub: s.Server}) // another process
	v := s.visitor(t)
	processes, count := []*visitor{v, other.visitor(t)}, map[int]int{}
	for n := range 250 {
		got := processes[n%2].post(t, fmt.Sprintf("/unsubscribe/%d", n), nil)
		if count[got.status]++; (got.header.Get("Retry-After") != "") != (got.status == http.StatusTooManyRequests) {
			t.Fatalf("%d: %v", got.status, got.header)
		}
	}
	if count[200] != 240 || count[http.StatusTooManyRequests] != 10 {
		t.Errorf("%v", count)
	}
	if got := v.post(t, linkOf("/unsubscribe/", d.Token), nil, "X-Forwarded-For", "203.0.113.9"); got.status != 200 || s.standing(t, d).State != store.Stopped {
		t.Errorf("somebody else: %d", got.status)
	}
	s.Advance(time.Minute)
	if got := v.post(t, "/unsubscribe/x", nil); got.status != 200 {
		t.Errorf("a minute later: %d", got.status)
	}
}
