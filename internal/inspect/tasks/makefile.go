// Package tasks reads task runners' files: Makefiles, justfiles, Taskfiles.
package tasks

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Makefile reads a Makefile: a Target for each target of each rule, with the
// recipe's commands on their lines, and a Credential for each literal that the
// file assigns to a secret's name.
func Makefile(e *inspect.Emitter, content []byte) error {
	m := &makefile{Emitter: e, text: logicalLines(string(shell.PlainText(content))), variables: map[string]variable{"MAKE": {text: "make"}}, blocks: map[string][]logicalLine{}, phony: map[string]bool{}, own: map[string]map[string]variable{}, prefix: '\t', left: maxRecipeLines}
	for m.at < len(m.text) {
		line := m.text[m.at]
		m.at++
		m.read(line)
	}
	m.close()
	m.recipes()
	for _, t := range m.targets {
		t.fact.Phony = m.phony[t.fact.Name]
		t.fact.EnvFiles = m.envFiles
		e.Emit(t.line, t.end, t.fact)
	}
	return nil
}

// logicalLine is a line with those that continue it, breaks kept.
type logicalLine struct {
	text string
	line int
	end  int
}

// logicalLines joins lines that end in an odd number of backslashes with the
// next.
func logicalLines(text string) []logicalLine {
	var list []logicalLine
	var b strings.Builder
	start := 1
	for i, raw := range strings.Split(text, "\n") {
		if b.Len() == 0 {
			start = i + 1
		}
		b.WriteString(raw)
		if slashes := len(raw) - len(strings.TrimRight(raw, `\`)); slashes%2 == 1 {
			b.WriteByte('\n')
			continue
		}
		list = append(list, logicalLine{b.String(), start, i + 1})
		b.Reset()
	}
	if b.Len() > 0 {
		list = append(list, logicalLine{strings.TrimRight(b.String(), "\\\n"), start, start + strings.Count(strings.TrimRight(b.String(), "\n"), "\n")})
	}
	return list
}

type variable struct {
	text string
	open bool // the environment or a command decides it
}

type target struct {
	fact      inspect.Target
	first     []string // what $^ stands for: prerequisites but those behind "|"
	line, end int
}

type makefile struct {
	*inspect.Emitter
	text      []logicalLine
	at        int
	prefix    byte // of a recipe's lines
	variables map[string]variable
	blocks    map[string][]logicalLine // define … endef
	phony     map[string]bool
	envFiles  []string
	guards    []string // conditionals around the line
	guard     string   // all of guards, once a recipe's line asked; "" before
	open      []int    // indexes of the targets whose recipe is being read
	targets   []target
	lines     []recipeLine
	own       map[string]map[string]variable // by target: variables that hold for it and what it needs
	left      int                            // recipe lines that may still be read
}

// maxRecipeLines bounds the lines of recipes that are read, those of a block
// again each time that a recipe uses it.
const maxRecipeLines = 20_000

// maxTargets bounds what is kept of one file: names may be lists of lists.
const maxTargets = 2000

var (
	makeAssignment = regexp.MustCompile(`^(?:(?:export|override|private)\s+)*([A-Za-z_.][A-Za-z0-9_.-]*)\s*(::?:?=|\?=|\+=|!=|=)\s*`)
	makeDefine     = regexp.MustCompile(`^(?:(?:export|override)\s+)*define\s+([^\s=:?+]+)`)
	targetVariable = regexp.MustCompile(`^\s*(?:(?:export|override|private)\s+)*[A-Za-z_][A-Za-z0-9_.-]*\s*(::?:?|\?|\+|!)?=`)
)

func (m *makefile) read(line logicalLine) {
	if line.text != "" && line.text[0] == m.prefix && len(m.open) > 0 {
		m.recipe(line, line.text[1:])
		return
	}
	text := strings.TrimSpace(withoutComment(line.text))
	if text == "" || m.conditional(text) {
		return
	}
	word, rest, _ := strings.Cut(text, " ")
	switch {
	case makeDefine.MatchString(text):
		m.define(makeDefine.FindStringSubmatch(text)[1])
		return
	case word == "include" || word == "-include" || word == "sinclude":
		for _, name := range strings.Fields(m.expand(rest)) {
			if base := path.Base(name); base == ".env" || strings.HasPrefix(base, ".env.") || strings.HasSuffix(base, ".env") {
				m.envFiles = append(m.envFiles, name)
			}
		}
		return
	case word == "unexport" || word == "vpath" || word == "undefine" || word == "load":
		return
	case makeAssignment.MatchString(text):
		m.assign(text, line.line)
		return
	case word == "export":
		return
	}
	m.rule(line, text)
}

// conditional follows ifeq, ifdef, else and endif; every branch is read.
func (m *makefile) conditional(text string) bool {
	word, _, _ := strings.Cut(text, " ")
	word, _, _ = strings.Cut(word, "(")
	switch word {
	case "ifeq", "ifneq", "ifdef", "ifndef":
		m.guards = append(m.guards, inspect.MaskText(text[:min(len(text), maxGuard)]))
	case "else":
		if n := len(m.guards); n > 0 {
			m.guards[n-1] = "else"
		}
	case "endif":
		m.guards = m.guards[:max(len(m.guards)-1, 0)]
	default:
		return false
	}
	m.guard = ""
	return true
}

// maxGuard bounds the bytes of a condition that are kept.
const maxGuard = 100

// define keeps the lines up to endef.
func (m *makefile) define(name string) {
	var body []logicalLine
	for m.at < len(m.text) {
		line := m.text[m.at]
		m.at++
		if strings.TrimSpace(line.text) == "endef" {
			break
		}
		body = append(body, line)
	}
	m.blocks[name] = body
}

func (m *makefile) assign(text string, line int) {
	name, value := m.assignTo(m.variables, nil, text, line)
	if name == ".RECIPEPREFIX" && value != "" {
		m.prefix = value[0]
	}
}

// assignTo sets a variable among others, over what stands below them.
func (m *makefile) assignTo(variables, below map[string]variable, text string, line int) (name, value string) {
	found := makeAssignment.FindStringSubmatch(text)
	if found == nil {
		return "", ""
	}
	name, operator := found[1], found[2]
	value = strings.TrimSpace(text[len(found[0]):])
	if operator != "?=" && operator != "!=" && value != "" && !strings.Contains(value, "$") {
		m.credential(name, strings.Trim(value, `"'`), line)
	}
	v := variable{text: strings.Join(strings.Fields(strings.ReplaceAll(value, "\\\n", " ")), " "), open: operator == "!="}
	old, ok := variables[name]
	if !ok {
		old, ok = below[name]
	}
	switch {
	case operator == "?=" && ok:
		return name, value
	case operator == "+=" && ok:
		v.text, v.open = strings.TrimSpace(old.text+" "+v.text), old.open
	case operator == ":=" || operator == "::=":
		v.text = m.expand(v.text)
	}
	if len(v.text) > maxExpansion {
		v = variable{open: true}
	}
	variables[name] = v
	return name, value
}

func (m *makefile) credential(name, text string, line int) {
	if inspect.IsSecretName(name) && !inspect.SaysOtherwise(text) {
		m.Emit(line, line, inspect.Credential{Name: name, Via: "assignment", Secret: inspect.NewSecret(text)})
		return
	}
	if v := inspect.LitOf(text); v.Secret != nil {
		c := inspect.Credential{Name: name, Via: "assignment", Secret: *v.Secret}
		if _, rest, ok := strings.Cut(v.Text, "…@"); ok {
			c.Via, c.Host = "url", rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"))]
		}
		m.Emit(line, line, c)
	}
}

// rule reads targets: prerequisites ; recipe.
func (m *makefile) rule(line logicalLine, text string) {
	colon := ruleColon(text)
	if colon < 0 {
		m.close()
		return
	}
	m.close()
	names := m.names(text[:colon])
	rest := strings.TrimPrefix(text[colon+1:], ":")
	if targetVariable.MatchString(rest) {
		m.assignFor(names, strings.TrimSpace(rest), line.line)
		return
	}
	rest, inline, hasRecipe := strings.Cut(rest, ";")
	if at := ruleColon(rest); at >= 0 { // targets: pattern: prerequisites
		rest = rest[at+1:]
	}
	normal, order, _ := strings.Cut(rest, "|")
	first := m.names(normal)
	needs := slices.Concat(first, m.names(order))
	for _, name := range names {
		switch {
		case name == ".PHONY":
			for _, phony := range needs {
				m.phony[phony] = true
			}
		case strings.HasPrefix(name, ".") && strings.ToUpper(name) == name, len(m.targets) >= maxTargets:
		default:
			m.open = append(m.open, len(m.targets))
			m.targets = append(m.targets, target{inspect.Target{Runner: "make", Name: name, Needs: needs}, first, line.line, line.end})
		}
	}
	if hasRecipe {
		m.recipe(logicalLine{inline, line.line, line.end}, inline)
	}
}

// ruleColon is where the colon behind a rule's targets stands, or -1: not one
// within $(…), of :=, or of a Windows drive.
func ruleColon(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '(', '{':
			depth++
		case ')', '}':
			depth--
		case ':':
			if depth <= 0 && (i+1 >= len(text) || text[i+1] != '=' && text[i+1] != '\\' && text[i+1] != '/') {
				return i
			}
		case '=':
			if depth <= 0 {
				return -1
			}
		}
	}
	return -1
}

func (m *makefile) close() { m.open = nil }

// withoutComment cuts a line at its "#", but not at an escaped one.
func withoutComment(text string) string {
	for i := 0; i < len(text); i++ {
		if text[i] == '#' && (i == 0 || text[i-1] != '\\') {
			return text[:i]
		}
	}
	return text
}
