package audit

import (
	"slices"

	"twelvefold/internal/factor"
)

// Comparison is what a commit changes against another one, its base.
type Comparison struct {
	New       []Finding // in the order of the audit; see Finding.beyond for those that the base has in part
	Fixed     []Finding // as the base has them
	Unchanged []Finding // as the newer commit has them
	Unseen    []Finding // as the base has them, where the newer commit could not be read
}

// Compare tells the findings of a commit apart by those of its base: by
// fingerprint, which holds no line and no file name; and of a component whose
// directory was renamed by rule and subject. What stands at more places than in
// the base, or is worse, is new as well. The waivers are those that hold, as
// Holding gives them.
func Compare(base, head *Audit, waivers []Waiver) Comparison {
	var c Comparison
	before := map[string]int{} // fingerprint → index in the base's findings
	for i, f := range base.Findings {
		before[f.Fingerprint] = i
	}
	now := map[string]bool{}
	for _, f := range head.Findings {
		now[f.Fingerprint] = true
	}
	gone := map[saidIn][]int{} // findings of components that are no longer there
	for i, f := range base.Findings {
		if !now[f.Fingerprint] && !head.has(f.Component) {
			key := saidIn{f.Rule, f.Subject}
			gone[key] = append(gone[key], i)
		}
	}
	moved := map[int]bool{}
	for _, f := range head.Findings {
		key := saidIn{f.Rule, f.Subject}
		was, known := before[f.Fingerprint]
		if !known && !base.has(f.Component) && len(gone[key]) > 0 {
			was, known = gone[key][0], true
			gone[key] = gone[key][1:]
			moved[was] = true
		}
		if !known {
			c.New = append(c.New, f)
			continue
		}
		if more, is := f.beyond(base.Findings[was], waivers); is {
			c.New = append(c.New, more)
		} else {
			c.Unchanged = append(c.Unchanged, f)
		}
	}
	for i, f := range base.Findings {
		if !now[f.Fingerprint] && !moved[i] {
			c.Fixed = append(c.Fixed, f)
		}
	}
	return c
}

// saidIn is what a finding says, whatever the component.
type saidIn struct{ rule, subject string }

func (a *Audit) has(component string) bool {
	return slices.ContainsFunc(a.Scorecards, func(card Scorecard) bool { return card.Path == component })
}

// Cell is one factor of a whole repository.
type Cell struct {
	Factor factor.Key `json:"factor"`
	Status Status     `json:"status"`          // Assessed if any component is, else Unknown if any is, else NotApplicable
	Score  *float64   `json:"score"`           // mean over the components that it applies to; nil if none
	Worst  *float64   `json:"worst,omitempty"` // the lowest score of a component
}

// Cells are the twelve factors of the repository: of the components that its
// score is the mean of.
func (a *Audit) Cells() [12]Cell {
	var cells [12]Cell
	cards := a.Deployable()
	for i, key := range factor.Keys() {
		cell := Cell{Factor: key, Status: NotApplicable}
		var n, sum float64
		for _, card := range cards {
			f := card.Factors[i]
			if f.Status == Assessed || f.Status == Unknown && cell.Status != Assessed {
				cell.Status = f.Status
			}
			if f.Score == nil {
				continue
			}
			n, sum = n+1, sum+*f.Score
			if cell.Worst == nil || *f.Score < *cell.Worst {
				worst := *f.Score
				cell.Worst = &worst
			}
		}
		if n > 0 {
			mean := round(sum / n)
			cell.Score = &mean
		}
		cells[i] = cell
	}
	return cells
}
