package stories_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"twelvefold/templates"
	"twelvefold/templates/stories"
)

// pages are the exported page components of package templates, as the
// storybook calls them: SetupDonePage is "setup-done".
func pages(t *testing.T) (views []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "*_templ.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no generated views: %v", err)
	}
	upper := regexp.MustCompile(`\B[A-Z]`)
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() && strings.HasSuffix(f.Name.Name, "Page") {
				views = append(views, strings.ToLower(upper.ReplaceAllString(strings.TrimSuffix(f.Name.Name, "Page"), "-$0")))
			}
		}
	}
	return views
}

func TestEveryPageHasItsStories(t *testing.T) {
	t.Parallel()
	views := pages(t)
	if len(views) < 10 {
		t.Fatalf("only %d pages were found: %v", len(views), views)
	}
	for _, view := range views {
		for _, state := range stories.States() {
			if _, ok := stories.Find(view, state); !ok {
				t.Errorf("page %q has no story %q: add one to templates/stories", view, state)
			}
		}
	}
	if _, ok := stories.Find("organisation", "unheard"); ok {
		t.Error("a story is found that nobody wrote")
	}
}

var inline = regexp.MustCompile(`(?i)<style|<[^>"]*("[^"]*"[^>"]*)*\s(style|on[a-z]+)=|<script(?:[^>]*)>[^<]|<img src=[^"]|<img src="[^/]`)

func TestStoriesRenderEscaped(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range stories.All() {
		if seen[s.Href()] {
			t.Errorf("%s is there twice", s.Href())
		}
		seen[s.Href()] = true
		var html strings.Builder
		page := templates.Page{Path: s.Href(), Now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
		if err := s.Render(page).Render(t.Context(), &html); err != nil {
			t.Errorf("%s: %v", s.Href(), err)
		}
		if found := inline.FindString(html.String()); found != "" && !s.Mail { // whose own styles package digest's tests tell from others
			t.Errorf("%s has markup that a stranger may have written: %q", s.Href(), found)
		}
		if whole := strings.Contains(html.String(), "<!doctype html>"); whole == s.Fragment {
			t.Errorf("%s: a whole page: %v", s.Href(), whole)
		}
		if s.State == "hostile" && !strings.Contains(html.String(), "unbrokenunbroken") {
			t.Errorf("%s shows no hostile string", s.Href())
		}
	}
}
