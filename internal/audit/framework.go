package audit

import (
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// framework is what programs are built on, by the name that fixes for it have.
type framework struct {
	name      string
	languages []string // that programs on it are written in
	packages  []string // "ecosystem name", any of which a manifest asks for; "maven group:" for all of a group
	imports   []string // what code imports of it begins so, up to the next name
	plugins   []string // of builds
	under     []string // frameworks that it stands on: a program on this one is not one on those
}

var (
	scripts = []string{"JavaScript", "TypeScript"}
	jvm     = []string{"Java", "Kotlin"}
)

// frameworks are those that some fix is written for, and those that have to be
// told from them.
var frameworks = []framework{
	{name: "Django", languages: []string{"Python"}, packages: []string{"pypi django"}, imports: []string{"django"}},
	{name: "Flask", languages: []string{"Python"}, packages: []string{"pypi flask"}, imports: []string{"flask"}},
	{name: "FastAPI", languages: []string{"Python"}, packages: []string{"pypi fastapi"}, imports: []string{"fastapi"}},
	{name: "NestJS", languages: scripts, packages: []string{"npm @nestjs/core"}, imports: []string{"@nestjs/core", "@nestjs/common"}, under: []string{"Express", "Fastify"}},
	{name: "Next.js", languages: scripts, packages: []string{"npm next"}, imports: []string{"next"}, under: []string{"Express"}},
	{name: "Express", languages: scripts, packages: []string{"npm express"}, imports: []string{"express"}},
	{name: "Fastify", languages: scripts, packages: []string{"npm fastify"}, imports: []string{"fastify"}},
	{name: "Koa", languages: scripts, packages: []string{"npm koa"}, imports: []string{"koa"}},
	{name: "Rails", languages: []string{"Ruby"}, packages: []string{"gem rails", "gem railties"}, imports: []string{"rails"}, under: []string{"Sinatra"}},
	{name: "Sinatra", languages: []string{"Ruby"}, packages: []string{"gem sinatra"}, imports: []string{"sinatra"}},
	{name: "Laravel", languages: []string{"PHP"}, packages: []string{"composer laravel/framework"}, imports: []string{`Illuminate\Foundation`}, under: []string{"Symfony"}},
	{name: "Symfony", languages: []string{"PHP"}, packages: []string{"composer symfony/framework-bundle", "composer symfony/symfony"}, imports: []string{`Symfony\Bundle\FrameworkBundle`}},
	{name: "Spring Boot", languages: jvm, packages: []string{"maven org.springframework.boot:"}, imports: []string{"org.springframework.boot"}, plugins: []string{"org.springframework.boot", "spring-boot-maven-plugin"}},
	{name: "Quarkus", languages: jvm, packages: []string{"maven io.quarkus:"}, imports: []string{"io.quarkus"}, plugins: []string{"io.quarkus", "quarkus-maven-plugin"}},
	{name: "Micronaut", languages: jvm, packages: []string{"maven io.micronaut:"}, imports: []string{"io.micronaut"}, plugins: []string{"io.micronaut.application"}},
	{name: "ASP.NET Core", languages: []string{"C#"}, imports: []string{"Microsoft.AspNetCore"}, plugins: []string{"Microsoft.NET.Sdk.Web"}, under: []string{"ASP.NET"}},
	{name: "ASP.NET", languages: []string{"C#"}, imports: []string{"System.Web"}},
	{name: "Gin", languages: []string{"Go"}, packages: []string{"go github.com/gin-gonic/gin"}, imports: []string{"github.com/gin-gonic/gin"}},
	{name: "Echo", languages: []string{"Go"}, packages: []string{"go github.com/labstack/echo"}, imports: []string{"github.com/labstack/echo"}},
	{name: "Fiber", languages: []string{"Go"}, packages: []string{"go github.com/gofiber/fiber"}, imports: []string{"github.com/gofiber/fiber"}},
}

// FrameworkNames lists the frameworks that are told apart.
func FrameworkNames() []string {
	names := make([]string, len(frameworks))
	for i, f := range frameworks {
		names[i] = f.name
	}
	return names
}

// frameworksOf are the frameworks that a component's manifests ask for or its
// own code imports, by name.
func frameworksOf(c *Component) []string {
	found := map[string]bool{}
	for d := range Facts[inspect.Dependency](c) {
		if d.Fact.Group == inspect.Runtime {
			note(found, func(f framework) bool { return f.asksFor(d.Fact) })
		}
	}
	for m := range Facts[inspect.Manifest](c) {
		note(found, func(f framework) bool {
			return slices.ContainsFunc(m.Fact.Plugins, func(p string) bool {
				return slices.ContainsFunc(f.plugins, func(own string) bool { return strings.EqualFold(own, p) })
			})
		})
	}
	for i := range Facts[inspect.Import](c, source.Prod) {
		note(found, func(f framework) bool { return f.imported(i.Fact.Path) })
	}
	return standing(found)
}

// usedIn are the frameworks that one file imports.
func usedIn(f *File) []string {
	found := map[string]bool{}
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		note(found, func(w framework) bool { return w.imported(i.Fact.Path) })
	}
	return standing(found)
}

func note(found map[string]bool, is func(framework) bool) {
	for _, f := range frameworks {
		if !found[f.name] && is(f) {
			found[f.name] = true
		}
	}
}

// standing leaves out what others of them stand on.
func standing(found map[string]bool) []string {
	for _, f := range frameworks {
		if found[f.name] {
			for _, below := range f.under {
				delete(found, below)
			}
		}
	}
	var names []string
	for name := range found {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (f framework) asksFor(d inspect.Dependency) bool {
	name := string(d.Ecosystem) + " " + d.Name
	return slices.ContainsFunc(f.packages, func(p string) bool {
		return name == p || strings.HasSuffix(p, ":") && strings.HasPrefix(name, p) || d.Ecosystem == inspect.GoMod && strings.HasPrefix(name, p+"/v")
	})
}

// imported reports whether a path that code imports is the framework's own.
func (f framework) imported(name string) bool {
	return slices.ContainsFunc(f.imports, func(begin string) bool {
		rest, ok := strings.CutPrefix(name, begin)
		return ok && (rest == "" || strings.ContainsAny(rest[:1], `./\`))
	})
}

// speaks are the frameworks of these that programs in the language are built on.
func speaks(names []string, languages ...string) []string {
	var list []string
	for _, f := range frameworks {
		if slices.Contains(names, f.name) && slices.ContainsFunc(languages, func(l string) bool { return slices.Contains(f.languages, l) }) {
			list = append(list, f.name)
		}
	}
	return list
}
