package server

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"twelvefold/internal/github"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// Setup is what creating the GitHub App needs to know.
type Setup struct {
	BaseURL string // of this deploy, "" while nobody said
	SiteURL string // GitHub's
	APIURL  string // GitHub's
}

const (
	setupCookie = "setup_state"
	setupDone   = "/setup/done"
	setupTime   = 3600 // seconds that GitHub's code is good for
)

// errSetupState is a set-up that was not begun here, or too long ago.
var errSetupState = told{http.StatusBadRequest, "This set-up can’t be finished",
	"It took more than an hour, was finished already, or was begun in another browser. Begin it again at /setup; an App that was made meanwhile can be deleted on GitHub.", templates.Link{Href: "/setup", Text: "Begin again"}}

var organizationForm = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$`)

// setupPage offers to create the GitHub App by GitHub's manifest flow, with what
// it needs and nothing beyond. It is there only while no App is configured, and
// keeps nothing.
func (s *Server) setupPage(w http.ResponseWriter, r *http.Request) error {
	if s.appID != 0 {
		return store.ErrNotFound
	}
	view := templates.Setup{Page: s.page(r, "Set up"), BaseURL: s.setup.BaseURL}
	view.Writes, view.Scans = r.FormValue("fixes") == "on", r.FormValue("scanning") == "on"
	if view.Organization = r.FormValue("organization"); view.Organization != "" && !organizationForm.MatchString(view.Organization) {
		view.Wrong, view.Organization = "That is not the name of an organization on GitHub.", ""
	}
	if s.setup.BaseURL == "" {
		return s.render(w, r, templates.SetupPage(view))
	}
	state := rand.Text()
	http.SetCookie(w, &http.Cookie{Name: setupCookie, Value: state, Path: "/setup", MaxAge: setupTime, HttpOnly: true,
		Secure: strings.HasPrefix(s.setup.BaseURL, "https:"), SameSite: http.SameSiteLaxMode})
	manifest, err := s.manifest(view.Writes, view.Scans)
	if err != nil {
		return err
	}
	site := s.setup.SiteURL + "/settings/apps/new"
	if view.Organization != "" {
		site = s.setup.SiteURL + "/organizations/" + view.Organization + "/settings/apps/new"
	}
	view.Action, view.Manifest = site+"?state="+state, manifest
	if origin, err := url.Parse(s.setup.SiteURL); err == nil { // the only page that sends a form to GitHub
		w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self' "+origin.Scheme+"://"+origin.Host, 1))
	}
	return s.render(w, r, templates.SetupPage(view))
}

// manifest describes the App to GitHub: one that may write contents, or upload to
// code scanning, where that is wished.
func (s *Server) manifest(writes, scans bool) (string, error) {
	base, permissions := s.setup.BaseURL, github.Permissions()
	if writes {
		permissions["contents"] = "write"
	}
	if scans {
		maps.Copy(permissions, github.Optional())
	}
	encoded, err := json.Marshal(map[string]any{
		"name": "Twelvefold", "url": base, "public": false,
		"description":         "Audits repositories against the Twelve-Factor App.",
		"hook_attributes":     map[string]any{"url": base + "/webhooks/github", "active": true},
		"redirect_url":        base + setupDone,
		"callback_urls":       []string{base + callbackPath},
		"default_permissions": permissions,
		"default_events":      github.Events(),
	})
	return string(encoded), err
}

// setupFinished shows once what GitHub made: the variables to deploy with.
func (s *Server) setupFinished(w http.ResponseWriter, r *http.Request) error {
	if s.appID != 0 {
		return store.ErrNotFound
	}
	cookie, err := r.Cookie(setupCookie)
	if err != nil || cookie.Value == "" || subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(r.FormValue("state"))) != 1 {
		return errSetupState
	}
	http.SetCookie(w, &http.Cookie{Name: setupCookie, Path: "/setup", MaxAge: -1, HttpOnly: true, Secure: strings.HasPrefix(s.setup.BaseURL, "https:"), SameSite: http.SameSiteLaxMode})
	made, err := github.ConvertManifest(r.Context(), s.setup.APIURL, r.FormValue("code"))
	if errors.Is(err, github.ErrNotFound) || errors.Is(err, github.ErrInvalid) {
		return errSetupState
	}
	if err != nil {
		return fmt.Errorf("asking GitHub for the App that it made: %w", err)
	}
	s.logger.InfoContext(r.Context(), "a GitHub App was created", "app", made)
	view := templates.SetupDone{Page: s.page(r, "Set up"), Name: made.Name, AppURL: made.URL}
	for _, v := range []struct{ name, value string }{
		{"BASE_URL", s.setup.BaseURL},
		{"GITHUB_APP_ID", fmt.Sprint(made.AppID)},
		{"GITHUB_APP_SLUG", made.Slug},
		{"GITHUB_APP_PRIVATE_KEY", base64.StdEncoding.EncodeToString([]byte(made.PrivateKey))},
		{"GITHUB_WEBHOOK_SECRET", made.WebhookSecret},
		{"GITHUB_CLIENT_ID", made.ClientID},
		{"GITHUB_CLIENT_SECRET", made.ClientSecret},
		{"SESSION_KEY", key()},
		{"ENCRYPTION_KEY", key()},
	} {
		view.Variables = append(view.Variables, v.name+"="+v.value)
	}
	return s.render(w, r, templates.SetupDonePage(view))
}

// key is 32 random bytes in hexadecimal.
func key() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
