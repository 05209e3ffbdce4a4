package e2e

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/audit"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/hook"
	"twelvefold/internal/jobs"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

// receiver is an HTTPS server that is told of scores.
type receiver struct {
	*httptest.Server
	hooks jobs.Hooks // reach it, with waits a thousandth as long

	mu      sync.Mutex
	got     []told
	answers []int         // the next ones; 200 behind them
	hold    chan struct{} // closed to let answers go; nil: they go at once
	shift   time.Duration
}

// told is a request that it had.
type told struct {
	header http.Header
	body   []byte
}

func receives(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	roots := x509.NewCertPool()
	roots.AddCert(r.Certificate())
	at := netip.MustParseAddrPort(r.Listener.Addr().String())
	keys, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	r.hooks = jobs.Hooks{
		Sender: hook.New(hook.Options{Roots: roots, Allow: func(a netip.AddrPort) bool { return a == at }}), Keys: keys,
		Pause: func(d time.Duration) time.Duration { return d / 10_000 }, Now: r.now,
	}
	return r
}

func (r *receiver) take(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	r.got = append(r.got, told{q.Header, body})
	hold := r.hold
	r.mu.Unlock()
	if hold != nil {
		<-hold
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	status := http.StatusOK
	if len(r.answers) > 0 {
		status, r.answers = r.answers[0], r.answers[1:]
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte("noted"))
}

func (r *receiver) now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return time.Now().Add(r.shift)
}

func (r *receiver) all() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]told{}, r.got...)
}

func (r *receiver) answer(statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answers = statuses
}

