package audit

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// classOf decides what sort of unit a component is (rules.md A3) and says in
// one sentence what decided. It looks at how the component is started first,
// then at what its program does, and at dependencies last. users are the
// siblings that depend on the component. An empty class means that it is nothing
// to audit.
func classOf(c *Component, users []use) (Class, string) {
	e := &decision{c: c, files: reachableFiles(c)}
	e.facts = &factIndex{files: e.files}
	for _, u := range users {
		if e.user == "" {
			e.user = u.at.String()
		}
		e.imported = e.imported || u.runtime
	}
	for _, decide := range []func() (Class, string){
		e.command, e.desktop, e.startsServer, e.serverless, e.listens, e.framework, e.packaged, e.startsWorker, e.handles, e.consumes,
		e.provisions, e.buildsServer, e.bundles, e.served, e.commandLine, e.exposes, e.loops, e.daemon, e.attends, e.library,
	} {
		if class, why := decide(); class != "" {
			return class, why
		}
	}
	return "", ""
}

// decision is the evidence on one component's class.
type decision struct {
	c     *Component
	user  string     // manifest of a sibling that imports it, or ""
	files []*File    // prod files that the component's program is built from
	facts *factIndex // of files

	given *string // what distributed says, once it was asked

	imported bool // a sibling needs it to run, not only to be built
}

// reachableFiles are the component's prod files; of a Go program those that its
// mains import, whoever owns them.
func reachableFiles(c *Component) []*File {
	reach := c.packages()
	if reach == nil {
		return c.Files
	}
	var list []*File
	for _, f := range c.Repo.Files {
		if f.Format == inspect.Go && reach[path.Dir(f.Path)] {
			list = append(list, f)
		}
	}
	for _, f := range c.Files {
		if f.Format != inspect.Go {
			list = append(list, f)
		}
	}
	return list
}

// programs are the mains that decide a module's class: those that are
// deployed, else those where programs stand by convention, else all.
func (m *module) programs(c *Component) []string {
	if c.anchor.main != "" {
		return []string{c.anchor.main}
	}
	var deployed, conventional []string
	built := map[string]bool{}
	if c.Image != nil {
		for _, main := range m.builds(c.Image.File) {
			built[main] = true
		}
	}
	for _, main := range m.mains {
		if c.anchor.apart[main] {
			continue
		}
		base := path.Base(main)
		if main == m.dir {
			base = c.Name
		}
		if built[main] || startsNamed(c, base) {
			deployed = append(deployed, main)
		}
		if main == m.dir || strings.Contains("/"+main+"/", "/cmd/") || strings.HasPrefix(main, path.Join(m.dir, "apps")+"/") {
			conventional = append(conventional, main)
		}
	}
	switch {
	case len(deployed) > 0:
		return deployed
	case len(conventional) > 0:
		return conventional
	case len(m.mains) == 1 && (c.Image != nil || serverDirectory[strings.TrimPrefix(strings.TrimPrefix(m.mains[0], m.dir), "/")]):
		return m.mains // there is no other for the image to be made of
	case m.library:
		return nil // the programs are tools of a library
	case len(c.anchor.apart) > 0:
		return nil // the programs are components of their own
	}
	return m.mains
}

// serverDirectory are directories of a module where people put the one program
// that it is for.
var serverDirectory = map[string]bool{"app": true, "api": true, "server": true, "src": true, "backend": true, "service": true, "web": true, "bot": true, "worker": true}

func startsNamed(c *Component, program string) bool {
	for _, p := range c.Processes {
		for _, s := range c.RunSteps(p) {
			if Program(s.Command) == program {
				return true
			}
		}
	}
	return false
}

// started yields the steps of what a deploy keeps running.
func (d *decision) started(visit func(Process, Step) bool) {
	for _, p := range d.c.Processes {
		if p.Dev || p.Release || p.Scheduled {
			continue
		}
		for _, s := range d.c.RunSteps(p) {
			if !visit(p, s) {
				return
			}
		}
	}
}

// step looks for a started program. Beside components with code, one that has
// neither code nor anything that code depends on starts what is another's: an
// image that puts others together, a server with its settings.
func (d *decision) step(class Class, what string, test func(inspect.Command) bool) (found Class, why string) {
	if !hasCodeIn(d.c.Files) && hasCodeIn(d.c.Repo.Files) && !Has(d.c, func(x inspect.Dependency) bool { return x.Group == inspect.Runtime }) {
		return "", ""
	}
	d.started(func(p Process, s Step) bool {
		if test(s.Command) {
			found, why = class, fmt.Sprintf("%s starts %s, %s.", s.At(), spoken(s.Command), what)
			return false
		}
		return true
	})
	return found, why
}

