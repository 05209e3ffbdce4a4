package server_test

import (
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"twelvefold/internal/store"
)

// TestSubscribingInABrowser fills the form in as people do: the zone is theirs
// already, a repository is found while it is typed, and Enter saves.
func TestSubscribingInABrowser(t *testing.T) {
	t.Parallel()
	s := mailing(t)
	page := enter(t, s, browser(t), "ada", s.digest(""))
	for _, zone := range []string{"Asia/Calcutta", "America/New_York"} { // one that the list has by another name, and one that it has
		if err := (proto.EmulationSetTimezoneOverride{TimezoneID: zone}).Call(page); err != nil {
			t.Fatal(err)
		}
		if err := loaded(page, s.url+s.digest("")); err != nil {
			t.Fatal(err)
		}
		settled(t, page, "the browser's zone", `(zone) => document.querySelector("#digest-zone").value === zone`, zone)
	}
	if _, err := page.Eval(`() => {
		document.querySelector("#digest-address").value = "ada@example.com";
		document.querySelector('[name=about][value=some]').click();
		document.querySelector("[name=repository]").click();
		document.querySelector("#digest-text").focus();
	}`); err != nil {
		t.Fatal(err)
	}
	if err := page.Keyboard.Type('z', 'z'); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "what is typed is looked for", `() => document.querySelector("#digest-find .sub:last-child").innerText.startsWith("1 of ") && document.activeElement.value === "zz"`)
	if err := page.Keyboard.Type(input.Enter); err != nil { // finds, and keeps nothing
		t.Fatal(err)
	}
	if got := evaluate(t, page, `() => document.querySelector("#digest-address").value + " " + document.querySelector("[name=repository]").checked`); got != "ada@example.com true" {
		t.Errorf("what was filled in is %q", got)
	}
	if _, err := page.Eval(`() => document.querySelector("#digest-address").focus()`); err != nil {
		t.Fatal(err)
	}
	if err := page.Keyboard.Type(input.Enter); err != nil {
		t.Fatal(err)
	}
	settled(t, page, "Enter saves", `() => document.body.innerText.includes("Waiting for ada@example.com to be confirmed")`)
	d := s.subscription(t, "ada")
	if d.When.Zone != "America/New_York" || len(d.Repositories) != 1 || d.State != store.Pending {
		t.Errorf("%+v", d)
	}
}
