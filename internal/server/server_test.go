package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/jobs"
	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
)

// now is the clock of these tests, which goes: pages say "4 min ago".
func now() time.Time { return time.Now().Add(4 * time.Minute) }

// bundle is a server on a database of its own.
type bundle struct {
	store *store.Store
	url   string
}

func setup(t *testing.T, anonymous bool) bundle {
	t.Helper()
	return setupTraced(t, anonymous, nil)
}

// setupTraced is setup with a tracer that sees every query, or nil.
func setupTraced(t *testing.T, anonymous bool, tracer pgx.QueryTracer) bundle {
	t.Helper()
	ctx := context.Background()
	url := pgtest.Database(t, migrate)
	s, err := store.OpenTraced(ctx, url, 4, tracer)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	queue, err := jobs.NewQueue(s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	app, err := server.New(server.Options{
		Store: s, Queue: queue, Rules: rules.All(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Anonymous: anonymous, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(app)
	t.Cleanup(web.Close)
	return bundle{s, web.URL}
}

// migrate brings a new database to the program's schema.
func migrate(url string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, url, 2)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Migrate(ctx, func(store.Step) {})
}

// get answers status, header and body of a page.
func (b bundle) get(t *testing.T, path string, header ...string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequest("GET", b.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
		request.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(body)
}

// enqueue puts an audit of a local repository on the queue and starts it.
func (b bundle) start(t *testing.T, dir, commit string) (store.Repository, store.Claim) {
	t.Helper()
	ctx := context.Background()
	repository, err := b.store.UpsertLocal(ctx, dir, "main")
	if err != nil {
		t.Fatal(err)
	}
	var claim store.Claim
	err = pgx.BeginFunc(ctx, b.store.Pool(), func(tx pgx.Tx) error {
		_, _, err := b.store.CreateAudit(ctx, tx, 0, store.NewAudit{
			Repository: repository.ID, Commit: commit, Branch: "main", Trigger: store.Manual,
		}, func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := b.store.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	return repository, claim
}

// audited is a repository with a finished audit.
func (b bundle) audited(t *testing.T, dir string, result *audit.Audit) store.Repository {
	t.Helper()
	repository, claim := b.start(t, dir, result.Commit)
	b.finish(t, claim, result)
	return repository
}

// finish completes an audit.
func (b bundle) finish(t *testing.T, claim store.Claim, result *audit.Audit) {
	t.Helper()
	stats := store.Stats{Files: 214, Inspected: 96, Cached: 3, Skipped: 115}
	if _, err := b.store.Complete(context.Background(), claim, store.Result{Audit: result, Stats: stats}, nothing); err != nil {
		t.Fatal(err)
	}
}

// nothing takes part in a transaction.
func nothing(pgx.Tx) error { return nil }

// designed is an audit with every sort of thing that a page shows.
func designed(commit string) *audit.Audit {
	score := func(f float64) *float64 { return &f }
	points := []float64{84, 62, 41, 71, 90, 28, 100, 60, 55, 88, 96, 0}
	card := audit.Scorecard{Path: ".", Name: "payments-api", Class: audit.WebService, Why: "server.js listens on a port",
		Languages: []string{"JavaScript"}, Score: score(61.4), Grade: "C", Coverage: 0.72}
	for i, f := range factor.All() {
		fs := audit.FactorScore{Factor: f.Key, Status: audit.Assessed, Score: score(points[i]), Coverage: 0.6}
		fs.Aspects = []audit.AspectScore{{Aspect: "a", Title: "First aspect", Weight: 60, Evidence: 0.5, Credit: 0.576,
			Penalties: []audit.Penalty{{Rule: "config/env-file-committed", Amount: 0.28, Count: 1, Counting: audit.Once, Weights: []audit.WeightCount{{Weight: 0.28, Count: 1}}}}, Findings: 1}}
		switch f.Key {
		case factor.Concurrency:
			fs.Status, fs.Coverage = audit.Unknown, 0
		case factor.AdminProcesses:
			fs.Status, fs.Score = audit.NotApplicable, nil
		}
		card.Factors = append(card.Factors, fs)
	}
	return &audit.Audit{
		Repository: "acme/payments-api", Commit: commit, Ruleset: "r1", Score: score(61.4), Grade: "C", Coverage: 0.72,
		Scorecards: []audit.Scorecard{card},
		Findings: []audit.Finding{
			{Rule: "config/env-file-committed", Factor: factor.Config, Aspect: "a", Severity: audit.High, Confidence: audit.HighConfidence,
				Component: ".", Subject: "SESSION_SECRET", Place: audit.Place{Path: "config/production.env", Line: 3, EndLine: 3},
				Related: []audit.Place{{Path: "config/production.env", Line: 7, EndLine: 7}},
				Message: "`SESSION_SECRET` has a real value in config/production.env", Fix: "Untrack the file and rotate the secret.",
				Fingerprint: strings.Repeat("a1", 16), Gain: 7.2},
			{Rule: "config/env-file-committed", Factor: factor.Processes, Aspect: "a", Severity: audit.Medium, Confidence: audit.HighConfidence,
				Component: ".", Subject: "x", Place: audit.Place{Path: "src/<script>alert(1)</script>.js", Line: 12, EndLine: 14},
				Message: "Sessions <b>live</b> in memory", Fix: "Use a store.", Fingerprint: strings.Repeat("b2", 16), Gain: 0.4},
		},
		Passes: []audit.Pass{{Rule: "config/env-read", Factor: factor.Config, Aspect: "b", Component: ".",
			Place: audit.Place{Path: "src/config.js", Line: 4}, Message: "`DATABASE_URL` is read from the environment", Strength: 1}},
	}
}

func commit(n int) string { return fmt.Sprintf("%040x", n) }

func TestPagesShowTheAudit(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	if _, _, body := b.get(t, "/"); !strings.Contains(body, "Nothing audited yet") {
		t.Error("the home page without repositories doesn't say what to do")
	}
	repository := b.audited(t, "/srv/payments-api", designed(commit(0xabc)))

	status, _, home := b.get(t, "/")
	if status != 200 || !strings.Contains(home, "payments-api") || !strings.Contains(home, "III Config: 41 of 100") {
		t.Errorf("home: status %d, without the repository's name or cells", status)
	}
	page := fmt.Sprintf("/repositories/%d", repository.ID)
	status, _, body := b.get(t, page)
	for _, want := range []string{
		"Does not apply to this class of component.", `<span class="visually-hidden">unknown</span>`, "config/production.env:3", "config/production.env:7",
		"Untrack the file and rotate the secret.", "href=\"/rules/config/env-file-committed\"", "from cache", "+7", "is read from the environment",
		"(0.6 + 0.4 × 0.5) × (1 − 0.28) = 0.576", "config/env-file-committed takes 0.28",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("repository page (status %d) lacks %q", status, want)
		}
	}
	for _, raw := range []string{"<script>alert", "<b>live"} {
		if strings.Contains(body, raw) {
			t.Errorf("repository page shows %q unescaped", raw)
		}
	}
	if status, _, _ := b.get(t, page+"?component=."); status != 200 {
		t.Errorf("one component: status %d", status)
	}
	if status, header, _ := b.get(t, page+"?component=.&factor=config&page=2"); status != 301 || header.Get("Location") != page+"/factors/config?component=.&page=2" {
		t.Errorf("the address that a factor had leads to %d %q", status, header.Get("Location"))
	}
	if status, _, _ := b.get(t, "/rules/config/env-file-committed"); status != 200 {
		t.Errorf("rule page: status %d", status)
	}
}

func TestMissingThingsAreNotFound(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	b.audited(t, "/srv/a", designed(commit(1)))
	for _, path := range []string{
		"/repositories/999999", "/repositories/x", "/repositories/-1", "/repositories/1%27", "/repositories/999999/progress",
		"/repositories/1?component=none", "/rules/config/none", "/rules/none", "/nothing", "/assets/none.css",
	} {
		status, _, body := b.get(t, path)
		if status != 404 {
			t.Errorf("%s: status %d, want 404", path, status)
		}
		if strings.HasPrefix(path, "/assets") {
			continue
		}
		if !strings.Contains(body, "Nothing here") || strings.Contains(body, "not found") {
			t.Errorf("%s: not the designed page", path)
		}
	}
}

func TestWithoutSignInNothingIsShown(t *testing.T) {
	t.Parallel()
	b := setup(t, false)
	b.audited(t, "/srv/a", designed(commit(1)))
	for _, route := range server.Routes() {
		method, path := example(route.Pattern, 1)
		if route.Public || method != "GET" {
			continue
		}
		if status, _, body := b.get(t, path); status != http.StatusForbidden || strings.Contains(body, "/srv") {
			t.Errorf("%s: status %d where nobody can sign in, want 403", route.Pattern, status)
		}
	}
	if status, _, body := b.get(t, "/sign-in"); status != http.StatusForbidden || !strings.Contains(body, "none is set up") {
		t.Errorf("sign-in that is not set up: %d", status)
	}
}

// example is a request that a pattern of the route table is for.
func example(pattern string, repository int64) (method, path string) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "GET", pattern+"no/such/page"
	}
	return method, strings.NewReplacer("{$}", "", "{id}", fmt.Sprint(repository), "{factor}", "config", "{name}", "env-file-committed", "{finding}", "1", "{audit}", "1").Replace(path)
}

func TestAnonymousPagesAnswerToThisMachineOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	for host, want := range map[string]int{
		"localhost:1": 200, "127.0.0.1": 200, "[::1]:80": 200, "evil.example": 421, "127.0.0.1.evil.example": 421, "192.0.2.1": 421,
	} {
		if status, _, _ := b.get(t, "/", "Host", host); status != want {
			t.Errorf("Host %s: status %d, want %d", host, status, want)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/a", designed(commit(1)))
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script(?:[^>]*)>[^<]`)
	for _, path := range []string{"/", fmt.Sprintf("/repositories/%d", repository.ID), "/rules", "/nothing", "/healthz"} {
		_, header, body := b.get(t, path)
		csp := header.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers %v", path, header)
		}
		if found := inline.FindString(body); found != "" {
			t.Errorf("%s has inline script or style: %q", path, found)
		}
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	_, _, body := b.get(t, "/")
	addresses := regexp.MustCompile(`"(/assets/[^"]+)"`).FindAllStringSubmatch(body, -1)
	if len(addresses) != 4 {
		t.Fatalf("%d assets on the page, want 4", len(addresses))
	}
	for _, a := range addresses {
		status, header, content := b.get(t, a[1])
		if status != 200 || !strings.Contains(header.Get("Cache-Control"), "immutable") || content == "" {
			t.Errorf("%s: status %d, %q", a[1], status, header.Get("Cache-Control"))
		}
	}
}

func TestProgressUntilTheAuditEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository, claim := b.start(t, "/srv/a", commit(7))
	page := fmt.Sprintf("/repositories/%d", repository.ID)
	if err := b.store.Heartbeat(context.Background(), claim, 120, 4700); err != nil {
		t.Fatal(err)
	}
	_, _, body := b.get(t, page)
	if !strings.Contains(body, "120 of 4\u202f700 files inspected") || !strings.Contains(body, `http-equiv="refresh"`) {
		t.Error("the page of a running audit shows no progress, or does not reload without JavaScript")
	}
	_, header, fragment := b.get(t, page+"/progress", "HX-Request", "true")
	if !strings.Contains(fragment, "hx-trigger") || strings.Contains(fragment, "<html") || header.Get("HX-Refresh") != "" {
		t.Errorf("the fragment of a running audit: %s", fragment)
	}
	if status, header, _ := b.get(t, page+"/progress"); status != 303 || header.Get("Location") != page {
		t.Errorf("progress without HTMX: status %d to %q", status, header.Get("Location"))
	}
	if _, err := b.store.Complete(context.Background(), claim, store.Result{Audit: designed(commit(7))}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, header, _ := b.get(t, page+"/progress", "HX-Request", "true"); header.Get("HX-Refresh") != "true" {
		t.Error("the fragment of a finished audit does not reload the page")
	}
}

func TestADatabaseThatIsAwayIsSaidAndComesBack(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	name := b.store.Pool().Config().ConnConfig.Database
	maintenance := b.store.Pool().Config().ConnConfig.Copy()
	maintenance.Database = "postgres"
	admin, err := pgx.ConnectConfig(t.Context(), maintenance)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	rename := func(from, to string) {
		t.Helper()
		_, err := admin.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, from)
		if err == nil {
			_, err = admin.Exec(t.Context(), fmt.Sprintf(`ALTER DATABASE %q RENAME TO %q`, from, to))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rename(name, name+"_away")
	for range 5 { // the first may meet a connection that broke, the others none
		status, header, body := b.get(t, "/")
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || !strings.Contains(body, "The database is away") {
			t.Fatalf("away: %d %q\n%s", status, header.Get("Retry-After"), body)
		}
	}
	rename(name+"_away", name)
	if status, _, body := b.get(t, "/"); status != http.StatusOK {
		t.Errorf("back: %d\n%s", status, body)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	if status, _, _ := b.get(t, "/readyz"); status != 200 {
		t.Errorf("ready: status %d", status)
	}
	b.store.Pool().Close()
	if status, _, _ := b.get(t, "/readyz"); status != 503 {
		t.Errorf("without a database: status %d", status)
	}
	if status, _, _ := b.get(t, "/healthz"); status != 200 {
		t.Errorf("alive without a database: status %d", status)
	}
	if status, _, body := b.get(t, "/"); status != 500 || strings.Contains(body, "pool") {
		t.Errorf("a page without a database: status %d: %s", status, body)
	}
}

// TestPageIsBounded shows a repository of 200 components and 5,000 findings.
func TestPageIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	large := designed(commit(0xb16))
	card, finding, pass := large.Scorecards[0], large.Findings[0], large.Passes[0]
	large.Scorecards, large.Findings, large.Passes = nil, nil, nil
	for i := range 200 {
		card.Path, card.Name = fmt.Sprintf("services/s%03d", i), fmt.Sprintf("s%03d", i)
		large.Scorecards = append(large.Scorecards, card)
		pass.Component = card.Path
		for range 10 {
			large.Passes = append(large.Passes, pass)
		}
		for n := range 25 {
			finding.Component, finding.Fingerprint = card.Path, fmt.Sprintf("%012x%020x", i*25+n, 0)
			finding.Place.Line = n + 1
			large.Findings = append(large.Findings, finding)
		}
	}
	page := fmt.Sprintf("/repositories/%d", b.audited(t, "/srv/large", large).ID)

	_, _, body := b.get(t, page)
	if len(body) > 1<<20 {
		t.Errorf("the page has %d kB, want at most 1024", len(body)>>10)
	}
	for _, want := range []string{"5\u202f000 open findings", "Findings 1 to 25 of 5\u202f000", page + "/factors/config", "25 of 2\u202f000", "choose one above"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	seen := map[string]bool{}
	row := regexp.MustCompile(`<a class="message" href="([^"]+)"`)
	next := regexp.MustCompile(`<a href="([^"]+)" rel="next" hx-get`)
	for at := page + "/factors/config"; at != ""; {
		_, _, body := b.get(t, at)
		if len(body) > 200<<10 {
			t.Fatalf("%s has %d kB", at, len(body)>>10)
		}
		for _, m := range row.FindAllStringSubmatch(body, -1) {
			seen[m[1]] = true
		}
		at = ""
		if m := next.FindStringSubmatch(body); m != nil {
			at = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 5000 {
		t.Errorf("the factor's pages show %d findings, want all 5000", len(seen))
	}
	_, _, body = b.get(t, page+"/factors/config?component=services%2Fs007")
	if n := len(row.FindAllString(body, -1)); n != 25 || next.MatchString(body) {
		t.Errorf("one component has 25 findings, the page shows %d", n)
	}
	for _, bad := range []string{"?factor=no", "?factor=config&page=0", "?factor=config&page=x", "/factors/config?page=0", "/factors/config?page=x",
		"/factors/config?page=102", "/factors/config?page=99999999999", "/factors/none", "/factors/config?component=none", "/factors/config?component=%00"} {
		if status, _, _ := b.get(t, page+bad); status != 404 {
			t.Errorf("%s: status %d, want 404", bad, status)
		}
	}
	weigh(t, b, page, page+"/factors/config", page+"/factors/config?page=50", page+"/audits/1", page+"/audits/1?opened=100", page+"/findings/1")
}

// weigh holds pages to their weight on the wire.
func weigh(t *testing.T, b bundle, paths ...string) {
	t.Helper()
	for _, path := range paths {
		request, err := http.NewRequest("GET", b.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept-Encoding", "gzip")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Encoding") != "gzip" || len(body) > 60<<10 {
			t.Errorf("%s: %d, %d kB %s, %v", path, response.StatusCode, len(body)>>10, response.Header.Get("Content-Encoding"), err)
		}
	}
}

// TestRefusalsAreDesigned asks for what is not answered: each is a page that
// says what to do, with the headers of every page.
func TestRefusalsAreDesigned(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	for _, c := range []struct {
		method, path string
		header       []string
		status       int
		allow, says  string
	}{
		{"POST", "/", nil, 405, "GET, HEAD", "can only be read"},
		{"DELETE", "/repositories/1", nil, 405, "GET, HEAD", "can only be read"},
		{"PUT", "/no/such/page", nil, 404, "", "Nothing here"},
		{"POST", "/", []string{"Sec-Fetch-Site", "cross-site"}, 403, "", "another site"},
		{"POST", "/", []string{"Origin", "https://evil.example"}, 403, "", "another site"},
		{"GET", "/no/such/page", nil, 404, "", "Nothing here"},
	} {
		request, err := http.NewRequest(c.method, b.url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(c.header); i += 2 {
			request.Header.Set(c.header[i], c.header[i+1])
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != c.status || response.Header.Get("Allow") != c.allow || !strings.Contains(string(body), c.says) ||
			!strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s %s: status %d, Allow %q, want %d, %q and a page that says %q", c.method, c.path, response.StatusCode,
				response.Header.Get("Allow"), c.status, c.allow, c.says)
		}
	}
	request, _ := http.NewRequest("HEAD", b.url+"/", nil)
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != 200 {
		t.Errorf("HEAD /: %v, %v", response, err)
	}
}
