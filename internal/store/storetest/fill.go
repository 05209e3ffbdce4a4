package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// Load is how much a database is filled with.
type Load struct {
	Installation int64 // of all of it; store.Local for this machine
	Repositories int
	Audits       int // of each repository, one a week up to today
	Findings     int // of each repository, four of ten of them closed
}

// Huge is the load that pages are held to: 10,000 repositories, 500,000 audits and
// 1,000,000 findings.
func Huge() Load { return Load{Installation: 7001, Repositories: 10_000, Audits: 50, Findings: 100} }

// Filled is what Fill made.
type Filled struct {
	Installation int64
	Person       int64 // who may read all of it, as GitHub said
}

// Fill loads a database as years of audits would. Of scores, passes and
// components only those of each repository's newest audit are there: nothing
// that a page of many repositories asks for reads the others.
func Fill(t testing.TB, s *store.Store, l Load) Filled {
	t.Helper()
	ctx := context.Background()
	made := Filled{Installation: l.Installation, Person: 9001}
	began := time.Now()
	err := pgx.BeginFunc(ctx, s.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '256MB'`); err != nil {
			return err
		}
		if l.Installation != store.Local {
			err := s.NoteInstallation(ctx, tx, store.Installation{ID: l.Installation, Account: "Acme", AccountID: 1, AccountType: "Organization"})
			if err != nil {
				return err
			}
		}
		for _, part := range fillings(made, l) {
			if _, err := tx.Exec(ctx, part.sql, part.arguments...); err != nil {
				return fmt.Errorf("%s: %w", part.of, err)
			}
			t.Logf("%s after %s", part.of, time.Since(began).Round(time.Second))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Pool().Exec(ctx, `VACUUM ANALYZE`); err != nil {
		t.Fatal(err)
	}
	for {
		n, err := s.StandAnew(ctx, 0, 500)
		if err != nil {
			t.Fatal(err)
		}
		var left int
		if err := s.Pool().QueryRow(ctx, `SELECT count(*) FROM repositories WHERE stood_at IS NULL`).Scan(&left); err != nil {
			t.Fatal(err)
		}
		if n == 0 || left == 0 {
			break
		}
	}
	if _, err := s.Pool().Exec(ctx, `VACUUM ANALYZE repositories`); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d repositories, %d audits and %d findings are there after %s", l.Repositories, l.Repositories*l.Audits, l.Repositories*l.Findings, time.Since(began).Round(time.Second))
	return made
}

// filling is one statement of Fill.
type filling struct {
	of        string
	sql       string
	arguments []any
}

const keysOfFactors = `ARRAY['codebase', 'dependencies', 'config', 'backing-services', 'build-release-run', 'processes', 'port-binding', 'concurrency', 'disposability', 'dev-prod-parity', 'logs', 'admin-processes']`

func fillings(made Filled, l Load) []filling {
	return []filling{
		{"repositories", `
			INSERT INTO repositories (installation_id, origin, owner, name, default_branch, github_id, private, archived, topics, head, head_at)
			SELECT $1, 'github', 'Acme', (ARRAY['checkout', 'billing', 'search', 'ledger', 'notify', 'media', 'gateway', 'reports'])[1 + i % 8] || '-' || (ARRAY['api', 'web', 'worker', 'sync', 'admin'])[1 + i % 5] || '-' || i,
				'main', i, i % 3 <> 0, i % 50 = 7, ARRAY['team-' || i % 40], md5(i || '-' || $3::int) || '00000000', now()
			FROM generate_series(1, $2::int) i`, []any{made.Installation, l.Repositories, l.Audits}},
		{"rights", `
			WITH p AS (INSERT INTO people (id, login, name, email, tokens, signed_in_at) VALUES ($2, 'lead', 'Lead', '', 'x', now()) RETURNING id)
			INSERT INTO rights (person_id, installation_id, repositories, asked_at, writes, administers)
			SELECT p.id, o.id, CASE WHEN o.id = 0 THEN '{}' ELSE (SELECT array_agg(github_id) FROM repositories WHERE installation_id = $1) END, now(), '{}', true
			FROM p, (SELECT DISTINCT unnest(ARRAY[0, $1::bigint])) o(id)`, []any{made.Installation, made.Person}},
		{"audits", `
			INSERT INTO audits (repository_id, commit, branch, trigger, state, ruleset, score, grade, coverage, worst, files, candidates, cells, created_at, head_at, started_at, finished_at)
			SELECT r.id, md5(r.github_id || '-' || k) || '00000000', 'main', CASE WHEN k < $2 - 4 THEN 'backfill' ELSE 'push' END, 'done', 'r1', v.score,
				CASE WHEN v.score >= 90 THEN 'A' WHEN v.score >= 75 THEN 'B' WHEN v.score >= 60 THEN 'C' WHEN v.score >= 40 THEN 'D' ELSE 'F' END,
				0.8, '.', 400, 200, c.cells, d.at, d.at, d.at, d.at + interval '3 seconds'
			FROM repositories r CROSS JOIN generate_series(1, $2::int) k
			CROSS JOIN LATERAL (SELECT now() - ($2::int - k) * interval '7 days' - (r.github_id % 7) * interval '1 day' AS at) d
			CROSS JOIN LATERAL (SELECT 20 + (r.github_id * 31 % 60) + 15 * sin(k * 0.4 + r.github_id) AS score) v
			JOIN (SELECT n, (SELECT jsonb_agg(jsonb_build_object('factor', f, 'status', CASE WHEN (n + i) % 11 = 0 THEN 'unknown' WHEN (n + i) % 13 = 0 THEN 'not-applicable' ELSE 'assessed' END,
					'score', CASE WHEN (n + i) % 11 <> 0 AND (n + i) % 13 <> 0 THEN (n * 7 + i * 13) % 101 END) ORDER BY i)
					FROM unnest(` + keysOfFactors + `) WITH ORDINALITY AS x(f, i)) AS cells FROM generate_series(0, 99) n) c ON c.n = (r.github_id + k) % 100
			WHERE r.installation_id = $1
			ORDER BY k, r.id`, []any{made.Installation, l.Audits}},
		{"components", `
			INSERT INTO components (audit_id, path, name, class, why, languages, starts, score, grade, coverage, position, explained)
			SELECT a.id, '.', r.name, (ARRAY['web-service', 'worker', 'function', 'cli'])[1 + r.github_id % 4], 'it listens', ARRAY[(ARRAY['go', 'python', 'ruby', 'java', 'php', 'typescript'])[1 + r.github_id % 6]], '{}', a.score, a.grade, a.coverage, 0, '{}'
			FROM repositories r JOIN LATERAL (SELECT * FROM audits a WHERE a.repository_id = r.id ORDER BY a.id DESC LIMIT 1) a ON true
			WHERE r.installation_id = $1`, []any{made.Installation}},
		{"scores", `
			INSERT INTO scores (audit_id, component, factor, status, score, coverage, capped, aspects, uncapped, why)
			SELECT c.audit_id, '.', f, 'assessed', (c.audit_id * 7 + i * 13) % 101, 0.8, false, '[]', (c.audit_id * 7 + i * 13) % 101, ''
			FROM components c CROSS JOIN unnest(` + keysOfFactors + `) WITH ORDINALITY AS x(f, i)`, nil},
		{"contracts", `
			INSERT INTO contracts (audit_id, component, variables, own, never_provided, never_read)
			SELECT c.audit_id, c.path, (
				SELECT jsonb_agg(jsonb_build_object('name', 'SETTING_' || i, 'status', CASE i WHEN 1 THEN 'never-provided' WHEN 2 THEN 'never-read' ELSE 'fine' END,
					'reads', jsonb_build_array(jsonb_build_object('at', jsonb_build_object('path', 'src/settings.py', 'line', i, 'endLine', i), 'required', true))))
				FROM generate_series(1, 30) i), 30, 1, 1
			FROM components c`, nil},
		{"findings", `
			INSERT INTO findings (repository_id, branch, fingerprint, rule, factor, aspect, severity, confidence, component, subject, path, line, end_line, message, fix, gain,
				first_seen_audit, last_seen_audit, closed_by_audit, first_seen_at, last_seen_at, closed_at, words)
			SELECT r.id, 'main', md5(r.id || '-' || n), v.factor || '/' || (ARRAY['hardcoded-handle', 'local-file', 'unlocked-install', 'mutable-tag'])[1 + n % 4], v.factor, 'a',
				(ARRAY['critical', 'high', 'medium', 'low', 'info'])[1 + (n * 3 + r.id) % 5], 'high', '.', n::text, 'src/module' || n % 20 || '/handler' || n || '.py', n, n,
				'` + "`SETTING_' || n || '`" + ` falls back to a value of development in ' || r.name || '.', 'Read it from the environment.', (n * 7 + r.id) % 90 / 10.0,
				a.first, CASE WHEN n % 10 < 4 THEN a.middle ELSE a.last END, CASE WHEN n % 10 < 4 THEN a.last END, a.first_at, CASE WHEN n % 10 < 4 THEN a.middle_at ELSE a.last_at END, CASE WHEN n % 10 < 4 THEN a.last_at END,
				array_to_tsvector(array_remove(string_to_array(lower(regexp_replace(v.factor || ' ' || (ARRAY['hardcoded handle', 'local file', 'unlocked install', 'mutable tag'])[1 + n % 4]
					|| ' src module ' || n % 20 || ' handler ' || n || ' py setting falls back to a value of development in ' || r.name, '[^a-zA-Z0-9]+', ' ', 'g')), ' '), ''))
			FROM repositories r
			JOIN LATERAL (
				SELECT ids[1] AS first, ids[greatest(cardinality(ids) / 2, 1)] AS middle, ids[cardinality(ids)] AS last, ats[1] AS first_at, ats[greatest(cardinality(ids) / 2, 1)] AS middle_at, ats[cardinality(ids)] AS last_at
				FROM (SELECT array_agg(id ORDER BY head_at, id) AS ids, array_agg(head_at ORDER BY head_at, id) AS ats FROM audits WHERE repository_id = r.id) x) a ON true
			CROSS JOIN generate_series(1, $2::int) n
			CROSS JOIN LATERAL (SELECT (` + keysOfFactors + `)[1 + n % 12] AS factor) v
			WHERE r.installation_id = $1`, []any{made.Installation, l.Findings}},
		{"pull requests", `
			INSERT INTO pull_requests (repository_id, number, title, author, state, draft, head, head_branch, head_repository, base_branch, merge_commit, changed_at)
			SELECT r.id, 12, 'Cache sessions in memory', 'dev' || r.github_id % 20, 'merged', false, md5('p' || r.id) || '00000000', 'cache', 'Acme/' || r.name, 'main', md5(r.github_id || '-' || $2::int) || '00000000', now()
			FROM repositories r WHERE r.installation_id = $1
			UNION ALL
			SELECT r.id, 13, 'Read settings from the environment', 'dev' || r.github_id % 20, 'open', false, md5('o' || r.id) || '00000000', 'settings', 'Acme/' || r.name, 'main', '', now()
			FROM repositories r WHERE r.installation_id = $1 AND r.github_id % 3 = 0`, []any{made.Installation, l.Audits}},
		{"audits of pull requests", `
			INSERT INTO audits (repository_id, commit, branch, trigger, state, ruleset, score, grade, coverage, pull_request, head_at, finished_at)
			SELECT p.repository_id, p.head, 'refs/pull/13', 'pull_request', 'done', 'r1', 50, 'D', 0.8, p.id, now(), now()
			FROM pull_requests p WHERE p.state = 'open'`, nil},
	}
}
