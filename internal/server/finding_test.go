package server_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// realSecret is what no page may show.
const realSecret = "hunter2-Tq9vX2mB7cLr"

// shopFiles are a repository with something for every state of an excerpt.
var shopFiles = githubtest.Files{
	"config/production.env":            "PORT=80\nMODE=prod\nSESSION_SECRET=" + realSecret + "\nA=1\nB=2\nC=3\nDB_PASSWORD=" + realSecret + "\n",
	"src/<script>alert(1)</script>.js": strings.Repeat("// <b>line</b> \u202e\n", 11) + "app.use(session({ secret: `" + realSecret + "` }))\n" + strings.Repeat("// after\n", 11),
	"src/\"quoted\" & spaced #1?.js":   "const plain = 1\n",
	"logo.png":                         "\x89PNG\x00\x00\n1\n2\n3\n",
	"big.js":                           strings.Repeat("x()\n", 300_000),
	"key.pem":                          "-----BEGIN PRIVATE KEY-----\n" + realSecret + "\n",
	"short.js":                         "one()\n",
	"vendor.js":                        githubtest.Link("short.js"),
	"deep/" + strings.Repeat("d/", 9) + "x.py": "x = 1\n",
}

// looked is an audit of shopFiles with a finding in each file, and elsewhere.
func looked(commit string) *audit.Audit {
	result := designed(commit)
	for i, at := range []audit.Place{
		{Path: "logo.png", Line: 2, EndLine: 2}, {Path: "big.js", Line: 2, EndLine: 2}, {Path: "key.pem", Line: 1, EndLine: 2}, {Path: "short.js", Line: 9, EndLine: 9},
		{Path: "vendor.js", Line: 1, EndLine: 1}, {Path: "gone.js", Line: 1, EndLine: 1}, {Path: "."}, {Path: "short.js"},
		{Path: "src/\"quoted\" & spaced #1?.js", Line: 1, EndLine: 1}, {Path: "bad\xff\nname\x00.js", Line: 1, EndLine: 1},
	} {
		f := result.Findings[1]
		f.Rule, f.Place, f.Fingerprint, f.Severity = "processes/memory-store", at, fmt.Sprintf("%032x", i+1), audit.Low
		f.Message = fmt.Sprintf("Finding %d in `%s` <i>holds</i>\n\x00 \u202e state", i, at.Path)
		if at.Path == "key.pem" {
			f.Rule = "config/credential-file"
		}
		result.Findings = append(result.Findings, f)
	}
	return result
}

// findingIn is the id of the open finding in a path, whose name begins so.
func findingIn(t *testing.T, s *store.Store, r store.Repository, path string) int64 {
	t.Helper()
	list, err := s.OpenFindings(t.Context(), r.Installation, r.ID, "main")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if strings.HasPrefix(f.Place.Path, path) && (path != "short.js" || f.Place.Line > 0) {
			return f.ID
		}
	}
	t.Fatalf("no finding in %s", path)
	return 0
}

// cloned is a local git repository with shopFiles, audited.
func (b bundle) cloned(t *testing.T) (store.Repository, string) {
	t.Helper()
	hub := githubtest.New(t)
	hub.AddRepository(hub.AddInstallation("acme"), "acme/shop")
	commit := hub.Commit("acme/shop", "main", shopFiles)
	dir := t.TempDir()
	hub.Clone("acme/shop", dir)
	return b.audited(t, dir, looked(commit)), dir
}

// excerpts are what the fragment says of the findings of looked, by path.
var excerpts = map[string]string{
	"config/production.env": "hunt…", "src/<script>": "{ secret: `hunt…` }", "logo.png": "is not text", "big.js": "larger than 1 MB", "key.pem": "kept for credentials",
	"short.js": "has fewer lines", "gone.js": "", "vendor.js": "", ".": "no line to show", "src/\"quoted\"": "const plain = 1", "bad": "not text",
}

