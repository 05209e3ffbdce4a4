package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/rights"
	"twelvefold/internal/store"
)

// open is the first open finding of a repository.
func (s *site) open(t *testing.T, name string) store.Finding {
	t.Helper()
	r := s.repositories[name]
	list, err := s.store.OpenFindings(t.Context(), r.Installation, r.ID, "main")
	if err != nil || len(list) == 0 {
		t.Fatalf("%d open findings, %v", len(list), err)
	}
	return list[0]
}

func (s *site) waivers(t *testing.T, name string) []store.Waiver {
	t.Helper()
	r := s.repositories[name]
	list, err := s.store.RepositoryWaivers(t.Context(), r.Installation, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// day is so many days from now.
func (s *site) day(days int) string { return s.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }

// filled is the form of a waiver with some fields changed: name, value, ….
func (s *site) filled(f store.Finding, changed ...string) url.Values {
	form := url.Values{"finding": {f.Fingerprint}, "scope": {"finding"}, "path": {"src/**"}, "reason": {"it runs at home"}, "expires": {s.day(30)}}
	for i := 0; i < len(changed); i += 2 {
		form.Set(changed[i], changed[i+1])
	}
	return form
}

// manned is a site on which wes may write to acme/shop and ona owns acme; both
// read it, as ada does.
func manned(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	s.AddPerson("wes", "acme/shop")
	s.LetWrite("wes", "acme/shop", true)
	s.AddPerson("ona", "acme/shop")
	s.Join("ona", "acme", true)
	s.Join("wes", "acme", false)
	return s
}

func TestWaivingOnTheDashboard(t *testing.T) {
	t.Parallel()
	s := manned(t)
	shop, f := s.page("acme/shop"), s.open(t, "acme/shop")
	wes, ada := s.as(t, "wes"), s.as(t, "ada")
	if got := ada.get(t, shop); strings.Contains(got.body, "Waive…") {
		t.Error("a reader is offered to waive")
	}
	if got := wes.get(t, shop); strings.Count(got.body, "Waive…") != strings.Count(got.body, `class="finding `) {
		t.Errorf("%d of %d findings can be waived", strings.Count(got.body, "Waive…"), strings.Count(got.body, `class="finding `))
	}
	reason := `because <script>alert(1)</script> "& so on"`
	got := wes.post(t, shop+"/waivers", s.filled(f, "reason", "  "+reason+"\r\n", "next", shop+"?factor="+string(f.Factor)))
	if got.status != http.StatusSeeOther || got.to() != shop+"?factor="+string(f.Factor)+"#f-"+f.Fingerprint[:12] {
		t.Fatalf("%d %s %s", got.status, got.to(), got.body)
	}
	list := s.waivers(t, "acme/shop")
	want := audit.Waiver{ID: list[0].ID, Rule: f.Rule, Fingerprint: f.Fingerprint, Reason: reason, Owner: "wes", Expires: s.day(30)}
	if len(list) != 1 || list[0].Waiver != want || list[0].Message != f.Message {
		t.Errorf("%+v", list)
	}
	// Everybody who reads the page sees it at once, as text; the default branch is
	// audited again.
	for _, v := range []*visitor{wes, ada} {
		got := v.get(t, shop)
		if strings.Contains(got.body, "<script>alert") || !strings.Contains(got.body, "because &lt;script&gt;alert(1)&lt;/script&gt;") ||
			!strings.Contains(got.body, "waived until "+s.day(30)) || strings.Contains(got.body, "/waivers/withdraw") != (v == wes) {
			t.Errorf("%d: %s", got.status, got.body)
		}
	}
	audits, err := s.store.Audits(t.Context(), s.acme, s.repositories["acme/shop"].ID, 10)
	if err != nil || len(audits) != 2 || audits[0].State != store.Queued || audits[0].Commit != audits[1].Commit || audits[0].Branch != "main" || !audits[0].HeadAt.Equal(audits[1].HeadAt) {
		t.Errorf("audits: %+v, %v", audits, err)
	}

	if got := wes.get(t, shop); strings.Contains(got.body, "<textarea") || !strings.Contains(got.body, shop+"/waive?finding=") {
		t.Error("the page is loaded anew while somebody types")
	}

	// All of the rule, in a path; then withdrawn by a form of the settings.
	if got := wes.post(t, shop+"/waivers", s.filled(f, "scope", "path", "path", " ./** ")); got.status != http.StatusSeeOther || got.to() != shop+"#f-"+f.Fingerprint[:12] {
		t.Errorf("a path: %d %s", got.status, got.to())
	}
	if list = s.waivers(t, "acme/shop"); len(list) != 2 || list[1].Path != "**" || list[1].Fingerprint != "" {
		t.Errorf("%+v", list)
	}
	settings := fmt.Sprintf("/installations/%d/settings", s.acme)
	for _, w := range list {
		for range 2 { // twice is once
			got := wes.post(t, shop+"/waivers/withdraw", url.Values{"waiver": {fmt.Sprint(w.ID)}, "next": {settings}})
			if got.status != http.StatusSeeOther || got.to() != settings+"#waivers" {
				t.Errorf("withdrawn: %d %s", got.status, got.to())
			}
		}
	}
	if got := wes.get(t, shop); strings.Contains(got.body, "waived until") || len(s.waivers(t, "acme/shop")) != 0 {
		t.Errorf("withdrawn and still shown: %d", got.status)
	}
	if got := ada.get(t, settings); !strings.Contains(got.body, "Withdrawn waivers (2, the last first)") || !strings.Contains(got.body, "by wes") || strings.Contains(got.body, "<script>alert") {
		t.Errorf("the history: %s", got.body)
	}
}

func TestAWaiversFormSaysWhatToDoAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := manned(t)
	shop, f, wes := s.page("acme/shop"), s.open(t, "acme/shop"), s.as(t, "wes")
	for name, c := range map[string]struct {
		changed []string
		says    string
	}{
		"no reason":         {[]string{"reason", " \n\t "}, "Say why this is accepted"},
		"a long one":        {[]string{"reason", strings.Repeat("é", 251)}, "The reason has 502 bytes and may have 500: shorten it."},
		"no day":            {[]string{"expires", ""}, "Write the last day that the waiver holds"},
		"a word":            {[]string{"expires", "<b>soon</b>"}, "Write the last day that the waiver holds"},
		"yesterday":         {[]string{"expires", s.day(-1)}, "That day is over: choose " + s.day(0)},
		"too far":           {[]string{"expires", s.day(367)}, "A waiver lasts a year at most: choose " + s.day(366)},
		"no scope":          {[]string{"scope", "everything"}, "Choose what is accepted"},
		"no path":           {[]string{"scope", "path", "path", " "}, "Write the directory"},
		"a path elsewhere":  {[]string{"scope", "path", "path", "no/such/**"}, "This path leaves out"},
		"a path that leads": {[]string{"scope", "path", "path", "../**"}, "leads out of the repository"},
		"a long path":       {[]string{"scope", "path", "path", strings.Repeat("a", 1025)}, "A glob has at most 1024 bytes"},
		"a broken path":     {[]string{"scope", "path", "path", "[a"}, "is never closed"},
	} {
		form := s.filled(f, append([]string{"reason", "kept <as> typed", "expires", s.day(40)}, c.changed...)...)
		got := wes.post(t, shop+"/waivers", form)
		if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, strings.ReplaceAll(c.says, "<", "&lt;")) {
			t.Errorf("%s: %d, does not say %q", name, got.status, c.says)
		}
		if !slices.Contains(c.changed, "reason") && !strings.Contains(got.body, "kept &lt;as&gt; typed</textarea>") ||
			!slices.Contains(c.changed, "expires") && !strings.Contains(got.body, `value="`+s.day(40)+`"`) || strings.Contains(got.body, "<b>soon") {
			t.Errorf("%s: what was typed is lost:\n%s", name, got.body)
		}
	}
	for name, c := range map[string]struct {
		form url.Values
		want int
	}{
		"the last day of all": {s.filled(f, "expires", s.day(366)), http.StatusSeeOther},
		"today":               {s.filled(f, "expires", s.day(0)), http.StatusSeeOther},
		"another's site":      {s.filled(f, "next", "https://evil.example/"), http.StatusSeeOther},
		"500 bytes":           {s.filled(f, "reason", strings.Repeat("é", 250)), http.StatusSeeOther},
		"controls":            {s.filled(f, "reason", strings.Repeat("a\x00", 249), "scope", "path", "path", "*\x00*"), http.StatusUnprocessableEntity},
		"controls that do":    {s.filled(f, "reason", strings.Repeat("a\x00", 249), "scope", "path", "path", "**\x00\x1b"), http.StatusSeeOther},
		"bytes that are none": {s.filled(f, "reason", "a\xff\x00b"), http.StatusSeeOther},
		"no finding":          {s.filled(f, "finding", strings.Repeat("0", 32)), http.StatusNotFound},
		"no fingerprint":      {s.filled(f, "finding", "\x00' OR true"), http.StatusNotFound},
		"too much":            {s.filled(f, "reason", strings.Repeat("a", 70<<10)), http.StatusRequestEntityTooLarge},
		"another's finding":   {s.filled(store.Finding{Finding: audit.Finding{Fingerprint: strings.Repeat("f", 32)}}), http.StatusNotFound},
		"nothing":             {url.Values{}, http.StatusNotFound},
	} {
		if got := wes.post(t, shop+"/waivers", c.form); got.status != c.want || strings.Contains(got.to(), "evil") {
			t.Errorf("%s: %d %s, want %d", name, got.status, got.to(), c.want)
		}
	}
	if got := wes.post(t, shop+"/waivers/withdraw", url.Values{"waiver": {"x"}}); got.status != http.StatusBadRequest {
		t.Errorf("withdrawing nothing: %d", got.status)
	}
	if got := wes.get(t, shop+"/waive?finding="+f.Fingerprint); got.status != 200 || !strings.Contains(got.body, `min="`+s.day(0)+`" max="`+s.day(366)+`"`) {
		t.Errorf("the page: %d", got.status)
	}
	for _, wrong := range []string{"", "?finding=%00", "?finding=x", "?finding=" + strings.Repeat("0", 32)} {
		if got := wes.get(t, shop+"/waive"+wrong); got.status != http.StatusNotFound {
			t.Errorf("the page of %q: %d", wrong, got.status)
		}
	}
}

