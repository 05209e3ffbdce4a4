package report

import (
	"fmt"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

// Variable is one line of a component's environment contract. No value of a
// secret is in it.
type Variable struct {
	Component  string               `json:"component"`
	Name       string               `json:"name"`
	Secret     bool                 `json:"secret"`
	Platform   bool                 `json:"platform"` // the platform, the shell or CI sets it
	Required   bool                 `json:"required"` // the program fails without it
	Status     audit.VariableStatus `json:"status"`
	Reads      []VariableRead       `json:"reads"`
	Provided   []VariableGiven      `json:"provided"`
	Documented []Place              `json:"documented"` // in example files, and in descriptors that ask for it
}

// VariableRead is one read of a variable.
type VariableRead struct {
	Path     string  `json:"path"`
	Line     int     `json:"line"`
	Via      string  `json:"via"`
	Required bool    `json:"required"`
	Default  *string `json:"default"` // null when there is none; "" when it is empty or not told
}

// VariableGiven is one place that gives a variable to the program.
type VariableGiven struct {
	Environment audit.Environment `json:"environment"`
	Path        string            `json:"path"`
	Line        int               `json:"line"`
	From        string            `json:"from"`  // "secret", "configmap"; "" for a value
	Value       *string           `json:"value"` // null when only the deploy knows it
}

// VariablesOf is the environment contract of a component, by its path.
func VariablesOf(component string, contract []audit.Variable) []Variable {
	var list []Variable
	for _, v := range contract {
		line := Variable{Component: component, Name: v.Name, Secret: v.Secret, Platform: v.Platform, Required: v.Required, Status: v.Status,
			Reads: []VariableRead{}, Provided: []VariableGiven{}, Documented: placesOf(v.Documented)}
		for _, r := range v.Reads {
			read := VariableRead{Path: r.At.Path, Line: r.At.Line, Via: r.Via, Required: r.Required}
			if r.HasDefault {
				read.Default = &r.Default
			}
			line.Reads = append(line.Reads, read)
		}
		for _, g := range v.Given {
			given := VariableGiven{Environment: g.Environment, Path: g.At.Path, Line: g.At.Line, From: g.From}
			if g.Known {
				given.Value = &g.Value
			}
			line.Provided = append(line.Provided, given)
		}
		list = append(list, line)
	}
	return list
}

// printableVariables is the contract without control characters.
func printableVariables(list []audit.Variable) []audit.Variable {
	list = slices.Clone(list)
	for i := range list {
		v := &list[i]
		v.Name, v.Documented = clean(oneLine(v.Name)), cleanedPlaces(v.Documented)
		v.Reads, v.Given = slices.Clone(v.Reads), slices.Clone(v.Given)
		for j := range v.Reads {
			r := &v.Reads[j]
			r.At.Path, r.Via, r.Default = clean(r.At.Path), clean(r.Via), clean(oneLine(r.Default))
		}
		for j := range v.Given {
			g := &v.Given[j]
			g.At.Path, g.From, g.Value = clean(g.At.Path), clean(g.From), clean(oneLine(g.Value))
		}
	}
	return list
}

// shownValue is how many characters of a value are printed.
const shownValue = 48

// contract prints a component's environment contract: each variable with where
// it is read and where it is given; those of the platform in one line.
func (p *printer) contract(list []audit.Variable) {
	var platform []string
	never := map[audit.VariableStatus]int{}
	own := 0
	for _, v := range list {
		if v.Platform {
			platform = append(platform, v.Name)
			continue
		}
		own++
		never[v.Status]++
	}
	p.fact("Variables", contractHead(own, never))
	for _, v := range list {
		if !v.Platform {
			p.variable(v)
		}
	}
	if len(platform) > 0 {
		p.hanging("    "+p.dim("set by the platform: "), "      ", strings.Join(platform, ", "))
	}
}

func contractHead(own int, never map[audit.VariableStatus]int) string {
	if own == 0 {
		return "none of its own"
	}
	text := plural(own, "variable")
	if n := never[audit.VariableNeverProvided]; n > 0 {
		text += fmt.Sprintf("; %d required and given nowhere here", n)
	}
	if n := never[audit.VariableNeverRead]; n > 0 {
		text += fmt.Sprintf("; %d given and read nowhere here", n)
	}
	return text
}

func (p *printer) variable(v audit.Variable) {
	var notes []string
	if v.Required {
		notes = append(notes, "required")
	}
	if v.Secret {
		notes = append(notes, "secret")
	}
	switch v.Status {
	case audit.VariableNeverProvided:
		notes = append(notes, p.paint("31", "given nowhere here"))
	case audit.VariableNeverRead:
		notes = append(notes, p.paint("33", "read nowhere here"))
	}
	title := "    " + p.bold(v.Name)
	if len(notes) > 0 {
		title += "  " + strings.Join(notes, ", ")
	}
	p.line(title) // two spaces that wrapping would close
	p.reads(v.Reads)
	for i, g := range v.Given {
		if i > 0 && slices.ContainsFunc(v.Given[:i], func(h audit.VariableGiven) bool { return sameGift(g, h) }) {
			continue
		}
		var at []audit.Place
		for _, h := range v.Given[i:] {
			if sameGift(g, h) && !slices.Contains(at, h.At) {
				at = append(at, h.At)
			}
		}
		p.entry(string(g.Environment), Gift(g)+" ("+p.cyan(listed(at))+")")
	}
	if len(v.Documented) > 0 {
		p.entry("documented", p.cyan(listed(v.Documented)))
	}
}

// reads prints where a variable is read, by what stands in for it.
func (p *printer) reads(list []audit.VariableRead) {
	var at []audit.Place
	for i, r := range list {
		same := func(other audit.VariableRead) bool {
			return other.HasDefault == r.HasDefault && other.Default == r.Default
		}
		if slices.ContainsFunc(list[:i], same) {
			continue
		}
		at = at[:0]
		for _, other := range list[i:] {
			if same(other) && !slices.Contains(at, other.At) {
				at = append(at, other.At)
			}
		}
		text := "without a default"
		switch {
		case r.HasDefault && r.Default != "":
			text = "default " + short(r.Default)
		case r.HasDefault:
			text = "with a default"
		}
		p.entry("read", text+" ("+p.cyan(listed(at))+")")
	}
}

func (p *printer) entry(label, text string) {
	p.hanging("      "+p.dim(pad(label, labelWidth)), strings.Repeat(" ", labelWidth+8), text)
}

func sameGift(g, h audit.VariableGiven) bool {
	return g.Environment == h.Environment && g.From == h.From && g.Value == h.Value && g.Known == h.Known
}

// givers word where a variable's value is taken from.
var givers = map[string]string{
	"secret": "from a secret", "configmap": "from a ConfigMap", "field": "from the pod's own fields",
	"github-secret": "from a secret of GitHub", "github-variable": "from a variable of GitHub",
	"database": "from a database of the platform", "service": "from a service of the platform", "group": "from a group of variables", "generated": "generated by the platform",
}

// Gift words what is given: a value, where it is taken from, or that the deploy
// knows it alone.
func Gift(g audit.VariableGiven) string {
	switch {
	case givers[g.From] != "":
		return givers[g.From]
	case g.From != "":
		return "from " + g.From
	case g.Known && g.Value == "":
		return "empty"
	case g.Known:
		return short(g.Value)
	case g.Value != "":
		return "by the deploy, else " + short(g.Value)
	}
	return "by the deploy"
}

func short(text string) string {
	if runes := []rune(text); len(runes) > shownValue {
		return string(runes[:shownValue-1]) + "…"
	}
	return text
}

// listed is the first of some places, and how many more there are.
func listed(list []audit.Place) string {
	text := ""
	for i, at := range list {
		if i == shownPlaces {
			return fmt.Sprintf("%s and %d more", text, len(list)-i)
		}
		if i > 0 {
			text += ", "
		}
		text += at.String()
	}
	return text
}
