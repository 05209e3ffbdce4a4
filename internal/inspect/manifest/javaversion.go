package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// JavaVersion reads .java-version.
func JavaVersion(e *inspect.Emitter, content []byte) error {
	return versionLine(e, content, "java", ".java-version")
}

// JavaProperties reads .sdkmanrc ("java=21.0.2-tem") and Heroku's
// system.properties ("java.runtime.version=21").
func JavaProperties(e *inspect.Emitter, content []byte) error {
	for _, p := range document.ReadProperties(content) {
		runtime, via := "", ".sdkmanrc"
		switch p.Key {
		case "java.runtime.version":
			runtime, via = "java", "system.properties"
		case "maven.version":
			runtime, via = "maven", "system.properties"
		case "java", "maven", "gradle", "kotlin":
			runtime = p.Key
		}
		if runtime != "" && p.Text != "" {
			e.Emit(p.Line, p.End, inspect.RuntimeVersion{Runtime: runtime, Version: p.Text, Via: via})
		}
	}
	return nil
}

var distribution = regexp.MustCompile(`(?:gradle|apache-maven|maven-mvnd|mvnd)-([0-9][\w.-]*?)(?:-(?:bin|all|windows|linux|darwin)[\w-]*)?\.(?:zip|tar\.gz)$`)

// wrapper states the version of the build tool that a wrapper downloads.
func wrapper(e *inspect.Emitter, p document.Property, tool, via string) bool {
	if p.Key != "distributionUrl" {
		return false
	}
	if m := distribution.FindStringSubmatch(p.Text); m != nil {
		e.Emit(p.Line, p.End, inspect.RuntimeVersion{Runtime: tool, Version: m[1], Via: via})
	}
	return true
}

// MavenProperties reads maven-wrapper.properties.
func MavenProperties(e *inspect.Emitter, content []byte) error {
	for _, p := range document.ReadProperties(content) {
		wrapper(e, p, "maven", "maven-wrapper.properties")
	}
	return nil
}

// GradleProperties reads gradle.properties, whose entries scripts refer to,
// and gradle-wrapper.properties and gradle-daemon-jvm.properties beside it.
func GradleProperties(e *inspect.Emitter, content []byte) error {
	properties := document.ReadProperties(content)
	for _, p := range properties {
		if wrapper(e, p, "gradle", "gradle-wrapper.properties") {
			return nil
		}
	}
	for _, p := range properties {
		switch p.Key {
		case "":
			continue
		case "toolchainVersion":
			e.Emit(p.Line, p.End, inspect.RuntimeVersion{Runtime: "java", Version: p.Text, Via: "gradle-daemon-jvm.properties"})
		}
		value := inspect.LitOf(inspect.MaskText(p.Text))
		if p.Text != "" && inspect.IsSecretName(p.Key[strings.LastIndexByte(p.Key, '.')+1:]) {
			value = inspect.SecretLit(p.Text)
		}
		e.Emit(p.Line, p.End, inspect.Setting{Key: p.Key, Value: value})
		buildSecret(e, p.Key, p.Text, p.Line)
	}
	return nil
}
