package store_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// Pools that the messages and paths of generated findings are made of.
var (
	madeRules = []string{"config/hardcoded-secret", "config/secret-default", "config/env-name-branching", "logs/file-handler", "processes/local-file",
		"dependencies/undeclared-import", "dependencies/floating-version", "backing-services/hardcoded-handle", "disposability/no-sigterm", "port-binding/fixed-port"}
	madeMessages = []string{"`%s` has a real value in this file", "%s falls back to a written secret", "Uploads of %s are kept on the local disk", "The log of %s goes to a file",
		"%s is imported and no manifest declares it", "%s is installed at whatever version is newest", "The address of %s is written in the code", "The server of %s listens on a written port"}
	madeDirs  = []string{"src", "app", "config", "internal", "server", "api", "lib", "services", "web", "packages"}
	madeParts = []string{"user", "order", "payment", "session", "mail", "report", "invoice", "stock", "search", "upload", "login", "profile"}
	madeEnds  = []string{"js", "py", "go", "rb", "java", "php", "ts", "yml"}
	severity  = []string{"critical", "high", "high", "medium", "medium", "medium", "low", "low", "low", "info"}
)

// crowd fills a store with open findings of an installation 1 whose repositories
// they belong to in turn.
func crowd(tb testing.TB, s *store.Store, repositories, findings int) {
	tb.Helper()
	ctx := tb.Context()
	exec := func(sql string, arguments ...any) {
		tb.Helper()
		if _, err := s.Pool().Exec(ctx, sql, arguments...); err != nil {
			tb.Fatal(err)
		}
	}
	exec(`INSERT INTO installations (id, account, account_id) VALUES (1, 'acme', 1)`)
	exec(`INSERT INTO repositories (installation_id, origin, owner, name, default_branch, github_id)
		SELECT 1, 'github', 'acme', 'team-' || n % 97 || '-service-' || n, 'main', n FROM generate_series(1, $1::int) n`, repositories)
	exec(`INSERT INTO audits (repository_id, commit, branch, trigger, state, finished_at, score, grade)
		SELECT id, repeat('a', 40), 'main', 'push', 'done', now(), 70, 'B' FROM repositories`)
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	for batch := range slices.Chunk(make([]struct{}, findings), 10_000) {
		var fingerprint, rule, factors, severities, path, message, words []string
		var repository []int64
		for range batch {
			n := len(repository)
			r := pick(madeRules)
			m := fmt.Sprintf(pick(madeMessages), fmt.Sprintf("%s_%s_%d", strings.ToUpper(pick(madeParts)), strings.ToUpper(pick(madeParts)), random.IntN(5000)))
			p := fmt.Sprintf("%s/%s/%s%d.%s", pick(madeDirs), pick(madeParts), pick(madeParts), random.IntN(20_000), pick(madeEnds))
			key, _, _ := strings.Cut(r, "/")
			fingerprint = append(fingerprint, fmt.Sprintf("%016x%016x", random.Uint64(), n))
			rule, factors, severities = append(rule, r), append(factors, key), append(severities, pick(severity))
			path, message = append(path, p), append(message, m)
			words = append(words, strings.Join(store.Words(r, p, m), " "))
			repository = append(repository, int64(random.IntN(repositories)+1))
		}
		exec(`INSERT INTO findings (repository_id, branch, fingerprint, rule, factor, aspect, severity, confidence, component, subject, path, line, end_line,
				message, fix, gain, first_seen_audit, last_seen_audit, first_seen_at, last_seen_at, words)
			SELECT r.id, 'main', n.fingerprint, n.rule, n.factor, 'a', n.severity, 'high', '.', '', n.path, 1, 1, n.message, 'Mend it.', 1, a.id, a.id, a.head_at, a.head_at,
				array_to_tsvector(string_to_array(n.words, ' '))
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
				AS n (fingerprint, rule, factor, severity, path, message, words, repository)
			JOIN repositories r ON r.github_id = n.repository JOIN audits a ON a.repository_id = r.id`,
			fingerprint, rule, factors, severities, path, message, words, repository)
	}
	exec(`VACUUM ANALYZE findings`)
	exec(`ANALYZE repositories`)
	exec(`ANALYZE audits`)
	exec(`INSERT INTO people (id, login, name, email, signed_in_at, tokens) VALUES (1, 'ada', '', '', now(), 'x')`)
	exec(`INSERT INTO rights (person_id, installation_id, repositories, asked_at) SELECT 1, 1, array_agg(github_id), now() FROM repositories WHERE github_id % 100 = 0`)
}

