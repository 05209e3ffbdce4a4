package e2e

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"syscall"
	"testing"

	"twelvefold/internal/jobs"
	"twelvefold/internal/localpg/pgtest"
	"twelvefold/internal/store"
)

// many are files enough that an audit of them takes a while.
func many() map[string]string {
	files := maps.Clone(shop)
	for n := range 3000 {
		files[fmt.Sprintf("lib/part%04d.js", n)] = fmt.Sprintf("const value%d = process.env.VALUE_%d;\nmodule.exports = () => console.log(value%d);\n", n, n, n)
	}
	return files
}

func TestAnAuditSurvivesTheDeathOfItsWorker(t *testing.T) {
	t.Parallel()
	built(t)
	url := pgtest.Database(t, nil)
	environment := []string{"DATABASE_URL=" + url, "LOCAL_REPOSITORIES=on", "LOG_FORMAT=text"}
	dir := directory(t)
	repository(t, dir, many())

	migrate := start(t, dir, environment, "migrate")
	<-migrate.done
	if migrate.err != nil {
		t.Fatalf("migrate: %v\n%s", migrate.err, migrate.output)
	}
	db, err := store.Open(t.Context(), url, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	queue, err := jobs.NewQueue(db, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	_, id, err := queue.EnqueueLocal(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	audit := func() store.Audit {
		a, err := db.Audit(t.Context(), store.Local, id)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}

	doomed := start(t, dir, environment, "worker")
	eventually(t, "the audit runs", func() bool { return audit().State != store.Queued })
	_, _ = doomed.end(t, syscall.SIGKILL)
	if a := audit(); a.State != store.Running {
		t.Fatalf("the worker was killed too late: the audit is %s", a.State)
	}

	heir := start(t, dir, environment, "worker")
	eventually(t, "the audit is finished", func() bool { return audit().Finished != nil })
	if a := audit(); a.State != store.Done || a.Score == nil {
		t.Errorf("the audit is %s: %s", a.State, a.Error)
	}
	for what, query := range map[string]string{
		"audits":                   `SELECT count(*) - 1 FROM audits`,
		"findings with one print":  `SELECT count(*) - count(DISTINCT (repository_id, fingerprint)) FROM findings`,
		"components with one path": `SELECT count(*) - count(DISTINCT (audit_id, path)) FROM components`,
	} {
		var doubles int
		if err := db.Pool().QueryRow(t.Context(), query).Scan(&doubles); err != nil {
			t.Fatal(err)
		}
		if doubles != 0 {
			t.Errorf("%d %s too many", doubles, what)
		}
	}
	if _, err := heir.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
}
