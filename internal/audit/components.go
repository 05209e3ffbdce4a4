package audit

import (
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// findComponents finds the deployable units of a repository (rules.md A2):
// anchors say where they are, files go to their nearest anchor, descriptors
// elsewhere to what they deploy, and then each gets its class (A3). What has no
// class is not a component: documentation and data are not audited.
func findComponents(repo *Repository, settings Settings) []*Component {
	anchors := findAnchors(repo, settings)
	places := anchors.split(repo)
	var found []*Component
	for _, a := range places {
		c := newComponent(repo, a)
		found = append(found, c)
	}
	own(repo, found)
	attach(repo, found)
	repo.served, repo.isServed = map[*Component][]served{}, map[*File]bool{}
	serveSettings(repo, found)
	var kept []*Component
	for _, c := range found {
		c.facts = &factIndex{files: c.Files} // until files change owner again
		c.Languages = languagesOf(c.Files)
		c.Image = imageOf(c)
		c.Manifest = manifestOf(c)
		c.Name = nameOf(c)
		c.Processes = processesOf(c)
	}
	users := siblingUses(found)
	type decided struct {
		class Class
		why   string
	}
	classes := make([]decided, len(found))
	resume := repo.watcher.pause()
	sideBySide(len(found), func(i int) { classes[i].class, classes[i].why = classOf(found[i], users[found[i]]) })
	resume()
	for i, c := range found {
		c.Class, c.Why = classes[i].class, classes[i].why
		if c.anchor.class != "" {
			c.Class, c.Why = c.anchor.class, SettingsFile+" declares the class."
		}
		if c.Class != "" {
			kept = append(kept, c)
		}
	}
	for _, c := range found {
		c.facts = nil
	}
	kept = withoutParts(kept)
	reown(found, kept)
	for _, c := range kept {
		for _, u := range users[c] {
			if c.Class == Library && u.by.Class != "" {
				u.by.Imports = append(u.by.Imports, c.Path)
				if u.runtime {
					u.by.runs = append(u.by.runs, c.Path)
				}
			}
		}
	}
	if len(kept) == 0 {
		kept = wholeRepository(repo)
	}
	adoptImage(found, kept)
	kept = adoptOrphans(repo, found, kept)
	sort.Slice(kept, func(i, j int) bool { return kept[i].Path < kept[j].Path })
	for _, c := range kept {
		c.facts = &factIndex{files: c.Files}
		c.Frameworks = frameworksOf(c)
		c.unreached = unreachedFiles(c)
	}
	return kept
}

func newComponent(repo *Repository, a *anchor) *Component {
	return &Component{Path: a.dir, Repo: repo, anchor: a}
}

// own gives every file to the component of its nearest anchor. A Go program
// that is deployed on its own also owns the packages that it alone imports.
func own(repo *Repository, list []*Component) {
	at := map[string]*Component{}
	for _, c := range list {
		at[c.Path] = c
	}
	packages := map[string]*Component{}
	for _, c := range list {
		for dir := range c.anchor.packages {
			packages[dir] = c
		}
	}
	owners := map[string]*Component{} // of directories
	for _, f := range repo.Files {
		dir := f.Dir()
		if c := packages[dir]; c != nil && f.Format == inspect.Go {
			c.Files = append(c.Files, f)
			continue
		}
		if c := goModule(repo, f, at); c != nil {
			c.Files = append(c.Files, f)
			continue
		}
		c, known := owners[dir]
		if !known {
			c = nearest(at, dir)
			owners[dir] = c
		}
		if c != nil {
			c.Files = append(c.Files, f)
		}
	}
}

// nearest is the component of a directory or of the next one around it that
// has one, or nil.
func nearest(at map[string]*Component, dir string) *Component {
	for {
		if c := at[dir]; c != nil || dir == "." {
			return c
		}
		dir = parentOf(dir)
	}
}

// goModule is the component of the module that a Go file belongs to, whatever
// other manifests lie between, nil when there is none.
func goModule(repo *Repository, f *File, at map[string]*Component) *Component {
	if f.Format != inspect.Go {
		return nil
	}
	for dir := f.Dir(); ; dir = parentOf(dir) {
		if c := at[dir]; c != nil && (c.anchor.main != "" || c.anchor.declared || repo.Has(path.Join(dir, "go.mod"))) {
			return c
		}
		if dir == "." {
			return nil
		}
	}
}

// add gives a component one more file, in order of path.
func (c *Component) add(f *File) {
	i := sort.Search(len(c.Files), func(i int) bool { return c.Files[i].Path >= f.Path })
	if i < len(c.Files) && c.Files[i].Path == f.Path {
		c.Files[i] = f
		return
	}
	c.Files = append(c.Files, nil)
	copy(c.Files[i+1:], c.Files[i:])
	c.Files[i] = f
}

// File returns the component's file at this path, or nil.
func (c *Component) File(name string) *File {
	i := sort.Search(len(c.Files), func(i int) bool { return c.Files[i].Path >= name })
	if i < len(c.Files) && c.Files[i].Path == name {
		return c.Files[i]
	}
	return nil
}

// wholeRepository is the one component of a repository without code to run:
// infrastructure definitions, or a page without a build. Else there is none.
func wholeRepository(repo *Repository) []*Component {
	c := &Component{Path: ".", Name: path.Base(repo.Name), Repo: repo, Files: repo.Files, anchor: &anchor{dir: "."}}
	c.Languages = languagesOf(c.Files)
	for _, hidden := range []bool{false, true} { // settings of the repository's own tools come last
		for _, f := range repo.Files {
			if f.Role.CanViolate() && strings.HasPrefix(f.Path, ".") == hidden && infrastructure(f) {
				c.Class, c.Manifest = Infra, f.Path
				c.Why = f.Path + " defines infrastructure, and nothing here is a program."
				return []*Component{c}
			}
		}
	}
	if f := repo.File("index.html"); f != nil && f.Role.CanViolate() {
		c.Class, c.Manifest = StaticFrontend, f.Path
		c.Why = f.Path + " is served as it is."
		return []*Component{c}
	}
	return nil
}

func infrastructure(f *File) bool {
	base := path.Base(f.Path)
	if ext := path.Ext(base); ext == ".tf" || ext == ".bicep" || base == "Chart.yaml" || base == "kustomization.yaml" || base == "Pulumi.yaml" {
		return true
	}
	for _, s := range f.Signals() {
		switch s.Fact.(type) {
		case inspect.Workload, inspect.KubeObject, inspect.ComposeService:
			return true
		}
	}
	return false
}

// languages by extension, as people write them.
var languages = map[string]string{
	".py": "Python", ".js": "JavaScript", ".mjs": "JavaScript", ".cjs": "JavaScript", ".jsx": "JavaScript",
	".ts": "TypeScript", ".mts": "TypeScript", ".cts": "TypeScript", ".tsx": "TypeScript", ".go": "Go",
	".rb": "Ruby", ".java": "Java", ".kt": "Kotlin", ".php": "PHP", ".cs": "C#", ".rs": "Rust", ".scala": "Scala",
	".c": "C", ".cc": "C++", ".cpp": "C++", ".cxx": "C++", ".swift": "Swift", ".dart": "Dart", ".clj": "Clojure",
	".ex": "Elixir", ".exs": "Elixir", ".erl": "Erlang", ".hs": "Haskell", ".fs": "F#", ".vb": "Visual Basic", ".pl": "Perl",
	".lua": "Lua", ".groovy": "Groovy", ".zig": "Zig", ".nim": "Nim", ".ml": "OCaml", ".jl": "Julia", ".cr": "Crystal",
	".vue": "Vue", ".svelte": "Svelte", ".astro": "Astro", ".tf": terraform,
}

const terraform = "Terraform"

// LanguageOf is the language that a file's extension says, "" for what is no
// program text.
func LanguageOf(name string) string { return languages[strings.ToLower(path.Ext(name))] }

// isCode reports whether a file is program text, by its extension.
func isCode(f *File) bool {
	language := languages[strings.ToLower(path.Ext(f.Path))]
	return language != "" && language != terraform
}

// languagesOf counts the prod files of each language, most first.
func languagesOf(files []*File) []string {
	count := map[string]int{}
	for _, f := range files {
		if name := languages[strings.ToLower(path.Ext(f.Path))]; name != "" && f.Role == source.Prod {
			count[name]++
		}
	}
	names := make([]string, 0, len(count))
	for name := range count {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		if count[names[i]] != count[names[j]] {
			return count[names[i]] > count[names[j]]
		}
		return names[i] < names[j]
	})
	return names
}

