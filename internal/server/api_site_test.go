package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/api"
	"twelvefold/internal/audit"
	"twelvefold/internal/store"
)

// fleet is a site of which the API has everything to tell: acme/shop with a past,
// a waived and a closed finding, a pull request, and contracts; acme/vault,
// archived; globex/mill, a worker in Go. ada sees all of them, wes may write to the shop.
type fleet struct {
	*site
	contract *contract
	read     string // ada's token
	ask      string // wes's, which may ask for audits
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	s := manned(t)
	s.Show("ada", "acme/vault", true)
	s.Show("ada", "globex/mill", true)
	f := &fleet{site: s, contract: newContract(t, s.url)}
	shop, mill := s.repositories["acme/shop"], s.repositories["globex/mill"]
	f.audit(t, shop, store.NewAudit{Repository: shop.ID, Commit: commit(900), Branch: "main", Trigger: store.Push, HeadAt: time.Now().AddDate(0, 0, -40)}, richer(commit(900)))
	later := richer(commit(901))
	later.Findings = later.Findings[1:]
	f.audit(t, shop, store.NewAudit{Repository: shop.ID, Commit: commit(901), Branch: "main", Trigger: store.Push, HeadAt: time.Now().Add(time.Minute)}, later)
	worker := designed(commit(902))
	worker.Scorecards[0].Class, worker.Scorecards[0].Languages, worker.Score, worker.Grade = audit.Worker, []string{"Go"}, nil, ""
	f.audit(t, mill, store.NewAudit{Repository: mill.ID, Commit: commit(902), Branch: "main", Trigger: store.Push, HeadAt: time.Now().Add(time.Minute)}, worker)
	f.brings(t, shop)
	f.waiting(t, shop)
	for _, statement := range []string{
		`UPDATE repositories SET archived = true WHERE name = 'vault'`,
		`UPDATE repositories SET head = latest_commit WHERE name = 'shop'`,
		`UPDATE repositories SET topics = '{payments}', score_30 = 90, score_7 = 20 WHERE name = 'shop'`,
		`UPDATE repositories SET score_30 = 10, score_7 = 50, score = 55, audited_at = audited_at - interval '1 day' WHERE name = 'mill'`,
	} {
		if _, err := s.store.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	err := s.store.InTx(t.Context(), func(tx store.Tx) error {
		_, err := s.store.AddWaiver(t.Context(), tx, s.acme, 0, store.Waiver{Repository: shop.ID, Message: "said", Waiver: audit.Waiver{
			Rule: "config/env-file-committed", Fingerprint: strings.Repeat("b2", 16), Reason: "Accepted for now.", Owner: "wes", Expires: s.day(30)}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	f.read, f.ask = s.token(t, "ada", "read"), s.token(t, "wes", "read", "audit")
	return f
}

// richer is designed with a contract and four findings.
func richer(commit string) *audit.Audit {
	a := designed(commit)
	more := a.Findings[0]
	more.Rule, more.Factor, more.Severity, more.Fingerprint, more.Component = "logs/file-log", "logs", audit.Critical, strings.Repeat("c3", 16), "."
	another := more
	another.Rule, another.Factor, another.Severity, another.Fingerprint = "config/hardcoded-credential", "config", audit.High, strings.Repeat("d4", 16)
	a.Findings = append(a.Findings, more, another)
	a.Scorecards[0].Env = []audit.Variable{
		{Name: "DATABASE_URL", Required: true, Secret: true, Status: audit.VariableNeverProvided, Reads: []audit.VariableRead{{At: audit.Place{Path: "src/config.js", Line: 4}, Via: "process.env", Required: true}}},
		{Name: "PORT", Status: audit.VariableFine, Given: []audit.VariableGiven{{At: audit.Place{Path: "fly.toml", Line: 7}, Environment: audit.Production, Value: "8080", Known: true}}},
	}
	second := a.Scorecards[0]
	second.Path, second.Name, second.Env = "tools", "tools", []audit.Variable{{Name: "DEBUG", Status: audit.VariableFine}}
	a.Scorecards = append(a.Scorecards, second)
	return a
}

// audit finishes an audit.
func (f *fleet) audit(t *testing.T, r store.Repository, n store.NewAudit, result *audit.Audit) {
	t.Helper()
	ctx := context.Background()
	var claim store.Claim
	err := f.store.InTx(ctx, func(tx store.Tx) error {
		_, _, err := f.store.CreateAudit(ctx, tx, r.Installation, n, func(c store.Claim) (int64, error) { claim = c; return 1, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	claim.Attempt = 1
	if _, _, err := f.store.Start(ctx, claim, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.store.Complete(ctx, claim, store.Result{Audit: result}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

// waiting asks for an audit that nobody works on.
func (f *fleet) waiting(t *testing.T, r store.Repository) {
	t.Helper()
	err := f.store.InTx(t.Context(), func(tx store.Tx) error {
		_, _, err := f.store.CreateAudit(t.Context(), tx, r.Installation, store.NewAudit{Repository: r.ID, Commit: commit(78), Branch: "main", Trigger: store.Manual},
			func(store.Claim) (int64, error) { return 2, nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var shownToken = regexp.MustCompile(`<code id="token">(tf_[0-9A-Za-z]+)</code>`)

// token makes one on the page, as a person would.
func (s *site) token(t *testing.T, login string, scopes ...string) string {
	t.Helper()
	got := s.as(t, login).post(t, "/account/tokens", url.Values{"name": {"for " + strings.Join(scopes, " and ")}, "scope": scopes, "days": {"90"}})
	shown := shownToken.FindStringSubmatch(got.body)
	if got.status != http.StatusCreated || shown == nil || !api.IsToken(shown[1]) {
		t.Fatalf("making a token: %d %s", got.status, got.body)
	}
	return shown[1]
}

// call makes a request of the API with a token, "" for none.
func (s *site) call(t *testing.T, token, method, path, body string, header ...string) answer {
	t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.url + api.Prefix + path
	}
	request, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(text)}
}

// path is an operation's with what its parameters stand for.
func (f *fleet) path(o api.Operation) string {
	id := fmt.Sprint(f.repositories["acme/shop"].ID)
	if strings.HasPrefix(o.Path, "/installations") {
		id = fmt.Sprint(f.acme)
	}
	path := strings.NewReplacer("{id}", id, "{owner}", "ACME", "{audit}", "1", "{finding}", "2", "{factor}", "config").Replace(o.Path)
	name := "Shop"
	if strings.HasPrefix(o.Path, "/rules") {
		name = "env-file-committed"
	}
	return strings.Replace(path, "{name}", name, 1)
}

// elsewhere is the same of what is not there.
func elsewhere(o api.Operation) string {
	if len(o.Parameters()) == 0 {
		return o.Path + "?installation=987654"
	}
	return strings.NewReplacer("{id}", "987654", "{owner}", "acme", "{name}", "nothing", "{audit}", "987654", "{finding}", "987654", "{factor}", "config").Replace(o.Path)
}

// tokenFor is a token that may do what an operation does.
func (f *fleet) tokenFor(o api.Operation) string {
	if o.Scope == api.Audit {
		return f.ask
	}
	return f.read
}
