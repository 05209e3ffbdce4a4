package audit

import (
	"slices"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

type facts = map[string][]inspect.Fact

// start is a command line of plain words.
func start(line string) *inspect.Start {
	return &inspect.Start{Text: line, Line: 1, Commands: []inspect.Command{{Argv: strings.Fields(line), Line: 1, Last: true}}}
}

// image are the facts of a Dockerfile that copies everything and starts a line.
func image(line string) []inspect.Fact {
	return []inspect.Fact{
		inspect.Stage{Base: "base:1", Final: true},
		inspect.Instruction{Name: "COPY", Final: true, Args: []string{".", "/app"}},
		inspect.Instruction{Name: "CMD", Final: true, Start: start(line)},
	}
}

// TestEcosystems: which components facts of manifests, code and descriptors make,
// as "path class", and how they are started, as "path name kind".
func TestEcosystems(t *testing.T) {
	t.Parallel()
	gem := inspect.Manifest{Ecosystem: inspect.Gem}
	maven := func(packaging string, plugins ...string) inspect.Manifest {
		return inspect.Manifest{Ecosystem: inspect.Maven, Name: "org.acme:shop", Packaging: packaging, Plugins: plugins}
	}
	dotnet := func(packaging string) inspect.Manifest {
		return inspect.Manifest{Ecosystem: inspect.NuGet, Packaging: packaging}
	}
	needs := func(e inspect.Ecosystem, name string) inspect.Dependency {
		return inspect.Dependency{Ecosystem: e, Name: name, Group: inspect.Runtime}
	}
	code := []inspect.Fact{inspect.Import{Path: "java.util.List"}}
	bundled := inspect.Script{Name: "build", Command: []inspect.Command{{Argv: []string{"vite", "build"}}}}
	for name, c := range map[string]struct {
		tree       facts
		components []string
		processes  []string
	}{
		"rails": {facts{
			"Gemfile": {gem, needs(inspect.Gem, "rails")}, "config.ru": {inspect.Import{Path: "config/environment"}}, "app/models/user.rb": nil,
			"Procfile": {inspect.Process{Name: "web", Start: *start("bundle exec puma -C config/puma.rb")}, inspect.Process{Name: "worker", Start: *start("bundle exec sidekiq -c 5")},
				inspect.Process{Name: "release", Start: *start("bin/rails db:migrate"), Release: true}},
		}, []string{". web-service"}, []string{". release release", ". web web", ". worker worker"}},
		"rack application without a start": {facts{"Gemfile": {gem}, "config.ru": nil, "app.rb": nil}, []string{". web-service"}, nil},
		"gem":                              {facts{"Gemfile": {gem}, "shop.gemspec": {inspect.Manifest{Ecosystem: inspect.Gem, Name: "shop", Publishable: true}}, "lib/shop.rb": nil, "config.ru": nil}, []string{". library"}, nil},
		"solid queue":                      {facts{"Gemfile": {gem}, "app/job.rb": nil, "Procfile": {inspect.Process{Name: "jobs", Start: *start("bin/jobs start")}}}, []string{". worker"}, []string{". jobs worker"}},
		"boot jar": {facts{
			"pom.xml": {maven("executable-jar", "org.springframework.boot:spring-boot-maven-plugin"), needs(inspect.Maven, "org.springframework.boot:spring-boot-starter-web")}, "src/main/java/org/acme/App.java": code,
			"Dockerfile": image("java -jar app.jar"),
		}, []string{". web-service"}, []string{". web web"}},
		"war":             {facts{"pom.xml": {maven("war")}, "src/main/java/org/acme/Servlet.java": code}, []string{". web-service"}, nil},
		"war under cargo": {facts{"pom.xml": {maven("war")}, "src/main/java/A.java": code, "Dockerfile": image("./mvnw cargo:run -P tomcat90")}, []string{". web-service"}, []string{". web web"}},
		"maven modules": {facts{
			"pom.xml":      {inspect.Manifest{Ecosystem: inspect.Maven, Packaging: "pom", Workspaces: []string{"core", "web"}}},
			"core/pom.xml": {inspect.Manifest{Ecosystem: inspect.Maven, Name: "org.acme:core", Packaging: "jar"}}, "core/src/main/java/Core.java": code,
			"web/pom.xml": {inspect.Manifest{Ecosystem: inspect.Maven, Name: "org.acme:web", Packaging: "executable-jar"}, needs(inspect.Maven, "org.acme:core"), needs(inspect.Maven, "org.springframework.boot:spring-boot-starter-webflux")}, "web/src/main/java/Web.java": code,
		}, []string{"core library", "web web-service"}, nil},
		"gradle projects": {facts{
			"settings.gradle.kts":   {inspect.Manifest{Ecosystem: inspect.Maven, Workspaces: []string{"core", "server"}}},
			"core/build.gradle.kts": {inspect.Manifest{Ecosystem: inspect.Maven, Packaging: "library"}}, "core/src/main/kotlin/Core.kt": code,
			"server/build.gradle.kts":        {inspect.Manifest{Ecosystem: inspect.Maven, Plugins: []string{"application"}}, inspect.Dependency{Ecosystem: inspect.Maven, Name: "core", Group: inspect.Runtime, Origin: "path", Location: ":core"}, needs(inspect.Maven, "io.ktor:ktor-server-netty")},
			"server/src/main/kotlin/Main.kt": {inspect.EntryPoint{Via: "fun main"}},
		}, []string{"core library", "server web-service"}, nil},
		"kafka listener": {facts{"pom.xml": {maven("executable-jar"), needs(inspect.Maven, "org.springframework.kafka:spring-kafka")}, "src/main/java/A.java": code}, []string{". worker"}, nil},
		"java program":   {facts{"pom.xml": {maven("executable-jar")}, "src/main/java/A.java": {inspect.EntryPoint{Via: "main"}}}, []string{". cli"}, nil},
		"laravel": {facts{
			"composer.json": {inspect.Manifest{Ecosystem: inspect.Composer, Name: "acme/shop"}}, "artisan": nil, "public/index.php": nil, "app/Http/Kernel.php": nil,
			"docker-compose.prod.yml": {
				inspect.ComposeService{Name: "app", Build: true, Context: ".", Command: start("php-fpm")},
				inspect.ComposeService{Name: "queue", Build: true, Context: ".", Command: start("php artisan queue:work --tries=3")},
				inspect.ComposeService{Name: "cron", Build: true, Context: ".", Command: start("php artisan schedule:work")},
			},
		}, []string{". web-service"}, []string{". app web", ". cron clock", ". queue worker"}},
		"php library":   {facts{"composer.json": {inspect.Manifest{Ecosystem: inspect.Composer, Name: "acme/lib", Publishable: true}}, "src/Lib.php": nil}, []string{". library"}, nil},
		"php in apache": {facts{"composer.json": {inspect.Manifest{Ecosystem: inspect.Composer}}, "p/api.php": nil, "Dockerfile": image("apache2 -D FOREGROUND")}, []string{". web-service"}, []string{". web web"}},
		"dotnet solution": {facts{
			"shop.sln":            {inspect.Manifest{Ecosystem: inspect.NuGet, Workspaces: []string{"Api/Api.csproj"}}},
			"Api/Api.csproj":      {dotnet("web"), inspect.Dependency{Ecosystem: inspect.NuGet, Name: "Core", Group: inspect.Runtime, Origin: "path", Location: `..\Core\Core.csproj`}},
			"Api/Program.cs":      {inspect.EntryPoint{Via: "top-level statements"}},
			"Core/Core.csproj":    {inspect.Manifest{Ecosystem: inspect.NuGet}},
			"Core/Thing.cs":       nil,
			"Jobs/Jobs.csproj":    {dotnet("exe"), needs(inspect.NuGet, "Microsoft.Extensions.Hosting")},
			"Jobs/Program.cs":     {inspect.EntryPoint{Via: "top-level statements"}},
			"Host/AppHost.csproj": {dotnet("exe"), needs(inspect.NuGet, "Aspire.Hosting.AppHost")},
			"Host/Program.cs":     {inspect.EntryPoint{Via: "top-level statements"}},
		}, []string{"Api web-service", "Core library", "Jobs worker"}, nil},
		"render": {facts{
			"services/api/Gemfile": {gem}, "services/api/app.rb": nil,
			"render.yaml": {
				inspect.PlatformService{Platform: "render", Name: "api", Type: "web", Root: "services/api", Start: start("bundle exec rackup -p $PORT"), Release: start("bundle exec rake db:migrate")},
				inspect.PlatformService{Platform: "render", Name: "nightly", Type: "cron", Root: "services/api", Start: start("bundle exec rake nightly")},
				inspect.PlatformService{Platform: "render", Name: "site", Type: "static", Root: "site"},
			},
		}, []string{"services/api web-service"}, []string{"services/api api web", "services/api nightly timed", "services/api release release"}},
		"functions": {facts{
			"template.yaml": {inspect.PlatformService{Platform: "aws-sam", Name: "thumb", Type: "function", Handler: "app.handler"}}, "requirements.txt": {needs(inspect.PyPI, "boto3")}, "app.py": nil,
		}, []string{". function"}, nil},
		"pages behind nginx": {facts{"web/Dockerfile": append(image("nginx -g daemon-off"), inspect.Instruction{Name: "EXPOSE", Final: true, Args: []string{"80"}}), "web/static/index.html": nil, "web/static/a.js": nil},
			[]string{"web static-frontend"}, []string{"web web web"}},
		"pages with a server that their adapter builds": {facts{
			"package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Private: true}, needs(inspect.NPM, "@sveltejs/kit"), bundled}, "svelte.config.js": {inspect.Import{Path: "@sveltejs/adapter-node"}}, "src/routes/+page.svelte": nil,
		}, []string{". web-service"}, nil},
		"pages that an adapter makes files of": {facts{
			"package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Private: true}, needs(inspect.NPM, "@sveltejs/kit"), bundled}, "svelte.config.js": {inspect.Import{Path: "@sveltejs/adapter-static"}},
			"src/routes/+page.server.ts": {inspect.Client{Service: inspect.Postgres, Via: "pg.Pool"}},
		}, []string{". static-frontend"}, nil},
		"routes with a database": {facts{
			"package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Private: true}, needs(inspect.NPM, "nuxt"), bundled}, "server/api/users.ts": nil, "server/db.ts": {inspect.Client{Service: inspect.Postgres, Via: "pg.Pool"}},
		}, []string{". web-service"}, nil},
		"routes without a database": {facts{
			"package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Private: true}, needs(inspect.NPM, "nuxt"), bundled}, "server/api/users.ts": nil,
		}, []string{". static-frontend"}, nil},
		"pages generated from a database": {facts{
			"package.json":        {inspect.Manifest{Ecosystem: inspect.NPM, Private: true}, needs(inspect.NPM, "nuxt"), inspect.Script{Name: "build", Command: []inspect.Command{{Argv: []string{"nuxt", "generate"}}}}},
			"server/api/users.ts": nil, "server/db.ts": {inspect.Client{Service: inspect.Postgres, Via: "pg.Pool"}},
		}, []string{". static-frontend"}, nil},
		"vendored PHP packages": {facts{
			"composer.json": {inspect.Manifest{Ecosystem: inspect.Composer}}, "index.php": nil,
			"lib/composer.json": {inspect.Manifest{Ecosystem: inspect.Composer}}, "lib/Controller.php": {inspect.Handler{Via: "Controller::view"}},
		}, []string{". web-service"}, nil},
		"a library's module with a main": {facts{
			"settings.gradle": {inspect.Manifest{Ecosystem: inspect.Maven, Workspaces: []string{"engine"}}}, "engine/build.gradle": {inspect.Manifest{Ecosystem: inspect.Maven}},
			"engine/Main.java": {inspect.EntryPoint{Via: "main"}, inspect.Listen{Via: "netty"}},
		}, []string{"engine library"}, nil},
		"a page of a library": {facts{
			"composer.json": {inspect.Manifest{Ecosystem: inspect.Composer, Publishable: true}}, "src/a.php": nil,
			"src/page/package.json": {inspect.Manifest{Ecosystem: inspect.NPM, Private: true}, inspect.Script{Name: "build", Command: []inspect.Command{{Argv: []string{"vite", "build"}}}}}, "src/page/a.js": nil,
		}, []string{". library"}, nil},
		"an image built above its program": {facts{
			"ratings/Dockerfile": image("apache2-foreground"), "ratings/html/composer.json": {inspect.Manifest{Ecosystem: inspect.Composer}}, "ratings/html/index.php": nil,
			"web/package.json": {inspect.Manifest{Ecosystem: inspect.NPM}}, "web/a.js": {inspect.Listen{Via: "express"}},
		}, []string{"ratings/html web-service", "web web-service"}, []string{"ratings/html web web"}},
		"a container to work in": {facts{
			"requirements.txt": {needs(inspect.PyPI, "flask")}, "app.py": {inspect.Listen{Via: "flask"}},
			".devcontainer/docker-compose.yml": {inspect.ComposeService{Name: "app", Build: true, Context: "..", Command: start("sleep infinity")}},
		}, []string{". web-service"}, nil},
		"a program that exposes a port and imports no network": {facts{
			"pyproject.toml": {inspect.Manifest{Ecosystem: inspect.PyPI, Name: "tool"}}, "tool.py": {inspect.Import{Path: "json"}, inspect.EntryPoint{Via: "__main__"}},
			"Dockerfile": append(image("python tool.py"), inspect.Instruction{Name: "EXPOSE", Final: true, Args: []string{"8080"}}),
		}, []string{". worker"}, []string{". worker worker"}},
		"one program in many manifests": {facts{
			"go.mod": {inspect.Manifest{Ecosystem: inspect.GoMod, Name: "acme/thing"}}, "main.go": {inspect.Package{Name: "main"}, inspect.EntryPoint{Via: "func main"}, inspect.Listen{Via: "net/http.ListenAndServe"}},
			"Dockerfile":            image("./thing"),
			"deploy/frontend.yaml":  {inspect.Workload{Type: "Deployment", Name: "frontend", Containers: []inspect.Container{{Image: "acme/thing:1", Line: 1, Command: []string{"./thing", "--port=80"}}}}},
			"deploy/backend.yaml":   {inspect.Workload{Type: "Deployment", Name: "backend", Containers: []inspect.Container{{Image: "acme/thing:1", Line: 1, Command: []string{"./thing", "--port=81", "--level", "info"}}}}},
			"deploy/cache.yaml":     {inspect.Workload{Type: "Deployment", Name: "cache", Containers: []inspect.Container{{Image: "{{ .Values.x }}", Line: 1, Command: []string{"redis-server", "/r.conf"}}}}},
			"deploy/nightly.yaml":   {inspect.Workload{Type: "CronJob", Name: "nightly", Containers: []inspect.Container{{Image: "acme/thing:1", Line: 1, Command: []string{"./thing", "clean"}}}}},
			"charts/templates/a.md": nil,
		}, []string{". web-service"}, []string{". backend web", ". nightly timed"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repo := newRepository(treeOf(c.tree), Settings{})
			var components, processes []string
			for _, found := range repo.Components {
				components = append(components, found.Path+" "+string(found.Class))
				for _, p := range found.ProcessTypes() {
					processes = append(processes, found.Path+" "+p.Name+" "+string(p.Kind))
				}
				t.Log(found.Path, found.Why)
			}
			slices.Sort(processes)
			if !slices.Equal(components, c.components) {
				t.Errorf("components %q, want %q", components, c.components)
			}
			if !slices.Equal(processes, c.processes) {
				t.Errorf("processes %q, want %q", processes, c.processes)
			}
		})
	}
}
