package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// deploy is a web process and a worker beside a GitHub, all in this process.
type deploy struct {
	*githubtest.Server
	store        *store.Store
	queue        *jobs.Queue
	web          string // the address of its pages
	installation int64
	receiver     *receiver // of webhooks: the only one that the worker reaches
	stop         func()    // ends the worker
}

// newDeploy installs the App on the account of acme/shop, which has these files.
func newDeploy(t *testing.T, content githubtest.Files) *deploy {
	t.Helper()
	d := startDeploy(t, githubtest.New(t), slog.LevelInfo)
	d.AddRepository(d.installation, "acme/shop", githubtest.RepositoryOptions{Private: true, Language: "Python"})
	d.Commit("acme/shop", "main", content)
	d.Install(d.installation)
	return d
}

// soundDeploy is newDeploy of the sound app, whose main is audited.
func soundDeploy(t *testing.T) (d *deploy, main string) {
	t.Helper()
	d = newDeploy(t, soundApp)
	main = d.HeadOf("acme/shop", "main")
	d.audited(t, main)
	return d, main
}

// startDeploy starts a web process and a worker beside a GitHub where nobody
// but acme will install the App.
func startDeploy(t *testing.T, hub *githubtest.Server, level slog.Level) *deploy {
	t.Helper()
	return startDeployOver(t, storetest.New(t), hub, level)
}

// startDeployOver is startDeploy over a database of one's own.
func startDeployOver(t *testing.T, s *store.Store, hub *githubtest.Server, level slog.Level) *deploy {
	t.Helper()
	d := deployOver(t, s, github.Options{AppID: hub.AppID, PrivateKey: hub.PrivateKey, URL: hub.URL, APIURL: hub.APIURL, Now: hub.Now}, hub.WebhookSecret, level)
	d.Server = hub
	d.installation = d.AddInstallation("acme")
	d.SendTo(d.web + "/webhooks/github")
	return d
}

// deployOn starts both processes as an App of some GitHub.
func deployOn(t *testing.T, app github.Options, webhookSecret string, level slog.Level) *deploy {
	t.Helper()
	return deployOver(t, storetest.New(t), app, webhookSecret, level)
}

