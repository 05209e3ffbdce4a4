package github_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

const checkRuns = "PATCH /repos/*/*/check-runs/*"

func annotations(n int) []github.Annotation {
	list := make([]github.Annotation, n)
	for i := range list {
		list[i] = github.Annotation{Path: "main.go", StartLine: i + 1, EndLine: i + 1, Level: "warning", Title: "config/hard-coded", Message: fmt.Sprintf("finding %d", i)}
	}
	return list
}

func verdict(commit string, n int) github.Check {
	return github.Check{HeadSHA: commit, Name: "twelvefold", ExternalID: "audit 1", DetailsURL: "https://twelvefold.example/audits/1", Status: "completed", Conclusion: "failure",
		Title: "2 new findings", Summary: "config 62 → 41", Text: "more", Annotations: annotations(n),
		Actions: []github.Action{{Label: "Re-run", Description: "Audit this commit again", Identifier: "rerun"}}}
}

// holds fails unless the commit has one check run with all annotations, each
// once and in order.
func holds(t *testing.T, b bundle, commit string, n int) {
	t.Helper()
	runs := b.Checks(shop, commit)
	if len(runs) != 1 {
		t.Fatalf("%d check runs", len(runs))
	}
	run := runs[0]
	if run.Status != "completed" || run.Conclusion != "failure" || run.Title != "2 new findings" || run.Text != "more" || run.ExternalID != "audit 1" || len(run.Actions) != 1 {
		t.Errorf("got %+v", run)
	}
	if len(run.Annotations) != n {
		t.Fatalf("%d annotations, not %d", len(run.Annotations), n)
	}
	for i, a := range run.Annotations {
		if a.StartLine != i+1 || a.Message != fmt.Sprintf("finding %d", i) || a.Level != "warning" || *a.Title != "config/hard-coded" {
			t.Errorf("annotation %d: %+v", i, a)
		}
	}
}

func TestCheckRunsFromQueuedToCompleted(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 50, 51, 100, 130} {
		b := setup(t)
		commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
		id := must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: commit, Name: "twelvefold", ExternalID: "audit 1", Status: "in_progress"}))(t)
		found, ok, err := b.client.FindCheck(t.Context(), b.slug, commit, "twelvefold")
		if err != nil || !ok || found.ID != id || found.ExternalID != "audit 1" {
			t.Errorf("found %+v %v, %v", found, ok, err)
		}
		if err := b.client.UpdateCheck(t.Context(), b.slug, id, verdict(commit, n)); err != nil {
			t.Fatal(err)
		}
		holds(t, b, commit, n)
		if got, want := len(b.Requests(checkRuns)), max((n+49)/50, 1); got != want {
			t.Errorf("%d requests for %d annotations", got, n)
		}
		// The same again changes nothing.
		if err := b.client.UpdateCheck(t.Context(), b.slug, id, verdict(commit, n)); err != nil {
			t.Fatal(err)
		}
		holds(t, b, commit, n)
	}
}

func TestCheckRunsThatAreMadeWhole(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 50, 130} {
		b := setup(t)
		commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
		must(b.client.CreateCheck(t.Context(), b.slug, verdict(commit, n)))(t)
		holds(t, b, commit, n)
	}
}

func TestOnlyTheAppsOwnNewestCheckIsFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
	if _, found, err := b.client.FindCheck(t.Context(), b.slug, commit, "twelvefold"); found || err != nil {
		t.Errorf("found one of none: %v", err)
	}
	must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: commit, Name: "other", Status: "queued"}))(t)
	must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: commit, Name: "twelvefold", Status: "queued"}))(t)
	newest := must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: commit, Name: "twelvefold", ExternalID: "2", Status: "queued"}))(t)
	if last, found, err := b.client.FindCheck(t.Context(), b.slug, commit, "twelvefold"); last.ID != newest || last.ExternalID != "2" || !found || err != nil {
		t.Errorf("found %d %q, %v", last.ID, last.ExternalID, err)
	}
}

// Whichever answer is lost: another try brings what is missing, and nothing
// twice.
func TestLostAnswersDoubleNoAnnotation(t *testing.T) {
	t.Parallel()
	for skip := range 3 {
		for _, f := range []githubtest.Fault{{Lost: true}, {Cut: true}, {Status: 502}} {
			b := setup(t)
			commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
			id := must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: commit, Name: "twelvefold", Status: "in_progress"}))(t)
			f.Match, f.Skip = checkRuns, skip
			b.Inject(f)
			if err := b.client.UpdateCheck(t.Context(), b.slug, id, verdict(commit, 130)); !errors.As(err, new(github.Unavailable)) {
				t.Fatalf("skip %d: %v", skip, err)
			}
			if err := b.client.UpdateCheck(t.Context(), b.slug, id, verdict(commit, 130)); err != nil {
				t.Fatal(err)
			}
			holds(t, b, commit, 130)
		}
	}
}

func TestAReRunBringsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
	id := must(b.client.CreateCheck(t.Context(), b.slug, verdict(commit, 20)))(t)
	again := verdict(commit, 40)
	again.Annotations = append(again.Annotations[10:], again.Annotations[30]) // one stands twice
	if err := b.client.UpdateCheck(t.Context(), b.slug, id, again); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Checks(shop, commit)[0].Annotations); n != 41 {
		t.Errorf("%d annotations", n)
	}
}

func TestChecksAreCutToWhatGitHubTakes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
	long := strings.Repeat("Zwölf Faktoren, ü\n", 10_000)
	c := verdict(commit, 0)
	c.Title, c.Summary, c.Text = long, long, strings.Repeat("é", 65_536)
	c.Annotations = []github.Annotation{{Path: "main.go", StartLine: 0, EndLine: -3, Level: "failure", Title: long, Message: "x" + strings.Repeat("é", 65_536)}}
	for range 5 {
		c.Actions = append(c.Actions, github.Action{Label: long, Description: long, Identifier: long})
	}
	must(b.client.CreateCheck(t.Context(), b.slug, c))(t) // the fake refuses what is too long
	run := b.Checks(shop, commit)[0]
	if n := utf8.RuneCountInString(run.Title); n != 255 || !strings.HasSuffix(run.Title, "…") {
		t.Errorf("title of %d", n)
	}
	if !strings.HasSuffix(run.Summary, "ü\n\n… cut here: GitHub shows no more.") || len(run.Summary) < 65_400 || !utf8.ValidString(run.Summary) {
		t.Errorf("summary of %d ends in %q", len(run.Summary), run.Summary[len(run.Summary)-60:])
	}
	if !utf8.ValidString(run.Text) || len(run.Text) < 65_400 || len(run.Actions) != 3 {
		t.Errorf("text of %d, %d actions", len(run.Text), len(run.Actions))
	}
	if a := run.Annotations[0]; a.StartLine != 1 || a.EndLine != 1 || !utf8.ValidString(a.Message) || len(a.Message) != 65_535 {
		t.Errorf("annotation %d-%d of %d", a.StartLine, a.EndLine, len(a.Message))
	}
	id := must(b.client.CreateCheck(t.Context(), b.slug, github.Check{HeadSHA: commit, Name: "bare", Status: "completed", Annotations: annotations(1)}))(t)
	for _, run := range b.Checks(shop, commit) {
		if run.ID == id && (run.Conclusion != "neutral" || run.Title != "bare") {
			t.Errorf("completed without more: %+v", run)
		}
	}
}
