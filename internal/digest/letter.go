package digest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/templates"
)

// letter is what both parts of the mail show, in words that are clean.
type letter struct {
	Digest
	Subject   string // shorter than 60 characters
	Title     string // of the HTML document
	Preheader string // what lists of mails show behind the subject
	Account   string
	Week      string // "16 to 23 November 2026"
	Of        string // what the score is of
	Standing  []string
	Things    []thing
	Lines     []string // what else happened, a sentence each
	Rules     []string // what is announced of them
	Lists     []list
}

// thing is one of the three things to know. Its sign is a cell of the strip, as it is
// now, or a gain.
type thing struct {
	Label   string // "Got worse"
	Level   templates.Level
	Numeral string
	Figure  string
	Title   string
	Href    string
	Says    string // may hold `code`
}

// Labels of things.
const (
	gotWorse  = "Got worse"
	gotBetter = "Got better"
	fixFirst  = "Fix first"
)

// list is a bounded list.
type list struct {
	Title string
	Says  string // under the title; "" for nothing
	Items []item
	More  string // "and 212 more"; "" for none
}

type item struct{ Title, Href, Says string }

func letterOf(d Digest) letter {
	l := letter{Digest: d, Account: clean(d.Account, nameMost), Week: week(d.From, d.To)}
	if l.Account == "" {
		l.Account = "Your account"
	}
	l.Of = "the mean of " + templates.Count(d.Scored, "repository")
	if d.Scored == 1 {
		l.Of = "one repository"
	}
	if d.Chosen {
		l.Of += " that you chose"
		if d.Scored != 1 {
			l.Of = "the mean of the " + templates.Count(d.Scored, "repository") + " that you chose"
		}
	}
	l.things()
	l.lines()
	switch {
	case d.Lost:
		l.Lines = append(l.Lines, "The digest before this one could not be sent.")
	case d.Doubt:
		l.Lines = append(l.Lines, "The digest before this one may not have arrived: nobody said that it was taken.")
	}
	l.ruled()
	l.lists()
	l.Subject = l.subject()
	l.Title = clean(d.Account, titleName) + ", " + l.Week
	l.Preheader = l.preheader()
	return l
}

// calm reports whether what the week brought is one line, which then comes first.
func (l *letter) calm() bool { return l.quiet() || l.Audited == 0 }

// week names the days from one to the other.
func week(from, to time.Time) string {
	switch {
	case from.Year() != to.Year():
		return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
	case from.Month() != to.Month():
		return from.Format("2 January") + " to " + to.Format("2 January 2006")
	}
	return from.Format("2") + " to " + to.Format("2 January 2006")
}

// whole is a change as whole points with its sign, "" for less than one half.
func whole(change float64) string {
	switch points := math.Round(change); {
	case points <= -1:
		return fmt.Sprintf("−%.0f", -points)
	case points >= 1:
		return fmt.Sprintf("+%.0f", points)
	}
	return ""
}

// lower is a factor inside a sentence: "config", "dev/prod parity".
func lower(f factor.Factor) string { return strings.ToLower(f.Name) }

func lapse(n int) string {
	if n == 1 {
		return "1 waiver lapses"
	}
	return templates.Thousands(n) + " waivers lapse"
}

// preheader is the second thing to know, or what stands.
func (l *letter) preheader() string {
	if len(l.Things) > 1 {
		return l.Things[1].Title + "."
	}
	if len(l.Lines) > 0 {
		return l.Lines[0]
	}
	return templates.Count(l.Repositories, "repository") + ", " + templates.Count(l.Findings, "open finding") + "."
}

// things are the three things to know, as far as there are so many.
func (l *letter) things() {
	if t := l.Worse; t != nil {
		l.turned(gotWorse, "fell", t)
	}
	if t := l.Better; t != nil {
		l.turned(gotBetter, "rose", t)
	}
	if w := l.Win; w != nil {
		l.Things = append(l.Things, thing{
			Label: fixFirst, Numeral: w.Factor.Numeral, Figure: templates.Gain(w.Gain),
			Title: fmt.Sprintf("%s gains %s", nameOf(l.Digest.Account, w.Repository, nameMost), points(w.Gain)), Href: w.Href,
			Says: fmt.Sprintf("%s %s, %s.", ended(message(w.Message)), w.Factor.Name, w.Severity)})
	}
}

// ended is a sentence with its full stop, unless it was cut off.
func ended(says string) string {
	if strings.HasSuffix(says, "…") {
		return says
	}
	return says + "."
}

// points is a gain in words: "7 points", "0.4 points".
func points(gain float64) string {
	says := strings.TrimPrefix(templates.Gain(gain), "+")
	if says == "1" {
		return "1 point"
	}
	return says + " points"
}

func (l *letter) turned(label, verb string, t *Turn) {
	now := thing{Label: label, Level: templates.LevelOf(t.To), Figure: templates.Points(t.To), Href: t.Href,
		Title: fmt.Sprintf("%s %s from %s", nameOf(l.Digest.Account, t.Repository, nameMost), verb, fromTo(t.From, t.To, " to "))}
	var says []string
	if t.Factor.Key != "" {
		now.Level, now.Numeral, now.Figure = templates.LevelOf(t.FactorTo), t.Factor.Numeral, templates.Points(t.FactorTo)
		says = append(says, fmt.Sprintf("%s %s", t.Factor.Name, fromTo(t.FactorFrom, t.FactorTo, " → ")))
	}
	if by := l.cause(t); by != "" {
		says = append(says, by)
	}
	now.Says = strings.Join(says, ", ")
	if now.Says != "" {
		now.Says = strings.ToUpper(now.Says[:1]) + now.Says[1:] + "."
	}
	l.Things = append(l.Things, now)
}

