package manifest

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// MSBuild reads a project of .NET, and the files of properties and targets
// that projects share. Properties are resolved inside the file; a project that
// leaves a version out has it from a shared file.
func MSBuild(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	if root == nil || !strings.EqualFold(root.Name, "Project") {
		return err
	}
	p := &project{e: e, root: root, properties: map[string]*document.Element{}, fuel: maxProperties}
	p.define(root)
	p.sdks()
	p.items()
	if p.isUnit() {
		p.kind = p.packaging()
		p.manifest()
	}
	p.runtimes()
	p.settings()
	for _, item := range p.references {
		p.reference(item)
	}
	for _, target := range root.All("Target") {
		p.target(target)
	}
	return err
}

// project is one file of MSBuild.
type project struct {
	e          *inspect.Emitter
	root       *document.Element
	properties map[string]*document.Element // by lower-case name; one without a condition goes first
	plugins    []string                     // SDKs
	references []*document.Element          // of packages, projects and files
	kind       string                       // what a build makes of it; "" of a shared file
	fuel       int                          // references to properties that may still be followed
}

func (p *project) define(parent *document.Element) {
	for _, group := range p.groups(parent, "PropertyGroup") {
		for _, x := range group.Each() {
			key := strings.ToLower(x.Name)
			if known := p.properties[key]; known == nil || group.Attr("Condition") == "" && x.Attr("Condition") == "" {
				p.properties[key] = x
			}
		}
	}
}

// groups are the property or item groups of a file, those in Choose among
// them.
func (p *project) groups(parent *document.Element, name string) []*document.Element {
	list := parent.All(name)
	for _, choose := range parent.All("Choose") {
		for _, branch := range choose.Each() {
			list = append(list, branch.All(name)...)
		}
	}
	return list
}

var msbuildReference = regexp.MustCompile(`\$\(([A-Za-z_][A-Za-z0-9_.]*)\)`)

// resolve fills in properties; what is not set in this file stays as written.
func (p *project) resolve(text string) string { return p.follow(strings.TrimSpace(text), 8) }

func (p *project) follow(text string, depth int) string {
	if !strings.Contains(text, "$(") || depth == 0 || len(text) > inspect.MaxText {
		return text
	}
	return msbuildReference.ReplaceAllStringFunc(text, func(reference string) string {
		value := p.properties[strings.ToLower(reference[2:len(reference)-1])].Text()
		if p.fuel--; value == "" || value == reference || p.fuel < 0 {
			return reference
		}
		return p.follow(value, depth-1)
	})
}

func (p *project) property(name string) string {
	return p.resolve(p.properties[strings.ToLower(name)].Text())
}

func (p *project) isTrue(name string) bool { return strings.EqualFold(p.property(name), "true") }

// sdks collects the SDKs that a project is made with.
func (p *project) sdks() {
	add := func(names string) {
		for _, name := range strings.Split(names, ";") {
			name, _, _ = strings.Cut(strings.TrimSpace(name), "/")
			if name != "" {
				p.plugins = append(p.plugins, name)
			}
		}
	}
	add(p.root.Attr("Sdk"))
	for _, x := range p.root.All("Sdk") {
		add(x.Attr("Name"))
	}
	for _, x := range p.root.All("Import") {
		if sdk := x.Attr("Sdk"); sdk != "" && !strings.Contains(strings.Join(p.plugins, ";"), sdk) {
			add(sdk)
		}
	}
}

// isUnit tells a project from a file that projects share: it has an SDK, or
// says what it makes.
func (p *project) isUnit() bool {
	return len(p.plugins) > 0 || p.property("ProjectGuid") != "" || p.property("OutputType") != "" || p.property("ProjectTypeGuids") != ""
}

func (p *project) items() {
	for _, group := range p.groups(p.root, "ItemGroup") {
		p.references = append(p.references, group.Each()...)
	}
}

