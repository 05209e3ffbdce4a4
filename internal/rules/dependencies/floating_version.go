package dependencies

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/floating-version",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "A dependency has no version, and no lock file holds one",
	Why: "The next build takes whatever was published last, be it the next major version or a branch's newest commit: the same " +
		"commit of the program behaves otherwise tomorrow, and nobody has changed anything.",
	Fixes: []audit.Fix{
		{For: "without a lock", Text: "Commit the lock file that the package manager writes for ‹file›, which holds all of them, and install from it."},
		{For: "project", Text: "Give each a Version in ‹file›, or name them with their versions in a Directory.Packages.props (ManagePackageVersionsCentrally)."},
		{For: "standard", Text: "Delete ‹package› from ‹file›: Python has it."},
		{For: "npm", Text: "Give ‹package› a version range in ‹file›, and commit the lock file; build with npm ci or the like."},
		{For: "pypi", Text: "Pin ‹package› to a version (‹package›==…) in ‹file›, or compile it with pip-compile, uv lock or poetry lock and commit the result."},
		{For: "gem", Text: "Run bundle lock and commit Gemfile.lock; give ‹package› a ref or a tag where it comes from git."},
		{For: "composer", Text: "Require a released version of ‹package› in ‹file›, and commit composer.lock."},
		{For: "maven", Text: "Name a released version of ‹package› in ‹file›, or turn on Gradle's dependency locking."},
		{For: "nuget", Text: "Name the version of ‹package›, or set RestorePackagesWithLockFile and commit packages.lock.json."},
		{For: "helm", Text: "Name the version of ‹package› in Chart.yaml and commit Chart.lock."},
		{For: "Terraform", Text: "Give the module ‹package› a version where it comes from the registry, and ?ref= with a tag or commit where it comes from git."},
		{Text: "Give ‹package› a version, or commit the lock file that the package manager writes."},
		{Text: "Give the dependency a version, or commit the lock file that the package manager writes."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Ratio,
	Sources:    []string{"002"},
	Bad: `
-- requirements.txt --
flask
gunicorn==22.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import flask
app = flask.Flask(__name__)
`,
	Good: `
-- requirements.txt --
flask==3.0.0
gunicorn==22.0.0
-- Procfile --
web: gunicorn app:app
-- app.py --
import flask
app = flask.Flask(__name__)
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		deployed := requirementsOfImage(c)
		if publishes(c) && len(deployed) == 0 {
			return // who installs it resolves for themselves
		}
		none, projects := withoutVersion(c.Repo), map[*audit.File][]audit.Located[inspect.Dependency]{}
		own, locked, good := audit.OfRepository(c.Repo, ownPackages), lockedIn(c), map[string]bool{}
		bad, together, pinned := map[string]bool{}, map[*audit.File][]floating{}, map[*audit.File]bool{}
		for d := range audit.Facts[inspect.Dependency](c) {
			if publishes(c) && !deployed[d.File.Path] || d.Fact.Indirect || own[d.Fact.Name] || d.Fact.Name == "" || virtualPackage(d.Fact) || !(build{ecosystem: d.Fact.Ecosystem}).counts(c, d.Fact) {
				continue
			}
			if none(d) && !locked(d) {
				bad[d.Fact.Name], projects[d.File] = true, append(projects[d.File], d)
				continue
			}
			how, slight := floats(d.Fact)
			if how != "" && ofStandard(d.Fact) {
				bad[d.Fact.Name] = true
				report.Violation(d.At(), d.Fact.Name, fmt.Sprintf("%s asks for %s, which is a module of Python itself: what is installed is somebody's copy", path.Base(d.File.Path), d.Fact.Name),
					audit.WithSeverity(audit.Low), audit.WithFix("standard"), audit.Naming("package", d.Fact.Name), audit.Naming("file", path.Base(d.File.Path)))
				continue
			}
			if how == "" || locked(d) {
				good[d.Fact.Name] = true
				continue
			}
			bad[d.Fact.Name] = true
			if b, asks := buildOf(c, d.Fact.Ecosystem); asks && b.lock == nil && lockNames[d.Fact.Ecosystem] != nil && d.File.Format != inspect.Requirements {
				together[d.File] = append(together[d.File], floating{d, how, slight, true})
				continue
			}
			if _, counted := pinned[d.File]; !counted {
				pinned[d.File] = mostlyPinned(d.File)
			}
			floating{d, how, slight, !pinned[d.File]}.report(report, d.Fact.Name)
		}
		for _, file := range c.Files {
			reportTogether(file, together[file], report)
			reportWithoutVersion(projects[file], report)
		}
		judgeModules(c, report)
		for name := range bad {
			delete(good, name)
		}
		report.Good(len(good))
	},
})

// ofStandard reports whether a requirement names what every Python 3 has, and not
// for an older one alone.
func ofStandard(d inspect.Dependency) bool {
	return d.Ecosystem == inspect.PyPI && d.Marker == "" && d.Origin == "" && copiesOfStandard[d.Name]
}

// copiesOfStandard are packages that only bring what Python 3 has had for long.
var copiesOfStandard = words(`argparse asyncio pathlib uuid configparser hashlib sqlite3 logging json csv statistics ipaddress typing contextvars dataclasses secrets smtplib ssl datetime multiprocessing threading subprocess random time os sys re`)

// floating is a requirement that leaves its version open.
type floating struct {
	audit.Located[inspect.Dependency]
	how    string
	slight bool
	told   bool // by what is said of the missing lock
}

// report reports the requirement by itself.
func (d floating) report(report *audit.Report, subject string) {
	message := fmt.Sprintf("%s asks for %s %s, and no lock file holds it", path.Base(d.File.Path), d.Fact.Name, d.how)
	report.Violation(d.At(), subject, message, append(d.options(), audit.WithFix(string(d.Fact.Ecosystem)), audit.Naming("package", d.Fact.Name))...)
}

func (d floating) options() []audit.Option {
	options := []audit.Option{audit.Naming("file", path.Base(d.File.Path))}
	if d.told {
		options = append(options, audit.ToldBy("dependencies/lockfile-missing"))
	}
	if d.slight {
		options = append(options, audit.WithSeverity(audit.Low))
	}
	return options
}

// mostlyPinned reports whether a list of requirements names the version of more
// packages than not: what it leaves open is then the few lines that do, and not
// that there is no lock.
func mostlyPinned(f *audit.File) bool {
	if f.Format != inspect.Requirements {
		return false
	}
	pinned, open := 0, 0
	for d := range audit.FactsIn[inspect.Dependency]([]*audit.File{f}, f.Role) {
		if how, _ := floats(d.Fact); how == "" {
			pinned++
		} else {
			open++
		}
	}
	return pinned > open
}

// reportTogether reports what one manifest leaves open where no lock holds anything
// of it: that is one cause, with many places.
func reportTogether(file *audit.File, list []floating, report *audit.Report) {
	if len(list) == 1 {
		list[0].report(report, file.Path)
		return
	}
	for _, d := range list {
		message := fmt.Sprintf("%s leaves the versions of %d packages open, and no lock file holds them", path.Base(file.Path), len(list))
		report.Violation(d.At(), file.Path, message, append(d.options(), audit.WithFix("without a lock"))...)
	}
}

// requirementsOfImage are the requirements files that the component's image
// installs, by path: where a package is published and deployed, they are what the
// deploy has.
func requirementsOfImage(c *audit.Component) map[string]bool {
	if c.Image == nil {
		return nil
	}
	files := map[string]bool{}
	for _, i := range c.Image.Instructions {
		if i.Fact.Name != "RUN" || i.Fact.Start == nil {
			continue
		}
		for _, command := range i.Fact.Start.Commands {
			argv := bare(command.Argv)
			for at := 1; at+1 < len(argv); at++ {
				if argv[at] == "-r" || argv[at] == "--requirement" {
					name := strings.TrimPrefix(path.Clean("/"+argv[at+1]), "/")
					for _, f := range c.Files {
						if f.Format == inspect.Requirements && path.Base(f.Path) == path.Base(name) {
							files[f.Path] = true
						}
					}
				}
			}
		}
	}
	return files
}

// lockedIn tells which requirements of a component have their version
// elsewhere: in a lock, or pinned in another requirements file.
func lockedIn(c *audit.Component) func(audit.Located[inspect.Dependency]) bool {
	_, open := pinnedRequirements(c)
	loose := map[string]bool{}
	for _, name := range open {
		loose[name] = true
	}
	return func(d audit.Located[inspect.Dependency]) bool {
		dir := path.Dir(d.File.Path)
		switch d.Fact.Ecosystem {
		case inspect.PyPI:
			if lockOf(c, inspect.PyPI, dir) != nil {
				return true
			}
			if ext := path.Ext(d.File.Path); d.File.Format == inspect.Requirements && ext == ".txt" && d.Fact.Origin == "" {
				return !loose[d.Fact.Name] || constrained(c, d.File)
			}
			return c.Repo.Has(strings.TrimSuffix(d.File.Path, path.Ext(d.File.Path))+".txt") && path.Ext(d.File.Path) == ".in" || compiledBeside(c, dir) || compiledElsewhere(c.Repo, d.File)
		case inspect.Maven:
			return c.Repo.Has(path.Join(dir, "gradle.lockfile"))
		case inspect.NuGet:
			return c.Repo.Has(path.Join(dir, "packages.lock.json"))
		case inspect.Helm:
			return c.Repo.Has(path.Join(dir, "Chart.lock")) || c.Repo.Has(path.Join(dir, "requirements.lock"))
		}
		return lockOf(c, d.Fact.Ecosystem, dir) != nil
	}
}

// constrained reports whether a requirements file takes its versions from a file
// of constraints that is there.
func constrained(c *audit.Component, f *audit.File) bool {
	for i := range audit.FactsIn[inspect.RequirementsInclude]([]*audit.File{f}) {
		if i.Fact.Constraint && (strings.Contains(i.Fact.Path, "://") || c.Repo.Has(path.Join(path.Dir(f.Path), i.Fact.Path))) {
			return true
		}
	}
	return false
}

// compiledElsewhere reports whether a list of requirements is what another file of
// the repository, wherever it lies, is compiled from by its own word.
func compiledElsewhere(r *audit.Repository, f *audit.File) bool {
	for l := range audit.AllFacts[inspect.Lock](r) {
		for _, from := range l.Fact.From {
			if path.Clean(from) == f.Path || path.Join(path.Dir(l.File.Path), from) == f.Path {
				return true
			}
		}
	}
	return false
}

// compiledBeside reports whether a directory has requirements that are compiled
// from a manifest beside them: pyproject.toml and a pinned requirements.txt.
func compiledBeside(c *audit.Component, dir string) bool {
	f := c.Repo.File(path.Join(dir, "requirements.txt"))
	if f == nil {
		return false
	}
	n := 0
	for d := range audit.FactsIn[inspect.Dependency]([]*audit.File{f}, everyRole...) {
		if n++; !d.Fact.Exact && d.Fact.Origin == "" {
			return false
		}
	}
	return n > 0
}

// floats says in which way a requirement leaves its version open, "" if it does
// not; slight where it at least has a lower bound.
func floats(d inspect.Dependency) (how string, slight bool) {
	constraint := strings.TrimSpace(d.Constraint)
	switch {
	case d.Exact || d.Managed || d.Origin == "catalog" || d.Origin == "url":
		return "", false
	case d.Origin == "git":
		return floatsInGit(d), false
	case d.Ecosystem == inspect.GoMod || d.Ecosystem == inspect.System:
		return "", false
	case d.Ecosystem == inspect.Maven:
		return floatsInMaven(constraint), false
	case d.Ecosystem == inspect.NuGet:
		if constraint == "*" || strings.Contains(constraint, "*") {
			return "at " + constraint, false
		}
		return "", false
	case constraint == "":
		return "without a version", false
	case anyVersion[strings.ToLower(constraint)]:
		return "at " + constraint, false
	case d.Ecosystem == inspect.Composer && (strings.HasPrefix(constraint, "dev-") || strings.HasPrefix(constraint, "@")):
		return "at " + constraint, false
	case lowerBound.MatchString(constraint):
		return "at " + constraint + " or anything later", true
	}
	return "", false
}

var (
	anyVersion = words(`* x latest next canary beta alpha nightly edge >=0 >=0.0.0`)
	lowerBound = regexp.MustCompile(`^>=?\s*v?[0-9][0-9A-Za-z.+-]*$`)
	mavenOpen  = regexp.MustCompile(`(?i)^(latest|release|latest\.(release|integration|milestone))$|\+$|^[\[(].*,\s*[)\]]$`)
	// gitPinned ends a place in git with a tag or a commit.
	gitPinned = regexp.MustCompile(`[#@](tag[=:])?(semver:.*|v?\d[\w.+-]*|[\w./-]*\d+\.\d+[\w.+-]*|[0-9a-f]{7,40})(#.*)?$`)
)

func floatsInMaven(constraint string) string {
	if mavenOpen.MatchString(constraint) || strings.HasSuffix(constraint, "-SNAPSHOT") {
		return "at " + constraint
	}
	return ""
}

func floatsInGit(d inspect.Dependency) string {
	location, _, _ := strings.Cut(d.Location, "#egg=")
	if gitPinned.MatchString(location) || d.Ecosystem == inspect.Composer && !strings.HasPrefix(d.Constraint, "dev-") {
		return ""
	}
	return "from a branch in git"
}

var registryModule = regexp.MustCompile(`^([\w.-]+\.[a-z]+/)?[\w-]+/[\w-]+/[\w-]+(//.*)?$`)

// judgeModules reports modules of Terraform that come without a version.
func judgeModules(c *audit.Component, report *audit.Report) {
	for b := range audit.Facts[inspect.InfraBlock](c) {
		if b.Fact.Type != "module" {
			continue
		}
		source, version := "", false
		at := b.At()
		for _, a := range b.Fact.Attributes {
			switch a.Name {
			case "source":
				source = a.Value.Text
				if a.Line > 0 {
					at.Line, at.EndLine = a.Line, a.Line
				}
			case "version":
				version = true
			}
		}
		git := strings.HasPrefix(source, "git::") || strings.HasPrefix(source, "git@") || strings.HasPrefix(source, "github.com/") || strings.HasPrefix(source, "bitbucket.org/")
		if git && !strings.Contains(source, "ref=") && !strings.Contains(source, "$") || !git && registryModule.MatchString(source) && !version {
			report.Violation(at, source, fmt.Sprintf("%s takes the module %s without a version", path.Base(b.File.Path), source), audit.WithFix("Terraform"), audit.Naming("package", source))
		}
	}
}
