package manifest

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// setting reads what a script sets of a project: its coordinates, the class
// that it starts, the Java that it is built for, secrets.
func (s *gradleScript) setting(x *gradleStatement, at place) {
	if len(x.args) == 0 {
		return
	}
	name := strings.TrimSuffix(x.name, ".set")
	full := joinPath(at.path, name)
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case name == "rootProject.name":
		s.name, s.nameLine = s.literal(x.args[0]), x.line
	case at.path == "" && (name == "group" || name == "project.group"), at.path == "allprojects" && name == "group":
		s.group = s.literal(x.args[0])
	case at.path == "" && (name == "version" || name == "project.version"), at.path == "allprojects" && name == "version":
		s.version = s.literal(x.args[0])
	case last == "mainClass" || last == "mainClassName" || last == "main" && at.block != "sourceSets":
		if class := s.literal(x.args[0]); class != "" && !slices.Contains(s.entry, class) && className.MatchString(class) {
			s.entry = append(s.entry, class)
		}
	case last == "applicationDefaultJvmArgs":
		var words []string
		for _, v := range flat(x.args) {
			words = append(words, s.literal(v))
		}
		s.e.Emit(x.line, x.end, inspect.Setting{Key: "application.applicationDefaultJvmArgs", Value: inspect.LitOf(inspect.MaskText(strings.Join(words, " ")))})
	case strings.HasSuffix(full, "bootJar.enabled") && x.args[0].text == "false":
		s.bootJar = true
	case inspect.IsSecretName(last) && x.args[0].quoted && len(x.args) == 1:
		if text, ok := s.resolve(x.args[0], 8); ok {
			buildSecret(s.e, name, text, x.line)
		}
	default:
		s.java(x, last)
	}
}

var className = regexp.MustCompile(`^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*$`)

// javaPlaces are the settings that say for which Java a project is built, the
// binding ones before.
var javaPlaces = []string{"languageVersion", "jvmToolchain", "release", "sourceCompatibility", "targetCompatibility", "jvmTarget"}

var javaNumber = regexp.MustCompile(`^(?:JavaVersion\.VERSION_|JvmTarget\.JVM_|VERSION_|JVM_)?([0-9]+(?:[._][0-9]+)*)$`)

// java notes a version of Java.
func (s *gradleScript) java(x *gradleStatement, last string) {
	if !slices.Contains(javaPlaces, last) {
		return
	}
	v := x.args[0]
	if v.call && len(v.items) == 1 { // JavaLanguageVersion.of(17), JavaVersion.toVersion("17")
		v = v.items[0]
	}
	text := s.literal(v)
	if text == "" {
		text = v.text
	}
	if m := javaNumber.FindStringSubmatch(text); m != nil {
		s.runtimes = append(s.runtimes, inspect.Signal{Line: x.line, EndLine: x.end, Fact: inspect.RuntimeVersion{Runtime: "java", Version: strings.ReplaceAll(m[1], "_", "."), Via: last}})
	}
}

// runtime states the most binding of the versions of Java.
func (s *gradleScript) runtime() {
	for _, place := range javaPlaces {
		for _, r := range s.runtimes {
			if r.Fact.(inspect.RuntimeVersion).Via == place {
				s.e.Emit(r.Line, r.EndLine, r.Fact)
				return
			}
		}
	}
}

// manifest states the script as a whole. One that declares nothing of a
// project, a script of tasks, is none.
func (s *gradleScript) manifest() {
	m := inspect.Manifest{Ecosystem: inspect.Maven, Manager: "gradle", Name: s.name, Version: s.version, Entry: s.entry, Plugins: s.plugins}
	if s.group != "" && s.name != "" {
		m.Name = s.group + ":" + s.name
	}
	for _, w := range s.workspaces {
		if dir, moved := s.dirs[w]; moved {
			w = dir
		}
		m.Workspaces = append(m.Workspaces, w)
	}
	m.Packaging = s.packaging()
	if s.has("com.google.cloud.tools.jib") {
		m.ImagePlugin, m.ImageStart = "com.google.cloud.tools.jib", jibStart(m.Entry, max(s.nameLine, 1))
	}
	m.Publishable = s.publishes() && m.Packaging != "executable-jar" && m.Packaging != "war"
	s.e.Emit(max(s.nameLine, 1), max(s.nameLine, 1), m)
}

func (s *gradleScript) has(ids ...string) bool {
	for _, id := range ids {
		if slices.Contains(s.plugins, id) {
			return true
		}
		for _, p := range s.plugins {
			if alias, ok := strings.CutPrefix(p, "libs.plugins."); ok && aliasOf(alias) == aliasOf(id) {
				return true
			}
		}
	}
	return false
}

// aliasOf is an id as people name it in a catalog: without what is not a letter.
func aliasOf(id string) string {
	id = strings.NewReplacer(".", "", "-", "", "_", "", "`", "").Replace(strings.ToLower(id))
	for _, prefix := range []string{"orgspringframework", "iospring", "orgjetbrains", "com", "io"} {
		if rest, ok := strings.CutPrefix(id, prefix); ok && rest != "" {
			id = rest
		}
	}
	return strings.TrimPrefix(id, "spring")
}

// packaging is what the build makes, by its plugins.
func (s *gradleScript) packaging() string {
	switch {
	case s.has("com.android.application", "com.android.dynamic-feature"):
		return "android-app"
	case s.has("war", "org.gretty", "com.bmuschko.tomcat"):
		return "war"
	case s.has("org.springframework.boot") && !s.bootJar, s.has("io.quarkus", "io.micronaut.application", "io.micronaut.minimal.application", "io.ktor.plugin", "application", "com.gradleup.shadow", "com.github.johnrengelman.shadow", "com.google.cloud.tools.jib", "io.vertx.vertx-plugin", "org.jetbrains.kotlin.application"):
		return "executable-jar"
	case s.has("java-library", "java-gradle-plugin", "java-platform", "io.micronaut.library", "kotlin-dsl", "com.android.library"):
		return "library"
	case s.has("java", "groovy", "scala", "kotlin", "org.jetbrains.kotlin.jvm", "org.jetbrains.kotlin.multiplatform", "org.springframework.boot"):
		return "jar"
	}
	return ""
}

func (s *gradleScript) publishes() bool {
	return s.has("com.vanniktech.maven.publish", "io.github.gradle-nexus.publish-plugin", "com.gradle.plugin-publish", "com.jfrog.bintray", "signing") ||
		s.has("maven-publish") && s.has("java-library", "org.jetbrains.kotlin.multiplatform", "java-gradle-plugin", "java-platform")
}