func (p *project) manifest() {
	m := inspect.Manifest{Ecosystem: inspect.NuGet, Manager: "nuget", Plugins: p.plugins, Packaging: p.kind, Version: p.version()}
	line := p.root.Line
	for _, name := range []string{"PackageId", "AssemblyName"} {
		if m.Name = p.property(name); m.Name != "" {
			line = p.properties[strings.ToLower(name)].Line
			break
		}
	}
	m.Private = strings.EqualFold(p.property("IsPackable"), "false")
	for _, name := range []string{"PackageId", "PackageTags", "PackageProjectUrl", "PackageReadmeFile", "PackageLicenseExpression", "NuspecFile", "PackageIcon"} {
		m.Publishable = m.Publishable || p.property(name) != ""
	}
	m.Publishable = (m.Publishable || p.isTrue("GeneratePackageOnBuild") || p.isTrue("IsPackable") || p.isTrue("PackAsTool")) && !m.Private && m.Packaging != "test" && m.Packaging != "web"
	if p.isTrue("PackAsTool") {
		m.Bin = []string{p.property("ToolCommandName")}
		if m.Bin[0] == "" {
			m.Bin[0] = m.Name
		}
	}
	p.e.Emit(line, line, m)
}

func (p *project) version() string {
	for _, name := range []string{"PackageVersion", "Version", "VersionPrefix"} {
		if v := p.property(name); v != "" {
			return v
		}
	}
	return ""
}

// webProject are the type identifiers of ASP.NET projects before SDKs.
var webProject = regexp.MustCompile(`(?i)349C5851-65DF-11DA-9384-00065B846F21|E24C65DC-7377-472B-9ABA-BC803B73C61A|F85E285D-A4E0-4152-9332-AB1D724D3325|E53F8FEA-EAE0-44A6-8774-FFD645390401|E3E379DF-F4C6-4180-9B81-6769533ABE47`)

// packaging is what a build makes of a project.
func (p *project) packaging() string {
	sdk := strings.ToLower(strings.Join(p.plugins, " "))
	exe := strings.HasSuffix(strings.ToLower(p.property("OutputType")), "exe")
	switch {
	case strings.EqualFold(p.property("IsTestProject"), "true") || strings.Contains(sdk, "mstest.sdk") || p.uses("Microsoft.NET.Test.Sdk") && !strings.EqualFold(p.property("IsTestProject"), "false"):
		return "test"
	case p.property("AzureFunctionsVersion") != "":
		return "function"
	case strings.Contains(sdk, "blazorwebassembly"):
		return "static"
	case webProject.MatchString(p.property("ProjectTypeGuids")):
		return "web"
	case strings.EqualFold(p.property("OutputType"), "Library"):
		return "library"
	case strings.Contains(sdk, "microsoft.net.sdk.web"):
		return "web"
	case exe && p.framework("Microsoft.AspNetCore.App"):
		return "web"
	case exe || strings.Contains(sdk, "microsoft.net.sdk.worker") || strings.Contains(sdk, "aspire.apphost"):
		return "exe"
	}
	return "library"
}

func (p *project) uses(name string) bool {
	for _, x := range p.references {
		if strings.EqualFold(x.Name, "PackageReference") && strings.EqualFold(x.Attr("Include"), name) {
			return true
		}
	}
	return false
}

func (p *project) framework(name string) bool {
	for _, x := range p.references {
		if strings.EqualFold(x.Name, "FrameworkReference") && x.Attr("Include") == name {
			return true
		}
	}
	return false
}

// dotnetRuntime are target frameworks that name a runtime; netstandard names
// what several runtimes have in common.
var dotnetRuntime = regexp.MustCompile(`^(net[1-9]|netcoreapp|v[1-9])`)

func (p *project) runtimes() {
	for _, name := range []string{"TargetFramework", "TargetFrameworks", "TargetFrameworkVersion"} {
		x := p.properties[strings.ToLower(name)]
		if x == nil {
			continue
		}
		for _, version := range strings.Split(p.resolve(x.Text()), ";") {
			if version = strings.TrimSpace(version); dotnetRuntime.MatchString(version) {
				p.e.Emit(x.TextLine(), x.TextLine(), inspect.RuntimeVersion{Runtime: "dotnet", Version: version, Via: name})
			}
		}
	}
}

// stated are the properties that say how a project is configured, restored
// and shipped.
var stated = []string{"UserSecretsId", "ContainerRepository", "ContainerImageName", "ContainerBaseImage", "ContainerImageTag", "ContainerImageTags", "RestorePackagesWithLockFile", "RestoreLockedMode", "ManagePackageVersionsCentrally", "DockerfileFile"}

