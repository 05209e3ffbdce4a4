package inspect

import (
	"strings"
)

// pyProject reads pyproject.toml: PEP 621, PEP 735, Poetry, PDM and uv.
func pyProject(e *emitter, content []byte) error {
	root, err := readTOMLTree(content)
	project, poetry := root.get("project"), root.get("tool", "poetry")
	m := Manifest{
		Ecosystem: PyPI, Name: project.get("name").string(), Version: project.get("version").string(), Manager: pythonManager(root),
		Bin:        append(append(project.get("scripts").keys(), project.get("gui-scripts").keys()...), poetry.get("scripts").keys()...),
		Workspaces: root.get("tool", "uv", "workspace", "members").strings(),
	}
	line := 1
	switch {
	case m.Name != "":
		line = project.lineOf("name")
	case poetry.get("name").string() != "":
		m.Name, line = poetry.get("name").string(), poetry.lineOf("name")
	}
	if m.Version == "" {
		m.Version = poetry.get("version").string()
	}
	for _, classifier := range append(project.get("classifiers").strings(), poetry.get("classifiers").strings()...) {
		m.Private = m.Private || strings.HasPrefix(classifier, "Private ::")
	}
	packaged := poetry.get("package-mode") == nil || poetry.get("package-mode").isTrue()
	uvPackage := root.get("tool", "uv", "package")
	m.Publishable = !m.Private && m.Name != "" && root.get("build-system") != nil && packaged && (uvPackage == nil || uvPackage.isTrue())
	m.Name = NormalPyPI(m.Name)
	e.emit(line, line, m)
	if version := project.get("requires-python").string(); version != "" {
		at := project.lineOf("requires-python")
		e.emit(at, at, RuntimeVersion{Runtime: "python", Version: version, Via: "requires-python"})
	}
	p := pythonProject{e: e, sources: root.get("tool", "uv", "sources")}
	p.list(project.get("dependencies"), Runtime, "")
	for _, extra := range project.get("optional-dependencies").each() {
		p.list(extra.value, groupOf(extra.key), extra.key)
	}
	for _, group := range root.get("dependency-groups").each() {
		p.list(group.value, groupOf(group.key), group.key)
	}
	p.list(root.get("build-system", "requires"), Build, "")
	p.list(root.get("tool", "uv", "dev-dependencies"), Dev, "dev")
	for _, group := range root.get("tool", "pdm", "dev-dependencies").each() {
		p.list(group.value, Dev, group.key)
	}
	p.poetry(poetry)
	return err
}

// pythonManager is the tool that a pyproject.toml is for, or "".
func pythonManager(root *docNode) string {
	for _, tool := range []string{"poetry", "uv", "pdm", "rye", "hatch"} {
		if root.get("tool", tool) != nil {
			return tool
		}
	}
	backend := root.get("build-system", "build-backend").string()
	for prefix, tool := range map[string]string{"poetry.": "poetry", "uv_build": "uv", "pdm.": "pdm"} {
		if strings.HasPrefix(backend, prefix) {
			return tool
		}
	}
	return ""
}

type pythonProject struct {
	e       *emitter
	sources *docNode // tool.uv.sources: where packages of these names come from
}

// list emits an array of PEP 508 requirements. Tables in it include another
// group of the same file, which is emitted by itself.
func (p *pythonProject) list(array *docNode, group Group, in string) {
	for _, item := range array.list() {
		d, ok := requirement(item.string(), group)
		if !ok {
			continue
		}
		d.In = in
		for _, source := range p.sources.each() {
			if NormalPyPI(source.key) == d.Name && d.Origin == "" {
				d.Origin, d.Location = sourceOf(source.value)
			}
		}
		p.e.emit(item.line, item.end, d)
	}
}

// sourceOf tells the origin that a table of uv or Poetry names.
func sourceOf(table *docNode) (origin, location string) {
	switch {
	case table.get("workspace").isTrue():
		return "workspace", ""
	case table.get("path").string() != "":
		return "path", table.get("path").string()
	case table.get("git").string() != "":
		return "git", maskText(table.get("git").string())
	case table.get("url").string() != "":
		return "url", maskText(table.get("url").string())
	}
	return "", ""
}

// poetry emits the dependency tables of Poetry.
func (p *pythonProject) poetry(poetry *docNode) {
	p.table(poetry.get("dependencies"), Runtime, "")
	p.table(poetry.get("dev-dependencies"), Dev, "dev")
	for _, group := range poetry.get("group").each() {
		kind := groupOf(group.key)
		if group.key == "main" {
			kind = Runtime
		}
		p.table(group.value.get("dependencies"), kind, group.key)
	}
}

