package manifest

import (
	"encoding/json"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// image finds the plugin of the build that makes an image, and what that starts: of docker-maven-plugin as it is configured, of Jib and of
// Spring Boot's build-image as these do it for every program. What only
// pluginManagement says counts, too: modules apply it.
func (p *pom) image(entry []string) (id string, start *inspect.Start) {
	plugins := append(p.builds(true), p.root.Get("build", "pluginManagement", "plugins").All("plugin")...)
	for _, managed := range p.inProfiles("build", "pluginManagement", "plugins") {
		plugins = append(plugins, managed.All("plugin")...)
	}
	for _, plugin := range plugins {
		switch _, artifact, _ := strings.Cut(p.pluginID(plugin), ":"); artifact {
		case "docker-maven-plugin":
			start = p.dockerStart(plugin)
		case "jib-maven-plugin":
			start = jibStart(entry, plugin.Line)
		case "spring-boot-maven-plugin":
			start = buildpackStart(plugin)
		}
		if start != nil {
			return p.pluginID(plugin), start
		}
	}
	return "", nil
}

// dockerStart is docker-maven-plugin's entryPoint or else its cmd: an exec form
// as JSON or as its words, or a line for the shell.
func (p *pom) dockerStart(plugin *document.Element) *inspect.Start {
	for _, name := range []string{"entryPoint", "cmd"} {
		var found *document.Element
		plugin.Walk(func(x *document.Element) bool {
			if x.Name == name && found == nil {
				found = x
			}
			return found == nil
		})
		if found == nil {
			continue
		}
		var argv []string
		for _, arg := range found.Get("exec").Each() {
			argv = append(argv, p.resolve(arg.Text()))
		}
		text := p.resolve(found.Text())
		if line := found.Get("shell").Text(); line != "" {
			text = p.resolve(line)
		}
		if len(argv) == 0 && strings.HasPrefix(text, "[") && json.Unmarshal([]byte(text), &argv) != nil {
			return nil
		}
		if len(argv) > 0 {
			start := shell.ExecOf(argv, found.Line)
			return &start
		}
		if text != "" {
			start := shell.StartOf(text, found.Line)
			return &start
		}
	}
	return nil
}

// jibStart is the ENTRYPOINT that Jib gives an image unless it is told another:
// the JVM itself, with the program's class where the build names it.
func jibStart(entry []string, line int) *inspect.Start {
	start := shell.ExecOf(append([]string{"java", "-cp", "/app/resources:/app/classes:/app/libs/*"}, entry[:min(1, len(entry))]...), line)
	return &start
}

// buildpackStart is what an image starts that a goal of Spring Boot's plugin
// makes with buildpacks: the launcher of the archive.
func buildpackStart(plugin *document.Element) *inspect.Start {
	for _, execution := range plugin.Get("executions").All("execution") {
		for _, goal := range execution.Get("goals").All("goal") {
			if strings.HasPrefix(goal.Text(), "build-image") {
				start := shell.ExecOf([]string{"java", "org.springframework.boot.loader.launch.JarLauncher"}, goal.Line)
				return &start
			}
		}
	}
	return nil
}
