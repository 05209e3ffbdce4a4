package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
)

// contracted is designed with an environment contract of every sort of line.
func contracted(commit string) *audit.Audit {
	a := designed(commit)
	at := func(path string, line int) audit.Place { return audit.Place{Path: path, Line: line, EndLine: line} }
	a.Scorecards[0].Env = []audit.Variable{
		{Name: "DATABASE_URL", Status: audit.VariableFine, Secret: true, Required: true, Reads: []audit.VariableRead{{At: at("src/db.js", 4), Required: true}},
			Given: []audit.VariableGiven{{At: at("deploy/prod.yml", 9), Environment: audit.Production, From: "secret"},
				{At: at("docker-compose.yml", 12), Environment: audit.Development, Value: "postgres://app:…@db/app", Known: true}},
			Documented: []audit.Place{at(".env.example", 1)}},
		{Name: "LOG_LEVEL", Status: audit.VariableFine, Reads: []audit.VariableRead{{At: at("src/log.js", 3), HasDefault: true, Default: "info"}, {At: at("src/log.js", 9), HasDefault: true, Default: "info"}}},
		{Name: "PAYMENT_KEY", Status: audit.VariableNeverProvided, Secret: true, Required: true, Reads: []audit.VariableRead{{At: at("src/<script>alert(1)</script>.js", 7), Required: true}}},
		{Name: "OLD_FLAG", Status: audit.VariableNeverRead, Given: []audit.VariableGiven{{At: at("deploy/prod.yml", 11), Environment: audit.Production, Value: "=1+1", Known: true}}},
		{Name: "PORT", Status: audit.VariableFine, Platform: true, Reads: []audit.VariableRead{{At: at("src/app.js", 2), HasDefault: true, Default: "8080"}}},
	}
	return a
}

func TestEnvPage(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", contracted(commit(1)))
	page := fmt.Sprintf("/repositories/%d", repository.ID)
	if _, _, body := b.get(t, page); !strings.Contains(body, "4 variables, 1 never provided, 1 never read") || !strings.Contains(body, page+"/env") {
		t.Error("the repository's page does not lead to its contract")
	}
	status, _, body := b.get(t, page+"/env")
	for _, want := range []string{"4 variables, 1 never provided, 1 never read", "PAYMENT_KEY", "never provided", "src/db.js:4", "from a secret", "postgres://app:…@db/app", "development",
		".env.example:1", "1 variable set by the platform", "src/log.js:3", "src/log.js:9", page + "/env.csv", page + "/env.json"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page (status %d) lacks %q", status, want)
		}
	}
	if strings.Contains(body, "<script>alert") {
		t.Error("a path is not escaped")
	}
	if wrong, rest := strings.Index(body, "PAYMENT_KEY"), strings.Index(body, "DATABASE_URL"); wrong > rest || strings.Index(body, "OLD_FLAG") > rest {
		t.Error("what is wrong does not come first")
	}
	for _, c := range []struct {
		query string
		want  []string
		lacks []string
	}{
		{"?q=pay", []string{"PAYMENT_KEY"}, []string{"DATABASE_URL", "LOG_LEVEL", ">PORT<"}},
		{"?q=PROD.yml", []string{"DATABASE_URL", "OLD_FLAG"}, []string{"LOG_LEVEL"}},
		{"?status=never-read", []string{"OLD_FLAG"}, []string{"PAYMENT_KEY", ">PORT<"}},
		{"?status=fine&q=log", []string{"LOG_LEVEL"}, []string{"OLD_FLAG", "DATABASE_URL"}},
		{"?component=.", []string{"LOG_LEVEL", "PAYMENT_KEY"}, nil},
		{"?q=nothing-is-called-so", []string{"No variable matches", "Show all"}, []string{"LOG_LEVEL"}},
		{"?q=" + url.QueryEscape("<b>%_'\x00\xff"), []string{"No variable matches"}, []string{"<b>"}},
		{"?q=" + strings.Repeat("x", 10<<10), []string{"No variable matches"}, nil},
		{"?page=7", []string{"Show those before"}, []string{"LOG_LEVEL"}},
	} {
		status, _, body := b.get(t, page+"/env"+c.query)
		for _, want := range c.want {
			if status != 200 || !strings.Contains(body, want) {
				t.Errorf("%.60s (status %d) lacks %q", c.query, status, want)
			}
		}
		for _, lacks := range c.lacks {
			if strings.Contains(body, lacks) {
				t.Errorf("%.60s has %q", c.query, lacks)
			}
		}
	}
	for _, bad := range []string{"?status=x", "?component=none", "?page=0", "?page=x"} {
		if status, _, _ := b.get(t, page+"/env"+bad); status != 404 {
			t.Errorf("%s: status %d", bad, status)
		}
	}
}

