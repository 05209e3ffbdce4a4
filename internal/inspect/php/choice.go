package php

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// maxBranches bounds the decisions of a file whose branches are looked into,
// maxBranchNodes what is looked at of one.
const (
	maxBranches    = 200
	maxBranchNodes = 5000
)

// pending is an EnvBranch whose branches are read when all facts are known.
type pending struct {
	signal int
	node   syntax.Node // the whole statement
}

// awaitChoices remembers that the EnvBranch just stated decides over n.
func (s *script) awaitChoices(n syntax.Node) {
	if len(s.branches) < maxBranches {
		s.branches = append(s.branches, pending{len(s.Signals) - 1, n})
	}
}

// branchChoices completes each EnvBranch with what its branches choose: by the
// facts that they state, and by what they hold besides.
func (s *script) branchChoices() {
	for _, p := range s.branches {
		fact, ok := s.Signals[p.signal].Fact.(inspect.EnvBranch)
		if !ok {
			continue
		}
		condition := p.node.Field("condition")
		found := map[inspect.Choice]bool{}
		for i, index := range s.nodes {
			if at := s.tree.At(int(index)); i != p.signal && at.Inside(p.node) && !at.Inside(condition) {
				if choice := choiceOf(s.Signals[i].Fact); choice != "" {
					found[choice] = true
				}
			}
		}
		left := maxBranchNodes
		p.node.Walk(func(n syntax.Node) bool {
			left--
			if n == condition || left < 0 {
				return false
			}
			if choice := s.choiceAt(n); choice != "" {
				found[choice] = true
			}
			return true
		})
		fact.Chooses = nil
		for choice := range found {
			fact.Chooses = append(fact.Chooses, choice)
		}
		slices.Sort(fact.Chooses)
		s.Signals[p.signal].Fact = fact
	}
}

func choiceOf(fact inspect.Fact) inspect.Choice {
	switch fact := fact.(type) {
	case inspect.Client, inspect.ServiceHandle:
		return inspect.ChoosesClient
	case inspect.Credential:
		return inspect.ChoosesCredential
	case inspect.Session, inspect.Store:
		return inspect.ChoosesStore
	case inspect.Endpoint:
		return inspect.ChoosesURL
	case inspect.LogSink, inspect.LogRoute:
		return inspect.ChoosesLog
	case inspect.Handler, inspect.Scheduler:
		return inspect.ChoosesFeature
	case inspect.EnvRead:
		if fact.Secret {
			return inspect.ChoosesCredential
		}
	}
	return ""
}

var (
	fakeClass  = regexp.MustCompile(`^(Fake|Mock|Stub|Dummy|Null|InMemory)[A-Z]|(Fake|Mock|Stub)$`)
	webURL     = regexp.MustCompile(`^https?://[\w.-]+`)
	debugCalls = map[string]bool{"error_reporting": true, "debug_backtrace": true, "var_dump": true, "dump": true, "dd": true, "xdebug_break": true}
	debugUnit  = regexp.MustCompile(`(?i)debug|telescope|ide_?helper|profiler|whoops|clockwork|ray\b|dusk|tinker|preventlazyloading|shouldbestrict|preventsilently`)
	registers  = map[string]bool{"register": true, "addmiddleware": true, "middleware": true, "registerbundle": true, "add": true, "pipe": true, "forcescheme": true, "forcehttps": true}
)

// choiceAt tells what a single node of a branch chooses.
func (s *script) choiceAt(n syntax.Node) inspect.Choice {
	switch n.Kind() {
	case "string":
		if text, ok := plainString(n); ok && webURL.MatchString(text) {
			return inspect.ChoosesURL
		}
	case "object_creation_expression":
		name := short(s.className(n.Child(0)))
		switch {
		case debugUnit.MatchString(name):
			return inspect.ChoosesDebug
		case fakeClass.MatchString(name):
			return inspect.ChoosesMock
		}
	case "function_call_expression", "scoped_call_expression", "member_call_expression":
		return s.callChoice(s.callOf(n))
	}
	return ""
}

func (s *script) callChoice(c call) inspect.Choice {
	arg, _ := s.literal(c.args.at(0))
	switch {
	case debugCalls[c.key]:
		return inspect.ChoosesDebug
	case c.key == "ini_set" && (strings.HasPrefix(arg, "display_") || strings.HasPrefix(arg, "xdebug") || strings.HasPrefix(arg, "zend.assert")):
		return inspect.ChoosesDebug
	case c.key == "ini_set" && strings.Contains(arg, "log"):
		return inspect.ChoosesLog
	case debugUnit.MatchString(c.method), debugUnit.MatchString(short(c.class())):
		return inspect.ChoosesDebug
	case registers[c.method] && debugUnit.MatchString(arg):
		return inspect.ChoosesDebug
	case registers[c.method]:
		return inspect.ChoosesFeature
	}
	return ""
}
