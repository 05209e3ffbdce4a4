package stories

import (
	"fmt"
	"time"

	"twelvefold/templates"
)

func tokens() []Story {
	page := func(state string, change func(*templates.Tokens)) Story {
		return story("tokens", state, "API tokens", templates.TokensPage, func(v *templates.Tokens) *templates.Page { return &v.Page }, func(p templates.Page) templates.Tokens {
			v := templates.Tokens{Page: p, Site: "https://twelvefold.example", Most: 50, Living: tokenRows(p.Now), Form: tokenForm()}
			change(&v)
			return v
		})
	}
	return []Story{
		page(usual, func(v *templates.Tokens) { v.Ended = endedRows(v.Page.Now) }),
		page(empty, func(v *templates.Tokens) { v.Living = nil }),
		page("new", func(v *templates.Tokens) {
			v.New = &templates.NewToken{Name: "Grafana", Token: "tf_0000000000000000000000000000000000000000000000000", Expires: v.Page.Now.AddDate(0, 0, 90)}
		}),
		page("wrong", func(v *templates.Tokens) {
			v.Form.Scopes[0].Chosen = false
			v.Form.Wrongs = templates.TokenWrongs{Name: "Say what the token is for, so that you know later which one to revoke.", Scopes: "Choose what the token may do.", Days: "Choose how long the token lives: a year at the most."}
		}),
		page("local", func(v *templates.Tokens) { v.Local, v.Site = true, "http://127.0.0.1:8080" }),
		page(huge, func(v *templates.Tokens) {
			v.Living, v.Ended = nil, nil
			for i := range 50 {
				row := tokenRows(v.Page.Now)[i%2]
				row.Name = fmt.Sprintf("pipeline of service %d", i+1)
				v.Living = append(v.Living, row)
				v.Ended = append(v.Ended, endedRows(v.Page.Now)[i%2])
			}
		}),
		page(hostile, func(v *templates.Tokens) {
			v.Living, v.Site = nil, "https://"+unbroken
			for i := range hostiles {
				row := tokenRows(v.Page.Now)[0]
				row.Name, row.Scopes = nasty(i), []string{nasty(i + 1)}
				v.Living = append(v.Living, row)
			}
			v.New = &templates.NewToken{Name: unbroken, Token: unbroken, Expires: v.Page.Now}
			v.Form.Name, v.Form.Wrongs.Name = script+unbroken, image+unbroken
		}),
	}
}

func tokenRows(now time.Time) []templates.TokenRow {
	return []templates.TokenRow{
		{Name: "Grafana", Scopes: []string{"read"}, Created: now.AddDate(0, -2, 0), Expires: now.AddDate(0, 1, 0), LastUsed: now.Add(-3 * time.Minute), Revoke: at("tokens", usual)},
		{Name: "Nightly report", Scopes: []string{"audit", "read"}, Created: now.AddDate(0, 0, -27), Expires: now.AddDate(0, 0, 3), Soon: true, Revoke: at("tokens", usual)},
	}
}

func endedRows(now time.Time) []templates.TokenRow {
	return []templates.TokenRow{
		{Name: "Laptop", Scopes: []string{"read"}, Created: now.AddDate(0, -5, 0), Expires: now.AddDate(0, -2, 0), LastUsed: now.AddDate(0, -2, -1)},
		{Name: "Trial", Scopes: []string{"read"}, Created: now.AddDate(0, -1, 0), Expires: now.AddDate(0, 1, 0), Revoked: now.AddDate(0, 0, -9)},
	}
}

func tokenForm() templates.TokenForm {
	form := templates.TokenForm{Scopes: []templates.Choice{
		{Value: "read", Says: "read everything that you see", Chosen: true}, {Value: "audit", Says: "ask for audits of repositories that you may write to"}}}
	for _, days := range []int{7, 30, 90, 365} {
		form.Days = append(form.Days, templates.Choice{Value: fmt.Sprint(days), Says: fmt.Sprintf("%d days", days), Chosen: days == 90})
	}
	return form
}

func apiOf() []Story {
	page := func(state string, change func(*templates.API)) Story {
		return story("description", state, "API", templates.DescriptionPage, func(v *templates.API) *templates.Page { return &v.Page }, func(p templates.Page) templates.API {
			v := templates.API{Page: p, Site: "https://twelvefold.example", Limits: templates.APILimits{Requests: 600, Misses: 30, PageUsual: 50, PageMost: 200, Tokens: 50},
				Groups: []templates.APIGroup{{Name: "Repositories", Operations: []templates.APIOperation{apiOperation(1)}}, {Name: "Rules", Operations: []templates.APIOperation{apiOperation(2)}}},
				Types:  []templates.APIType{apiType("Repository")}, Problems: []templates.APIProblem{{Name: "not-found", Status: 404, Title: "Nothing here", Do: "The address may be mistyped, or what it showed is gone."}}}
			change(&v)
			return v
		})
	}
	return []Story{
		page(usual, func(*templates.API) {}),
		page(empty, func(v *templates.API) { v.Groups, v.Types, v.Problems = nil, nil, nil }),
		page("local", func(v *templates.API) { v.Local, v.Site = true, "http://127.0.0.1:8080" }),
		page(huge, func(v *templates.API) {
			for i := range 40 {
				v.Groups[0].Operations = append(v.Groups[0].Operations, apiOperation(i+3))
				v.Types = append(v.Types, apiType(fmt.Sprintf("Type%d", i)))
			}
		}),
		page(hostile, func(v *templates.API) {
			v.Site = "https://" + unbroken
			o := &v.Groups[0].Operations[0]
			o.Path, o.Summary, o.Detail, o.Curl, o.Statuses = unbroken, script+unbroken, image, unbroken+lines, unbroken
			o.Parameters[0] = templates.APIParameter{Name: unbroken, In: "query", Says: script + unbroken, Of: hostiles, Usual: unbroken}
			v.Types[0].Fields[0] = templates.APIField{Name: unbroken, Is: image + unbroken, Says: reversed + unbroken}
			v.Problems[0].Title, v.Problems[0].Do = unbroken, script+unbroken
		}),
	}
}

func apiOperation(n int) templates.APIOperation {
	return templates.APIOperation{ID: fmt.Sprintf("operation%d", n), Method: "GET", Path: "/repositories", Summary: fmt.Sprintf("List repositories %d", n), Detail: "Those that you see, as they stand. Ordered as sort says.", Needs: "read",
		Parameters: []templates.APIParameter{
			{Name: "q", In: "query", Says: "Part of the name or of a topic."}, {Name: "grade", In: "query", Says: "Of one grade.", Of: []string{"A", "B", "C"}},
			{Name: "sort", In: "query", Says: "The order.", Of: []string{"name", "-name", "score", "-score", "change", "-change", "config", "-config", "logs"}, Usual: "name"}},
		Answers: "Repository", List: true, Curl: `curl -H "Authorization: Bearer $TOKEN" "$TWELVEFOLD/api/v1/repositories?sort=score&limit=10"`, Statuses: "200, 304, 400, 401, 403, 429, 503"}
}

func apiType(name string) templates.APIType {
	return templates.APIType{Name: name, Fields: []templates.APIField{
		{Name: "id", Is: "whole number", Says: "Twelvefold's; it survives renames."}, {Name: "score", Is: "number, or null", Says: "0 to 100; null when nothing can be scored."},
		{Name: "related", Is: "list of", Type: "Repository", Says: "Others."}}}
}
