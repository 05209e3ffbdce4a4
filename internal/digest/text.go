package digest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"twelvefold/internal/report"
	"twelvefold/templates"
)

// columns is how wide the text part is at the most; addresses and long names stay whole.
const columns = 78

// page collects the lines of the text part.
type page struct{ strings.Builder }

func (p *page) line(text string) { p.WriteString(text + "\n") }

// wrap writes words in lines of the width, the first after first, the others after
// rest.
func (p *page) wrap(first, rest, text string) {
	line := first
	empty := true
	for _, word := range strings.FieldsFunc(text, breaks) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			p.line(line)
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	p.line(line)
}

func (p *page) title(text string) {
	if !strings.HasSuffix(p.String(), "\n\n") {
		p.line("")
	}
	p.line(strings.ToUpper(text))
	p.line("")
}

// text is the part for those who read no HTML.
func (l *letter) text() string {
	p := &page{}
	p.wrap("", "", l.Account+", "+l.Week)
	p.line("")
	if l.Score != nil {
		p.wrap("", "", l.scored())
		p.line("")
		p.strip(l.Strip)
		p.line("")
	}
	if l.calm() {
		p.said("", l.Lines)
	}
	if len(l.Things) > 0 {
		p.title(l.known())
		for i, t := range l.Things {
			if i > 0 {
				p.line("")
			}
			title := t.Title
			if t.Label == fixFirst {
				title = t.Label + ": " + title
			}
			p.wrap(fmt.Sprintf("%d. ", i+1), "   ", title)
			if t.Says != "" {
				p.wrap("   ", "   ", t.Says)
			}
			p.link("   ", t.Href)
		}
	}
	if !l.calm() {
		p.said("This week", l.Lines)
	}
	for _, list := range l.Lists {
		p.title(list.Title)
		if list.Says != "" {
			p.wrap("", "", list.Says)
			p.line("")
		}
		for _, i := range list.Items {
			p.wrap("- ", "  ", i.Title+": "+i.Says)
			p.link("  ", i.Href)
		}
		if list.More != "" {
			p.line("  " + list.More)
		}
	}
	p.said("New rules", l.Rules)
	p.foot(l)
	return p.String()
}

// said writes sentences under a title, or under none.
func (p *page) said(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if title != "" {
		p.title(title)
	}
	for _, line := range lines {
		p.wrap("", "", line)
	}
}

// breaks reports whether a line may end there: not within a figure such as 12 345.
func breaks(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }

func (p *page) link(indent, href string) {
	if href != "" {
		p.line(indent + href)
	}
}

// scored is the score and its change in a sentence.
func (l *letter) scored() string {
	says := fmt.Sprintf("%s of 100, %s", templates.Points(*l.Score), l.Of)
	if l.Change != nil {
		switch change := whole(*l.Change); {
		case change == "":
			says += "; unchanged in a week"
		default:
			says += "; " + change + " in a week"
		}
	}
	return says + ". " + l.open()
}

// open says what stands open.
func (l *letter) open() string {
	says := templates.Count(l.Findings, "open finding")
	if l.Severe > 0 {
		says += ", " + templates.Thousands(l.Severe) + " critical or high"
	}
	return says + "."
}

// known is the title of the things to know.
func (l *letter) known() string {
	return [...]string{"", "One thing to know", "Two things to know", "Three things to know"}[len(l.Things)]
}

const (
	stripBlocks  = 5
	stripColumns = 4 // cells in a line: a phone breaks none of them
)

// strip draws the twelve cells, each with its numeral and its figure.
func (p *page) strip(strip templates.Strip) {
	for first := 0; first < len(strip); first += stripColumns {
		var line strings.Builder
		for _, c := range strip[first : first+stripColumns] {
			blocks := strings.Repeat("░", stripBlocks)
			switch c.Level {
			case templates.NotApplicable:
				blocks = strings.Repeat("·", stripBlocks)
			case templates.UnknownLevel:
			default:
				blocks = report.Blocks(c.Score, stripBlocks)
			}
			fmt.Fprintf(&line, "%4s %s %-3s   ", c.Factor.Numeral, blocks, c.Figure())
		}
		p.line(strings.TrimRight(line.String(), " "))
	}
}

// foot says why this came and how it ends.
func (p *page) foot(l *letter) {
	p.line("")
	p.wrap("", "", why)
	for _, link := range l.footer() {
		p.line(link.Text + ": " + link.Href)
	}
}

const why = "You get this because you asked Twelvefold for it. It tells of what you may see on GitHub."

// footer are the links at the end.
func (l *letter) footer() (links []templates.Link) {
	for _, link := range []templates.Link{{Href: l.Home, Text: "All repositories"}, {Href: l.Settings, Text: "Change what you get"}, {Href: l.Unsubscribe, Text: "Stop it"}} {
		if link.Href != "" {
			links = append(links, link)
		}
	}
	return links
}
