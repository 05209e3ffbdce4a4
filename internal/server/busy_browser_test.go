package server_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"twelvefold/templates/stories"
)

// slow stands before a server: what is asked for under /slow waits until it is
// let go, and fails if it is told to.
func slow(t *testing.T, b bundle) (front string, letGo chan int) {
	t.Helper()
	behind, err := url.Parse(b.url)
	if err != nil {
		t.Fatal(err)
	}
	letGo = make(chan int)
	proxy := httputil.NewSingleHostReverseProxy(behind)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/slow" {
			proxy.ServeHTTP(w, r)
			return
		}
		select {
		case status := <-letGo:
			w.WriteHeader(status)
			_, _ = w.Write([]byte(`<p id="region">arrived</p>`))
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(web.Close)
	return web.URL, letGo
}

// becomes waits until a script says what is wanted.
func becomes(t *testing.T, page *rod.Page, script, want string) {
	t.Helper()
	var got string
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = evaluate(t, page, script); got == want {
			return
		}
	}
	t.Fatalf("%s is %q, not %q", script, got, want)
}

// TestLoadingIsShown follows a region that somebody had HTMX load: busy, there,
// and told of when it does not come.
func TestLoadingIsShown(t *testing.T) {
	t.Parallel()
	front, letGo := slow(t, book(t))
	page := open(t, browser(t), front+stories.Prefix, 1280, "light")
	evaluate(t, page, `() => {
		const link = document.createElement("button");
		link.id = "ask"; link.textContent = "ask";
		link.setAttribute("hx-get", "/slow"); link.setAttribute("hx-target", "#region"); link.setAttribute("hx-swap", "outerHTML");
		const region = document.createElement("p");
		region.id = "region";
		document.querySelector("main").append(link, region);
		htmx.process(link);
		return "";
	}`)
	const bar, region, lapse = `() => getComputedStyle(document.documentElement, "::before").position + " " + document.documentElement.hasAttribute("data-busy")`,
		`() => { const r = document.getElementById("region"); return r.getAttribute("aria-busy") + " " + r.textContent }`, `() => document.querySelector("[role=alert]").innerText`
	ask := func() {
		t.Helper()
		button, err := page.Element("#ask")
		if err != nil {
			t.Fatal(err)
		}
		if err := button.Click(proto.InputMouseButtonLeft, 1); err != nil {
			t.Fatal(err)
		}
		becomes(t, page, bar, "fixed true")
	}
	ask()
	becomes(t, page, region, "true ")
	letGo <- http.StatusServiceUnavailable
	becomes(t, page, bar, "static false")
	becomes(t, page, region, "null ")
	becomes(t, page, lapse, "That did not load. Try again, or reload the page.")
	ask()
	becomes(t, page, lapse, "")
	letGo <- http.StatusOK
	becomes(t, page, region, "null arrived")
	becomes(t, page, bar, "static false")
}

// TestThemeFollowsTheSystemUntilSomebodyChooses holds that a choice is there
// before the first paint, and that choosing the system's again forgets it.
func TestThemeFollowsTheSystemUntilSomebodyChooses(t *testing.T) {
	t.Parallel()
	b := book(t)
	page := open(t, browser(t), b.url+stories.Prefix, 1280, "dark")
	const background, press = `() => getComputedStyle(document.body).backgroundColor`, `() => { document.querySelector("[data-theme-switch]").click(); return localStorage.getItem("theme") || "" }`
	system := func(scheme string) {
		t.Helper()
		if err := (proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}).Call(page); err != nil {
			t.Fatal(err)
		}
	}
	dark := evaluate(t, page, background)
	system("light")
	light := evaluate(t, page, background)
	if dark == light {
		t.Fatal("the system's preference changes nothing")
	}
	if kept := evaluate(t, page, press); kept != "dark" {
		t.Errorf("the choice that is kept is %q", kept)
	}
	// The first thing that the next page could paint is its body.
	if _, err := page.EvalOnNewDocument(`new MutationObserver((_, o) => {
		if (document.body) { window.firstTheme = document.documentElement.dataset.theme || ""; o.disconnect(); }
	}).observe(document, { childList: true, subtree: true })`); err != nil {
		t.Fatal(err)
	}
	if err := page.Reload(); err != nil {
		t.Fatal(err)
	}
	if err := page.WaitLoad(); err != nil {
		t.Fatal(err)
	}
	if first := evaluate(t, page, `() => window.firstTheme`); first != "dark" {
		t.Errorf("the page's body comes with theme %q: it flashes", first)
	}
	if again := evaluate(t, page, background); again != dark {
		t.Errorf("the chosen theme is forgotten: %s", again)
	}
	if kept := evaluate(t, page, press); kept != "" {
		t.Errorf("the system's own is kept as a choice: %q", kept)
	}
	system("dark")
	if seen := evaluate(t, page, background); seen != dark {
		t.Errorf("the system's preference counts no more: %s", seen)
	}
}
