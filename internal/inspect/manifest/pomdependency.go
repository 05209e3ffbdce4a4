package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// managed states dependencyManagement: versions for whoever asks for them, and
// bills of materials. Nothing of it is a dependency by itself.
func (p *pom) managed() {
	for _, x := range p.root.Get("dependencyManagement", "dependencies").All("dependency") {
		d := p.dependency(x)
		d.Group, d.Indirect, d.In = inspect.Build, true, "dependencyManagement"
		if d.Name != "" {
			p.versions[d.Name] = d.Constraint
			p.e.Emit(x.Line, x.End, d)
		}
	}
}

// dependencies states a list of the project, or of a profile: what only a
// profile needs that someone must ask for is optional.
func (p *pom) dependencies(list, profile *document.Element) {
	for _, x := range list.All("dependency") {
		d := p.dependency(x)
		if d.Name == "" {
			continue
		}
		if d.In = profile.Get("id").Text(); profile != nil && d.Group == inspect.Runtime && profile.Get("activation", "activeByDefault").Text() != "true" {
			d.Group = inspect.Optional
		}
		if d.Constraint == "" && d.Origin == "" {
			if d.Constraint = p.versions[d.Name]; d.Constraint == "" {
				d.Managed = true
			}
			d.Exact = mavenExact(d.Constraint)
		}
		p.e.Emit(x.Line, x.End, d)
	}
}

// scopes are what Maven's scopes mean: what is provided is there where the
// program runs, as a peer is.
var scopes = map[string]inspect.Group{
	"": inspect.Runtime, "compile": inspect.Runtime, "runtime": inspect.Runtime, "system": inspect.Runtime, "provided": inspect.Peer, "test": inspect.Dev, "import": inspect.Build,
}

func (p *pom) dependency(x *document.Element) inspect.Dependency {
	group, artifact := p.resolve(x.Get("groupId").Text()), p.resolve(x.Get("artifactId").Text())
	written := x.Get("version").Text()
	d := inspect.Dependency{Ecosystem: inspect.Maven, Group: scopes[p.resolve(x.Get("scope").Text())], Constraint: p.resolve(written)}
	if group != "" && artifact != "" {
		d.Name = coordinates(group, artifact)
	}
	if d.Group == "" {
		d.Group = inspect.Runtime
	}
	if x.Get("optional").Text() == "true" && d.Group == inspect.Runtime {
		d.Group = inspect.Optional
	}
	if path := x.Get("systemPath").Text(); path != "" {
		d.Origin, d.Location = "path", path
	}
	if ownVersion.MatchString(written) && p.ownGroup(group) {
		d.Origin = "workspace"
	}
	d.Managed = strings.Contains(d.Constraint, "${")
	d.Exact = mavenExact(d.Constraint)
	return d
}

// ownVersion is a version that only modules of the same build share.
var ownVersion = regexp.MustCompile(`^\$\{(project\.|pom\.)?(parent\.)?version\}$|^\$\{(revision|project\.parent\.version)\}`)

func (p *pom) ownGroup(group string) bool {
	own, parent := p.resolve(p.coordinate("groupId")), p.root.Get("parent", "groupId").Text()
	return own != "" && (group == own || strings.HasPrefix(group, own+".") || group == parent)
}

// mavenExact reports whether a constraint allows one version: no range, no
// snapshot, no name for whatever is newest, no "1.+" of Gradle's.
func mavenExact(constraint string) bool {
	if constraint == "" || strings.ContainsAny(constraint, "[](),+${*") {
		return strings.HasPrefix(constraint, "[") && strings.HasSuffix(constraint, "]") && !strings.Contains(constraint, ",")
	}
	upper := strings.ToUpper(constraint)
	return !strings.HasSuffix(upper, "-SNAPSHOT") && upper != "LATEST" && upper != "RELEASE" && !strings.HasPrefix(upper, "LATEST.") && constraint[0] >= '0' && constraint[0] <= '9' ||
		constraint[0] == 'v' || namedVersion.MatchString(constraint)
}

// namedVersion are versions that start with a word: "Hoxton.SR12", "r09".
var namedVersion = regexp.MustCompile(`^[A-Za-z]+[.-]?(SR\d+|RELEASE|\d[\w.-]*)$`)

// plugins states the build's plugins as what the build needs.
func (p *pom) plugins() {
	versions := map[string]string{}
	for _, plugin := range p.root.Get("build", "pluginManagement", "plugins").All("plugin") {
		versions[p.pluginID(plugin)] = p.resolve(plugin.Get("version").Text())
	}
	seen := map[string]bool{}
	for _, plugin := range p.builds(true) {
		id := p.pluginID(plugin)
		if seen[id] {
			continue
		}
		seen[id] = true
		version := p.resolve(plugin.Get("version").Text())
		if version == "" {
			version = versions[id]
		}
		d := inspect.Dependency{Ecosystem: inspect.Maven, Name: id, Constraint: version, Group: inspect.Build, In: "plugins", Exact: mavenExact(version)}
		d.Managed = version == "" || strings.Contains(version, "${")
		p.e.Emit(plugin.Line, plugin.Get("artifactId").TextLine(), d)
	}
}

// secrets states properties that hold a literal secret.
func (p *pom) secrets() {
	for _, properties := range append([]*document.Element{p.root.Get("properties")}, p.inProfiles("properties")...) {
		for _, x := range properties.Each() {
			buildSecret(p.e, x.Name, x.Text(), x.TextLine())
		}
	}
}

// buildSecret states a secret that a build file holds. References and what
// other tools encrypt are none.
func buildSecret(e *inspect.Emitter, name, text string, line int) {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if !inspect.IsSecretName(last) || len(text) < 3 || strings.ContainsAny(text, " \t$") || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "{") || inspect.SaysOtherwise(text) {
		return
	}
	e.Emit(line, line, inspect.Credential{Name: name, Via: "assignment", Secret: inspect.NewSecret(text)})
}
