package dependencies

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/no-manifest",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Packages are imported, and no manifest lists any",
	Why: "Only the machines on which somebody has installed the packages can run the program; a new one, CI or the next image " +
		"cannot be set up from the repository.",
	Fixes: []audit.Fix{
		{For: "Python", Text: "Add a pyproject.toml (uv init, uv add) or a requirements.txt with ‹packages›, each at a version, and install from it."},
		{For: "JavaScript", Text: "Run npm init and npm install with ‹packages›, and commit package.json and package-lock.json."},
		{For: "Go", Text: "Run go mod init and go mod tidy, and commit go.mod and go.sum."},
		{For: "Ruby", Text: "Add a Gemfile (bundle init, bundle add) with ‹packages›, and commit it with Gemfile.lock."},
		{For: "PHP", Text: "Add a composer.json (composer require) with ‹packages›, and commit it with composer.lock."},
		{Text: "List the packages that the program imports in its language's manifest, commit the lock file with it, and install from these alone."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "003"},
	Bad: `
-- app.py --
import flask, requests
flask.Flask(__name__).run(host="0.0.0.0")
-- Procfile --
web: python app.py
`,
	Good: `
-- requirements.txt --
flask==3.0.0
requests==2.32.5
-- app.py --
import flask, requests
flask.Flask(__name__).run(host="0.0.0.0")
-- Procfile --
web: python app.py
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, find := range []func(*audit.Component) (subject string, needs []string){pythonAlone, nodeAlone, goAlone, rubyAlone, phpAlone} {
			subject, needs := find(c)
			if len(needs) == 0 || packedByHand(c) {
				continue
			}
			options := []audit.Option{audit.WithFix(subject), audit.Naming("packages", listed(needs))}
			if !plainBase(c) {
				options = append(options, audit.WithConfidence(audit.MediumConfidence)) // what the base brings is not known
			}
			report.Violation(c.Absence(), subject, fmt.Sprintf("%s imports %s, and no manifest lists any package of %s", c.Name, listed(needs), subject), options...)
		}
	},
})

// packedByHand reports whether a conda environment, Bazel, Nix or the like
// declares what nothing here reads.
func packedByHand(c *audit.Component) bool {
	return slices.ContainsFunc(audit.OfRepository(c.Repo, handPackedFiles), func(f *audit.File) bool { return concerns(f, c) })
}

func handPackedFiles(r *audit.Repository) []*audit.File {
	return named(r, func(base string) bool {
		return otherManifests[base] || condaFile(base) || strings.HasSuffix(base, ".cabal") || strings.HasSuffix(base, ".nix")
	})
}

var otherManifests = words(`build.bazel build workspace module.bazel workspace.bazel deno.json deno.jsonc import_map.json pixi.toml conda-lock.yml gopkg.toml gopkg.lock
	glide.yaml glide.lock vendor.conf godeps.json govendor.json vendor.json bower.json setup.py setup.cfg pants.toml component.json jspm.config.js spack.yaml guix.scm`)

// plainBase reports whether the image's base is known to bring no packages of
// the program's language.
func plainBase(c *audit.Component) bool {
	if c.Image == nil {
		return true
	}
	name, _, _ := audit.SplitImage(c.Image.Base)
	return plainBases[path.Base(name)] || strings.Contains(name, "distroless")
}

var plainBases = words(`python node ruby php golang alpine debian ubuntu busybox scratch slim bun buildpack-deps amazonlinux centos fedora rockylinux almalinux pypy`)

// sortedNames are the keys of a set in order.
func sortedNames(set map[string]bool) []string {
	var list []string
	for name := range set {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// pythonAlone lists the packages that a Python program without a manifest
// imports, as far as their names are well known.
func pythonAlone(c *audit.Component) (string, []string) {
	s := scopeOf(c, inspect.PyPI)
	if !speaks(c, inspect.PyPI) || len(s.manifests) > 0 || s.unread {
		return "Python", nil
	}
	r := pythonResolver{scope: s}
	r.index(c.Repo)
	needs := map[string]bool{}
	for i := range audit.Facts[inspect.Import](c, source.Prod, source.DeployProd) {
		name, _, _ := strings.Cut(i.Fact.Path, ".")
		if i.File.Format != inspect.Python || i.Fact.Guarded || i.Fact.TypeOnly || errand(i.File.Path) || name == "" || pythonStandard[name] || pythonHosts[name] ||
			c.Class == audit.Function && pythonPlatform[name] || r.own(name, i.File.Dir()) {
			continue
		}
		if candidates, certain := candidatesOf(name, i.Fact); certain && !installedByImage(c, candidates) {
			needs[candidates[0]] = true
		}
	}
	return "Python", sortedNames(needs)
}

// installedByImage reports whether the image installs a package of Python as a
// package of its operating system.
func installedByImage(c *audit.Component, names []string) bool {
	for _, command := range audit.OfComponent(c, making) {
		for _, word := range command.Argv {
			for _, name := range names {
				if name = inspect.NormalPyPI(name); word == "python3-"+name || word == "py3-"+name || word == "python-"+name {
					return true
				}
			}
		}
	}
	return false
}

// nodeAlone lists the packages that a JavaScript program without a manifest
// imports. A page's scripts may have theirs from anywhere.
func nodeAlone(c *audit.Component) (string, []string) {
	s := scopeOf(c, inspect.NPM)
	if !speaks(c, inspect.NPM) || len(s.manifests) > 0 || s.unread || c.Class == audit.StaticFrontend {
		return "JavaScript", nil
	}
	r := nodeResolver{scope: s}
	r.index(c)
	needs := map[string]bool{}
	for i := range audit.Facts[inspect.Import](c, source.Prod, source.DeployProd) {
		if i.Fact.Guarded || i.Fact.TypeOnly || errand(i.File.Path) || strings.ContainsAny(i.Fact.Path, ":!?") {
			continue
		}
		switch i.File.Format {
		case inspect.JavaScript, inspect.TypeScript, inspect.TSX:
		default:
			continue
		}
		pkg, _ := packageName(i.Fact.Path)
		scopeName, _, _ := strings.Cut(pkg, "/")
		switch {
		case !registryName.MatchString(pkg) || nodeBuiltin[pkg] || nodeHosts[pkg] || nodeHosts[scopeName] || r.own[pkg] || r.pinned:
		case c.Class == audit.Function && (nodePlatform[pkg] || nodePlatform[scopeName]):
		case r.aliased(i.Fact.Path) || r.local(i.Fact.Path, pkg):
		default:
			needs[pkg] = true
		}
	}
	return "JavaScript", sortedNames(needs)
}

// goAlone lists the modules that a Go program outside of modules imports.
func goAlone(c *audit.Component) (string, []string) {
	if !speaks(c, inspect.GoMod) || !beforeModules(c) {
		return "Go", nil
	}
	needs := map[string]bool{}
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		root, _, _ := strings.Cut(i.Fact.Path, "/")
		if i.File.Format != inspect.Go || !strings.Contains(root, ".") || strings.Contains(i.Fact.Path, "/"+path.Base(c.Repo.Name)+"/") {
			continue
		}
		if audit.OfRepository(c.Repo, keepsGoPackages) {
			return "Go", nil
		}
		parts := strings.Split(i.Fact.Path, "/")
		needs[strings.Join(parts[:min(3, len(parts))], "/")] = true
	}
	return "Go", sortedNames(needs)
}

func keepsGoPackages(r *audit.Repository) bool {
	return slices.ContainsFunc(r.Files, func(f *audit.File) bool { return inVendor(f) || strings.HasPrefix(f.Path, "Godeps/") })
}

func keepsPHPPackages(r *audit.Repository) bool {
	return slices.ContainsFunc(r.Files, func(f *audit.File) bool { return f.Format == inspect.ComposerJSON || inVendor(f) })
}

func listsGems(r *audit.Repository) bool {
	return slices.ContainsFunc(r.Files, func(f *audit.File) bool { return f.Format == inspect.Gemfile || f.Format == inspect.Gemspec })
}

func inVendor(f *audit.File) bool {
	return strings.HasPrefix(f.Path, "vendor/") || strings.Contains(f.Path, "/vendor/")
}

// wellKnownGems are gems that programs are built on, by what they require.
var wellKnownGems = map[string]string{
	"sinatra": "sinatra", "sinatra/base": "sinatra", "rails": "rails", "rails/all": "rails", "rack": "rack", "puma": "puma", "sequel": "sequel", "active_record": "activerecord",
	"active_support": "activesupport", "redis": "redis", "sidekiq": "sidekiq", "pg": "pg", "mysql2": "mysql2", "sqlite3": "sqlite3", "nokogiri": "nokogiri", "httparty": "httparty",
	"faraday": "faraday", "roda": "roda", "hanami": "hanami", "grape": "grape", "mongo": "mongo", "bunny": "bunny", "aws-sdk-s3": "aws-sdk-s3", "dotenv": "dotenv", "dotenv/load": "dotenv",
	"thin": "thin", "eventmachine": "eventmachine", "rest-client": "rest-client", "jwt": "jwt", "bcrypt": "bcrypt", "slim": "slim", "haml": "haml",
}

func rubyAlone(c *audit.Component) (string, []string) {
	s := scopeOf(c, inspect.Gem)
	if !speaks(c, inspect.Gem) || len(s.manifests) > 0 || s.unread {
		return "Ruby", nil
	}
	if audit.OfRepository(c.Repo, listsGems) {
		return "Ruby", nil
	}
	needs := map[string]bool{}
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		if gem := wellKnownGems[i.Fact.Path]; gem != "" && i.File.Format == inspect.Ruby && !i.Fact.Guarded && !errand(i.File.Path) {
			needs[gem] = true
		}
	}
	return "Ruby", sortedNames(needs)
}

// phpAlone reports a PHP program that loads Composer's packages, which are
// neither listed nor committed.
func phpAlone(c *audit.Component) (string, []string) {
	if !speaks(c, inspect.Composer) {
		return "PHP", nil
	}
	if audit.OfRepository(c.Repo, keepsPHPPackages) {
		return "PHP", nil
	}
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		if i.File.Format == inspect.PHP && strings.HasSuffix(i.Fact.Path, "vendor/autoload.php") && !i.Fact.Guarded {
			return "PHP", []string{"vendor/autoload.php"}
		}
	}
	return "PHP", nil
}
