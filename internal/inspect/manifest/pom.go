package manifest

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// MavenPOM reads a pom.xml: properties are resolved inside the file, what a
// parent gives is not known.
func MavenPOM(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	if root == nil || !strings.EqualFold(root.Name, "project") {
		return err
	}
	p := &pom{e: e, root: root, properties: map[string]*document.Element{}, versions: map[string]string{}, fuel: maxProperties}
	for _, profile := range root.Get("profiles").All("profile") {
		if profile.Get("activation", "activeByDefault").Text() == "true" {
			p.define(profile.Get("properties"))
		}
	}
	p.define(root.Get("properties"))
	p.manifest()
	p.runtime()
	p.managed()
	p.dependencies(root.Get("dependencies"), nil)
	for _, profile := range root.Get("profiles").All("profile") {
		p.dependencies(profile.Get("dependencies"), profile)
	}
	p.plugins()
	p.secrets()
	return err
}

type pom struct {
	e          *inspect.Emitter
	root       *document.Element
	properties map[string]*document.Element
	versions   map[string]string // of dependencyManagement, by group:artifact
	fuel       int               // references that may still be followed
}

// maxProperties bounds how many references to properties are followed: one may
// hold several others.
const maxProperties = 20_000

func (p *pom) define(properties *document.Element) {
	for _, x := range properties.Each() {
		p.properties[x.Name] = x
	}
}

var mavenReference = regexp.MustCompile(`\$\{([^${}]+)\}`)

// resolve fills in properties; what is not set in this file stays as written.
func (p *pom) resolve(text string) string { return p.follow(text, 8) }

func (p *pom) follow(text string, depth int) string {
	if !strings.Contains(text, "${") || depth == 0 || len(text) > inspect.MaxText {
		return text
	}
	return mavenReference.ReplaceAllStringFunc(text, func(reference string) string {
		name := reference[2 : len(reference)-1]
		value := ""
		if p.fuel--; p.fuel < 0 {
			return reference
		}
		switch strings.TrimPrefix(strings.TrimPrefix(name, "project."), "pom.") {
		case "version":
			value = p.coordinate("version")
		case "groupId":
			value = p.coordinate("groupId")
		case "artifactId":
			value = p.root.Get("artifactId").Text()
		case "parent.version":
			value = p.root.Get("parent", "version").Text()
		case "parent.groupId":
			value = p.root.Get("parent", "groupId").Text()
		}
		if value == "" {
			value = p.properties[name].Text()
		}
		if value == "" || value == reference {
			return reference
		}
		return p.follow(value, depth-1)
	})
}

// coordinate is the project's own, or the parent's that it inherits.
func (p *pom) coordinate(name string) string {
	if text := p.root.Get(name).Text(); text != "" {
		return text
	}
	return p.root.Get("parent", name).Text()
}

func (p *pom) manifest() {
	m := inspect.Manifest{Ecosystem: inspect.Maven, Manager: "maven", Version: p.resolve(p.coordinate("version"))}
	line := p.root.Line
	if artifact := p.root.Get("artifactId"); artifact != nil {
		line = artifact.Line
		m.Name = coordinates(p.resolve(p.coordinate("groupId")), p.resolve(artifact.Text()))
	}
	if parent := p.root.Get("parent"); parent != nil {
		m.ParentLine = cmp.Or(parent.Get("version"), parent).Line
		m.Parent = coordinates(parent.Get("groupId").Text(), parent.Get("artifactId").Text(), p.resolve(parent.Get("version").Text()))
	}
	for _, modules := range append([]*document.Element{p.root.Get("modules"), p.root.Get("subprojects")}, p.inProfiles("modules")...) {
		for _, module := range append(modules.All("module"), modules.All("subproject")...) {
			m.Workspaces = append(m.Workspaces, strings.TrimSuffix(module.Text(), "/pom.xml"))
		}
	}
	m.Plugins = p.pluginIDs()
	m.Packaging, m.Entry = p.packaging()
	m.ImagePlugin, m.ImageStart = p.image(m.Entry)
	deploys := p.root.Get("distributionManagement", "repository") != nil || p.root.Get("distributionManagement", "snapshotRepository") != nil
	for _, id := range m.Plugins {
		deploys = deploys || publishes.MatchString(id)
	}
	m.Private = p.resolve(p.properties["maven.deploy.skip"].Text()) == "true"
	m.Publishable = deploys && !m.Private && (m.Packaging == "jar" || m.Packaging == "bundle" || m.Packaging == "maven-plugin")
	p.e.Emit(line, line, m)
}

