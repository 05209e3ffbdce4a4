package e2e

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/hook"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

// workerTold is the variable that makes this test binary a worker of its own process:
// the program's own reaches no receiver of this machine.
const workerTold = "TWELVEFOLD_E2E_WORKER"

// workerSays is what such a worker is told, in JSON.
type workerSays struct {
	Database, URL, APIURL string
	AppID                 int64
	Key                   []byte
	Receiver              string
	Certificate           []byte
}

// runWorker works until it is killed, or whoever started it is.
func runWorker(told string) {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
	err := func() error {
		var says workerSays
		if err := json.Unmarshal([]byte(told), &says); err != nil {
			return err
		}
		ctx, log := context.Background(), slog.New(slog.NewTextHandler(os.Stderr, nil))
		s, err := store.Open(ctx, says.Database, 20)
		if err != nil {
			return err
		}
		app, err := github.New(github.Options{AppID: says.AppID, PrivateKey: says.Key, URL: says.URL, APIURL: says.APIURL, Limiter: s, Cache: s.Responses(), Log: log})
		if err != nil {
			return err
		}
		certificate, err := x509.ParseCertificate(says.Certificate)
		if err != nil {
			return err
		}
		roots, at := x509.NewCertPool(), netip.MustParseAddrPort(says.Receiver)
		roots.AddCert(certificate)
		keys, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
		if err != nil {
			return err
		}
		worker, err := jobs.NewWorker(s, nil, jobs.Options{Concurrency: 1, Grace: time.Second, Log: log, GitHub: app, Rules: rules.All(), Fetch: 100 * time.Millisecond,
			Sweep: 500 * time.Millisecond, Silence: 3 * time.Second,
			Hooks: jobs.Hooks{Sender: hook.New(hook.Options{Roots: roots, Allow: func(a netip.AddrPort) bool { return a == at }}), Keys: keys}})
		if err != nil {
			return err
		}
		return worker.Run(ctx)
	}()
	fmt.Fprintln(os.Stderr, "the worker ended:", err)
	os.Exit(1)
}

// works starts a worker of its own process beside a deploy whose own one is stopped,
// and a GitHub at an address.
func (d *deploy) works(t *testing.T, api string) (kill func()) {
	t.Helper()
	told, err := json.Marshal(workerSays{
		Database: d.store.Pool().Config().ConnString(), URL: d.URL, APIURL: api, AppID: d.AppID, Key: d.PrivateKey,
		Receiver: d.receiver.Listener.Addr().String(), Certificate: d.receiver.Certificate().Raw})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0]) // #nosec G204 -- this test
	command.Env, command.Stderr = append(os.Environ(), workerTold+"="+string(told)), t.Output()
	if _, err := command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		_ = command.Process.Kill() // SIGKILL: nothing is noted any more
		if err := command.Wait(); !errors.As(err, new(*exec.ExitError)) {
			t.Errorf("the worker ended by itself: %v", err)
		}
	})
	t.Cleanup(kill)
	return kill
}

// TestAWorkerThatDiesTellsOnceMore under the same id: the receiver took it, and nobody
// noted that.
func TestAWorkerThatDiesTellsOnceMore(t *testing.T) {
	t.Parallel()
	d, id := dropped(t)
	d.stop()
	n := len(d.receiver.all())
	d.receiver.hold = make(chan struct{})
	d.again(t, id)
	kill := d.works(t, d.APIURL)
	eventually(t, "the receiver has it", func() bool { return len(d.receiver.all()) == n+1 })
	kill()
	d.receiver.mu.Lock()
	close(d.receiver.hold)
	d.receiver.hold = nil
	d.receiver.mu.Unlock()
	if last := d.notices(t)[0]; last.State != store.NoticeWaiting || last.Attempts != 0 {
		t.Fatalf("it was noted: %+v", last)
	}
	d.works(t, d.APIURL)
	eventually(t, "it is delivered", func() bool { return d.notices(t)[0].State == store.NoticeDelivered })
	got := d.receiver.all()
	if len(got) != n+2 || got[n].header.Get("webhook-id") != id || got[n+1].header.Get("webhook-id") != id || !bytes.Equal(got[n].body, got[n+1].body) {
		t.Errorf("%d requests, the last of %v", len(got), got[len(got)-1].header)
	}
	if last := d.notices(t)[0]; last.Attempts != 1 || last.Status != 200 {
		t.Errorf("%+v", last)
	}
}

