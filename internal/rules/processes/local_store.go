package processes

import (
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// localStores are the stores for a purpose that stay in the process or on its
// disk in a deploy. None when the program also knows one outside: then this is
// what it falls back to, or production's settings stand above. A default that a
// variable replaces counts only where production gives it such a value.
func localStores(c *audit.Component, purpose inspect.Purpose) []audit.Located[inspect.Store] {
	var list []audit.Located[inspect.Store]
	for s := range audit.Facts[inspect.Store](c, source.Prod) {
		if s.Fact.Purpose != purpose || !holds(c, s) {
			continue
		}
		variables := s.Fact.Choice.Env
		if len(variables) > 0 && keptHere(c, variables[0]) {
			p, _ := c.ProvidedIn(audit.Production, variables[0])
			s.Fact.Store, s.File, s.Line, s.EndLine = storeHere(p.Value.Text), p.File, p.Line, p.Line
			list = append(list, s)
			continue
		}
		switch {
		case s.Fact.Store != inspect.StoreMemory && s.Fact.Store != inspect.StoreFile:
			return nil
		case len(variables) > 0:
			return nil
		case byHand.MatchString(s.File.Path):
		default:
			list = append(list, s)
		}
	}
	return list
}

// storeName is what people call what a store is set up with.
func storeName(s inspect.Store) string {
	switch {
	case strings.HasPrefix(s.Via, "django."), strings.HasPrefix(s.Via, "rails."), strings.HasPrefix(s.Via, "laravel "), strings.HasPrefix(s.Via, "spring."):
		return settingName(s.Via)
	}
	return call(s.Via)
}
