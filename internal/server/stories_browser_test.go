package server_test

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"twelvefold/templates/stories"
)

// tabs is how many stories are looked at side by side.
const tabs = 3

// TestEveryStoryInABrowser goes through every page in every state, in both
// colour schemes, on a phone and on a desk.
func TestEveryStoryInABrowser(t *testing.T) {
	t.Parallel()
	b, checker := book(t), axe(t)
	only := os.Getenv("TWELVEFOLD_STORIES") // "home/": those alone, while working on them
	left := make(chan string)
	go func() {
		defer close(left)
		left <- stories.Prefix
		for _, s := range stories.All() {
			if !s.Fragment && !s.Mail && strings.Contains(s.Href(), only) {
				left <- s.Href()
			}
		}
	}()
	var working sync.WaitGroup
	for range tabs {
		page := tab(t, browser(t)) // a window of its own: behind another one a tab gets no keys
		w := &watched{Page: page, t: t, base: b.url, checker: checker}
		w.listen()
		working.Go(func() {
			for path := range left {
				began := time.Now()
				w.Page = page.Timeout(4 * browserWithin) // of which a machine several times overloaded takes some
				if err := w.read(path); err != nil {
					t.Errorf("%s: %v", path, err)
				}
				w.CancelTimeout()
				t.Logf("%s took %d ms", path, time.Since(began).Milliseconds())
			}
		})
	}
	working.Wait()
}

// watched is a tab that notes what a page must not do.
type watched struct {
	*rod.Page
	t             *testing.T
	base, checker string
	mu            sync.Mutex
	wrongs        []string
}

// listen notes errors of scripts, reports of the policy and requests to other
// hosts.
func (w *watched) listen() {
	note := func(format string, args ...any) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.wrongs = append(w.wrongs, fmt.Sprintf(format, args...))
	}
	wait := w.EachEvent(func(e *proto.RuntimeConsoleAPICalled) {
		if e.Type == proto.RuntimeConsoleAPICalledTypeError || e.Type == proto.RuntimeConsoleAPICalledTypeWarning {
			note("the console says %s: %v", e.Type, e.Args)
		}
	}, func(e *proto.RuntimeExceptionThrown) {
		note("a script fails: %s", e.ExceptionDetails.Text)
	}, func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError || e.Entry.Source == proto.LogLogEntrySourceSecurity {
			note("the browser reports: %s", e.Entry.Text)
		}
	}, func(e *proto.NetworkRequestWillBeSent) {
		if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Scheme+"://"+u.Host != w.base {
			note("another host is asked: %s", e.Request.URL)
		}
	})
	go wait()
}

// read checks one story at all sizes and in both schemes.
func (w *watched) read(path string) error {
	w.mu.Lock()
	w.wrongs = nil
	w.mu.Unlock()
	if err := w.load(path, 360); err != nil {
		return err
	}
	text := w.eval(saidByPage)
	if len(text) < 20 {
		w.t.Errorf("%s says only %q", path, text)
	}
	if _, err := (proto.RuntimeEvaluate{Expression: w.checker}).Call(w.Page); err != nil { // the page's own policy forbids eval; the protocol does not ask it
		return err
	}
	for _, width := range []int{360, 1280} { // without loading it anew: axe is fast only after its first run
		for _, err := range []error{sized(w.Page, width), in(w.Page, "light")} {
			if err != nil {
				return err
			}
		}
		w.eval(foldAgain)
		if found := w.eval(sideways); found != "" {
			w.t.Errorf("%s scrolls sideways at %d px: %s", path, width, found)
		}
		if err := w.tabThrough(path, width); err != nil {
			return err
		}
		large := strings.HasSuffix(path, "/huge") // more of what is usual, in the same colours
		if !large {
			w.eval(unfold)
		}
		if found := w.eval(sideways); found != "" {
			w.t.Errorf("%s, opened, scrolls sideways at %d px: %s", path, width, found)
		}
		if found := w.eval(garbled); found != "" {
			w.t.Errorf("%s can't be read at %d px: %s", path, width, found)
		}
		if found := w.eval(fmt.Sprintf(axeOn, everyRule, !large)); found != "" {
			w.t.Errorf("%s at %d px: %s", path, width, found)
		}
		if large {
			continue
		}
		if err := in(w.Page, "dark"); err != nil {
			return err
		}
		if found := w.eval(violations("dark")); found != "" {
			w.t.Errorf("%s dark at %d px: %s", path, width, found)
		}
	}
	for _, width := range []int{800, 1920} { // between the layouts, and where there is nothing but space
		if err := sized(w.Page, width); err != nil {
			return err
		}
		if found := w.eval(sideways); found != "" {
			w.t.Errorf("%s, opened, scrolls sideways at %d px: %s", path, width, found)
		}
		if found := w.eval(garbled); found != "" {
			w.t.Errorf("%s can't be read at %d px: %s", path, width, found)
		}
	}
	w.mu.Lock()
	for _, wrong := range w.wrongs {
		w.t.Errorf("%s: %s", path, wrong)
	}
	w.mu.Unlock()
	return w.withoutScripts(path, text)
}

// violations is the script that runs axe on a page as it stands. A colour scheme
// changes neither what is there nor where it stands, so that of dark only the
// rules on colours are asked.
func violations(scheme string) string {
	if scheme == "dark" {
		return fmt.Sprintf(axeOn, colourRules, true)
	}
	return fmt.Sprintf(axeOn, everyRule, true)
}

