package server_test

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"twelvefold/internal/github/githubtest"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/internal/store/storetest"
)

// TestSetUpCreatesTheApp goes the way of GitHub's manifest flow.
func TestSetUpCreatesTheApp(t *testing.T) {
	t.Parallel()
	hub := githubtest.New(t)
	web := httptest.NewUnstartedServer(nil)
	base := "http://" + web.Listener.Addr().String()
	make := func(app server.GitHub, setup server.Setup) http.Handler {
		s, err := server.New(server.Options{Store: storetest.New(t), Rules: rules.All(), Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), GitHub: app, Setup: setup})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	setup := server.Setup{BaseURL: base, SiteURL: hub.URL, APIURL: hub.APIURL}
	web.Config.Handler = make(server.GitHub{}, setup)
	web.Start()
	t.Cleanup(web.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	read := func(c *http.Client, path string) (int, string, http.Header) {
		t.Helper()
		response, err := c.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, html.UnescapeString(string(body)), response.Header
	}

	status, page, header := read(browser, "/setup?organization=acme")
	if status != 200 || !strings.Contains(header.Get("Content-Security-Policy"), "form-action 'self' "+hub.URL) || header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d, %v", status, header)
	}
	action := regexp.MustCompile(`action="(` + regexp.QuoteMeta(hub.URL) + `/organizations/acme/settings/apps/new\?state=(\w+))"`).FindStringSubmatch(page)
	written := regexp.MustCompile(`name="manifest" value="(.*?\})"`).FindStringSubmatch(page)
	if action == nil || written == nil {
		t.Fatalf("no form leads to GitHub:\n%s", page)
	}
	var manifest struct {
		URL         string            `json:"url"`
		Public      bool              `json:"public"`
		Hook        map[string]any    `json:"hook_attributes"`
		Redirect    string            `json:"redirect_url"`
		Permissions map[string]string `json:"default_permissions"`
		Events      []string          `json:"default_events"`
	}
	if err := json.Unmarshal([]byte(written[1]), &manifest); err != nil {
		t.Fatal(err, written[1])
	}
	if manifest.URL != base || manifest.Public || manifest.Hook["url"] != base+"/webhooks/github" || manifest.Redirect != base+"/setup/done" ||
		manifest.Permissions["contents"] != "read" || manifest.Permissions["checks"] != "write" || len(manifest.Permissions) != 5 || len(manifest.Events) == 0 {
		t.Errorf("the manifest is %+v", manifest)
	}

	if _, page, _ := read(browser, "/setup?organization=acme&fixes=on"); !strings.Contains(page, `"contents":"write"`) || !strings.Contains(page, `name="fixes" value="on" checked`) ||
		!strings.Contains(page, `"pull_requests":"read"`) {
		t.Errorf("contents can't be written:\n%s", page)
	}
	_, page, _ = read(browser, "/setup?organization=acme")
	action = regexp.MustCompile(`action="(` + regexp.QuoteMeta(hub.URL) + `/organizations/acme/settings/apps/new\?state=(\w+))"`).FindStringSubmatch(page)

	code, state := hub.ManifestCode(), action[2]
	for name, path := range map[string]string{"another state": "/setup/done?code=" + code + "&state=x", "no state": "/setup/done?code=" + code, "no code": "/setup/done?state="} {
		if status, page, _ := read(browser, path); status != 400 || strings.Contains(page, "PRIVATE") {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, _, _ := read(http.DefaultClient, "/setup/done?code="+code+"&state="+state); status != 400 {
		t.Errorf("another browser: %d", status)
	}
	status, page, header = read(browser, "/setup/done?code="+code+"&state="+state)
	if status != 200 || header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d\n%s", status, page)
	}
	for _, want := range []string{"BASE_URL=" + base, "GITHUB_APP_ID=4321", "GITHUB_WEBHOOK_SECRET=" + hub.WebhookSecret, "GITHUB_CLIENT_SECRET=" + hub.ClientSecret,
		"GITHUB_APP_PRIVATE_KEY=" + base64.StdEncoding.EncodeToString(hub.PrivateKey), "SESSION_KEY=", "ENCRYPTION_KEY="} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if status, _, _ := read(browser, "/setup/done?code="+code+"&state="+state); status != 400 {
		t.Errorf("a second time: %d", status)
	}
	if _, page, _ := read(browser, "/setup?organization=../evil"); strings.Contains(page, "evil") || !strings.Contains(page, "not the name of an organization") {
		t.Error("an organization that is none is taken")
	}

	web.Config.Handler = make(server.GitHub{}, server.Setup{SiteURL: hub.URL, APIURL: hub.APIURL})
	if _, page, _ := read(browser, "/setup"); !strings.Contains(page, "BASE_URL") || strings.Contains(page, "manifest") {
		t.Error("without an address of its own it goes on")
	}
	web.Config.Handler = make(server.GitHub{AppID: 4321, WebhookSecret: []byte(webhookSecret)}, setup)
	for _, path := range []string{"/setup", "/setup/done?code=" + code + "&state=" + state} {
		if status, _, _ := read(browser, path); status != 404 {
			t.Errorf("%s with an App: %d", path, status)
		}
	}
}
