package inspect

import (
	"regexp"
	"strings"
)

// Facts of manifests and lock files.

// Ecosystem is a package registry's world.
type Ecosystem string

// Ecosystems.
const (
	NPM      Ecosystem = "npm"
	PyPI     Ecosystem = "pypi"
	GoMod    Ecosystem = "go"
	Gem      Ecosystem = "gem"
	Maven    Ecosystem = "maven"
	Composer Ecosystem = "composer"
	NuGet    Ecosystem = "nuget"
	System   Ecosystem = "system"
	Helm     Ecosystem = "helm"
)

// Manifest is one package manifest as a whole; its signal stands on the line
// of the name, or line 1.
type Manifest struct {
	Ecosystem   Ecosystem `json:"ecosystem"`
	Name        string    `json:"name,omitempty"`
	Version     string    `json:"version,omitempty"`
	Private     bool      `json:"private,omitempty"`     // says that it is never published
	Publishable bool      `json:"publishable,omitempty"` // has what a published library has: main/exports/files and a version, a build backend
	Entry       []string  `json:"entry,omitempty"`       // main, module, exports files
	Bin         []string  `json:"bin,omitempty"`         // command names it installs
	Library     bool      `json:"library,omitempty"`     // calls itself a library, and no command: by Python's classifiers
	Host        string    `json:"host,omitempty"`        // program that loads it as an extension: "vscode"
	Workspaces  []string  `json:"workspaces,omitempty"`  // globs of member packages
	Manager     string    `json:"manager,omitempty"`     // npm, pnpm, yarn, bun, pip, poetry, uv, pipenv, go, maven, gradle … where it says so
	Packaging   string    `json:"packaging,omitempty"`   // what a build makes of it: "jar", "war", "pom", "executable-jar", "exe", "web", "library", "test", "android-app"
	Plugins     []string  `json:"plugins,omitempty"`     // build plugins that it applies, by their ids: "org.springframework.boot"
	Vendor      string    `json:"vendor,omitempty"`      // directory that its packages are installed into, where it says so; relative to the file
	ImagePlugin string    `json:"imagePlugin,omitempty"` // the plugin by which the build, or that of a module that applies it, makes an image
	ImageStart  *Start    `json:"imageStart,omitempty"`  // what that image starts
	Parent      string    `json:"parent,omitempty"`      // Maven's parent: "group:artifact:version"
	ParentLine  int       `json:"parentLine,omitempty"`  // where the file names Parent
	Unstable    bool      `json:"unstable,omitempty"`    // takes versions that are not released: Composer's minimum-stability dev
	Aliases     []string  `json:"aliases,omitempty"`     // import prefixes that mean local files ("@/", "#", tsconfig paths)
}

// ImportAliases are import prefixes that a tsconfig.json or jsconfig.json, or the
// configuration of a bundler, maps to local files. A prefix ends in "/" unless only the whole name is
// mapped; "" maps every name.
type ImportAliases struct {
	Prefixes []string `json:"prefixes,omitempty"`
	Base     string   `json:"base,omitempty"`    // baseUrl as written: names of files below it can be imported bare
	Extends  []string `json:"extends,omitempty"` // configurations that this one inherits from, as written
}

// Script is a named command of a manifest (package.json scripts).
type Script struct {
	Name    string    `json:"name"`
	Text    string    `json:"text"`
	Command []Command `json:"command,omitempty"`
}

// Group is what a dependency is needed for.
type Group string

// Dependency groups.
const (
	Runtime  Group = "runtime"
	Dev      Group = "dev"
	Optional Group = "optional"
	Peer     Group = "peer"
	Build    Group = "build"
)

// Dependency is one declared requirement.
type Dependency struct {
	Ecosystem  Ecosystem `json:"ecosystem"`
	Name       string    `json:"name"` // normalised as the registry does
	Constraint string    `json:"constraint,omitempty"`
	Group      Group     `json:"group"`
	Exact      bool      `json:"exact,omitempty"`   // the constraint allows one version only
	Origin     string    `json:"origin,omitempty"`  // "", "workspace", "path", "git", "url", "catalog" (Gradle: Name is the accessor, "libs.spring.web"; a catalog's own entries have it as In)
	Managed    bool      `json:"managed,omitempty"` // another file states the version: a parent, a bill of materials, a property that is not set here
	Indirect   bool      `json:"indirect,omitempty"`
	Extras     []string  `json:"extras,omitempty"`   // PyPI: requested extras
	Marker     string    `json:"marker,omitempty"`   // PyPI: the condition under which it is needed
	Location   string    `json:"location,omitempty"` // path or URL of an Origin, credentials masked; npm: the package that an alias names
	In         string    `json:"in,omitempty"`       // name of the extra or group that asks for it, where it has one
	Requires   []string  `json:"requires,omitempty"` // Gem: what a program requires of it, where the manifest says that this is not its name
}

// RequirementsInclude is a line of a requirements file that includes another,
// relative to it.
type RequirementsInclude struct {
	Path       string `json:"path"`
	Constraint bool   `json:"constraint,omitempty"` // -c: only bounds versions
}

// Lock is one lock file as a whole.
type Lock struct {
	Ecosystem Ecosystem `json:"ecosystem"`
	Manager   string    `json:"manager"` // npm, pnpm, yarn, bun, poetry, uv, pipenv, pip-compile, go
	Packages  []Locked  `json:"packages,omitempty"`
	Version   string    `json:"version,omitempty"`   // of the manager that wrote it, where it says so
	Platforms []string  `json:"platforms,omitempty"` // that it is resolved for, where it says so
	Rooted    bool      `json:"rooted,omitempty"`    // the lock says which packages the project itself asks for: see Locked.Direct
	From      []string  `json:"from,omitempty"`      // pip-compile: what it is compiled from, as its header names it
}

// Locked is one resolved package of a lock.
type Locked struct {
	Name    string `json:"n"`
	Version string `json:"v"`
	Direct  bool   `json:"d,omitempty"`
}

// RuntimeVersion is a declared version of a language runtime.
type RuntimeVersion struct {
	Runtime string `json:"runtime"` // node, python, go, ruby, java, php, dotnet
	Version string `json:"version"` // as written
	Via     string `json:"via"`     // "engines", ".nvmrc", "requires-python", "go directive", "setup-node" …
}

func (Manifest) Kind() Kind            { return "manifest" }
func (ImportAliases) Kind() Kind       { return "import-aliases" }
func (Script) Kind() Kind              { return "script" }
func (Dependency) Kind() Kind          { return "dependency" }
func (RequirementsInclude) Kind() Kind { return "requirements-include" }
func (Lock) Kind() Kind                { return "lock" }
func (RuntimeVersion) Kind() Kind      { return "runtime-version" }

var pypiSeparators = regexp.MustCompile(`[-_.]+`)

// NormalPyPI is a distribution's name as PyPI compares it: "Flask_SQLAlchemy"
// is "flask-sqlalchemy" (PEP 503).
func NormalPyPI(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if !strings.ContainsAny(name, "_.") && !strings.Contains(name, "--") {
		return name
	}
	return pypiSeparators.ReplaceAllString(name, "-")
}
