package platform

import (
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// Kamal reads config/deploy.yml, or that of one destination
// (deploy.staging.yml), of which each says only what differs: a
// PlatformService for each role of the servers, an Attachment for each
// accessory that is a backing service. What has another shape is read as any
// YAML file.
func Kamal(e *inspect.Emitter, content []byte) error {
	return each(e, withoutERB(shell.PlainText(content)), func(r reader, root document.Mapping) {
		if !isKamal(root) {
			deploy.Document(e, r.YAML)
			return
		}
		r.kamalRoles(root)
		for _, p := range r.Mapping(root.Get("accessories")) {
			r.accessory(p.Key, p.Value)
		}
	})
}

// isKamal reports whether a document has what only Kamal's has. A destination
// may change nothing but the variables.
func isKamal(root document.Mapping) bool {
	if root.Get("apiVersion") != nil || root.Get("kind") != nil {
		return false
	}
	for _, key := range []string{"servers", "accessories", "builder", "registry"} {
		if root.Get(key) != nil {
			return true
		}
	}
	return root.Get("env") != nil
}

// roleReader reads what all roles of a deploy have in common, and the roles.
type roleReader struct {
	reader
	common inspect.PlatformService
	proxy  document.Mapping
}

func (r reader) kamalRoles(root document.Mapping) {
	builder := r.at(root, "builder")
	dockerfile := document.Text(builder.Get("dockerfile"))
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	read := roleReader{reader: r, proxy: r.at(root, "proxy"), common: inspect.PlatformService{
		Platform: "kamal", Image: document.Text(root.Get("image")), Root: path.Join("..", document.Text(builder.Get("context"))), Dockerfile: dockerfile,
		Env: r.kamalEnv(root.Get("env")), Disks: r.disks(root.Get("volumes")), Target: document.Text(builder.Get("target")), BuildArgs: r.variables(builder.Get("args")),
	}}
	servers := root.Get("servers")
	if roles := r.Mapping(servers); roles != nil {
		for _, p := range roles {
			read.role(p.Key.Value, p.Key.Line, p.Value)
		}
		return
	}
	line := root.Line("servers")
	if servers == nil {
		line = r.Root.Line // a destination's changes, or a role for every server
	}
	read.role("web", line, servers)
}

// role states one role: a list of hosts, or a map with hosts among other keys.
func (r roleReader) role(name string, line int, n *yaml.Node) {
	s, m := r.common, r.Mapping(n)
	s.Name, s.Type = name, "worker"
	s.Env = append(append([]inspect.EnvEntry(nil), s.Env...), r.kamalEnv(m.Get("env"))...)
	hosts := n
	if m != nil {
		hosts = m.Get("hosts")
	}
	s.Instances = r.hosts(hosts)
	if start := r.start(m.Get("cmd")); start != nil {
		start.Shell = false // words behind the image's name: docker starts them
		s.Start = start
	}
	switch proxy := m.Get("proxy"); {
	case document.Text(proxy) == "false":
	case name == "web" || proxy != nil:
		s.Type, s.Health = "web", true // the proxy asks before it sends requests
		if s.Port = number(r.Mapping(proxy).Get("app_port")); s.Port == 0 {
			s.Port = number(r.proxy.Get("app_port"))
		}
	}
	r.emit(line, n, s)
}

// hosts counts the servers of a list, 0 when an expression makes it.
func (r reader) hosts(n *yaml.Node) int {
	count := 0
	for _, item := range r.Sequence(n) {
		text := document.Text(item)
		if strings.Contains(text, "$") {
			return 0
		}
		count++
	}
	return count
}

// kamalEnv reads env: clear and secret, or a map of variables alone. A secret
// may be kept under another name: "DATABASE_URL:STAGING_DATABASE_URL".
func (r reader) kamalEnv(n *yaml.Node) []inspect.EnvEntry {
	m := r.Mapping(n)
	if m.Get("clear") == nil && m.Get("secret") == nil && m.Get("tags") == nil {
		return r.variables(n)
	}
	list := r.variables(m.Get("clear"))
	for _, item := range r.Sequence(m.Get("secret")) {
		name, ref, _ := strings.Cut(document.Text(item), ":")
		if ref == "" {
			ref = name
		}
		if name != "" {
			list = append(list, inspect.EnvEntry{Name: name, From: "secret", Ref: ref, Secret: inspect.IsSecretName(name), Line: item.Line, Value: inspect.Value{Source: inspect.Input}})
		}
	}
	return list
}

// disks reads volumes as docker's -v has them.
func (r reader) disks(n *yaml.Node) []inspect.Volume {
	var list []inspect.Volume
	for _, item := range r.Sequence(n) {
		if text := document.Text(item); text != "" {
			list = append(list, deploy.ShortVolume(text, item.Line))
		}
	}
	return list
}

// accessory states the backing service that a container beside the app is.
func (r reader) accessory(key, n *yaml.Node) {
	m := r.Mapping(n)
	image := document.Text(m.Get("image"))
	service := inspect.EngineOf(path.Base(image))
	if service == "" {
		return
	}
	a := inspect.Attachment{Platform: "kamal", Service: service, Name: key.Value, Line: m.Line("image"), Env: r.kamalEnv(m.Get("env"))}
	if _, tag, ok := strings.Cut(path.Base(image), ":"); ok {
		a.Version = tag
	}
	r.emit(key.Line, n, a)
}

// erbTag is one tag of ERB.
var erbTag = regexp.MustCompile(`(?s)<%.*?%>`)

// erbVariable is a tag that gives the value of one of the deployer's variables.
var erbVariable = regexp.MustCompile(`^<%=\s*ENV(?:\.fetch\(|\[)\s*["']([A-Za-z_][A-Za-z0-9_]*)["'][\])].*%>$`)

// withoutERB replaces the tags of ERB, which Kamal evaluates before it reads
// the YAML: one that gives a variable of the deployer's by ${NAME}, any other
// that gives something by a variable that nothing has, the rest by nothing.
func withoutERB(content []byte) []byte {
	return erbTag.ReplaceAllFunc(content, func(tag []byte) []byte {
		lines := strings.Repeat("\n", strings.Count(string(tag), "\n"))
		if m := erbVariable.FindSubmatch(tag); m != nil {
			return []byte("${" + string(m[1]) + "}" + lines)
		}
		if strings.HasPrefix(string(tag), "<%=") {
			return []byte("${ERB}" + lines)
		}
		return []byte(lines)
	})
}
