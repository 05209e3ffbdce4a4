package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/audit"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"config/hardcoded-secret src/paymentService.js:12": "config hardcoded secret src paymentservice payment service js 12",
		"`SESSION_SECRET` again, SESSION":                  "session secret again",
		"HTTPServer aB XMLHttpRequest ID":                  "httpserver http server ab a b xmlhttprequest xml request id",
		"Größe naïve 数据库":                                  "größe naïve 数据库",
		"a%b_c'd\\e\x00f":                                  "a b c d e f",
		"":                                                 "",
		"…---…":                                            "",
	} {
		if diff := cmp.Diff(want, strings.Join(store.Words(text), " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
	long := store.Words(strings.Repeat("x", 5000), strings.Repeat("word-that-differs ", 3)+strings.Repeat("a1 b2 ", 500))
	for i := range 500 {
		long = append(long, store.Words(strings.Repeat("y", i))...)
	}
	for _, w := range long {
		if len([]rune(w)) > 40 {
			t.Errorf("a word of %d characters", len([]rune(w)))
		}
	}
}

// findings is an audit of these findings.
func findings(list ...audit.Finding) *audit.Audit {
	a := result(strings.Repeat("x", len(list)))
	for i, f := range list {
		made := a.Findings[i]
		made.Fingerprint, made.Severity, made.Place.Path, made.Message = print(rune('a'+i)), f.Severity, f.Place.Path, f.Message
		a.Findings[i] = made
	}
	return a
}

func found(list []store.FoundFinding) string {
	var messages []string
	for _, f := range list {
		messages = append(messages, f.Message)
	}
	return strings.Join(messages, " ")
}

func TestSearchFindings(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	at := func(path string) audit.Place { return audit.Place{Path: path, Line: 3, EndLine: 3} }
	first := findings(
		audit.Finding{Severity: audit.Low, Message: "one", Place: at("src/sessionStore.js")},
		audit.Finding{Severity: audit.Critical, Message: "two", Place: at("config/production.env")},
		audit.Finding{Severity: audit.High, Message: "three", Place: at("src/<script>\x00.js")},
		audit.Finding{Severity: audit.High, Message: "größe", Place: at("src/app.js")})
	b.finish(t, b.queue(t, 1), first)
	for _, c := range []struct{ q, want string }{
		{"session", "one"}, {"SessionStore", "one"}, {"sess store", "one"}, {"store.js", "one"}, {"prod", "two"}, {"config/production.env", "two"},
		{"hardcoded", "two größe three one"}, {"src js", "größe three one"}, {"größ", "größe"}, {"script", "three"},
		{"nothing", ""}, {"session prod", ""}, {"", ""}, {"%", ""}, {"_", ""}, {"'", ""}, {"\x00", ""}, {"\\", ""}, {"' | 'src", "größe three one"},
		{"src:*|!js", "größe three one"}, {strings.Repeat("src ", 5000), "größe three one"}, {strings.Repeat("x", 10<<10), ""}, {"\xff\xfesrc", "größe three one"}, {"s", ""}, {"src3", ""}, {"🙈", ""},
	} {
		list, err := b.SearchFindings(ctx, store.Within(store.Local), 10, c.q, 10)
		if err != nil || found(list) != c.want {
			t.Errorf("%.40q finds %q, %v; want %q", c.q, found(list), err, c.want)
		}
	}
	two, err := b.SearchFindings(ctx, store.Within(store.Local), 10, "hardcoded", 2)
	if err != nil || found(two) != "two größe" {
		t.Errorf("two: %q, %v", found(two), err)
	}
	for what, sight := range map[string]store.Sight{"nobody": {}, "another installation": store.Within(7), "somebody else": store.As(5, time.Time{})} {
		if list, err := b.SearchFindings(ctx, sight, 10, "src", 10); err != nil || len(list) != 0 {
			t.Errorf("%s finds %q, %v", what, found(list), err)
		}
	}
	// What is closed, of another branch or gone is not found.
	b.finish(t, b.queue(t, 2), findings(audit.Finding{Severity: audit.Low, Message: "renamed", Place: at("lib/other.js")}))
	for q, want := range map[string]string{"src": "", "other": "renamed", "session": ""} {
		if list, err := b.SearchFindings(ctx, store.Within(store.Local), 10, q, 10); err != nil || found(list) != want {
			t.Errorf("afterwards %q finds %q, %v; want %q", q, found(list), err, want)
		}
	}
	if _, err := b.Pool().Exec(ctx, `UPDATE repositories SET default_branch = 'trunk'`); err != nil {
		t.Fatal(err)
	}
	if list, err := b.SearchFindings(ctx, store.Within(store.Local), 10, "other", 10); err != nil || len(list) != 0 {
		t.Errorf("of another branch: %q, %v", found(list), err)
	}
}

func TestSearchRepositories(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	for _, dir := range []string{"/src/shop", "/src/shop-api", "/src/workshop", "/src/Web_100%", "/src/mill"} {
		if _, err := s.UpsertLocal(t.Context(), dir, "main"); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ q, want string }{
		{"shop", "local/shop local/shop-api local/workshop"}, {"SHOP", "local/shop local/shop-api local/workshop"}, {"local/sh", "local/shop local/shop-api"},
		{"api shop", "local/shop-api"}, {"local", "local/mill local/shop local/shop-api local/Web_100% local/workshop"}, {"%", "local/Web_100%"}, {"_", "local/Web_100%"},
		{"'", ""}, {"\\", ""}, {" ", ""}, {"\x00", ""}, {"\xff", ""}, {strings.Repeat("s", 10<<10), ""},
	} {
		list, err := s.SearchRepositories(t.Context(), store.Within(store.Local), []int64{store.Local}, c.q, 10)
		var names []string
		for _, r := range list {
			names = append(names, r.FullName())
		}
		if err != nil || strings.Join(names, " ") != c.want {
			t.Errorf("%.40q finds %q, %v; want %q", c.q, names, err, c.want)
		}
	}
	if list, err := s.SearchRepositories(t.Context(), store.Within(7), []int64{store.Local, 7}, "shop", 10); err != nil || len(list) != 0 {
		t.Errorf("another installation finds %+v, %v", list, err)
	}
	if list, err := s.SearchRepositories(t.Context(), store.Within(store.Local), []int64{store.Local}, "shop", 2); err != nil || len(list) != 2 {
		t.Errorf("two: %+v, %v", list, err)
	}
}
