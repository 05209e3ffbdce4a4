package stories

import (
	"fmt"
	"time"

	"twelvefold/internal/digest"
	"twelvefold/templates"
)

// digests are the page of a subscription and the preview of its mail.
func digests() []Story {
	page := func(state string, change func(*templates.DigestSettings)) Story {
		return story("digest-settings", state, "Weekly digest", templates.DigestSettingsPage, func(v *templates.DigestSettings) *templates.Page { return &v.Page }, func(p templates.Page) templates.DigestSettings {
			v := subscribed(p.Now)
			change(&v)
			return v
		})
	}
	list := []Story{
		page(usual, func(*templates.DigestSettings) {}),
		page(empty, func(v *templates.DigestSettings) {
			v.State, v.Mails, v.Form.Address, v.Form.Find.Chosen = templates.DigestState{}, nil, "", nil
			v.Form.Some, v.Form.Guess = false, true
		}),
		page("pending", func(v *templates.DigestSettings) {
			v.State.State, v.Mails, v.State.Asked, v.State.Linked = "pending", nil, v.Page.Now, v.Page.Now
		}),
		page("unsent-yet", func(v *templates.DigestSettings) {
			v.State.State, v.Mails, v.State.Asked, v.State.Said = "pending", nil, v.Page.Now, "535 5.7.8 bad credentials"
		}),
		page("unsent", func(v *templates.DigestSettings) {
			v.State = templates.DigestState{State: "stopped", Unsent: true, Said: "connecting: nothing answers there", Stopped: v.Mails[0].Due,
				Why: "The mail that asks to confirm the address could not be sent for a day. The address is not to blame: whoever runs this deploy has to see to its mail."}
		}),
		page("stopped", func(v *templates.DigestSettings) {
			v.State = templates.DigestState{State: "stopped", Why: "The address is refused for good.", Said: "550 5.1.1 no such user", Stopped: v.Mails[0].Due}
		}),
		page("refused", func(v *templates.DigestSettings) { v.State.Refused, v.State.Said = true, "552 5.2.2 mailbox full" }),
		page("barred", func(v *templates.DigestSettings) { v.State.Said = "550 5.7.1 relaying denied" }),
		page("wrong", func(v *templates.DigestSettings) {
			v.Form.Wrongs.Address, v.Form.Wrongs.When, v.Form.Wrongs.Repositories = "Write one plain address, as in ada@example.com.", "Choose a day, an hour and a time zone.", "Choose one at least, or all."
			v.Form.Find.Chosen, v.Form.Find.Found, v.Form.Find.Asked, v.Form.Find.Text = nil, nil, true, "no such thing"
		}),
		page("off", func(v *templates.DigestSettings) {
			v.State, v.Mails, v.Action, v.Off = templates.DigestState{}, nil, "", "This deploy sends no mail. Whoever runs it sets SMTP_URL and MAIL_FROM."
		}),
		page(huge, func(v *templates.DigestSettings) {
			v.Form.Find.Chosen = nil
			for i := range 500 {
				v.Form.Find.Chosen = append(v.Form.Find.Chosen, templates.Choice{Value: fmt.Sprint(1000 + i), Says: fmt.Sprintf("acme-division-%d/storefront-service-%d", i%25, i), Chosen: true})
			}
			v.Form.Find.More = 9_250
		}),
		page(hostile, func(v *templates.DigestSettings) {
			v.Account, v.State.Address, v.State.Said, v.Form.Address = stranger, unbroken+"@example.com", script+unbroken, image
			v.Form.Find.Chosen, v.Form.Find.Text = nil, image
			for i := range hostiles {
				v.Form.Find.Chosen = append(v.Form.Find.Chosen, templates.Choice{Value: fmt.Sprint(i), Says: nasty(i), Chosen: true})
				v.Mails[i%len(v.Mails)].Said = nasty(i)
			}
		}),
	}
	for _, state := range []string{usual, empty, huge, hostile} {
		shown := story("digest-preview", state, "This week’s digest", templates.DigestPreviewPage, func(v *templates.DigestPreview) *templates.Page { return &v.Page }, func(p templates.Page) templates.DigestPreview {
			v := templates.DigestPreview{Account: acme, Back: at("digest-settings", usual), Frame: at("mail", state)}
			if state == hostile {
				v.Account = stranger
			}
			m, err := digest.Compose(Digest(state, p.Now))
			if err == nil {
				v.Subject, v.Text, v.Size = m.Subject, m.Text, len(m.HTML)
			}
			return v
		})
		shown.Frames = true
		list = append(list, shown)
	}
	return list
}

// subscribed is a subscription that is active, of a few repositories.
func subscribed(now time.Time) templates.DigestSettings {
	v := templates.DigestSettings{Account: acme, Action: at("digest-settings", usual), Preview: at("digest-preview", usual), Export: at("digest-settings", usual) + "/mails", Stop: at("digest-settings", "stopped"), Confirm: at("digest-settings", "pending"),
		State: templates.DigestState{State: "active", Address: "ada@example.com", Next: "Monday, 30 November 2026 at 09:00, Europe/Berlin"}}
	v.Form.Address, v.Form.Some = "ada@example.com", true
	for i, day := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"} {
		v.Form.Weekdays = append(v.Form.Weekdays, templates.Choice{Value: fmt.Sprint(i + 1), Says: day, Chosen: i == 0})
	}
	for hour := range 24 {
		v.Form.Hours = append(v.Form.Hours, templates.Choice{Value: fmt.Sprint(hour), Says: fmt.Sprintf("%02d:00", hour), Chosen: hour == 9})
	}
	v.Form.Zones = []templates.ZoneGroup{{Name: "Everywhere", Zones: []templates.Choice{{Value: "UTC", Says: "UTC"}}},
		{Name: "Europe", Zones: []templates.Choice{{Value: "Europe/Berlin", Says: "Berlin", Chosen: true}, {Value: "Europe/Paris", Says: "Paris"}}}}
	v.Form.Find = templates.DigestFind{Action: at("digest-settings", usual), Most: 500,
		Chosen: []templates.Choice{{Value: "3", Says: "acme/payments-api", Chosen: true}, {Value: "4", Says: "acme/storefront", Chosen: true}},
		Found:  []templates.Choice{{Value: "5", Says: "acme/identity"}, {Value: "6", Says: "acme/legacy-shop"}, {Value: "7", Says: "acme/deploy-tool"}}}
	for i, m := range []templates.DigestMail{
		{Week: "2026-W47", Says: "sent to ada@example.com"},
		{Week: "2026-W46", Says: "perhaps sent: the answer was lost, and it is not sent twice"},
		{Week: "2026-W45", Says: "no mail", Said: "Nothing changed that week."},
		{Week: "2026-W44", Says: "not sent", Said: "The server did not answer for a day."},
	} {
		m.Due = now.AddDate(0, 0, -7*i-2)
		v.Mails = append(v.Mails, m)
	}
	return v
}
