package localpg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// stateFor is a state directory that root's stand-in account can reach, which
// testing's own temporary directories are not.
func stateFor(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "localpg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start runs a server for the test and stops it at its end.
func start(t *testing.T, opts Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), opts)
	if errors.Is(err, ErrUnavailable) && os.Getenv("CI") != "true" {
		t.Skipf("skipped: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

// query runs one statement that returns one text.
func query(t *testing.T, url, sql string) (answer string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestDataSurviveAStop(t *testing.T) {
	t.Parallel()
	dir := stateFor(t)
	first := start(t, Options{Dir: dir, Durable: true})
	for range 2 { // the second time it is there already
		if err := first.CreateDatabase(t.Context(), "shop"); err != nil {
			t.Fatal(err)
		}
	}
	statement(t, first.URL("shop"), `CREATE TABLE kept AS SELECT 'still here' AS word`)
	first.Stop()
	select {
	case <-first.Done():
	default:
		t.Error("the server lives after Stop")
	}

	second := start(t, Options{Dir: dir, Durable: true})
	if second.Dir() != first.Dir() {
		t.Errorf("the second run took %s, not %s", second.Dir(), first.Dir())
	}
	if got := query(t, second.URL("shop"), `SELECT word FROM kept`); got != "still here" {
		t.Errorf("found %q", got)
	}
	if got := query(t, second.URL("shop"), `SHOW fsync`); got != "on" {
		t.Errorf("fsync is %s", got)
	}
}

func statement(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func TestTwoAtOnceDoNotMeet(t *testing.T) {
	t.Parallel()
	dir := stateFor(t)
	a, b := start(t, Options{Dir: dir}), start(t, Options{Dir: dir})
	if a.Dir() == b.Dir() || a.URL("x") == b.URL("x") {
		t.Errorf("both use %s", a.Dir())
	}
}

func TestPasswordIsPrivateAndNeeded(t *testing.T) {
	t.Parallel()
	s := start(t, Options{Dir: stateFor(t)})
	info, err := os.Stat(s.slot.passwordFile())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the password's mode is %v", info.Mode())
	}
	wrong := strings.Replace(s.URL("postgres"), s.slot.password, "guess", 1)
	if conn, err := pgx.Connect(t.Context(), wrong); err == nil {
		_ = conn.Close(t.Context())
		t.Error("a wrong password connects")
	}
}

func TestStalePidFile(t *testing.T) {
	t.Parallel()
	for name, stale := range map[string]string{
		"of no process":      "999999999",
		"of another program": strconv.Itoa(os.Getpid()),
		"that is damaged":    "not a number",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := stateFor(t)
			s := start(t, Options{Dir: dir, Durable: true})
			data := s.slot.data()
			s.Stop()
			file := filepath.Join(data, "postmaster.pid")
			if err := os.WriteFile(file, []byte(stale+"\n"+data+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := theAccount(t).own(file); err != nil {
				t.Fatal(err)
			}
			start(t, Options{Dir: dir, Durable: true})
		})
	}
}

func TestAKilledServerStartsAgain(t *testing.T) {
	t.Parallel()
	dir := stateFor(t)
	s := start(t, Options{Dir: dir, Durable: true})
	statement(t, s.URL("postgres"), `CREATE TABLE kept AS SELECT 'committed' AS word`)
	if err := syscall.Kill(s.process.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	s.Stop()
	again := start(t, Options{Dir: dir, Durable: true})
	if got := query(t, again.URL("postgres"), `SELECT word FROM kept`); got != "committed" {
		t.Errorf("found %q", got)
	}
}

func TestDataOfAnotherMajorVersion(t *testing.T) {
	t.Parallel()
	dir := stateFor(t)
	s := start(t, Options{Dir: dir, Durable: true})
	data := s.slot.data()
	s.Stop()
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Options{Dir: dir, Durable: true})
	if err == nil || !strings.Contains(err.Error(), "was made by Postgres 12") {
		t.Errorf("another version's data: %v", err)
	}
	start(t, Options{Dir: dir}) // a test's slot is made anew
}