// refusedUpload is a deploy without a worker, whose upload of main waits since GitHub
// refused it once.
func refusedUpload(t *testing.T) (d *deploy, main string) {
	t.Helper()
	d, main = soundDeploy(t)
	d.AllowScanning(d.installation)
	d.settles(t, "nothing is left to do")
	d.Inject(githubtest.Fault{Match: "POST /repos/*/*/code-scanning/sarifs", Status: 503, Times: -1})
	d.scans(t, true)
	eventually(t, "it is refused", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'upload' AND state = 'retryable'`) == 1
	})
	d.exec(t, `UPDATE river_job SET scheduled_at = now() + interval '1 hour' WHERE kind = 'upload'`)
	d.stop()
	d.Heal()
	return d, main
}

// due lets the upload be tried at once.
func (d *deploy) due(t *testing.T) {
	t.Helper()
	d.exec(t, `UPDATE river_job SET scheduled_at = now(), state = 'available' WHERE kind = 'upload' AND state = 'retryable'`)
}

// TestAWorkerThatDiesUploadsOnceMore and what GitHub has then is the same.
func TestAWorkerThatDiesUploadsOnceMore(t *testing.T) {
	t.Parallel()
	d, main := refusedUpload(t)
	target, err := url.Parse(d.APIURL)
	if err != nil {
		t.Fatal(err)
	}
	dead := make(chan struct{})
	silent := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = target.Scheme, target.Host, target.Host
		},
		ModifyResponse: func(r *http.Response) error { // GitHub took it, and its answer never comes
			if r.Request.Method == http.MethodPost && r.StatusCode == http.StatusAccepted {
				<-dead
			}
			return nil
		},
	})
	t.Cleanup(silent.Close)
	d.due(t)
	kill := d.works(t, silent.URL+target.Path)
	eventually(t, "GitHub has it", func() bool { return len(d.Analyses("acme/shop")) == 1 })
	kill()
	close(dead)
	if u := d.uploaded(t, main, store.UploadWaiting); u.Remote != "" {
		t.Fatalf("it was noted: %+v", u)
	}
	d.works(t, d.APIURL)
	d.uploaded(t, main, store.UploadComplete)
	got := d.Analyses("acme/shop")
	if len(got) != 2 || !bytes.Equal(got[0].SARIF, got[1].SARIF) || got[0].Ref != got[1].Ref || got[0].Category != got[1].Category {
		t.Errorf("%d uploads", len(got))
	}
}

// TestAnOlderWorkerLosesNoUpload, which it does not know how to make, while a deploy
// goes from one version to the next.
func TestAnOlderWorkerLosesNoUpload(t *testing.T) {
	t.Parallel()
	d, main := refusedUpload(t)
	older, err := jobs.NewWorker(d.store, nil, jobs.Options{Concurrency: 1, Grace: time.Second, Log: slog.New(slog.DiscardHandler), Fetch: 100 * time.Millisecond}) // without GitHub it knows no upload
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- older.Run(ctx) }()
	d.due(t)
	eventually(t, "it is tried in vain", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'upload' AND state = 'retryable' AND errors::text LIKE '%not registered%'`) == 1
	})
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	d.due(t)
	d.works(t, d.APIURL)
	d.uploaded(t, main, store.UploadComplete)
	if n := len(d.Analyses("acme/shop")); n != 1 {
		t.Errorf("%d uploads", n)
	}
}
