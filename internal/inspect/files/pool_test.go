package files

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
)

// asChild is what makes TestPoolChild act: the test binary started again.
const asChild = "TWELVEFOLD_POOL_CHILD=1"

// TestPoolChild is no test: it is the child process of the other tests, with
// formats that do what a hostile file might make a parser do.
func TestPoolChild(t *testing.T) {
	if len(os.Environ()) == 0 || !strings.Contains(strings.Join(os.Environ(), "\n"), asChild) {
		t.Skip("runs as a child of the other tests only")
	}
	extractors["test-lines"] = func(e *inspect.Emitter, content []byte) error {
		for i, line := range strings.Split(string(content), "\n") {
			e.Emit(i+1, i+1, inspect.Package{Name: line})
		}
		return nil
	}
	extractors["test-panic"] = func(*inspect.Emitter, []byte) error { panic("boom") }
	extractors["test-exit"] = func(*inspect.Emitter, []byte) error { os.Exit(0); return nil }
	extractors["test-hang"] = func(*inspect.Emitter, []byte) error {
		for i := 0; ; i++ {
			if i < 0 {
				i = 0
			}
		}
	}
	extractors["test-wait"] = func(e *inspect.Emitter, _ []byte) error {
		time.Sleep(3 * time.Second)
		return nil
	}
	extractors["test-allocate"] = func(*inspect.Emitter, []byte) error {
		var held [][]byte
		for {
			block := make([]byte, 1<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			held = append(held, block)
			if len(held) > 1<<30 {
				return nil
			}
		}
	}
	extractors["test-deep"] = func(*inspect.Emitter, []byte) error { return fmt.Errorf("%d", deep(1)) }
	extractors["test-garbage"] = func(*inspect.Emitter, []byte) error {
		_, err := os.Stdout.WriteString("\x00\x00\x00\x04!!!!")
		return err
	}
	extractors["test-flood"] = func(*inspect.Emitter, []byte) error {
		_, err := os.Stdout.WriteString(strings.Repeat("\xff", 1<<16))
		return err
	}
	extractors["test-files"] = func(e *inspect.Emitter, content []byte) error {
		_, err := os.Create(string(content))
		if err == nil {
			if err = os.WriteFile(string(content), []byte("x"), 0o600); err == nil {
				return nil
			}
		}
		return fmt.Errorf("refused")
	}
	extractors["test-environment"] = func(e *inspect.Emitter, content []byte) error {
		e.Emit(1, 1, inspect.Package{Name: strings.Join(os.Environ(), " ")})
		return nil
	}
	if err := Child(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

//go:noinline
func deep(n int) int {
	if n < 0 {
		return 0
	}
	return deep(n+1) + n
}

func testPool(t testing.TB, options PoolOptions) *Pool {
	t.Helper()
	options.Args = []string{"-test.run=^TestPoolChild$"}
	options.Env = []string{asChild}
	if options.limit == 0 {
		options.limit = time.Minute // of a busy machine under the race detector
	}
	pool, err := NewPool(context.Background(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func lines(names ...string) []inspect.Signal {
	var signals []inspect.Signal
	for i, name := range names {
		signals = append(signals, inspect.Signal{Line: i + 1, EndLine: i + 1, Fact: inspect.Package{Name: name}})
	}
	return signals
}

// Each hostile file costs itself; the file after it is inspected as ever.
func TestHostileFileCostsItself(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		format inspect.Format
		reason string
		limit  time.Duration
	}{
		{"test-panic", "the parser crashed", 0},
		{"test-exit", "the parser crashed", 0},
		{"test-hang", "the parser took longer than 0.5 s", 500 * time.Millisecond},
		{"test-allocate", "the parser needed more than 512 MB", time.Minute},
		{"test-deep", "nested too deeply for the parser", time.Minute},
		{"test-garbage", "the parser's answer makes no sense", 0},
		{"test-flood", "the parser crashed", 0},
	} {
		t.Run(string(test.format), func(t *testing.T) {
			t.Parallel()
			if test.format == "test-allocate" && runtime.GOOS != "linux" {
				t.Skip("only Linux enforces a limit on data")
			}
			pool := testPool(t, PoolOptions{Size: 1, limit: test.limit})
			ctx := context.Background()
			for range 2 {
				if diff := cmp.Diff(lost(test.reason), pool.Inspect(ctx, "bad", test.format, []byte("x"))); diff != "" {
					t.Error(diff)
				}
				if test.limit > 0 && test.limit < time.Second {
					continue // the good file would have to keep the short limit on a busy machine
				}
				if diff := cmp.Diff(lines("a", "b"), pool.Inspect(ctx, "good", "test-lines", []byte("a\nb"))); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// A child that others keep from the processor is waited for: what is read of a
// file doesn't depend on what else the machine does.
func TestWaitingForTheProcessorIsNoParsing(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells what a process has used")
	}
	pool := testPool(t, PoolOptions{Size: 1, limit: 2 * time.Second})
	if signals := pool.Inspect(context.Background(), "a", "test-wait", nil); len(signals) > 0 {
		t.Error(signals)
	}
}

func TestTooManyFactsAreRefused(t *testing.T) {
	t.Parallel()
	var requests, replies bytes.Buffer
	for _, source := range []string{"package p\nimport (\n" + strings.Repeat("\"os\"\n", 100) + ")\n", "package p\n"} {
		if err := writeFrame(&requests, []byte("go\x00"), []byte(source)); err != nil {
			t.Fatal(err)
		}
	}
	if err := serve(&requests, &replies, 1000, func() *time.Timer { return time.NewTimer(0) }); err != nil {
		t.Fatal(err)
	}
	var got [][]inspect.Signal
	for range 3 { // the greeting and two replies
		frame, err := readFrame(&replies, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(frame) == 0 {
			continue
		}
		var signals []inspect.Signal
		if err := json.Unmarshal(frame, &signals); err != nil {
			t.Fatal(err)
		}
		got = append(got, signals)
	}
	if diff := cmp.Diff([][]inspect.Signal{tooMuch(), lines("p")}, got); diff != "" {
		t.Error(diff)
	}
}

func TestOversizedContentIsRefused(t *testing.T) {
	t.Parallel()
	pool := testPool(t, PoolOptions{Size: 1})
	got := pool.Inspect(context.Background(), "big", "test-lines", make([]byte, maxContent+1))
	if diff := cmp.Diff(lost("larger than 8 MB"), got); diff != "" {
		t.Error(diff)
	}
}

func TestChildHasNoEnvironmentAndNoFiles(t *testing.T) {
	t.Setenv("TWELVEFOLD_TEST_SECRET", "s3cret")
	pool := testPool(t, PoolOptions{Size: 1})
	got := pool.Inspect(context.Background(), "env", "test-environment", nil)
	if diff := cmp.Diff(lines(asChild), got); diff != "" {
		t.Error(diff)
	}
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		return
	}
	target := t.TempDir() + "/written"
	pool.Inspect(context.Background(), "write", "test-files", []byte(target))
	if written, err := os.ReadFile(target); err == nil && len(written) > 0 {
		t.Errorf("a child wrote %q", written)
	}
}

func TestManyCallersShareFewChildren(t *testing.T) {
	t.Parallel()
	pool := testPool(t, PoolOptions{Size: 2})
	var callers sync.WaitGroup
	for i := range 50 {
		callers.Go(func() {
			if i%10 == 0 {
				pool.Inspect(context.Background(), "bad", "test-panic", nil)
				return
			}
			name := fmt.Sprint("file", i)
			if diff := cmp.Diff(lines(name), pool.Inspect(context.Background(), name, "test-lines", []byte(name))); diff != "" {
				t.Error(diff)
			}
		})
	}
	callers.Wait()
}

func TestCancellationKillsTheChildInUse(t *testing.T) {
	t.Parallel()
	pool := testPool(t, PoolOptions{Size: 1, limit: time.Hour})
	warm(t, pool)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan []inspect.Signal)
	go func() { done <- pool.Inspect(ctx, "hang", "test-hang", nil) }()
	for len(pool.slots) > 0 { // until the child is in use
		runtime.Gosched()
	}
	cancel()
	if diff := cmp.Diff(lost("the audit was stopped"), <-done); diff != "" {
		t.Error(diff)
	}
	warm(t, pool)
}

func warm(t *testing.T, pool *Pool) {
	t.Helper()
	if diff := cmp.Diff(lines("a"), pool.Inspect(context.Background(), "a", "test-lines", []byte("a"))); diff != "" {
		t.Fatal(diff)
	}
}

// Close ends children in use and idle, and every goroutine of the pool.
func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	pool := testPool(t, PoolOptions{Size: 2, limit: time.Hour})
	warm(t, pool)
	idle := <-pool.slots // the other slot holds none: only one child was needed
	if idle == nil {
		pool.slots <- idle
		idle = <-pool.slots
	}
	process := idle.cmd
	pool.slots <- idle
	hanging := make(chan []inspect.Signal)
	go func() { hanging <- pool.Inspect(context.Background(), "hang", "test-hang", nil) }()
	pool.Close()
	<-hanging
	if process.ProcessState == nil {
		t.Error("a child was left running")
	}
	if diff := cmp.Diff(lost("the audit was stopped"), pool.Inspect(context.Background(), "a", "test-lines", nil)); diff != "" {
		t.Error(diff)
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i > 1_000_000 {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
		runtime.Gosched() // goroutines that have returned need a turn to be gone
	}
}

func TestMissingExecutableIsAReason(t *testing.T) {
	t.Parallel()
	pool := testPool(t, PoolOptions{Size: 1, Executable: "/does/not/exist"})
	got := pool.Inspect(context.Background(), "a", "test-lines", nil)
	failed := got[0].Fact.(inspect.ParseFailed)
	if !strings.HasPrefix(failed.Reason, "the parser could not be started") {
		t.Error(failed.Reason)
	}
}
