package audit

import (
	"go/build/constraint"
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// besideGo finds the Go files that no build of the program has: behind a tag
// that none sets, or made for tests.
func (r *Repository) besideGo(become func(*File, source.Role)) {
	conditional := map[*File]string{}
	helped := map[string]bool{} // directories of packages with a file that works on a test
	for _, f := range withFacts[inspect.Package](r.facts, r.Files) {
		if f.Format != inspect.Go || f.Role != source.Prod {
			continue
		}
		for p := range FactsIn[inspect.Package]([]*File{f}) {
			if p.Fact.Build != "" {
				conditional[f] = p.Fact.Build
			}
			if p.Fact.Tests && p.Fact.Name != "main" {
				become(f, source.Test)
				helped[f.Dir()] = true
			}
		}
	}
	if len(conditional) > 0 {
		tags := r.goTags()
		for f, condition := range conditional {
			if role := tags.role(condition); role != "" {
				become(f, role)
			}
		}
	}
	r.besideGoPackages(helped, become)
}

// besideGoPackages makes tests of the other files of packages that work on
// tests, where no program of the module imports them.
func (r *Repository) besideGoPackages(helped map[string]bool, become func(*File, source.Role)) {
	reached := map[string]map[string]bool{} // by the module's directory
	for _, f := range r.Files {
		if f.Format != inspect.Go || f.Role != source.Prod || !helped[f.Dir()] {
			continue
		}
		dir, ok := r.moduleAround(f.Dir())
		if !ok {
			continue
		}
		if reached[dir] == nil {
			m := moduleAt(r, dir)
			reached[dir] = m.reach(m.mains...)
		}
		if len(reached[dir]) > 0 && !reached[dir][f.Dir()] {
			become(f, source.Test)
		}
	}
}

// moduleAround is the directory of the Go module that a directory belongs to.
func (r *Repository) moduleAround(dir string) (string, bool) {
	for {
		if r.Has(path.Join(dir, "go.mod")) {
			return dir, true
		}
		if dir == "." {
			return "", false
		}
		dir = path.Dir(dir)
	}
}

// goTags are the tags that the repository's builds of Go programs set.
type goTags struct {
	builds bool // something here builds Go programs
	open   bool // with tags that can't be told
	set    map[string]bool
}

// goTags reads the commands of images, pipelines, scripts and recipes.
func (r *Repository) goTags() goTags {
	tags := goTags{set: map[string]bool{}}
	for _, f := range r.Files {
		if base := strings.TrimPrefix(path.Base(f.Path), "."); strings.HasPrefix(base, "goreleaser.") || base == "ko.yaml" {
			tags.builds, tags.open = true, true // whose flags no signal states
		}
		for s := range f.Of(inspect.Instruction{}, inspect.WorkflowStep{}, inspect.Target{}, inspect.Script{}, inspect.Command{}, inspect.PlatformService{}) {
			for _, c := range commandsOf(s.Fact) {
				tags.add(c)
			}
			if i, ok := s.Fact.(inspect.Instruction); ok && i.Name == "ENV" {
				for _, pair := range i.Pairs {
					if pair.Name == "GOFLAGS" {
						tags.addFlags(strings.Fields(pair.Value.Text))
					}
				}
			}
		}
	}
	return tags
}

// commandsOf are the commands of one fact of what builds or starts.
func commandsOf(fact inspect.Fact) []inspect.Command {
	switch fact := fact.(type) {
	case inspect.Command:
		return []inspect.Command{fact}
	case inspect.Target:
		return fact.Commands
	case inspect.Script:
		return fact.Command
	case inspect.WorkflowStep:
		return fact.Commands
	case inspect.Instruction:
		if fact.Start != nil {
			return fact.Start.Commands
		}
	case inspect.PlatformService:
		if fact.Build != nil {
			return fact.Build.Commands
		}
	}
	return nil
}

// add takes the tags of a command that builds: of "go build" and "go install",
// and of what stands in for go ("$(GO) build", xgo). What tests or checks with a
// tag builds no program.
func (t *goTags) add(c inspect.Command) {
	if len(c.Argv) == 0 {
		return
	}
	words := map[string]bool{}
	for _, word := range c.Argv {
		words[word] = true
	}
	if words["test"] || words["vet"] || words["run"] || words["generate"] || words["list"] {
		return
	}
	program := path.Base(c.Argv[0])
	builds := words["build"] || words["install"]
	if !builds && program != "xgo" && program != "garble" && program != "gox" {
		return
	}
	goes := program == "go" || strings.Contains(strings.ToLower(c.Argv[0]), "go")
	for _, assign := range c.Assigns {
		if flags, ok := strings.CutPrefix(assign, "GOFLAGS="); ok {
			t.addFlags(strings.Fields(flags))
		}
	}
	t.builds = t.builds || goes
	for _, word := range c.Argv[1:] {
		t.open = t.open || goes && strings.HasPrefix(word, "$") && strings.Contains(strings.ToUpper(word), "FLAG")
	}
	t.addFlags(c.Argv[1:])
}

// addFlags takes what follows "-tags" among a command's words.
func (t *goTags) addFlags(words []string) {
	for i, word := range words {
		flag, value, given := strings.Cut(strings.TrimLeft(word, "-"), "=")
		if flag != "tags" || !strings.HasPrefix(word, "-") {
			continue
		}
		if !given && i+1 < len(words) {
			value = words[i+1]
		}
		t.open = t.open || strings.ContainsAny(value, "$`")
		for _, tag := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '"' || r == '\'' }) {
			t.set[tag] = true
		}
	}
}

// role is what a file is for that is built under a condition which no build
// here meets, or "". Platforms, compilers and editions are met by some build.
func (t *goTags) role(condition string) source.Role {
	expression, err := constraint.Parse("//go:build " + condition)
	if err != nil {
		return ""
	}
	var free []string
	role := source.DevTool
	seen := map[string]bool{}
	expression.Eval(func(tag string) bool { // of every tag
		switch {
		case seen[tag]:
		case t.set[tag] || !t.unset(tag):
			free = append(free, tag)
		case testTag(tag):
			role = source.Test
		}
		seen[tag] = true
		return false
	})
	if len(free) == len(seen) || len(free) > 8 || satisfiable(expression, free) {
		return ""
	}
	return role
}

// unset reports whether no build sets a tag. Tags that are known to be for tools
// and tests are set by none but theirs; of others it is only said where the
// builds are here to be read.
func (t *goTags) unset(tag string) bool {
	if toolTags[tag] || testTag(tag) {
		return true
	}
	return t.builds && !t.open && !compilerTag(tag) && !editions[tag]
}

// satisfiable reports whether an expression holds for some choice of the free
// tags while all others are unset.
func satisfiable(expression constraint.Expr, free []string) bool {
	for choice := range 1 << len(free) {
		holds := expression.Eval(func(tag string) bool {
			for i, name := range free {
				if name == tag {
					return choice&(1<<i) != 0
				}
			}
			return false
		})
		if holds {
			return true
		}
	}
	return false
}
