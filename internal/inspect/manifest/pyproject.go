package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// PyProject reads pyproject.toml: PEP 621, PEP 735, Poetry, PDM and uv, and the
// tasks of its task runners.
func PyProject(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(content)
	project, poetry := root.Get("project"), root.Get("tool", "poetry")
	m := inspect.Manifest{
		Ecosystem: inspect.PyPI, Name: project.Get("name").Scalar(), Version: project.Get("version").Scalar(), Manager: pythonManager(root),
		Bin:        append(append(project.Get("scripts").Keys(), project.Get("gui-scripts").Keys()...), poetry.Get("scripts").Keys()...),
		Workspaces: root.Get("tool", "uv", "workspace", "members").Scalars(),
	}
	line := 1
	switch {
	case m.Name != "":
		line = project.LineOf("name")
	case poetry.Get("name").Scalar() != "":
		m.Name, line = poetry.Get("name").Scalar(), poetry.LineOf("name")
	}
	if m.Version == "" {
		m.Version = poetry.Get("version").Scalar()
	}
	classifiers := append(project.Get("classifiers").Scalars(), poetry.Get("classifiers").Scalars()...)
	for _, classifier := range classifiers {
		m.Private = m.Private || strings.HasPrefix(classifier, "Private ::")
	}
	m.Library = classifiedLibrary(classifiers)
	packaged := poetry.Get("package-mode") == nil || poetry.Get("package-mode").IsTrue()
	uvPackage := root.Get("tool", "uv", "package")
	m.Publishable = !m.Private && m.Name != "" && root.Get("build-system") != nil && packaged && (uvPackage == nil || uvPackage.IsTrue())
	m.Name = inspect.NormalPyPI(m.Name)
	e.Emit(line, line, m)
	if version := project.Get("requires-python").Scalar(); version != "" {
		at := project.LineOf("requires-python")
		e.Emit(at, at, inspect.RuntimeVersion{Runtime: "python", Version: version, Via: "requires-python"})
	}
	p := pythonProject{e: e, sources: root.Get("tool", "uv", "sources")}
	p.list(project.Get("dependencies"), inspect.Runtime, "")
	for _, extra := range project.Get("optional-dependencies").Each() {
		p.list(extra.Value, groupOf(extra.Key), extra.Key)
	}
	for _, group := range root.Get("dependency-groups").Each() {
		p.list(group.Value, groupOf(group.Key), group.Key)
	}
	p.list(root.Get("build-system", "requires"), inspect.Build, "")
	p.list(root.Get("tool", "uv", "dev-dependencies"), inspect.Dev, "dev")
	for _, group := range root.Get("tool", "pdm", "dev-dependencies").Each() {
		p.list(group.Value, inspect.Dev, group.Key)
	}
	p.poetry(poetry)
	pythonTasks(e, root)
	return err
}

// classifiedLibrary reports whether trove classifiers call a package a library
// and not a program for a terminal.
func classifiedLibrary(classifiers []string) bool {
	library := false
	for _, classifier := range classifiers {
		if strings.HasPrefix(classifier, "Environment :: Console") {
			return false
		}
		library = library || strings.HasPrefix(classifier, "Topic :: Software Development :: Libraries")
	}
	return library
}

// pythonManager is the tool that a pyproject.toml is for, or "".
func pythonManager(root *document.Node) string {
	for _, tool := range []string{"poetry", "uv", "pdm", "rye", "hatch"} {
		if root.Get("tool", tool) != nil {
			return tool
		}
	}
	backend := root.Get("build-system", "build-backend").Scalar()
	for prefix, tool := range map[string]string{"poetry.": "poetry", "uv_build": "uv", "pdm.": "pdm"} {
		if strings.HasPrefix(backend, prefix) {
			return tool
		}
	}
	return ""
}

type pythonProject struct {
	e       *inspect.Emitter
	sources *document.Node // tool.uv.sources: where packages of these names come from
}

// list emits an array of PEP 508 requirements. Tables in it include another
// group of the same file, which is emitted by itself.
func (p *pythonProject) list(array *document.Node, group inspect.Group, in string) {
	for _, item := range array.List() {
		d, ok := requirement(item.Scalar(), group)
		if !ok {
			continue
		}
		d.In = in
		for _, source := range p.sources.Each() {
			if inspect.NormalPyPI(source.Key) == d.Name && d.Origin == "" {
				d.Origin, d.Location = sourceOf(source.Value)
			}
		}
		p.e.Emit(item.Line, item.End, d)
	}
}

// sourceOf tells the origin that a table of uv or Poetry names.
func sourceOf(table *document.Node) (origin, location string) {
	switch {
	case table.Get("workspace").IsTrue():
		return "workspace", ""
	case table.Get("path").Scalar() != "":
		return "path", table.Get("path").Scalar()
	case table.Get("git").Scalar() != "":
		return "git", inspect.MaskText(table.Get("git").Scalar())
	case table.Get("url").Scalar() != "":
		return "url", inspect.MaskText(table.Get("url").Scalar())
	}
	return "", ""
}

// poetry emits the dependency tables of Poetry.
func (p *pythonProject) poetry(poetry *document.Node) {
	p.table(poetry.Get("dependencies"), inspect.Runtime, "")
	p.table(poetry.Get("dev-dependencies"), inspect.Dev, "dev")
	for _, group := range poetry.Get("group").Each() {
		kind := groupOf(group.Key)
		if group.Key == "main" {
			kind = inspect.Runtime
		}
		p.table(group.Value.Get("dependencies"), kind, group.Key)
	}
}

