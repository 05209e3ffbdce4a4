package e2e

import (
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// checkout is a directory to run dev in: the real Procfile, and a repository
// to audit beside it.
func checkout(t *testing.T) (dir, repo string) {
	t.Helper()
	dir = directory(t)
	procfile, err := os.ReadFile(filepath.Join("..", "..", "Procfile"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Procfile"), procfile, 0o600); err != nil {
		t.Fatal(err)
	}
	repo = filepath.Join(dir, "shop")
	repository(t, repo, shop)
	return dir, repo
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// variables make dev start its own Postgres, on a free port for pages.
func variables(t *testing.T) []string {
	t.Helper()
	return []string{"DATABASE_URL=", "PORT=" + strconv.Itoa(freePort(t))}
}

// page is the body of a page that must be there.
func page(t *testing.T, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", url, res.Status, body)
	}
	return string(body)
}

// address is the page that dev tells to open.
func address(t *testing.T, run *started) string {
	t.Helper()
	_, url, _ := strings.Cut(run.await(t, "Open http://127.0.0.1:"), "Open ")
	return url
}

func TestDevShowsAScorecardAndEndsClean(t *testing.T) {
	t.Parallel()
	dir, repo := checkout(t)
	first := start(t, dir, variables(t), "dev", "--no-open", repo)
	url := address(t, first)
	body := page(t, url)
	for _, want := range []string{"shop", `aria-label="Score"`, "of 100", "XII"} {
		if !strings.Contains(body, want) {
			t.Errorf("the repository's page has no %q", want)
		}
	}

	processes := processesUnder(t, first.cmd.Process.Pid)
	for _, want := range []string{"twelvefold web", "twelvefold worker", "postgres -D"} {
		count := 0
		for _, command := range processes {
			if strings.Contains(command, want) {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%d processes are %q: %v", count, want, processes)
		}
	}
	if took, err := first.end(t, syscall.SIGINT); err != nil || took > 10*time.Second {
		t.Errorf("SIGINT: ended after %v: %v", took, err)
	}
	if left := living(processes); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	second := start(t, dir, variables(t), "dev", "--no-open", repo)
	again := address(t, second)
	if path(url) != path(again) {
		t.Errorf("the second run shows %s, the first %s: it doesn't know the repository", again, url)
	}
	if _, err := second.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
}

// path is what follows the host and port of an address.
func path(url string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	return rest
}

func TestTwoDevsAtOnce(t *testing.T) {
	t.Parallel()
	hangups := make(chan os.Signal, 1) // who handles a signal hands it on as the default, also under nohup
	signal.Notify(hangups, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(hangups) })
	dir, repo := checkout(t)
	one := start(t, dir, variables(t), "dev", "--no-open", repo)
	two := start(t, dir, variables(t), "dev", "--no-open", repo)
	for _, run := range []*started{one, two} {
		if body := page(t, address(t, run)); !strings.Contains(body, `aria-label="Score"`) {
			t.Error("no scorecard")
		}
	}
	processes := processesUnder(t, two.cmd.Process.Pid)
	if _, err := two.end(t, syscall.SIGHUP); err != nil {
		t.Errorf("its terminal closed: %v", err)
	}
	if left := living(processes); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestNothingSurvivesAKilledDev(t *testing.T) {
	t.Parallel()
	dir, repo := checkout(t)
	run := start(t, dir, variables(t), "dev", "--no-open", repo)
	address(t, run)
	processes := processesUnder(t, run.cmd.Process.Pid)
	_, _ = run.end(t, syscall.SIGKILL)
	eventually(t, "all processes of a killed dev end", func() bool { return len(living(processes)) == 0 })
}

func TestADeadWorkerEndsDev(t *testing.T) {
	t.Parallel()
	dir, repo := checkout(t)
	run := start(t, dir, variables(t), "dev", "--no-open", repo)
	address(t, run)
	processes := processesUnder(t, run.cmd.Process.Pid)
	for pid, command := range processes {
		if strings.Contains(command, "twelvefold worker") {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	select {
	case <-run.done:
	case <-time.After(patience):
		t.Fatal("dev goes on without a worker")
	}
	if run.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(run.output.String(), "twelvefold: worker ended unexpectedly") {
		t.Errorf("dev ended with %v", run.err)
	}
	if left := living(processes); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