const (
	axeOn = `async () => {
		(` + marksTwins + `)();
		axe.configure({ rules: [{ id: "color-contrast", selector: "*:not([data-twin])" }] });
		const result = await axe.run(document, { runOnly: %s, rules: { "color-contrast": { enabled: %t } }, resultTypes: ["violations"], preload: false, iframes: false });
		return result.violations.map((v) => v.id + ": " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200) + " " + n.failureSummary).join(" | ")).join("\n");
	}`
	everyRule   = `["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]`
	colourRules = `{ type: "rule", values: ["color-contrast", "link-in-text-block"] }`
)

// marksTwins marks what looks like its neighbours throughout: among the children of
// one element, all but three of those whose elements, one by one, have the same
// computed style. Contrast is most of axe's work, and is the same of all of them.
const marksTwins = `() => {
	document.querySelectorAll("[data-twin]").forEach((e) => e.removeAttribute("data-twin"));
	const seen = ["color", "background-color", "background-image", "opacity", "font-size", "font-weight", "text-shadow", "filter", "mix-blend-mode",
		"display", "visibility", "position", "z-index", "fill"];
	const ids = new Map(), looks = new Map();
	const look = (e) => {
		const style = getComputedStyle(e), own = seen.map((name) => style.getPropertyValue(name)).join();
		const text = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
		const whole = [e.localName, own, text, ...[...e.children].map(look)].join();
		if (!ids.has(whole)) ids.set(whole, ids.size);
		looks.set(e, ids.get(whole));
		return ids.get(whole);
	};
	const mark = (e) => {
		for (const alike of Map.groupBy(e.children, (c) => looks.get(c)).values()) {
			for (const twin of alike.splice(2, alike.length - 3)) {
				[twin, ...twin.querySelectorAll("*")].forEach((c) => c.setAttribute("data-twin", ""));
			}
			alike.forEach(mark);
		}
	};
	look(document.body);
	mark(document.body);
}`

// sideways names what is wider than the page.
const sideways = `() => {
	const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
	if (over <= 0) return "";
	const wide = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1).slice(0, 4);
	return over + " px: " + wide.map((e) => e.tagName + "." + e.className).join(", ");
}`

// saidByPage is the text of a page, without what is about scripts.
const saidByPage = `() => {
	const main = document.querySelector("main"), own = [...main.querySelectorAll("[data-scripted]")];
	return own.reduce((text, e) => text.replace(e.innerText, ""), main.innerText);
}`

// ring says what is wrong with how the element that has the keyboard shows it.
const ring = `() => {
	const e = document.activeElement;
	if (!e || e === document.body) return "end";
	if (e.localName === "iframe") return ""; // what has it is in there
	const s = getComputedStyle(e), box = e.getBoundingClientRect();
	if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) return "no focus ring on " + e.outerHTML.slice(0, 120);
	if (box.width === 0 || box.height === 0 || box.right <= 0 || box.bottom <= 0) return "focus on what is not seen: " + e.outerHTML.slice(0, 120);
	return "";
}`

// stops is how many stops of the keyboard are looked at: the frame's, and the
// first ones of the page.
const stops = 12

func (w *watched) tabThrough(path string, width int) error {
	w.eval(fromTheTop)
	for range stops {
		if err := w.Keyboard.Press('\t'); err != nil {
			return err
		}
		wrong := w.eval(ring)
		if wrong == "end" {
			break
		}
		if wrong != "" {
			w.t.Errorf("%s at %d px: %s", path, width, wrong)
		}
	}
	w.eval(unfocus)
	return nil
}

// unfocus leaves the keyboard nowhere: the skip link shows, and covers, while it
// has it, which it may get some time after the last stop.
const unfocus = `() => {
	window.blurs = (e) => e.target.blur();
	document.addEventListener("focusin", window.blurs);
	document.activeElement.blur();
	return "";
}`

// fromTheTop undoes unfocus; the next stop of the keyboard is the page's first.
const fromTheTop = `() => {
	document.removeEventListener("focusin", window.blurs);
	const top = document.createElement("button");
	document.body.prepend(top);
	top.focus();
	top.remove(); // the keyboard goes on from where it was
	return "";
}`

// withoutScripts holds that a reader without JavaScript is shown the same.
func (w *watched) withoutScripts(path, text string) error {
	off := proto.EmulationSetScriptExecutionDisabled{Value: true}
	if err := off.Call(w.Page); err != nil {
		return err
	}
	defer func() {
		off.Value = false
		_ = off.Call(w.Page)
	}()
	if err := w.load(path, 1280); err != nil {
		return err
	}
	if seen := w.eval(saidByPage); len(seen) < len(text)*9/10 {
		w.t.Errorf("%s without JavaScript says %d bytes of %d", path, len(seen), len(text))
	}
	return nil
}

func (w *watched) load(path string, width int) error {
	if err := in(w.Page, "light"); err != nil {
		return err
	}
	if err := sized(w.Page, width); err != nil {
		return err
	}
	return loaded(w.Page, w.base+path)
}

// loaded goes to an address and waits until all of it is there. Rod's WaitLoad
// listens in the page, which can't without scripts.
func loaded(page *rod.Page, url string) error {
	there := page.WaitNavigation(proto.PageLifecycleEventNameLoad)
	if err := page.Navigate(url); err != nil {
		return err
	}
	there()
	return page.GetContext().Err()
}

// sized gives a page a width, in pixels.
func sized(page *rod.Page, width int) error {
	return page.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: width, Height: 900, DeviceScaleFactor: 1})
}

// in emulates a colour scheme, without transitions that axe would look into.
func in(page *rod.Page, scheme string) error {
	return proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}.Call(page)
}

// eval runs JavaScript in the page; an error of it is what it says.
func (w *watched) eval(script string) string {
	value, err := w.Eval(script)
	if err != nil {
		return "the browser says: " + err.Error()
	}
	return value.Value.Str()
}
