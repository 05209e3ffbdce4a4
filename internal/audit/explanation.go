package audit

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/factor"
	"twelvefold/internal/source"
)

// Explanation says how a component was found and how it runs, for people. Its
// texts are phrases that name files with their lines.
type Explanation struct {
	Processes []ProcessNote
	Image     string   // "Dockerfile:1, from python:3.12-slim"; "" without one
	Datastore string   // "app.py:3, a client of postgres, psycopg2.connect"; "" without one
	Imports   []string // paths of the repository's libraries that it uses
	Files     int      // that it owns or that deploy it
	Roles     []string // "12 prod", "3 test": most files first
}

// ProcessNote is one process type with what starts it.
type ProcessNote struct {
	Name  string
	Kind  ProcessKind
	Dev   bool
	Start string  // the command of the first way, "" where only its image says it
	At    Place   // of the first way
	Also  []Place // of the others
}

func explain(c *Component) Explanation {
	e := Explanation{Imports: slices.Clone(c.Imports), Files: len(c.Files), Roles: rolesOf(c.Files)}
	sort.Strings(e.Imports)
	for _, t := range c.ProcessTypes() {
		first := t.Ways[0]
		note := ProcessNote{Name: t.Name, Kind: t.Kind, Dev: t.Dev, Start: first.shown(), At: first.at()}
		for _, p := range t.Ways[1:] {
			if at := p.at(); at != note.At && !slices.Contains(note.Also, at) {
				note.Also = append(note.Also, at)
			}
		}
		e.Processes = append(e.Processes, note)
	}
	if c.Image != nil {
		e.Image = fmt.Sprintf("%s, from %s", Place{Path: c.Image.File.Path, Line: c.Image.BaseLine}, c.Image.Base)
	}
	if at, what, ok := c.Datastore(); ok {
		e.Datastore = fmt.Sprintf("%s, %s", at, what)
	}
	return e
}

// shown is a start as a person types it: the words of an exec form, a shell
// line as it is written.
func (p Process) shown() string {
	if p.Start.Shell || len(p.Start.Commands) != 1 {
		return p.Start.Text
	}
	words := slices.Clone(p.Start.Commands[0].Argv)
	for i, word := range words {
		if word == "" || strings.ContainsAny(word, " \t\n;&|<>'\"") {
			words[i] = "'" + word + "'"
		}
	}
	return strings.Join(words, " ")
}

func (p Process) at() Place { return Place{Path: p.File.Path, Line: p.Line} }

// rolesOf counts files by role, most first.
func rolesOf(files []*File) []string {
	count := map[source.Role]int{}
	for _, f := range files {
		count[f.Role]++
	}
	roles := make([]source.Role, 0, len(count))
	for role := range count {
		roles = append(roles, role)
	}
	slices.SortFunc(roles, func(a, b source.Role) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(string(a), string(b))
	})
	var list []string
	for _, role := range roles {
		list = append(list, fmt.Sprintf("%d %s", count[role], role))
	}
	return list
}

// unowned lists the files that belong to no component, sorted by path.
func (r *Repository) unowned() []string {
	owned := make(map[string]bool, len(r.Files)) // by path: what several share, each has its own view of
	for _, c := range r.Components {
		for _, f := range c.Files {
			owned[f.Path] = true
		}
	}
	var list []string
	for _, f := range r.Files {
		if !owned[f.Path] {
			list = append(list, f.Path)
		}
	}
	return list
}

// inapplicable says why a factor, or part of it, does not apply to a component:
// "" when all of it does.
func inapplicable(c *Component, key factor.Key) string {
	letters := matrix[c.Class][key]
	if key == factor.AdminProcesses && letters != "" && !c.hasDatastore() {
		return "it keeps no data in a database"
	}
	if key == factor.Config && c.inside {
		return "it is judged with the programs that run it"
	}
	if letters == whole {
		return ""
	}
	if letters == "" {
		return missing(c.Class, key)
	}
	var titles []string
	for _, a := range aspects[key] {
		if strings.Contains(letters, a.Letter) {
			titles = append(titles, a.Title)
		}
	}
	if len(titles) == len(aspects[key]) {
		return ""
	}
	return "only " + strings.Join(titles, " and ")
}

// missing says why a factor does not apply to a class at all.
func missing(class Class, key factor.Key) string {
	switch {
	case class == Worker && key == factor.PortBinding:
		return "a worker serves no requests"
	case class == Function:
		return "the platform binds the port, scales and stops a function"
	}
	return classNoun(class)
}

func classNoun(class Class) string {
	switch class {
	case StaticFrontend:
		return "its files run in a browser or on a device, not as a process"
	case CLI:
		return "people start it themselves: nothing is deployed"
	case Library:
		return "it runs as part of what imports it"
	case Infra:
		return "it deploys other programs and is none"
	}
	return "it does not apply to this class"
}
