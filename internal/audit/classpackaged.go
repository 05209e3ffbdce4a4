package audit

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// packaged looks at what a build makes of a component whose framework starts
// the server, not its own code: a WAR, a project of the web SDK, a boot jar, a
// Rack application, PHP's front controller.
func (d *decision) packaged() (Class, string) {
	if d.orchestrates() {
		return "", ""
	}
	if why := d.deviceApp(); why != "" {
		return StaticFrontend, why
	}
	for _, m := range d.manifests() {
		switch m.Fact.Packaging {
		case "war":
			return WebService, fmt.Sprintf("%s packages a WAR for a servlet container.", m.At())
		case "web":
			if d.user == "" || d.starts() {
				return WebService, fmt.Sprintf("%s is a project of the web SDK.", m.At())
			}
		}
	}
	if m, ok := d.executable(); ok {
		if dep, ok := d.dependsOn(serverLibraries); ok {
			return WebService, fmt.Sprintf("%s makes a program of it, and %s serves.", m.At(), dep.Fact.Name)
		}
		if dep, ok := d.dependsOn(workerLibraries); ok {
			return Worker, fmt.Sprintf("%s makes a program of it, and %s takes work from elsewhere.", m.At(), dep.Fact.Name)
		}
	}
	if d.installed() {
		return "", ""
	}
	if f := d.c.Repo.File(path.Join(d.c.Path, "config.ru")); f != nil && f.Role == source.Prod {
		return WebService, f.Path + " is a Rack application."
	}
	if slices.Contains(d.c.Languages, "PHP") {
		if f := d.frontController(); f != nil {
			return WebService, f.Path + " answers the requests that a server hands to PHP."
		}
	}
	return "", ""
}

// deviceApp says what makes an app for devices of the component, "" when nothing
// does: MAUI, Gradle's Android plugin, Flutter.
func (d *decision) deviceApp() string {
	for dep := range Facts[inspect.Dependency](d.c) {
		if dep.Fact.Ecosystem == inspect.NuGet && strings.HasPrefix(dep.Fact.Name, "Microsoft.Maui") && path.Dir(dep.File.Path) == d.c.Path && d.user == "" {
			return fmt.Sprintf("%s depends on %s for an app that runs on devices.", dep.At(), dep.Fact.Name)
		}
	}
	for _, m := range d.manifests() {
		switch {
		case m.Fact.Packaging == "android-app":
			return m.At().String() + " builds an app that runs on devices."
		case m.Fact.Host != "" && !d.deployed():
			return fmt.Sprintf("%s is an extension that runs in %s.", m.At(), m.Fact.Host)
		}
	}
	if main := flutterApp(d.c.Repo, d.c.Path); main != "" {
		return main + " is an app that runs on devices."
	}
	return ""
}

// flutterApp is the entry of the Flutter app that a directory holds, or "".
func flutterApp(repo *Repository, dir string) string {
	main := path.Join(dir, "lib", "main.dart")
	if repo.Has(path.Join(dir, "pubspec.yaml")) && repo.Has(main) {
		return main
	}
	return ""
}

// manifests are those of the component's own directory.
func (d *decision) manifests() []Located[inspect.Manifest] {
	var list []Located[inspect.Manifest]
	for m := range Facts[inspect.Manifest](d.c) {
		if path.Dir(m.File.Path) == d.c.Path {
			list = append(list, m)
		}
	}
	return list
}

// orchestrates reports whether the program is there for developers alone: an
// Aspire host, which starts the others on one machine, a benchmark or a build.
func (d *decision) orchestrates() bool {
	return Has(d.c, func(dep inspect.Dependency) bool {
		name := strings.ToLower(dep.Name)
		return dep.Ecosystem == inspect.NuGet && (strings.HasPrefix(name, "aspire.hosting") || name == "aspire.apphost.sdk" || name == "benchmarkdotnet" || name == "nuke.common" || name == "cake.frosting")
	}) || slices.ContainsFunc(d.manifests(), func(m Located[inspect.Manifest]) bool {
		return slices.ContainsFunc(m.Fact.Plugins, func(id string) bool { return strings.HasPrefix(id, "Aspire.AppHost") })
	})
}

