package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"twelvefold/internal/config"
)

const database = "postgres://shop:hunter2@db:5433/audits"

func from(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	web, err := config.LoadWeb(from(map[string]string{"DATABASE_URL": database, "PORT": ""}))
	if err != nil {
		t.Fatal(err)
	}
	if web.Address() != ":8080" || time.Duration(web.Grace) != 8*time.Second || web.URL.Reveal() != database {
		t.Errorf("got %+v", web)
	}
	worker, err := config.LoadWorker(from(map[string]string{"DATABASE_URL": database}))
	if err != nil {
		t.Fatal(err)
	}
	if worker.Concurrency != 2 || worker.Local {
		t.Errorf("got %+v", worker)
	}
}

func TestDevelopmentSwitches(t *testing.T) {
	t.Parallel()
	web, err := config.LoadWeb(from(map[string]string{
		"DATABASE_URL": database, "PORT": "9000", "ANONYMOUS_ACCESS": "loopback"}))
	if err != nil {
		t.Fatal(err)
	}
	if web.Address() != "127.0.0.1:9000" {
		t.Errorf("pages without sign-in are served on %q", web.Address())
	}
	worker, err := config.LoadWorker(from(map[string]string{"DATABASE_URL": database, "LOCAL_REPOSITORIES": "on"}))
	if err != nil || !bool(worker.Local) {
		t.Errorf("%+v, %v", worker, err)
	}
}

func TestAllProblemsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.LoadWeb(from(map[string]string{
		"PORT": "eighty", "ANONYMOUS_ACCESS": "all", "SHUTDOWN_GRACE": "8", "LOG_LEVEL": "loud", "LOG_FORMAT": "xml",
		"WORKER_CONCURRENCY": "none of the web process's business"}))
	want := `the environment needs correction: PORT is "eighty", not a port number (0 to 65535); ` +
		`ANONYMOUS_ACCESS is "all", not loopback (or unset); ` +
		`DATABASE_URL is not set (for example postgres://twelvefold:password@localhost:5432/twelvefold); ` +
		`SHUTDOWN_GRACE is "8", not a duration such as 8s or 1m30s; ` +
		`LOG_LEVEL is "loud", not debug, info, warn or error; LOG_FORMAT is "xml", not json or text`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = config.LoadWorker(from(map[string]string{"DATABASE_URL": database, "WORKER_CONCURRENCY": "0", "LOCAL_REPOSITORIES": "yes"}))
	want = `the environment needs correction: WORKER_CONCURRENCY is "0", not a number from 1 to 1000; LOCAL_REPOSITORIES is "yes", not on or off`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestProcessesTogetherNameAProblemOnce(t *testing.T) {
	t.Parallel()
	err := config.Check(from(map[string]string{"PORT": "x", "WORKER_CONCURRENCY": "x", "LOG_LEVEL": "x"}))
	want := `the environment needs correction: PORT is "x", not a port number (0 to 65535); ` +
		`DATABASE_URL is not set (for example postgres://twelvefold:password@localhost:5432/twelvefold); ` +
		`LOG_LEVEL is "x", not debug, info, warn or error; WORKER_CONCURRENCY is "x", not a number from 1 to 1000`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if err := config.Check(from(map[string]string{"DATABASE_URL": database})); err != nil {
		t.Error(err)
	}
}

func TestAPasswordIsNeverShown(t *testing.T) {
	t.Parallel()
	web, err := config.LoadWeb(from(map[string]string{"DATABASE_URL": database}))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", web, "url", web.URL)
	encoded, err := json.Marshal(web)
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprint(web), fmt.Sprintf("%+v", web), fmt.Sprintf("%#v", web), fmt.Sprintf("%s %q %x", web.URL, web.URL, web.URL), log.String(), string(encoded)} {
		if strings.Contains(shown, "hunter2") || strings.Contains(shown, fmt.Sprintf("%x", "hunter2")) {
			t.Errorf("the password is in %s", shown)
		}
	}
	if !strings.Contains(log.String(), "postgres://shop:…@db:5433/audits") {
		t.Errorf("the log does not say where the database is: %s", &log)
	}
	for _, bad := range []string{"mysql://u:hunter2@db/x", "postgres://u:hunter2@db:port/x", "postgres://u:hunter2%zz@db/x", "u:hunter2@db", "postgres://u:x@hunter2@db/x", "postgres://u:hunter2@db/x?sslmode=bogus", "postgres://u:hunter2@db/x?sslmode=verify-full&sslrootcert=/hunter2"} {
		if _, err := config.LoadMigrate(from(map[string]string{"DATABASE_URL": bad})); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s gives %v", bad, err)
		}
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{"json": `"msg":"heard","n":1}`, "text": "level=WARN msg=heard n=1"} {
		web, err := config.LoadWeb(from(map[string]string{"DATABASE_URL": database, "LOG_LEVEL": "warn", "LOG_FORMAT": format}))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		log := web.Logger(&out)
		log.Info("not heard")
		log.Warn("heard", "n", 1)
		if got := out.String(); !strings.Contains(got, want) || strings.Contains(got, "not heard") {
			t.Errorf("%s: %s", format, got)
		}
	}
}
