package devprodparity

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// statement is one place that says which version of a runtime something runs on.
type statement struct {
	runtime    string  // "node"
	release    release // zero of a range
	constraint string  // of a range, as written
	written    string  // "22.4.0", ">=20"
	by         string  // "Dockerfile", "CI", ".nvmrc"
	where      audit.Environment
	family     string // of an image: "Alpine", "Debian"
	several    bool   // one of several that a matrix of CI tests with
	place      audit.Place
}

func (s statement) exact() bool { return s.constraint == "" }

// onlyMajor are the runtimes whose feature releases are majors; of the others a
// minor is one: Python 3.12, Go 1.22, PHP 8.3.
var onlyMajor = map[string]bool{"node": true, "java": true, "dotnet": true, "bun": true, "deno": true}

// releaseOf reads a version; false where it does not say which feature release.
func releaseOf(runtime, version string) (release, bool) {
	m := releaseText.FindStringSubmatch(strings.TrimSpace(version))
	if m == nil {
		return release{}, false
	}
	r := release{number(m[1]), -1}
	if runtime == "java" && r.major == 1 && m[2] != "" {
		return release{number(m[2]), -1}, true // 1.8
	}
	if onlyMajor[runtime] {
		return r, true
	}
	if m[2] == "" || m[2] == "x" || m[2] == "*" {
		return r, false
	}
	r.minor = number(m[2])
	return r, true
}

// runtimeImages are the images of runtimes by their last name.
var runtimeImages = map[string]string{
	"node": "node", "python": "python", "golang": "go", "ruby": "ruby", "php": "php", "openjdk": "java", "eclipse-temurin": "java", "amazoncorretto": "java",
	"sapmachine": "java", "zulu-openjdk": "java", "liberica-openjdk-alpine": "java", "liberica-openjdk-debian": "java", "semeru-runtimes": "java", "ibm-semeru-runtimes": "java",
	"aspnet": "dotnet", "runtime": "dotnet", "bun": "bun", "deno": "deno", "typescript-node": "node", "javascript-node": "node", "go": "go", "java": "java",
	"php-nginx": "php", "php-apache": "php", "alpine-node": "node", "adoptopenjdk": "java",
}

var (
	// namedInTag is a runtime that the tag of another image names:
	// "python3.12-bookworm", "3.9-eclipse-temurin-21", "1-php8.3".
	namedInTag = regexp.MustCompile(`(?:^|[-_])(python|node|php|ruby|go|temurin-|corretto-|jdk-?|jre-?)-?(\d+(?:\.\d+)*)`)
	// namedInName is a runtime with its version in the name: distroless/nodejs22-debian12.
	namedInName = regexp.MustCompile(`^(nodejs|python|java|php|ruby)-?(\d+)(?:-debian\d+)?$`)
	// template is the version of a devcontainer's image before the runtime's: "1-3.12-bullseye".
	template  = regexp.MustCompile(`^\d+(?:\.\d+)*-(\d+(?:\.\d+)*)(?:-|$)`)
	versionAt = regexp.MustCompile(`^v?(\d+(?:\.\d+)*)`)
)

var tagRuntime = map[string]string{"python": "python", "node": "node", "php": "php", "ruby": "ruby", "go": "go", "temurin-": "java", "corretto-": "java", "jdk": "java", "jdk-": "java", "jre": "java", "jre-": "java", "nodejs": "node", "java": "java"}

// runtimeOfImage reads which runtime an image has and in which version, and the
// family of its operating system; ok is false where it does not say.
func runtimeOfImage(image string) (runtime, version, family string, ok bool) {
	name, tag, _ := audit.SplitImage(strings.ToLower(image))
	if strings.ContainsAny(name+tag, "${}<>") {
		return "", "", "", false
	}
	base := path.Base(name)
	if m := namedInName.FindStringSubmatch(base); m != nil && strings.Contains(name, "distroless") {
		return tagRuntime[m[1]], m[2], "Debian", !(m[1] == "python" || m[1] == "php")
	}
	if m := packedName.FindStringSubmatch(base); m != nil {
		return packedVersion(m, name, tag)
	}
	runtime = runtimeImages[base]
	if (base == "runtime" || base == "aspnet") && !strings.Contains(name, "dotnet") || base == "bun" && !strings.Contains(name, "oven") {
		runtime = ""
	}
	if runtime != "" {
		if strings.Contains(name, "devcontainers/") {
			if m := template.FindStringSubmatch(tag); m != nil {
				tag = m[1]
			}
		}
		if m := versionAt.FindStringSubmatch(tag); m != nil {
			return runtime, m[1], familyOf(name, tag), true
		}
		return runtime, "", "", false
	}
	if m := namedInTag.FindStringSubmatch(tag); m != nil {
		return tagRuntime[m[1]], m[2], familyOf(name, tag), true
	}
	return "", "", "", false
}

// families are the words of tags that name what an image is built on. The
// official images of these runtimes are Debian's where the tag says nothing.
func familyOf(name, tag string) string {
	switch {
	case strings.Contains(tag, "alpine") || strings.Contains(name, "alpine"):
		return "Alpine"
	case strings.Contains(tag, "nanoserver") || strings.Contains(tag, "windows"):
		return "Windows"
	case !strings.Contains(name, "/") || strings.Contains(name, "devcontainers/"):
		return "Debian"
	}
	return ""
}

