package stories

import (
	"fmt"
	"strings"
	"time"

	"github.com/a-h/templ"

	"twelvefold/templates"
)

func signIn() []Story {
	page := func(state string, v templates.SignIn) Story {
		return Story{View: "sign-in", State: state, Render: func(p templates.Page) templ.Component {
			p.Title, v.Page = "Sign in", p
			return templates.SignInPage(v)
		}}
	}
	return []Story{
		page(usual, templates.SignIn{Next: "/"}),
		page(empty, templates.SignIn{}),
		page("ended", templates.SignIn{Ended: true}),
		page(huge, templates.SignIn{Next: "/repositories/1?" + strings.Repeat("component=services%2Fmany&", 200)}),
		page(hostile, templates.SignIn{Next: "/" + script + image + unbroken + lines}),
	}
}

func setup() []Story {
	page := func(state string, v templates.Setup) Story {
		v.Action = at("setup", state)
		return Story{View: "setup", State: state, Render: func(p templates.Page) templ.Component {
			p.Title, v.Page = "Set up", p
			return templates.SetupPage(v)
		}}
	}
	done := func(state string, v templates.SetupDone) Story {
		return Story{View: "setup-done", State: state, Render: func(p templates.Page) templ.Component {
			p.Title, v.Page = v.Name+" is created", p
			return templates.SetupDonePage(v)
		}}
	}
	variables := []string{"GITHUB_APP_ID=4321", "GITHUB_CLIENT_ID=Iv1.0000000000000000", "GITHUB_CLIENT_SECRET=…", "GITHUB_WEBHOOK_SECRET=…", "SESSION_KEYS=…", "ENCRYPTION_KEYS=…", "GITHUB_PRIVATE_KEY=…"}
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("A_VARIABLE_%d=%s", i, strings.Repeat("0123456789abcdef", 12)))
	}
	return []Story{
		page(usual, templates.Setup{BaseURL: "https://twelvefold.example", Organization: "acme"}),
		page(empty, templates.Setup{}),
		page("own", templates.Setup{BaseURL: "https://twelvefold.example", Writes: true, Scans: true}),
		page("wrong", templates.Setup{BaseURL: "https://twelvefold.example", Organization: "acme corp", Wrong: "GitHub has no organization of that name: its name is the last part of its page’s address."}),
		page(huge, templates.Setup{BaseURL: "https://" + strings.Repeat("a-long-name.", 20) + "example", Organization: strings.Repeat("acme-", 20)}),
		page(hostile, templates.Setup{BaseURL: "https://" + unbroken, Organization: script + unbroken, Wrong: image + unbroken}),
		done(usual, templates.SetupDone{Name: "Twelvefold of acme", AppURL: at("setup", usual), Variables: variables}),
		done(empty, templates.SetupDone{Name: "Twelvefold", AppURL: at("setup", usual)}),
		done(huge, templates.SetupDone{Name: "Twelvefold of acme", AppURL: at("setup", usual), Variables: many}),
		done(hostile, templates.SetupDone{Name: script + unbroken, AppURL: at("setup", usual), Variables: hostiles}),
	}
}

// failures are the pages of what went wrong, and the frame while GitHub is away.
func failures() []Story {
	page := func(state string, v templates.Error) Story {
		return Story{View: "error", State: state, Render: func(p templates.Page) templ.Component {
			p.Title, v.Page = v.Title, p
			v.RequestID = "k7q2m4xw5rzd3hvn6sbt8cfj2a"
			return templates.ErrorPage(v)
		}}
	}
	return []Story{
		page(usual, templates.Error{Status: 404, Title: "Nothing here", Message: "The address may be mistyped, or what it showed is gone."}),
		page(empty, templates.Error{Status: 404, Title: "Nothing here"}),
		page("forbidden", templates.Error{Status: 403, Title: "You may read this, not change it", Message: "Waiving findings needs write access to the repository on GitHub. Ask somebody who has it, or one of its admins for it."}),
		page("often", templates.Error{Status: 429, Title: "Too many sign-ins", Message: "Many were begun from your network within a minute. Wait for a minute, then sign in.", Link: templates.Link{Href: at("sign-in", usual), Text: "Sign in"}}),
		page("broken", templates.Error{Status: 500, Title: "Something broke", Message: "It has been logged with the request’s id below. Try again; if it stays, tell the operator that id.", Again: at("error", "broken")}),
		page("away", templates.Error{Status: 503, Title: "The database is away", Message: "It does not answer just now. Nothing is lost: try again in a moment.", Again: at("error", "away")}),
		page(huge, templates.Error{Status: 500, Title: strings.Repeat("Something broke ", 12), Message: strings.Repeat("It has been logged with the request’s id below. ", 20), Again: at("error", huge)}),
		page(hostile, templates.Error{Status: 404, Title: script + unbroken, Message: image + unbroken + lines, Link: templates.Link{Href: at("error", usual), Text: reversed + unbroken}}),
		{View: "error", State: "github-away", Render: func(p templates.Page) templ.Component {
			p.Title, p.Login, p.Since = "Repositories", unbroken, p.Now.Add(-40*time.Minute)
			v := standing(p.Now, fleet(p.Now))
			v.Page = p
			return templates.OrganisationPage(v)
		}},
	}
}