// TestWhoMayWaiveAndSettle tries every person at every form.
func TestWhoMayWaiveAndSettle(t *testing.T) {
	t.Parallel()
	s := manned(t)
	s.AddPerson("max", "globex/mill") // of another account, where he may do everything
	s.LetWrite("max", "globex/mill", true)
	s.Join("max", "globex", true)
	shop, f := s.page("acme/shop"), s.open(t, "acme/shop")
	waiver := s.filled(f)
	gate := url.Values{"gate": {"critical"}}
	people := map[string]*visitor{"": s.visitor(t)}
	for _, login := range []string{"ada", "wes", "ona", "max"} {
		people[login] = s.as(t, login)
	}
	for _, c := range []struct {
		path string
		form url.Values
		want map[string]int
	}{
		{shop + "/waivers", waiver, map[string]int{"": 401, "ada": 403, "wes": 303, "ona": 403, "max": 404}},
		{shop + "/waivers/withdraw", url.Values{"waiver": {"1"}}, map[string]int{"": 401, "ada": 403, "ona": 403, "max": 404}},
		{s.page("acme/vault") + "/waivers", waiver, map[string]int{"": 401, "ada": 404, "wes": 404, "ona": 404, "max": 404}},
		{fmt.Sprintf("/installations/%d/gate", s.acme), gate, map[string]int{"": 401, "ada": 403, "wes": 403, "ona": 303, "max": 404}},
		{fmt.Sprintf("/installations/%d/gate", store.Local), gate, map[string]int{"": 401, "ona": 404}},
	} {
		for login, want := range c.want {
			if got := people[login].post(t, c.path, c.form); got.status != want {
				t.Errorf("%s by %q: %d, want %d", c.path, login, got.status, want)
			}
		}
	}
	if list := s.waivers(t, "acme/shop"); len(list) != 1 || list[0].Owner != "wes" {
		t.Errorf("%+v", list)
	}
	// Nobody waives in one repository by a waiver's number, or a finding, of another.
	s.Show("max", "globex/mill", true)
	id := s.waivers(t, "acme/shop")[0].ID
	people["max"].post(t, s.page("globex/mill")+"/waivers/withdraw", url.Values{"waiver": {fmt.Sprint(id)}})
	if len(s.waivers(t, "acme/shop")) != 1 {
		t.Error("another account withdrew the waiver")
	}
	// Rights that are gone are gone within minutes, and at once when GitHub tells.
	s.LetWrite("wes", "acme/shop", false)
	s.Advance(rights.Fresh + time.Second)
	if got := people["wes"].post(t, shop+"/waivers", waiver); got.status != 403 {
		t.Errorf("who may no longer write: %d", got.status)
	}
	s.Join("ona", "acme", false)
	s.OrganizationMember(s.acme, "ona", "member_added")
	s.Settle()
	if got := people["ona"].post(t, fmt.Sprintf("/installations/%d/gate", s.acme), gate); got.status != 403 || !strings.Contains(got.body, "An owner has to do this") {
		t.Errorf("who is no owner any more: %d", got.status)
	}
	// While GitHub is away, nobody changes anything by what it said before.
	s.Join("ona", "acme", true)
	s.Advance(rights.Fresh + time.Second)
	if got := people["ona"].post(t, fmt.Sprintf("/installations/%d/gate", s.acme), gate); got.status != 303 {
		t.Errorf("an owner again: %d", got.status)
	}
	s.Inject(githubtest.Fault{Match: "GET /user/installations", Status: 503, Times: -1})
	s.Advance(20 * time.Minute)
	if got := people["ona"].post(t, fmt.Sprintf("/installations/%d/gate", s.acme), gate); got.status != 503 || !strings.Contains(got.body, "Nothing was changed") {
		t.Errorf("while GitHub is away: %d", got.status)
	}
	if got := people["ona"].get(t, fmt.Sprintf("/installations/%d/settings", s.acme)); got.status != 200 || strings.Contains(got.body, "<form method=\"post\" action=\"/inst") {
		t.Errorf("the page while GitHub is away: %d", got.status)
	}
}

