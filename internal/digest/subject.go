package digest

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"twelvefold/templates"
)

const (
	// subjectMost is how long a subject is: lists of mails show about so much.
	subjectMost = 59
	// leastName is what a name keeps before the news about it are told in fewer words.
	leastName = 14
)

// subject says the news: "Acme: 82 (−3). payments-api dropped config to 41".
func (l *letter) subject() string {
	if l.Score == nil {
		return l.about("", func(int) string { return "" }, l.unscored())
	}
	figures := ": " + templates.Points(*l.Score)
	if l.Change != nil && whole(*l.Change) != "" {
		figures += " (" + whole(*l.Change) + ")"
	}
	if t := l.Worse; t != nil {
		return l.turn(figures+". ", t, "dropped", "fell")
	}
	if t := l.Better; t != nil {
		return l.turn(figures+". ", t, "raised", "rose")
	}
	return l.about(figures+". ", func(int) string { return "" }, l.news())
}

// unscored says why there is no score.
func (l *letter) unscored() string {
	switch {
	case l.Repositories == 0:
		return ": no repositories yet"
	case slices.ContainsFunc(l.Unaudited, func(u Unaudited) bool { return u.Failed }):
		return ": no audit has succeeded yet"
	}
	return ": no score yet"
}

// turn tells of a repository and of the factor that moved it, or of the repository alone
// where the names would be cut too short.
func (l *letter) turn(figures string, t *Turn, by, whole string) string {
	name := func(most int) string {
		return fitting(most, func(most int) string { return nameOf(l.Digest.Account, t.Repository, most) })
	}
	if t.Factor.Key != "" {
		says := fmt.Sprintf(" %s %s to %s", by, lower(t.Factor), templates.Points(t.FactorTo))
		if need := min(leastName, runes(name(nameMost))) + min(leastName, runes(l.account(nameMost))); runes(figures+says)+need <= subjectMost {
			return l.about(figures, name, says)
		}
	}
	return l.about(figures, name, fmt.Sprintf(" %s to %s", whole, templates.Points(t.To)))
}

// about puts a subject together: the account, what follows it, another name and what is
// said of that. The account gives way to the name, but for its beginning.
func (l *letter) about(figures string, name func(most int) string, says string) string {
	room := subjectMost - runes(figures+says)
	other := name(max(1, room-min(leastName, runes(l.account(nameMost)))))
	return l.account(max(1, room-runes(other))) + figures + other + says
}

// account is the account's name in so many characters.
func (l *letter) account(most int) string {
	return fitting(most, func(most int) string {
		if name := clean(l.Digest.Account, most); name != "" {
			return name
		}
		return shortened(l.Account, most)
	})
}

// fitting is what a name is in so many characters, with what encloses it where it runs
// from right to left.
func fitting(most int, name func(most int) string) string {
	if says := name(most); runes(says) <= most {
		return says
	}
	return name(max(1, most-runes(isolateFirst+isolateEnd)))
}

func runes(text string) int { return utf8.RuneCountInString(text) }

// news are those of a week in which no repository turned.
func (l *letter) news() string {
	switch {
	case l.Digest.Rules.First > 0:
		return "New rules count"
	case l.Opened.All() > 0:
		return templates.Count(l.Opened.All(), "new finding")
	case l.Closed.All() > 0:
		return templates.Count(l.Closed.All(), "finding") + " gone"
	case l.Again > 0:
		return templates.Count(l.Again, "score") + " moved without a commit"
	case l.FirstAudited > 0:
		return "First audit of " + templates.Count(l.FirstAudited, "repository")
	case l.Failing > 0:
		return l.failed()
	case len(l.Lapsing) > 0:
		return lapse(len(l.Lapsing)+l.MoreLapsing) + " within a week"
	}
	return "A quiet week"
}
