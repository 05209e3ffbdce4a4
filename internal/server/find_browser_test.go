package server_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/cdp"
	"github.com/go-rod/rod/lib/input"

	"twelvefold/internal/audit"
)

// hostile are contract lines whose texts are made to break a page.
func hostile() []audit.Variable {
	long := strings.Repeat("LONG_NAME_WITHOUT_A_BREAK", 12)
	at := audit.Place{Path: strings.Repeat("directory", 30) + "/\u202e<script>.js", Line: 3}
	return []audit.Variable{
		{Name: long, Status: audit.VariableNeverProvided, Required: true, Reads: []audit.VariableRead{{At: at, Required: true}}},
		{Name: "<b>'\"&", Status: audit.VariableFine, Reads: []audit.VariableRead{{At: at, HasDefault: true, Default: strings.Repeat("x", 500)}},
			Given: []audit.VariableGiven{{At: at, Environment: audit.Production, Value: strings.Repeat("y", 500), Known: true}, {At: at, Environment: audit.Testing, Value: "\u200b🙈", Known: true}}},
	}
}

func TestEnvAndSearchPagesInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	usual := contracted(commit(1))
	usual.Scorecards[0].Env = append(usual.Scorecards[0].Env, hostile()...)
	repository := b.audited(t, "/srv/payments-api", usual)
	empty := b.audited(t, "/srv/empty", designed(commit(2)))
	checker, chromium := axe(t), browser(t)
	for name, path := range map[string]string{
		"env": fmt.Sprintf("/repositories/%d/env", repository.ID), "env-empty": fmt.Sprintf("/repositories/%d/env", empty.ID),
		"search": "/search?q=secret", "search-nothing": "/search?q=" + url.QueryEscape("<b>zebra"+strings.Repeat("ä", 60)), "search-begin": "/search",
		"rules-filtered": "/rules?q=session", "rule-measured": "/rules/dependencies/undeclared-import",
	} {
		look(t, chromium, checker, b.url+path, name)
	}
}

// settled waits until a script answers true, in whatever page is there by then.
func settled(t *testing.T, page *rod.Page, what, script string, arguments ...any) {
	t.Helper()
	bounded := page.Timeout(browserWithin)
	for {
		err := bounded.Wait(rod.Eval(script, arguments...))
		if err == nil {
			return
		}
		var left *cdp.Error // asked of the page that is being left
		if bounded.GetContext().Err() != nil || !errors.As(err, &left) {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

// TestFiltersChangeTheRegionAlone types into the filters as people do, and goes back.
func TestFiltersChangeTheRegionAlone(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", contracted(commit(1)))
	page := open(t, browser(t), fmt.Sprintf("%s/repositories/%d/env", b.url, repository.ID), 1280, "light")
	evaluate(t, page, `() => { window.same = true; return "" }`)
	box, err := page.Element(".filters input[name=q]")
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Input("pay"); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "the table is not filtered", `() => document.querySelectorAll("table.contract tbody tr").length === 1 && location.search.includes("q=pay")`)
	if says := evaluate(t, page, `() => document.querySelector("#shown").textContent`); !strings.Contains(says, "1 variable,") {
		t.Errorf("it is said that %q are shown", says)
	}
	if kept := evaluate(t, page, `() => String(window.same && document.activeElement.name === "q")`); kept != "true" {
		t.Error("the page is loaded anew, or the focus is lost")
	}
	if err := page.NavigateBack(); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "the back button does not show all again", `() => document.querySelectorAll("table.contract tbody tr").length === 4 && !location.search`)

	// Without JavaScript the form is sent.
	plain := withoutScript(t, page.Browser(), fmt.Sprintf("%s/repositories/%d/env?q=pay&status=", b.url, repository.ID))
	html, err := plain.HTML()
	if err != nil || !strings.Contains(html, "PAYMENT_KEY") || strings.Contains(html, "LOG_LEVEL") {
		t.Errorf("without JavaScript: %v", err)
	}
}

// TestSearchByKeyboard goes from a page to what it looks for without the mouse.
func TestSearchByKeyboard(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", designed(commit(1)))
	page := open(t, browser(t), fmt.Sprintf("%s/repositories/%d", b.url, repository.ID), 1280, "light")
	if err := page.Keyboard.Press(input.Slash); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "the key does not lead to the box", `() => document.activeElement.matches("[data-find]") && document.activeElement.value === ""`)
	if err := page.InsertText("payments"); err != nil {
		t.Fatal(err)
	}
	if err := page.Keyboard.Press(input.Enter); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "nothing is found", `() => location.pathname === "/search" && !!document.querySelector("#results .found a")`)
	evaluate(t, page, `() => { window.same = true; document.querySelector("[data-find]").select(); document.querySelector("[data-find]").focus(); return "" }`)
	if err := page.InsertText("zebra"); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "results do not follow what is typed", `() => window.same && location.search === "?q=zebra" && document.querySelector("#results h2").textContent === "Nothing found"`)
	if says := evaluate(t, page, `() => document.querySelector("#shown").textContent`); says != "Nothing found" {
		t.Errorf("it is said: %q", says)
	}
	if title := evaluate(t, page, `() => document.title`); !strings.HasPrefix(title, "zebra") {
		t.Errorf("the title is %q", title)
	}
	if err := page.NavigateBack(); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "the back button does not show what was found before", `() => location.search === "?q=payments" && !!document.querySelector("#results .found a") && document.querySelector("[data-find]").value === "payments"`)

	// Who speaks to a computer, or has a hand that slips, switches the key off.
	evaluate(t, page, `() => { document.querySelector("[data-find-switch]").click(); document.activeElement.blur(); return "" }`)
	if err := page.Keyboard.Press(input.Slash); err != nil {
		t.Fatal(err)
	}
	if at := evaluate(t, page, `() => document.activeElement.tagName + document.querySelector("[data-find-switch]").textContent`); at != "BODYSwitch the key on" {
		t.Errorf("the key that was switched off leads to %s", at)
	}
}
