package e2e

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/store"
)

// scans has the audits of acme/shop uploaded from now on, or not.
func (d *deploy) scans(t *testing.T, wanted bool) {
	t.Helper()
	r := d.repository(t)
	err := d.store.InTx(t.Context(), func(tx pgx.Tx) error {
		if err := d.store.SetScanning(t.Context(), tx, d.installation, r.ID, wanted, "wes"); err != nil || !wanted {
			return err
		}
		return d.queue.Scan(t.Context(), tx, r)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// uploaded waits until the upload of a commit is in a state.
func (d *deploy) uploaded(t *testing.T, commit string, state store.UploadState) (found store.Upload) {
	t.Helper()
	r := d.repository(t)
	eventually(t, fmt.Sprintf("the upload of %.7s is %s", commit, state), func() bool {
		list, err := d.store.Uploads(t.Context(), d.installation, r.ID, 100)
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(list, func(u store.Upload) bool { return u.Commit == commit })
		if at < 0 {
			return false
		}
		found = list[at]
		return found.State == state
	})
	return found
}

// fingerprints are those of a log of SARIF, sorted.
func fingerprints(t *testing.T, sarif []byte) (list []string) {
	t.Helper()
	var log struct {
		Runs []struct {
			Results []struct {
				Fingerprints map[string]string   `json:"partialFingerprints"`
				Suppressions []map[string]string `json:"suppressions"`
			} `json:"results"`
		} `json:"runs"`
	}
	if err := json.Unmarshal(sarif, &log); err != nil {
		t.Fatal(err)
	}
	for _, r := range log.Runs[0].Results {
		list = append(list, r.Fingerprints["twelvefoldFinding/v1"])
	}
	slices.Sort(list)
	return list
}

// TestAuditsAreUploadedToCodeScanning where somebody chose it: the default branch
// at once and with each push, and the heads of pull requests, all findings of them.
func TestAuditsAreUploadedToCodeScanning(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.AllowScanning(d.installation)
	d.SetProcessing("acme/shop", 2)
	d.settles(t, "nothing is left to do")
	if n := len(d.Analyses("acme/shop")); n != 0 {
		t.Fatalf("%d were uploaded that nobody wanted", n)
	}
	d.scans(t, true)
	first := d.uploaded(t, main, store.UploadComplete)
	got := d.Analyses("acme/shop")
	if len(got) != 1 || got[0].Commit != main || got[0].Ref != "refs/heads/main" || got[0].Tool != "Twelvefold" || got[0].Category != "twelvefold" {
		t.Fatalf("%+v", got)
	}
	var open []string
	r := d.repository(t)
	findings, err := d.store.OpenFindings(t.Context(), d.installation, r.ID, "main")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		open = append(open, f.Fingerprint)
	}
	slices.Sort(open)
	if sent := fingerprints(t, got[0].SARIF); !slices.Equal(sent, open) || len(sent) == 0 || first.Findings != len(sent) {
		t.Errorf("sent %v, open are %v, noted are %d", sent, open, first.Findings)
	}
	if strings.Contains(string(got[0].SARIF), "kR8dh2xPqv91") || !strings.Contains(string(got[0].SARIF), `"version": "v1.2.3"`) {
		t.Error("a secret is told, or no version")
	}

	// A pull request: what it brings and all that it leaves.
	head, number := d.proposes(t, "topic", main, githubtest.Files{"db.py": paymentToken})
	d.uploaded(t, head, store.UploadComplete)
	got = d.Analyses("acme/shop")
	if last := got[len(got)-1]; last.Ref != fmt.Sprintf("refs/pull/%d/head", number) || last.Commit != head || len(fingerprints(t, last.SARIF)) <= len(open) {
		t.Errorf("%s of %s: %v", last.Ref, last.Commit, fingerprints(t, last.SARIF))
	}

	// The same audit once more is not uploaded again; nor is anything once it is off.
	n := len(got)
	d.scans(t, true)
	d.finishes(t, "it is audited once more", main, 3)
	d.scans(t, false)
	d.audited(t, d.Push("acme/shop", "main", unrelated))
	d.settles(t, "nothing is left to do")
	if got := d.Analyses("acme/shop"); len(got) != n {
		t.Errorf("%d uploads, then %d", n, len(got))
	}
}

// TestWhyNothingIsUploadedIsSaid and not tried for ever.
func TestWhyNothingIsUploadedIsSaid(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	const sarifs = "POST /repos/*/*/code-scanning/sarifs"
	fails := func(commit, why string) {
		t.Helper()
		if u := d.uploaded(t, commit, store.UploadFailed); !strings.Contains(u.Why, why) {
			t.Errorf("it says %q, not %q", u.Why, why)
		}
		d.settles(t, "nothing is left to do")
	}
	d.scans(t, true)
	fails(main, "security_events: write")
	if n := len(d.Requests(sarifs)); n != 1 {
		t.Errorf("%d requests without the permission", n)
	}
	d.AllowScanning(d.installation)
	d.SetScanning("acme/shop", githubtest.ScanningDisabled)
	next := d.Push("acme/shop", "main", unrelated)
	fails(next, "switched off for this repository")
	d.SetScanning("acme/shop", "")
	d.SetProcessing("acme/shop", 0, "invalid SARIF")
	d.scans(t, true) // the same commit once more: it failed
	eventually(t, "it is processed", func() bool { return len(d.Analyses("acme/shop")) == 1 })
	fails(next, "could not process it: invalid SARIF")
	d.SetProcessing("acme/shop", 0)
	d.Inject(githubtest.Fault{Match: sarifs, Status: 502})
	d.Inject(githubtest.SecondaryLimit(sarifs, 0))
	d.ForgetRequests()
	d.Inject(githubtest.Fault{Match: sarifs, Lost: true})
	d.Heal()
	d.Inject(githubtest.Fault{Match: sarifs, Cut: true})
	d.scans(t, true)
	d.uploaded(t, next, store.UploadComplete)
	if n := len(d.Requests(sarifs)); n != 2 {
		t.Errorf("%d requests, of which one was cut", n)
	}
}

// TestWhatIsOvertakenIsNotUploaded by a later head of its branch.
func TestWhatIsOvertakenIsNotUploaded(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.AllowScanning(d.installation)
	d.Inject(githubtest.Fault{Match: "POST /repos/*/*/code-scanning/sarifs", Status: 503, Times: 1})
	d.scans(t, true)
	d.uploaded(t, main, store.UploadWaiting)
	d.exec(t, `UPDATE river_job SET scheduled_at = now() + interval '1 hour' WHERE kind = 'upload' AND state = 'retryable'`)
	next := d.Push("acme/shop", "main", unrelated)
	d.uploaded(t, next, store.UploadComplete)
	d.exec(t, `UPDATE river_job SET scheduled_at = now() WHERE kind = 'upload' AND state IN ('retryable', 'scheduled')`)
	d.uploaded(t, main, store.UploadSuperseded)
	for _, a := range d.Analyses("acme/shop") {
		if a.Commit == main {
			t.Error("it was uploaded all the same")
		}
	}
}

// TestACommitThatIsHeadAgainIsUploadedAgain: pushed over by another one and back by
// force, its branch would show the other one's alerts for ever.
func TestACommitThatIsHeadAgainIsUploadedAgain(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.AllowScanning(d.installation)
	d.scans(t, true)
	d.uploaded(t, main, store.UploadComplete)
	next := d.Push("acme/shop", "main", githubtest.Files{"db.py": paymentToken})
	d.uploaded(t, next, store.UploadComplete)
	d.ForcePush("acme/shop", "main", main)
	eventually(t, "what was first is uploaded last", func() bool {
		list := d.Analyses("acme/shop")
		return list[len(list)-1].Commit == main
	})
	d.settles(t, "nothing is left to do")
	if list := d.Analyses("acme/shop"); len(list) != 3 {
		t.Errorf("%d uploads", len(list))
	}
	if u := d.uploaded(t, main, store.UploadComplete); u.Audit == 0 {
		t.Errorf("%+v", u)
	}

	// So in a pull request.
	head, _ := d.proposes(t, "topic", main, githubtest.Files{"db.py": paymentToken})
	d.uploaded(t, head, store.UploadComplete)
	other := d.Push("acme/shop", "topic", unrelated)
	d.uploaded(t, other, store.UploadComplete)
	d.ForcePush("acme/shop", "topic", head)
	eventually(t, "the pull request’s first head is uploaded last", func() bool {
		list := d.Analyses("acme/shop")
		return list[len(list)-1].Commit == head && len(list) == 6
	})
}

// TestWhatIsSentLastIsTheLatest though GitHub takes its time over the one before:
// of a ref it shows what came last.
func TestWhatIsSentLastIsTheLatest(t *testing.T) {
	t.Parallel()
	d, _ := soundDeploy(t)
	d.AllowScanning(d.installation)
	d.settles(t, "nothing is left to do")
	d.Inject(githubtest.Fault{Match: "POST /repos/*/*/code-scanning/sarifs", Delay: 3 * time.Second})
	d.scans(t, true)
	eventually(t, "it is on its way", func() bool { return len(d.Requests("POST /repos/*/*/code-scanning/sarifs")) == 1 })
	next := d.Push("acme/shop", "main", githubtest.Files{"db.py": paymentToken})
	d.uploaded(t, next, store.UploadComplete)
	d.settles(t, "nothing is left to do")
	if list := d.Analyses("acme/shop"); len(list) != 2 || list[1].Commit != next {
		t.Errorf("%d uploads, the last of %s", len(list), list[len(list)-1].Commit)
	}
}

// TestTheNextOwnerChoosesAnew whether a repository is uploaded, and what waited when
// it was transferred is not.
func TestTheNextOwnerChoosesAnew(t *testing.T) {
	t.Parallel()
	d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
	other := d.AddInstallation("globex", githubtest.InstallationOptions{All: true})
	d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true})
	head := d.Commit("acme/shop", "main", soundApp)
	d.Install(d.installation)
	d.Install(other)
	d.AllowScanning(d.installation)
	d.AllowScanning(other)
	d.audited(t, head)
	d.settles(t, "the past is audited")
	const sarifs = "POST /repos/*/*/code-scanning/sarifs"
	d.Inject(githubtest.Fault{Match: sarifs, Status: 503, Times: -1})
	r := d.repository(t)
	d.scans(t, true)
	eventually(t, "it is tried", func() bool {
		return d.number(t, `SELECT count(*) FROM river_job WHERE kind = 'upload' AND state = 'retryable'`) == 1
	})
	d.exec(t, `UPDATE river_job SET scheduled_at = now() + interval '1 hour' WHERE kind = 'upload' AND state = 'retryable'`)
	d.Transfer("acme/shop", "globex")
	eventually(t, "it is globex's", func() bool {
		moved, err := d.store.RepositoryNamed(t.Context(), other, "globex", "shop")
		return err == nil && moved.Gone == nil
	})
	d.Heal()
	d.exec(t, `UPDATE river_job SET scheduled_at = now() WHERE kind = 'upload' AND state IN ('retryable', 'scheduled')`)
	pushed := d.Push("globex/shop", "main", unrelated)
	eventually(t, "its next push is audited", func() bool {
		a, err := d.store.LatestAudit(t.Context(), other, r.ID)
		return err == nil && a.Commit == pushed
	})
	d.settles(t, "nothing is left to do")
	if n := len(d.Analyses("globex/shop")); n != 0 {
		t.Errorf("%d are uploaded that globex did not choose", n)
	}
	if c, err := d.store.Scanning(t.Context(), other, r.ID); err != nil || c.Wanted || c.By != "" {
		t.Errorf("%+v, %v", c, err)
	}
	if list, err := d.store.Uploads(t.Context(), other, r.ID, 10); err != nil || len(list) != 1 || list[0].State != store.UploadSuperseded {
		t.Errorf("%+v, %v", list, err)
	}
}