// questions are searches that find much, little and nothing.
var questions = []string{"config", "secret", "se", "s", "payment order", "payment_session_17", "config payment 4711", "order4711", "py", "written port", "zebra", "config zebra", "critical path"}

// rare are those of them that few findings answer.
var rare = []string{"payment order", "payment_session_17", "config payment 4711", "order4711", "zebra", "config zebra"}

// eyes are who sees all of crowd, a hundredth of it, and nothing.
func eyes() map[string]store.Sight {
	return map[string]store.Sight{"all": store.Within(1), "part": store.As(1, time.Time{}), "nothing": store.As(2, time.Time{})}
}

// BenchmarkSearch looks among 1,000,000 open findings of 10,000 repositories
// (BENCHMARK_FINDINGS=n for another number).
func BenchmarkSearch(b *testing.B) {
	s := storetest.New(b)
	n := 1_000_000
	if text := os.Getenv("BENCHMARK_FINDINGS"); text != "" {
		if _, err := fmt.Sscan(text, &n); err != nil {
			b.Fatal(err)
		}
	}
	crowd(b, s, max(n/100, 100), n)
	var size string
	err := s.Pool().QueryRow(b.Context(), `SELECT 'table ' || pg_size_pretty(pg_relation_size('findings')) || ', findings_words ' || pg_size_pretty(pg_relation_size('findings_words'))
		|| ', findings_worst ' || pg_size_pretty(pg_relation_size('findings_worst'))`).Scan(&size)
	if err != nil {
		b.Fatal(err)
	}
	b.Log(size)
	for who, sight := range eyes() {
		for _, q := range questions {
			b.Run(who+"/"+strings.ReplaceAll(q, " ", "+"), func(b *testing.B) {
				quickest(b, func() error {
					_, err := s.SearchFindings(b.Context(), sight, 1_000_000, q, 11)
					return err
				})
			})
		}
		b.Run(who+"/repositories", func(b *testing.B) {
			quickest(b, func() error {
				_, err := s.SearchRepositories(b.Context(), sight, []int64{1}, "service-47", 11)
				return err
			})
		})
	}
}

// quickest tells of the quickest run, too: what others do on the machine slows the rest.
func quickest(b *testing.B, run func() error) {
	least := time.Hour
	for b.Loop() {
		began := time.Now()
		if err := run(); err != nil {
			b.Fatal(err)
		}
		least = min(least, time.Since(began))
	}
	b.ReportMetric(float64(least.Microseconds())/1000, "ms/quickest")
}

// TestSearchIsPlannedByIndexes holds that no way of searching reads a whole table,
// and that all come to the same.
func TestSearchIsPlannedByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	crowd(t, s, 200, 10_000)
	for who, sight := range eyes() {
		for _, q := range questions {
			plans, err := s.ExplainSearch(t.Context(), sight, q)
			if err != nil {
				t.Fatal(err)
			}
			few, worst, words, err := s.SearchEachWay(t.Context(), sight, q, 11)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(few[:min(len(few), len(worst))], worst, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s by who sees %s: the worst are not those that stand first:\n%s", q, who, diff)
			}
			if slices.Contains(rare, q) || who != "all" {
				if diff := cmp.Diff(few, words, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("%s by who sees %s: the index of words knows others:\n%s", q, who, diff)
				}
			}
			for arm, plan := range plans {
				if strings.Contains(plan, "Seq Scan on findings") || strings.Contains(plan, "Seq Scan on audits") ||
					arm == "words" && !strings.Contains(plan, "findings_words") || arm == "worst" && !strings.Contains(plan, "findings_worst") {
					t.Errorf("%s by who sees %s, %s:\n%s", q, who, arm, plan)
				}
			}
		}
	}
}
