package dependencies

import (
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// dockerfile is one from which an image of the component is built for a deploy.
type dockerfile struct {
	file  *audit.File
	base  string // of the deployed stage, after following own stages
	line  int
	final map[int]bool // the deployed stage and those that it is built FROM
	feeds map[int]bool // these, and those that they copy from
	aside map[int]bool // stages that are named for development or tests
}

// dockerfiles lists the Dockerfile that the component is deployed with, and its
// others that are not for development or tests.
func dockerfiles(c *audit.Component) []dockerfile {
	var list []dockerfile
	if c.Image != nil {
		d := readStages(c.Image.File, lastOf(c.Image))
		d.base, d.line = c.Image.Base, c.Image.BaseLine
		list = append(list, d)
	}
	for _, f := range c.Files {
		if f.Format != inspect.Dockerfile || !f.Role.CanViolate() || f.Role == source.DeployDev || c.Image != nil && f == c.Image.File || asideName.MatchString(strings.ToLower(f.Path)) {
			continue
		}
		if d := readStages(f, -1); len(d.final) > 0 {
			list = append(list, d)
		}
	}
	return list
}

// asideName are names of images that are no release: what tests, debugs or
// develops the program.
var asideName = regexp.MustCompile(`(^|[/._-])(tests?|testing|e2e|integration(-tests?)?|debug|dev|devel|development|local|lint|bench(mark)?|ci|cypress|playwright|devcontainer|\.devcontainer|example|examples|samples?)([/._-]|$)|\.(erb|j2|jinja2?|tmpl|tpl|template|in|mustache|hbs|ejs)$`)

// lastOf is the index of the stage that the image is, or -1 where the image
// has no instruction to tell.
func lastOf(image *audit.Image) int {
	last := -1
	for _, i := range image.Instructions {
		last = max(last, i.Fact.Stage)
	}
	return last
}

// readStages reads which stages the image of a stage comes from; -1 is the last.
func readStages(f *audit.File, last int) dockerfile {
	d := dockerfile{file: f, final: map[int]bool{}, feeds: map[int]bool{}, aside: map[int]bool{}}
	var stages []audit.Located[inspect.Stage]
	for s := range audit.FactsIn[inspect.Stage]([]*audit.File{f}, f.Role) {
		stages = append(stages, s)
		d.aside[s.Fact.Index] = asideName.MatchString(strings.ToLower(s.Fact.Name))
	}
	if last < 0 || last >= len(stages) {
		last = len(stages) - 1
	}
	for i := last; i >= 0; {
		d.final[i] = true
		d.base, d.line = stages[i].Fact.Base, stages[i].Line
		i = stageNamed(stages[:i], stages[i].Fact)
	}
	copied := map[int][]string{}
	for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{f}, f.Role) {
		if i.Fact.From != "" {
			copied[i.Fact.Stage] = append(copied[i.Fact.Stage], i.Fact.From)
		}
		for _, m := range i.Fact.Mounts {
			if m.From != "" {
				copied[i.Fact.Stage] = append(copied[i.Fact.Stage], m.From)
			}
		}
	}
	for i := last; i >= 0; i-- {
		if !d.final[i] && !d.feeds[i] {
			continue
		}
		d.feeds[i] = true
		if parent := stageNamed(stages[:i], stages[i].Fact); parent >= 0 {
			d.feeds[parent] = true
		}
		for _, name := range copied[i] {
			if from := stageIndex(stages[:i], name); from >= 0 {
				d.feeds[from] = true
			}
		}
	}
	return d
}

func stageNamed(earlier []audit.Located[inspect.Stage], s inspect.Stage) int {
	if !s.Own {
		return -1
	}
	return stageIndex(earlier, s.Base)
}

func stageIndex(earlier []audit.Located[inspect.Stage], name string) int {
	for i := len(earlier) - 1; i >= 0; i-- {
		if earlier[i].Fact.Called(name) {
			return i
		}
	}
	return -1
}