func TestFindingPageShowsItsCode(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r, dir := b.cloned(t)
	at := func(path string) string {
		return fmt.Sprintf("/repositories/%d/findings/%d", r.ID, findingIn(t, b.store, r, path))
	}
	for path, want := range excerpts {
		if want == "" {
			want = "is not there at this commit"
		}
		want = strings.NewReplacer("&", "&amp;", `"`, "&#34;").Replace(want)
		for _, form := range [][]string{{"/code", "HX-Request", "true"}, {"?code=1"}} {
			status, header, body := b.get(t, at(path)+form[0], form[1:]...)
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%s %s: %d without %q:\n%s", path, form[0], status, want, body)
			}
			for _, hostile := range []string{realSecret, realSecret[5:], "<script>alert", "<b>line", "<i>holds", "\u202e //", "\x00"} {
				if strings.Contains(body, hostile) {
					t.Errorf("%s %s shows %q", path, form[0], hostile)
				}
			}
			if strings.Contains(body, "<html") == (form[0] == "/code") || header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s is no page, or no fragment, or is kept: %q", path, form[0], header.Get("Cache-Control"))
			}
		}
		if status, header, _ := b.get(t, at(path)+"/code"); status != 303 || header.Get("Location") != at(path)+"?code=1" {
			t.Errorf("%s without HTMX: %d %q", path, status, header.Get("Location"))
		}
	}
	env := at("config/")
	_, _, body := b.get(t, env)
	for _, want := range []string{
		`hx-get="` + env + `/code" hx-trigger="load"`, `href="` + env + `?code=1#code"`, "Untrack the file and rotate the secret.", "+7", "from 61.4 to <strong>68.6</strong>",
		"0.7 for high severity × 1 for high confidence = 0.7", "takes 28 % of “First aspect”", "First seen", "/audits/1", "/factors/config", "/rules/config/env-file-committed",
		"Waive…", "config/production.env:7", env + "?code=1&amp;at=1",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(body, "PORT=80") {
		t.Error("the page reads the code before it is asked for")
	}
	if _, _, body := b.get(t, env+"?code=1&at=1"); !strings.Contains(body, `class="marked"><th scope="row">7</th>`) || strings.Contains(body, realSecret) {
		t.Errorf("a related place:\n%s", body)
	}
	if status, header, _ := b.get(t, env+"/code?at=1"); status != 303 || header.Get("Location") != env+"?code=1&at=1" {
		t.Errorf("a related place without HTMX: %d %q", status, header.Get("Location"))
	}
	for _, bad := range []string{env + "?code=1&at=2", env + "/code?at=999", env + "9", env + "x", fmt.Sprintf("/repositories/%d/findings/0", r.ID), fmt.Sprintf("/repositories/%d/findings/99999999999999999999", r.ID)} {
		if status, _, _ := b.get(t, bad, "HX-Request", "true"); status != 404 {
			t.Errorf("%s: %d", bad, status)
		}
	}
	other := b.audited(t, "/srv/other", designed(commit(9)))
	if status, _, _ := b.get(t, strings.Replace(env, fmt.Sprintf("/%d/", r.ID), fmt.Sprintf("/%d/", other.ID), 1)); status != 404 {
		t.Errorf("a finding below another repository: %d", status)
	}
	if _, _, body := b.get(t, fmt.Sprintf("/repositories/%d", r.ID)); !strings.Contains(body, `<a href="`+env+`">Open`) {
		t.Error("the repository's page does not lead to the finding's")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if status, _, body := b.get(t, env+"?code=1"); status != 200 || !strings.Contains(body, "read on this machine just now") || !strings.Contains(body, "Untrack the file") {
		t.Errorf("where the repository is gone: %d", status)
	}
}

func TestClosedFindingHasItsHistory(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r, _ := b.cloned(t)
	page := fmt.Sprintf("/repositories/%d/findings/%d", r.ID, findingIn(t, b.store, r, "src/<script>"))
	later := designed(commit(2))
	later.Findings = later.Findings[:1]
	b.audited(t, r.Path, later)
	status, _, body := b.get(t, page+"?code=1")
	for _, want := range []string{"Gone since", "First seen", "/audits/2", commit(2)[:7], "secret: `hunt…`"} {
		if status != 200 || !strings.Contains(body, want) {
			t.Errorf("%d, the page of a closed finding lacks %q", status, want)
		}
	}
	for _, not := range []string{"Waive…", `id="worth"`, realSecret} {
		if strings.Contains(body, not) {
			t.Errorf("the page of a closed finding has %q", not)
		}
	}
}

// TestAFindingThatCameBackHasBothInItsHistory tells when it went, and when it
// came back, each with its audit, and the audit that brought it back lists it.
func TestAFindingThatCameBackHasBothInItsHistory(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r := b.audited(t, "/srv/shop", designed(commit(1)))
	without := designed(commit(2))
	gone := without.Findings[0]
	without.Findings = without.Findings[1:]
	b.audited(t, r.Path, without)
	b.audited(t, r.Path, designed(commit(3)))
	id := findingIn(t, b.store, r, gone.Place.Path)
	status, _, body := b.get(t, fmt.Sprintf("/repositories/%d/findings/%d", r.ID, id))
	if at := inOrder(body, `<h2 id="history">`, "First seen", "/audits/1", "Gone", "/audits/2", "Back", "/audits/3"); status != 200 || at != "" {
		t.Errorf("%d, the history lacks %q in its place", status, at)
	}
	if strings.Contains(body, "Gone since") || strings.Contains(body, "Last seen") {
		t.Error("the page of an open finding says that it is gone, or what it said before")
	}
	for audit, list := range map[int]string{2: `id="closed"`, 3: `id="opened"`} {
		if _, _, body := b.get(t, fmt.Sprintf("/repositories/%d/audits/%d", r.ID, audit)); inOrder(body, list, fmt.Sprintf("/findings/%d", id)) != "" {
			t.Errorf("audit %d does not list the finding under %s", audit, list)
		}
	}
}

// TestARepositorySaysWhatToMendFirst names the findings that gain most, but not
// those that somebody accepted, and says nothing where there is little to choose.
func TestARepositorySaysWhatToMendFirst(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	result := designed(commit(1))
	one := result.Findings[0]
	result.Findings = nil
	for i, gain := range []float64{0.4, 3, 2, 9, 5} {
		f := one
		f.Fingerprint, f.Message, f.Gain = fmt.Sprintf("%032x", i), fmt.Sprintf("gains %g", gain), gain
		if gain == 9 {
			f.Waived = &audit.Waiver{Reason: "Known.", Owner: "ada", Expires: time.Now().AddDate(0, 1, 0).Format(time.DateOnly), Fingerprint: f.Fingerprint}
		}
		result.Findings = append(result.Findings, f)
	}
	many := b.audited(t, "/srv/many", result)
	few := designed(commit(2))
	few.Findings = few.Findings[:1]
	for r, want := range map[store.Repository]string{many: "gains 5,gains 3,gains 2", b.audited(t, "/srv/few", few): ""} {
		_, _, body := b.get(t, fmt.Sprintf("/repositories/%d", r.ID))
		_, list, _ := strings.Cut(body, `aria-labelledby="wins"`)
		list, _, _ = strings.Cut(list, "</section>")
		if got := strings.Join(regexp.MustCompile(`gains [0-9.]+`).FindAllString(list, -1), ","); got != want {
			t.Errorf("%s: %q is to be mended first, want %q", r.Path, got, want)
		}
	}
}

// inOrder is the first of some texts that does not stand behind those before it.
func inOrder(body string, texts ...string) string {
	for _, text := range texts {
		_, behind, found := strings.Cut(body, text)
		if !found {
			return text
		}
		body = behind
	}
	return ""
}

func TestWaivingOnTheFindingsPage(t *testing.T) {
	t.Parallel()
	s := manned(t)
	f, wes := s.open(t, "acme/shop"), s.as(t, "wes")
	page := fmt.Sprintf("%s/findings/%d", s.page("acme/shop"), f.ID)
	if got := s.as(t, "ada").get(t, page); got.status != 200 || strings.Contains(got.body, "Waive…") {
		t.Errorf("%d, or a reader is offered to waive", got.status)
	}
	got := wes.post(t, s.page("acme/shop")+"/waivers", s.filled(f, "next", page))
	if got.status != http.StatusSeeOther || got.to() != page+"#f-"+f.Fingerprint[:12] {
		t.Fatalf("waiving leads to %d %s", got.status, got.to())
	}
	if got := wes.get(t, page); !strings.Contains(got.body, "it runs at home") || !strings.Contains(got.body, "Withdraw") || !strings.Contains(got.body, `id="f-`+f.Fingerprint[:12]) {
		t.Error("the page does not say who accepted the finding")
	}
	if got := wes.get(t, s.page("acme/shop")+"/factors/config"); !strings.Contains(got.body, "waived until") {
		t.Error("the factor's page does not say that the finding is accepted")
	}
}

// auditedAt audits a repository of GitHub.
func (s *site) auditedAt(t *testing.T, name, commit string, result *audit.Audit) store.Repository {
	t.Helper()
	ctx, r := context.Background(), s.repositories[name]
	var claim store.Claim
	err := s.store.InTx(ctx, func(tx store.Tx) error {
		_, _, err := s.store.CreateAudit(ctx, tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: commit, Branch: "main", Trigger: store.Push},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := s.store.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Complete(ctx, claim, store.Result{Audit: result}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestCodeIsReadWithTheViewersRights reads it from GitHub as whoever looks.
func TestCodeIsReadWithTheViewersRights(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	head := s.Commit("acme/shop", "main", shopFiles)
	r := s.auditedAt(t, "acme/shop", head, looked(head))
	ada := s.as(t, "ada")
	at := func(path string) string {
		return fmt.Sprintf("%s/findings/%d", s.page("acme/shop"), findingIn(t, s.store, r, path))
	}
	for path, want := range excerpts {
		if want == "" {
			want = "GitHub does not show you this file"
		}
		want = strings.NewReplacer("&", "&amp;", `"`, "&#34;").Replace(want)
		got := ada.get(t, at(path)+"/code", "HX-Request", "true")
		if got.status != 200 || !strings.Contains(got.body, want) || strings.Contains(got.body, realSecret) {
			t.Errorf("%s: %d without %q:\n%s", path, got.status, want, got.body)
		}
	}
	for _, request := range s.Requests("GET /repos/*/*/git/trees/*") {
		if request.As != "person ada" {
			t.Errorf("%s is asked as %s", request.Path, request.As)
		}
	}
	if n := len(s.Requests("GET /repos/*/*/git/trees/*")); n == 0 {
		t.Error("nothing is asked of GitHub")
	}
	env := at("config/")
	page := ada.get(t, env)
	if want := s.URL + "/acme/shop/blob/" + head + "/config/production.env#L3"; !strings.Contains(page.body, want) {
		t.Errorf("the page does not lead to %s", want)
	}
	if got := ada.get(t, at("src/\"quoted\"")); !strings.Contains(got.body, "/src/%22quoted%22%20&amp;%20spaced%20%231%3F.js#L1") {
		t.Error("a hostile name is not escaped in the address")
	}
	s.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Times: -1, Status: http.StatusBadGateway})
	if got := ada.get(t, env+"?code=1"); got.status != 200 || !strings.Contains(got.body, "did not answer in time") || !strings.Contains(got.body, "Try again") || !strings.Contains(got.body, "Untrack the file") {
		t.Errorf("while GitHub is away: %d", got.status)
	}
	s.Heal()
	s.Inject(githubtest.PrimaryLimit("GET /repos/*/*/git/trees/*", s.Now().Add(time.Hour)))
	if got := ada.get(t, env+"?code=1"); got.status != 200 || !strings.Contains(got.body, "its hourly limit is reached") {
		t.Errorf("at the limit: %d", got.status)
	}
	s.Heal()
	s.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Times: -1, Status: http.StatusForbidden})
	if got := ada.get(t, env+"?code=1"); got.status != 200 || !strings.Contains(got.body, "does not let Twelvefold read this file") {
		t.Errorf("where GitHub refuses: %d", got.status)
	}
	s.Heal()
	s.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Status: http.StatusUnauthorized})
	if got := ada.get(t, env+"/code", "HX-Request", "true"); !strings.Contains(got.body, "PORT=80") || s.Refreshes() != 1 {
		t.Errorf("a token that is no longer taken is not exchanged for another: %d refreshes", s.Refreshes())
	}
	s.Show("ada", "acme/shop", false)
	if got := ada.get(t, env+"?code=1"); got.status != 200 || strings.Contains(got.body, "PORT=80") || !strings.Contains(got.body, "GitHub does not show you this file") {
		t.Errorf("minutes after ada lost the repository: %d", got.status)
	}
	s.ForgetTokens("ada")
	s.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Times: -1, Status: http.StatusUnauthorized})
	if got := ada.get(t, env+"?code=1"); got.status != 200 || !strings.Contains(got.body, "sign in again") {
		t.Errorf("where the sign-in is over: %d\n%s", got.status, got.body)
	}
}

// TestCodeWaitsThreeSecondsAtTheMost holds up GitHub.
func TestCodeWaitsThreeSecondsAtTheMost(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	head := s.Commit("acme/shop", "main", shopFiles)
	r := s.auditedAt(t, "acme/shop", head, looked(head))
	ada := s.as(t, "ada")
	s.Inject(githubtest.Fault{Match: "GET /repos/*/*/git/trees/*", Delay: 6 * time.Second})
	page := fmt.Sprintf("%s/findings/%d", s.page("acme/shop"), findingIn(t, s.store, r, "config/"))
	began := time.Now()
	if got := ada.get(t, page); got.status != 200 || time.Since(began) > 2*time.Second {
		t.Errorf("the page waits %s for GitHub", time.Since(began))
	}
	if got := ada.get(t, page+"?code=1"); got.status != 200 || !strings.Contains(got.body, "did not answer in time") || time.Since(began) > 5*time.Second {
		t.Errorf("%d after %s", got.status, time.Since(began))
	}
}