func (d *decision) startsServer() (Class, string) {
	return d.step(WebService, "a web server", d.c.serves)
}

func (d *decision) startsWorker() (Class, string) {
	return d.step(Worker, "a queue worker", TakesJobs)
}

// serverless looks for a descriptor of functions, and for their handlers. What
// an image starts beside the descriptor may be the deploy of the functions: it
// counts only when it is the component's own program.
func (d *decision) serverless() (Class, string) {
	if d.runsOwn() {
		return "", ""
	}
	for _, f := range d.c.Files {
		if functionDescriptor(f) && path.Dir(f.Path) == d.c.Path {
			return Function, f.Path + " deploys serverless functions."
		}
	}
	if d.deployed() {
		return "", ""
	}
	for p := range Facts[inspect.PlatformService](d.c) {
		if p.Fact.Type == "function" {
			return Function, fmt.Sprintf("%s deploys it as a function of %s.", p.At(), p.Fact.Platform)
		}
	}
	for h := range FactsIn[inspect.Handler](withFacts[inspect.Handler](d.facts, d.files), source.Prod) {
		if h.Fact.Lambda {
			return Function, fmt.Sprintf("%s defines %s, a serverless handler.", h.At(), h.Fact.Via)
		}
	}
	return "", ""
}

// functionDescriptor reports whether a file is the Serverless Framework's.
func functionDescriptor(f *File) bool {
	switch path.Base(f.Path) {
	case "serverless.yml", "serverless.yaml", "serverless.ts":
		return f.Role.CanViolate()
	}
	return false
}

// listens looks for a listen call. In a program that users install and nothing
// here deploys, a server is a feature, not what the program is.
func (d *decision) listens() (Class, string) {
	if d.installed() || d.onlyPart() {
		return "", ""
	}
	for l := range FactsIn[inspect.Listen](withFacts[inspect.Listen](d.facts, d.files), source.Prod) {
		anyPort := l.Fact.Port.IsLiteral() && l.Fact.Port.Text == "0" // asks for a free port: nobody could reach it
		if !l.Fact.Side && !anyPort && !d.ofOtherCommand(l.File) && !d.startsNoServer(l.Fact.Via) && !d.callback(l.File) {
			return WebService, fmt.Sprintf("%s listens through %s.", l.At(), l.Fact.Via)
		}
	}
	return "", ""
}

// framework looks for what only a web application has: Django's root settings,
// Next's own server.
func (d *decision) framework() (Class, string) {
	for s := range FactsIn[inspect.Setting](withFacts[inspect.Setting](d.facts, d.files), source.Prod) {
		if s.Fact.Key == "ROOT_URLCONF" || s.Fact.Key == "WSGI_APPLICATION" || s.Fact.Key == "ASGI_APPLICATION" {
			return WebService, fmt.Sprintf("%s sets %s, as a Django site does.", s.At(), s.Fact.Key)
		}
	}
	return "", ""
}

func (d *decision) handles() (Class, string) {
	if d.installed() || d.onlyPart() {
		return "", ""
	}
	for h := range FactsIn[inspect.Handler](withFacts[inspect.Handler](d.facts, d.files), source.Prod) {
		if !h.Fact.Lambda && !d.ofOtherCommand(h.File) && !d.callback(h.File) {
			if strings.HasPrefix(h.Fact.Via, "export ") {
				return WebService, fmt.Sprintf("%s exports a handler of requests.", h.At())
			}
			return WebService, fmt.Sprintf("%s handles requests through %s.", h.At(), h.Fact.Via)
		}
	}
	return "", ""
}

func (d *decision) consumes() (Class, string) {
	if d.installed() || d.onlyPart() {
		return "", ""
	}
	for w := range FactsIn[inspect.Consumer](withFacts[inspect.Consumer](d.facts, d.files), source.Prod) {
		return Worker, fmt.Sprintf("%s consumes jobs through %s.", w.At(), w.Fact.Via)
	}
	return "", ""
}

// builtFromImage reports whether the component's image, if there is one, is
// surely its own: the only one that is no server of files, or one that lies at its root or where images
// are kept. Images of proxies and databases under a root with nothing but tools
// say nothing of that root.
func (d *decision) builtFromImage() bool {
	if d.c.Image == nil || len(d.c.anchor.dockerfiles) < 2 && !servesFiles(d.c.Image.File) {
		return true
	}
	dir := path.Dir(d.c.Image.File.Path)
	return dir == d.c.Path || imageDirectories[path.Base(dir)]
}

