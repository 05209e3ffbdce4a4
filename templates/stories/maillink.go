package stories

import (
	"strings"

	"github.com/a-h/templ"

	"twelvefold/templates"
)

// mailLinks are where the links of mails lead.
func mailLinks() []Story {
	page := func(state string, v templates.MailLink) Story {
		v.Action = at("mail-link", state)
		return Story{View: "mail-link", State: state, Render: func(p templates.Page) templ.Component {
			p.Title, v.Page = "The weekly digest", p
			if state == "confirmed" {
				v.Next = p.Now.AddDate(0, 0, 3)
			}
			return templates.MailLinkPage(v)
		}}
	}
	return []Story{
		page(usual, templates.MailLink{Stops: true, Account: "acme", Address: "ada@example.com"}),
		page(empty, templates.MailLink{Stops: true}),
		page("stopped", templates.MailLink{Stops: true, Done: true}),
		page("confirm", templates.MailLink{Account: "acme", Address: "ada@example.com"}),
		page("confirmed", templates.MailLink{Done: true, Account: "acme", Address: "ada@example.com"}),
		page(huge, templates.MailLink{Account: strings.Repeat("acme-", 7) + "corp", Address: strings.Repeat("ada.", 16) + "lovelace@" + strings.Repeat("mail.", 30) + "example.com"}),
		page(hostile, templates.MailLink{Stops: true, Account: script + unbroken, Address: image + unbroken}),
	}
}