// manifestOf is the path that absences point at: the manifest of the main
// language, else what else anchors the component.
func manifestOf(c *Component) string {
	best, rank := "", 100
	for _, f := range c.Files {
		if !f.Role.CanViolate() || path.Dir(f.Path) != c.Path && !(f.Format == inspect.GoModFile && c.anchor.main != "") {
			continue
		}
		if r := manifestRank(c, f); r < rank { // a role that can't violate, requirements-dev.txt, is not what is deployed
			best, rank = f.Path, r
		}
	}
	if best == "" && c.anchor.main != "" {
		if f := c.Repo.File(path.Join(c.anchor.module, "go.mod")); f != nil {
			return f.Path
		}
	}
	if best == "" && len(c.Files) > 0 {
		best = programOf(c).Path
	}
	return best
}

// programOf is what people would open first of a program that no manifest
// describes: what answers at its root, listens or handles requests.
func programOf(c *Component) *File {
	if f := c.File(path.Join(c.Path, "index.php")); f != nil && f.Role == source.Prod {
		return f
	}
	for _, serves := range []func(*File) bool{hasFact[inspect.Listen], hasFact[inspect.Handler]} {
		for _, f := range c.Files {
			if f.Role == source.Prod && serves(f) {
				return f
			}
		}
	}
	for _, f := range c.Files {
		if f.Role.CanViolate() {
			return f
		}
	}
	return c.Files[0]
}

