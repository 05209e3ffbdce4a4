package tasks

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// recipeLine is a line of the recipe of some targets. make fills variables in
// when it runs a recipe: with what they are at the end of the file.
type recipeLine struct {
	logicalLine
	targets []int  // indexes
	guard   string // conditionals around it
}

// recipe keeps one line of a recipe: a shell of its own runs it.
func (m *makefile) recipe(line logicalLine, text string) {
	line.text = strings.TrimLeft(text, " \t@-+")
	if m.prefix == '\t' {
		line.text = strings.ReplaceAll(line.text, "\n\t", "\n")
	}
	for _, i := range m.open {
		m.targets[i].end = max(m.targets[i].end, line.end)
	}
	if m.guard == "" {
		m.guard = strings.Join(m.guards, "; ")
	}
	m.lines = append(m.lines, recipeLine{line, m.open, m.guard})
}

// recipes gives each target the commands of its recipe.
func (m *makefile) recipes() {
	users := m.users()
	known := map[int]recipe{} // by target
	for _, line := range m.lines {
		lines := []logicalLine{line.logicalLine}
		if name, ok := onlyVariable(line.text); ok && m.blocks[name] != nil {
			lines = m.blocks[name]
		}
		for _, l := range lines {
			l.text = strings.TrimLeft(l.text, " \t@-+")
			text, commands := "", []inspect.Command(nil)
			for n, i := range line.targets {
				if n == 0 || strings.Contains(l.text, "$") { // others are the same for all
					if m.left--; m.left < 0 {
						return
					}
					r, ok := known[i]
					if !ok {
						r = m.recipeOf(m.targets[i], users)
						known[i] = r
					}
					if own := m.shellText(l.text, r); n == 0 || own != text {
						text = own
						commands, _ = shell.Commands(text, l.line)
						givenAsWritten(commands, l)
						guarded(commands, line.guard)
					}
				}
				if t := &m.targets[i]; len(t.fact.Commands) < maxCommands {
					t.fact.Commands = append(t.fact.Commands, commands...)
				}
			}
		}
	}
}

// givenAsWritten has the commands of a recipe's line give what is written there:
// a variable that make fills in is given its value by whoever calls it.
func givenAsWritten(commands []inspect.Command, l logicalLine) {
	if len(commands) == 0 || !strings.Contains(l.text, "$") {
		return
	}
	for i := range commands {
		commands[i].Gives = nil
	}
	commands[0].Gives = shell.Given(l.text, l.line, false)
}

// guarded puts the conditionals around a recipe's line on its commands.
func guarded(commands []inspect.Command, guard string) {
	for i := range commands {
		if guard != "" {
			commands[i].Conditional, commands[i].Then = true, false
			commands[i].Guard = strings.TrimSuffix(guard+"; "+commands[i].Guard, "; ")
		}
	}
}

// maxCommands bounds the commands kept of one recipe.
const maxCommands = 500

var onlyCall = regexp.MustCompile(`^\$[({](?:call\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*(?:,[^()]*)?[)}]$`)

// onlyVariable is the name of the variable that a recipe's line is all of.
func onlyVariable(text string) (string, bool) {
	if m := onlyCall.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		return m[1], true
	}
	return "", false
}

// recipeOf is what make knows when it runs the recipe of a target. Where it may
// run it for another target that sets a variable, nothing tells which holds.
func (m *makefile) recipeOf(t target, users map[string][]string) recipe {
	r := recipe{own: m.own[t.fact.Name], open: map[string]bool{}}
	if !strings.Contains(t.fact.Name, "%") && isName(t.fact.Name) {
		r.name = t.fact.Name
	}
	if !slices.ContainsFunc(t.first, func(need string) bool { return !isName(need) }) {
		r.needs = t.first
	}
	for _, user := range users[t.fact.Name] {
		for name := range m.own[user] {
			if _, ok := r.own[name]; !ok {
				r.open[name] = true
			}
		}
	}
	return r
}

// recipe is what make fills into the lines of one target's recipe.
type recipe struct {
	name  string              // of the target, "" for one that only make can tell
	needs []string            // nil likewise
	own   map[string]variable // variables of the target
	open  map[string]bool     // variables of targets that need it
}

// lookup is what a name stands for in a recipe.
func (m *makefile) lookup(name string, r recipe) (v variable, known bool) {
	if v, known = r.own[name]; !known {
		v, known = m.variables[name]
	}
	return v, known && !v.open && !r.open[name]
}

// isName reports whether a target or prerequisite is written out.
func isName(text string) bool { return !strings.ContainsAny(text, "%$*?[") }

// assignFor sets a variable that holds for the recipes of some targets alone.
func (m *makefile) assignFor(names []string, text string, line int) {
	for _, name := range names {
		if m.own[name] == nil {
			if len(m.own) >= maxOwn {
				return
			}
			m.own[name] = map[string]variable{}
		}
		m.assignTo(m.own[name], m.variables, text, line)
	}
}

// maxOwn bounds the targets that set variables of their own: each is followed to
// all that it needs.
const maxOwn = 100

// users are the targets that set variables of their own, by what they need
// directly or not; a pattern that sets some is needed by all that it fits.
func (m *makefile) users() map[string][]string {
	users := map[string][]string{}
	needs := map[string][]string{}
	for _, t := range m.targets {
		needs[t.fact.Name] = append(needs[t.fact.Name], t.fact.Needs...)
	}
	for user := range m.own {
		seen := map[string]bool{user: true}
		for queue := []string{user}; len(queue) > 0; queue = queue[1:] {
			for _, need := range needs[queue[0]] {
				if !seen[need] {
					seen[need] = true
					queue = append(queue, need)
					users[need] = append(users[need], user)
				}
			}
		}
		if before, after, pattern := strings.Cut(user, "%"); pattern {
			for name := range needs {
				if name != user && strings.HasPrefix(name, before) && strings.HasSuffix(name, after) {
					users[name] = append(users[name], user)
				}
			}
		}
	}
	return users
}
