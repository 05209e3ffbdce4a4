package e2e

import (
	"bytes"
	"encoding/base64"
	"strings"
	"syscall"
	"testing"
	"time"

	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/mail/mailtest"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

// post is a deploy that sends mail, with one subscriber whose digest is due.
type post struct {
	db          *store.Store
	dir         string
	environment []string
}

const subscriber, subscribed = 4711, 77

func newPost(t *testing.T, server *mailtest.Server) *post {
	t.Helper()
	built(t)
	url := pgtest.Database(t, nil)
	p := &post{dir: directory(t), environment: []string{"DATABASE_URL=" + url, "LOG_FORMAT=text", "BASE_URL=https://audits.example.com",
		"SMTP_URL=" + server.URL(""), "MAIL_FROM=Twelvefold <digest@twelvefold.example.com>",
		"GITHUB_URL=http://127.0.0.1:1", "GITHUB_API_URL=http://127.0.0.1:1", "GITHUB_CLIENT_ID=Iv1.0000", "GITHUB_CLIENT_SECRET=0123456789abcdef0123",
		"ENCRYPTION_KEY=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("k"), seal.KeySize))}}
	migrate := start(t, p.dir, p.environment, "migrate")
	<-migrate.done
	if migrate.err != nil {
		t.Fatalf("migrate: %v\n%s", migrate.err, migrate.output)
	}
	db, err := store.Open(t.Context(), url, 4)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	p.db = db
	var d store.Subscription
	err = db.InTx(t.Context(), func(tx store.Tx) error {
		if err := db.NoteInstallation(t.Context(), tx, store.Installation{ID: subscribed, Account: "acme", AccountID: 5}); err != nil {
			return err
		}
		if _, err := db.NoteRepository(t.Context(), tx, subscribed, store.GitHubRepository{ID: 1, Owner: "acme", Name: "shop", DefaultBranch: "main"}); err != nil {
			return err
		}
		if err := db.SavePerson(t.Context(), tx, store.Person{ID: subscriber, Login: "ada", Tokens: []byte("sealed")}, time.Now()); err != nil {
			return err
		}
		d, err = db.Subscribe(t.Context(), tx, subscriber, subscribed, store.Wanted{Address: "ada@example.com", When: store.Weekly{Weekday: 1, Hour: 8, Zone: "Europe/Berlin"}}, time.Now())
		return err
	})
	if err == nil {
		_, err = db.ConfirmSubscription(t.Context(), d.Confirm, time.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	p.allow(t)
	// It was due a moment ago, by this hour of this day.
	now := time.Now().UTC()
	weekday := (int(now.Weekday())+6)%7 + 1
	if _, err := db.Pool().Exec(t.Context(), `UPDATE digests SET weekday = $1, hour = $2, zone = 'UTC', next_at = $3`, weekday, now.Hour(), now.Truncate(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return p
}

// allow has GitHub say now that the subscriber sees acme/shop.
func (p *post) allow(t *testing.T) {
	t.Helper()
	began, err := p.db.Clock(t.Context())
	if err == nil {
		_, err = p.db.KeepRights(t.Context(), subscriber, store.Rights{subscribed: {Repositories: []int64{1}}}, began, time.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (p *post) mails(t *testing.T) []store.DigestMail {
	t.Helper()
	list, err := p.db.DigestMails(t.Context(), subscriber, subscribed, 10)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTwoWorkersMailADigestOnce(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Scenario{Bare: true})
	p := newPost(t, server)
	for range 2 {
		start(t, p.dir, p.environment, "worker")
	}
	got := server.Next(t)
	eventually(t, "the mail is noted as sent", func() bool { list := p.mails(t); return len(list) == 1 && list[0].State == store.MailSent })
	for _, want := range []string{"To: <ada@example.com>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click", "https://audits.example.com/unsubscribe/", "acme"} {
		if !strings.Contains(strings.ReplaceAll(got.Raw, "=\r\n", ""), want) {
			t.Errorf("the mail lacks %s:\n%s", want, got.Raw)
		}
	}
	server.None(t)
}

// A worker that is killed when the server has the mail, before it can note the
// answer, leaves it in doubt; it is not sent again, and the subscriber is told.
func TestAMailInDoubtIsNotSentAgain(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Scenario{Bare: true, At: "dot", Do: "silence"})
	p := newPost(t, server)
	doomed := start(t, p.dir, p.environment, "worker")
	server.Next(t)
	_, _ = doomed.end(t, syscall.SIGKILL)
	if list := p.mails(t); len(list) != 1 || list[0].State != store.MailClaimed {
		t.Fatalf("killed too late: %+v", list)
	}
	p.allow(t)
	start(t, p.dir, p.environment, "worker")
	eventually(t, "the mail is known to be in doubt", func() bool { return p.mails(t)[0].State == store.MailUnknown })
	if m := p.mails(t)[0]; m.Attempts != 1 || !strings.Contains(m.Said, "It may have arrived") {
		t.Errorf("%+v", m)
	}
	if d, err := p.db.Subscription(t.Context(), subscriber, subscribed); err != nil || d.State != store.Active || d.Next.Before(time.Now()) {
		t.Errorf("%+v, %v", d, err)
	}
	server.None(t)
}
