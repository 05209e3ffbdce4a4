package python

import (
	"slices"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// chosenByKey states a choice by the environment's name without a condition:
// config[os.getenv("FLASK_ENV")], where config holds one entry per environment.
func (p *pythonFile) chosenByKey(n syntax.Node) {
	q := p.stageAsked(n.Field("subscript"))
	if q.name == "" {
		return
	}
	object := n.Field("value")
	dict := p.follow(object)
	var branches []syntax.Node
	p.entries(dict, func(key string, _, value syntax.Node) {
		q = q.with(key)
		branches = append(branches, value)
	})
	if len(branches) == 0 && (!object.Is("identifier", "attribute") || p.resolve(object) == "" || pyEnviron(p.resolve(object))) {
		return
	}
	slices.Sort(q.values)
	chosen := p.chooses(n, branches)
	if len(branches) == 0 && inspect.IsGroupFile(p.resolve(object)) {
		chosen = []inspect.Choice{inspect.ChoosesConfig}
	}
	p.Emit(n.Line(), n.EndLine(), inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: chosen})
}