func TestTheGateOfAnAccount(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ona, ada := s.as(t, "ona"), s.as(t, "ada")
	settings := fmt.Sprintf("/installations/%d/settings", s.acme)
	for name, want := range map[string]audit.Gate{"critical": {FailOn: audit.Critical}, "none": {Open: true}, "": {}} {
		got := ona.post(t, fmt.Sprintf("/installations/%d/gate", s.acme), url.Values{"gate": {name}})
		if i, err := s.store.Installation(t.Context(), s.acme); got.status != http.StatusSeeOther || got.to() != settings+"?saved" || err != nil || i.Gate != want || i.GateBy != "ona" {
			t.Errorf("%q: %d %s, %+v, %v", name, got.status, got.to(), i, err)
		}
		if got := ona.get(t, settings+"?saved"); !strings.Contains(got.body, fmt.Sprintf(`value="%s" checked`, name)) || !strings.Contains(got.body, "Saved.") {
			t.Errorf("%q is not shown", name)
		}
	}
	for _, wrong := range []url.Values{{"gate": {"HIGH"}}, {"gate": {"<script>"}}, {}} {
		if got := ona.post(t, fmt.Sprintf("/installations/%d/gate", s.acme), wrong); got.status != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", wrong, got.status)
		}
	}
	if got := ada.get(t, settings); got.status != 200 || strings.Contains(got.body, `name="gate"`) || !strings.Contains(got.body, "An owner of the account sets it") {
		t.Errorf("a reader: %d", got.status)
	}
	if i, err := s.store.Installation(t.Context(), s.globex); err != nil || i.GateBy != "" {
		t.Errorf("another account: %+v, %v", i, err)
	}
}

