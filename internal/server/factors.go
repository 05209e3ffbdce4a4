package server

import (
	"fmt"
	"math"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// factors fills in the twelve sections from the scorecards that are shown.
func (s *Server) factors(view *templates.Repository, cards []audit.Scorecard, findings []store.Finding, passes []audit.Pass) {
	shown := map[string]bool{}
	for _, card := range cards {
		shown[card.Path] = true
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
		for _, finding := range findings {
			if finding.Factor == f.Key && shown[finding.Component] {
				section.Findings = append(section.Findings, s.findingItem(finding))
			}
		}
		for _, pass := range passes {
			if pass.Factor == f.Key && shown[pass.Component] {
				section.Passes = append(section.Passes, templates.PassItem{
					Rule: pass.Rule, Message: pass.Message, Location: location(pass.Place), Full: pass.Strength >= 1})
			}
		}
		view.Findings += len(section.Findings)
		view.Factors = append(view.Factors, section)
	}
}

func factorCard(component string, score audit.FactorScore) templates.FactorCard {
	card := templates.FactorCard{Component: component, Score: score.Score, Capped: score.Capped}
	for _, a := range score.Aspects {
		row := templates.AspectRow{
			Letter: a.Aspect, Title: a.Title, Weight: a.Weight, Evidence: a.Evidence, Credit: a.Credit,
			Seen: a.Findings+a.Passes > 0,
		}
		for _, p := range a.Penalties {
			row.Penalties = append(row.Penalties, fmt.Sprintf("(1 − %.2g %s)", math.Round(p.Amount*100)/100, p.Rule))
		}
		card.Aspects = append(card.Aspects, row)
	}
	return card
}

func (s *Server) findingItem(f store.Finding) templates.FindingItem {
	rule := s.byID[f.Rule]
	item := templates.FindingItem{
		Rule: f.Rule, RuleTitle: rule.Title, Severity: string(f.Severity), Confidence: string(f.Confidence),
		Component: f.Component, Message: f.Message, Location: location(f.Place), Why: rule.Why, Fix: f.Fix,
		Gain: f.Gain, FirstSeen: f.FirstSeen, Advisory: f.Confidence == audit.LowConfidence || f.Severity == audit.Info,
		Anchor: "f-" + f.Fingerprint[:12],
	}
	for _, place := range f.Related {
		item.Related = append(item.Related, location(place))
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
