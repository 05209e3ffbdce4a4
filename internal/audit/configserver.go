package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// A config server of Spring Cloud keeps files for other applications: what
// lies in the directories that it serves are their settings, not its own.

// served is a file that a config server gives to applications.
type served struct {
	file *File
	app  bool // it is one application's; else it is for all clients
}

// serveSettings gives the files that config servers serve to the applications
// that they name. A file for all applications stays where it is, and stands
// below each client's own; see springLayers.
func serveSettings(repo *Repository, list []*Component) {
	for _, server := range list {
		if !servesSettings(server) {
			continue
		}
		dirs := servedDirectories(repo, server)
		for _, f := range repo.Files {
			if f.Format != inspect.SpringYAML && f.Format != inspect.SpringProperties || !f.Role.CanViolate() {
				continue
			}
			i := slices.IndexFunc(dirs, func(dir string) bool { return dir == f.Dir() || dir == path.Dir(f.Dir()) })
			if i < 0 {
				continue
			}
			name, _, _ := strings.Cut(strings.ToLower(path.Base(f.Path)), ".")
			own := f.Dir() == path.Join(server.Path, "src/main/resources")
			if name == "application" || strings.HasPrefix(name, "application-") {
				if own {
					continue // the server's
				}
				if dirs[i] == f.Dir() {
					repo.serve(server, list, f)
					continue
				}
				name = strings.ToLower(path.Base(f.Dir()))
			}
			if c := applicationOf(list, name); c != nil && c != server {
				repo.served[c] = append(repo.served[c], served{f, true})
				repo.isServed[f] = true
				for _, other := range list {
					other.remove(f.Path)
				}
				c.add(f)
			}
		}
	}
}

// serve notes a file for all clients of a config server.
func (r *Repository) serve(server *Component, list []*Component, f *File) {
	r.isServed[f] = true
	for _, c := range list {
		if c != server && isClient(c) {
			r.served[c] = append(r.served[c], served{f, false})
		}
	}
}

// IsServed reports whether a config server in the repository gives a file to
// the applications that ask it.
func (r *Repository) IsServed(f *File) bool { return r.isServed[f] }

// servesSettings reports whether a component is a config server: its code
// switches one on.
func servesSettings(c *Component) bool {
	for i := range FactsIn[inspect.Import](c.Files, source.Prod) {
		if strings.HasPrefix(i.Fact.Path, "org.springframework.cloud.config.server") {
			return true
		}
	}
	return false
}

// isClient reports whether a component asks a config server for its settings.
func isClient(c *Component) bool {
	for d := range FactsIn[inspect.Dependency](c.Files, source.Prod) {
		if strings.HasSuffix(d.Fact.Name, ":spring-cloud-starter-config") || strings.HasSuffix(d.Fact.Name, ":spring-cloud-config-client") {
			return true
		}
	}
	for s := range FactsIn[inspect.Setting](c.Files, source.Prod, source.DeployProd) {
		key := strings.ToLower(s.Fact.Key)
		if strings.HasPrefix(key, "spring.cloud.config.") && !strings.HasPrefix(key, "spring.cloud.config.server.") ||
			strings.HasPrefix(key, "spring.config.import") && strings.Contains(s.Fact.Value.Text, "configserver:") {
			return true
		}
	}
	return false
}

// SettingsFromAfar reports whether the component asks a config server for
// settings, of which the repository does not hold those for it.
func (c *Component) SettingsFromAfar() bool {
	return isClient(c) && !slices.ContainsFunc(c.Repo.served[c], func(s served) bool { return s.app })
}

// applicationOf is the application that a file is named for, with or without a
// profile behind it: that with the longest name; nil when none or two have it.
func applicationOf(list []*Component, stem string) *Component {
	var found *Component
	length := 0
	for _, c := range list {
		name := applicationName(c)
		if name == "" || stem != name && !strings.HasPrefix(stem, name+"-") || len(name) < length {
			continue
		}
		if found = c; len(name) == length {
			found = nil
		}
		length = len(name)
	}
	return found
}

// applicationName is what a component's own files call it.
func applicationName(c *Component) string {
	for s := range FactsIn[inspect.Setting](c.Files, source.Prod, source.DeployProd) {
		stem, _, _ := strings.Cut(path.Base(s.File.Path), ".")
		if s.Fact.Key == "spring.application.name" && (stem == "bootstrap" || stem == "application") && s.Fact.Value.IsLiteral() {
			return strings.ToLower(s.Fact.Value.Text)
		}
	}
	return ""
}

// servedDirectories are the directories of the repository that a server serves:
// its native search locations, those of a repository that its URL finds here,
// and what is called a config repository.
func servedDirectories(repo *Repository, server *Component) []string {
	resources := path.Join(server.Path, "src/main/resources")
	var dirs []string
	for s := range FactsIn[inspect.Setting](server.Files, source.Prod, source.DeployProd) {
		key := strings.ReplaceAll(strings.ToLower(s.Fact.Key), "-", "")
		native := strings.HasPrefix(key, "spring.cloud.config.server.native.searchlocations")
		if !native && key != "spring.cloud.config.server.git.uri" {
			continue
		}
		for _, location := range strings.Split(s.Fact.Value.Text, ",") {
			location = strings.TrimSpace(location)
			if below, ok := strings.CutPrefix(location, "classpath:"); ok {
				below, _, _ = strings.Cut(below, "{")
				dirs = append(dirs, path.Join(resources, below))
				continue
			}
			below, ok := strings.CutPrefix(location, "file:")
			if !ok && !native || strings.ContainsAny(path.Base(below), "${") {
				continue // it is fetched from elsewhere
			}
			for _, base := range []string{server.Path, "."} {
				if dir := path.Join(base, path.Base(below)); path.Base(below) != "." && path.Base(below) != "/" && repo.hasDir(dir) {
					dirs = append(dirs, dir)
				}
			}
		}
	}
	for _, name := range []string{"config-repo", "config-repository", "configrepo"} {
		for _, base := range []string{".", server.Path, resources} {
			dirs = append(dirs, path.Join(base, name))
		}
	}
	return append(dirs, path.Join(resources, "config"))
}

// springFile reports whether a file has the name of one that an application
// reads by itself.
func springFile(f *File) bool {
	stem, _, _ := strings.Cut(strings.ToLower(path.Base(f.Path)), ".")
	name, _, _ := strings.Cut(stem, "-")
	return name == "application" || name == "bootstrap" || stem == "microprofile-config"
}
