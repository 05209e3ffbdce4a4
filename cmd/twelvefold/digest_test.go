package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/mail/mailtest"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

func TestAdminDigest(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	s, server := storetest.Open(t, url), mailtest.Start(t, mailtest.Scenario{Bare: true})
	variables := map[string]string{"DATABASE_URL": url, "SMTP_URL": server.URL(""), "MAIL_FROM": "Twelvefold <digest@twelvefold.example.com>", "BASE_URL": "https://audits.example.com"}
	admin := func(variables map[string]string, arguments ...string) (code int, said string) {
		var out bytes.Buffer
		code = status(run(t.Context(), append([]string{"admin", "digest"}, arguments...), from(variables), nil, &out, &out), &out)
		return code, out.String()
	}
	var d store.Subscription
	err := s.InTx(t.Context(), func(tx store.Tx) error {
		for id, name := range map[int64]string{77: "acme", 78: "globex"} {
			if err := s.NoteInstallation(t.Context(), tx, store.Installation{ID: id, Account: name, AccountID: id}); err != nil {
				return err
			}
		}
		if err := s.SavePerson(t.Context(), tx, store.Person{ID: 5, Login: "Ada", Tokens: []byte("sealed")}, time.Now()); err != nil {
			return err
		}
		var err error
		d, err = s.Subscribe(t.Context(), tx, 5, 77, store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "UTC"}}, time.Now())
		return err
	})
	if err == nil {
		_, err = s.ConfirmSubscription(t.Context(), d.Confirm, time.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		arguments []string
		code      int
		said      string
	}{
		{"which account", []string{"--to", "ops@example.com", "--dry-run"}, 2, "there are 2 accounts: name one with --installation"},
		{"no such account", []string{"--to", "ops@example.com", "--installation", "initech"}, 2, `no account is named "initech"`},
		{"no address", []string{"--to", "ops", "--installation", "acme"}, 2, `"ops" is not an address of mail`},
		{"nothing to do", nil, 2, "--to"},
		{"too much to do", []string{"--to", "ops@example.com", "--stop", "ops@example.com"}, 2, "--stop"},
		{"a stranger", []string{"--to", "ops@example.com", "--installation", "77", "--person", "bob"}, 1, "nobody named bob has signed in"},
		{"somebody without rights", []string{"--to", "ops@example.com", "--installation", "ACME", "--person", "ada"}, 1, "Ada sees nothing of acme"},
		{"the header and the text", []string{"--to", "ops@example.com", "--installation", "acme", "--dry-run"}, 0, "Subject: [Trial] "},
		{"one is sent", []string{"--to", "ops@example.com", "--installation", "acme"}, 0, " took it: 250 "},
		{"nothing to stop", []string{"--stop", "eve@example.com"}, 1, "nothing goes to eve@example.com"},
		{"stopped", []string{"--stop", "ADA@example.com"}, 0, "ADA@example.com that are stopped now: 1"},
		{"stopped once", []string{"--stop", "ada@example.com"}, 1, "nothing goes to ada@example.com"},
	} {
		if code, said := admin(variables, c.arguments...); code != c.code || !strings.Contains(said, c.said) {
			t.Errorf("%s: %d\n%s", c.what, code, said)
		}
	}
	if got := server.Next(t); got.To[0] != "ops@example.com" || !strings.Contains(got.Raw, "Subject: [Trial] ") || strings.Contains(got.Raw, "List-") {
		t.Errorf("%+v", got)
	}
	server.None(t)
	if d, err := s.Subscription(t.Context(), 5, 77); err != nil || d.Why != store.StoppedByOperator {
		t.Errorf("%+v, %v", d, err)
	}
	if mails, err := s.DigestMails(t.Context(), 5, 77, 5); err != nil || len(mails) != 0 {
		t.Errorf("a trial counts as a week's: %+v, %v", mails, err)
	}
	ofWeb := map[string]string{"DATABASE_URL": url, "MAIL_FROM": "digest@t.example"}
	if code, said := admin(ofWeb, "--to", "ops@example.com", "--installation", "acme", "--dry-run"); code != 0 || !strings.Contains(said, "From: <digest@t.example>") {
		t.Errorf("%d\n%s", code, said)
	}
	if code, said := admin(ofWeb, "--to", "ops@example.com", "--installation", "acme"); code != 2 || !strings.Contains(said, "no mail server is configured") {
		t.Errorf("%d\n%s", code, said)
	}
	without := map[string]string{"DATABASE_URL": url}
	if code, said := admin(without, "--to", "ops@example.com", "--installation", "acme"); code != 2 || !strings.Contains(said, "no mail server is configured") {
		t.Errorf("%d\n%s", code, said)
	}
	if code, said := admin(without, "--to", "ops@example.com", "--installation", "acme", "--dry-run"); code != 0 || !strings.Contains(said, "Message-ID: ") || !strings.Contains(said, "From: <digest@localhost>") {
		t.Errorf("%d\n%s", code, said)
	}
}
