package server

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// What a page shows at the most, so that it can be read and stays small
// whatever a repository holds.
const (
	findingsOfFactor = 25 // of each factor; its own page has all
	passesOfFactor   = 25
	cardsOfFactor    = 12 // components whose arithmetic is shown below each other
	winsOfRepository = 3  // findings to mend first
)

// bound leaves in a section what the page shows of it; all is the factor's own page.
func bound(section *templates.FactorSection, all string) {
	more := templates.More{Findings: len(section.Findings), Passes: len(section.Passes), All: all}
	section.Findings = section.Findings[:min(findingsOfFactor, more.Findings)]
	section.Passes = section.Passes[:min(passesOfFactor, more.Passes)]
	if more.Cards = len(section.Cards) > cardsOfFactor; more.Cards {
		section.Cards = nil
	}
	section.More = more
}

// factors fills in the sections from the scorecards that are shown, and the
// findings that are.
func (s *Server) factors(ctx context.Context, view *templates.Repository, cards []audit.Scorecard, findings []store.Finding, passes []audit.Pass, w waiving) error {
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
		section.Narrowed = view.Filter.Narrowed
		var of []store.Finding // of the section's items
		for _, finding := range findings {
			if finding.Factor == f.Key {
				item := s.findingItem(finding, at)
				item.Page = findingHref(w.of.ID, finding.ID)
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
		bound(&section, factorHref(w.of.ID, f.Key, view.Selected, 1))
		for j := range section.Findings { // the forms of those that are shown
			s.fill(&section.Findings[j], of[j].Finding, w)
		}
		view.Factors = append(view.Factors, section)
	}
	return nil
}

// repositoryWins are the findings that gain most, of one or several components. Of
// few there is nothing to choose, and a component beside the score raises nothing.
// Gains are those of the score that is shown: of a mean, a part of the component's.
func repositoryWins(findings []store.Finding, shown []audit.Scorecard, w waiving) (items []templates.WinItem) {
	var open []store.Finding
	counted := (&audit.Audit{Scorecards: shown}).Deployable()
	parts := float64(max(1, scoredOf(counted)))
	for _, f := range findings {
		if _, counts := cardAt(counted, f.Component); !counts {
			continue
		}
		if f.Gain /= parts; templates.Gain(f.Gain) != "" && f.WaivedOn(w.today, w.standing) == nil {
			open = append(open, f)
		}
	}
	if len(open) <= winsOfRepository {
		return nil
	}
	slices.SortStableFunc(open, func(a, b store.Finding) int { return cmp.Compare(b.Gain, a.Gain) }) // they come worst first
	for _, f := range open[:winsOfRepository] {
		item := templates.WinItem{Href: findingHref(w.of.ID, f.ID), Message: f.Message, Severity: string(f.Severity), Factor: factorOf(f.Factor), Gain: f.Gain}
		if len(shown) > 1 && f.Component != "." {
			item.Name = f.Component
		}
		items = append(items, item)
	}
	return items
}

// scoredOf counts the components that a score is the mean of.
func scoredOf(cards []audit.Scorecard) (n int) {
	for _, card := range cards {
		if card.Score != nil {
			n++
		}
	}
	return n
}

func factorCard(component string, score audit.FactorScore) templates.FactorCard {
	card := templates.FactorCard{Component: component, Score: score.Score, Capped: score.Capped, Loss: math.Round(score.Loss()*1000) / 1000}
	for _, a := range score.Aspects {
		row := templates.AspectRow{
			Letter: a.Aspect, Title: a.Title, Weight: a.Weight, Evidence: a.Evidence, Credit: a.Credit,
			Seen: a.Covered(),
		}
		for _, p := range a.Penalties {
			row.Penalties = append(row.Penalties, templates.Taken{Rule: p.Rule, Amount: p.Amount, Formula: formulaOf(p)})
		}
		card.Aspects = append(card.Aspects, row)
	}
	return card
}

// formulaOf is how what a rule takes follows from its findings, "" where it is the
// weight of one.
func formulaOf(p audit.Penalty) string {
	if formula := p.Formula(); formula != strconv.FormatFloat(p.Amount, 'g', 3, 64) {
		return formula
	}
	return ""
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
