package stories

import (
	"github.com/a-h/templ"

	"twelvefold/templates"
)

// badges are the images alone.
func badges() []Story {
	image := func(state string, b templates.Badge) Story {
		return Story{View: "badge", State: state, Fragment: true, Image: true, Render: func(templates.Page) templ.Component { return templates.BadgeImage(b) }}
	}
	return []Story{
		image(usual, templates.Badge{Name: "acme/payments-api", Score: points(61.4), Grade: "C", Strip: strip(mixed, "")}),
		image(empty, templates.Badge{Name: "acme/handbook", Strip: strip(scores{absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent, absent}, "")}),
		image(huge, templates.Badge{Name: "acme/storefront", Score: points(100), Grade: "A", Strip: strip(good, "")}),
	}
}

// badge is what the page of a repository says of its badge.
func badge(href string) templates.BadgeSnippet {
	return templates.BadgeSnippet{Image: at("badge", usual), Markdown: "[![Twelvefold](https://twelvefold.example/badge/acme/payments-api.svg)](https://twelvefold.example" + href + ")"}
}