// TestPagesOfAnAccountTellNothingOfWhatIsNotSeen has a waiver and a head of
// acme/vault, which ada does not see.
func TestPagesOfAnAccountTellNothingOfWhatIsNotSeen(t *testing.T) {
	t.Parallel()
	s := manned(t)
	ctx := t.Context()
	for _, name := range []string{"acme/shop", "acme/vault"} {
		r := s.repositories[name]
		err := s.store.InTx(ctx, func(tx store.Tx) error {
			if _, err := s.store.NoteHead(ctx, tx, s.acme, r.ID, commit(int(r.ID)+40), s.Now()); err != nil {
				return err
			}
			_, err := s.store.AddWaiver(ctx, tx, s.acme, 0, store.Waiver{Repository: r.ID, Message: "m of " + name,
				Waiver: audit.Waiver{Rule: "config/debug-literal", Path: "**", Reason: "r of " + name, Owner: "wes", Expires: s.day(9)}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.store.NoteLedgerRun(ctx, store.LedgerRun{Since: s.Now(), Asked: s.Now(), Failed: 70707}); err != nil {
		t.Fatal(err)
	}
	ada := s.as(t, "ada")
	for page, want := range map[string][]string{
		"settings": {"r of acme/shop", "9 days left", "1 waiver, 1 within a fortnight"},
		"ledger":   {"1 of 1 head not accounted for", "acme/shop", "no audit was asked for yet", "GitHub was last asked for failed deliveries"},
	} {
		got := ada.get(t, fmt.Sprintf("/installations/%d/%s", s.acme, page))
		for _, w := range want {
			if !strings.Contains(got.body, w) {
				t.Errorf("%s does not say %q:\n%s", page, w, got.body)
			}
		}
		if strings.Contains(got.body, "vault") || strings.Contains(got.body, "70707") {
			t.Errorf("%s tells of what ada does not see", page)
		}
	}
	if got := ada.get(t, "/"); !strings.Contains(got.body, fmt.Sprintf("/installations/%d/ledger", s.acme)) || strings.Contains(got.body, "globex") {
		t.Errorf("home does not lead there: %d", got.status)
	}
}

// TestThisMachineSettlesEverything: where pages are shown without sign-in.
func TestThisMachineSettlesEverything(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", designed(commit(1)))
	list, err := b.store.OpenFindings(t.Context(), store.Local, repository.ID, "main")
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(path, origin string, form url.Values) int {
		request, _ := http.NewRequest("POST", b.url+path, strings.NewReader(form.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", origin)
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	shop := fmt.Sprintf("/repositories/%d", repository.ID)
	waiver := url.Values{"finding": {list[0].Fingerprint}, "scope": {"finding"}, "reason": {"mine"}, "expires": {now().UTC().AddDate(0, 0, 10).Format(time.DateOnly)}}
	if status := send(shop+"/waivers", "https://evil.example", waiver); status != http.StatusForbidden {
		t.Errorf("from another site: %d", status)
	}
	if status := send(shop+"/waivers", b.url, waiver); status != http.StatusSeeOther {
		t.Errorf("waiving: %d", status)
	}
	if status := send("/installations/0/gate", b.url, url.Values{"gate": {"none"}}); status != http.StatusSeeOther {
		t.Errorf("the gate: %d", status)
	}
	_, _, page := b.get(t, shop)
	if !strings.Contains(page, "by local until") {
		t.Error("the waiver is not shown")
	}
	for _, path := range []string{"/installations/0/settings", "/installations/0/ledger"} {
		if status, _, body := b.get(t, path); status != 200 || !strings.Contains(body, "this machine") {
			t.Errorf("%s: %d", path, status)
		}
	}
	if status, _, _ := b.get(t, "/installations/7/settings"); status != http.StatusNotFound {
		t.Errorf("an installation of GitHub's: %d", status)
	}
}