// fromTo writes two scores so that they differ.
func fromTo(from, to float64, between string) string {
	a, b := templates.Points(from), templates.Points(to)
	if a == b {
		a, b = templates.Tenths(from), templates.Tenths(to)
	}
	return a + between + b
}

// cause names the pull request or the commit that turned a repository.
func (l *letter) cause(t *Turn) string {
	switch {
	case t.Number > 0:
		says := fmt.Sprintf("with #%d", t.Number)
		if title := clean(strings.ReplaceAll(t.Title, "`", "'"), titleMost); title != "" {
			says += " “" + title + "”"
		}
		if by := clean(t.By, nameMost); by != "" {
			says += " by " + by
		}
		return says
	case t.Commit != "":
		return "with commit " + templates.Short(t.Commit)
	}
	return ""
}

// lines are what else happened.
func (l *letter) lines() {
	if l.Repositories == 0 {
		l.Lines = append(l.Lines, "There is no repository here that you may see.")
		return
	}
	if l.Audited == 0 {
		l.Lines = append(l.Lines, l.notYet())
		return
	}
	if l.quiet() {
		says := "A quiet week: no score moved, and no finding was opened or closed."
		if l.Failing > 0 {
			says = "No score moved, and no finding was opened or closed. " + l.failed() + "."
		}
		l.Lines = append(l.Lines, says)
		return
	}
	opened, closed := l.Opened.All(), l.Closed.All()
	switch {
	case opened > 0 && closed > 0:
		l.Lines = append(l.Lines, fmt.Sprintf("%s opened%s, %s closed.", templates.Count(opened, "finding"), severe(l.Opened), templates.Thousands(closed)))
	case opened > 0:
		l.Lines = append(l.Lines, fmt.Sprintf("%s opened%s, none closed.", templates.Count(opened, "finding"), severe(l.Opened)))
	case closed > 0:
		l.Lines = append(l.Lines, fmt.Sprintf("%s closed, none opened.", templates.Count(closed, "finding")))
	}
	if l.Again > 0 {
		says := fmt.Sprintf("The score of %s moved without a commit, as when a waiver begins or ends.", templates.Count(l.Again, "repository"))
		if l.AgainBy != nil {
			says += fmt.Sprintf(" Over all that is %s, which is not counted as this week’s change.", tenths(*l.AgainBy))
		}
		l.Lines = append(l.Lines, says)
	}
	if l.FirstAudited > 0 {
		l.Lines = append(l.Lines, fmt.Sprintf("%s audited for the first time; what was found there is not counted as new.", were(l.FirstAudited, "repository")))
	}
}

// failed says that audits of the week did.
func (l *letter) failed() string {
	if l.Failing == 1 {
		return "An audit failed"
	}
	return templates.Thousands(l.Failing) + " audits failed"
}

// notYet says why there is no score where no repository was audited.
func (l *letter) notYet() string {
	if slices.ContainsFunc(l.Unaudited, func(u Unaudited) bool { return u.Failed }) {
		return "No audit has succeeded yet."
	}
	return "No repository has been audited yet."
}

func were(n int, one string) string {
	if n == 1 {
		return "1 " + one + " was"
	}
	return templates.Count(n, one) + " were"
}

// severe says how many of findings are critical or high: " (2 critical, 1 high)".
func severe(c Counts) string {
	var parts []string
	for i, severity := range audit.Severities()[:2] {
		if c[i] > 0 {
			parts = append(parts, templates.Thousands(c[i])+" "+string(severity))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

// ruled keeps what rules did apart from what people did, and announces what they will.
func (l *letter) ruled() {
	r := l.Digest.Rules
	if r.First > 0 {
		says := fmt.Sprintf("%s audited under new rules for the first time.", were(r.First, "repository"))
		if r.Of != nil && l.Change != nil {
			says += fmt.Sprintf(" Of the %s this week, %s came with those audits and not with your work alone.", tenths(*l.Change), tenths(*r.Of))
		}
		if r.Beside != nil {
			says += fmt.Sprintf(" Where no commit came in between, they moved the score by %s, which is not counted as this week’s change.", tenths(*r.Beside))
		}
		l.Lines = append(l.Lines, says)
	}
	if r.Waiting > 0 {
		l.Rules = append(l.Rules, fmt.Sprintf("The rules have changed since %s last audited. The next audit counts by the new ones, and may move a score without a change of yours.", were(r.Waiting, "repository")))
	}
}

// tenths is a change with its sign as the arithmetic has it: "−1.2".
func tenths(change float64) string {
	says := templates.Tenths(math.Abs(math.Round(change*10) / 10))
	switch {
	case change <= -0.05:
		return "−" + says
	case change >= 0.05:
		return "+" + says
	}
	return "±0"
}
