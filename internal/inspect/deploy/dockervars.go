package deploy

import (
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"

	"twelvefold/internal/inspect"
)

// dockerScope is what ARG and ENV have set at one place of a Dockerfile. It
// holds values as they may be kept: masked where secret.
type dockerScope struct {
	values map[string]string
	inputs map[string]bool // build arguments, and what was made of them
	outer  *dockerScope    // of the stage that this one is built FROM
	depth  int
}

// maxDockerScopes bounds how many stages back a variable is looked for.
const maxDockerScopes = 32

func newDockerScope() *dockerScope {
	return &dockerScope{values: map[string]string{}, inputs: map[string]bool{}}
}

// inherit is the scope of a stage that is built FROM the scope's stage.
func (s *dockerScope) inherit() *dockerScope {
	inner := newDockerScope()
	if s.depth < maxDockerScopes {
		inner.outer, inner.depth = s, s.depth+1
	}
	return inner
}

// Get and Keys make a scope the environment that Docker's own word expansion
// reads. A name of which only a build argument decides is not set.
func (s *dockerScope) Get(name string) (string, bool) {
	for ; s != nil; s = s.outer {
		v, ok := s.values[name]
		if ok || s.inputs[name] {
			return v, ok
		}
	}
	return "", false
}

// isInput reports whether a build argument has a part in a variable.
func (s *dockerScope) isInput(name string) bool {
	for ; s != nil; s = s.outer {
		if _, ok := s.values[name]; ok || s.inputs[name] {
			return s.inputs[name]
		}
	}
	return false
}

// Keys lists the variables that are set.
func (s *dockerScope) Keys() []string {
	var keys []string
	for ; s != nil; s = s.outer {
		for k := range s.values {
			keys = append(keys, k)
		}
	}
	return keys
}

// maxExpansion bounds what variables may blow a word up to: ENV lines that
// double each other would otherwise grow without end.
const MaxExpansion = 16 << 10

// expand fills in the variables that the file gives a value, and leaves the
// others as written. decided is false when a build argument has, or may have,
// a part in the result.
func (s *dockerScope) expand(text string) (expanded string, decided bool) {
	if !strings.ContainsAny(text, "$'\"\\") {
		return text, true
	}
	lex := shell.NewLex('\\')
	lex.SkipUnsetEnv = true
	result, err := lex.ProcessWordWithMatches(text, s)
	if err != nil || len(result.Result) > MaxExpansion {
		return text, !strings.Contains(text, "$")
	}
	decided = len(result.Unmatched) == 0
	for name := range result.Matched {
		decided = decided && !s.isInput(name)
	}
	return result.Result, decided
}

// entry is one NAME=value as it may be kept.
func (d *dockerfileReader) entry(scope *dockerScope, node *parser.Node, name, text string) inspect.EnvEntry {
	expanded, decided := scope.expand(text)
	entry := inspect.EnvEntry{Name: unquoted(name), Secret: inspect.IsSecretName(name), Line: d.lineOf(node, name)}
	switch {
	case decided:
		entry.Value = inspect.LiteralOf(name, expanded)
	case strings.Contains(expanded, "$"):
		entry.Value, entry.Written = inspect.Value{Source: inspect.Input}, inspect.MaskText(text)
	default:
		entry.Value, entry.Written = inspect.LiteralOf(name, expanded), inspect.MaskText(text)
		entry.Value.Source = inspect.Input
	}
	return entry
}

func unquoted(name string) string { return strings.Trim(name, `"'`) }

func (d *dockerfileReader) environment(pairs instructions.KeyValuePairs, scope *dockerScope, node *parser.Node) []inspect.EnvEntry {
	var entries []inspect.EnvEntry
	for _, pair := range pairs {
		entries = append(entries, d.entry(scope, node, pair.Key, pair.Value))
	}
	for _, e := range entries { // an ENV line reads what stood before the line
		scope.values[e.Name], scope.inputs[e.Name] = e.Value.Text, e.Value.Source == inspect.Input
		if e.Value.Source == inspect.Input && !e.Value.HasText {
			delete(scope.values, e.Name)
		}
	}
	return entries
}

// arguments reads ARG. A stage's bare ARG takes the default of the one before
// the first FROM.
func (d *dockerfileReader) arguments(c *instructions.ArgCommand, scope, outer *dockerScope, node *parser.Node) []inspect.EnvEntry {
	var entries []inspect.EnvEntry
	for _, arg := range c.Args {
		entry := inspect.EnvEntry{Name: arg.Key, Secret: inspect.IsSecretName(arg.Key), Line: d.lineOf(node, arg.Key), Value: inspect.Value{Source: inspect.Input}}
		switch {
		case arg.Value != nil:
			entry = d.entry(scope, node, arg.Key, *arg.Value)
		case outer != nil:
			if text, ok := outer.values[arg.Key]; ok {
				entry.Value.Text, entry.Value.HasText = text, true
			}
		}
		if entry.Value.HasText {
			scope.values[arg.Key] = entry.Value.Text
		}
		scope.inputs[arg.Key] = true
		entries = append(entries, entry)
	}
	return entries
}

// lineOf finds the line of an instruction on which a name stands.
func (d *dockerfileReader) lineOf(node *parser.Node, name string) int {
	for n := node.StartLine; n <= node.EndLine && n <= len(d.lines); n++ {
		line := d.lines[n-1]
		for at := strings.Index(line, name); at >= 0; {
			rest := line[at+len(name):]
			if (at == 0 || strings.IndexByte(" \t\"'", line[at-1]) >= 0) && (rest == "" || strings.IndexByte("= \t\"'\\", rest[0]) >= 0) {
				return n
			}
			next := strings.Index(rest, name)
			if next < 0 {
				break
			}
			at += len(name) + next
		}
	}
	return node.StartLine
}
