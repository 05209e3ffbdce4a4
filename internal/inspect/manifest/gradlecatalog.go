package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// GradleCatalog reads libs.versions.toml. Its entries are no dependencies until
// a script asks for them by their accessor, which In holds: "libs.spring.web",
// "libs.bundles.log", "libs.plugins.boot".
func GradleCatalog(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadTOMLTree(content)
	versions := map[string]string{}
	for _, m := range root.Get("versions").Each() {
		versions[m.Key] = richVersion(m.Value)
	}
	libraries := map[string]inspect.Dependency{}
	for _, m := range root.Get("libraries").Each() {
		d := inspect.Dependency{Ecosystem: inspect.Maven, Group: inspect.Runtime, Indirect: true, In: "libs." + accessorOf(m.Key)}
		parts := strings.SplitN(m.Value.Scalar(), ":", 3)
		switch {
		case len(parts) > 1:
			d.Name = parts[0] + ":" + parts[1]
			if len(parts) > 2 {
				d.Constraint = parts[2]
			}
		case m.Value.Get("module").Scalar() != "":
			d.Name = m.Value.Get("module").Scalar()
		default:
			d.Name = coordinates(m.Value.Get("group").Scalar(), m.Value.Get("name").Scalar())
		}
		if d.Name == "" {
			continue
		}
		if d.Constraint == "" {
			d.Constraint = catalogVersion(m.Value.Get("version"), versions)
		}
		d.Exact, d.Managed = mavenExact(d.Constraint), d.Constraint == ""
		libraries[m.Key] = d
		e.Emit(m.Line, m.Value.End, d)
	}
	for _, m := range root.Get("bundles").Each() {
		for _, name := range m.Value.Scalars() {
			if d, ok := libraries[name]; ok {
				d.In = "libs.bundles." + accessorOf(m.Key)
				e.Emit(m.Line, m.Value.End, d)
			}
		}
	}
	for _, m := range root.Get("plugins").Each() {
		d := inspect.Dependency{Ecosystem: inspect.Maven, Group: inspect.Build, Indirect: true, In: "libs.plugins." + accessorOf(m.Key), Name: m.Value.Get("id").Scalar()}
		if id, version, ok := strings.Cut(m.Value.Scalar(), ":"); ok {
			d.Name, d.Constraint = id, version
		} else {
			d.Constraint = catalogVersion(m.Value.Get("version"), versions)
		}
		if d.Name != "" {
			d.Exact, d.Managed = mavenExact(d.Constraint), d.Constraint == ""
			e.Emit(m.Line, m.Value.End, d)
		}
	}
	return err
}

// accessorOf is an alias as scripts write it.
func accessorOf(alias string) string {
	return strings.NewReplacer("-", ".", "_", ".").Replace(alias)
}

func catalogVersion(n *document.Node, versions map[string]string) string {
	if ref := n.Get("ref").Scalar(); ref != "" {
		return versions[ref]
	}
	return richVersion(n)
}

// richVersion is a version, or the strictest bound of a table of bounds.
func richVersion(n *document.Node) string {
	if text := n.Scalar(); text != "" {
		return text
	}
	for _, bound := range []string{"strictly", "require", "prefer"} {
		if text := n.Get(bound).Scalar(); text != "" {
			return text
		}
	}
	return ""
}

// GradleLock reads gradle.lockfile: "group:artifact:version=configurations",
// which does not tell direct dependencies apart.
func GradleLock(e *inspect.Emitter, content []byte) error {
	all := newLocked()
	for _, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "empty=") {
			continue
		}
		module, _, _ := strings.Cut(line, "=")
		if parts := strings.Split(module, ":"); len(parts) == 3 {
			all.add(parts[0]+":"+parts[1], parts[2], false)
		}
	}
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.Maven, Manager: "gradle", Packages: all.packages()})
	return nil
}
