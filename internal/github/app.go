package github

import (
	"context"
	"fmt"

	library "github.com/google/go-github/v60/github"
)

// AppInfo is the App as GitHub has it.
type AppInfo struct {
	ID          int64
	Slug, Name  string
	ClientID    string // that people sign in to
	Owner       Account
	URL         string            // its page
	Permissions map[string]string // "contents": "read"
	Events      []string
	Webhook     Webhook
	Deliveries  []Delivery // the last thirty, newest first
}

// Webhook is where GitHub sends deliveries to.
type Webhook struct {
	URL         string // "" when none is configured
	ContentType string // "json" or "form"
	HasSecret   bool
	Insecure    bool // certificates are not checked
}

// healthDeliveries is how many deliveries tell whether a webhook works.
const healthDeliveries = 30

// Self asks what GitHub has of the App itself: who it is, what it may, and how
// its webhook does.
func (a *App) Self(ctx context.Context) (AppInfo, error) {
	type app struct {
		ID     int64  `json:"id"`
		Slug   string `json:"slug"`
		Name   string `json:"name"`
		Client string `json:"client_id"`
		Owner  struct {
			ID    int64  `json:"id"`
			Login string `json:"login"`
			Slug  string `json:"slug"`
			Type  string `json:"type"`
		} `json:"owner"`
		HTMLURL     string            `json:"html_url"`
		Permissions map[string]string `json:"permissions"`
		Events      []string          `json:"events"`
	}
	self, _, err := get[app](ctx, a.self, "app")
	if err != nil {
		return AppInfo{}, tidy(err)
	}
	info := AppInfo{
		ID: self.ID, Slug: self.Slug, Name: self.Name, ClientID: self.Client, Owner: Account{self.Owner.ID, self.Owner.Login, self.Owner.Type}, URL: self.HTMLURL,
		Permissions: self.Permissions, Events: self.Events,
	}
	if info.Owner.Login == "" {
		info.Owner.Login = self.Owner.Slug
	}
	if info.Webhook, err = a.webhook(ctx); err != nil {
		return AppInfo{}, err
	}
	list, _, err := a.deliveries(ctx, healthDeliveries, "")
	if err != nil {
		return AppInfo{}, err
	}
	info.Deliveries = convert(list, delivery.noun)
	return info, nil
}

// webhook asks where deliveries go. An App without a webhook has no such thing.
func (a *App) webhook(ctx context.Context) (Webhook, error) {
	config, _, err := a.self.Apps.GetHookConfig(ctx)
	if err := tidy(err); statusOf(err) == 404 {
		return Webhook{}, nil
	} else if err != nil {
		return Webhook{}, err
	}
	return Webhook{config.GetURL(), config.GetContentType(), config.GetSecret() != "", config.GetInsecureSSL() == "1"}, nil
}

// Installations lists who installed the App.
func (a *App) Installations(ctx context.Context) ([]Installation, error) {
	list, err := pages(kept(ctx), func(ctx context.Context, page library.ListOptions) ([]installation, *library.Response, error) {
		return get[[]installation](ctx, a.self, pathOf("app/installations", page))
	})
	return convert(list, installation.noun), err
}

// Installation asks for one installation. ErrNotFound: the App is not installed there any more.
func (a *App) Installation(ctx context.Context, id int64) (Installation, error) {
	one, _, err := get[installation](ctx, a.self, fmt.Sprintf("app/installations/%d", id))
	return one.noun(), tidy(err)
}
