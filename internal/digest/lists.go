package digest

import (
	"fmt"
	"strings"

	"twelvefold/templates"
)

// lists are those that have something in them.
func (l *letter) lists() {
	add := func(list list) {
		if len(list.Items) > 0 {
			l.Lists = append(l.Lists, list)
		}
	}
	add(l.worst())
	add(l.unaudited())
	add(l.lapsing())
}

// more says how many a bounded list leaves out.
func more(n int) string {
	if n <= 0 {
		return ""
	}
	return "and " + templates.Thousands(n) + " more"
}

// message is what a finding says, with its code between backticks and without its
// full stop.
func message(text string) string {
	says := templates.Marked(strings.TrimRight(clean(text, messageMost), ". "))
	if says == "" {
		return "A finding"
	}
	return says
}

func (l *letter) worst() list {
	shown := min(len(l.Worst), Most)
	of := list{Title: "New, critical or high", More: more(len(l.Worst) - shown + l.MoreWorst)}
	for _, f := range l.Worst[:shown] {
		of.Items = append(of.Items, item{Title: message(f.Message), Href: f.Href,
			Says: fmt.Sprintf("%s, %s, %s", nameOf(l.Digest.Account, f.Repository, nameMost), lower(f.Factor), f.Severity)})
	}
	return of
}

func (l *letter) unaudited() list {
	shown := min(len(l.Unaudited), Most)
	of := list{Title: "Not audited", More: more(len(l.Unaudited) - shown + l.MoreUnaudited)}
	for _, u := range l.Unaudited[:shown] {
		says := "The newest audit failed."
		switch {
		case u.Never && u.Failed:
			says = "No audit has succeeded yet."
		case u.Never:
			says = "Never audited."
		}
		if why := clean(u.Why, whyMost); why != "" {
			says += " " + why
		}
		of.Items = append(of.Items, item{Title: nameOf(l.Digest.Account, u.Repository, nameMost), Href: u.Href, Says: says})
	}
	return of
}

func (l *letter) lapsing() list {
	shown := min(len(l.Lapsing), Most)
	of := list{Title: "Waivers that lapse by " + l.LapseBy.Format("2 January"), Says: "Their findings count again from the day after.",
		More: more(len(l.Lapsing) - shown + l.MoreLapsing)}
	for _, w := range l.Lapsing[:shown] {
		says := fmt.Sprintf("%s until %s", clean(w.Of, messageMost), w.Expires.Format("Monday, 2 January"))
		if owner := clean(strings.TrimPrefix(w.Owner, "@"), nameMost); owner != "" {
			says += ", accepted by " + owner
		}
		if w.File {
			says += ", in .twelvefold.yml"
		}
		of.Items = append(of.Items, item{Title: nameOf(l.Digest.Account, w.Repository, nameMost), Href: w.Href, Says: says + "."})
	}
	return of
}
