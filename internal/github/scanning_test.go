package github_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"slices"
	"testing"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

const sarifs = "POST /repos/*/*/code-scanning/sarifs"

// analysis is an empty one of a commit.
func analysis(t *testing.T, commit string) github.Analysis {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"Twelvefold"}},"automationDetails":{"id":"twelvefold/"},"results":[]}]}`))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return github.Analysis{Commit: commit, Ref: "refs/heads/main", Tool: "Twelvefold", SARIF: packed.Bytes()}
}

func TestAnAnalysisIsUploadedAndProcessed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AllowScanning(b.installation)
	commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
	b.SetProcessing(shop, 1)
	id, err := b.client.UploadAnalysis(t.Context(), b.slug, analysis(t, commit))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{false, true, true} {
		if p, err := b.client.AnalysisProcessed(t.Context(), b.slug, id); err != nil || p.Done != want || p.Failed {
			t.Errorf("%+v, %v; want done: %v", p, err, want)
		}
	}
	got := b.Analyses(shop)
	if len(got) != 1 || got[0].Commit != commit || got[0].Ref != "refs/heads/main" || got[0].Tool != "Twelvefold" || got[0].Category != "twelvefold" {
		t.Errorf("%+v", got)
	}
	b.SetProcessing(shop, 0, "rejecting SARIF, as there are more results per run than allowed (25001 > 25000)")
	if id, err = b.client.UploadAnalysis(t.Context(), b.slug, analysis(t, commit)); err != nil {
		t.Fatal(err)
	}
	p, err := b.client.AnalysisProcessed(t.Context(), b.slug, id)
	if err != nil || !p.Done || !p.Failed || !slices.Equal(p.Errors, []string{"rejecting SARIF, as there are more results per run than allowed (25001 > 25000)"}) {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := b.client.AnalysisProcessed(t.Context(), b.slug, "unknown"); !errors.Is(err, github.ErrNotFound) {
		t.Errorf("one that GitHub does not know: %v", err)
	}
}

// TestOnlyCompleteIsComplete: what GitHub may say some day, or leaves out, is not.
func TestOnlyCompleteIsComplete(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.AllowScanning(b.installation)
	b.SetProcessing(shop, 0)
	id, err := b.client.UploadAnalysis(t.Context(), b.slug, analysis(t, b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})))
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{`{}`, `{"processing_status": ""}`, `{"processing_status": null}`, `{"processing_status": "queued"}`} {
		b.Inject(githubtest.Fault{Match: "GET /repos/*/*/code-scanning/sarifs/*", Status: 200, Body: body})
		if p, err := b.client.AnalysisProcessed(t.Context(), b.slug, id); err != nil || p.Done || p.Failed {
			t.Errorf("%s: %+v, %v", body, p, err)
		}
	}
	if p, err := b.client.AnalysisProcessed(t.Context(), b.slug, id); err != nil || !p.Done || p.Failed {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestWhyCodeScanningRefuses(t *testing.T) {
	t.Parallel()
	b := setup(t)
	commit := b.Commit(shop, "main", githubtest.Files{"main.go": "package main\n"})
	refused := func(name string, want error, a github.Analysis) {
		t.Helper()
		if _, err := b.client.UploadAnalysis(t.Context(), b.slug, a); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := analysis(t, commit)
	refused("without the permission", github.ErrMayNotScan, good)
	refused("without the permission", github.ErrForbidden, good)
	b.AllowScanning(b.installation)
	for _, off := range []string{githubtest.ScanningDisabled, githubtest.SecurityDisabled, "Code Security must be enabled for this repository to use code scanning."} {
		b.SetScanning(shop, off)
		refused(off, github.ErrScanningOff, good)
	}
	b.SetScanning(shop, "")
	refused("a commit that is not there", github.ErrNotFound, analysis(t, "0123456789012345678901234567890123456789"))
	wrong := good
	wrong.Ref = "main"
	refused("no ref", github.ErrInvalid, wrong)
	wrong = good
	wrong.Commit = "../main"
	refused("no commit", github.ErrInvalid, wrong)
	b.Inject(githubtest.Fault{Match: sarifs, Status: 413})
	refused("too large", github.ErrInvalid, good)
	for _, f := range []githubtest.Fault{{Match: sarifs, Status: 503}, {Match: sarifs, Cut: true}} {
		b.Inject(f)
		if _, err := b.client.UploadAnalysis(t.Context(), b.slug, good); !errors.As(err, new(github.Unavailable)) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if n := len(b.Requests(sarifs)); n != 8+1 {
		t.Errorf("%d requests", n)
	}
}
