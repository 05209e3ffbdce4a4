package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// configurations are Gradle's own, by what they are for; one that is none of
// these belongs to a tool of the build.
func groupOfConfiguration(name string) (inspect.Group, bool) {
	lower := strings.ToLower(name)
	switch {
	case testName(name), strings.HasPrefix(lower, "developmentonly"), strings.HasPrefix(lower, "testanddevelopmentonly"), lower == "debugimplementation":
		return inspect.Dev, true
	case strings.HasSuffix(lower, "annotationprocessor"), strings.HasPrefix(lower, "kapt"), strings.HasPrefix(lower, "ksp"), lower == "classpath":
		return inspect.Build, true
	case strings.HasPrefix(lower, "provided"), strings.HasSuffix(lower, "compileonly"), strings.HasSuffix(lower, "compileonlyapi"):
		return inspect.Peer, true
	case strings.HasSuffix(lower, "implementation"), strings.HasSuffix(lower, "runtimeonly"), strings.HasSuffix(lower, "api"), lower == "compile", lower == "runtime", strings.HasSuffix(lower, "runtimeclasspath"):
		return inspect.Runtime, true
	case lower == "constraints", lower == "modules", lower == "components", lower == "exclude", lower == "println", lower == "project", lower == "add":
		return "", false
	}
	return inspect.Build, true
}

// dependency reads one line of a dependencies block.
func (s *gradleScript) dependency(x *gradleStatement, at place) {
	name, args := x.name, x.args
	if name == "add" && len(args) > 1 {
		name, args = args[0].text, args[1:]
	}
	group, ok := groupOfConfiguration(name)
	if x.set || strings.Contains(name, ".") {
		return
	}
	if !ok {
		return
	}
	if at.development {
		group = inspect.Dev
	}
	if strings.HasPrefix(at.path, "buildscript") || strings.HasPrefix(at.path, "pluginManagement") {
		group = inspect.Build
	}
	if d, ok := s.parts(args); ok {
		d.Group = group
		s.e.Emit(x.line, x.end, d)
		return
	}
	for _, v := range flat(args) {
		if d, ok := s.notation(v, 0); ok {
			if d.In == "platform" {
				d.Indirect = true
			}
			d.Group = group
			line := v.line
			if line == 0 {
				line = x.line
			}
			s.e.Emit(line, max(line, v.end), d)
		}
	}
}

// parts reads a dependency whose parts are arguments of their own: group: "g",
// name: "a", version: "v", or Kotlin's three texts.
func (s *gradleScript) parts(args []gradleValue) (inspect.Dependency, bool) {
	named := map[string]gradleValue{}
	positional := len(args) > 1 && args[0].quoted && args[1].quoted && !strings.ContainsAny(args[0].text+args[1].text, ":/ ")
	for i, v := range args {
		key := v.key
		if key == "" && positional && i < 3 {
			key = [...]string{"group", "name", "version"}[i]
		}
		named[key] = v
	}
	if named["name"].text == "" || named["group"].text == "" {
		return inspect.Dependency{}, false
	}
	version, ok := s.resolve(named["version"], 8)
	return s.module(s.literal(named["group"])+":"+s.literal(named["name"]), version, ok), true
}

// notation reads one value of a configuration.
func (s *gradleScript) notation(v gradleValue, depth int) (inspect.Dependency, bool) {
	none := inspect.Dependency{}
	switch {
	case v.quoted:
		text, ok := s.resolve(v, 8)
		parts := strings.SplitN(text, ":", 4)
		if len(parts) < 2 || strings.ContainsAny(parts[0]+parts[1], "$ {}/") {
			return none, false
		}
		version := ""
		if len(parts) > 2 {
			version, _, _ = strings.Cut(parts[2], "@")
		}
		artifact, _, _ := strings.Cut(parts[1], "@")
		return s.module(parts[0]+":"+artifact, version, ok), true
	case !v.call:
		return s.accessor(v)
	case depth > 2 || len(v.items) == 0:
		return none, false
	}
	switch v.name {
	case "platform", "enforcedPlatform":
		d, ok := s.notation(v.items[0], depth+1)
		d.In = "platform"
		return d, ok
	case "testFixtures", "dependencies.create", "create":
		return s.notation(v.items[0], depth+1)
	case "project":
		path := v.items[0]
		for _, item := range v.items {
			if item.key == "path" {
				path = item
			}
		}
		if text := s.literal(path); text != "" {
			return inspect.Dependency{Ecosystem: inspect.Maven, Name: text[strings.LastIndexByte(text, ':')+1:], Origin: "workspace", Location: text}, true
		}
	case "files", "fileTree":
		if text := lastText(v.items[0]); text != "" {
			return inspect.Dependency{Ecosystem: inspect.Maven, Name: text[strings.LastIndexByte(text, '/')+1:], Origin: "path", Location: text}, true
		}
	case "kotlin":
		version, ok := "", true
		if len(v.items) > 1 {
			version, ok = s.resolve(v.items[1], 8)
		}
		return s.module("org.jetbrains.kotlin:kotlin-"+s.literal(v.items[0]), version, ok), true
	}
	return none, false
}

var catalogName = regexp.MustCompile(`^(libs|[a-z][A-Za-z0-9]*Libs|[a-z]+Catalog)\.`)

// accessor reads libs.spring.web of a catalog and projects.shop.api.
func (s *gradleScript) accessor(v gradleValue) (inspect.Dependency, bool) {
	d := inspect.Dependency{Ecosystem: inspect.Maven, Name: strings.TrimSuffix(v.name, ".get")}
	switch {
	case strings.HasPrefix(v.name, "projects."):
		d.Name = v.name[strings.LastIndexByte(v.name, '.')+1:]
		d.Origin, d.Location = "workspace", v.name
		return d, true
	case catalogName.MatchString(v.name):
		d.Origin, d.Managed = "catalog", true
		return d, true
	}
	if text := s.literal(v); text != "" && strings.Contains(text, ":") {
		return s.notation(gradleValue{text: text, quoted: true, raw: true}, 0)
	}
	return inspect.Dependency{}, false
}

// module is a dependency on a published module. Without a version, or with one
// that this script does not tell, something else states it.
func (s *gradleScript) module(name, version string, told bool) inspect.Dependency {
	d := inspect.Dependency{Ecosystem: inspect.Maven, Name: name, Constraint: version}
	d.Managed = version == "" || !told
	d.Exact = told && mavenExact(version)
	return d
}
