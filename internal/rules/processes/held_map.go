package processes

import (
	"regexp"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// heldMaps are what one file of a program keeps of people and others change while
// they serve them.
func heldMaps(c *audit.Component) []userMap {
	if c.Class != audit.WebService {
		return nil
	}
	var found []userMap
	for s := range audit.Facts[inspect.HeldState](c, source.Prod) {
		if statedHere(s) || !c.Reaches(s.File.Path) || byHand.MatchString(s.File.Path) || measures.MatchString(s.File.Path) || declaredSo.MatchString(packages.ReplaceAllString(s.File.Path, "$1")) {
			continue
		}
		used, parts := usesOf(c, s)
		s.Fact.Parts = s.Fact.Parts || parts
		if severity, ok := heldSeverity(s); used && ok {
			state := inspect.SharedState{Name: s.Fact.Name, Type: s.Fact.Type, Parts: s.Fact.Parts}
			found = append(found, userMap{audit.Located[inspect.SharedState]{Fact: state, File: s.File, Line: s.Line, EndLine: s.EndLine}, severity})
		}
	}
	return found
}

// measures are files that count and limit, whatever they name it by.
var measures = regexp.MustCompile(`(?i)(metric|limit|stat(istic)?s|throttl|monitor)[^/]*$`)

// heldSeverity is what the loss of what a name holds costs; ok is false for what
// is no person's, can be worked out again or belongs to this process.
func heldSeverity(s audit.Located[inspect.HeldState]) (severity audit.Severity, ok bool) {
	name := s.Fact.Name
	switch {
	case derived.MatchString(name) && !underWay.MatchString(name), counts.MatchString(name), aboutUsers.MatchString(name) && tokenField.MatchString(name) && asksOthers(s.File):
		return "", false
	case s.Fact.Parts && games.MatchString(name):
		return audit.High, true
	case connection.MatchString(name):
		return "", false
	case aboutUsers.MatchString(name) && isPresence(s.File, name):
		return audit.Medium, true
	case aboutUsers.MatchString(name), s.Fact.Type == "map" && talks.MatchString(name):
		return audit.High, true
	}
	return "", false
}

// statedHere reports whether a handler of the same file changes it, which says so
// itself.
func statedHere(s audit.Located[inspect.HeldState]) bool {
	for o := range audit.FactsIn[inspect.SharedState]([]*audit.File{s.File}, source.Prod) {
		if o.Fact.Name == s.Fact.Name && !o.Fact.Beneath {
			return true
		}
	}
	return false
}

// usesOf reports whether code that serves somebody changes what another file
// holds or calls there what does, and whether it puts records there.
func usesOf(c *audit.Component, s audit.Located[inspect.HeldState]) (used, parts bool) {
	for _, name := range s.Fact.Exports {
		u, p := c.UsesHeld(s.File, name)
		used, parts = used || u, parts || p
	}
	return used, parts
}