// table emits a table of names and constraints, as Poetry and Pipenv write
// them. Several constraints for one name are several dependencies.
func (p *pythonProject) table(table *docNode, group Group, in string) {
	for _, m := range table.each() {
		if NormalPyPI(m.key) == "python" {
			p.e.emit(m.line, m.line, RuntimeVersion{Runtime: "python", Version: constraintOf(m.value), Via: "tool.poetry.dependencies"})
			continue
		}
		alternatives := m.value.list()
		if len(alternatives) == 0 {
			alternatives = []*docNode{m.value}
		}
		for _, value := range alternatives {
			d := Dependency{Ecosystem: PyPI, Name: NormalPyPI(m.key), Group: group, In: in, Constraint: constraintOf(value)}
			d.Exact = poetryExact(d.Constraint)
			d.Extras, d.Marker = value.get("extras").strings(), value.get("markers").string()
			if d.Origin, d.Location = sourceOf(value); d.Location == "" && value.get("file").string() != "" {
				d.Origin, d.Location = "url", maskText(value.get("file").string())
			}
			if value.get("optional").isTrue() && group == Runtime {
				d.Group = Optional
			}
			p.e.emit(m.line, value.end, d)
		}
	}
}

// constraintOf is the version that a Poetry or Pipenv value asks for.
func constraintOf(value *docNode) string {
	if text := value.string(); text != "" {
		return text
	}
	return value.get("version").string()
}

// poetryExact reports whether a constraint allows one version: "1.2.3" alone
// means that to Poetry, "==1.2.3" to everyone.
func poetryExact(constraint string) bool {
	return pypiExact.MatchString(constraint) || constraint != "" && !strings.ContainsAny(constraint, "=<>!~^*, |") && constraint[0] >= '0' && constraint[0] <= '9'
}

// pipfile reads Pipenv's manifest.
func pipfile(e *emitter, content []byte) error {
	root, err := readTOMLTree(content)
	e.emit(1, 1, Manifest{Ecosystem: PyPI, Manager: "pipenv", Private: true})
	for _, key := range []string{"python_full_version", "python_version"} {
		if version := root.get("requires", key).string(); version != "" {
			line := root.get("requires").lineOf(key)
			e.emit(line, line, RuntimeVersion{Runtime: "python", Version: version, Via: "Pipfile"})
			break
		}
	}
	p := pythonProject{e: e}
	for _, m := range root.each() {
		switch m.key {
		case "source", "requires", "scripts", "pipenv":
		case "packages":
			p.table(m.value, Runtime, "")
		case "dev-packages":
			p.table(m.value, Dev, "dev")
		default:
			p.table(m.value, groupOf(m.key), m.key)
		}
	}
	for _, s := range root.get("scripts").each() {
		if text := s.value.string(); text != "" {
			commands, _ := parseCommands(text, s.line)
			e.emit(s.line, s.value.end, Script{Name: s.key, Text: maskText(text), Command: commands})
		}
	}
	return err
}

// pipfileLock reads Pipfile.lock, which does not tell direct packages apart.
func pipfileLock(e *emitter, content []byte) error {
	root, err := readJSON(content)
	all := newLocked()
	for _, section := range root.each() {
		if section.key == "_meta" {
			continue
		}
		for _, p := range section.value.each() {
			all.add(NormalPyPI(p.key), strings.TrimLeft(p.value.get("version").string(), "="), false)
		}
	}
	e.emit(1, 1, Lock{Ecosystem: PyPI, Manager: "pipenv", Packages: all.packages()})
	return err
}

// poetryLock reads poetry.lock, which does not tell direct packages apart.
func poetryLock(e *emitter, content []byte) error {
	root, err := readTOMLTree(content)
	all := newLocked()
	for _, p := range root.get("package").list() {
		all.add(NormalPyPI(p.get("name").string()), p.get("version").string(), false)
	}
	e.emit(1, 1, Lock{Ecosystem: PyPI, Manager: "poetry", Packages: all.packages()})
	return err
}

// uvLock reads uv.lock. Packages of the project itself have a source of this
// tree; what they need is direct.
func uvLock(e *emitter, content []byte) error {
	root, err := readTOMLTree(content)
	all := newLocked()
	for _, p := range root.get("package").list() {
		source := p.get("source")
		own := source.get("virtual") != nil || source.get("editable") != nil || source.get("directory") != nil
		if own {
			roots(all, p.get("dependencies"))
			for _, key := range []string{"optional-dependencies", "dev-dependencies"} {
				for _, group := range p.get(key).each() {
					roots(all, group.value)
				}
			}
			continue
		}
		all.add(NormalPyPI(p.get("name").string()), p.get("version").string(), false)
	}
	e.emit(1, 1, Lock{Ecosystem: PyPI, Manager: "uv", Packages: all.packages(), Rooted: true})
	return err
}

func roots(all *locked, dependencies *docNode) {
	for _, d := range dependencies.list() {
		all.roots[NormalPyPI(d.get("name").string())] = true
	}
}
