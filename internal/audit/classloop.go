package audit

import (
	"fmt"
	"path"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// loops is a program whose main work goes on for ever: it polls, takes from a
// queue or sleeps between rounds, and serves nothing. What users install, what
// others import and what nothing starts may have such a loop for whoever calls it.
func (d *decision) loops() (Class, string) {
	if d.c.anchor.container || d.installed() || d.distributed() != "" || d.user != "" && !d.deployed() || d.orchestrates() {
		return "", ""
	}
	part := d.onlyPart()
	entries := map[*File]bool{}
	parses := false
	for e := range FactsIn[inspect.EntryPoint](withFacts[inspect.EntryPoint](d.facts, d.files), source.Prod) {
		entries[e.File] = true
	}
	for i := range FactsIn[inspect.Import](withFacts[inspect.Import](d.facts, d.files), source.Prod) {
		parses = parses || argumentParsers[i.Fact.Path]
	}
	started := map[*File]bool{}
	d.started(func(_ Process, s Step) bool {
		for _, word := range s.Argv {
			if f := d.c.File(path.Join(d.c.Path, word)); f != nil {
				started[f] = true
			}
		}
		return true
	})
	for l := range FactsIn[inspect.EndlessLoop](withFacts[inspect.EndlessLoop](d.facts, d.files), source.Prod) {
		if !d.c.Reaches(l.File.Path) || d.ofOtherCommand(l.File) || part && l.Fact.In != "" {
			continue
		}
		itself := l.Fact.In == "" || entries[l.File] || started[l.File]
		if itself || !parses && (d.deployed() || len(entries) > 0 && l.File.Format != inspect.Go) {
			return Worker, fmt.Sprintf("%s goes round for ever (%s, %s), and nothing in it listens.", l.At(), l.Fact.Via, l.Fact.Does)
		}
	}
	return "", ""
}
