package manifest

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Gradle reads build.gradle and settings.gradle, in Groovy or Kotlin: both are
// read by one tolerant reader of what they share (see gradleTokens). Anything
// that a script computes is unknown.
func Gradle(e *inspect.Emitter, content []byte) error {
	s := &gradleScript{e: e, names: map[string]string{}, fuel: maxProperties}
	s.statements = parseGradle(strings.ReplaceAll(strings.TrimPrefix(string(content), "\ufeff"), "\r\n", "\n"))
	s.define(s.statements, "")
	s.visit(s.statements, place{})
	s.manifest()
	s.runtime()
	return nil
}

type gradleScript struct {
	e          *inspect.Emitter
	statements []*gradleStatement
	names      map[string]string // variables and extra properties with a literal text
	fuel       int               // references that may still be followed

	plugins    []string
	name       string // rootProject.name
	nameLine   int
	group      string
	version    string
	entry      []string
	workspaces []string
	dirs       map[string]string // of projects that do not lie where their path says
	bootJar    bool              // switched off
	runtimes   []inspect.Signal
}

// place is where a statement stands.
type place struct {
	block       string // the nearest block: "dependencies"
	path        string // all of them: "buildscript.dependencies"
	development bool   // of a source set or variant for tests
}

func (p place) in(name string) place {
	inner := place{block: name[strings.LastIndexByte(name, '.')+1:], path: joinPath(p.path, name)}
	inner.development = p.development
	for _, part := range strings.Split(name, ".") {
		inner.development = inner.development || testName(part)
	}
	return inner
}

func joinPath(a, b string) string {
	if a == "" || len(a) > 512 {
		return b
	}
	return a + "." + b
}

// testName reports whether a configuration, source set or variant is for
// tests: testImplementation, commonTest, androidTest.
func testName(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	lower := strings.ToLower(last)
	return strings.HasPrefix(lower, "test") || strings.HasSuffix(last, "Test") || strings.Contains(last, "Test") && !strings.HasPrefix(last, "latest") || lower == "jmh" || strings.HasPrefix(lower, "jmh")
}

// define collects the texts that names stand for, wherever they are set.
func (s *gradleScript) define(list []*gradleStatement, block string) {
	for _, x := range list {
		if len(s.names) > maxLockVisits {
			return
		}
		name := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(x.name, "rootProject."), "project."), "ext.")
		name = strings.TrimPrefix(name, "extra.")
		switch {
		case x.set && len(x.args) == 1 && !x.args[0].partial && (x.args[0].quoted || x.args[0].name == "" && x.args[0].text != ""):
			if _, twice := s.names[name]; !twice {
				s.names[name] = x.args[0].text
			}
		case block == "ext" && (x.name == "set") && len(x.args) == 2:
			s.names[x.args[0].text] = x.args[1].text
		}
		s.define(x.block, x.name)
		for _, c := range x.chain {
			s.define(c.block, c.name)
		}
	}
}

var gradleReference = regexp.MustCompile(`\\?\$(?:\{([^{}$]*)\}|([A-Za-z_][A-Za-z0-9_.]*))`)

