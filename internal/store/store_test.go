package store_test

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

func TestLocalRepositoriesHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var got []string
	for _, dir := range []string{"/a/shop", "/b/Shop", "/a/shop", "/c/shop", "/d/other"} {
		r, err := s.UpsertLocal(t.Context(), dir, "main")
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.FullName()+" "+r.Path)
	}
	want := []string{"local/shop /a/shop", "local/Shop-2 /b/Shop", "local/shop /a/shop", "local/shop-3 /c/shop", "local/other /d/other"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	r, err := s.UpsertLocal(t.Context(), "/a/shop", "trunk")
	if err != nil || r.DefaultBranch != "trunk" {
		t.Errorf("the branch is %q, %v", r.DefaultBranch, err)
	}
	if _, err := s.UpsertLocal(t.Context(), "shop", "main"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a relative path gives %v", err)
	}
}

func TestOneDirectoryRegisteredByManyAtOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			if _, err := s.UpsertLocal(t.Context(), fmt.Sprintf("/src%d/shop", i%4), "main"); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	list, err := standings(t.Context(), s, store.Choice{Sight: store.Within(store.Local), Accounts: []int64{store.Local}}, store.Order{By: store.ByName})
	if err != nil || len(list) != 4 {
		t.Errorf("%d repositories, %v; want 4", len(list), err)
	}
}

// TestOtherInstallationsSeeNothing asks for everything with the wrong tenant.
func TestOtherInstallationsSeeNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	claim := b.start(t, b.queue(t, 1))
	b.complete(t, claim, "ab")
	open, err := b.OpenFindings(ctx, store.Local, b.repository.ID, "main")
	if err != nil || len(open) != 2 {
		t.Fatalf("%d findings, %v", len(open), err)
	}
	const other = 7
	_, repository := b.Repository(ctx, other, b.repository.ID)
	_, named := b.RepositoryNamed(ctx, other, "local", "shop")
	_, overview := b.Overview(ctx, store.Within(other), b.repository.ID)
	_, one := b.Audit(ctx, other, claim.Audit)
	_, latest := b.LatestAudit(ctx, other, b.repository.ID)
	_, finding := b.Finding(ctx, other, open[0].ID)
	for what, err := range map[string]error{
		"repository": repository, "by name": named, "overview": overview, "audit": one, "latest": latest, "finding": finding,
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, want not found", what, err)
		}
	}
	seen, err1 := b.Standings(ctx, store.Within(other), []int64{store.Local, other}, everyID)
	audits, err2 := b.Audits(ctx, other, b.repository.ID, 10)
	cards, err3 := b.Scorecards(ctx, other, claim.Audit)
	passes, err4 := b.Passes(ctx, other, claim.Audit)
	open, err5 := b.OpenFindings(ctx, other, b.repository.ID, "main")
	closed, err6 := b.ClosedFindings(ctx, other, claim.Audit)
	contracts, err7 := b.Contracts(ctx, other, claim.Audit)
	_, known, err8 := b.ContractSum(ctx, other, claim.Audit, "")
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8); err != nil {
		t.Fatal(err)
	}
	if known || len(contracts) != 0 {
		t.Error("another installation sees a contract")
	}
	if n := len(seen) + len(audits) + len(cards) + len(passes) + len(open) + len(closed); n != 0 {
		t.Errorf("another installation sees %d rows", n)
	}
}

// fill sets every exported field of a value to something that is not zero.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.String:
		v.SetString("word")
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic(v.Kind())
	}
}

func TestAResultComesBackWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var want audit.Audit
	fill(reflect.ValueOf(&want).Elem())
	want.Warnings = []source.Warning{{Path: "a\x00\xff", Message: "left out"}}
	want.Scorecards = want.Scorecards[:1]
	card := &want.Scorecards[0]
	card.Class = audit.Worker
	card.Wholly = false // said by the command line alone so far
	card.Env[0].Name, card.Env[1].Reads = "A\x00\xff", nil
	filled := card.Factors[0]
	card.Factors = nil
	for _, key := range factor.Keys() {
		f := filled
		f.Factor, f.Status = key, audit.Unknown
		card.Factors = append(card.Factors, f)
	}
	want.Findings, want.Passes = want.Findings[:1], want.Passes[:1]
	f := &want.Findings[0]
	f.With = nil // said by the command line alone so far; its places are related
	f.Added = 0  // of changes
	f.Factor, f.Severity, f.Confidence, f.Fingerprint = factor.Logs, audit.Low, audit.LowConfidence, print('a')
	want.Passes[0].Factor = factor.Logs

	claim := b.start(t, b.queue(t, 1))
	stats := store.Stats{Files: 1, Candidates: 2, Skipped: 3, Cached: 4, Inspected: 5, Failed: 6, Bytes: 7}
	if _, err := b.Complete(t.Context(), claim, store.Result{Audit: &want, Stats: stats}, nothing); err != nil {
		t.Fatal(err)
	}
	a, err1 := b.LatestAudit(t.Context(), store.Local, b.repository.ID)
	cards, err2 := b.Scorecards(t.Context(), store.Local, claim.Audit)
	findings, err3 := b.OpenFindings(t.Context(), store.Local, b.repository.ID, "main")
	passes, err4 := b.Passes(t.Context(), store.Local, claim.Audit)
	contracts, err5 := b.Contracts(t.Context(), store.Local, claim.Audit)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	if len(contracts) != 1 || contracts[0].Component != cards[0].Path {
		t.Fatalf("%d contracts, want the component's", len(contracts))
	}
	cards[0].Env = contracts[0].Variables
	got := audit.Audit{
		Repository: want.Repository, Commit: want.Commit, // of the repository's and the audit's row
		Dirty:   want.Dirty,   // of work trees, which the command line alone audits: the queue has commits
		Since:   want.Since,   // what the command line alone compares with; a pull request's is of its changes
		Unowned: want.Unowned, // explained by the command line alone: as many paths as the repository has
		Ruleset: a.Ruleset, Score: a.Score, Grade: a.Grade, Coverage: a.Coverage, Worst: a.Worst,
		Warnings: a.Warnings, Scorecards: cards, Passes: passes,
	}
	for _, f := range findings {
		got.Findings = append(got.Findings, f.Finding)
	}
	want.Warnings[0].Path = "a\uFFFD\uFFFD" // what Postgres can't keep
	card.Env[0].Name = "A\uFFFD\uFFFD"
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(audit.Finding{})); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(stats, a.Stats); diff != "" {
		t.Errorf("statistics (-want +got):\n%s", diff)
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := result("a")
	low, high := 40.0, 80.0
	*first.Score = 55
	b.finish(t, b.queue(t, 1), first)

	second := result("ab")
	second.Scorecards = nil
	for i, c := range []struct {
		class audit.Class
		score *float64
	}{{audit.WebService, &low}, {audit.Worker, &high}, {audit.Library, new(float64)}} {
		card := audit.Scorecard{Path: fmt.Sprint(i), Class: c.class}
		for _, key := range factor.Keys() {
			card.Factors = append(card.Factors, audit.FactorScore{Factor: key, Status: audit.Unknown, Score: c.score})
		}
		card.Factors[0].Status = audit.Assessed
		card.Factors[11] = audit.FactorScore{Factor: factor.AdminProcesses, Status: audit.NotApplicable}
		second.Scorecards = append(second.Scorecards, card)
	}
	latest := b.finish(t, b.queue(t, 2), second)
	running := b.start(t, b.queue(t, 3))

	o, err := b.Overview(t.Context(), store.Within(store.Local), b.repository.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o.Latest == nil || o.Latest.ID != latest.Audit || o.Newest == nil || o.Newest.ID != running.Audit || o.Newest.State != store.Running {
		t.Errorf("latest %+v, newest %+v", o.Latest, o.Newest)
	}
	if o.Previous == nil || *o.Previous != 55 {
		t.Errorf("previous score %v, want 55", o.Previous)
	}
	if diff := cmp.Diff([]audit.Class{audit.WebService, audit.Worker, audit.Library}, o.Classes); diff != "" {
		t.Errorf("classes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([5]int{0, 2, 0, 0, 0}, o.Open); diff != "" {
		t.Errorf("open findings (-want +got):\n%s", diff)
	}
	mean := 60.0
	for i, want := range map[int]audit.Cell{
		0:  {Factor: factor.Codebase, Status: audit.Assessed, Score: &mean, Worst: &low},
		1:  {Factor: factor.Dependencies, Status: audit.Unknown, Score: &mean, Worst: &low},
		11: {Factor: factor.AdminProcesses, Status: audit.NotApplicable},
	} {
		if diff := cmp.Diff(want, o.Latest.Cells[i]); diff != "" {
			t.Errorf("cell %d (-want +got):\n%s", i+1, diff)
		}
	}
}

// finish starts and completes an audit.
func (b *bundle) finish(t *testing.T, c store.Claim, result *audit.Audit) store.Claim {
	t.Helper()
	c = b.start(t, c)
	if _, err := b.Complete(t.Context(), c, store.Result{Audit: result}, nothing); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARepositoryLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.complete(t, b.start(t, b.queue(t, 1)), "ab")
	b.complete(t, b.start(t, b.queue(t, 2)), "b")
	if _, err := b.Pool().Exec(t.Context(), `DELETE FROM repositories`); err != nil {
		t.Fatal(err)
	}
	var left int
	err := b.Pool().QueryRow(t.Context(), `SELECT (SELECT count(*) FROM audits) + (SELECT count(*) FROM findings) +
		(SELECT count(*) FROM scores) + (SELECT count(*) FROM components) + (SELECT count(*) FROM passes)`).Scan(&left)
	if err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
}

// key is a cache key made of a number.
func key(n int) inspect.CacheKey {
	sum := sha1.Sum(fmt.Append(nil, n))
	return inspect.CacheKey{Blob: hex.EncodeToString(sum[:]), Format: inspect.Python}
}

func TestSignalsAreCached(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	cache, err := s.Signals()
	if err != nil {
		t.Fatal(err)
	}
	otherFormat := key(1)
	otherFormat.Format = inspect.Go
	want := map[inspect.CacheKey][]inspect.Signal{
		key(1):      {{Line: 3, EndLine: 5, Fact: inspect.EnvRead{Name: "PORT", Via: "os.getenv", Fallback: inspect.Lit("8080")}}},
		key(2):      nil, // nothing to say is worth knowing too
		otherFormat: {{Line: 1, EndLine: 1, Fact: inspect.Package{Name: "main"}}},
	}
	if err := cache.Store(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if err := cache.Store(t.Context(), want); err != nil {
		t.Fatalf("the same again: %v", err)
	}
	got, err := cache.Lookup(t.Context(), []inspect.CacheKey{key(1), key(2), key(3), otherFormat})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("signals (-want +got):\n%s", diff)
	}
	if _, err := cache.Lookup(t.Context(), []inspect.CacheKey{{Blob: "main", Format: inspect.Go}}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a wrong blob id gives %v", err)
	}
	if err := cache.Store(t.Context(), nil); err != nil {
		t.Errorf("nothing to keep gives %v", err)
	}
}

func TestAnEntryThatCantBeReadIsInspectedAnew(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	cache, err := s.Signals()
	if err != nil {
		t.Fatal(err)
	}
	want := map[inspect.CacheKey][]inspect.Signal{key(1): {{Line: 1, EndLine: 1, Fact: inspect.Package{Name: "main"}}}}
	if err := cache.Store(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(t.Context(), `UPDATE signals SET data = 'garbage'`); err != nil {
		t.Fatal(err)
	}
	got, err := cache.Lookup(t.Context(), []inspect.CacheKey{key(1)})
	if err != nil || len(got) != 0 {
		t.Errorf("got %v, %v; want nothing", got, err)
	}
	if err := cache.Store(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got, err = cache.Lookup(t.Context(), []inspect.CacheKey{key(1)}); err != nil || len(got) != 1 {
		t.Errorf("got %v, %v; want it written anew", got, err)
	}
}

func TestUnusedSignalsAreForgotten(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	cache, err := s.Signals()
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	if err := cache.Store(ctx, map[inspect.CacheKey][]inspect.Signal{key(1): nil, key(2): nil, key(3): nil}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(ctx, `UPDATE signals SET last_used = current_date - 100`); err != nil {
		t.Fatal(err)
	}
	if _, err := cache.Lookup(ctx, []inspect.CacheKey{key(2)}); err != nil { // still of use
		t.Fatal(err)
	}
	gone, err := cache.Forget(ctx, 90)
	if err != nil || gone != 2 {
		t.Errorf("%d entries are gone, %v; want 2", gone, err)
	}
	left, err := cache.Lookup(ctx, []inspect.CacheKey{key(1), key(2), key(3)})
	if err != nil || len(left) != 1 {
		t.Errorf("%d entries are left, %v; want 1", len(left), err)
	}
}