func TestEnvPageWithoutAContract(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	empty := b.audited(t, "/srv/empty", designed(commit(1)))
	if status, _, body := b.get(t, fmt.Sprintf("/repositories/%d/env", empty.ID)); status != 200 || !strings.Contains(body, "No variables") {
		t.Errorf("a program without variables: %d", status)
	}
	running, _ := b.start(t, "/srv/running", commit(2))
	if status, _, body := b.get(t, fmt.Sprintf("/repositories/%d/env", running.ID)); status != 200 || !strings.Contains(body, "No contract yet") {
		t.Errorf("before the first audit: %d", status)
	}
	if _, err := b.store.Pool().Exec(t.Context(), `DELETE FROM contracts`); err != nil {
		t.Fatal(err)
	}
	if status, _, body := b.get(t, fmt.Sprintf("/repositories/%d/env", empty.ID)); status != 200 || !strings.Contains(body, "No contract yet") {
		t.Errorf("an audit from before contracts were kept: %d", status)
	}
	if _, _, body := b.get(t, fmt.Sprintf("/repositories/%d", empty.ID)); strings.Contains(body, "Environment contract") {
		t.Error("a contract is summed up that is not kept")
	}
}

// TestEnvPageIsBounded shows 30 components of 100 variables, each read in many places.
func TestEnvPageIsBounded(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	large := contracted(commit(1))
	card := large.Scorecards[0]
	large.Scorecards = nil
	for i := range 30 {
		card.Path, card.Env = fmt.Sprintf("services/s%02d", i), nil
		for n := range 100 {
			v := audit.Variable{Name: fmt.Sprintf("VARIABLE_%03d", n), Status: audit.VariableFine}
			for line := range 50 {
				v.Reads = append(v.Reads, audit.VariableRead{At: audit.Place{Path: card.Path + "/a.js", Line: line + 1}, HasDefault: line%10 > 4, Default: fmt.Sprint(line)})
			}
			card.Env = append(card.Env, v)
		}
		large.Scorecards = append(large.Scorecards, card)
	}
	page := fmt.Sprintf("/repositories/%d/env", b.audited(t, "/srv/large", large).ID)
	_, _, body := b.get(t, page)
	if _, header, packed := b.get(t, page, "Accept-Encoding", "gzip"); header.Get("Content-Encoding") != "gzip" || len(packed) > 60<<10 {
		t.Errorf("the page has %d kB, %d compressed", len(body)>>10, len(packed)>>10)
	}
	for _, want := range []string{"Variables 1 to 100 of 3\u202f000", "and 22 more", "?page=2", `<option value="services/s07"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if _, _, body := b.get(t, page+"?component=services%2Fs07"); !strings.Contains(body, "100 variables by name") || !strings.Contains(body, `title="services/s07/a.js:1">…/a.js:1`) || strings.Contains(body, "services/s08/a.js") {
		t.Error("one component is not shown alone")
	}
	if _, _, last := b.get(t, page+"?page=30"); !strings.Contains(last, "Variables 2\u202f901 to 3\u202f000") || strings.Contains(last, "Show those after") {
		t.Error("the last page is not the last")
	}
}

func TestExports(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", contracted(commit(1)))
	page := fmt.Sprintf("/repositories/%d", repository.ID)
	for path, want := range map[string]struct {
		rows int
		cell string
	}{
		"/repositories": {1, "local/payments-api"}, "/repositories.csv?q=zebra": {0, ""}, page + "/components": {1, "payments-api"}, page + "/findings": {2, "src/<script>alert(1)</script>.js"},
		page + "/env": {5, "deploy/prod.yml:11 =1+1"}, page + "/env.csv?status=never-read": {1, "OLD_FLAG"}, page + "/audits": {1, commit(1)}, page + "/waivers": {0, ""},
		"/weeks": {14, ",61.4"}, page + "/trend": {1, commit(1)}, page + "/trend.csv?trend=3m": {1, commit(1)}, page + "/uploads": {0, ""},
		page + "/audits/1/changes": {2, "opened,"}, page + "/audits/1/components": {1, "payments-api"},
		"/installations/0/ledger": {0, ""}, "/installations/0/waivers": {0, ""}, "/rules": {-1, "config/env-file-committed"}, "/rules.csv?q=config/env-file-committed": {1, "config/env-file-committed"},
	} {
		path, query, asks := strings.Cut(path, ".csv")
		if !asks {
			query = ""
		}
		status, header, body := b.get(t, path+".csv"+query)
		rows, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || status != 200 || len(rows) == 0 || want.rows >= 0 && len(rows) != want.rows+1 || !strings.Contains(body, want.cell) {
			t.Errorf("%s.csv%s: %d, %d rows, %v", path, query, status, len(rows), err)
		}
		if !strings.HasPrefix(header.Get("Content-Disposition"), "attachment; filename=") || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s.csv: %v", path, header)
		}
		status, _, body = b.get(t, path+".json"+query)
		var table struct{ Rows []map[string]any }
		if err := json.Unmarshal([]byte(body), &table); err != nil || status != 200 || want.rows >= 0 && len(table.Rows) != want.rows {
			t.Errorf("%s.json%s: %d, %d rows, %v", path, query, status, len(table.Rows), err)
		}
	}
	for path, want := range map[string]string{
		"/repositories.json":      `"processes": 28, "port-binding": 100, "concurrency": "unknown", "disposability": 55, "dev-prod-parity": 88, "logs": 96, "admin-processes": "not-applicable"}`,
		page + "/components.json": `"concurrency": "unknown"`, "/rules.json?q=config/env-read": `"training_right": null, "training_judged": null`,
	} {
		if _, _, body := b.get(t, path); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s: %s", path, want, body)
		}
	}
	for _, path := range []string{page + "/env.csv?status=x", "/rules.csv?kind=x", "/repositories.csv?sort=x", "/repositories/99/findings.csv", page + "/trend.csv?trend=9y", page + "/audits/99/changes.csv", "/weeks.csv?account=7", "/account/tokens.csv", "/installations/0/digest/mails.csv", "/installations/0/webhook/deliveries.csv", "/repositories/x/env.json", "/installations/9/ledger.csv", page + "/findings.xml"} {
		if status, _, _ := b.get(t, path); status != 404 {
			t.Errorf("%s: status %d", path, status)
		}
	}
}

// TestEnvPageLeadsToGitHub follows a place to its line at the audited commit.
func TestEnvPageLeadsToGitHub(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	shop, result := s.repositories["acme/shop"], contracted(commit(9))
	var claim store.Claim
	err := s.store.InTx(t.Context(), func(tx store.Tx) error {
		_, _, err := s.store.CreateAudit(t.Context(), tx, s.acme, store.NewAudit{Repository: shop.ID, Commit: commit(9), Branch: "main", Trigger: store.Push},
			func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := s.store.Start(t.Context(), claim, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Complete(t.Context(), claim, store.Result{Audit: result}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	ada := s.as(t, "ada")
	if got := ada.get(t, s.page("acme/shop")+"/env"); !strings.Contains(got.body, fmt.Sprintf("%s/acme/shop/blob/%s/src/db.js#L4", s.URL, commit(9))) {
		t.Errorf("%d: no place leads to its line", got.status)
	}
	if got := ada.get(t, s.page("acme/shop")+"/findings.csv"); !strings.Contains(got.body, fmt.Sprintf("%s/acme/shop/blob/%s/config/production.env#L3", s.URL, commit(9))) {
		t.Errorf("%d: the file of findings does not lead to their lines", got.status)
	}
}
