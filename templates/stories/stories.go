// Package stories shows every page with designed data, without a database: as
// people mostly see it, empty, huge, and with strings that want to break it.
package stories

import (
	"slices"

	"github.com/a-h/templ"

	"twelvefold/templates"
)

// Story is a view in one state.
type Story struct {
	View     string // the page component's name without "Page", in lower case: "setup-done"
	State    string // "usual", "empty", "huge", "hostile", or one that only this view has
	Render   func(templates.Page) templ.Component
	Fragment bool // without the frame of a page: what HTMX asks for
	Image    bool // a fragment that is an SVG of its own
	Mail     bool // a document of its own, as a mail program shows it
	Frames   bool // shows another story in a frame
}

// Href is where the storybook serves it.
func (s Story) Href() string { return at(s.View, s.State) }

// Prefix is where the storybook stands.
const Prefix = "/storybook/"

func at(view, state string) string { return Prefix + view + "/" + state }

// The states that every page has.
const (
	usual   = "usual"
	empty   = "empty"
	huge    = "huge"
	hostile = "hostile"
)

// States lists the states that every page has.
func States() []string { return []string{usual, empty, huge, hostile} }

// All lists the stories, those of a view side by side.
func All() []Story {
	return slices.Concat(organisation(), repository(), progress(), trend(), badges(), factorOf(), finding(), auditOf(), env(), search(), rulebook(), rule(), settings(), ledger(), waive(), digests(), mail(), mailLinks(), hook(), tokens(), apiOf(), signIn(), setup(), failures())
}

// Find is the story of a view in a state.
func Find(view, state string) (Story, bool) {
	all := All()
	i := slices.IndexFunc(all, func(s Story) bool { return s.View == view && s.State == state })
	if i < 0 {
		return Story{}, false
	}
	return all[i], true
}

// List is the page that leads to all of them.
func List(page templates.Page) templates.StoryList {
	page.Title = "Storybook"
	list := templates.StoryList{Page: page}
	for _, s := range All() {
		if s.Fragment {
			continue
		}
		if n := len(list.Views); n == 0 || list.Views[n-1].Name != s.View {
			list.Views = append(list.Views, templates.StoryView{Name: s.View})
		}
		last := &list.Views[len(list.Views)-1]
		last.States = append(last.States, templates.Link{Href: s.Href(), Text: s.State})
	}
	return list
}

// story makes one of a page's view model: its frame is filled in here.
func story[V any](view, state, title string, show func(V) templ.Component, frame func(*V) *templates.Page, model func(templates.Page) V) Story {
	return Story{View: view, State: state, Render: func(page templates.Page) templ.Component {
		page.Title, page.Login = title, "ada"
		v := model(page)
		page.Query = frame(&v).Query // which only the model knows
		*frame(&v) = page
		return show(v)
	}}
}
