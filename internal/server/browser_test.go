package server_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"
	"github.com/jackc/pgx/v5"

	"twelvefold/internal/store"
)

// browserWithin bounds one page's load and checks in the browser.
const browserWithin = 60 * time.Second

// browser starts a headless Chromium, or skips where there is none.
func browser(t *testing.T) *rod.Browser {
	t.Helper()
	var binary string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			binary = found
			break
		}
	}
	if binary == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium on this machine: run make test, which installs it")
		}
		t.Skip("skipped: no Chromium on this machine")
	}
	l := launcher.New().Bin(binary).Headless(true).NoSandbox(true).UserDataDir(t.TempDir()).Leakless(false).
		Set("disable-background-networking").Set("disable-component-update").Set("disable-sync").
		Set("disable-quic").Set("disable-gpu").Set("no-first-run")
	address, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	b := rod.New().ControlURL(address)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// open loads a page at a width in one colour scheme.
func open(t *testing.T, b *rod.Browser, url string, width int, scheme string) *rod.Page {
	t.Helper()
	page, err := b.Page(proto.TargetCreateTarget{})
	if err != nil {
		t.Fatal(err)
	}
	page = page.Timeout(browserWithin)
	t.Cleanup(func() { _ = page.Close() })
	for _, err := range []error{
		page.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: width, Height: 900, DeviceScaleFactor: 1}),
		(proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}).Call(page),
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

const violations = `async () => {
	const result = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
	return result.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html + " " + n.failureSummary).join(" | ")).join("\n");
}`

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
	lookAt(t, checker, name, func(width int, scheme string) *rod.Page { return open(t, chromium, url, width, scheme) })
}

// lookAt is look at a page that takes more than its address to open.
func lookAt(t *testing.T, checker, name string, opened func(width int, scheme string) *rod.Page) {
	t.Helper()
	widths := []int{360, 1280, 1920}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range widths {
			page := opened(width, scheme)
			where := fmt.Sprintf("%s %s at %d px", name, scheme, width)
			if overflow := evaluate(t, page, `() => String(document.documentElement.scrollWidth - document.documentElement.clientWidth)`); overflow != "0" && !strings.HasPrefix(overflow, "-") {
				t.Errorf("%s scrolls sideways by %s px", where, overflow)
			}
			if dir := os.Getenv("TWELVEFOLD_SCREENSHOTS"); dir != "" {
				screenshot(t, page, dir, name, scheme, width)
			}
			if width == widths[len(widths)-1] {
				continue // nothing but space is new at the widest
			}
			// Open everything, so that what is folded is checked too.
			evaluate(t, page, `() => { document.querySelectorAll("details").forEach((d) => { d.open = true }); return "" }`)
			// The page's own policy forbids eval; the protocol does not ask it.
			if _, err := (proto.RuntimeEvaluate{Expression: checker}).Call(page); err != nil {
				t.Fatal(err)
			}
			if found := evaluate(t, page, violations); found != "" {
				t.Errorf("%s: %s", where, found)
			}
			_ = page.Close()
		}
	}
}

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
