package inspect

// Facts of manifests and lock files.

// Ecosystem is a package registry's world.
type Ecosystem string

// Ecosystems.
const (
	NPM    Ecosystem = "npm"
	PyPI   Ecosystem = "pypi"
	GoMod  Ecosystem = "go"
	Gem    Ecosystem = "gem"
	Maven  Ecosystem = "maven"
	PHP    Ecosystem = "composer"
	NuGet  Ecosystem = "nuget"
	System Ecosystem = "system"
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
	Workspaces  []string  `json:"workspaces,omitempty"`  // globs of member packages
	Manager     string    `json:"manager,omitempty"`     // npm, pnpm, yarn, bun, pip, poetry, uv, pipenv, go … where it says so
	Aliases     []string  `json:"aliases,omitempty"`     // import prefixes that mean local files ("@/", "#", tsconfig paths)
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
	Exact      bool      `json:"exact,omitempty"`  // the constraint allows one version only
	Origin     string    `json:"origin,omitempty"` // "", "workspace", "path", "git", "url"
	Indirect   bool      `json:"indirect,omitempty"`
}

// Lock is one lock file as a whole.
type Lock struct {
	Ecosystem Ecosystem `json:"ecosystem"`
	Manager   string    `json:"manager"` // npm, pnpm, yarn, bun, poetry, uv, pipenv, pip-compile, go
	Packages  []Locked  `json:"packages,omitempty"`
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

func (Manifest) Kind() Kind       { return "manifest" }
func (Script) Kind() Kind         { return "script" }
func (Dependency) Kind() Kind     { return "dependency" }
func (Lock) Kind() Kind           { return "lock" }
func (RuntimeVersion) Kind() Kind { return "runtime-version" }
