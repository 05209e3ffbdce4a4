package dev

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The test binary plays the program that the Procfile starts.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == program {
		os.Exit(play(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// play is a process type: `web`, which serves /readyz; `worker`, which waits;
// `migrate`, which ends; with a last argument `fails`, `deaf`, `talks` or `dies`.
func play(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	how := args[len(args)-1]
	fmt.Printf("%s pid %d\n", args[0], os.Getpid())
	switch {
	case how == "fails":
		return 3
	case args[0] == "migrate":
		return 0
	case args[0] == "web":
		go serveReady()
	}
	switch how {
	case "deaf":
		signal.Ignore(syscall.SIGTERM)
		select {}
	case "talks":
		for !answers("http://127.0.0.1:" + os.Getenv("PORT") + "/readyz") {
			time.Sleep(10 * time.Millisecond)
		}
		for n := range 200 {
			fmt.Printf("line %d\n", n)
			time.Sleep(5 * time.Millisecond)
		}
	case "dies":
		for !answers("http://127.0.0.1:" + os.Getenv("PORT") + "/readyz") {
			time.Sleep(10 * time.Millisecond)
		}
		return 7
	}
	<-ctx.Done()
	fmt.Printf("%s ended by itself\n", args[0])
	return 0
}

func serveReady() {
	http.HandleFunc("/readyz", func(w http.ResponseWriter, _ *http.Request) {})
	fmt.Println(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func answers(url string) bool {
	res, err := http.Get(url)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return true
}

// auditor is a queue whose audits finish at the second look.
type auditor struct {
	looks  int
	failed string
}

func (a *auditor) Enqueue(_ context.Context, dir string) (Queued, error) {
	return Queued{Audit: 1, Name: filepath.Base(dir), Page: "/repositories/1"}, nil
}

func (a *auditor) Progress(context.Context, int64) (Progress, error) {
	a.looks++
	score := 71.6
	return Progress{Finished: a.looks > 1, Score: &score, Failure: a.failed}, nil
}

func (a *auditor) Close() {}

// output is a writer that tells what was written so far and lets tests wait
// for a text.
type output struct {
	mu   sync.Mutex
	text strings.Builder
	grew chan struct{}
}

func newOutput() *output { return &output{grew: make(chan struct{}, 1)} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.grew <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) await(t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(o.String(), text) {
		select {
		case <-o.grew:
		case <-t.Context().Done():
			t.Fatalf("never printed %q, but:\n%s", text, o)
		}
	}
}

// checkout is a directory with a Procfile, and the options to run it without a
// Postgres. DATABASE_URL is not looked at by the played processes.
func checkout(t *testing.T, procfile string, out io.Writer) Options {
	t.Helper()
	t.Setenv("DATABASE_URL", "postgres://played")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Procfile"), []byte(procfile), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Dir: dir, Executable: self, Audit: []string{dir}, Stdout: out,
		Auditor: func(context.Context, string) (Auditor, error) { return &auditor{}, nil },
	}
}

const procfile = "web: twelvefold web\nworker: twelvefold worker\nrelease: twelvefold migrate\n"

// pids are the process ids that the played processes printed.
func pids(t *testing.T, text string) []int {
	t.Helper()
	var found []int
	for _, line := range strings.Split(text, "\n") {
		if _, number, ok := strings.Cut(line, " pid "); ok {
			pid, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, pid)
		}
	}
	return found
}

func assertNoneLives(t *testing.T, text string) {
	t.Helper()
	for _, pid := range pids(t, text) {
		if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
			t.Errorf("process %d still lives", pid)
		}
	}
}

// TestTheAddressIsSaidAgain after the log has carried it away.
func TestTheAddressIsSaidAgain(t *testing.T) {
	out := newOutput()
	o := checkout(t, strings.Replace(procfile, "twelvefold worker", "twelvefold worker talks", 1), out)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	out.await(t, "All of it is at http://127.0.0.1:")
	text := out.String()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if strings.Index(text, "line 199") > strings.Index(text, "All of it") || strings.Count(text, "All of it") != 1 {
		t.Errorf("it is said in between, or twice:\n%s", text)
	}
}

func TestRunsUntilAskedToEnd(t *testing.T) {
	out := newOutput()
	o := checkout(t, procfile, out)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	out.await(t, "Press Ctrl-C")
	text := out.String()
	for _, want := range []string{"release | migrate pid", "web     | web pid", "worker  | worker pid", ": 71 of 100.", "Open http://127.0.0.1:", "/repositories/1\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("doesn't print %q", want)
		}
	}
	if strings.Index(text, "migrate pid") > strings.Index(text, "web pid") {
		t.Error("web starts before the release process has run")
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("asked to end: %v", err)
	}
	text = out.String()
	for _, name := range []string{"web", "worker"} {
		if !strings.Contains(text, name+" ended by itself") {
			t.Errorf("%s was not asked to end:\n%s", name, text)
		}
	}
	assertNoneLives(t, text)
	if n := len(pids(t, text)); n != 3 {
		t.Errorf("%d processes ran", n)
	}
}

func TestFailures(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, takenPort, _ := net.SplitHostPort(taken.Addr().String())
	tests := map[string]struct {
		procfile, port, want string
		input                bool // what the caller gave is wrong
	}{
		"a process type that dies":          {"web: twelvefold web\nworker: twelvefold worker dies\n", "", "worker ended unexpectedly (exit status 7): its last lines above say why", false},
		"a release that fails":              {"web: twelvefold web\nrelease: twelvefold migrate fails\n", "", "release (twelvefold migrate fails) failed (exit status 3): its last lines above say why", false},
		"a taken port":                      {procfile, takenPort, "port " + takenPort + " is taken", false},
		"a port that is none":               {procfile, "http", "PORT=http is not a port", true},
		"another program's Procfile":        {"web: bundle exec puma\n", "", "dev only runs a checkout of Twelvefold", true},
		"a Procfile with a line of nothing": {"web twelvefold\n", "", "line 1 of the Procfile", true},
		"an empty Procfile":                 {"# nothing\n", "", "has no process types", true},
		"a command for a shell":             {"web: twelvefold web $(id)\n", "", "not a plain command", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out := newOutput()
			o := checkout(t, test.procfile, out)
			t.Setenv("PORT", test.port)
			err := Run(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if got := errors.Is(err, ErrInput); got != test.input {
				t.Errorf("of the caller: %v, want %v", got, test.input)
			}
			assertNoneLives(t, out.String())
		})
	}
	t.Run("a repository that can't be queued", func(t *testing.T) {
		out := newOutput()
		o := checkout(t, procfile, out)
		o.Auditor = func(context.Context, string) (Auditor, error) { return nil, errors.New("no such queue") }
		if err := Run(t.Context(), o); err == nil || err.Error() != "no such queue" {
			t.Errorf("error %v", err)
		}
		assertNoneLives(t, out.String())
	})
	t.Run("no Procfile", func(t *testing.T) {
		o := checkout(t, procfile, io.Discard)
		o.Dir = t.TempDir()
		if err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "there is no Procfile") {
			t.Errorf("error %v", err)
		}
	})
}