// deployed are the statements of the component's image: of the stage that is
// deployed, and of runtimes that only its builds have.
func deployed(c *audit.Component) []statement {
	if c.Image == nil {
		return platformVersions(c)
	}
	var list []statement
	runs := ""
	if s, ok := imageStatement(c.Image.Base, c.Image.File, c.Image.BaseLine, audit.Production); ok {
		list, runs = append(list, s), s.runtime
	}
	for stage := range audit.FactsIn[inspect.Stage]([]*audit.File{c.Image.File}, c.Image.File.Role) {
		if stage.Fact.Own || developmentStage.MatchString(stage.Fact.Name) {
			continue
		}
		if s, ok := imageStatement(stage.Fact.Base, stage.File, stage.Line, audit.Production); ok && s.runtime != runs {
			list = append(list, s)
		}
	}
	return list
}

// whateverIsLatest is the image of a runtime that the component's image builds
// on without saying in which version.
func whateverIsLatest(c *audit.Component) (statement, bool) {
	if c.Image == nil {
		return statement{}, false
	}
	name, tag, digest := audit.SplitImage(strings.ToLower(c.Image.Base))
	runtime := runtimeImages[path.Base(name)]
	if runtime == "" || digest != "" || strings.Contains(name, "/") || strings.ContainsAny(name+tag, "0123456789${}<>") || runtime != path.Base(name) && name != "golang" {
		return statement{}, false
	}
	f := c.Image.File
	return statement{runtime: runtime, written: "whatever is latest", by: f.Path, where: audit.Production, place: audit.Place{Path: f.Path, Line: c.Image.BaseLine, EndLine: c.Image.BaseLine}}, true
}

var developmentStage = regexp.MustCompile(`(?i)(^|[-_])(dev|development|test|tests|debug|local|lint)([-_]|$)`)

func imageStatement(image string, f *audit.File, line int, where audit.Environment) (statement, bool) {
	runtime, version, family, ok := runtimeOfImage(image)
	if !ok {
		return statement{}, false
	}
	r, ok := releaseOf(runtime, version)
	if !ok {
		return statement{}, false
	}
	return statement{runtime: runtime, release: r, written: version, by: f.Path, where: where, family: family, place: audit.Place{Path: f.Path, Line: line, EndLine: line}}, true
}

// minimum are the places that state the least version, not the one that is used:
// what a compiler is to understand, what packages are resolved for.
var minimum = map[string]bool{"go directive": true, "go.work": true, "config.platform": true, "composer.lock": true, "required_ruby_version": true, "python_requires": true}

// versionFiles are the files that say a runtime's version, but for CI's.
func versionFiles(repo *audit.Repository) []*audit.File {
	var list []*audit.File
	for _, f := range repo.Files {
		if f.Role.CanViolate() && f.Role != source.CI {
			for range f.Of(inspect.RuntimeVersion{}) {
				list = append(list, f)
				break
			}
		}
	}
	return list
}

// declared are what manifests and version files say, for developers first: their
// version managers read them.
func declared(c *audit.Component) []statement {
	var list []statement
	for _, f := range audit.OfRepository(c.Repo, versionFiles) {
		if !(c.File(f.Path) != nil || above(f.Dir(), c.Path)) {
			continue
		}
		for v := range audit.FactsIn[inspect.RuntimeVersion]([]*audit.File{f}, f.Role) {
			if ofPlatform(c, v.Fact) {
				continue
			}
			s := statement{runtime: v.Fact.Runtime, written: v.Fact.Version, by: f.Path, where: audit.Development, place: v.At()}
			r, ok := releaseOf(s.runtime, v.Fact.Version)
			switch {
			case v.Fact.Runtime == "java" || v.Fact.Runtime == "dotnet" && strings.HasPrefix(v.Fact.Via, "global"):
				if !ok {
					continue
				}
				s.constraint = ">=" + v.Fact.Version // a newer one runs what is compiled for an older
				if v.Fact.Runtime == "java" {
					s.constraint = ">=" + releaseNumber(r)
				}
			case minimum[v.Fact.Via]:
				s.constraint = ">=" + v.Fact.Version
			case s.runtime == "dotnet":
				if s.release, ok = targetOf(c, v); !ok {
					continue
				}
			case ok && plainVersion.MatchString(v.Fact.Version):
				s.release = r
			default:
				if !boundVersion.MatchString(v.Fact.Version) {
					continue
				}
				s.constraint = v.Fact.Version
			}
			list = append(list, s)
		}
	}
	return list
}

var (
	plainVersion = regexp.MustCompile(`^v?\d+(\.(\d+|x|\*))*$`)
	boundVersion = regexp.MustCompile(`\d`)
)

// above reports whether a directory is the component's or one around it.
func above(dir, component string) bool {
	return dir == "." || dir == component || strings.HasPrefix(component, dir+"/")
}

func releaseNumber(r release) string {
	text := strconv.Itoa(r.major)
	if r.minor >= 0 {
		text += "." + strconv.Itoa(r.minor)
	}
	return text
}
