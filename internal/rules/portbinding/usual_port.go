package portbinding

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// usualPorts are the ports that a server listens on where nobody says another
// one: what its framework takes, or what its image sets. known is false where
// somebody may.
func usualPorts(c *audit.Component, env []inspect.EnvEntry, l inspect.Listen) (ports []string, known bool) {
	switch {
	case strings.HasPrefix(l.Via, "Microsoft.AspNetCore."):
		if slices.Contains(l.Port.Env, "ASPNETCORE_URLS") {
			return kestrelPorts(c, env)
		}
	case strings.HasPrefix(l.Via, "org.springframework.boot."):
		if springTakesItsOwn(c, env) {
			return []string{"8080"}, true
		}
	}
	return nil, false
}

// kestrelVariables are those by which Kestrel is told its ports, besides those
// of single endpoints.
var kestrelVariables = []string{"ASPNETCORE_URLS", "DOTNET_URLS", "URLS", "ASPNETCORE_HTTP_PORTS", "DOTNET_HTTP_PORTS", "HTTP_PORTS", "ASPNETCORE_HTTPS_PORTS", "DOTNET_HTTPS_PORTS", "HTTPS_PORTS"}

// kestrelPorts are those of the variables that the program's image sets or a
// descriptor gives, else that of Microsoft's image: 80 until .NET 7, then 8080.
func kestrelPorts(c *audit.Component, env []inspect.EnvEntry) (ports []string, known bool) {
	if c.Image == nil || configuresKestrel(c) || startedWith(c, "urls") || startedWith(c, "http_ports") {
		return nil, false
	}
	for _, name := range kestrelVariables {
		text := variable(c, env, name)
		if text == "" {
			continue
		}
		if known {
			return nil, false // which of them stands above the other is the platform's own lore
		}
		if ports, known = portsIn(text); !known {
			return nil, false
		}
	}
	if known {
		return ports, true
	}
	port, ok := microsoftsPort(c)
	return []string{port}, ok
}

// microsoftsPort is the port that Microsoft's image of the runtime sets.
func microsoftsPort(c *audit.Component) (port string, ok bool) {
	name, tag, _ := audit.SplitImage(strings.ToLower(c.Image.Base))
	m := leadingMajor.FindStringSubmatch(tag)
	if m == nil || !strings.HasPrefix(name, "mcr.microsoft.com/dotnet/") || !kestrelImages[path.Base(name)] {
		return "", false
	}
	if major, _ := strconv.Atoi(m[1]); major >= 8 {
		return "8080", true
	}
	return "80", true
}

// exposesItsOwn reports whether EXPOSE names the port that the image listens on
// where a descriptor tells the program another one.
func exposesItsOwn(c *audit.Component, e exposure) bool {
	if c.Image == nil {
		return false
	}
	port, ok := microsoftsPort(c)
	n, _ := strconv.Atoi(port)
	return ok && e.by == "EXPOSE" && slices.Contains(e.ports, n)
}

// apachesPort is the port of the web server in PHP's image, where nothing tells
// it another one: Listen stands in ports.conf.
func apachesPort(c *audit.Component) (port int, known bool) {
	if c.Image == nil {
		return 0, false
	}
	name, tag, _ := audit.SplitImage(strings.ToLower(c.Image.Base))
	if path.Base(name) != "php" || !strings.Contains(tag, "apache") || strings.Contains(name, "/") && !strings.HasSuffix(name, "library/php") {
		return 0, false
	}
	for _, i := range c.Image.Instructions {
		switch i.Fact.Name {
		case "COPY", "ADD":
			if n := len(i.Fact.Args); n > 0 && strings.HasPrefix(i.Fact.Args[n-1], "/etc") {
				return 0, false
			}
		case "RUN":
			if i.Fact.Start != nil && namesListen(i.Fact.Start.Text) {
				return 0, false
			}
		}
	}
	started := false
	for _, p := range c.Running() {
		if namesListen(p.Start.Text) || p.Built != nil {
			return 0, false
		}
		for _, s := range c.RunSteps(p) {
			if slices.ContainsFunc(s.Argv, namesListen) {
				return 0, false
			}
			started = started || audit.Program(s.Command) == "apache2-foreground"
		}
	}
	return 80, started
}

// namesListen reports whether a text concerns the ports that Apache listens on,
// or another server in front of it.
func namesListen(text string) bool {
	return slices.ContainsFunc([]string{"ports.conf", "Listen", "/etc/apache2/*", "nginx", "supervisor", "caddy", "haproxy"}, func(word string) bool { return strings.Contains(text, word) })
}

// behindAnother reports whether a server beside the program takes requests for
// it. Apache with PHP inside of it is the program's own.
func behindAnother(c *audit.Component) bool {
	_, alone := apachesPort(c)
	return !alone && proxied(c)
}

var (
	leadingMajor  = regexp.MustCompile(`^(\d+)\.`)
	kestrelImages = map[string]bool{"aspnet": true, "runtime": true, "runtime-deps": true}
	portInURL     = regexp.MustCompile(`^(?:https?://(?:\[[^\]]*\]|[^:/\[\]]+):)?(\d{2,5})/?$`)
)

// portsIn are the ports of a list of addresses or numbers: "http://+:5000;https://+:5001", "8080".
func portsIn(text string) (ports []string, known bool) {
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == ',' }) {
		m := portInURL.FindStringSubmatch(strings.TrimSpace(one))
		if m == nil {
			return nil, false
		}
		ports = append(ports, m[1])
	}
	return ports, len(ports) > 0
}

// configuresKestrel reports whether settings or variables name endpoints of
// Kestrel, which stand above all else, or a command gives it addresses.
func configuresKestrel(c *audit.Component) bool {
	endpoint := func(name string) bool {
		name = strings.ToLower(name)
		return strings.HasPrefix(name, "kestrel") || strings.HasPrefix(name, "aspnetcore_kestrel") || name == "urls"
	}
	assigned := func(p audit.Process) bool {
		return slices.ContainsFunc(kestrelVariables, func(name string) bool { return strings.Contains(p.Start.Text, name+"=") })
	}
	return audit.Has(c, func(s inspect.Setting) bool { return endpoint(s.Key) }) || slices.ContainsFunc(c.Running(), assigned) ||
		audit.Has(c, func(a inspect.EnvAssignment) bool { return slices.Contains(kestrelVariables, a.Name) }) ||
		slices.ContainsFunc(c.Provided(), func(p audit.Provided) bool { return endpoint(p.Name) && p.Name != "URLS" })
}

// ownPort names packages of Spring's whose server has another port than Boot's.
var ownPort = regexp.MustCompile(`spring-cloud-(starter-)?(dataflow|skipper)-server|zipkin-server`)

// springTakesItsOwn reports whether nothing tells Spring Boot its port.
func springTakesItsOwn(c *audit.Component, env []inspect.EnvEntry) bool {
	if c.SettingsFromAfar() || audit.Has(c, func(d inspect.Dependency) bool { return ownPort.MatchString(d.Name) }) || startedWith(c, "server.port") || variable(c, env, "SERVER_PORT") != "" {
		return false
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd, source.DeployDev) {
		if key := strings.ToLower(s.Fact.Key); key == "server.port" || strings.HasPrefix(key, "spring.config.") {
			return false
		}
	}
	named := func(p audit.Provided) bool {
		return strings.HasPrefix(p.Name, "SPRING_APPLICATION_JSON") || strings.HasPrefix(p.Name, "SPRING_CONFIG") || strings.Contains(p.Value.Text, "server.port")
	}
	return !slices.ContainsFunc(c.Provided(), named)
}
