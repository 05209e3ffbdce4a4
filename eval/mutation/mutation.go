package mutation

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules"
)

// Count is how many mutants were caught, of a rule in a language.
type Count struct {
	Rule, Language string
	Caught, All    int
}

// Result is what became of all mutants.
type Result struct {
	Counts []Count  // in the catalogue's order, then by language
	Known  []string // mutants that are missed, with the reason: "rule, language, repository: reason"
	Wrong  []string // what may not be: a mutant that is missed, or told at another line, or with something else
	Clean  int      // repositories that the violations were put into
}

// Run makes and judges all mutants. dir is this package's, root the module's.
func Run(ctx context.Context, dir, root string) (*Result, error) {
	repositories, err := read(filepath.Join(dir, "apps"), filepath.Join(root, "internal", "rules"))
	if err != nil {
		return nil, err
	}
	operators, err := readOperators(filepath.Join(dir, "operators"))
	if err != nil {
		return nil, err
	}
	run := run{before: map[string]map[string]bool{}, counts: map[[2]string]*Count{}}
	var work errgroup.Group
	work.SetLimit(2)
	for _, r := range repositories {
		work.Go(func() error { return run.repository(ctx, r, operators) })
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	return run.result(operators, len(repositories)), nil
}

type run struct {
	mu     sync.Mutex
	counts map[[2]string]*Count
	known  []string
	wrong  []string
	before map[string]map[string]bool // repository → rules with findings
}

// repository judges all mutants of one.
func (r *run) repository(ctx context.Context, clean repository, operators []*operator) error {
	a, err := clean.audit(ctx)
	if err != nil {
		return err
	}
	has, before := map[string]bool{}, map[string]bool{}
	for _, f := range a.Findings {
		has[f.Rule], before[f.Fingerprint] = true, true
	}
	if clean.app() && len(a.Findings) > 0 {
		f := a.Findings[0]
		r.note(func() {
			r.wrong = append(r.wrong, fmt.Sprintf("%s is not clean: %s at %s: %s", clean.name, f.Rule, f.Place, f.Message))
		})
	}
	for _, o := range operators {
		if has[o.Rule] {
			continue // it can't tell whether the violation is seen
		}
		for _, m := range o.mutants(clean) {
			after, err := m.audit(ctx)
			if err != nil {
				return err
			}
			var added []audit.Finding
			for _, f := range after.Findings {
				if !before[f.Fingerprint] {
					added = append(added, f)
				}
			}
			r.note(func() { r.judge(o, m, added) })
		}
	}
	return nil
}

func (r *run) note(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
}

// judge counts a mutant by the findings that it added.
func (r *run) judge(o *operator, m mutant, added []audit.Finding) {
	key := [2]string{o.Rule, o.Language}
	if r.counts[key] == nil {
		r.counts[key] = &Count{Rule: o.Rule, Language: o.Language}
	}
	count := r.counts[key]
	count.All++
	what := fmt.Sprintf("%s, %s, %s", o.Rule, o.Language, m.name)
	wrong := o.mistake(m.at, added)
	reason, known := o.Known[m.name]
	if !known {
		reason, known = o.Known["*"]
	}
	switch {
	case wrong == "" && known:
		r.wrong = append(r.wrong, what+" is caught now: take it from the known misses")
	case wrong == "":
		count.Caught++
	case known:
		r.known = append(r.known, what+": "+reason)
	default:
		r.wrong = append(r.wrong, what+": "+wrong)
	}
}

// mistake says what is wrong with the findings that a mutant added; nothing
// is, where the only ones are the rule's at the place and those that belong
// to it.
func (o *operator) mistake(at audit.Place, added []audit.Finding) string {
	var texts []string
	found := 0
	for _, f := range added {
		switch {
		case f.Rule == o.Rule && (at.Path == "" || f.Place.Path == at.Path && (at.Line == 0 || f.Place.Line == at.Line)):
			found++
		case !slices.Contains(o.Also, f.Rule):
			texts = append(texts, fmt.Sprintf("%s at %s", f.Rule, f.Place))
		}
	}
	if found == 1 && len(texts) == 0 {
		return ""
	}
	return fmt.Sprintf("found %d times at %s; besides: %s", found, at, strings.Join(texts, ", "))
}

// app tells whether it is a whole app and no rule's fixture.
func (r repository) app() bool { return path.Dir(r.name) == "." }

func (r *run) result(operators []*operator, clean int) *Result {
	result := &Result{Known: r.known, Wrong: r.wrong, Clean: clean}
	for _, rule := range rules.All() {
		var list []Count
		for key, count := range r.counts {
			if key[0] == rule.ID {
				list = append(list, *count)
			}
		}
		slices.SortFunc(list, func(a, b Count) int { return strings.Compare(a.Language, b.Language) })
		result.Counts = append(result.Counts, list...)
	}
	for _, o := range operators {
		if r.counts[[2]string{o.Rule, o.Language}] == nil {
			result.Wrong = append(result.Wrong, fmt.Sprintf("%s, %s: the operator applies to nothing", o.Rule, o.Language))
		}
	}
	slices.Sort(result.Known)
	slices.Sort(result.Wrong)
	result.Wrong = slices.Compact(result.Wrong)
	return result
}

// Sum is how many mutants were caught, of how many.
func (r *Result) Sum() (caught, all int) {
	for _, count := range r.Counts {
		caught, all = caught+count.Caught, all+count.All
	}
	return caught, all
}
