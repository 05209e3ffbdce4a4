package files_test

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

// afar keeps contents elsewhere and notes what it was told and asked.
type afar struct {
	contents map[string]string
	prepared [][]string
	fails    map[string]error
}

func (a *afar) Prepare(_ context.Context, list []source.File) error {
	var names []string
	for _, f := range list {
		names = append(names, f.Path)
	}
	a.prepared = append(a.prepared, names)
	return a.fails["*"]
}

func (a *afar) Read(_ context.Context, f source.File) ([]byte, error) {
	return []byte(a.contents[f.Path]), a.fails[f.Path]
}

func (a *afar) Close() error { return nil }

func (a *afar) open(t *testing.T) *source.Snapshot {
	t.Helper()
	var list []source.Entry
	for _, name := range slices.Sorted(maps.Keys(a.contents)) {
		id := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(a.contents[name]), a.contents[name]))
		list = append(list, source.Entry{Path: name, Mode: "100644", ID: fmt.Sprintf("%x", id), Size: int64(len(a.contents[name]))})
	}
	s, err := source.OpenAfar(t.Context(), source.Afar{Repository: "acme/shop", Commit: strings.Repeat("c", 40), Entries: list, Contents: a}, source.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kept is a cache.
type kept map[inspect.CacheKey][]inspect.Signal

func (k kept) Lookup(_ context.Context, keys []inspect.CacheKey) (map[inspect.CacheKey][]inspect.Signal, error) {
	found := map[inspect.CacheKey][]inspect.Signal{}
	for _, key := range keys {
		if signals, ok := k[key]; ok {
			found[key] = signals
		}
	}
	return found, nil
}

func (k kept) Store(_ context.Context, signals map[inspect.CacheKey][]inspect.Signal) error {
	maps.Copy(k, signals)
	return nil
}

func TestOnlyWhatIsReadIsPrepared(t *testing.T) {
	t.Parallel()
	a := &afar{contents: map[string]string{
		"main.go": "package main\n", "copy.go": "package main\n", "logo.png": "png", "go.sum": "sum", "Procfile": "web: run\n", "vendor/x/x.go": "package x\n",
	}}
	o := files.Options{Inspector: files.InProcess(), Cache: kept{}, Workers: 1}
	if _, err := files.All(t.Context(), a.open(t), o); err != nil {
		t.Fatal(err)
	}
	a.contents["Procfile"] = "web: start\n"
	if _, err := files.All(t.Context(), a.open(t), o); err != nil {
		t.Fatal(err)
	}
	if _, err := files.All(t.Context(), a.open(t), o); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(a.prepared); got != "[[Procfile copy.go go.sum] [Procfile]]" {
		t.Errorf("prepared %s", got)
	}
}

func TestTemplatesOfChartsArePrepared(t *testing.T) {
	t.Parallel()
	a := &afar{contents: map[string]string{
		"chart/Chart.yaml": "name: shop\n", "chart/values.yaml": "image: x\n", "chart/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.image }}\n", "main.go": "package main\n",
	}}
	cache := kept{}
	if _, err := files.All(t.Context(), a.open(t), files.Options{Inspector: files.InProcess(), Cache: cache, Workers: 1}); err != nil {
		t.Fatal(err)
	}
	if len(a.prepared) != 2 || fmt.Sprint(a.prepared[1]) != "[chart/Chart.yaml chart/templates/a.yaml chart/values.yaml]" {
		t.Errorf("prepared %v", a.prepared)
	}
}

// What can't be had now ends the inspection; what was read is kept for the next
// try, and nothing else.
func TestContentsThatCantBeHadEndTheInspection(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	for _, where := range []string{"*", "main.go", "chart/values.yaml"} {
		a := &afar{fails: map[string]error{where: away}, contents: map[string]string{
			"chart/Chart.yaml": "name: shop\n", "chart/values.yaml": "image: x\n", "chart/templates/a.yaml": "kind: x\n", "main.go": "package main\n", "web.go": "package main // web\n",
		}}
		cache := kept{}
		if _, err := files.All(t.Context(), a.open(t), files.Options{Inspector: files.InProcess(), Cache: cache, Workers: 1}); !errors.Is(err, away) {
			t.Errorf("%s: %v", where, err)
		}
		if want := map[string]int{"*": 0, "main.go": 4, "chart/values.yaml": 4}[where]; len(cache) != want {
			t.Errorf("%s: %d contents are kept", where, len(cache))
		}
	}
	a := &afar{fails: map[string]error{"main.go": source.ErrAbsent}, contents: map[string]string{"main.go": "package main\n"}}
	if result, err := files.All(t.Context(), a.open(t), files.Options{Inspector: files.InProcess()}); err != nil || len(result.Warnings) != 1 {
		t.Errorf("absent: %v, %v", result.Warnings, err)
	}
}
