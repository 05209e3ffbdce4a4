package github_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/engine"
	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/report"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

// signals are a cache.
type signals map[inspect.CacheKey][]inspect.Signal

func (s signals) Lookup(_ context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	found := map[inspect.CacheKey][]inspect.Signal{}
	for _, key := range keys {
		if list, ok := s[key]; ok {
			found[key] = list
		}
	}
	return found, nil
}

func (s signals) Store(_ context.Context, more map[inspect.CacheKey][]inspect.Signal) error {
	maps.Copy(s, more)
	return nil
}

// audited is the audit as a document.
func audited(t *testing.T, s *source.Snapshot, cache files.Cache) (string, error) {
	t.Helper()
	defer s.Close()
	a, _, err := engine.Audit(t.Context(), s, rules.All(), engine.Options{Options: files.Options{Inspector: files.InProcess(), Cache: cache}})
	if err != nil {
		return "", err
	}
	var document bytes.Buffer
	if err := report.JSON(&document, a); err != nil {
		t.Fatal(err)
	}
	return document.String(), nil
}

// An audit over GitHub's API is that of a clone; the next one fetches what
// changed; one that is cut short by GitHub is none.
func TestAuditsAreThoseOfAClone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	service := githubtest.Files{
		".twelvefold.yml": "ignore: [\"old/**\"]\n", "go.mod": "module shop\n\ngo 1.26\n", "Procfile": "web: shop\n", "old/x.go": "package old\n",
		"main.go":    "package main\n\nimport (\n\t\"net/http\"\n\t\"os\"\n)\n\nfunc main() {\n\t_ = os.Getenv(\"DATABASE_URL\")\n\t_ = http.ListenAndServe(\":8080\", nil)\n}\n",
		"Dockerfile": "FROM golang:latest\nCOPY . .\nRUN go build -o shop\nCMD [\"./shop\"]\n", "chart/Chart.yaml": "name: shop\nversion: 1.0.0\n", "chart/values.yaml": "replicas: 2\n",
		"chart/templates/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: {{ .Values.replicas }}\n  template:\n    spec:\n      containers:\n        - name: web\n          image: shop:latest\n",
	}
	b.Commit(shop, "main", service)
	first := b.HeadOf(shop, "main")
	second := b.Commit(shop, "main", githubtest.Files{"Procfile": "web: shop\nworker: shop work\n"})
	dir := t.TempDir()
	b.Clone(shop, dir)
	cache := signals{}
	for _, commit := range []string{first, second} {
		b.ForgetRequests()
		want, err := audited(t, must(source.OpenGit(t.Context(), dir, commit, source.DefaultLimits))(t), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := audited(t, must(b.client.Snapshot(t.Context(), b.slug, commit, source.DefaultLimits))(t), cache)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("at %s (-clone +GitHub):\n%s", commit, diff)
		}
	}
	// The settings, the Procfile, and the chart's three, which depend on all files that are not source.
	if n, m := len(b.Requests(blobs)), len(b.Requests(tarballs)); n != 5 || m != 0 {
		t.Errorf("the second audit fetched %d blobs and %d archives", n, m)
	}
	for skip := range 5 {
		third := b.Commit(shop, "main", githubtest.Files{"Procfile": "web: shop\nworker: shop work " + string(rune('a'+skip)) + "\n"})
		b.Inject(githubtest.Fault{Match: blobs, Skip: skip, Status: 503, Times: -1})
		if _, err := audited(t, must(b.client.Snapshot(t.Context(), b.slug, third, source.DefaultLimits))(t), cache); !errors.As(err, new(github.Unavailable)) {
			t.Errorf("skip %d: %v", skip, err)
		}
		b.Heal()
	}
}
