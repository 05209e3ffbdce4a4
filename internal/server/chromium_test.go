package server_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"

	"twelvefold/internal/child"
)

// keepsVariable names the environment variable that makes this test binary the
// keeper of a Chromium; its value is that one's directory.
const keepsVariable = "TWELVEFOLD_TEST_KEEPS"

func TestMain(m *testing.M) {
	if dir := os.Getenv(keepsVariable); dir != "" {
		os.Exit(keep(dir, os.Args[1:]))
	}
	code := m.Run()
	if running := launched.Load(); running != nil {
		running.end()
	}
	os.Exit(code)
}

// keep runs a command until it ends or standard input does, which it does with
// whoever holds its other end, however that one dies. Then what is left of the
// command's group is killed, and dir removed.
func keep(dir string, command []string) int {
	cmd := exec.Command(command[0], command[1:]...) // #nosec G204 -- this test's
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	kept, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	alone := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(alone)
	}()
	select {
	case <-alone:
	case <-kept.Done():
	}
	kept.SignalGroup(syscall.SIGKILL)
	<-kept.Done()
	for range 50 { // until the last of them has stopped writing
		if os.RemoveAll(dir) == nil {
			return 0
		}
		time.Sleep(100 * time.Millisecond)
	}
	return 1
}

// kept is a Chromium and the keeper that ends with this process.
type kept struct {
	*rod.Browser
	dir    string
	keeper *child.Process
	hold   io.Closer // the keeper ends when it is closed
}

// theChromium is shared by all tests of a binary: starting one costs seconds.
var theChromium = sync.OnceValues(func() (*kept, error) {
	if binary() == "" {
		return nil, exec.ErrNotFound
	}
	started, err := launch()
	launched.Store(started)
	return started, err
})

// launched is theChromium once somebody wanted it.
var launched atomic.Pointer[kept]

// binary is the path of a Chromium, or empty.
func binary() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	return ""
}

func launch() (*kept, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "twelvefold-browser-")
	if err != nil {
		return nil, err
	}
	flags := launcher.New().Headless(true).NoSandbox(true).UserDataDir(dir).
		Set("disable-background-networking").Set("disable-component-update").Set("disable-sync").
		Set("disable-quic").Set("disable-gpu").Set("no-first-run").FormatArgs()
	said := launcher.NewURLParser()
	cmd := exec.Command(self, append([]string{binary()}, flags...)...) // #nosec G204 -- this test's
	cmd.Env, cmd.Stderr = append(os.Environ(), keepsVariable+"="+dir), said
	hold, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	keeper, err := child.Start(cmd, 0) // no signal: it has to clear away
	if err != nil {
		return nil, err
	}
	k := &kept{dir: dir, keeper: keeper, hold: hold}
	select {
	case at := <-said.URL:
		if at, err = launcher.ResolveURL(at); err == nil {
			k.Browser = rod.New().ControlURL(at)
			err = k.Connect()
		}
	case <-keeper.Done():
		err = said.Err()
	case <-time.After(browserWithin):
		err = fmt.Errorf("Chromium does not say where it listens within %s", browserWithin)
	}
	if err != nil {
		k.end()
		return nil, err
	}
	return k, nil
}

// end returns when neither Chromium nor its directory is there any more.
func (k *kept) end() {
	_ = k.hold.Close()
	<-k.keeper.Done()
}

// TestNothingOfABrowserStays when the pipe to its keeper closes, as it does with
// the last process that has it, whatever that one dies of.
func TestNothingOfABrowserStays(t *testing.T) {
	t.Parallel()
	browser(t) // or skips
	k, err := launch()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(k.dir); err != nil {
		t.Error(err)
	}
	k.end()
	if _, err := os.Stat(k.dir); !os.IsNotExist(err) {
		t.Errorf("its directory stays: %v", err)
	}
	if version, err := (proto.BrowserGetVersion{}).Call(k.Timeout(5 * time.Second)); err == nil {
		t.Errorf("it still answers: %+v", version)
	}
}