func deployOver(t *testing.T, s *store.Store, app github.Options, webhookSecret string, level slog.Level) *deploy {
	t.Helper()
	d := &deploy{store: s}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: level}))
	app.Limiter, app.Cache, app.Log = d.store, d.store.Responses(), log
	client, err := github.New(app)
	if err != nil {
		t.Fatal(err)
	}
	if d.queue, err = jobs.NewQueue(d.store, log); err != nil {
		t.Fatal(err)
	}
	pages, err := server.New(server.Options{Store: d.store, Queue: d.queue, Rules: rules.All(), Logger: log,
		GitHub: server.GitHub{AppID: app.AppID, WebhookSecret: []byte(webhookSecret)}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(pages)
	t.Cleanup(web.Close)
	cache, err := d.store.Signals()
	if err != nil {
		t.Fatal(err)
	}
	engine := jobs.NewEngine(jobs.EngineOptions{Inspector: files.InProcess(), Cache: cache, Rules: rules.All(), GitHub: client})
	d.receiver = receives(t)
	worker, err := jobs.NewWorker(d.store, engine, jobs.Options{Concurrency: 2, Grace: 10 * time.Second, Log: log,
		GitHub: client, BaseURL: "https://twelvefold.example.org", Rules: rules.All(), Fetch: 100 * time.Millisecond, Version: "v1.2.3", Hooks: d.receiver.hooks})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	stopped := make(chan error, 1)
	go func() { stopped <- worker.Run(ctx) }()
	d.stop = sync.OnceFunc(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(d.stop)
	d.web = web.URL
	return d
}

// repository is acme/shop as the store has it.
func (d *deploy) repository(t *testing.T) store.Repository {
	t.Helper()
	r, err := d.store.RepositoryNamed(t.Context(), d.installation, "acme", "shop")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// audited waits until a commit of the default branch is audited.
func (d *deploy) audited(t *testing.T, commit string) (a store.Audit) {
	t.Helper()
	eventually(t, "the default branch is audited", func() bool {
		r, err := d.store.RepositoryNamed(t.Context(), d.installation, "acme", "shop")
		if err != nil {
			return false
		}
		a, err = d.store.LatestAudit(t.Context(), d.installation, r.ID)
		return err == nil && a.Commit == commit
	})
	return a
}

// checked waits until a commit's only check run is completed.
func (d *deploy) checked(t *testing.T, commit string) (c githubtest.Check) {
	t.Helper()
	eventually(t, "the check run is completed", func() bool {
		checks := d.Checks("acme/shop", commit)
		if len(checks) > 1 {
			t.Fatalf("%d check runs on one head", len(checks))
		}
		if len(checks) == 0 || checks[0].Status != "completed" {
			return false
		}
		c = checks[0]
		return true
	})
	return c
}

// proposes pushes files on a new branch from a commit, and opens a pull request
// of it against main.
func (d *deploy) proposes(t *testing.T, branch, from string, content githubtest.Files) (head string, number int) {
	t.Helper()
	d.Branch("acme/shop", branch, from)
	head = d.Push("acme/shop", branch, content)
	return head, d.OpenPullRequest("acme/shop", githubtest.PullRequest{Branch: branch})
}

// settles waits until no work is left.
func (d *deploy) settles(t *testing.T, what string) {
	t.Helper()
	eventually(t, what, func() bool { return d.unfinished(t) == "" })
}

// finishes waits until a commit was audited so many times, and no work is left.
func (d *deploy) finishes(t *testing.T, what, commit string, audits int) {
	t.Helper()
	eventually(t, what, func() bool { return d.auditsOf(t, commit) == audits && d.unfinished(t) == "" })
}

// suspended waits until it is known that the App is.
func (d *deploy) suspended(t *testing.T) {
	t.Helper()
	eventually(t, "it is suspended", func() bool {
		i, err := d.store.Installation(t.Context(), d.installation)
		return err == nil && i.Suspended
	})
}

// unrelated is a change that no rule speaks of.
var unrelated = githubtest.Files{"README.md": "# Shop\n"}

// soundApp keeps to what the rules of these tests look at, but for one secret.
var soundApp = githubtest.Files{
	"requirements.txt": "flask==3.0.0\ngunicorn==22.0.0\n",
	".env.example":     "SECRET_KEY=\nSMTP_PASSWORD=\nPAYMENT_TOKEN=\n",
	"Procfile":         "web: gunicorn app:app\n",
	"app.py":           "import os\nfrom flask import Flask\n\napp = Flask(__name__)\napp.secret_key = os.environ[\"SECRET_KEY\"]\n",
	"mail.py":          "import os\nimport flask\n\nSMTP_PASSWORD = \"kR8dh2xPqv91\"\n",
}

// TestFromInstallationToMerge goes the whole way of a pull request.
func TestFromInstallationToMerge(t *testing.T) {
	t.Parallel()
	d := newDeploy(t, soundApp)
	first := d.audited(t, d.HeadOf("acme/shop", "main"))
	pushed := d.Push("acme/shop", "main", unrelated)
	second := d.audited(t, pushed)
	if second.Stats.Inspected > 1 || first.Stats.Inspected < 3 {
		t.Errorf("the first audit inspected %d files, the second, of one changed, %d", first.Stats.Inspected, second.Stats.Inspected)
	}

	// Two new violations and one fixed.
	bad, number := d.proposes(t, "topic", pushed, githubtest.Files{
		"app.py":  "import os\nfrom flask import Flask\n\napp = Flask(__name__)\napp.config[\"MAIL_PASSWORD\"] = os.environ.get(\"MAIL_PASSWORD\", \"s3cret-for-now\")\n",
		"mail.py": "import os\nimport flask\n\nSMTP_PASSWORD = os.environ[\"SMTP_PASSWORD\"]\n",
		"db.py":   "import os\n\nPAYMENT_TOKEN = \"q8Zt6vLw0aPdR3yK\"\n",
	})
	check := d.checked(t, bad)
	var places []string
	for _, a := range check.Annotations {
		places = append(places, a.Path+":"+fmt.Sprint(a.StartLine)+" "+a.Level)
	}
	if check.Conclusion != "failure" || !slices.Equal(places, []string{"db.py:3 failure", "app.py:5 warning"}) {
		t.Errorf("conclusion %s, annotations %v\n%s\n%s", check.Conclusion, places, check.Title, check.Summary)
	}
	for _, want := range []string{"2 new findings", "1 fixed", "config "} {
		if !strings.Contains(check.Title, want) {
			t.Errorf("the title %q does not say %q", check.Title, want)
		}
	}
	for _, want := range []string{"III ▰", "### Fixed", "mail.py:4", "https://twelvefold.example.org/rules/config/secret-default"} {
		if !strings.Contains(check.Summary, want) {
			t.Errorf("the summary does not say %q:\n%s", want, check.Summary)
		}
	}
	for _, secret := range []string{"q8Zt6vLw0aPdR3yK", "kR8dh2xPqv91", "s3cret-for-now"} {
		for _, text := range append([]string{check.Summary, check.Text}, messages(check)...) {
			if strings.Contains(text, secret) {
				t.Errorf("%s is shown: %s", secret, text)
			}
		}
	}

	// Mended: the check turns green, on a new commit.
	good := d.Push("acme/shop", "topic", githubtest.Files{"app.py": soundApp["app.py"], "db.py": "import os\n\nPAYMENT_TOKEN = os.environ[\"PAYMENT_TOKEN\"]\n"})
	if check := d.checked(t, good); check.Conclusion != "success" || len(check.Annotations) != 0 {
		t.Errorf("after the fix: %s, %q, %v", check.Conclusion, check.Title, messages(check))
	}

	// Run again by the button and by the menu: still one check run.
	before := d.auditsOf(t, good)
	d.PressButton("acme/shop", d.checked(t, good).ID, "rerun")
	eventually(t, "it is audited again", func() bool { return d.auditsOf(t, good) == before+1 })
	if check := d.checked(t, good); check.Conclusion != "success" {
		t.Errorf("run again: %s", check.Conclusion)
	}
	d.RerunCheck("acme/shop", d.checked(t, good).ID)
	eventually(t, "it is audited a third time", func() bool { return d.auditsOf(t, good) == before+2 })
	if check := d.checked(t, good); check.Conclusion != "success" {
		t.Errorf("run again by the menu: %s", check.Conclusion)
	}
	d.PressButton("acme/shop", d.checked(t, good).ID, "explain")
	eventually(t, "the scores are explained", func() bool { return strings.Contains(d.checked(t, good).Text, "weighs") })

	// Merged: what it fixed is closed by the commit that brought it.
	merged := d.Merge("acme/shop", number)
	last := d.audited(t, merged)
	closed, err := d.store.ClosedFindings(t.Context(), d.installation, last.ID)
	if err != nil || len(closed) == 0 || closed[0].Place.Path != "mail.py" || closed[0].FirstSeenAudit != first.ID {
		t.Errorf("closed by the merge: %+v, %v", closed, err)
	}
	causes, err := d.store.Causes(t.Context(), d.installation, last.Repository, []int64{first.ID, last.ID})
	if err != nil || causes[last.ID].PullRequest != number || causes[last.ID].Commit != merged || causes[first.ID].PullRequest != 0 || causes[first.ID].Commit != first.Commit {
		t.Errorf("it was closed by %+v, opened by %+v, %v", causes[last.ID], causes[first.ID], err)
	}
	if others, err := d.store.Causes(t.Context(), d.installation+1, last.Repository, []int64{last.ID}); err != nil || len(others) != 0 {
		t.Errorf("another installation is told of %+v, %v", others, err)
	}
	if last.Score == nil || first.Score == nil || *last.Score <= *first.Score || len(last.Cells) != 12 || *last.Cells[2].Score <= *first.Cells[2].Score {
		t.Errorf("recorded are %v of %v and %v of %v", first.Score, first.Cells, last.Score, last.Cells)
	}

	// A finding that a pull request brings is opened by it.
	d.Branch("acme/shop", "worse", merged)
	d.Push("acme/shop", "worse", githubtest.Files{"db.py": paymentToken})
	bringing := d.OpenPullRequest("acme/shop", githubtest.PullRequest{Branch: "worse", Title: "Take payments"})
	merged = d.Merge("acme/shop", bringing)
	worst := d.audited(t, merged)
	open, err := d.store.OpenFindings(t.Context(), d.installation, worst.Repository, "main")
	at := slices.IndexFunc(open, func(f store.Finding) bool { return f.Place.Path == "db.py" })
	if err != nil || at < 0 || open[at].FirstSeenAudit != worst.ID || *worst.Score >= *last.Score {
		t.Fatalf("open are %+v, %v; the score is %v", open, err, *worst.Score)
	}
	causes, err = d.store.Causes(t.Context(), d.installation, worst.Repository, []int64{open[at].FirstSeenAudit})
	if cause := causes[worst.ID]; err != nil || cause.PullRequest != bringing || cause.Title != "Take payments" || cause.Author != "octo" {
		t.Errorf("it was opened by %+v, %v", cause, err)
	}
	heads, err := d.store.LedgerHeads(t.Context(), d.installation)
	if err != nil || len(heads) != 1 || heads[0].State != store.Done || heads[0].Commit != merged {
		t.Errorf("the ledger: %+v, %v", heads, err)
	}
}

func messages(c githubtest.Check) (list []string) {
	for _, a := range c.Annotations {
		list = append(list, a.Message)
	}
	return list
}

// auditsOf counts the finished audits of a commit.
func (d *deploy) auditsOf(t *testing.T, commit string) (n int) {
	t.Helper()
	list, err := d.store.Audits(t.Context(), d.installation, d.repository(t).ID, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		if a.Commit == commit && a.State == store.Done {
			n++
		}
	}
	return n
}

// TestAnotherBaseLeavesNoStaleAnnotation moves a pull request onto a branch that
// has its violation already: the annotation that GitHub would keep goes with its
// check run.
func TestAnotherBaseLeavesNoStaleAnnotation(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	d.Branch("acme/shop", "next", main)
	next := d.Push("acme/shop", "next", githubtest.Files{"db.py": paymentToken})
	head, number := d.proposes(t, "topic", next, unrelated)
	if check := d.checked(t, head); check.Conclusion != "failure" || len(check.Annotations) != 1 {
		t.Fatalf("against main: %s, %v", check.Conclusion, messages(check))
	}
	d.Rebase("acme/shop", number, "next")
	eventually(t, "a check run of its own says what is so against the other base", func() bool {
		checks := d.Checks("acme/shop", head)
		last := checks[len(checks)-1]
		return len(checks) == 2 && last.Status == "completed" && last.Conclusion == "success" && len(last.Annotations) == 0 &&
			checks[0].Status == "completed" && checks[0].Conclusion == "neutral"
	})
}

// TestTheLedgerFindsWhatNobodyTold commits and opens a pull request without a
// delivery, as when GitHub lost them: the next comparison finds both.
func TestTheLedgerFindsWhatNobodyTold(t *testing.T) {
	t.Parallel()
	d, _ := soundDeploy(t)
	eventually(t, "it is compared for the first time", func() bool { return d.repository(t).Reviewed != nil && d.unfinished(t) == "" })
	d.Advance(time.Second)
	untold := d.Commit("acme/shop", "main", unrelated)
	topic := d.Commit("acme/shop", "topic", githubtest.Files{"db.py": paymentToken})
	d.Hold() // what is told from here on arrives nowhere
	d.OpenPullRequest("acme/shop", githubtest.PullRequest{Branch: "topic"})
	d.compare(t)

	d.audited(t, untold)
	if check := d.checked(t, topic); check.Conclusion != "failure" {
		t.Errorf("the pull request's check: %s", check.Conclusion)
	}
}

// TestAPullRequestCannotWaiveItself changes .twelvefold.yml along with the
// violation: the base branch's file counts.
func TestAPullRequestCannotWaiveItself(t *testing.T) {
	t.Parallel()
	d, main := soundDeploy(t)
	bad := githubtest.Files{"db.py": paymentToken}
	settings := "waivers:\n- {rule: config/hardcoded-credential, reason: none, owner: me, expires: " + time.Now().AddDate(0, 1, 0).Format(time.DateOnly) + "}\n"
	own := maps.Clone(bad)
	own[".twelvefold.yml"] = settings
	head, _ := d.proposes(t, "own", main, own)
	if check := d.checked(t, head); check.Conclusion != "failure" {
		t.Errorf("it waived itself: %s, %s\n%s", check.Conclusion, check.Title, check.Summary)
	}

	waived := d.Push("acme/shop", "main", githubtest.Files{".twelvefold.yml": settings})
	d.audited(t, waived)
	head, _ = d.proposes(t, "after", waived, bad)
	check := d.checked(t, head)
	if check.Conclusion != "success" || len(check.Annotations) != 0 || !strings.Contains(check.Summary, "waived until") {
		t.Errorf("a waiver of the base branch: %s, %s\n%s", check.Conclusion, check.Title, check.Summary)
	}
}
