package server_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

const webhookSecret = "a-secret-for-these-tests"

// receiver is a server that takes webhooks of App 4321.
type receiver struct {
	store *store.Store
	url   string
	sent  atomic.Int64
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	s := storetest.New(t)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	queue, err := jobs.NewQueue(s, log)
	if err != nil {
		t.Fatal(err)
	}
	app, err := server.New(server.Options{Store: s, Queue: queue, Rules: rules.All(), Logger: log,
		GitHub: server.GitHub{AppID: 4321, WebhookSecret: []byte(webhookSecret)}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(app)
	t.Cleanup(web.Close)
	return &receiver{store: s, url: web.URL + "/webhooks/github"}
}

// post sends a delivery with changes to its headers, and returns the answer.
func (r *receiver) post(t testing.TB, event string, body []byte, change func(http.Header)) (status int, answer string) {
	t.Helper()
	id := r.sent.Add(1)
	request, err := http.NewRequest(http.MethodPost, r.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := hmac.New(sha256.New, []byte(webhookSecret))
	sum.Write(body)
	for name, value := range map[string]string{"Content-Type": "application/json", "X-GitHub-Event": event,
		"X-GitHub-Delivery": fmt.Sprintf("delivery-%08d", id), "X-Hub-Signature-256": "sha256=" + hex.EncodeToString(sum.Sum(nil))} {
		request.Header.Set(name, value)
	}
	if change != nil {
		change(request.Header)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(text))
}

func (r *receiver) count(t testing.TB, table string) (n int) {
	t.Helper()
	if err := r.store.Pool().QueryRow(context.Background(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const account = `{"id": 50, "login": "acme", "type": "Organization"}`

// pushed is a push to main of acme/shop.
func pushed(commit string, at time.Time) []byte { return pushedNamed(7, "shop", commit, at) }

// pushedTo is a push to main of one of many repositories.
func pushedTo(n int, commit string, at time.Time) []byte {
	return pushedNamed(100+n, fmt.Sprintf("app%02d", n), commit, at)
}

func pushedNamed(id int, name, commit string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"ref": "refs/heads/main", "after": %[1]q, "installation": {"id": 5},
		"repository": {"id": %[2]d, "name": %[3]q, "full_name": "acme/%[3]s", "owner": %[4]s, "default_branch": "main", "private": true, "pushed_at": %[5]d}}`,
		commit, id, name, account, at.Unix())
}

func TestBadDeliveriesAreRefused(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	body := pushed(commit(1), time.Now())
	for _, c := range []struct {
		name   string
		body   []byte
		change func(http.Header)
		status int
		says   string
	}{
		{"wrong signature", body, func(h http.Header) { h.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64)) }, 401, "signature"},
		{"no signature", body, func(h http.Header) { h.Del("X-Hub-Signature-256") }, 401, "signature"},
		{"old signature", body, func(h http.Header) {
			h.Set("X-Hub-Signature-256", strings.Replace(h.Get("X-Hub-Signature-256"), "sha256", "sha1", 1))
		}, 401, "signature"},
		{"half a signature", body, func(h http.Header) { h.Set("X-Hub-Signature-256", h.Get("X-Hub-Signature-256")[:40]) }, 401, "signature"},
		{"signature of nothing", body, func(h http.Header) { h.Set("X-Hub-Signature-256", "sha256=") }, 401, "signature"},
		{"no id", body, func(h http.Header) { h.Del("X-GitHub-Delivery") }, 400, "X-GitHub-Delivery"},
		{"an odd id", body, func(h http.Header) { h.Set("X-GitHub-Delivery", "'; DROP TABLE audits") }, 400, "X-GitHub-Delivery"},
		{"a form", body, func(h http.Header) { h.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "application/json"},
		{"no JSON", []byte(`{"ref": `), nil, 400, "JSON"},
		{"a list", []byte(`[1, 2]`), nil, 400, "JSON"},
		{"a text", []byte(`"push"`), nil, 400, "JSON"},
		{"nothing", nil, nil, 400, "JSON"},
		{"huge", bytes.Repeat([]byte(" "), 25<<20+1), nil, 413, "25 MB"},
	} {
		if status, answer := r.post(t, "push", c.body, c.change); status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s: %d %q, want %d with %q", c.name, status, answer, c.status, c.says)
		}
	}
	if n := r.count(t, "deliveries") + r.count(t, "audits") + r.count(t, "river_job"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestWithoutAnAppNothingIsTaken(t *testing.T) {
	t.Parallel()
	b := setup(t, false)
	response, err := http.Post(b.url+"/webhooks/github", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if response.Body.Close(); response.StatusCode != http.StatusNotFound {
		t.Errorf("answers %d", response.StatusCode)
	}
}

// TestPushesInAnyOrder sends three pushes late, twice and out of order: each
// commit is audited once, and the line of audits is that of the pushes.
func TestPushesInAnyOrder(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	for _, n := range []int{2, 3, 1, 2, 3, 1} {
		if status, answer := r.post(t, "push", pushed(commit(n), at.Add(time.Duration(n)*time.Minute)), nil); status != 202 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	rows, err := r.store.Pool().Query(t.Context(), `SELECT commit FROM audits ORDER BY head_at, id`)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		order = append(order, c)
	}
	if !slices.Equal(order, []string{commit(1), commit(2), commit(3)}) {
		t.Errorf("audited in the order %v", order)
	}
	repository, err := r.store.RepositoryNamed(t.Context(), 5, "acme", "shop")
	if err != nil || repository.Head != commit(3) {
		t.Errorf("%+v, %v", repository, err)
	}
	// Back to an older commit by force: it is the head again, and audited again.
	r.post(t, "push", pushed(commit(1), at.Add(time.Hour)), nil)
	if n := r.count(t, "audits"); n != 3 { // the first audit of it still waits
		t.Errorf("%d audits", n)
	}
	// The same delivery again changes nothing, whatever it says.
	taken := r.count(t, "deliveries")
	status, answer := r.post(t, "push", pushed(commit(9), at.Add(2*time.Hour)), func(h http.Header) { h.Set("X-GitHub-Delivery", "delivery-00000001") })
	if status != 202 || answer != "taken before" || r.count(t, "deliveries") != taken || r.count(t, "audits") != 3 {
		t.Errorf("%d %s", status, answer)
	}
}

func pulled(action string, number int, head, base, more string, at time.Time) []byte {
	return fmt.Appendf(nil, `{"action": %q, "installation": {"id": 5}, "pull_request": {"number": %d, "title": "T", "state": "open", "user": {"login": "ada"},
		"head": {"sha": %q, "ref": "topic", "repo": {"full_name": "acme/shop"}}, "base": {"ref": %q}, "updated_at": %q},
		"repository": {"id": 7, "name": "shop", "full_name": "acme/shop", "owner": %s, "default_branch": "main"}%s}`,
		action, number, head, base, at.UTC().Format(time.RFC3339), account, more)
}

func TestTheNewestHeadOfAPullRequestWins(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	at := time.Now().Add(-time.Hour)
	for _, body := range [][]byte{
		pulled("opened", 1, commit(1), "main", "", at),
		pulled("synchronize", 1, commit(3), "main", "", at.Add(2*time.Minute)),
		pulled("synchronize", 1, commit(2), "main", "", at.Add(time.Minute)), // late
		pulled("ready_for_review", 1, commit(3), "main", "", at.Add(3*time.Minute)),
	} {
		if status, answer := r.post(t, "pull_request", body, nil); status != 202 {
			t.Fatalf("%d %s", status, answer)
		}
	}
	states := map[string]string{}
	rows, err := r.store.Pool().Query(t.Context(), `SELECT commit, state FROM audits`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var c, state string
		if err := rows.Scan(&c, &state); err != nil {
			t.Fatal(err)
		}
		states[c] = state
	}
	if len(states) != 2 || states[commit(1)] != "cancelled" || states[commit(3)] != "queued" {
		t.Errorf("audits: %v", states)
	}
	var publish int
	if err := r.store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'publish'`).Scan(&publish); err != nil || publish != 3 {
		t.Errorf("%d check runs are to be published, want those of both heads and of the one that was superseded (%v)", publish, err)
	}
	// A head at another base is another question.
	r.post(t, "pull_request", pulled("closed", 2, commit(4), "main", "", at), nil)
	r.post(t, "pull_request", pulled("edited", 2, commit(4), "next", `, "changes": {"base": {"ref": {"from": "main"}}}`, at.Add(time.Minute)), nil)
	if n := r.count(t, "audits"); n != 3 {
		t.Errorf("%d audits", n)
	}
}

// TestOfficialPayloadsSurvive takes every example of GitHub's, as it is and in
// the name of an installation, and each with fields of other types.
func TestOfficialPayloadsSurvive(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "node_modules", "@octokit", "webhooks-examples", "api.github.com", "index.json")
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("GitHub's examples are not installed: run npm ci --ignore-scripts")
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name     string                       `json:"name"`
		Examples []map[string]json.RawMessage `json:"examples"`
	}
	if err := json.Unmarshal(content, &list); err != nil {
		t.Fatal(err)
	}
	r := newReceiver(t)
	send := func(event string, payload map[string]json.RawMessage) {
		t.Helper()
		body, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		if status, answer := r.post(t, event, body, nil); status != 202 {
			t.Errorf("%s: %d %s\n%.300s", event, status, answer, body)
		}
	}
	examples := 0
	for _, event := range list {
		for i, example := range event.Examples {
			examples++
			send(event.Name, example)
			example["installation"] = json.RawMessage(`{"id": 5, "account": ` + account + `}`)
			send(event.Name, example)
			if i > 0 {
				continue
			}
			for field := range example {
				for _, other := range []string{`null`, `7`, `"text"`, `[]`, `{}`, `{"id": 9223372036854775807, "number": 99999999999, "name": "a\u0000b", "head": 1}`} {
					changed := map[string]json.RawMessage{}
					for name, value := range example {
						changed[name] = value
					}
					changed[field] = json.RawMessage(other)
					send(event.Name, changed)
				}
			}
		}
	}
	if examples < 329 || int64(r.count(t, "deliveries")) != r.sent.Load() {
		t.Errorf("%d examples, %d of %d deliveries", examples, r.count(t, "deliveries"), r.sent.Load())
	}
}

// TestADatabaseThatIsAwayRefusesDeliveries, so that GitHub lists them as failed.
func TestADatabaseThatIsAwayRefusesDeliveries(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.store.Close()
	if status, answer := r.post(t, "push", pushed(commit(1), time.Now()), nil); status != 503 {
		t.Errorf("%d %s", status, answer)
	}
}