func TestADeafProcessIsKilled(t *testing.T) {
	out := newOutput()
	o := checkout(t, "web: twelvefold web\nworker: twelvefold worker deaf\n", out)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, o) }()
	out.await(t, "Press Ctrl-C")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	assertNoneLives(t, out.String())
	if !strings.Contains(out.String(), "worker did not end within") {
		t.Errorf("doesn't say that it killed:\n%s", out)
	}
}

func TestDefaultPortMakesWay(t *testing.T) {
	t.Parallel()
	first, err := choosePort("")
	if err != nil {
		t.Fatal(err)
	}
	defer first.release()
	second, err := choosePort("")
	if err != nil {
		t.Fatal(err)
	}
	defer second.release()
	if first.number == second.number {
		t.Errorf("two runs share port %d", first.number)
	}
}

func TestLinesStayWhole(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	c := newConsole(&out, func(string) string { return "" }, []string{"web", "worker"})
	web, worker := c.writer("web", 0), c.writer("worker", 1)
	fmt.Fprint(web, "half a ")
	fmt.Fprint(worker, "one\r\ntwo\n")
	fmt.Fprint(web, "line\nunfinished")
	web.flush()
	want := "worker | one\nworker | two\nweb    | half a line\nweb    | unfinished\n"
	if out.String() != want {
		t.Errorf("printed\n%swant\n%s", out.String(), want)
	}
	long := strings.Repeat("x", lineLimit)
	out.Reset()
	fmt.Fprint(web, long)
	if out.String() != "web    | "+long+"\n" {
		t.Error("a line without an end is kept for ever")
	}
}
