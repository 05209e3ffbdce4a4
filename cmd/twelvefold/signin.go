package main

import (
	"cmp"
	"log/slog"
	"strings"

	"twelvefold/internal/config"
	"twelvefold/internal/github"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rights"
	"twelvefold/internal/seal"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
)

// newRights makes what asks GitHub for people's rights; nil when nobody can sign
// in.
func newRights(s *store.Store, settings config.SignIn, apiURL config.SiteURL, log *slog.Logger) (*rights.Service, error) {
	if !settings.On() {
		return nil, nil
	}
	keys, err := seal.New(settings.EncryptionKeys.Reveal()...)
	if err != nil {
		return nil, err
	}
	people, err := newPeople(settings, apiURL, log)
	if err != nil {
		return nil, err
	}
	return rights.New(rights.Options{Store: s, People: people, OAuth: newOAuth(settings), Keys: keys, Log: log}), nil
}

// newHooks makes what keeps the secrets of webhooks; without a key none is kept.
func newHooks(settings config.SignIn) (hooks jobs.Hooks, err error) {
	if !settings.EncryptionKeys.Empty() {
		hooks.Keys, err = seal.New(settings.EncryptionKeys.Reveal()...)
	}
	return hooks, err
}

func newPeople(settings config.SignIn, apiURL config.SiteURL, log *slog.Logger) (*github.People, error) {
	return github.NewPeople(github.Options{URL: string(settings.SiteURL), APIURL: string(apiURL), Log: log})
}

func newOAuth(settings config.SignIn) *github.OAuth {
	return &github.OAuth{URL: string(settings.SiteURL), ClientID: string(settings.ClientID), ClientSecret: settings.ClientSecret.Reveal()}
}

// newSignIn makes what the web process signs people in with; nil when nobody can.
func newSignIn(s *store.Store, settings config.Web, log *slog.Logger) (*server.SignIn, error) {
	service, err := newRights(s, settings.SignIn, settings.APIURL, log)
	if service == nil || err != nil {
		return nil, err
	}
	people, err := newPeople(settings.SignIn, settings.APIURL, log)
	if err != nil {
		return nil, err
	}
	return &server.SignIn{Rights: service, People: people, OAuth: newOAuth(settings.SignIn), Keys: settings.SessionKeys.Reveal(),
		BaseURL: string(settings.BaseURL), Install: installURL(settings)}, nil
}

// installURL is where people install the App: its page on github.com is below
// another path than on a GitHub Enterprise Server.
func installURL(settings config.Web) string {
	if settings.AppSlug == "" {
		return ""
	}
	site := strings.TrimSuffix(cmp.Or(string(settings.SiteURL), "https://github.com"), "/")
	if site == "https://github.com" {
		return site + "/apps/" + string(settings.AppSlug) + "/installations/new"
	}
	return site + "/github-apps/" + string(settings.AppSlug) + "/installations/new"
}
