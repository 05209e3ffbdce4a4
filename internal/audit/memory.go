package audit

import (
	"context"
	"slices"
	"sync"
)

// Memory keeps what the last audits of repositories came to, for those of their
// next commits: what a rule said of a component stands as long as nothing that
// it read differs; see reads. It is safe for concurrent use, and bounded.
type Memory struct {
	rules   []Rule // sorted
	version string
	most    int

	mu    sync.Mutex
	files int
	kept  map[string]*remembered
	order []string // names of kept, the one that waits longest first
}

// remembered is one repository's last audit. It never changes.
type remembered struct {
	tree   Tree                          // without a way to read it
	repo   *Repository                   // without its answers
	judged map[string]*rememberedVerdict // by component
}

// rememberedVerdict is what was said of one component, and what that rests on.
type rememberedVerdict struct {
	apply   *resting[map[aspectKey]bool]
	traits  *resting[traits]
	reports []*resting[*Report] // of the rules in their order; nil of those that don't apply
	result  *judgement
}

// resting is an answer with what it rests on.
type resting[T any] struct {
	value T
	reads *reads
}

// NewMemory keeps repositories of so many files together, judged under the rules.
func NewMemory(rules []Rule, files int) *Memory {
	return &Memory{rules: sorted(rules), version: RulesetVersion(rules), most: files, kept: map[string]*remembered{}}
}

// Run is the function Run, which gives the same audit, by what is remembered of
// the repository of this name. What it gives shares parts with later audits and
// is not to be changed.
func (m *Memory) Run(ctx context.Context, tree Tree) (*Audit, error) {
	settings, wrong := ParseSettings(tree.Settings)
	last := m.of(tree.Snapshot.Repository)
	if last.repo != nil && statesLike(tree, last.tree) {
		m.asked(last.repo.Name)
		_, lapsing := holding(slices.Concat(settings.Waivers, tree.Waivers), tree.Today)
		wrong = append(wrong, lapsing...)
		return last.repo.conclude(tree, settings, wrong, m.version, last.judgements()), ctx.Err()
	}
	watcher := &watcher{}
	repo := assembled(tree, settings, watcher, last.repo)
	wrong = append(wrong, repo.accept(tree, settings, m.rules)...)
	old := last.repo
	if old != nil && !repo.standsLike(old) {
		old = nil
	}
	repo.joinEnv(old)
	repo.indexFacts()
	since := repo.since(old)
	now := &remembered{tree: unread(tree), repo: repo, judged: make(map[string]*rememberedVerdict, len(repo.Components))}
	judged := make([]*judgement, len(repo.Components))
	for i, c := range repo.Components {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		verdict := c.judgeAgain(m.rules, last.judged[c.Path], since)
		now.judged[c.Path], judged[i] = verdict, verdict.result
	}
	result := repo.conclude(tree, settings, wrong, m.version, judged)
	m.keep(now)
	return result, nil
}

// judgements are those of the components in their order.
func (r *remembered) judgements() []*judgement {
	list := make([]*judgement, len(r.repo.Components))
	for i, c := range r.repo.Components {
		list[i] = r.judged[c.Path].result
	}
	return list
}

// judgeAgain asks the rules for what may differ since the last verdict, which
// may be nil.
func (c *Component) judgeAgain(rules []Rule, last *rememberedVerdict, since *difference) *rememberedVerdict {
	if last == nil || since.all {
		last, since = &rememberedVerdict{reports: make([]*resting[*Report], len(rules))}, &difference{all: true}
	}
	now := &rememberedVerdict{reports: make([]*resting[*Report], len(rules))}
	now.apply = again(c, last.apply, since, func() map[aspectKey]bool { return applicable(c) })
	now.traits = again(c, last.traits, since, func() traits { return traitsOf(c) })
	reports := make([]*Report, len(rules))
	for i, r := range rules {
		if !now.apply.value[aspectKey{r.Factor(), r.Aspect}] {
			continue
		}
		judged := c.judgedAs(r.Factor())
		now.reports[i] = again(judged, last.reports[i], since, func() *Report {
			report := &Report{rule: r, component: judged}
			report.broken = attempt(report)
			report.component = nil // which would keep all older commits
			return report
		})
		reports[i] = now.reports[i].value
	}
	if now.apply == last.apply && now.traits == last.traits && slices.Equal(now.reports, last.reports) {
		return last
	}
	now.result = judge(c, reports, now.traits.value)
	return now
}

// again is the last answer on a component where it stands, else a new one.
func again[T any](c *Component, last *resting[T], since *difference, ask func() T) *resting[T] {
	if last != nil && !since.touches(last.reads, c) {
		return last
	}
	now := &resting[T]{}
	now.reads = c.Repo.watcher.watch(c, func() { now.value = ask() })
	return now
}

// of is what is remembered of a repository, which may be nothing.
func (m *Memory) of(name string) *remembered {
	m.mu.Lock()
	defer m.mu.Unlock()
	if last := m.kept[name]; last != nil {
		return last
	}
	return &remembered{}
}

// keep remembers an audit in the place of the repository's last one, and forgets
// those that nobody asked for the longest when there are too many files.
func (m *Memory) keep(now *remembered) {
	now.repo.forgetAnswers()
	name, files := now.repo.Name, len(now.repo.Files)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(name)
	if files > m.most {
		return
	}
	for m.files+files > m.most {
		m.forget(m.order[0])
	}
	m.kept[name] = now
	m.files += files
	m.order = append(m.order, name)
}

// asked makes a repository the last that would be forgotten.
func (m *Memory) asked(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := slices.Index(m.order, name); i >= 0 {
		m.order = append(slices.Delete(m.order, i, i+1), name)
	}
}

func (m *Memory) forget(name string) {
	if last := m.kept[name]; last != nil {
		m.files -= len(last.repo.Files)
		delete(m.kept, name)
		m.order = slices.DeleteFunc(m.order, func(kept string) bool { return kept == name })
	}
}

// forgetAnswers leaves of a repository what the next commit is compared with.
func (r *Repository) forgetAnswers() {
	r.facts, r.answers.values = nil, nil
	for _, c := range r.Components {
		c.facts, c.answers.values = nil, nil
		if p := c.asRun; p != nil {
			p.facts, p.answers.values = nil, nil
		}
	}
}
