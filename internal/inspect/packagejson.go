package inspect

import (
	"regexp"
	"strings"
)

// packageJSON reads npm's manifest.
func packageJSON(e *emitter, content []byte) error {
	root, err := readJSON(content)
	if !root.isObject() {
		if err == nil {
			err = parseError(root.line, "the document is not an object")
		}
		return err
	}
	m := Manifest{
		Ecosystem: NPM, Name: root.get("name").string(), Version: root.get("version").string(), Private: root.get("private").isTrue(),
		Workspaces: root.get("workspaces").strings(),
	}
	if m.Workspaces == nil {
		m.Workspaces = root.get("workspaces", "packages").strings()
	}
	m.Manager, _, _ = strings.Cut(root.get("packageManager").string(), "@")
	m.Entry, m.Bin = npmEntries(root), npmBins(root, m.Name)
	for _, key := range append(root.get("imports").keys(), root.get("_moduleAliases").keys()...) {
		m.Aliases = append(m.Aliases, aliasPrefix(key))
	}
	published := len(m.Bin) > 0 || root.get("main") != nil && root.get("scripts", "start") == nil // "npm init" writes a main for everyone
	for _, key := range []string{"exports", "files", "module", "types", "typings", "publishConfig"} {
		published = published || root.get(key) != nil
	}
	m.Publishable = !m.Private && m.Name != "" && m.Version != "" && published
	line := 1
	if root.get("name") != nil {
		line = root.lineOf("name")
	}
	e.emit(line, line, m)
	npmRuntimes(e, root)
	for _, s := range root.get("scripts").each() {
		if text := s.value.string(); text != "" {
			commands, _ := parseCommands(text, s.line) // a script that is no shell is still named
			e.emit(s.line, s.value.end, Script{Name: s.key, Text: maskText(text), Command: commands})
		}
	}
	for _, g := range npmGroups {
		for _, d := range root.get(g.key).each() {
			e.emit(d.line, d.value.end, npmDependency(d.key, d.value.string(), g.group))
		}
	}
	return err
}

var npmGroups = []struct {
	key   string
	group Group
}{{"dependencies", Runtime}, {"devDependencies", Dev}, {"optionalDependencies", Optional}, {"peerDependencies", Peer}}

// npmEntries are the files that importing the package loads.
func npmEntries(root *docNode) []string {
	var entries []string
	seen := map[string]bool{}
	add := func(file string) {
		if file != "" && !seen[file] && len(entries) < 50 {
			seen[file] = true
			entries = append(entries, file)
		}
	}
	add(root.get("main").string())
	add(root.get("module").string())
	var walk func(n *docNode)
	walk = func(n *docNode) {
		add(n.string())
		for _, m := range n.each() {
			walk(m.value)
		}
		for _, item := range n.list() {
			walk(item)
		}
	}
	if exports := root.get("exports"); exports != nil {
		walk(exports)
	}
	return entries
}

func npmBins(root *docNode, name string) []string {
	if root.get("bin").string() != "" {
		return []string{name[strings.LastIndex(name, "/")+1:]}
	}
	return root.get("bin").keys()
}

func npmRuntimes(e *emitter, root *docNode) {
	for _, at := range [][]string{{"engines", "node"}, {"volta", "node"}, {"devEngines", "runtime", "version"}} {
		version := root.get(at...).string()
		if version == "" {
			continue
		}
		if at[0] == "devEngines" && root.get("devEngines", "runtime", "name").string() != "node" {
			continue
		}
		line := root.get(at[:len(at)-1]...).lineOf(at[len(at)-1])
		e.emit(line, line, RuntimeVersion{Runtime: "node", Version: version, Via: at[0]})
	}
}

var (
	npmExact  = regexp.MustCompile(`^[=v]*\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$`)
	npmGit    = regexp.MustCompile(`^(git(\+[a-z]+)?:|git@|ssh:|github:|gitlab:|bitbucket:|gist:)|^https?://[^#]+\.git(#|$)|^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+(#.*)?$`)
	npmPath   = regexp.MustCompile(`^(file:|link:|portal:|\.{1,2}/|/|~/)`)
	npmRemote = regexp.MustCompile(`^https?://`)
)

// npmDependency reads one requirement of package.json.
func npmDependency(name, constraint string, group Group) Dependency {
	d := Dependency{Ecosystem: NPM, Name: name, Constraint: constraint, Group: group}
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
		d.Origin, d.Location, d.Constraint = "git", maskText(constraint), ""
	case npmRemote.MatchString(constraint):
		d.Origin, d.Location, d.Constraint = "url", maskText(constraint), ""
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

// tsConfig reads what tsconfig.json and jsconfig.json say about imports.
func tsConfig(e *emitter, content []byte) error {
	root, err := readJSON(content)
	options := root.get("compilerOptions")
	aliases := ImportAliases{Base: options.get("baseUrl").string(), Extends: root.get("extends").strings()}
	line := 1
	if paths := options.get("paths"); paths != nil {
		line = options.lineOf("paths")
		for _, key := range paths.keys() {
			aliases.Prefixes = append(aliases.Prefixes, aliasPrefix(key))
		}
	}
	if aliases.Base != "" || aliases.Prefixes != nil || aliases.Extends != nil {
		e.emit(line, line, aliases)
	}
	return err
}