// table emits a table of names and constraints, as Poetry and Pipenv write
// them. Several constraints for one name are several dependencies.
func (p *pythonProject) table(table *document.Node, group inspect.Group, in string) {
	for _, m := range table.Each() {
		if inspect.NormalPyPI(m.Key) == "python" {
			p.e.Emit(m.Line, m.Line, inspect.RuntimeVersion{Runtime: "python", Version: constraintOf(m.Value), Via: "tool.poetry.dependencies"})
			continue
		}
		alternatives := m.Value.List()
		if len(alternatives) == 0 {
			alternatives = []*document.Node{m.Value}
		}
		for _, value := range alternatives {
			d := inspect.Dependency{Ecosystem: inspect.PyPI, Name: inspect.NormalPyPI(m.Key), Group: group, In: in, Constraint: constraintOf(value)}
			d.Exact = poetryExact(d.Constraint)
			d.Extras, d.Marker = value.Get("extras").Scalars(), value.Get("markers").Scalar()
			if d.Origin, d.Location = sourceOf(value); d.Location == "" && value.Get("file").Scalar() != "" {
				d.Origin, d.Location = "url", inspect.MaskText(value.Get("file").Scalar())
			}
			if value.Get("optional").IsTrue() && group == inspect.Runtime {
				d.Group = inspect.Optional
			}
			p.e.Emit(m.Line, value.End, d)
		}
	}
}

// constraintOf is the version that a Poetry or Pipenv value asks for.
func constraintOf(value *document.Node) string {
	if text := value.Scalar(); text != "" {
		return text
	}
	return value.Get("version").Scalar()
}

// poetryExact reports whether a constraint allows one version: "1.2.3" alone
// means that to Poetry, "==1.2.3" to everyone.
func poetryExact(constraint string) bool {
	return pypiExact.MatchString(constraint) || constraint != "" && !strings.ContainsAny(constraint, "=<>!~^*, |") && constraint[0] >= '0' && constraint[0] <= '9'
}

// Pipfile reads Pipenv's manifest.
func Pipfile(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(content)
	e.Emit(1, 1, inspect.Manifest{Ecosystem: inspect.PyPI, Manager: "pipenv", Private: true})
	for _, key := range []string{"python_full_version", "python_version"} {
		if version := root.Get("requires", key).Scalar(); version != "" {
			line := root.Get("requires").LineOf(key)
			e.Emit(line, line, inspect.RuntimeVersion{Runtime: "python", Version: version, Via: "Pipfile"})
			break
		}
	}
	p := pythonProject{e: e}
	for _, m := range root.Each() {
		switch m.Key {
		case "source", "requires", "scripts", "pipenv":
		case "packages":
			p.table(m.Value, inspect.Runtime, "")
		case "dev-packages":
			p.table(m.Value, inspect.Dev, "dev")
		default:
			p.table(m.Value, groupOf(m.Key), m.Key)
		}
	}
	for _, s := range root.Get("scripts").Each() {
		if text := s.Value.Scalar(); text != "" {
			commands, _ := shell.Commands(text, s.Line)
			e.Emit(s.Line, s.Value.End, inspect.Script{Name: s.Key, Text: inspect.MaskText(text), Command: commands})
		}
	}
	return err
}

// PipfileLock reads Pipfile.lock, which does not tell direct packages apart.
func PipfileLock(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	all := newLocked()
	for _, section := range root.Each() {
		if section.Key == "_meta" {
			continue
		}
		for _, p := range section.Value.Each() {
			all.add(inspect.NormalPyPI(p.Key), strings.TrimLeft(p.Value.Get("version").Scalar(), "="), false)
		}
	}
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.PyPI, Manager: "pipenv", Packages: all.packages()})
	return err
}

var poetryWrote = regexp.MustCompile(`\A# This file is automatically @generated by Poetry (\d[\w.]*)`)

// PoetryLock reads poetry.lock, which does not tell direct packages apart.
func PoetryLock(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(content)
	all := newLocked()
	for _, p := range root.Get("package").List() {
		all.add(inspect.NormalPyPI(p.Get("name").Scalar()), p.Get("version").Scalar(), false)
	}
	lock := inspect.Lock{Ecosystem: inspect.PyPI, Manager: "poetry", Packages: all.packages()}
	if m := poetryWrote.FindSubmatch(content); m != nil {
		lock.Version = string(m[1])
	}
	e.Emit(1, 1, lock)
	return err
}

// UVLock reads uv.lock. Packages of the project itself have a source of this
// tree; what they need is direct, and so is what a root without a package asks for.
func UVLock(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(content)
	all := newLocked()
	for _, group := range root.Get("manifest", "dependency-groups").Each() {
		roots(all, group.Value)
	}
	roots(all, root.Get("manifest", "requirements"))
	for _, p := range root.Get("package").List() {
		source := p.Get("source")
		own := source.Get("virtual") != nil || source.Get("editable") != nil || source.Get("directory") != nil
		if own {
			roots(all, p.Get("dependencies"))
			for _, key := range []string{"optional-dependencies", "dev-dependencies"} {
				for _, group := range p.Get(key).Each() {
					roots(all, group.Value)
				}
			}
			continue
		}
		all.add(inspect.NormalPyPI(p.Get("name").Scalar()), p.Get("version").Scalar(), false)
	}
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.PyPI, Manager: "uv", Packages: all.packages(), Rooted: true})
	return err
}

func roots(all *locked, dependencies *document.Node) {
	for _, d := range dependencies.List() {
		all.roots[inspect.NormalPyPI(d.Get("name").Scalar())] = true
	}
}
