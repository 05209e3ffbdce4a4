package server_test

import (
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	linked  = regexp.MustCompile(`\b(href|hx-get|src)="([^"]*)"`)
	anchors = regexp.MustCompile(`\bid="([^"]*)"`)
)

// TestEveryLinkLeadsSomewhere follows all links of all pages that are reached from
// the home page without JavaScript, exports and parts of pages too, to what they
// name in their page.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r, _ := b.cloned(t)
	first, err := b.store.LatestAudit(t.Context(), r.Installation, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	later := looked(first.Commit)
	later.Findings = later.Findings[:9] // some are gone
	b.audited(t, r.Path, later)
	usual := contracted(commit(1))
	library := usual.Scorecards[0]
	library.Path, library.Name = "worker", "settlement worker & more"
	usual.Scorecards = append(usual.Scorecards, library)
	payments := b.audited(t, "/srv/payments-api", usual)
	b.start(t, "/srv/running", commit(3))

	type link struct{ from, to, how string }
	queue := []link{{"", "/", "href"}}
	ids := map[string]map[string]bool{} // of the pages that were read
	var named []link                    // with a fragment
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		u, err := url.Parse(next.to)
		if err != nil {
			t.Errorf("%s links to %q: %v", next.from, next.to, err)
			continue
		}
		if u.Host != "" {
			continue // GitHub's
		}
		if u.Fragment != "" {
			named = append(named, next)
			u.Fragment = ""
		}
		path := u.String()
		if ids[path] != nil || u.Path == "" {
			continue
		}
		if len(ids) > 1500 {
			t.Fatal("there is no end of pages")
		}
		var header []string
		if next.how == "hx-get" {
			header = []string{"HX-Request", "true"}
		}
		status, answer, body := b.get(t, path, header...)
		if status != 200 {
			t.Errorf("%s leads by %s to %s, which answers %d %s", next.from, next.how, path, status, answer.Get("Location"))
		}
		ids[path] = map[string]bool{}
		if !strings.HasPrefix(answer.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range anchors.FindAllStringSubmatch(body, -1) {
			ids[path][html.UnescapeString(m[1])] = true
		}
		for _, m := range linked.FindAllStringSubmatch(body, -1) {
			to := html.UnescapeString(m[2])
			if strings.HasPrefix(to, "#") {
				to = path + to
			}
			queue = append(queue, link{path, to, m[1]})
		}
	}
	for _, l := range named {
		path, fragment, _ := strings.Cut(l.to, "#")
		if fragment, err = url.PathUnescape(fragment); err != nil || ids[path] != nil && !ids[path][fragment] {
			t.Errorf("%s links to %s, where %q is not", l.from, path, fragment)
		}
	}
	for _, want := range []string{"/rules", "/repositories.csv", fmt.Sprintf("/repositories/%d/findings.json", r.ID), fmt.Sprintf("/repositories/%d/env", payments.ID), "/installations/0/settings"} {
		if ids[want] == nil {
			t.Errorf("nothing leads to %s; there are %d pages: %v", want, len(ids), slices.Sorted(maps.Keys(ids))[:20])
		}
	}
	t.Logf("%d pages", len(ids))
}
