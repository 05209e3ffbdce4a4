package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
)

// TestFindingsFactorsAndAuditsPagesInABrowser looks at all of them, with hostile
// content, at all widths in both schemes.
func TestFindingsFactorsAndAuditsPagesInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r, _ := b.cloned(t)
	first, err := b.store.LatestAudit(t.Context(), r.Installation, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	later := looked(first.Commit)
	later.Findings = later.Findings[:8]
	later.Findings[0].Message = strings.Repeat("unbroken", 40)
	b.audited(t, r.Path, later)
	_, claim := b.start(t, "/srv/running", commit(3))
	failed, other := b.start(t, "/srv/failed", commit(4))
	if err := b.store.End(t.Context(), other, "failed", "The directory is gone.", false, nothing); err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("/repositories/%d", r.ID)
	checker, chromium := axe(t), browser(t)
	for name, path := range map[string]string{
		"finding":        fmt.Sprintf("%s/findings/%d?code=1", at, findingIn(t, b.store, r, "src/<script>")),
		"finding-long":   fmt.Sprintf("%s/findings/%d", at, findingIn(t, b.store, r, "config/")),
		"finding-closed": at + "/findings/11",
		"factor":         at + "/factors/processes", "factor-empty": at + "/factors/codebase", "factor-none": at + "/factors/admin-processes",
		"audit": at + "/audits/2", "audit-first": at + "/audits/1",
		"audit-running": fmt.Sprintf("/repositories/%d/audits/%d", failed.ID-1, claim.Audit),
		"audit-failed":  fmt.Sprintf("/repositories/%d/audits/%d", failed.ID, other.Audit),
	} {
		look(t, chromium, checker, b.url+path, name)
	}
}

// TestCodeComesAfterThePageInABrowser loads it by HTMX, shows that of another
// place, and copies the fix.
func TestCodeComesAfterThePageInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r, _ := b.cloned(t)
	chromium := browser(t)
	url := fmt.Sprintf("%s/repositories/%d/findings/%d", b.url, r.ID, findingIn(t, b.store, r, "config/"))
	page := open(t, chromium, url, 1280, "light")
	shows := func(line, text string) {
		t.Helper()
		if _, err := page.ElementR("#code tr.marked", text); err != nil {
			t.Fatalf("line %s does not come: %v", line, err)
		}
		if got := evaluate(t, page, `() => document.querySelector("#code tr.marked th").textContent`); got != line {
			t.Errorf("line %s is marked, want %s", got, line)
		}
	}
	shows("3", "SESSION_SECRET=hunt…")
	if _, err := page.Eval(`() => { document.querySelector(".also").open = true; document.querySelector(".also [hx-get]").click() }`); err != nil {
		t.Fatal(err)
	}
	shows("7", "DB_PASSWORD=hunt…")
	if whole := evaluate(t, page, `() => document.documentElement.outerHTML`); strings.Contains(whole, realSecret) {
		t.Error("the page holds the secret")
	}

	// Without JavaScript a link leads to the page with the code in it.
	plain := withoutScript(t, chromium, url)
	link, err := plain.ElementR("#code a", "Show the code here")
	if err != nil {
		t.Fatal(err)
	}
	href, err := link.Attribute("href")
	if err != nil || href == nil {
		t.Fatal("the link leads nowhere", err)
	}
	plain = withoutScript(t, chromium, b.url+*href)
	if _, err := plain.ElementR("#code tr.marked", "SESSION_SECRET"); err != nil {
		t.Errorf("no code without JavaScript: %v", err)
	}
	if shown := evaluate(t, plain, `() => String(document.querySelectorAll("[data-copy]:not([hidden])").length)`); shown != "0" {
		t.Errorf("%s buttons that do nothing are shown without JavaScript", shown)
	}
}

// withoutScript is a page in a browser that runs no JavaScript of pages.
func withoutScript(t *testing.T, b *rod.Browser, url string) *rod.Page {
	t.Helper()
	page := tab(t, b).Timeout(browserWithin)
	if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(page); err != nil {
		t.Fatal(err)
	}
	if err := loaded(page, url); err != nil {
		t.Fatal(err)
	}
	return page
}