var imageDirectories = map[string]bool{
	"docker": true, ".docker": true, "build": true, "deploy": true, "deployment": true, "container": true, "containers": true, "packaging": true, "images": true, "ops": true,
}

// exposes is a program whose image or descriptor opens a port, while no call
// that listens was recognised.
func (d *decision) exposes() (Class, string) {
	if !d.deployed() || !hasCodeIn(d.c.Files) || !d.builtFromImage() || d.offline() {
		return "", ""
	}
	for s := range Facts[inspect.ComposeService](d.c) {
		if len(s.Fact.Ports) > 0 && s.Fact.Build && builtBy(s.File, s.Fact, []*Component{d.c}) != nil {
			return WebService, fmt.Sprintf("%s starts it and publishes port %s.", s.At(), s.Fact.Ports[0])
		}
	}
	if d.c.Image != nil {
		for _, i := range d.c.Image.Instructions {
			if i.Fact.Name == "EXPOSE" && len(i.Fact.Args) > 0 {
				return WebService, fmt.Sprintf("%s starts it and exposes port %s.", i.At(), i.Fact.Args[0])
			}
		}
	}
	for f := range Facts[inspect.FlyApp](d.c) {
		if f.Fact.InternalPort > 0 {
			return WebService, fmt.Sprintf("%s starts it and serves port %d.", f.At(), f.Fact.InternalPort)
		}
	}
	return "", ""
}

// parsed are the languages whose listen calls are known.
var parsed = map[string]bool{
	"Python": true, "JavaScript": true, "TypeScript": true, "Go": true, "Ruby": true, "Java": true, "Kotlin": true, "PHP": true, "C#": true,
}

// networkWord is a part of an import that a program needs to serve anything.
var networkWord = regexp.MustCompile(`(?i)(^|[^a-z])(net|https?|http2|grpc|socket|sockets|socketserver|server|serve|serving|web|rpc|websockets?|ws|express|koa|fastify|hapi|restify|tornado|twisted|asyncio|aiohttp|flask|django|starlette|fastapi|bottle|gin|echo|fiber|chi|mux|rack|sinatra|rails|servlet|netty|jetty|tomcat|undertow|vertx|ktor|spring|springframework|quarkus|micronaut|jaxrs|aspnetcore|kestrel|swoole|react|amphp|workerman|uv|ssl|tls)([^a-z]|$)`)

// offline reports whether a program in a parsed language imports nothing by
// which it could serve: the port that its image exposes is then not its own.
func (d *decision) offline() bool {
	if len(d.c.Languages) == 0 || !parsed[mainLanguage(d.c)] {
		return false
	}
	imports := 0
	for i := range FactsIn[inspect.Import](withFacts[inspect.Import](d.facts, d.files), source.Prod) {
		imports++
		if networkWord.MatchString(i.Fact.Path) {
			return false
		}
	}
	return imports > 0
}

// daemon is a program that is deployed and neither listens nor says more.
func (d *decision) daemon() (class Class, why string) {
	if !d.deployed() || !hasCodeIn(d.c.Files) || !d.builtFromImage() {
		return "", ""
	}
	if at, ok := onDemand(d.c); ok {
		return CLI, fmt.Sprintf("%s runs it once, on demand.", at)
	}
	if root, _, _ := strings.Cut(d.c.Path, "/"); (root == "scripts" || root == "script") && d.onlyImage() {
		return CLI, fmt.Sprintf("%s packs a script, and nothing here deploys it.", d.c.Image.File.Path)
	}
	d.started(func(p Process, s Step) bool {
		if movesFiles[Program(s.Command)] {
			return true
		}
		class, why = Worker, fmt.Sprintf("%s starts it, and %s.", Place{Path: p.File.Path, Line: p.Line}, d.silence())
		return false
	})
	return class, why
}

// onlyImage reports whether an image is all that starts the component.
func (d *decision) onlyImage() bool {
	for _, p := range d.c.Processes {
		if !p.Image {
			return false
		}
	}
	return d.c.Image != nil
}

// movesFiles are what an image starts that hands out what its build made.
var movesFiles = map[string]bool{"cp": true, "mv": true, "tar": true, "rsync": true, "install": true, "zip": true}

// silence says what was looked for in vain: listen calls are only known in
// languages that are parsed.
func (d *decision) silence() string {
	if len(d.c.Languages) > 0 {
		if parsed[d.c.Languages[0]] {
			return "nothing in it listens"
		}
	}
	return "it exposes no port"
}

func hasCodeIn(files []*File) bool {
	for _, f := range files {
		if f.Role == source.Prod && isCode(f) {
			return true
		}
	}
	return false
}