// programPlugins are build plugins that make a program of a project.
var programPlugins = []string{
	"org.springframework.boot", "spring-boot-maven-plugin", "application", "io.quarkus", "quarkus-maven-plugin", "io.micronaut.application",
	"micronaut-maven-plugin", "io.ktor.plugin", "com.google.cloud.tools.jib", "jib-maven-plugin", "com.github.johnrengelman.shadow", "com.gradleup.shadow",
}

// executable finds what says that a build makes a program: the packaging, a
// plugin, or something of the component that is started.
func (d *decision) executable() (Located[inspect.Manifest], bool) {
	for _, m := range d.manifests() {
		if MakesProgram(m.Fact) {
			return m, true
		}
	}
	if (d.deployed() || d.startsServing()) && len(d.manifests()) > 0 {
		return d.manifests()[0], true
	}
	return Located[inspect.Manifest]{}, false
}

// MakesProgram reports whether a manifest's packaging or one of its plugins makes
// a program of the project.
func MakesProgram(m inspect.Manifest) bool {
	return m.Packaging == "executable-jar" || m.Packaging == "exe" || slices.ContainsFunc(m.Plugins, func(plugin string) bool {
		return slices.Contains(programPlugins, plugin) || slices.Contains(programPlugins, plugin[strings.LastIndexByte(plugin, ':')+1:])
	})
}

// programFrameworks start a whole program: a library has no use for them.
var programFrameworks = []string{"org.springframework.boot.", "io.micronaut.runtime.", "io.quarkus.runtime."}

// startsServing reports whether a main method of the component starts a
// framework's program and nobody else uses the component: a program, whatever
// plugin packs it.
func (d *decision) startsServing() bool {
	if d.user != "" || d.distributed() != "" {
		return false
	}
	entries := map[*File]bool{}
	for e := range FactsIn[inspect.EntryPoint](withFacts[inspect.EntryPoint](d.facts, d.files), source.Prod) {
		entries[e.File] = true
	}
	for l := range FactsIn[inspect.Listen](withFacts[inspect.Listen](d.facts, d.files), source.Prod) {
		if entries[l.File] && startsWhole(l.Fact) {
			return true
		}
	}
	return false
}

// startsWhole reports whether a listen call starts a framework's whole program.
func startsWhole(l inspect.Listen) bool {
	return !l.Side && slices.ContainsFunc(programFrameworks, func(framework string) bool { return strings.HasPrefix(l.Via, framework) })
}

// onlyPart reports whether the component can be no program by itself: a module
// of the JVM or of .NET without anything that makes a program of it, a
// directory of PHP that no server hands requests to, a package of a workspace
// that others import and nothing starts. What it listens to or handles, it does
// in the program that uses it.
func (d *decision) onlyPart() bool {
	switch mainLanguage(d.c) {
	case "Java", "Kotlin", "Scala", "Groovy", "C#", "F#", "Visual Basic":
		if _, ok := d.executable(); ok || len(d.manifests()) == 0 {
			return false
		}
		several := d.c.Path != "." || d.user != "" // beside others, a library may have a main for its users
		return !d.starts() || several && !d.deployed()
	case "PHP":
		return d.c.Path != "." && !d.deployed() && d.frontController() == nil && len(d.manifests()) > 0
	case "JavaScript", "TypeScript":
		return d.ofWorkspace() && !d.deployed() && !d.startsByScript()
	}
	return false
}

// ofWorkspace reports whether another package of the repository needs the
// component at run time and finds it by what its package.json exports.
func (d *decision) ofWorkspace() bool {
	return d.imported && d.c.Path != "." && slices.ContainsFunc(d.manifests(), func(m Located[inspect.Manifest]) bool {
		return m.File.Format == inspect.PackageJSON && len(m.Fact.Entry) > 0
	})
}

