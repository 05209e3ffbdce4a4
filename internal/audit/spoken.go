package audit

import (
	"slices"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// kin are the languages whose fixes fit a language that has none of its own.
var kin = map[string][]string{
	"TypeScript": {"JavaScript"}, "JavaScript": {"TypeScript"}, "Vue": {"TypeScript", "JavaScript"}, "Svelte": {"TypeScript", "JavaScript"},
	"Astro": {"TypeScript", "JavaScript"}, "Kotlin": {"Java"}, "Scala": {"Java"}, "Groovy": {"Java"}, "F#": {"C#"}, "Visual Basic": {"C#"},
}

// ofServers are languages that a program with pages in another is written in.
var ofServers = []string{"Python", "Ruby", "PHP", "Java", "Kotlin", "C#", "Go"}

// ofFormats are the languages of what files other than program text belong to.
var ofFormats = map[inspect.Format]string{
	inspect.PackageJSON: "JavaScript", inspect.PyProject: "Python", inspect.Requirements: "Python", inspect.Pipfile: "Python", inspect.GoModFile: "Go", inspect.Gemfile: "Ruby",
	inspect.MavenPOM: "Java", inspect.ComposerJSON: "PHP", inspect.MSBuild: "C#", inspect.AppSettings: "C#", inspect.RailsYAML: "Ruby", inspect.SymfonyYAML: "PHP",
	inspect.Shell: "Shell", inspect.Program: "Shell",
}

// platforms are what descriptors are for, as fixes name them.
var platforms = map[inspect.Format]string{
	inspect.Dockerfile: "Docker", inspect.Compose: "Compose", inspect.Procfile: "Procfile", inspect.Fly: "fly", inspect.Render: "Render", inspect.AppJSON: "Heroku", inspect.HerokuYAML: "Heroku",
	inspect.Kustomize: "Kubernetes", inspect.ChartYAML: "Helm", inspect.HelmTemplate: "Helm", inspect.HelmValues: "Helm", inspect.Terraform: "Terraform", inspect.Workflow: "GitHub Actions",
	inspect.GitLabCI: "GitLab CI", inspect.Kamal: "Kamal", inspect.Systemd: "systemd", inspect.Nomad: "Nomad",
}

// DeployedBy is the one platform whose descriptors deploy the component, as fixes
// name it, "" where none or several do.
func (c *Component) DeployedBy() string { return OfComponent(c, deployedBy) }

func deployedBy(c *Component) string {
	found := map[string]bool{}
	for range Facts[inspect.Workload](c, source.DeployProd, source.Prod) {
		found["Kubernetes"] = true
	}
	for chart := range Facts[inspect.HelmChart](c) {
		found["Helm"] = chart.File != nil
	}
	for s := range Facts[inspect.PlatformService](c, source.DeployProd, source.Prod) {
		found[platforms[s.File.Format]] = true
	}
	for _, f := range c.Files {
		if f.Format == inspect.Fly || f.Format == inspect.Procfile || f.Format == inspect.Compose && f.Role == source.DeployProd {
			found[platforms[f.Format]] = true
		}
	}
	if found["Helm"] {
		delete(found, "Kubernetes")
	}
	if found["Procfile"] && found["Heroku"] {
		delete(found, "Heroku")
	}
	if len(found) != 1 {
		return ""
	}
	for name := range found {
		return name
	}
	return ""
}

// spokenAt is for what a fix for a place has to be written, the best first: the
// platform whose descriptor it stands in, the framework that the program there is
// built on, and its language with its kin. Where several frameworks of the
// language are in use and the file doesn't tell by which of them it is, none fits
// for sure.
func (c *Component) spokenAt(at Place) []string {
	f := c.Repo.File(at.Path)
	var spoken []string
	if f != nil && platforms[f.Format] != "" {
		spoken = append(spoken, platforms[f.Format])
	}
	language := c.languageAt(at)
	if len(language) == 0 {
		return spoken
	}
	built := speaks(c.Frameworks, language...)
	if f != nil && len(built) > 1 {
		built = speaks(usedIn(f), language...)
	}
	if len(built) == 1 {
		spoken = append(spoken, built...)
	}
	return append(spoken, language...)
}

// languageAt are the languages in which a fix for a place makes sense: the place's
// own and its kin. What is no program text, such as a Dockerfile, is about the
// component's main language. That most files are its pages' doesn't tell in what
// a server beside them is written: the framework of that server does, else no
// language's fix fits for sure.
func (c *Component) languageAt(at Place) []string {
	main := c.languageOf(at.Path)
	if main == "" && len(c.Languages) > 0 {
		main = c.Languages[0]
		if ofPages(main) && slices.ContainsFunc(c.Languages, func(l string) bool { return slices.Contains(ofServers, l) }) {
			main = c.servedIn()
		}
	}
	if main == "" {
		return nil
	}
	return append([]string{main}, kin[main]...)
}

// languageOf is a file's language by its name, else by what it is read as.
func (c *Component) languageOf(name string) string {
	if language := LanguageOf(name); language != "" {
		return language
	}
	if f := c.Repo.File(name); f != nil {
		return ofFormats[f.Format]
	}
	return ""
}

// servedIn is the one language of a component's frameworks for servers, or "".
func (c *Component) servedIn() (language string) {
	for _, l := range ofServers {
		if !slices.Contains(c.Languages, l) || len(speaks(c.Frameworks, l)) == 0 {
			continue
		}
		if language != "" {
			return ""
		}
		language = l
	}
	if len(speaks(c.Frameworks, scripts...)) > 0 {
		return ""
	}
	return language
}

func ofPages(language string) bool {
	return language == "JavaScript" || slices.Contains(kin[language], "JavaScript")
}

// Platform is what a descriptor is for, as fixes name it, "" for other files.
func (f *File) Platform() string { return platforms[f.Format] }
