package audit

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// testRunners are packages that only a test loads: what imports one to run is a
// test's, or its setup, wherever it lies. Their configuration is another module.
var testRunners = map[string]bool{
	"vitest": true, "@jest/globals": true, "@playwright/test": true, "node:test": true, "bun:test": true, "cypress": true, "@testing-library/jest-dom": true, "@testing-library/jest-dom/vitest": true,
}

// besideScripts finds the JavaScript that is loaded by tests: it imports what
// runs them.
func (r *Repository) besideScripts(become func(*File, source.Role)) {
	for _, f := range withFacts[inspect.Import](r.facts, r.Files) {
		if f.Format != inspect.JavaScript && f.Format != inspect.TypeScript && f.Format != inspect.TSX || f.Role != source.Prod {
			continue
		}
		for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
			if testRunners[i.Fact.Path] && !i.Fact.TypeOnly && !i.Fact.Dynamic && !i.Fact.Guarded {
				become(f, source.Test)
				break
			}
		}
	}
}
