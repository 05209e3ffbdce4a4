package stories

import (
	"fmt"
	"time"

	"twelvefold/templates"
)

func env() []Story {
	page := func(state string, change func(*templates.Env)) Story {
		return story("env", state, "Environment contract of acme/payments-api", templates.EnvPage, func(v *templates.Env) *templates.Page { return &v.Page }, func(p templates.Page) templates.Env {
			v := contract(p.Now)
			change(&v)
			return v
		})
	}
	none := func(v *templates.Env) {
		v.Rows, v.Platform, v.Matching, v.Sum = nil, nil, 0, templates.EnvSum{}
	}
	return []Story{
		page(usual, func(*templates.Env) {}),
		page(empty, none),
		page("not-kept", func(v *templates.Env) {
			none(v)
			v.Kept = false
		}),
		page("narrowed", func(v *templates.Env) { // to nothing
			v.Rows, v.Platform, v.Matching, v.Filtered, v.Query = nil, nil, 0, true, "no such variable"
		}),
		page("fine", func(v *templates.Env) {
			v.Rows, v.Platform, v.Matching, v.Sum, v.Components = v.Rows[2:4], nil, 2, templates.EnvSum{Own: 2}, nil
		}),
		page(huge, func(v *templates.Env) {
			for i := range 60 {
				row := v.Rows[i%4]
				row.Name = fmt.Sprintf("SERVICE_%d_SETTING_OF_A_LONG_NAME", i)
				row.Reads = append(row.Reads, row.Reads...)
				v.Rows = append(v.Rows, row)
				v.Platform = append(v.Platform, v.Platform[0])
			}
			v.Sum, v.Matching, v.First, v.Hidden = templates.EnvSum{Own: 1_204, NeverProvided: 311, NeverRead: 96}, 1_204, 201, 40
			v.Before, v.After = at("env", huge), at("env", huge)
		}),
		page(hostile, func(v *templates.Env) {
			v.Name, v.Query, v.Filtered = unbroken+"/"+script, image, true
			v.Rows, v.Platform = nil, nil
			for i := range hostiles {
				places := []templates.VariablePlaces{{Label: nasty(i + 1), Says: nasty(i + 2), Value: nasty(i + 3), At: templates.Places{Shown: []templates.ShortPlace{short(nasty(i + 4))}, More: 1 << 30}}}
				row := templates.VariableRow{Name: nasty(i), Component: nasty(i + 1), Secret: true, Required: true, Status: "never-provided", Reads: places, Production: places, Elsewhere: places, Documented: places[0].At}
				v.Rows, v.Platform = append(v.Rows, row), append(v.Platform, row)
				v.Components = append(v.Components, templates.Choice{Value: nasty(i), Says: nasty(i)})
			}
		}),
	}
}

func short(text string) templates.ShortPlace {
	return templates.ShortPlace{Link: link(text), Whole: "services/payments/" + text}
}

// contract is a contract with a variable in every state.
func contract(now time.Time) templates.Env {
	places := func(texts ...string) (p templates.Places) {
		for _, text := range texts {
			p.Shown = append(p.Shown, short(text))
		}
		return p
	}
	return templates.Env{
		Name: "acme/payments-api", Href: at("repository", usual), Action: at("env", usual), Export: at("repository", usual) + "/env", Commit: commit(1), At: now.Add(-2 * time.Minute), Kept: true,
		Sum:        templates.EnvSum{Own: 4, NeverProvided: 1, NeverRead: 1},
		Components: []templates.Choice{{Says: "all"}, {Value: ".", Says: "payments-api"}, {Value: "worker", Says: "settlement-worker"}},
		Statuses:   []templates.Choice{{Says: "any"}, {Value: "never-provided", Says: "never provided"}, {Value: "never-read", Says: "never read"}},
		Matching:   4, First: 1,
		Rows: []templates.VariableRow{
			{Name: "STRIPE_KEY", Component: ".", Secret: true, Required: true, Status: "never-provided", Reads: []templates.VariablePlaces{{Says: "without a default", At: places("pay.js:12", "refund.js:8")}}, Documented: places(".env.example:4")},
			{Name: "LEGACY_MODE", Component: ".", Status: "never-read", Production: []templates.VariablePlaces{{Value: "off", At: places("values-production.yaml:31")}}},
			{Name: "DATABASE_URL", Component: ".", Secret: true, Required: true, Status: "fine", Reads: []templates.VariablePlaces{{Says: "without a default", At: places("config.js:4")}},
				Production: []templates.VariablePlaces{{Says: "from a secret", At: places("deployment.yaml:40")}}, Elsewhere: []templates.VariablePlaces{{Label: "test", Value: "postgres://…@db/test", At: places("ci.yml:22")}}, Documented: places(".env.example:1")},
			{Name: "LOG_LEVEL", Component: "worker", Status: "fine", Reads: []templates.VariablePlaces{{Says: "with the default", Value: "info", At: templates.Places{Shown: []templates.ShortPlace{short("log.js:3")}, More: 6}}}},
		},
		Platform: []templates.VariableRow{{Name: "PORT", Reads: []templates.VariablePlaces{{Says: "with the default", Value: "3000", At: places("server.js:9")}}}},
	}
}
