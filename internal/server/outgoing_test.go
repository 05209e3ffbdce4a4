package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/store"
)

// TestWhoMayWriteChoosesCodeScanning for a repository, and everybody who reads its
// page sees who did.
func TestWhoMayWriteChoosesCodeScanning(t *testing.T) {
	t.Parallel()
	s := manned(t)
	shop, r := s.page("acme/shop"), s.repositories["acme/shop"]
	wes, ada := s.as(t, "wes"), s.as(t, "ada")
	if got := ada.get(t, shop); !strings.Contains(got.body, "Who may write to the repository switches it on.") || strings.Contains(got.body, shop+"/scanning") {
		t.Errorf("a reader is offered to choose: %d", got.status)
	}
	for _, wanted := range []string{"", "perhaps"} {
		if got := wes.post(t, shop+"/scanning", url.Values{"wanted": {wanted}}); got.status != http.StatusNotFound {
			t.Errorf("%q: %d", wanted, got.status)
		}
	}
	if got := wes.post(t, shop+"/scanning", url.Values{"wanted": {"on"}}); got.status != http.StatusSeeOther || got.to() != shop+"#scanning" {
		t.Fatalf("%d %s", got.status, got.to())
	}
	audits, err := s.store.Audits(t.Context(), s.acme, r.ID, 10)
	if err != nil || len(audits) != 2 || audits[0].State != store.Queued || audits[0].Commit != audits[1].Commit {
		t.Errorf("it is not audited again: %+v, %v", audits, err)
	}
	err = s.store.InTx(t.Context(), func(tx pgx.Tx) error {
		id, err := s.store.AddUpload(t.Context(), tx, s.acme, r.ID, store.NewUpload{Audit: audits[1].ID, Ref: "refs/heads/main", Commit: audits[1].Commit, SARIF: []byte("x"), Digest: []byte("y"), Findings: 7, LeftOut: 2})
		if err == nil && id == 0 {
			err = store.ErrConflict
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	got := ada.get(t, shop)
	for _, want := range []string{"Switched on by wes", "2 left out, the least severe", "waiting", `<th scope="row" class="ref">main</th>`} {
		if !strings.Contains(got.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got := wes.post(t, shop+"/scanning", url.Values{"wanted": {"off"}}); got.status != http.StatusSeeOther {
		t.Errorf("switched off: %d", got.status)
	}
	if got := ada.get(t, shop); !strings.Contains(got.body, "Switched off by wes") || !strings.Contains(got.body, "not needed any more") {
		t.Error("it is not said to be off")
	}
	// Nobody reads of another tenant's.
	if list, err := s.store.Uploads(t.Context(), s.globex, r.ID, 10); err != nil || len(list) != 0 {
		t.Errorf("%v, %v", list, err)
	}
}

func (s *site) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.store.Pool().Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

var secretForm = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{44}`)

// TestTheWebhookIsItsOwners and its secret is shown once.
func TestTheWebhookIsItsOwners(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ona, ada := s.as(t, "ona"), s.as(t, "ada")
	settings, page := fmt.Sprintf("/installations/%d/settings", s.acme), fmt.Sprintf("/installations/%d/webhook", s.acme)
	if got := ona.get(t, settings); !strings.Contains(got.body, page) {
		t.Error("the settings don’t lead there")
	}
	form := func(address string) url.Values {
		return url.Values{"url": {address}, "points": {"10"}, "grades": {"on"}}
	}
	for _, address := range []string{"", "http://example.org", "https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/", "https://u:p@example.org"} {
		if got := ona.post(t, page, form(address)); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "Nothing was saved yet") {
			t.Errorf("%s: %d", address, got.status)
		}
	}
	for _, points := range []string{"", "0", "101", "five", "1.5"} {
		if got := ona.post(t, page, url.Values{"url": {"https://example.org"}, "points": {points}}); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "from 1 to 100") {
			t.Errorf("%q points: %d", points, got.status)
		}
	}
	if _, err := s.store.Hook(t.Context(), s.acme); err == nil {
		t.Fatal("something wrong was saved")
	}
	got := ona.post(t, page, form("https://example.org/hooks/<b>secret-path</b>"))
	first := secretForm.FindString(got.body)
	if got.status != http.StatusOK || first == "" || got.header.Get("Cache-Control") != "no-store" || strings.Contains(got.body, "<b>secret-path") {
		t.Fatalf("%d, %s", got.status, got.header)
	}
	if again := ona.post(t, page, form("https://example.org/hooks")); again.status != http.StatusSeeOther || again.to() != page+"?saved" {
		t.Errorf("saved once more: %d", again.status)
	}
	for _, v := range []answer{ona.get(t, page), ona.get(t, page+"?saved"), ona.get(t, settings), ada.get(t, settings)} {
		if strings.Contains(v.body, "whsec_") {
			t.Error("the secret is shown again")
		}
	}
	if got := ada.get(t, settings); strings.Contains(got.body, "example.org/hooks") || !strings.Contains(got.body, "An owner of the account sets it up.") {
		t.Error("whoever sees the settings sees the receiver")
	}
	second := secretForm.FindString(ona.post(t, page+"/secret", nil).body)
	h, err := s.store.Hook(t.Context(), s.acme)
	if err != nil || second == "" || second == first || len(h.Former) != 1 || !h.Former[0].Until.After(s.Now().Add(23*time.Hour)) || h.Points != 10 || !h.Grades || h.By != "ona" {
		t.Errorf("%+v, %v", h, err)
	}
	var kept string
	if err := s.store.Pool().QueryRow(t.Context(), `SELECT encode(h.secret, 'escape') || encode(s.secret, 'escape') FROM hooks h JOIN hook_secrets s USING (installation_id)`).Scan(&kept); err != nil || strings.Contains(kept, "whsec_") || strings.Contains(kept, second[6:]) {
		t.Errorf("the database holds the secret, %v", err)
	}
	if log := s.log.String(); strings.Contains(log, "whsec_") || strings.Contains(log, "example.org/hooks") {
		t.Error("the log holds the secret, or the address")
	}

	// Tests are bounded; each is there to be seen.
	for i := range store.MostTests + 1 {
		want := http.StatusSeeOther
		if i == store.MostTests {
			want = http.StatusTooManyRequests
		}
		if got := ona.post(t, page+"/test", nil); got.status != want {
			t.Errorf("test %d: %d", i, got.status)
		}
	}
	list, err := s.store.Notices(t.Context(), s.acme, 100)
	if err != nil || len(list) != store.MostTests || !strings.Contains(ona.get(t, page).body, list[len(list)-1].ID) {
		t.Errorf("%d notices, %v", len(list), err)
	}
	if others, err := s.store.Notices(t.Context(), s.globex, 100); err != nil || len(others) != 0 {
		t.Errorf("globex reads %d of them, %v", len(others), err)
	}
	for _, id := range []string{"", "1", "'; DROP TABLE notices", list[0].ID + "0"} {
		if got := ona.post(t, page+"/again", url.Values{"notice": {id}}); got.status != http.StatusNotFound {
			t.Errorf("%q again: %d", id, got.status)
		}
	}
	n := list[0]
	now := s.Now()
	n.State, n.Why, n.Attempts, n.Tried = store.NoticeFailed, "The receiver answered with 404.", 1, &now
	if err := s.store.Tried(t.Context(), n, store.GiveUp{Counts: true}); err != nil {
		t.Fatal(err)
	}
	if got := ona.get(t, page); !strings.Contains(got.body, "The receiver answered with 404.") || strings.Contains(got.body, "Nothing gets through") {
		t.Error("a failure is not shown, or a test says that nothing gets through")
	}
	if got := ona.post(t, page+"/again", url.Values{"notice": {n.ID}}); got.status != http.StatusSeeOther {
		t.Errorf("again: %d", got.status)
	}
	if n, err := s.store.Notice(t.Context(), s.acme, n.ID); err != nil || n.State != store.NoticeWaiting || n.Attempts != 0 {
		t.Errorf("%+v, %v", n, err)
	}
	n.Event = store.ScoreDropped
	if err := s.store.Tried(t.Context(), n, store.GiveUp{Counts: true, Most: 2}); err != nil {
		t.Fatal(err)
	}
	if got := ona.get(t, page); !strings.Contains(got.body, "1 event had to be given up, the first") {
		t.Error("it is not said that nothing gets through")
	}
	if got := ona.post(t, page+"/again", url.Values{"notice": {n.ID}}); got.status != http.StatusSeeOther {
		t.Errorf("again: %d", got.status)
	}
	if err := s.store.Tried(t.Context(), n, store.GiveUp{Counts: true, Most: 2, Before: now}); err != nil {
		t.Fatal(err)
	}
	if got := ona.get(t, page); !strings.Contains(got.body, "It is switched off") || strings.Contains(got.body, "Send a test") {
		t.Error("it is not said to be switched off")
	}
	if got := ona.post(t, page+"/test", nil); got.status != http.StatusSeeOther || got.to() != page+"#notices" {
		t.Errorf("a test of one that is switched off: %d", got.status)
	}
	if got := ona.get(t, page); !strings.Contains(got.body, "<summary>Remove the webhook…</summary>") {
		t.Error("removing it asks nothing")
	}
	if got := ona.post(t, page+"/remove", nil); got.status != http.StatusSeeOther {
		t.Errorf("removed: %d", got.status)
	}
	if _, err := s.store.Hook(t.Context(), s.acme); err == nil {
		t.Error("it is there still")
	}
}

// TestWhatIsToldIsForgotten after a month, and uploads after their days.
func TestWhatIsToldIsForgotten(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.store.SetHook(t.Context(), store.Hook{Installation: s.acme, URL: "https://example.org", Secret: []byte("x"), Points: 5}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Pool().Exec(t.Context(), `
		INSERT INTO notices (id, installation_id, event, created_at) SELECT gen_random_uuid(), $1, 'test', now() - make_interval(days => n % 40) FROM generate_series(1, 2000) n`, s.acme); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.ForgetNotices(t.Context(), 30); err != nil {
		t.Fatal(err)
	}
	list, err := s.store.Notices(t.Context(), s.acme, 5000)
	if err != nil || len(list) != 1000 || time.Since(list[999].Created) > 30*24*time.Hour {
		t.Errorf("%d are left, %v", len(list), err)
	}
	if _, err := s.store.ForgetUploads(t.Context(), 90); err != nil {
		t.Error(err)
	}
}

// TestPagesOfWhatLeavesAskFewQueries with indexes, as the other pages do.
func TestPagesOfWhatLeavesAskFewQueries(t *testing.T) {
	t.Parallel()
	asked := &queries{}
	traced, err := store.OpenTraced(t.Context(), pgtest.Database(t, migrate), 8, asked)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(traced.Close)
	s := newSite(t, siteOptions{store: traced})
	s.AddPerson("ona", "acme/shop")
	s.Join("ona", "acme", true)
	if _, err := traced.SetHook(t.Context(), store.Hook{Installation: s.acme, URL: "https://example.org", Secret: []byte("x"), Points: 5}); err != nil {
		t.Fatal(err)
	}
	if _, err := traced.Pool().Exec(t.Context(), `INSERT INTO notices (id, installation_id, event) SELECT gen_random_uuid(), $1, 'test' FROM generate_series(1, 300)`, s.acme); err != nil {
		t.Fatal(err)
	}
	ona := s.as(t, "ona")
	for path, most := range map[string]int{
		fmt.Sprintf("/installations/%d/webhook", s.acme):                6,
		fmt.Sprintf("/installations/%d/settings", s.acme):               9,
		fmt.Sprintf("/installations/%d/webhook/deliveries.csv", s.acme): 6,
		fmt.Sprintf("/installations/%d/digest/mails.json", s.acme):      4,
		"/account/tokens.csv": 3,
		s.page("acme/shop"):   22,
	} {
		ona.get(t, path) // rights are asked for
		asked.take()
		if got := ona.get(t, path); got.status != http.StatusOK {
			t.Errorf("%s: %d", path, got.status)
		}
		list := asked.take()
		if len(list) > most || len(list) == 0 {
			t.Errorf("%s asks %d queries, at most %d are right", path, len(list), most)
		}
		for _, query := range list {
			if plan := (bundle{store: traced}).planned(t, query); strings.Contains(plan, "Seq Scan") && !strings.Contains(plan, "Seq Scan on installations") {
				t.Errorf("%s reads a whole table:\n%s\n%s", path, query.SQL, plan)
			}
		}
	}
}
