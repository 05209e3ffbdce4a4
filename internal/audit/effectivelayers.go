package audit

import (
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// dotnetLayers are the appsettings files.
func (c *Component) dotnetLayers() layers {
	active := c.activeProfiles("ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT")
	l := layers{framework: "dotnet", anyCase: true, variable: func(key string) []string {
		return []string{strings.ReplaceAll(key, ":", "__"), key}
	}}
	var above []*File
	for _, f := range c.Files {
		if f.Format != inspect.AppSettings || f.Role == source.Test || f.Role == source.Example {
			continue
		}
		l.all = append(l.all, f)
		parts := strings.Split(strings.ToLower(path.Base(f.Path)), ".")
		switch {
		case len(parts) == 2:
			l.files = append(l.files, f)
		case slices.Contains(active, parts[1]):
			above = append(above, f)
		}
	}
	l.files = append(l.files, above...)
	return l
}

// railsLayers are Rails' application and environment files, and the YAML files
// beside them, of which the production section counts.
func (c *Component) railsLayers() layers {
	active := c.activeProfiles("RAILS_ENV", "RACK_ENV")
	l := layers{framework: "rails", holds: func(profile string) bool { return slices.Contains(active, strings.ToLower(profile)) }}
	var above []*File
	for _, f := range c.Files {
		if f.Format != inspect.Ruby && f.Format != inspect.RailsYAML || !hasFact[inspect.Setting](f) || f.Role == source.Test || f.Role == source.Example {
			continue
		}
		l.all = append(l.all, f)
		if path.Base(path.Dir(f.Path)) != "environments" {
			l.files = append(l.files, f)
		} else if slices.Contains(active, strings.TrimSuffix(path.Base(f.Path), ".rb")) {
			above = append(above, f)
		}
	}
	l.files = append(l.files, above...)
	return l
}

// symfonyLayers are the YAML files of Symfony's container, in the order in which
// its kernel loads them.
func (c *Component) symfonyLayers() layers {
	active := c.activeProfiles("APP_ENV", "SYMFONY_ENV")
	l := layers{framework: "symfony", holds: func(profile string) bool { return slices.Contains(active, strings.ToLower(profile)) }}
	rank := map[*File]int{}
	for _, f := range c.Files {
		if f.Format != inspect.SymfonyYAML || f.Role == source.Test || f.Role == source.Example {
			continue
		}
		l.all = append(l.all, f)
		environment, ranked := symfonyPlace(f.Path)
		if environment == "" && !f.Role.CanViolate() || environment != "" && !slices.Contains(active, environment) {
			continue
		}
		rank[f] = ranked
		l.files = append(l.files, f)
	}
	sort.SliceStable(l.files, func(i, j int) bool { return rank[l.files[i]] < rank[l.files[j]] })
	return l
}

// symfonyPlace tells for which environment a file of the container is, "" for
// all, and how late the kernel loads it.
func symfonyPlace(name string) (environment string, rank int) {
	dir, stem := path.Base(path.Dir(name)), strings.ToLower(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	if _, below, ok := strings.Cut("/"+path.Dir(name)+"/", "/config/packages/"); ok {
		if below == "" {
			return "", 0
		}
		return strings.ToLower(dir), 1
	}
	rank = 2
	for _, name := range []string{"config_", "services_", "parameters_", "security_"} {
		if rest, ok := strings.CutPrefix(stem, name); ok && environmentNames[rest] {
			return rest, 3
		}
	}
	if stem == "config" {
		rank = 1
	}
	return "", rank
}

// environmentNames are what people call environments in the names of files.
var environmentNames = map[string]bool{"prod": true, "production": true, "live": true, "dev": true, "development": true, "test": true, "testing": true, "local": true, "staging": true, "stage": true, "preprod": true, "qa": true, "ci": true}
