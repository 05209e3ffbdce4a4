package stories

import (
	"encoding/base64"
	"fmt"
	"time"

	"twelvefold/templates"
)

// scanning is what a repository's page says of code scanning, with uploads in every
// state.
func scanning(now time.Time) *templates.Scanning {
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	return &templates.Scanning{
		Export: at("repository", usual) + "/uploads",
		Action: at("repository", usual), May: true, Wanted: true, By: "wes", At: ago(9_000), Alerts: at("repository", usual),
		Uploads: []templates.UploadRow{
			{Ref: "#214", Commit: "4b6472266afd7b471e86085a6659e8c7f2b119da", State: "processing", Findings: 11, At: ago(1)},
			{Ref: "main", Commit: "6dcb09b5b57875f334f61aebed695e2e4193db5e", State: "complete", Findings: 8, At: ago(64)},
			{Ref: "#209", Commit: "0d1a26e67d8f5eaf1f6ba5c57fc3c7d91ac0fd1c", State: "superseded", Findings: 9, At: ago(180)},
			{Ref: "main", Commit: "9fceb02d0ae598e95dc970b74767f19372d61af8", State: "failed", Findings: 9, At: ago(2_900),
				Why: "GitHub has code scanning switched off for this repository. An admin switches it on under Settings, Advanced Security; private repositories need GitHub Code Security for it."},
			{Ref: "main", Commit: "c3d0be41ecbe669545ee3e94d31ed9a4bc91ee3c", State: "complete", Findings: 25_000, LeftOut: 1_204, Shown: 5_000, At: ago(4_000)},
		},
	}
}

// scanningOf is the same made of these strings.
func scanningOf(texts []string, now time.Time) *templates.Scanning {
	v := &templates.Scanning{Export: at("repository", hostile), Action: at("repository", hostile), Wanted: true, Lacks: true, By: unbroken, At: now, Alerts: at("repository", hostile)}
	for i, text := range texts {
		v.Uploads = append(v.Uploads, templates.UploadRow{Ref: text, Commit: text, State: "failed", Why: texts[(i+1)%len(texts)], Findings: 1 << 40, LeftOut: 1 << 40, Shown: 1 << 40, At: now})
	}
	return v
}

func hook() []Story {
	page := func(state string, change func(*templates.Hook)) Story {
		return story("hook", state, "Webhook of acme", templates.HookPage, func(v *templates.Hook) *templates.Page { return &v.Page }, func(p templates.Page) templates.Hook {
			v := templates.Hook{
				Page: p, Account: acme, Action: at("hook", usual), Ready: true, Set: true, URL: "https://hooks.acme.example/twelvefold", Points: 5, Grades: true,
				By: "ona", At: p.Now.Add(-80 * time.Hour), Notices: noticeRows(p.Now), Days: 30,
			}
			change(&v)
			return v
		})
	}
	return []Story{
		page(usual, func(*templates.Hook) {}),
		page(empty, func(v *templates.Hook) {
			*v = templates.Hook{Account: acme, Action: v.Action, Ready: true, Points: 5, Grades: true, Days: 30}
		}),
		page("secret", func(v *templates.Hook) {
			v.Secret, v.Notices = "whsec_"+base64.StdEncoding.EncodeToString([]byte("a designed one, that opens none.")), nil
			v.Formers = []time.Time{v.Page.Now.Add(24 * time.Hour)}
		}),
		page("wrong", func(v *templates.Hook) {
			v.URL, v.Wrongs = "http://10.0.0.7/hooks", templates.HookWrongs{URL: "The address has to begin with https://: what is sent is nobody else’s to read.", Points: "Write a whole number from 1 to 100."}
		}),
		page("failing", func(v *templates.Hook) {
			v.Failing, v.GivenUp, v.Saved = v.Page.Now.Add(-30*time.Hour), 2, true
			v.Formers = []time.Time{v.Page.Now.Add(24 * time.Hour), v.Page.Now.Add(3 * time.Hour)}
			v.Notices[3].Repository, v.Notices[3].Href = templates.RepositoryLeft, ""
		}),
		page("stopped", func(v *templates.Hook) {
			v.Failing, v.GivenUp, v.Stopped, v.Why = v.Page.Now.Add(-90*time.Hour), 3, v.Page.Now.Add(-3*time.Hour), "3 events in a row were given up, over days."
			for i := range v.Notices {
				v.Notices[i].Again = false
			}
		}),
		page("unready", func(v *templates.Hook) { v.Ready, v.Set = false, false }),
		page(huge, func(v *templates.Hook) {
			for i := range 46 {
				n := noticeRows(v.Page.Now)[i%4]
				n.ID = fmt.Sprintf("0c7e8a52-6f0e-4a8e-9d0b-%012d", i)
				v.Notices = append(v.Notices, n)
			}
		}),
		page(hostile, func(v *templates.Hook) {
			v.Account, v.URL, v.By, v.Secret, v.Why, v.Stopped = stranger, unbroken, script, unbroken, script+unbroken, v.Page.Now
			v.Wrongs, v.Notices = templates.HookWrongs{URL: unbroken, Points: script}, nil
			for i, text := range hostiles {
				v.Notices = append(v.Notices, templates.NoticeRow{ID: text, Event: text, Repository: text, Href: at("hook", hostile), State: "failed", Attempts: 1 << 40, Status: 999,
					Answer: hostiles[(i+1)%len(hostiles)], Why: hostiles[(i+2)%len(hostiles)], Created: v.Page.Now, Next: v.Page.Now, Again: true})
			}
		}),
	}
}

// noticeRows are what was told, in every state.
func noticeRows(now time.Time) []templates.NoticeRow {
	audit := at("audit", usual)
	return []templates.NoticeRow{
		{ID: "0c7e8a52-6f0e-4a8e-9d0b-0d6f3a1c9b11", Event: "test", State: "waiting", Created: now.Add(-time.Second)},
		{ID: "3b241101-e2bb-4255-8caf-4136c566a962", Event: "score.dropped", Repository: "acme/payments-api", Href: audit, State: "delivered", Attempts: 1, Status: 202, Answer: "queued", Took: 84 * time.Millisecond, Created: now.Add(-3 * time.Hour), Again: true},
		{ID: "7d444840-9dc0-11d1-b245-5ffdce74fad2", Event: "score.dropped", Repository: "acme/legacy-shop", Href: audit, State: "waiting", Attempts: 3, Status: 503, Answer: "upstream connect error or disconnect/reset before headers",
			Why: "The receiver answered with 503.", Took: 2140 * time.Millisecond, Created: now.Add(-5 * time.Hour), Next: now.Add(8 * time.Minute)},
		{ID: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", Event: "score.dropped", Repository: "acme/identity", Href: audit, State: "failed", Attempts: 1, Why: "The name leads to an address that is not public: nothing was sent.", Took: 3 * time.Millisecond, Created: now.Add(-50 * time.Hour), Again: true},
	}
}
