package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"twelvefold/internal/store"
)

// TestTheAddressIsKeptAsItIsReached whatever the case of its scheme and host, and one
// that nothing could keep is refused in a sentence.
func TestTheAddressIsKeptAsItIsReached(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ona, page := s.as(t, "ona"), fmt.Sprintf("/installations/%d/webhook", s.acme)
	set := func(address string) answer {
		return ona.post(t, page, url.Values{"url": {address}, "points": {"5"}})
	}
	for address, want := range map[string]string{
		" HTTPS://Hooks.Example.ORG:8443/Path?Key=AbC ": "https://hooks.example.org:8443/Path?Key=AbC",
		"hTTps://EXAMPLE.org":                           "https://example.org",
		"https://example.org?A=B":                       "https://example.org?A=B",
	} {
		if got := set(address); got.status != http.StatusOK && got.status != http.StatusSeeOther {
			t.Errorf("%s: %d", address, got.status)
		}
		if h, err := s.store.Hook(t.Context(), s.acme); err != nil || h.URL != want {
			t.Errorf("%s is kept as %s, %v", address, h.URL, err)
		}
	}
	long := strings.Repeat("a", 1900-len("https://example.org/"))
	for name, address := range map[string]string{
		"no UTF-8": "https://example.org/" + long + strings.Repeat("\xff", 90), "a zero": "https://example.org/\x00", "a host that grows": "https://" + strings.Repeat("Ⱥ", 900) + ".org/",
		"HTTP": "HTTP://example.org", "this machine": "HTTPS://LOCALHOST/", "a password": "HTTPS://U:P@EXAMPLE.org/",
	} {
		if got := set(address); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

// TestSendingByHandIsBounded in an hour, whether the webhook is set up anew or not.
func TestSendingByHandIsBounded(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ona, page := s.as(t, "ona"), fmt.Sprintf("/installations/%d/webhook", s.acme)
	set := func() {
		t.Helper()
		if got := ona.post(t, page, url.Values{"url": {"https://example.org"}, "points": {"5"}}); got.status != http.StatusOK {
			t.Fatalf("set up: %d", got.status)
		}
	}
	set()
	for range store.MostTests {
		if got := ona.post(t, page+"/test", nil); got.status != http.StatusSeeOther {
			t.Fatalf("a test: %d", got.status)
		}
	}
	list, err := s.store.Notices(t.Context(), s.acme, 1)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d, %v", len(list), err)
	}
	for i := range store.MostResends + 1 {
		s.exec(t, `UPDATE notices SET state = 'failed'`)
		want := http.StatusSeeOther
		if i == store.MostResends {
			want = http.StatusTooManyRequests
		}
		got := ona.post(t, page+"/again", url.Values{"notice": {list[0].ID}})
		if got.status != want || want == http.StatusTooManyRequests && !strings.Contains(got.body, "30 events were sent again within an hour") {
			t.Fatalf("again %d: %d", i, got.status)
		}
	}
	if n, err := s.store.Notice(t.Context(), s.acme, list[0].ID); err != nil || n.State != store.NoticeFailed {
		t.Errorf("one that was refused waits: %+v, %v", n, err)
	}
	if got := ona.post(t, page+"/remove", nil); got.status != http.StatusSeeOther {
		t.Fatalf("removed: %d", got.status)
	}
	set()
	if got := ona.post(t, page+"/test", nil); got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "10 tests were sent within an hour") {
		t.Errorf("set up anew, there are more tests: %d", got.status)
	}
	s.exec(t, `UPDATE hook_sends SET sent_at = sent_at - interval '61 minutes'`)
	if got := ona.post(t, page+"/test", nil); got.status != http.StatusSeeOther {
		t.Errorf("an hour later: %d", got.status)
	}
}

// TestSecretsOfBeforeSignUntilTheirTime: who changes the secret twice within a day
// may have receivers with any of the three. There are as many as a request can bear.
func TestSecretsOfBeforeSignUntilTheirTime(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ona, page := s.as(t, "ona"), fmt.Sprintf("/installations/%d/webhook", s.acme)
	if got := ona.post(t, page, url.Values{"url": {"https://example.org"}, "points": {"5"}}); got.status != http.StatusOK {
		t.Fatalf("set up: %d", got.status)
	}
	for i := range store.MostFormer {
		if got := ona.post(t, page+"/secret", nil); got.status != http.StatusOK || secretForm.FindString(got.body) == "" {
			t.Fatalf("change %d: %d", i, got.status)
		}
	}
	if got := ona.get(t, page); !strings.Contains(got.body, "The 5 secrets before sign, too") {
		t.Error("it is not said that they sign")
	}
	before, err := s.store.Hook(t.Context(), s.acme)
	if err != nil || len(before.Former) != store.MostFormer {
		t.Fatalf("%+v, %v", before, err)
	}
	if got := ona.post(t, page+"/secret", nil); got.status != http.StatusTooManyRequests || !strings.Contains(got.body, "changed 5 times within a day") {
		t.Errorf("once more: %d", got.status)
	}
	if after, err := s.store.Hook(t.Context(), s.acme); err != nil || string(after.Secret) != string(before.Secret) {
		t.Errorf("it was changed all the same, %v", err)
	}
	s.exec(t, `UPDATE hook_secrets SET until = until - interval '25 hours'`)
	if got := ona.get(t, page); strings.Contains(got.body, "sign, too, each") {
		t.Error("they are said to sign still")
	}
	if got := ona.post(t, page+"/secret", nil); got.status != http.StatusOK {
		t.Errorf("a day later: %d", got.status)
	}
	if after, err := s.store.Hook(t.Context(), s.acme); err != nil || len(after.Former) != 1 || string(after.Former[0].Secret) != string(before.Secret) {
		t.Errorf("%+v, %v", after, err)
	}
}

// TestARepositoryThatLeftIsNamedNoMore on the page of the account's webhook, however
// it is called now; nor does a link lead to what nobody may see.
func TestARepositoryThatLeftIsNamedNoMore(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ona, page, r := s.as(t, "ona"), fmt.Sprintf("/installations/%d/webhook", s.acme), s.repositories["acme/shop"]
	if got := ona.post(t, page, url.Values{"url": {"https://example.org"}, "points": {"5"}}); got.status != http.StatusOK {
		t.Fatalf("set up: %d", got.status)
	}
	a, err := s.store.LatestAudit(t.Context(), s.acme, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.exec(t, `INSERT INTO notices (id, installation_id, event, repository_id, audit_id, before_id, state) VALUES (gen_random_uuid(), $1, 'score.dropped', $2, $3, $3, 'failed')`, s.acme, r.ID, a.ID)
	link := fmt.Sprintf(`href="/repositories/%d/`, r.ID)
	if got := ona.get(t, page); !strings.Contains(got.body, "acme/shop") || !strings.Contains(got.body, link) {
		t.Error("it is not named")
	}
	s.exec(t, `UPDATE repositories SET gone_at = now() WHERE id = $1`, r.ID)
	if got := ona.get(t, page); !strings.Contains(got.body, "acme/shop") || strings.Contains(got.body, link) {
		t.Error("it is gone, and a link leads there, or its name, which the account knows, is missing")
	}
	s.exec(t, `UPDATE repositories SET gone_at = NULL, installation_id = $2, name = 'takeover', owner = 'globex' WHERE id = $1`, r.ID, s.globex)
	if got := ona.get(t, page); strings.Contains(got.body, "takeover") || strings.Contains(got.body, "globex") || strings.Contains(got.body, link) || !strings.Contains(got.body, "a repository that left the account") {
		t.Error("its new name is told to who had it")
	}
}
