package store_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
	"twelvefold/migrations"
)

func TestMigrateOnceAndTwiceAndTogether(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, pgtest.Database(t, nil))
	var mu sync.Mutex
	steps := map[string]int{}
	var runs sync.WaitGroup
	for range 4 {
		runs.Add(1)
		go func() {
			defer runs.Done()
			err := s.Migrate(t.Context(), func(s store.Step) {
				mu.Lock()
				defer mu.Unlock()
				steps[fmt.Sprint(s.Line, s.Version)]++
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	runs.Wait()
	if len(steps) < 5 {
		t.Errorf("only %d steps: %v", len(steps), steps)
	}
	for step, times := range steps {
		if times != 1 {
			t.Errorf("step %s ran %d times", step, times)
		}
	}
	if err := s.Migrate(t.Context(), func(s store.Step) { t.Errorf("again: %+v", s) }); err != nil {
		t.Error(err)
	}
	if err := s.CheckSchema(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAnotherSchemaIsRefusedInOneSentence(t *testing.T) {
	t.Parallel()
	own, err := migrations.Version()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, change, want string }{
		{"older", `DELETE FROM goose_db_version WHERE version_id > 10`,
			fmt.Sprintf("the database's schema is at version 10 and this program needs %d: run `twelvefold migrate`", own)},
		{"newer", fmt.Sprintf(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, true)`, own+2),
			fmt.Sprintf("the database's schema is at version %d and this program knows only %d: deploy a newer twelvefold", own+2, own)},
		{"missing", `DROP TABLE goose_db_version`,
			fmt.Sprintf("the database's schema does not exist yet and this program needs version %d: run `twelvefold migrate`", own)},
		{"queue older", `DELETE FROM river_migration WHERE version >= 8`,
			"the job queue's schema is at version 7 and this program needs 8: run `twelvefold migrate`"},
		{"queue newer", `INSERT INTO river_migration (line, version) VALUES ('main', 99)`,
			"the job queue's schema is at version 99 and this program knows only 8: deploy a newer twelvefold"},
		{"queue missing", `DROP TABLE river_migration`,
			"the job queue's schema does not exist yet and this program needs version 8: run `twelvefold migrate`"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			if _, err := s.Pool().Exec(t.Context(), c.change); err != nil {
				t.Fatal(err)
			}
			err := s.CheckSchema(t.Context())
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestMigrateRefusesANewerDatabase(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if _, err := s.Pool().Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`); err != nil {
		t.Fatal(err)
	}
	err := s.Migrate(t.Context(), func(store.Step) {})
	if err == nil || !strings.HasSuffix(err.Error(), "deploy a newer twelvefold") {
		t.Errorf("got %v", err)
	}
}

func TestAUserWithoutRightsIsNamed(t *testing.T) {
	t.Parallel()
	owner := storetest.New(t)
	config := owner.Pool().Config().ConnConfig
	user := fmt.Sprintf("guest_of_%s", config.Database)
	if _, err := owner.Pool().Exec(t.Context(), fmt.Sprintf(`CREATE ROLE %q LOGIN PASSWORD 'guest'`, user)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = owner.Pool().Exec(context.Background(), fmt.Sprintf(`DROP ROLE %q`, user))
	})
	s, err := store.Open(t.Context(), fmt.Sprintf("postgres://%s:guest@%s:%d/%s?sslmode=disable", user, config.Host, config.Port, config.Database), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for what, err := range map[string]error{
		"the database's schema could not be looked at": s.CheckSchema(t.Context()),
		"the database could not be migrated":           s.Migrate(t.Context(), func(store.Step) {}),
	} {
		want := fmt.Sprintf("%s: user %q has no right to it, so make it the owner of database %q or name another user in DATABASE_URL", what, user, config.Database)
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// TestClosedSetsAreTheSame holds the schema's CHECK constraints against the
// constants of the code.
func TestClosedSetsAreTheSame(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	keys := factor.Keys()
	confidences := []audit.Confidence{audit.HighConfidence, audit.MediumConfidence, audit.LowConfidence}
	want := map[string][]string{
		"audits.state": names(store.States()), "audits.trigger": names(store.Triggers()), "repositories.origin": names(store.Origins()),
		"components.class": names(audit.Classes()), "scores.status": {string(audit.Assessed), string(audit.NotApplicable), string(audit.Unknown)},
		"scores.factor": names(keys[:]), "findings.factor": names(keys[:]), "passes.factor": names(keys[:]),
		"findings.severity": names(audit.Severities()), "findings.confidence": names(confidences),
		"changes.factor": names(keys[:]), "changes.severity": names(audit.Severities()), "changes.confidence": names(confidences),
		"changes.change": {"new", "fixed"}, "checks.shown": {"in_progress", "completed"}, "pull_requests.state": names(store.PullStates()),
		"uploads.state": names(store.UploadStates()), "hook_sends.what": {"test", "again"}, "notices.state": names(store.NoticeStates()), "notices.event": {store.ScoreDropped, store.HookTest},
		"installations.account_type": {"User", "Organization"}, "installations.gate": append(names(audit.Severities()), "none"),
		"digests.state":      names([]store.SubscriptionState{store.Pending, store.Active, store.Stopped}),
		"digests.why":        names([]store.StopReason{store.StoppedByPerson, store.StoppedByLink, store.StoppedBounced, store.StoppedLostAccess, store.StoppedSignedOut, store.StoppedByOperator, store.StoppedBarred, store.StoppedUnsent}),
		"digest_mails.state": names([]store.MailState{store.MailWaiting, store.MailClaimed, store.MailSent, store.MailFailed, store.MailUnknown, store.MailSkipped}),
	}
	rows, err := s.Pool().Query(t.Context(), `
		SELECT conrelid::regclass || '.' || a.attname, pg_get_constraintdef(c.oid)
		FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		WHERE contype = 'c' AND cardinality(conkey) = 1 AND connamespace = 'public'::regnamespace
		  AND pg_get_constraintdef(c.oid) LIKE '%= ANY (ARRAY[%' AND conrelid::regclass::text NOT LIKE 'river%'`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	var column, definition string
	quoted := regexp.MustCompile(`'([^']+)'::text`)
	_, err = pgx.ForEachRow(rows, []any{&column, &definition}, func() error {
		for _, m := range quoted.FindAllStringSubmatch(definition, -1) {
			got[column] = append(got[column], m[1])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, sets := range []map[string][]string{want, got} {
		for _, set := range sets {
			slices.Sort(set)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("closed sets (-code +schema):\n%s", diff)
	}
}

func names[T ~string](list []T) []string {
	var s []string
	for _, v := range list {
		s = append(s, string(v))
	}
	return s
}

func TestConnectionErrorsAreOneSentenceWithoutThePassword(t *testing.T) {
	t.Parallel()
	good := storetest.URL(t)
	config, err := pgx.ParseConfig(good)
	if err != nil {
		t.Fatal(err)
	}
	here := net.JoinHostPort(config.Host, fmt.Sprint(config.Port))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := listener.Addr().String()
	listener.Close()
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer web.Close()
	go func() {
		for {
			conn, err := web.Accept()
			if err != nil {
				return
			}
			io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n")
			conn.Close()
		}
	}()
	for _, c := range []struct{ url, want string }{
		{"postgres://u:hunter2@" + free + "/x?sslmode=disable", "no Postgres answers at " + free + ": start it or correct DATABASE_URL"},
		{"postgres://u:hunter2@nowhere.invalid/x?sslmode=disable", `the host "nowhere.invalid" of DATABASE_URL can't be found: correct it or check the network`},
		{strings.Replace(good, "sslmode=disable", "sslmode=require", 1), "the Postgres at " + here + " offers no TLS, which DATABASE_URL asks for: switch it on there, or write sslmode=disable on a network that you trust"},
		{good + "&nonsense=1", "the Postgres at " + here + " does not know a setting of DATABASE_URL: correct what stands after its question mark"},
		{"postgres://u:hunter2@" + here + "/x?sslmode=disable", fmt.Sprintf("the Postgres at %s refuses user %q: check the user and password in DATABASE_URL", here, "u")},
		{strings.Replace(good, "/"+config.Database, "/nosuchdatabase", 1), fmt.Sprintf("the Postgres at %s has no database %q: create it or correct DATABASE_URL", here, "nosuchdatabase")},
		{"postgres://u:hunter2@" + web.Addr().String() + "/x?sslmode=disable", "the Postgres at " + web.Addr().String() + " can't be reached: check DATABASE_URL and the network"},
		{"postgres://u:hunter2@host:port/x", "DATABASE_URL is not a Postgres URL: write postgres://user:password@host:5432/database"},
	} {
		s, err := store.Open(context.Background(), c.url, 1)
		if err == nil {
			s.Close()
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// TestOlderAuditsGetTheirCells migrates an audit of before the twelve factors of
// the whole repository were kept.
func TestOlderAuditsGetTheirCells(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, pgtest.Database(t, nil))
	db := stdlib.OpenDBFromPool(s.Pool())
	defer db.Close()
	older, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files(), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.UpTo(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, f := range factor.All() {
		keys = append(keys, string(f.Key))
	}
	_, err = s.Pool().Exec(t.Context(), `
		WITH r AS (INSERT INTO repositories (installation_id, origin, owner, name, default_branch, path) VALUES (0, 'local', 'acme', 'shop', 'main', '/shop') RETURNING id),
		a AS (INSERT INTO audits (repository_id, commit, branch, trigger, state, score, finished_at)
			SELECT id, repeat('a', 40), 'main', 'manual', 'done', 60, now() FROM r RETURNING id),
		c AS (INSERT INTO components (audit_id, path, name, class, why, languages, starts, grade, coverage, position, explained)
			SELECT a.id, p.path, p.path, p.class, '', '{}', '{}', '', 1, p.position, '{}' FROM a, (VALUES ('api', 'web-service', 0), ('jobs', 'worker', 1), ('lib', 'library', 2)) p (path, class, position)
			RETURNING audit_id, path)
		INSERT INTO scores (audit_id, component, factor, status, score, coverage, capped, aspects, uncapped, why)
		SELECT audit_id, path, f.factor,
			CASE WHEN f.factor = 'logs' THEN 'unknown' WHEN f.factor = 'concurrency' THEN 'not-applicable' ELSE 'assessed' END,
			CASE WHEN f.factor IN ('logs', 'concurrency') THEN NULL WHEN path = 'api' THEN 40.5 WHEN path = 'jobs' THEN 90 ELSE 0 END, 1, false, '[]', 0, ''
		FROM c, unnest($1::text[]) f (factor)`, keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context(), func(store.Step) {}); err != nil {
		t.Fatal(err)
	}
	var cells []audit.Cell
	if err := s.Pool().QueryRow(t.Context(), `SELECT cells FROM audits`).Scan(&cells); err != nil {
		t.Fatal(err)
	}
	if len(cells) != len(factor.All()) {
		t.Fatalf("%d cells", len(cells))
	}
	for i, f := range factor.All() {
		want := audit.Cell{Factor: f.Key, Status: audit.Assessed, Score: new(65.3), Worst: new(40.5)}
		switch f.Key {
		case factor.Logs:
			want = audit.Cell{Factor: f.Key, Status: audit.Unknown}
		case factor.Concurrency:
			want = audit.Cell{Factor: f.Key, Status: audit.NotApplicable}
		}
		if diff := cmp.Diff(want, cells[i]); diff != "" {
			t.Error(diff)
		}
	}
}
