package dependencies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// proof is why all packages of a language are known to be declared, though its
// imports are not resolved one by one.
type proof struct {
	at       audit.Place
	strength float64
	message  string
}

// byBuild are the languages whose packages nothing but a manifest can bring:
// the compiler refuses an import that no manifest declares, Bundler a gem that
// the Gemfile does not ask for; Composer's loader finds classes of its own
// packages alone, and says so only when one is used.
var byBuild = map[string]func(c *audit.Component, language string) (proof, bool){
	"Java": compiled, "Kotlin": compiled, "C#": compiled, "Ruby": heldByBundler, "PHP": autoloaded,
}

// compiled is the proof of a language that is compiled against its manifest.
func compiled(c *audit.Component, language string) (proof, bool) {
	ecosystem := inspect.Maven
	if language == "C#" {
		ecosystem = inspect.NuGet
	}
	asked, ok := packagesOf(c, ecosystem)
	if !ok || !audit.Has(c, func(m inspect.Manifest) bool { return m.Ecosystem == ecosystem }) {
		return proof{}, false
	}
	return proof{asked.at, 1, fmt.Sprintf("%s declares %s, and the %s does not compile with any other", path.Base(asked.at.Path), plural(asked.n, "package"), language)}, true
}

// heldByBundler is the proof of a Ruby program that Bundler starts.
func heldByBundler(c *audit.Component, _ string) (proof, bool) {
	asked, ok := packagesOf(c, inspect.Gem)
	if !ok {
		return proof{}, false
	}
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		if i.File.Format == inspect.Ruby && (i.Fact.Path == "bundler/setup" || i.Fact.Path == "bundler") && !i.Fact.Guarded && !errand(i.File.Path) {
			return proof{i.At(), 1, fmt.Sprintf("Bundler lets the program load nothing but what %s asks for", path.Base(asked.at.Path))}, true
		}
	}
	for _, p := range c.Running() {
		for _, step := range c.RunSteps(p) {
			if argv := step.Argv; len(argv) > 2 && path.Base(argv[0]) == "bundle" && argv[1] == "exec" {
				return proof{step.At(), 1, "bundle exec lets the program load nothing but what the Gemfile asks for"}, true
			}
		}
	}
	return proof{}, false
}

// autoloaded is the proof of a PHP program that loads its classes through
// Composer.
func autoloaded(c *audit.Component, _ string) (proof, bool) {
	asked, ok := packagesOf(c, inspect.Composer)
	if !ok {
		return proof{}, false
	}
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		if i.File.Format == inspect.PHP && strings.HasSuffix(i.Fact.Path, "vendor/autoload.php") {
			return proof{i.At(), 0.5, fmt.Sprintf("Composer's loader finds the classes of what %s asks for, and none of the host's", path.Base(asked.at.Path))}, true
		}
	}
	return proof{}, false
}

// manifestFormats are those of the manifests that proofs rest on.
var manifestFormats = map[inspect.Ecosystem][]inspect.Format{
	inspect.Maven:    {inspect.MavenPOM, inspect.Gradle, inspect.GradleKotlin, inspect.GradleCatalog},
	inspect.NuGet:    {inspect.MSBuild, inspect.NuGetConfig},
	inspect.Gem:      {inspect.Gemfile},
	inspect.Composer: {inspect.ComposerJSON},
}

// asking is what a component asks for in one ecosystem.
type asking struct {
	at audit.Place // of the first package in the manifest nearest to the component
	n  int
}

// packagesOf finds the packages that the manifests of a component, and those
// around it, ask for. ok is false when there are none, or a manifest does not
// parse.
func packagesOf(c *audit.Component, ecosystem inspect.Ecosystem) (asking, bool) {
	var found asking
	names := map[string]bool{}
	for _, files := range [][]*audit.File{c.Files, c.Above()} {
		for d := range audit.FactsIn[inspect.Dependency](files) {
			if d.Fact.Ecosystem != ecosystem || d.Fact.Group != inspect.Runtime || d.Fact.Indirect || d.Fact.Name == "" || path.Ext(d.File.Path) == ".lock" {
				continue
			}
			if found.n == 0 || d.File.Path == found.at.Path && d.Line < found.at.Line {
				found.at = d.At()
			}
			names[d.Fact.Name] = true
			found.n = len(names)
		}
		for _, f := range files {
			if f.Failed() != "" && slices.Contains(manifestFormats[ecosystem], f.Format) {
				return asking{}, false
			}
		}
	}
	return found, found.n > 0
}
