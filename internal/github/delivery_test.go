package github_test

import (
	"crypto/hmac"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

// receiver takes webhooks, or doesn't.
type receiver struct {
	*httptest.Server
	status atomic.Int64
	got    atomic.Int64
}

func receive(t *testing.T, b bundle) *receiver {
	r := &receiver{}
	r.status.Store(202)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil || !hmac.Equal([]byte(request.Header.Get("X-Hub-Signature-256")), []byte(b.Sign(body))) || request.Header.Get("X-GitHub-Delivery") == "" {
			t.Errorf("a delivery with %v", request.Header)
		}
		r.got.Add(1)
		w.WriteHeader(int(r.status.Load()))
	}))
	t.Cleanup(func() { b.Settle(); r.Close() })
	b.SendTo(r.URL)
	return r
}

func TestFailedDeliveriesAreThoseThatNeverArrived(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := receive(t, b)
	start := b.Now()
	b.Push(shop, "main", githubtest.Files{"a": "0"})
	b.Settle()
	for i := range 130 { // more than a page, all well
		b.Push(shop, "main", githubtest.Files{"a": string(rune('a' + i))})
	}
	b.Settle()
	r.status.Store(503)
	b.Push(shop, "main", githubtest.Files{"a": "failed"})
	b.Settle()
	r.status.Store(202)
	b.FailDeliveries(1)
	b.Push(shop, "main", githubtest.Files{"a": "unreachable"})
	b.Settle()
	b.Push(shop, "main", githubtest.Files{"a": "arrived"})
	b.Settle()
	failed := must(b.app.FailedDeliveries(t.Context(), start))(t)
	if len(failed) != 2 || failed[0].StatusCode != 503 || failed[1].StatusCode != 0 {
		t.Fatalf("got %+v", failed)
	}
	if d := failed[0]; d.Event != "push" || d.Action != "" || d.Installation != b.installation || d.Repository != b.id || d.GUID == "" || d.DeliveredAt.Before(start.Truncate(time.Second)) {
		t.Errorf("got %+v", d)
	}
	for _, d := range failed {
		if err := b.app.Redeliver(t.Context(), d.ID); err != nil {
			t.Fatal(err)
		}
	}
	b.Settle()
	if again := must(b.app.FailedDeliveries(t.Context(), start))(t); len(again) != 0 {
		t.Errorf("after redelivery: %+v", again)
	}
	r.status.Store(500)
	b.Push(shop, "main", githubtest.Files{"a": "failed again"})
	b.Settle()
	first := must(b.app.FailedDeliveries(t.Context(), start))(t)
	if err := b.app.Redeliver(t.Context(), first[0].ID); err != nil {
		t.Fatal(err)
	}
	b.Settle()
	second := must(b.app.FailedDeliveries(t.Context(), start))(t)
	if len(second) != 1 || second[0].GUID != first[0].GUID || second[0].ID <= first[0].ID {
		t.Errorf("failed twice: %+v", second)
	}
	if later := must(b.app.FailedDeliveries(t.Context(), b.Now().Add(time.Minute)))(t); len(later) != 0 {
		t.Errorf("later: %+v", later)
	}
}

func TestWhatTheAppIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	info := must(b.app.Self(t.Context()))(t)
	if info.ID != b.AppID || info.Slug != b.Slug || info.Permissions["checks"] != "write" || len(info.Events) == 0 || info.Webhook != (github.Webhook{}) || len(info.Deliveries) > 0 {
		t.Errorf("without a webhook: %+v", info)
	}
	if failed := must(b.app.FailedDeliveries(t.Context(), b.Now().Add(-time.Hour)))(t); len(failed) != 0 {
		t.Errorf("deliveries of no webhook: %+v", failed)
	}
	r := receive(t, b)
	r.status.Store(404)
	b.Install(b.installation)
	b.Settle()
	info = must(b.app.Self(t.Context()))(t)
	if info.Webhook != (github.Webhook{URL: r.URL, ContentType: "json", HasSecret: true}) || len(info.Deliveries) != 1 || info.Deliveries[0].StatusCode != 404 || info.Deliveries[0].Action != "created" {
		t.Errorf("got %+v", info)
	}
	b.AddInstallation("jo", githubtest.InstallationOptions{User: true, All: true})
	b.Suspend(b.installation)
	list := must(b.app.Installations(t.Context()))(t)
	if len(list) != 2 || !list[0].Suspended || list[0].Account.Login != "acme" || list[0].Account.Type != "Organization" || list[0].AllRepositories || !list[1].AllRepositories || list[1].Account.Type != "User" {
		t.Errorf("got %+v", list)
	}
	if one := must(b.app.Installation(t.Context(), list[1].ID))(t); one.ID != list[1].ID || one.Permissions["contents"] != "read" || one.Events == nil || one.UpdatedAt.IsZero() {
		t.Errorf("got %+v", one)
	}
}
