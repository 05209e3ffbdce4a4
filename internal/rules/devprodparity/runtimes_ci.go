package devprodparity

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// setups are the actions that install a runtime, with the inputs that say which.
var setups = map[string]struct{ runtime, version, file string }{
	"actions/setup-node": {"node", "node-version", "node-version-file"}, "actions/setup-python": {"python", "python-version", "python-version-file"},
	"actions/setup-go": {"go", "go-version", "go-version-file"}, "actions/setup-java": {"java", "java-version", "java-version-file"},
	"ruby/setup-ruby": {"ruby", "ruby-version", ""}, "shivammathur/setup-php": {"php", "php-version", "php-version-file"},
	"astral-sh/setup-uv": {"python", "python-version", ""}, "oven-sh/setup-bun": {"bun", "bun-version", "bun-version-file"},
	"actions/setup-dotnet": {"dotnet", "dotnet-version", "global-json-file"},
	"actions/setup-ruby":   {"ruby", "ruby-version", ""}, "denoland/setup-deno": {"deno", "deno-version", ""},
}

// tested are the versions that CI's jobs test or build the component with. Of a
// runtime that a matrix chooses which is not written out there are none.
func tested(c *audit.Component) (list []statement, follows map[string]audit.Place) {
	follows = map[string]audit.Place{} // runtime → a step that reads the version from a file
	matrix := map[string]bool{}
	for _, f := range c.Workflows() {
		work := jobsThatTest(f)
		for _, s := range stepsOf(c.Repo, f) {
			if !work[s.Fact.Job] || !c.IsAbout(s.Fact) || !onMerge(s.Fact) || sideJob.MatchString(s.Fact.Job) || onTests(s.Fact.Dir) {
				continue
			}
			action, _, _ := strings.Cut(strings.ToLower(s.Fact.Uses), "@")
			setup, ok := setups[action]
			if !ok {
				continue
			}
			stated, file := with(s.Fact, setup.version), with(s.Fact, setup.file)
			line := lineOf(s.Fact, setup.version, s.Line)
			at := audit.Place{Path: s.File.Path, Line: line, EndLine: line}
			switch {
			case strings.Contains(stated.Text, "matrix."):
				runs := several(eachRun(s.Fact, stated.Text), func(text string) (statement, bool) {
					r, ok := releaseOf(setup.runtime, text)
					return statement{runtime: setup.runtime, release: r, written: text, by: "CI", where: audit.Testing, place: at}, ok && setup.runtime != "dotnet"
				})
				list, matrix[setup.runtime] = append(list, runs...), matrix[setup.runtime] || len(runs) == 0
			case strings.Contains(stated.Text, "\n"):
				matrix[setup.runtime] = true
			case stated.HasText && stated.IsLiteral():
				r, ok := releaseOf(setup.runtime, strings.Trim(stated.Text, `"'`))
				if ok {
					own := statement{runtime: setup.runtime, release: r, written: stated.Text, by: "CI", where: audit.Testing, place: at}
					if setup.runtime == "dotnet" { // an SDK builds for what is older too
						own.constraint = "<=" + releaseNumber(r)
					}
					list = append(list, own)
				}
			case stated.Source == inspect.None && (file.HasText || setup.runtime == "ruby"):
				if own, ok := followed(c, setup.runtime, file.Text, s); ok {
					list = append(list, own)
				}
				follows[setup.runtime] = s.At()
			}
		}
		for s := range audit.FactsIn[inspect.WorkflowStep]([]*audit.File{f}, source.CI) {
			if s.Fact.Image == "" || !work[s.Fact.Job] || sideJob.MatchString(s.Fact.Job) || !c.IsAbout(s.Fact) {
				continue
			}
			if strings.Contains(s.Fact.Image, "matrix") {
				runs := several(eachRun(s.Fact, s.Fact.Image), func(text string) (statement, bool) {
					own, ok := imageStatement(text, f, s.Line, audit.Testing)
					own.by = "CI"
					return own, ok
				})
				list = append(list, runs...)
				if runtime := runtimeImages[path.Base(strings.Split(s.Fact.Image, ":")[0])]; runtime != "" && len(runs) == 0 {
					matrix[runtime] = true
				}
				continue
			}
			if own, ok := imageStatement(s.Fact.Image, f, s.Line, audit.Testing); ok {
				own.by = "CI"
				list = append(list, own)
			}
		}
	}
	for _, f := range c.Repo.Files {
		if f.Format != inspect.Travis || f.Role != source.CI || !c.Concerns(f) {
			continue
		}
		for v := range audit.FactsIn[inspect.RuntimeVersion]([]*audit.File{f}, source.CI) {
			r, ok := releaseOf(v.Fact.Runtime, v.Fact.Version)
			if !ok {
				matrix[v.Fact.Runtime] = true // a name chooses it: "stable"
				continue
			}
			list = append(list, statement{runtime: v.Fact.Runtime, release: r, written: v.Fact.Version, by: "CI", where: audit.Testing, place: v.At()})
		}
	}
	var kept []statement
	for _, s := range list {
		if !matrix[s.runtime] {
			kept = append(kept, s)
		}
	}
	return kept, follows
}