// hooked lets a deploy's account be told of drops of ten points, and of falls of a
// grade, and returns the secret.
func (d *deploy) hooked(t *testing.T) (secret string) {
	t.Helper()
	secret = hook.NewSecret()
	_, err := d.store.SetHook(t.Context(), store.Hook{Installation: d.installation, URL: d.receiver.URL, Secret: d.receiver.hooks.HookSecret(d.installation, secret), Points: 5, Grades: true, By: "ona"})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// notices are what a deploy's account was told, the last first.
func (d *deploy) notices(t *testing.T) []store.Notice {
	t.Helper()
	list, err := d.store.Notices(t.Context(), d.installation, 100)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func (d *deploy) tests(t *testing.T) {
	t.Helper()
	if err := d.store.InTx(t.Context(), func(tx pgx.Tx) error { return d.queue.TestHook(t.Context(), tx, d.installation) }); err != nil {
		t.Fatal(err)
	}
}

// badApp has more against it than soundApp.
var badApp = githubtest.Files{
	"app.py": "import os\nfrom flask import Flask\n\napp = Flask(__name__)\napp.secret_key = \"kJ8dh2xPqv91zz\"\n",
	"db.py":  "import os\n\nPAYMENT_TOKEN = \"q8Zt6vLw0aPdR3yK\"\nSTRIPE_SECRET = \"Zt6vLw0aPdR3yKq8\"\n",
	".env":   "SECRET_KEY=kJ8dh2xPqv91zz\nSMTP_PASSWORD=kR8dh2xPqv91\n",
}

// TestAScoreThatDropsIsTold once, signed, with the pull request that did it.
func TestAScoreThatDropsIsTold(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.settles(t, "the past is audited") // whose audits tell nothing
	secret := d.hooked(t)
	before := d.audited(t, main)

	d.receiver.answer(503, 500, 429) // and then it takes it
	head, number := d.proposes(t, "topic", main, badApp)
	d.checked(t, head)
	if n := len(d.notices(t)); n != 0 {
		t.Fatalf("a pull request is told of: %d", n)
	}
	merged := d.Merge("acme/shop", number)
	after := d.audited(t, merged)
	d.settles(t, "it is told")
	got := d.receiver.all()
	if len(got) != 4 || *before.Score-*after.Score < 5 {
		t.Fatalf("%d requests; %.1f to %.1f", len(got), *before.Score, *after.Score)
	}
	for _, one := range got {
		at, err := strconv.ParseInt(one.header.Get("webhook-timestamp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		want, err := hook.Sign(secret, one.header.Get("webhook-id"), time.Unix(at, 0), one.body)
		if err != nil || one.header.Get("webhook-signature") != want || !bytes.Equal(one.body, got[0].body) || one.header.Get("webhook-id") != got[0].header.Get("webhook-id") {
			t.Errorf("%v, %v", one.header, err)
		}
	}
	schema, err := jsonschema.NewCompiler().Compile("../../docs/webhook.v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(got[0].body))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Error(err)
	}
	var said struct {
		ID   string    `json:"id"`
		Type string    `json:"type"`
		Data hook.Drop `json:"data"`
	}
	if err := json.Unmarshal(got[0].body, &said); err != nil {
		t.Fatal(err)
	}
	drop := said.Data
	if said.Type != "score.dropped" || said.ID != got[0].header.Get("twelvefold-delivery") || drop.Cause != "commit" || drop.Commit != merged || drop.Before != main ||
		drop.PullRequest == nil || drop.PullRequest.Number != number || *drop.Score.Before != *before.Score || *drop.Score.After != *after.Score ||
		drop.Opened == 0 || len(drop.Factors) == 0 || drop.Findings[0].Severity != "critical" && drop.Findings[0].Severity != "high" || !strings.HasPrefix(*drop.Audit, "https://twelvefold.example.org/repositories/") {
		t.Errorf("%s", got[0].body)
	}
	if bytes.Contains(got[0].body, []byte("q8Zt6vLw0aPdR3yK")) {
		t.Error("a secret is told")
	}
	n := d.notices(t)
	if len(n) != 1 || n[0].State != store.NoticeDelivered || n[0].Attempts != 4 || n[0].Status != 200 || n[0].Answer != "noted" {
		t.Errorf("%+v", n)
	}

	// It rises, and is audited again as it is: nothing is told.
	d.audited(t, d.Push("acme/shop", "main", githubtest.Files{"README.md": "# More\n"}))
	d.exec(t, `UPDATE audits SET ruleset = 'of yesterday'`)
	d.audited(t, d.Push("acme/shop", "main", githubtest.Files{"c.py": "API_SECRET = \"hT6vLw0aPdR3yKq1\"\n"})) // by other rules
	d.settles(t, "nothing is left to do")
	if n := len(d.receiver.all()); n != 4 {
		t.Errorf("%d requests", n)
	}

	// Once more, by hand: under the same id.
	err = d.store.InTx(t.Context(), func(tx pgx.Tx) error { return d.queue.Resend(t.Context(), tx, d.installation, said.ID) })
	if err != nil {
		t.Fatal(err)
	}
	d.settles(t, "it is told again")
	if again := d.receiver.all(); len(again) != 5 || !bytes.Equal(again[4].body, got[0].body) || again[4].header.Get("webhook-id") != said.ID {
		t.Errorf("%d requests", len(again))
	}
}

// TestAWaiverThatEndsIsToldAsSuch of the same commit.
func TestAWaiverThatEndsIsToldAsSuch(t *testing.T) {
	t.Parallel()
	files := maps.Clone(soundApp)
	files[audit.SettingsFile] = "waived: unscored\n"
	d := newDeploy(t, files)
	main := d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	d.settles(t, "the past is audited")
	r := d.repository(t)
	findings, err := d.store.OpenFindings(t.Context(), d.installation, r.ID, "main")
	if err != nil {
		t.Fatal(err)
	}
	var waivers []store.Waiver
	for _, f := range findings {
		waivers = append(waivers, store.Waiver{Repository: r.ID, Waiver: audit.Waiver{Rule: f.Rule, Fingerprint: f.Fingerprint, Reason: "known", Owner: "wes", Expires: time.Now().AddDate(0, 1, 0).Format(time.DateOnly)}})
	}
	var ids []int64
	change := func(f func(tx pgx.Tx) error) {
		t.Helper()
		audits := d.auditsOf(t, main)
		err := d.store.InTx(t.Context(), func(tx pgx.Tx) error {
			if err := f(tx); err != nil {
				return err
			}
			return d.queue.Scan(t.Context(), tx, r)
		})
		if err != nil {
			t.Fatal(err)
		}
		d.finishes(t, "it is audited again", main, audits+1)
	}
	change(func(tx pgx.Tx) error {
		for _, w := range waivers {
			id, err := d.store.AddWaiver(t.Context(), tx, d.installation, 0, w)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	d.hooked(t)
	d.exec(t, `UPDATE hooks SET points = 1`)
	change(func(tx pgx.Tx) error {
		for _, id := range ids {
			if _, err := d.store.WithdrawWaiver(t.Context(), tx, d.installation, r.ID, id, "wes"); err != nil {
				return err
			}
		}
		return nil
	})
	got := d.receiver.all()
	if len(got) != 1 || !bytes.Contains(got[0].body, []byte(`"cause":"reassessment"`)) || !bytes.Contains(got[0].body, []byte(`"pull_request":null`)) {
		t.Errorf("%d requests: %s", len(got), got)
	}
}

// TestATestIsSentOnce and what a receiver makes of it is known.
func TestATestIsSentOnce(t *testing.T) {
	t.Parallel()
	d := startDeploy(t, githubtest.New(t), 0)
	d.Install(d.installation)
	eventually(t, "the installation is known", func() bool {
		_, err := d.store.Installation(t.Context(), d.installation)
		return err == nil
	})
	d.settles(t, "nothing is left to do")
	d.hooked(t)
	for i, c := range []struct {
		status int
		state  store.NoticeState
		why    string
	}{{204, store.NoticeDelivered, ""}, {404, store.NoticeFailed, "404"}, {302, store.NoticeFailed, "redirect"}, {500, store.NoticeFailed, "500"}} {
		d.receiver.answer(c.status)
		d.tests(t)
		d.settles(t, "the test is sent")
		n := d.notices(t)[0]
		if n.Event != "test" || n.State != c.state || n.Status != c.status || n.Attempts != 1 || !strings.Contains(n.Why, c.why) || len(d.receiver.all()) != i+1 {
			t.Errorf("%d: %+v", c.status, n)
		}
	}
	// However often, and for however long: somebody tries out what they build.
	d.exec(t, `UPDATE hooks SET failing_since = now() - interval '9 days', given_up = 9`)
	for _, status := range []int{500, 410} {
		d.receiver.answer(status)
		d.tests(t)
		d.settles(t, "the test is sent")
	}
	if h, err := d.store.Hook(t.Context(), d.installation); err != nil || h.GivenUp != 9 || h.Stopped != nil {
		t.Errorf("%+v, %v", h, err)
	}
	d.tests(t) // it is taken: all is well again
	d.settles(t, "the test is sent")
	if h, err := d.store.Hook(t.Context(), d.installation); err != nil || h.Failing != nil || h.GivenUp != 0 {
		t.Errorf("%+v, %v", h, err)
	}

	// A secret that can't be read any more is said to be one, and is nobody's fault there.
	n := len(d.receiver.all())
	d.exec(t, `UPDATE hooks SET secret = 'of another key'`)
	d.tests(t)
	d.settles(t, "the test is not sent")
	if last := d.notices(t)[0]; last.State != store.NoticeFailed || !strings.Contains(last.Why, "ENCRYPTION_KEY") || len(d.receiver.all()) != n {
		t.Errorf("%+v", last)
	}

	// Who uninstalled the App is told nothing any more.
	d.exec(t, `DELETE FROM hooks`)
	d.hooked(t)
	d.exec(t, `UPDATE installations SET deleted_at = now() WHERE id <> 0`)
	d.tests(t)
	d.settles(t, "the test is not sent")
	if last := d.notices(t)[0]; last.State != store.NoticeFailed || len(d.receiver.all()) != n {
		t.Errorf("%+v", last)
	}
}
