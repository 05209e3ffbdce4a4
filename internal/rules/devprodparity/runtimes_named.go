package devprodparity

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// packedName is an image whose name holds a runtime with its version, as Red
// Hat's and those for Java have it: ubi9/python-311, openjdk-17,
// java-alpine-openjdk8-jre, adoptopenjdk/openjdk11.
var packedName = regexp.MustCompile(`^(?:java-)?(?:alpine-|centos-)?(openjdk|nodejs|python|php|ruby)-?(\d+)(?:-(?:jre|jdk|runtime|minimal|rhel\d|ubi\d|centos\d))*$`)

// packedVersion reads such a name: of Python, PHP and Ruby the first digit is
// the major.
func packedVersion(m []string, name, tag string) (runtime, version, family string, ok bool) {
	runtime = map[string]string{"openjdk": "java", "nodejs": "node"}[m[1]]
	version = m[2]
	if runtime == "" {
		if runtime = m[1]; len(version) < 2 {
			return "", "", "", false
		}
		version = version[:1] + "." + version[1:]
	}
	return runtime, version, familyOf(name, tag), true
}

// ofPlatform reports whether a version is one that only a platform reads, which
// then deploys with it.
func ofPlatform(c *audit.Component, v inspect.RuntimeVersion) bool {
	return c.Image == nil && (v.Via == "runtime.txt" || v.Via == "system.properties")
}

// platformVersions are the versions that a program without an image is deployed
// with.
func platformVersions(c *audit.Component) (list []statement) {
	for _, f := range audit.OfRepository(c.Repo, versionFiles) {
		if f.Dir() != c.Path {
			continue
		}
		for v := range audit.FactsIn[inspect.RuntimeVersion]([]*audit.File{f}, f.Role) {
			if r, ok := releaseOf(v.Fact.Runtime, v.Fact.Version); ok && ofPlatform(c, v.Fact) {
				list = append(list, statement{runtime: v.Fact.Runtime, release: r, written: v.Fact.Version, by: f.Path, where: audit.Production, place: v.At()})
			}
		}
	}
	return list
}

// sail is where Laravel's environment for developers keeps its images.
var sail = regexp.MustCompile(`(?:^|/)laravel/sail/runtimes/(\d+\.\d+)/?$`)

// mounted are the images that Compose builds for developers alone: their source
// is mounted into them, and another one is deployed.
func mounted(c *audit.Component) (list []statement) {
	for service := range audit.Facts[inspect.ComposeService](c) {
		if !service.Fact.Build || !mountsSource(service.Fact) || c.Image == nil {
			continue
		}
		context := service.Fact.Context
		if m := sail.FindStringSubmatch(context); m != nil {
			r, _ := releaseOf("php", m[1])
			list = append(list, statement{runtime: "php", release: r, written: m[1], by: service.File.Path, where: audit.Development, place: service.At()})
			continue
		}
		name := service.Fact.Dockerfile
		if name == "" {
			name = "Dockerfile"
		}
		f := c.Repo.File(path.Join(service.File.Dir(), context, name))
		if f == nil || f == c.Image.File || strings.HasPrefix(f.Path, "..") {
			continue
		}
		for stage := range audit.FactsIn[inspect.Stage]([]*audit.File{f}, f.Role) {
			if stage.Fact.Own {
				continue
			}
			if s, ok := imageStatement(stage.Fact.Base, f, stage.Line, audit.Development); ok {
				list = append(list, s)
			}
		}
	}
	return list
}