// followed is the version of the file that a step reads it from. Go's is what
// the directive names, though a newer one would compile it.
func followed(c *audit.Component, runtime, name string, step audit.Located[inspect.WorkflowStep]) (statement, bool) {
	if name == "" || strings.Contains(name, "$") {
		return statement{}, false
	}
	f := c.Repo.File(path.Clean(name))
	if f == nil {
		return statement{}, false
	}
	var last statement
	found := false
	for v := range audit.FactsIn[inspect.RuntimeVersion]([]*audit.File{f}, f.Role) {
		if v.Fact.Runtime != runtime || !plainVersion.MatchString(v.Fact.Version) {
			continue
		}
		if r, ok := releaseOf(runtime, v.Fact.Version); ok { // a toolchain directive comes after go's and wins
			last, found = statement{runtime: runtime, release: r, written: v.Fact.Version, by: "CI", where: audit.Testing, place: step.At()}, true
		}
	}
	return last, found
}

// sideJob are jobs beside the program's own tests.
var sideJob = regexp.MustCompile(`(?i)(^|[^a-z])(docs?|documentation|storybook|changelog|stale|label(er)?|translations?|i18n|benchmark|bench|pages|website|release-?notes|nightly|compat(ibility)?|min(imum)?|oldest|lowest|future|next|experimental)([^a-z]|$)`)

// onTests reports whether a directory holds tests alone: what runs there is a
// runner of tests, which asks the program from outside.
func onTests(dir string) bool {
	return dir != "" && source.RoleOf(path.Join(dir, "x")) == source.Test
}

// jobsThatTest are the jobs of a workflow that test or build something. One that
// builds for an analysis proves nothing of how it runs.
func jobsThatTest(f *audit.File) map[string]bool {
	jobs, analyses := map[string]bool{}, map[string]bool{}
	for s := range audit.FactsIn[inspect.WorkflowStep]([]*audit.File{f}, f.Role) {
		analyses[s.Fact.Job] = analyses[s.Fact.Job] || strings.HasPrefix(s.Fact.Uses, "github/codeql-action/")
		for _, command := range s.Fact.Commands {
			words := strings.Join(audit.Unwrap(command.Argv), " ")
			if strings.Contains(words, "test") || testsProgram.MatchString(words) || buildsImage.MatchString(words) {
				jobs[s.Fact.Job] = true
			}
		}
	}
	for job := range analyses {
		if analyses[job] {
			delete(jobs, job)
		}
	}
	return jobs
}

// stepsOf are the steps of a workflow, and in place of those that call an action
// of the repository the action's.
func stepsOf(r *audit.Repository, f *audit.File) []audit.Located[inspect.WorkflowStep] {
	var list []audit.Located[inspect.WorkflowStep]
	for s := range audit.FactsIn[inspect.WorkflowStep]([]*audit.File{f}, source.CI) {
		list = append(list, s)
		for _, inner := range r.Called(s.Fact) {
			if inner.Fact.Action {
				list = append(list, inner)
			}
		}
	}
	return list
}

func with(step inspect.WorkflowStep, name string) inspect.Value {
	for _, w := range step.With {
		if w.Name == name && name != "" {
			return w.Value
		}
	}
	return inspect.Value{}
}

func lineOf(step inspect.WorkflowStep, name string, otherwise int) int {
	for _, w := range step.With {
		if w.Name == name && w.Line > 0 {
			return w.Line
		}
	}
	return otherwise
}

// developed are the images that developers run the component in: of Dockerfiles
// for development, and of Compose files that mount the source into a runtime's.
func developed(c *audit.Component) []statement {
	var list []statement
	for stage := range audit.Facts[inspect.Stage](c, source.DeployDev) {
		if stage.Fact.Own {
			continue
		}
		if s, ok := imageStatement(stage.Fact.Base, stage.File, stage.Line, audit.Development); ok {
			list = append(list, s)
		}
	}
	list = append(list, mounted(c)...)
	for service := range audit.Facts[inspect.ComposeService](c) {
		if service.Fact.Build || service.Fact.Image == "" || c.EnvironmentOf(service.File) != audit.Development || !mountsSource(service.Fact) {
			continue
		}
		if s, ok := imageStatement(service.Fact.Image, service.File, service.Fact.ImageLine, audit.Development); ok {
			list = append(list, s)
		}
	}
	return list
}

func mountsSource(s inspect.ComposeService) bool {
	for _, v := range s.Volumes {
		if v.Type == "bind" && (v.Source == "." || strings.HasPrefix(v.Source, "./") || strings.HasPrefix(v.Source, "..")) {
			return true
		}
	}
	return false
}
