package server_test

import (
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"testing"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/internal/store/storetest"
)

func TestSetUpPagesInABrowser(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(t)
	web := httptest.NewUnstartedServer(nil)
	base := "http://" + web.Listener.Addr().String()
	app, err := server.New(server.Options{Store: storetest.New(t), Rules: rules.All(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Setup: server.Setup{BaseURL: base, SiteURL: hub.URL, APIURL: hub.APIURL}})
	if err != nil {
		t.Fatal(err)
	}
	web.Config.Handler = app
	web.Start()
	t.Cleanup(web.Close)
	checker, chromium := axe(t), browser(t)
	look(t, chromium, checker, base+"/setup", "setup")
	look(t, chromium, checker, base+"/setup/done?code=x&state=y", "setup-failed")
	page := open(t, chromium, base+"/setup", 360, "light")
	action, err := url.Parse(evaluate(t, page, `() => document.querySelector("form[action*='/settings/apps/new']").action`))
	if err != nil {
		t.Fatal(err)
	}
	address := base + "/setup/done?code=" + hub.ManifestCode() + "&state=" + action.Query().Get("state")
	if err := page.Navigate(address); err != nil {
		t.Fatal(err)
	}
	if err := page.WaitLoad(); err != nil {
		t.Fatal(err)
	}
	if seen := evaluate(t, page, `() => document.body.innerText.includes("GITHUB_APP_ID=4321") ? "" : document.title`); seen != "" {
		t.Fatalf("it shows %q", seen)
	}
	if hidden := evaluate(t, page, `() => String(document.querySelector("[data-copy=environment]").hidden)`); hidden != "false" {
		t.Error("the button that copies is hidden")
	}
	lookAt(t, checker, "setup-done", page)
}
