package server

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// What a page shows at the most, so that it can be read and stays small
// whatever a repository holds.
const (
	findingsOfFactor = 25  // of each factor, where all twelve are shown
	findingsOfPage   = 100 // where one factor is shown alone
	passesOfFactor   = 25
	cardsOfFactor    = 12 // components whose arithmetic is shown below each other
)

// part is what of a repository's page is asked for.
type part struct {
	factor factor.Key // "" for all twelve
	page   int        // of the factor's findings, from 1
	href   string     // of the page with all twelve
}

// partOf reads ?factor= and ?page=.
func partOf(r *http.Request, view *templates.Repository) (part, error) {
	query := r.URL.Query()
	p := part{page: 1, href: view.Href}
	if view.Selected != "" {
		p.href = componentHref(view.Href, view.Selected)
	}
	if key := query.Get("factor"); key != "" {
		f, err := factor.Of(factor.Key(key))
		if err != nil {
			return p, store.ErrNotFound
		}
		p.factor, view.Whole = f.Key, p.href
	}
	if text := query.Get("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1<<20 || p.factor == "" {
			return p, store.ErrNotFound
		}
		p.page = n
	}
	return p, nil
}

// of is the address of a page of one factor's findings.
func (p part) of(key factor.Key, page int) string {
	mark := "?"
	if strings.Contains(p.href, "?") {
		mark = "&"
	}
	href := p.href + mark + "factor=" + string(key)
	if page > 1 {
		href += fmt.Sprintf("&page=%d", page)
	}
	return href
}

// bound leaves in a section what the part shows of it.
func (p part) bound(section *templates.FactorSection) {
	key := section.Factor.Key
	more := templates.More{Findings: len(section.Findings), First: 1, Passes: len(section.Passes)}
	if p.factor == "" {
		section.Findings = section.Findings[:min(findingsOfFactor, more.Findings)]
		section.Passes = section.Passes[:min(passesOfFactor, more.Passes)]
		if more.Findings > len(section.Findings) {
			more.All = p.of(key, 1)
		}
	} else {
		from := min((p.page-1)*findingsOfPage, more.Findings)
		to := min(from+findingsOfPage, more.Findings)
		section.Findings, more.First = section.Findings[from:to], from+1
		section.Passes = section.Passes[:min(findingsOfPage, more.Passes)]
		if p.page > 1 {
			more.Before = p.of(key, min(p.page-1, (more.Findings+findingsOfPage-1)/findingsOfPage))
		}
		if to < more.Findings {
			more.After = p.of(key, p.page+1)
		}
	}
	if more.Cards = len(section.Cards) > cardsOfFactor; more.Cards {
		section.Cards = nil
	}
	section.More = more
}

// factors fills in the sections from the scorecards that are shown.
func (s *Server) factors(ctx context.Context, view *templates.Repository, part part, cards []audit.Scorecard, findings []store.Finding, passes []audit.Pass, w waiving) error {
	shown := map[string]bool{}
	for _, card := range cards {
		shown[card.Path] = true
	}
	at := s.hostedOf(w.of.Repository, w.of.Latest.Commit)
	causes, err := s.causes(ctx, w.of, findings)
	if err != nil {
		return err
	}
	for i, f := range factor.All() {
		if part.factor != "" && part.factor != f.Key {
			continue
		}
		section := templates.FactorSection{Factor: f, Weight: audit.FactorWeight(f.Key), Level: view.Strip[i].Level, Score: view.Strip[i].Score}
		var coverage, applies float64
		for _, card := range cards {
			score := card.Factors[i]
			if score.Status == audit.NotApplicable {
				continue
			}
			applies++
			coverage += score.Coverage
			section.Cards = append(section.Cards, factorCard(card.Path, score))
			if section.Level == templates.UnknownLevel && score.Score != nil {
				section.Score = *score.Score
			}
		}
		if applies > 0 {
			section.Coverage = coverage / applies
		}
		var of []store.Finding // of the section's items
		for _, finding := range findings {
			if finding.Factor == f.Key && shown[finding.Component] {
				item := s.findingItem(finding, at)
				item.Opened, item.OpenedBy = at.cause(causes[finding.FirstSeenAudit])
				section.Findings = append(section.Findings, item)
				of = append(of, finding)
			}
		}
		for _, pass := range passes {
			if pass.Factor == f.Key && shown[pass.Component] {
				section.Passes = append(section.Passes, templates.PassItem{
					Rule: pass.Rule, Message: pass.Message, Location: location(pass.Place), Full: pass.Strength >= 1})
			}
		}
		view.Findings += len(section.Findings)
		part.bound(&section)
		for j := range section.Findings { // the forms of those that are shown
			s.fill(&section.Findings[j], of[section.More.First-1+j].Finding, w)
		}
		view.Factors = append(view.Factors, section)
	}
	return nil
}

func factorCard(component string, score audit.FactorScore) templates.FactorCard {
	card := templates.FactorCard{Component: component, Score: score.Score, Capped: score.Capped, Loss: math.Round(score.Loss()*1000) / 1000}
	for _, a := range score.Aspects {
		row := templates.AspectRow{
			Letter: a.Aspect, Title: a.Title, Weight: a.Weight, Evidence: a.Evidence, Credit: a.Credit,
			Seen: a.Covered(),
		}
		for _, p := range a.Penalties {
			row.Penalties = append(row.Penalties, fmt.Sprintf("(1 − %.2g %s)", math.Round(p.Amount*100)/100, p.Rule))
		}
		card.Aspects = append(card.Aspects, row)
	}
	return card
}

func (s *Server) findingItem(f store.Finding, at hosted) templates.FindingItem {
	rule := s.byID[f.Rule]
	item := templates.FindingItem{
		Rule: f.Rule, RuleTitle: rule.Title, Severity: string(f.Severity), Confidence: string(f.Confidence),
		Component: f.Component, Message: f.Message, Location: location(f.Place), Why: rule.Why, Fix: f.Fix,
		Gain: f.Gain, FirstSeen: f.FirstSeen, Advisory: f.Confidence == audit.LowConfidence || f.Severity == audit.Info,
		Anchor: anchorOf(f.Fingerprint), Place: at.place(f.Place),
	}
	for _, place := range f.Related {
		item.Related = append(item.Related, at.place(place))
	}
	return item
}

// factorOf is the factor of a stored key; the schema allows no other.
func factorOf(key factor.Key) factor.Factor {
	f, err := factor.Of(key)
	if err != nil {
		return factor.Factor{Key: key, Name: string(key)}
	}
	return f
}
