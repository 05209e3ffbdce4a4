package server_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// browserWithin bounds one page's load and checks in the browser.
const browserWithin = 60 * time.Second

// browser is a profile of its own in the headless Chromium that all tests share,
// or skips where there is none.
func browser(t *testing.T) *rod.Browser {
	t.Helper()
	shared, err := theChromium()
	if errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
		t.Skip("skipped: no Chromium on this machine")
	}
	if err != nil {
		t.Fatalf("no Chromium (make test installs one): %v", err)
	}
	own, err := shared.Incognito()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = own.Close() })
	return own
}

// tab is a new tab that gets keys though another one's window has the focus.
func tab(t *testing.T, b *rod.Browser) *rod.Page {
	t.Helper()
	page, err := b.Page(proto.TargetCreateTarget{})
	if err != nil {
		t.Fatal(err)
	}
	if err := (proto.EmulationSetFocusEmulationEnabled{Enabled: true}).Call(page); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = page.Close() })
	return page
}

// open loads a page at a width in one colour scheme.
func open(t *testing.T, b *rod.Browser, url string, width int, scheme string) *rod.Page {
	t.Helper()
	page := tab(t, b).Timeout(browserWithin)
	for _, err := range []error{
		sized(page, width),
		in(page, scheme),
		page.Navigate(url),
		page.WaitLoad(),
	} {
		if err != nil {
			t.Fatalf("%s at %d px: %v", url, width, err)
		}
	}
	return page
}

// evaluate runs JavaScript in the page and answers its text.
func evaluate(t *testing.T, page *rod.Page, script string) string {
	t.Helper()
	value, err := page.Eval(script)
	if err != nil {
		t.Fatal(err)
	}
	return value.Value.Str()
}

// axe is the accessibility checker's source, installed by make.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("axe-core is not installed: run make test")
		}
		t.Skip("skipped: axe-core is not installed (npm ci)")
	}
	return string(source)
}

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", designed(commit(1)))
	b.start(t, "/srv/running", commit(2))
	checker, chromium := axe(t), browser(t)
	paths := []string{"/", fmt.Sprintf("/repositories/%d", repository.ID), "/rules", "/rules/config/env-file-committed", "/nothing"}
	for _, path := range paths {
		look(t, chromium, checker, b.url+path, path)
	}
}

// look checks a page in both colour schemes at all widths.
func look(t *testing.T, chromium *rod.Browser, checker, url, name string) {
	t.Helper()
	lookAt(t, checker, name, open(t, chromium, url, 360, "light"))
}

// lookAt is look at a page that is open already.
func lookAt(t *testing.T, checker, name string, page *rod.Page) {
	t.Helper()
	// The page's own policy forbids eval; the protocol does not ask it.
	if _, err := (proto.RuntimeEvaluate{Expression: checker}).Call(page); err != nil {
		t.Fatal(err)
	}
	for _, widths := range [][]int{{360}, {1280, 1920}} { // nothing but space is new at the widest
		evaluate(t, page, foldAgain)
		for _, width := range widths {
			for _, scheme := range schemes {
				shown(t, page, width, scheme)
				if found := evaluate(t, page, sideways); found != "" {
					t.Errorf("%s %s at %d px scrolls sideways: %s", name, scheme, width, found)
				}
				if dir := os.Getenv("TWELVEFOLD_SCREENSHOTS"); dir != "" {
					screenshot(t, page, dir, name, scheme, width)
				}
			}
		}
		// Open everything, so that what is folded is checked too.
		evaluate(t, page, unfold)
		if found := evaluate(t, page, garbled); found != "" {
			t.Errorf("%s can't be read at %d px: %s", name, widths[0], found)
		}
		for _, scheme := range schemes {
			shown(t, page, widths[0], scheme)
			if found := evaluate(t, page, violations(scheme)); found != "" {
				t.Errorf("%s %s at %d px: %s", name, scheme, widths[0], found)
			}
		}
	}
	_ = page.Close()
}

// shown sizes an open page and gives it a colour scheme.
func shown(t *testing.T, page *rod.Page, width int, scheme string) {
	t.Helper()
	for _, err := range []error{sized(page, width), in(page, scheme)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// schemes are those of colours, the one that pages are opened in first.
var schemes = []string{"light", "dark"}

// unfold opens everything that is folded, foldAgain closes what unfold opened.
const (
	unfold    = `() => { document.querySelectorAll("details:not([open])").forEach((d) => { d.open = d.wasFolded = true }); return "" }`
	foldAgain = `() => { document.querySelectorAll("details[open]").forEach((d) => { d.open = !d.wasFolded }); return "" }`
)

// screenshot keeps a picture for people to look at.
func screenshot(t *testing.T, page *rod.Page, dir, path, scheme string, width int) {
	t.Helper()
	picture, err := page.Screenshot(true, nil)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Trim(strings.ReplaceAll(path, "/", "-"), "-")
	if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, scheme, width)), picture, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLiveProgressInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository, claim := b.start(t, "/srv/a", commit(7))
	ctx := context.Background()
	page := open(t, browser(t), fmt.Sprintf("%s/repositories/%d", b.url, repository.ID), 1280, "light")
	if err := b.store.Heartbeat(ctx, claim, 120, 4700); err != nil {
		t.Fatal(err)
	}
	if _, err := page.ElementR("#progress", "120 of"); err != nil {
		t.Fatalf("the page does not follow the audit: %v", err)
	}
	if _, err := b.store.Complete(ctx, claim, store.Result{Audit: designed(commit(7))}, func(pgx.Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := page.Element(".verdict .points"); err != nil {
		t.Fatalf("the page does not show the scorecard when the audit ends: %v", err)
	}
}

func TestKeyboardAndThemeInABrowser(t *testing.T) {
	t.Parallel()
	b := setup(t, true)
	repository := b.audited(t, "/srv/payments-api", designed(commit(1)))
	page := open(t, browser(t), fmt.Sprintf("%s/repositories/%d", b.url, repository.ID), 1280, "light")
	if err := page.Keyboard.Press('\t'); err != nil {
		t.Fatal(err)
	}
	if first := evaluate(t, page, `() => document.activeElement.className`); first != "skip" {
		t.Errorf("the first stop of the keyboard is %q, want the skip link", first)
	}
	background := `() => getComputedStyle(document.body).backgroundColor`
	light := evaluate(t, page, background)
	if _, err := page.Eval(`() => document.querySelector("[data-theme-switch]").click()`); err != nil {
		t.Fatal(err)
	}
	if dark := evaluate(t, page, background); dark == light {
		t.Error("the switch does not change the theme")
	}
	if err := page.Reload(); err != nil {
		t.Fatal(err)
	}
	if err := page.WaitLoad(); err != nil {
		t.Fatal(err)
	}
	if again := evaluate(t, page, background); again == light {
		t.Error("the chosen theme is forgotten on the next page")
	}
}