// startsByScript reports whether package.json says how the component is started.
func (d *decision) startsByScript() bool {
	return Has(d.c, func(s inspect.Script) bool { return s.Name == "start" || strings.HasPrefix(s.Name, "start:") })
}

// starts reports whether the component has a start of its own.
func (d *decision) starts() bool {
	for range FactsIn[inspect.EntryPoint](withFacts[inspect.EntryPoint](d.facts, d.files), source.Prod) {
		return true
	}
	return d.deployed()
}

// serverLibraries make a program serve HTTP without a call that listens, by the
// last part of a dependency's name.
var serverLibraries = map[string]bool{
	"spring-boot-starter-web": true, "spring-boot-starter-webflux": true, "spring-boot-starter-webmvc": true, "spring-boot-starter-jersey": true,
	"spring-boot-starter-tomcat": true, "spring-boot-starter-jetty": true, "spring-boot-starter-undertow": true, "spring-boot-starter-data-rest": true, "spring-boot-starter-graphql": true, "spring-boot-starter-hateoas": true,
	"spring-cloud-starter-gateway": true, "spring-cloud-starter-gateway-server-webflux": true, "spring-cloud-config-server": true, "spring-cloud-starter-netflix-eureka-server": true,
	"quarkus-rest": true, "quarkus-resteasy": true, "quarkus-resteasy-reactive": true, "quarkus-rest-jackson": true, "quarkus-resteasy-reactive-jackson": true, "quarkus-vertx-http": true, "quarkus-grpc": true, "quarkus-undertow": true,
	"micronaut-http-server-netty": true, "micronaut-http-server-tomcat": true, "micronaut-http-server-jetty": true,
	"ktor-server-netty": true, "ktor-server-cio": true, "ktor-server-jetty": true, "ktor-server-tomcat": true, "ktor-server-netty-jvm": true,
	"dropwizard-core": true, "javalin": true, "helidon-webserver": true, "helidon-microprofile": true,
	"Microsoft.AspNetCore.App": true,
}

// workerLibraries make a program take jobs or messages in the same way.
var workerLibraries = map[string]bool{
	"spring-boot-starter-amqp": true, "spring-kafka": true, "spring-boot-starter-batch": true, "spring-boot-starter-kafka": true,
	"quarkus-messaging-kafka": true, "quarkus-smallrye-reactive-messaging-kafka": true, "Microsoft.Extensions.Hosting": true,
}

// dependsOn finds a runtime dependency of the component's own manifests.
func (d *decision) dependsOn(names map[string]bool) (Located[inspect.Dependency], bool) {
	for dep := range Facts[inspect.Dependency](d.c) {
		name := dep.Fact.Name[strings.LastIndexByte(dep.Fact.Name, ':')+1:]
		if path.Dir(dep.File.Path) == d.c.Path && dep.Fact.Group == inspect.Runtime && !dep.Fact.Indirect && names[name] {
			return dep, true
		}
	}
	return Located[inspect.Dependency]{}, false
}

// frontController is the index.php that a server hands requests to, or nil.
func (d *decision) frontController() *File {
	for _, dir := range []string{"public", "web", "webroot", "htdocs", "www", "html", "public_html", "p", "."} {
		if f := d.c.File(path.Join(d.c.Path, dir, "index.php")); f != nil && f.Role == source.Prod {
			return f
		}
	}
	return nil
}

// phpServers serve files, and the programs of a component in PHP.
var phpServers = map[string]bool{"apache2": true, "httpd": true, "httpd-foreground": true, "apache2ctl": true, "apachectl": true, "apache2-foreground": true, "caddy": true}

// serves reports whether a command starts a web server: of the component's own
// program, or one of files that runs the component's PHP.
func (c *Component) serves(command inspect.Command) bool {
	return ServesHTTP(command) || phpServers[Program(command)] && slices.Contains(c.Languages, "PHP")
}
