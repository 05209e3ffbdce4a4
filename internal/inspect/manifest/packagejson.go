// Package manifest reads package manifests and lock files.
package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// PackageJSON reads npm's manifest.
func PackageJSON(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	if !root.IsObject() {
		if err == nil {
			err = inspect.ParseError(root.Line, "the document is not an object")
		}
		return err
	}
	m := inspect.Manifest{
		Ecosystem: inspect.NPM, Name: root.Get("name").Scalar(), Version: root.Get("version").Scalar(), Private: root.Get("private").IsTrue(),
		Workspaces: root.Get("workspaces").Scalars(),
	}
	if m.Workspaces == nil {
		m.Workspaces = root.Get("workspaces", "packages").Scalars()
	}
	m.Manager, _, _ = strings.Cut(root.Get("packageManager").Scalar(), "@")
	m.Entry, m.Bin = npmEntries(root), npmBins(root, m.Name)
	for _, key := range append(root.Get("imports").Keys(), root.Get("_moduleAliases").Keys()...) {
		m.Aliases = append(m.Aliases, aliasPrefix(key))
	}
	published := len(m.Bin) > 0 || root.Get("main") != nil && root.Get("scripts", "start") == nil // "npm init" writes a main for everyone
	for _, key := range []string{"exports", "files", "module", "types", "typings", "publishConfig"} {
		published = published || root.Get(key) != nil
	}
	m.Publishable = !m.Private && m.Name != "" && m.Version != "" && published
	if root.Get("engines", "vscode").Scalar() != "" {
		m.Host = "vscode"
	}
	line := 1
	if root.Get("name") != nil {
		line = root.LineOf("name")
	}
	e.Emit(line, line, m)
	npmRuntimes(e, root)
	for _, s := range root.Get("scripts").Each() {
		if text := s.Value.Scalar(); text != "" {
			commands, _ := shell.Commands(text, s.Line) // a script that is no shell is still named
			e.Emit(s.Line, s.Value.End, inspect.Script{Name: s.Key, Text: inspect.MaskText(text), Command: commands})
		}
	}
	for _, g := range npmGroups {
		for _, d := range root.Get(g.key).Each() {
			e.Emit(d.Line, d.Value.End, npmDependency(d.Key, d.Value.Scalar(), g.group))
		}
	}
	return err
}

var npmGroups = []struct {
	key   string
	group inspect.Group
}{{"dependencies", inspect.Runtime}, {"devDependencies", inspect.Dev}, {"optionalDependencies", inspect.Optional}, {"peerDependencies", inspect.Peer}}

// npmEntries are the files that importing the package loads.
func npmEntries(root *document.Node) []string {
	var entries []string
	seen := map[string]bool{}
	add := func(file string) {
		if file != "" && !seen[file] && len(entries) < 50 {
			seen[file] = true
			entries = append(entries, file)
		}
	}
	add(root.Get("main").Scalar())
	add(root.Get("module").Scalar())
	var walk func(n *document.Node)
	walk = func(n *document.Node) {
		add(n.Scalar())
		for _, m := range n.Each() {
			walk(m.Value)
		}
		for _, item := range n.List() {
			walk(item)
		}
	}
	if exports := root.Get("exports"); exports != nil {
		walk(exports)
	}
	return entries
}

func npmBins(root *document.Node, name string) []string {
	if root.Get("bin").Scalar() != "" {
		return []string{name[strings.LastIndex(name, "/")+1:]}
	}
	return root.Get("bin").Keys()
}

func npmRuntimes(e *inspect.Emitter, root *document.Node) {
	for _, at := range [][]string{{"engines", "node"}, {"volta", "node"}, {"devEngines", "runtime", "version"}} {
		version := root.Get(at...).Scalar()
		if version == "" {
			continue
		}
		if at[0] == "devEngines" && root.Get("devEngines", "runtime", "name").Scalar() != "node" {
			continue
		}
		line := root.Get(at[:len(at)-1]...).LineOf(at[len(at)-1])
		e.Emit(line, line, inspect.RuntimeVersion{Runtime: "node", Version: version, Via: at[0]})
	}
}

var (
	npmExact  = regexp.MustCompile(`^[=v]*\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`)
	npmGit    = regexp.MustCompile(`^(git(\+[a-z]+)?:|git@|ssh:|github:|gitlab:|bitbucket:|gist:)|^https?://[^#]+\.git(#|$)|^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+(#.*)?$`)
	npmPath   = regexp.MustCompile(`^(file:|link:|portal:|\.{1,2}/|/|~/)`)
	npmRemote = regexp.MustCompile(`^https?://`)
)

// npmDependency reads one requirement of package.json.
func npmDependency(name, constraint string, group inspect.Group) inspect.Dependency {
	d := inspect.Dependency{Ecosystem: inspect.NPM, Name: name, Constraint: constraint, Group: group}
	switch {
	case strings.HasPrefix(constraint, "workspace:"):
		d.Origin = "workspace"
	case strings.HasPrefix(constraint, "npm:"):
		real, version := splitAt(strings.TrimPrefix(constraint, "npm:"))
		d.Location, d.Constraint = real, version
		d.Exact = npmExact.MatchString(version)
	case npmPath.MatchString(constraint):
		d.Origin, d.Location, d.Constraint = "path", constraint, ""
	case npmGit.MatchString(constraint):
		d.Origin, d.Location, d.Constraint = "git", inspect.MaskText(constraint), ""
	case npmRemote.MatchString(constraint):
		d.Origin, d.Location, d.Constraint = "url", inspect.MaskText(constraint), ""
	default:
		d.Exact = npmExact.MatchString(constraint)
	}
	return d
}

// splitAt splits "name@version" and "@scope/name@version" at the version.
func splitAt(text string) (name, version string) {
	if at := strings.LastIndex(text, "@"); at > 0 {
		return text[:at], text[at+1:]
	}
	return text, ""
}

// aliasPrefix is what names of an alias's pattern begin with: "@/*" is "@/".
func aliasPrefix(pattern string) string {
	prefix, _, _ := strings.Cut(pattern, "*")
	return prefix
}

// TSConfig reads what tsconfig.json and jsconfig.json say about imports.
func TSConfig(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	options := root.Get("compilerOptions")
	aliases := inspect.ImportAliases{Base: options.Get("baseUrl").Scalar(), Extends: root.Get("extends").Scalars()}
	line := 1
	if paths := options.Get("paths"); paths != nil {
		line = options.LineOf("paths")
		for _, key := range paths.Keys() {
			aliases.Prefixes = append(aliases.Prefixes, aliasPrefix(key))
		}
	}
	if aliases.Base != "" || aliases.Prefixes != nil || aliases.Extends != nil {
		e.Emit(line, line, aliases)
	}
	return err
}
