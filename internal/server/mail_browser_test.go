package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"twelvefold/internal/digest"
	"twelvefold/templates/stories"
)

// TestMailsInABrowser looks at the mail as programs with a browser's engine show it:
// on a phone and on a desk, in both colour schemes.
func TestMailsInABrowser(t *testing.T) {
	t.Parallel()
	checker := axe(t)
	page := tab(t, browser(t))
	w := &watched{Page: page, t: t, base: "about:blank", checker: checker}
	w.listen()
	for _, s := range stories.All() {
		if !s.Mail {
			continue
		}
		m, err := digest.Compose(stories.Digest(s.State, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)))
		if err != nil {
			t.Fatal(err)
		}
		for _, scheme := range []string{"light", "dark"} {
			if err := in(w.Page, scheme); err != nil {
				t.Fatal(err)
			}
			for _, width := range []int{320, 600, 1280} {
				if err := sized(w.Page, width); err != nil {
					t.Fatal(err)
				}
				if err := w.SetDocumentContent(m.HTML); err != nil {
					t.Fatal(err)
				}
				if found := w.eval(sideways); found != "" {
					t.Errorf("%s scrolls sideways at %d px: %s", s.State, width, found)
				}
				if width == 600 {
					continue
				}
				if _, err := (proto.RuntimeEvaluate{Expression: w.checker}).Call(w.Page); err != nil {
					t.Fatal(err)
				}
				rules := strings.Replace(everyRule, `, "best-practice"`, "", 1) // which ask for a page's landmarks
				if found := w.eval(fmt.Sprintf(axeOn, rules, true)); found != "" {
					t.Errorf("%s %s at %d px: %s", s.State, scheme, width, found)
				}
			}
		}
	}
	for _, wrong := range w.wrongs {
		t.Error(wrong)
	}
}