func manifestRank(c *Component, f *File) int {
	order := []inspect.Format{
		inspect.PackageJSON, inspect.GoModFile, inspect.PyProject, inspect.Requirements, inspect.Pipfile, inspect.SetupPy,
		inspect.SetupCfg, inspect.Gemfile, inspect.Gemspec, inspect.MavenPOM, inspect.GradleKotlin, inspect.Gradle, inspect.ComposerJSON, inspect.MSBuild,
		inspect.Serverless, inspect.Dockerfile, inspect.Procfile, inspect.Fly, inspect.Compose,
	}
	main := mainLanguage(c)
	for i, format := range order {
		if f.Format != format {
			continue
		}
		fits := slices.Contains(manifestsOf[main], format)
		if !fits {
			i += 40
		}
		return i
	}
	return 100
}

// manifestsOf are the manifests of each language's programs.
var manifestsOf = map[string][]inspect.Format{
	"Python":     {inspect.PyProject, inspect.Requirements, inspect.Pipfile, inspect.SetupPy, inspect.SetupCfg},
	"JavaScript": {inspect.PackageJSON}, "TypeScript": {inspect.PackageJSON}, "Go": {inspect.GoModFile},
	"Ruby": {inspect.Gemfile, inspect.Gemspec}, "PHP": {inspect.ComposerJSON}, "C#": {inspect.MSBuild}, "F#": {inspect.MSBuild}, "Visual Basic": {inspect.MSBuild},
	"Java": jvmManifests, "Kotlin": jvmManifests, "Scala": jvmManifests, "Groovy": jvmManifests,
}

var jvmManifests = []inspect.Format{inspect.MavenPOM, inspect.GradleKotlin, inspect.Gradle}

// mainLanguage is the language of what the image starts, else the one with
// most files, "" for none: a server in Python with a page in JavaScript is a
// program in Python.
func mainLanguage(c *Component) string {
	if start := c.Image.Start(); start != nil {
		for _, s := range c.Steps(*start, c.Image.File) {
			for _, language := range interpreters[Program(s.Command)] {
				if slices.Contains(c.Languages, language) {
					return language
				}
			}
		}
	}
	if len(c.Languages) == 0 {
		return ""
	}
	return c.Languages[0]
}

// nameOf is the manifest's name without scope and host, else the directory's.
func nameOf(c *Component) string {
	if c.anchor.main != "" {
		return path.Base(c.Path)
	}
	if f := c.Repo.File(c.Manifest); f != nil {
		for _, s := range f.Signals() {
			if m, ok := s.Fact.(inspect.Manifest); ok && m.Name != "" {
				return moduleBase(m.Name)
			}
		}
	}
	for m := range Facts[inspect.Manifest](c) { // a gemspec beside the Gemfile
		if path.Dir(m.File.Path) == c.Path && m.Fact.Name != "" && slices.Contains(manifestsOf[mainLanguage(c)], m.File.Format) {
			return moduleBase(m.Fact.Name)
		}
	}
	if c.Path == "." {
		return path.Base(c.Repo.Name)
	}
	return dirName(c.Path)
}

// dirName is the last directory of a path that tells something: "server" of
// "services/server/src".
func dirName(dir string) string {
	base := path.Base(dir)
	switch strings.ToLower(base) {
	case "src", "source", "code", "docker":
		if parent := path.Dir(dir); parent != "." {
			return dirName(parent)
		}
	}
	return base
}

// moduleBase is the last telling segment of a package's or module's name.
func moduleBase(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 && i+1 < len(name) {
		name = name[i+1:] // Maven's group
	}
	base := path.Base(name)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" && path.Dir(name) != "." {
		base = path.Base(path.Dir(name))
	}
	return base
}
