package manifest

import (
	"bufio"
	"bytes"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// Solution reads .sln and .slnx: which projects belong together.
func Solution(e *inspect.Emitter, content []byte) error {
	if bytes.HasPrefix(bytes.TrimPrefix(bytes.TrimSpace(content), []byte("\xef\xbb\xbf")), []byte("<")) {
		return solutionXML(e, content)
	}
	m := inspect.Manifest{Ecosystem: inspect.NuGet, Manager: "nuget"}
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, 1<<20)
	found := false
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		found = found || strings.Contains(line, "Microsoft Visual Studio Solution File")
		if project := solutionProject.FindStringSubmatch(line); project != nil {
			addMember(&m, project[1])
		}
	}
	if err := lines.Err(); err != nil {
		return inspect.ParseError(1, "the solution has a line that is too long")
	}
	if !found && len(m.Workspaces) == 0 {
		return inspect.ParseError(1, "the file is no Visual Studio solution")
	}
	e.Emit(1, 1, m)
	return nil
}

var solutionProject = regexp.MustCompile(`^Project\("[^"]*"\)\s*=\s*"[^"]*"\s*,\s*"([^"]+\.[a-z]+proj)"`)

func addMember(m *inspect.Manifest, file string) {
	dir := path.Dir(slashed(file))
	for _, known := range m.Workspaces {
		if known == dir {
			return
		}
	}
	if len(m.Workspaces) < maxMembers {
		m.Workspaces = append(m.Workspaces, dir)
	}
}

// maxMembers bounds the projects of a solution; each is compared with all.
const maxMembers = 2_000

func solutionXML(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	if root == nil {
		return err
	}
	m := inspect.Manifest{Ecosystem: inspect.NuGet, Manager: "nuget"}
	root.Walk(func(x *document.Element) bool {
		if file := x.Attr("Path"); strings.EqualFold(x.Name, "Project") && file != "" {
			addMember(&m, file)
		}
		return true
	})
	e.Emit(root.Line, root.Line, m)
	return err
}

// NuGetLock reads packages.lock.json: each target framework has its own list.
func NuGetLock(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	if !root.IsObject() {
		if err == nil {
			err = inspect.ParseError(root.Line, "the document is not an object")
		}
		return err
	}
	list := newLocked()
	for _, framework := range root.Get("dependencies").Each() {
		for _, d := range framework.Value.Each() {
			kind := d.Value.Get("type").Scalar()
			if kind == "Project" {
				continue
			}
			list.add(d.Key, d.Value.Get("resolved").Scalar(), kind == "Direct")
		}
	}
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.NuGet, Manager: "nuget", Packages: list.packages(), Rooted: true})
	return err
}

// NuGetConfig reads packages.config: every package with its exact version.
func NuGetConfig(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	for _, x := range root.All("package") {
		d := inspect.Dependency{Ecosystem: inspect.NuGet, Name: x.Attr("id"), Constraint: x.Attr("version"), Group: inspect.Runtime, Exact: nugetExact(x.Attr("version"))}
		if strings.EqualFold(x.Attr("developmentDependency"), "true") {
			d.Group = inspect.Dev
		}
		if d.Name != "" {
			e.Emit(x.Line, x.End, d)
		}
	}
	return err
}

// GlobalJSON reads global.json: the SDK, and the versions of MSBuild's SDKs.
func GlobalJSON(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	if version := root.Get("sdk", "version").Scalar(); version != "" {
		line := root.Get("sdk").LineOf("version")
		e.Emit(line, line, inspect.RuntimeVersion{Runtime: "dotnet", Version: version, Via: "global.json"})
	}
	for _, sdk := range root.Get("msbuild-sdks").Each() {
		version := sdk.Value.Scalar()
		e.Emit(sdk.Line, sdk.Value.End, inspect.Dependency{Ecosystem: inspect.NuGet, Name: sdk.Key, Constraint: version, Group: inspect.Build, Exact: nugetExact(version)})
	}
	return err
}

// DotnetTools reads dotnet-tools.json: programs of the checkout, each at one
// version.
func DotnetTools(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	for _, tool := range root.Get("tools").Each() {
		version := tool.Value.Get("version").Scalar()
		e.Emit(tool.Line, tool.Value.End, inspect.Dependency{Ecosystem: inspect.NuGet, Name: tool.Key, Constraint: version, Group: inspect.Dev, Exact: nugetExact(version)})
	}
	return err
}

// NuGetSources reads nuget.config: passwords of package feeds in the clear.
func NuGetSources(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadXML(content)
	for _, source := range root.Get("packageSourceCredentials").Each() {
		for _, x := range source.All("add") {
			password := x.Attr("value")
			if !strings.EqualFold(x.Attr("key"), "ClearTextPassword") || password == "" || strings.HasPrefix(password, "%") {
				continue
			}
			e.Emit(x.Line, x.End, inspect.Credential{Name: source.Name + ".ClearTextPassword", Via: "field", Secret: inspect.NewSecret(password)})
		}
	}
	return err
}