// resolve fills in the references of a text; ok is false when one stays.
func (s *gradleScript) resolve(v gradleValue, depth int) (text string, ok bool) {
	if v.partial {
		return v.text, false
	}
	if len(v.plus) > 0 {
		return s.concatenate(v, depth)
	}
	if !v.quoted {
		if v.name == "" {
			return v.text, true
		}
		held, known := s.lookup(v.name)
		if !known || depth == 0 {
			return v.text, false
		}
		return s.resolve(gradleValue{text: held, quoted: true}, depth-1)
	}
	if v.raw || !strings.Contains(v.text, "$") {
		return v.text, true
	}
	ok = true
	text = gradleReference.ReplaceAllStringFunc(v.text, func(reference string) string {
		if strings.HasPrefix(reference, `\`) {
			return reference[1:]
		}
		name := strings.Trim(reference[1:], "{}")
		if m := gradleProperty.FindStringSubmatch(name); m != nil {
			name = m[1]
		}
		held, known := s.lookup(name)
		if !known || depth == 0 {
			ok = false
			return reference
		}
		inner, fine := s.resolve(gradleValue{text: held, quoted: true}, depth-1)
		ok = ok && fine
		return inner
	})
	if len(text) > inspect.MaxText {
		return v.text, false
	}
	return text, ok
}

// gradleProperty asks for a property by its name: extra["a"], property("a").
var gradleProperty = regexp.MustCompile(`^(?:\w+\.)*(?:extra|ext|properties|property|findProperty)[\[(]["']([^"']+)["'][\])]$`)

// concatenate resolves a text with others behind it.
func (s *gradleScript) concatenate(v gradleValue, depth int) (string, bool) {
	rest := v.plus
	v.plus = nil
	text, ok := s.resolve(v, depth)
	for _, next := range rest {
		more, fine := s.resolve(next, depth)
		text, ok = text+more, ok && fine
		if len(text) > inspect.MaxText {
			return "", false
		}
	}
	return text, ok
}

func (s *gradleScript) lookup(name string) (string, bool) {
	if s.fuel--; s.fuel < 0 {
		return "", false
	}
	for _, prefix := range []string{"rootProject.", "project.", "ext.", "extra.", "versions."} {
		if text, ok := s.names[name]; ok {
			return text, true
		}
		name = strings.TrimPrefix(name, prefix)
	}
	text, ok := s.names[name]
	return text, ok
}

// literal is a value's text with its references filled in, or "".
func (s *gradleScript) literal(v gradleValue) string {
	if text, ok := s.resolve(v, 8); ok {
		return text
	}
	return ""
}

// visit reads statements where they stand.
func (s *gradleScript) visit(list []*gradleStatement, at place) {
	for _, x := range list {
		s.statement(x, at)
		inner := at.in(x.name)
		if len(x.args) == 1 && x.args[0].quoted { // named("commonTest") { … }
			inner.development = inner.development || testName(x.args[0].text) && !strings.HasPrefix(x.name, "task")
		}
		s.visit(x.block, inner)
		for _, c := range x.chain {
			s.chained(c, inner)
		}
	}
}

func (s *gradleScript) chained(x *gradleStatement, at place) {
	s.visit(x.block, at)
	s.setting(x, at)
	for _, c := range x.chain {
		s.chained(c, at)
	}
}

func (s *gradleScript) statement(x *gradleStatement, at place) {
	switch {
	case at.path == "plugins" || at.path == "pluginManagement.plugins":
		s.plugin(x, at.path == "plugins")
	case at.block == "dependencies":
		s.dependency(x, at)
	case x.name == "apply":
		for _, v := range x.args {
			if v.key == "plugin" && v.quoted {
				s.apply(v.text, "", v, true)
			} else if v.key == "plugin" && v.name != "" {
				s.apply(v.name, "", v, true)
			}
		}
		for _, b := range x.block {
			if b.name == "plugin" && len(b.args) > 0 {
				s.apply(b.args[0].text, "", b.args[0], true)
			}
		}
	case x.name == "include" || x.name == "includeFlat" || x.name == "includeBuild":
		if at.path == "" {
			s.include(x)
		}
	case x.name == "project" && len(x.args) == 1:
		s.projectDir(x)
	default:
		s.setting(x, at)
	}
}

// plugin reads one line of a plugins block.
func (s *gradleScript) plugin(x *gradleStatement, applied bool) {
	id, catalog := x.name, false
	switch x.name {
	case "id", "alias", "kotlin":
		if len(x.args) == 0 {
			return
		}
		switch v := x.args[0]; {
		case x.name == "kotlin":
			id = "org.jetbrains.kotlin." + v.text
		case v.quoted:
			id = s.literal(v)
		default:
			id, catalog = v.name, true
		}
	}
	version := ""
	var look func(list []*gradleStatement)
	look = func(list []*gradleStatement) {
		for _, c := range list {
			if c.name == "version" && len(c.args) > 0 {
				version, _ = s.resolve(c.args[0], 8)
			}
			if c.name == "apply" && len(c.args) > 0 && c.args[0].text == "false" {
				applied = false
			}
			look(c.chain)
		}
	}
	look(x.chain)
	if id == "" || strings.ContainsAny(id, "${ ") {
		return
	}
	v := gradleValue{line: x.line, end: x.end}
	if catalog {
		s.e.Emit(x.line, x.end, inspect.Dependency{Ecosystem: inspect.Maven, Name: id, Group: inspect.Build, Origin: "catalog", In: "plugins", Managed: true})
	}
	s.apply(id, version, v, applied)
}

// apply notes a plugin; with a version it is also a dependency of the build.
func (s *gradleScript) apply(id, version string, v gradleValue, applied bool) {
	if version != "" {
		d := inspect.Dependency{Ecosystem: inspect.Maven, Name: id, Constraint: version, Group: inspect.Build, In: "plugins", Exact: mavenExact(version)}
		d.Managed = strings.Contains(version, "$") || version != "" && !strings.ContainsAny(version, "0123456789+")
		s.e.Emit(v.line, v.end, d)
	}
	if applied && !slices.Contains(s.plugins, id) {
		s.plugins = append(s.plugins, id)
	}
}

// include notes the projects of a build: ":a:b" lies in a/b.
func (s *gradleScript) include(x *gradleStatement) {
	for _, v := range flat(x.args) {
		text := s.literal(v)
		if text == "" {
			continue
		}
		switch x.name {
		case "include":
			text = strings.ReplaceAll(strings.Trim(text, ":"), ":", "/")
		case "includeFlat":
			text = "../" + text
		}
		s.workspaces = append(s.workspaces, text)
	}
}

// flat are values with the items of lists among them in their place.
func flat(values []gradleValue) []gradleValue {
	var list []gradleValue
	for _, v := range values {
		if v.name == "" && !v.quoted && len(v.items) > 0 || (v.name == "listOf" || v.name == "arrayOf") && v.call {
			list = append(list, v.items...)
			continue
		}
		list = append(list, v)
	}
	return list
}

// projectDir reads project(":a").projectDir = file("b").
func (s *gradleScript) projectDir(x *gradleStatement) {
	for _, c := range x.chain {
		if c.name != "projectDir" || !c.set || len(c.args) == 0 {
			continue
		}
		if dir := lastText(c.args[0]); dir != "" {
			if s.dirs == nil {
				s.dirs = map[string]string{}
			}
			s.dirs[strings.ReplaceAll(strings.Trim(s.literal(x.args[0]), ":"), ":", "/")] = strings.TrimPrefix(dir, "./")
		}
	}
}

// lastText is the text in file("b"), new File(settingsDir, "b").
func lastText(v gradleValue) string {
	if v.quoted {
		return strings.TrimPrefix(strings.TrimPrefix(v.text, "$rootDir/"), "${rootDir}/")
	}
	if n := len(v.items); n > 0 {
		return lastText(v.items[n-1])
	}
	return ""
}