// settings states those properties, and literal secrets among all.
func (p *project) settings() {
	for _, name := range stated {
		if x := p.properties[strings.ToLower(name)]; x != nil && x.Text() != "" {
			v := inspect.LitOf(p.resolve(x.Text()))
			if strings.Contains(v.Text, "$(") {
				v = inspect.Value{Source: inspect.Input}
			}
			p.e.Emit(x.Line, x.End, inspect.Setting{Key: "PropertyGroup." + name, Value: v})
		}
	}
	for _, group := range p.groups(p.root, "PropertyGroup") {
		for _, x := range group.Each() {
			if x.Name != "UserSecretsId" && inspect.IsSecretName(x.Name) && len(x.Text()) > 2 && !strings.ContainsAny(x.Text(), "$(%@ ") && !strings.EqualFold(x.Text(), "true") && !strings.EqualFold(x.Text(), "false") {
				p.e.Emit(x.Line, x.End, inspect.Credential{Name: x.Name, Via: "field", Secret: inspect.NewSecret(x.Text())})
			}
		}
	}
}

// reference states one item that a project needs.
func (p *project) reference(x *document.Element) {
	name := p.resolve(x.Attr("Include"))
	if name == "" {
		name = p.resolve(x.Attr("Update"))
	}
	if name == "" || strings.ContainsAny(name, "*@%") {
		return
	}
	d := inspect.Dependency{Ecosystem: inspect.NuGet, Name: name, Group: inspect.Runtime}
	switch strings.ToLower(x.Name) {
	case "packagereference":
		p.constraint(&d, x)
	case "packageversion":
		d.Indirect, d.In = true, "PackageVersion" // a version that projects share, asked for by none yet
		p.constraint(&d, x)
	case "globalpackagereference":
		p.constraint(&d, x)
		d.Group = inspect.Dev
	case "projectreference":
		d.Origin, d.Location = "path", slashed(name)
		d.Name = strings.TrimSuffix(path.Base(d.Location), path.Ext(d.Location))
		if strings.EqualFold(attribute(x, "ReferenceOutputAssembly"), "false") {
			d.Group = inspect.Build
		}
	case "reference":
		hint := attribute(x, "HintPath")
		if hint == "" {
			return // a part of the framework
		}
		d.Name, _, _ = strings.Cut(name, ",")
		d.Origin, d.Location = "path", slashed(p.resolve(hint))
	case "dotnetclitoolreference":
		p.constraint(&d, x)
		d.Group = inspect.Dev
	default:
		return
	}
	if strings.EqualFold(attribute(x, "PrivateAssets"), "all") || p.kind == "test" && d.Group == inspect.Runtime {
		d.Group = inspect.Dev
	}
	p.e.Emit(x.Line, x.End, d)
}

// constraint reads the version that an item asks for.
func (p *project) constraint(d *inspect.Dependency, x *document.Element) {
	d.Constraint = p.resolve(attribute(x, "VersionOverride"))
	if d.Constraint == "" {
		d.Constraint = p.resolve(attribute(x, "Version"))
	}
	d.Managed = d.Constraint == "" || strings.Contains(d.Constraint, "$(")
	d.Exact = nugetExact(d.Constraint)
}

var (
	nugetVersion = regexp.MustCompile(`^\d+(\.\d+){0,3}([-+][0-9A-Za-z.+-]+)?$`)
	nugetPinned  = regexp.MustCompile(`^\[\s*\d+(\.\d+){0,3}([-+][0-9A-Za-z.+-]+)?\s*\]$`)
)

// nugetExact reports whether a constraint gives the same version each time:
// [1.2.3], and 1.2.3, for NuGet takes the lowest that satisfies it.
func nugetExact(constraint string) bool {
	return nugetVersion.MatchString(constraint) || nugetPinned.MatchString(constraint)
}

// attribute is metadata of an item, which is written as an attribute or as a
// child.
func attribute(x *document.Element, name string) string {
	if v := x.Attr(name); v != "" {
		return v
	}
	return x.Get(name).Text()
}

func slashed(name string) string { return path.Clean(strings.ReplaceAll(name, `\`, "/")) }

// target states the commands that a build runs.
func (p *project) target(x *document.Element) {
	for _, run := range x.All("Exec") {
		text := p.resolve(run.Attr("Command"))
		if text == "" {
			continue
		}
		commands, _ := shell.Commands(text, run.Line) // a command that is no shell's is still named
		p.e.Emit(run.Line, run.End, inspect.Script{Name: x.Attr("Name"), Text: inspect.MaskText(text), Command: commands})
	}
}