// publishes are plugins that put a library into a public registry.
var publishes = regexp.MustCompile(`(?i)central-publishing|nexus-staging|jreleaser`)

func coordinates(parts ...string) string {
	return strings.Trim(strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ":"), ":")
}

// inProfiles are the elements of this name in all profiles.
func (p *pom) inProfiles(names ...string) []*document.Element {
	var list []*document.Element
	for _, profile := range p.root.Get("profiles").All("profile") {
		if x := profile.Get(names...); x != nil {
			list = append(list, x)
		}
	}
	return list
}

// builds are the plugins of the build itself, and of profiles that are active
// unless told otherwise; with all, of every profile.
func (p *pom) builds(all bool) []*document.Element {
	list := p.root.Get("build", "plugins").All("plugin")
	for _, profile := range p.root.Get("profiles").All("profile") {
		if all || profile.Get("activation", "activeByDefault").Text() == "true" {
			list = append(list, profile.Get("build", "plugins").All("plugin")...)
		}
	}
	return list
}

// pluginID is "group:artifact" of a plugin; Maven's own group may be left out.
func (p *pom) pluginID(plugin *document.Element) string {
	group := p.resolve(plugin.Get("groupId").Text())
	if group == "" {
		group = "org.apache.maven.plugins"
	}
	return coordinates(group, p.resolve(plugin.Get("artifactId").Text()))
}

func (p *pom) pluginIDs() []string {
	var ids []string
	for _, plugin := range p.builds(true) {
		if id := p.pluginID(plugin); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// packaging is what a build makes, and the class that it starts where the file
// says so.
func (p *pom) packaging() (kind string, entry []string) {
	kind = p.resolve(p.root.Get("packaging").Text())
	if kind == "" {
		kind = "jar"
	}
	executable := kind == "quarkus"
	main := []string{p.properties["start-class"].Text(), p.properties["main.class"].Text(), p.properties["mainClass"].Text(), p.properties["exec.mainClass"].Text()}
	for _, plugin := range p.builds(false) {
		_, artifact, _ := strings.Cut(p.pluginID(plugin), ":")
		configuration := plugin.Get("configuration")
		switch artifact {
		case "spring-boot-maven-plugin":
			executable = executable || configuration.Get("skip").Text() != "true" && configuration.Get("classifier") == nil
			main = append(main, configuration.Get("mainClass").Text())
		case "quarkus-maven-plugin", "micronaut-maven-plugin", "helidon-maven-plugin", "jib-maven-plugin", "vertx-maven-plugin", "appassembler-maven-plugin":
			executable = true
			main = append(main, configuration.Get("mainClass").Text(), configuration.Get("container", "mainClass").Text())
		case "maven-shade-plugin", "maven-assembly-plugin", "maven-jar-plugin", "exec-maven-plugin", "onejar-maven-plugin":
			class := ""
			plugin.Walk(func(x *document.Element) bool {
				if strings.EqualFold(x.Name, "mainClass") && class == "" {
					class = x.Text()
				}
				return true
			})
			main = append(main, class)
			executable = executable || class != "" && artifact != "maven-jar-plugin" && artifact != "exec-maven-plugin"
		}
	}
	for _, class := range main {
		if class = p.resolve(class); class != "" && !strings.Contains(class, "${") && !slices.Contains(entry, class) {
			entry = append(entry, class)
		}
	}
	if executable && (kind == "jar" || kind == "quarkus") {
		kind = "executable-jar"
	}
	return kind, entry
}

// runtime states the version of Java that the project is built for: the first
// of the places that say it, the binding ones before.
func (p *pom) runtime() {
	state := func(x *document.Element, via string) bool {
		version := p.resolve(x.Text())
		if version == "" || strings.Contains(version, "${") {
			return false
		}
		p.e.Emit(x.Line, x.End, inspect.RuntimeVersion{Runtime: "java", Version: version, Via: via})
		return true
	}
	plugins := append(p.builds(false), p.root.Get("build", "pluginManagement", "plugins").All("plugin")...)
	for _, name := range []string{"release", "target", "source"} {
		for _, plugin := range plugins {
			if strings.HasSuffix(p.pluginID(plugin), ":maven-compiler-plugin") && state(plugin.Get("configuration", name), "maven-compiler-plugin") {
				return
			}
		}
	}
	for _, name := range []string{"maven.compiler.release", "java.version", "maven.compiler.target", "maven.compiler.source", "javaVersion", "jdk.version"} {
		if x := p.properties[name]; x != nil && state(x, name) {
			return
		}
	}
}