// TestCopyInABrowser presses the button of the rule's example.
func TestCopyInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	result := designed(commit(1))
	f := result.Findings[0]
	f.Rule, f.Factor, f.Place.Path, f.Fingerprint = "dependencies/unlocked-install", factor.Dependencies, "Dockerfile", strings.Repeat("e5", 16)
	f.Fix = "Write `npm ci --omit=dev` there."
	result.Findings = []audit.Finding{f}
	url := fmt.Sprintf("%s/repositories/%d/findings/1", b.url, b.audited(t, "/srv/shop", result).ID)
	chromium := browser(t)
	grant := proto.BrowserGrantPermissions{BrowserContextID: chromium.BrowserContextID, Origin: b.url, Permissions: []proto.BrowserPermissionType{"clipboardReadWrite", "clipboardSanitizedWrite"}}
	if err := grant.Call(chromium); err != nil {
		t.Fatal(err)
	}
	page := open(t, chromium, url, 1280, "light")
	for target, want := range map[string]string{"fix-1": "npm ci --omit=dev", "example": "+RUN npm ci"} {
		if _, err := page.Activate(); err != nil { // only what has the focus may write to the clipboard
			t.Fatal(err)
		}
		button, err := page.Element(`[data-copy="` + target + `"]`)
		if err != nil {
			t.Fatal(err)
		}
		// The button says for two seconds what became of it: watched before it is pressed.
		if _, err := button.Eval(`() => { window.told = new Promise((tell) => new MutationObserver(() => tell(this.textContent)).observe(this, { childList: true })) }`); err != nil {
			t.Fatal(err)
		}
		if err := button.Click(proto.InputMouseButtonLeft, 1); err != nil {
			t.Fatal(err)
		}
		if told := evaluate(t, page, `() => window.told`); told != "Copied" {
			t.Fatalf("%s is not copied: %s", target, told)
		}
		if got := evaluate(t, page, `() => navigator.clipboard.readText()`); !strings.Contains(got, want) || strings.Contains(got, "\n\n") {
			t.Errorf("copied %q, want %q", got, want)
		}
	}
}

// TestPagingInABrowser exchanges the region alone, moves the address, and goes back.
func TestPagingInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	large := designed(commit(1))
	for i := range 119 {
		f := large.Findings[0]
		f.Fingerprint = fmt.Sprintf("%032x", i)
		large.Findings = append(large.Findings, f)
	}
	at := fmt.Sprintf("%s/repositories/%d", b.url, b.audited(t, "/srv/shop", large).ID)
	chromium := browser(t)
	for _, c := range []struct{ path, second, says, first string }{
		{"/factors/config", "/factors/config?page=2", "51 to 100 of 120", "1 to 50 of 120"},
		{"/audits/1", "/audits/1?opened=2", "51 to 100 of 121", "1 to 50 of 121"},
	} {
		page := open(t, chromium, at+c.path, 1280, "light")
		evaluate(t, page, `() => { document.querySelector("h1").dataset.kept = "yes"; return "" }`)
		next, err := page.Element(`.pager [rel="next"]`)
		if err != nil {
			t.Fatal(err)
		}
		if err := next.Click(proto.InputMouseButtonLeft, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := page.ElementR(".pager", c.says); err != nil {
			t.Fatalf("%s: the second page does not come: %v", c.path, err)
		}
		if got := evaluate(t, page, `() => location.pathname + location.search + " " + document.querySelector("h1").dataset.kept + " " + document.querySelectorAll("h1").length`); got != strings.TrimPrefix(at, b.url)+c.second+" yes 1" {
			t.Errorf("%s: after paging %s", c.path, got)
		}
		if err := page.NavigateBack(); err != nil {
			t.Fatal(err)
		}
		settled(t, page, c.path+": the back button does not bring the first page", `(says) => !!document.querySelector(".pager") && document.querySelector(".pager").innerText.includes(says)`, c.first)
	}
}

// TestAuditsProgressInABrowser follows one audit until it ends.
func TestAuditsProgressInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	r, claim := b.start(t, "/srv/shop", commit(7))
	page := open(t, browser(t), fmt.Sprintf("%s/repositories/%d/audits/%d", b.url, r.ID, claim.Audit), 1280, "light")
	if err := b.store.Heartbeat(t.Context(), claim, 120, 4700); err != nil {
		t.Fatal(err)
	}
	if _, err := page.ElementR("#progress", "120 of"); err != nil {
		t.Fatalf("the page does not follow the audit: %v", err)
	}
	b.finish(t, claim, designed(commit(7)))
	if _, err := page.ElementR("#opened", "config/production.env"); err != nil {
		t.Fatalf("the page does not show what the audit found when it ends: %v", err)
	}
}
