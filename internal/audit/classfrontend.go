package audit

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// ownServers are bundlers whose build can serve itself.
var ownServers = map[string]bool{"next": true, "nuxt": true, "svelte-kit": true, "astro": true, "react-router": true, "remix": true}

// fileServers serve files and run no program.
var fileServers = map[string]bool{"nginx": true, "nginx-debug": true, "openresty": true, "caddy": true, "httpd": true, "httpd-foreground": true, "serve": true, "http-server": true, "static-web-server": true, "lighttpd": true}

var bundlers = map[string]bool{
	"vite": true, "webpack": true, "react-scripts": true, "parcel": true, "ng": true, "astro": true, "gatsby": true,
	"vue-cli-service": true, "next": true, "nuxt": true, "svelte-kit": true, "craco": true, "rspack": true, "rsbuild": true,
	"ember": true, "eleventy": true, "hexo": true, "vuepress": true, "vitepress": true, "docusaurus": true, "snowpack": true,
}

// looseBundlers also bundle what runs elsewhere.
var looseBundlers = map[string]bool{"rollup": true, "esbuild": true, "rolldown": true}

// forBrowsers reports whether a private package that nobody else uses has
// styles or components of pages.
func (d *decision) forBrowsers() bool {
	return d.user == "" && d.distributed() == "" && !d.deployed() && slices.ContainsFunc(d.c.Files, func(f *File) bool {
		switch path.Ext(f.Path) {
		case ".css", ".scss", ".less", ".svelte", ".vue", ".astro", ".tsx", ".jsx":
			return f.Role == source.Prod
		}
		return false
	})
}

var pageFrameworks = map[string]bool{
	"react-dom": true, "vue": true, "svelte": true, "preact": true, "@angular/core": true, "solid-js": true, "lit": true,
	"next": true, "nuxt": true, "gatsby": true, "astro": true, "ember-source": true, "jquery": true,
}

// deviceFrameworks make apps that run on a phone.
var deviceFrameworks = map[string]bool{"react-native": true, "expo": true, "@nativescript/core": true, "@capacitor/core": true}

// bundles looks for a package that is built into files for a browser. A
// published package that is bundled is a library.
func (d *decision) bundles() (Class, string) {
	f := d.c.Repo.File(path.Join(d.c.Path, "package.json"))
	if f == nil || d.distributed() == f.Path && d.page() == "" {
		return "", ""
	}
	files := d.fileServer()
	if files == "" && d.page() == "" && d.ofWorkspace() && !d.deployed() && !d.startsByScript() {
		return "", "" // others of the workspace import what is bundled
	}
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		if s.Fact.Name != "build" && s.Fact.Name != "start" && !strings.HasPrefix(s.Fact.Name, "build:") {
			continue
		}
		for _, command := range s.Fact.Command {
			program := Program(command)
			if ownServers[program] && files == "" && d.deployed() {
				return WebService, fmt.Sprintf("%s builds with %s, and what it builds is started as a server.", f.Path, program)
			}
			if bundlers[program] || looseBundlers[program] && d.forBrowsers() || ownServers[program] && files != "" {
				return StaticFrontend, fmt.Sprintf("%s bundles with %s, and %s.", f.Path, program, handedOut(files))
			}
		}
	}
	if config := d.bundlerConfig(); config != "" && d.page() != "" && d.user == "" {
		return StaticFrontend, fmt.Sprintf("%s bundles %s, and %s.", config, d.page(), handedOut(files))
	}
	for dep := range FactsIn[inspect.Dependency]([]*File{f}, f.Role) {
		if deviceFrameworks[dep.Fact.Name] && dep.Fact.Group == inspect.Runtime && d.distributed() == "" {
			return StaticFrontend, fmt.Sprintf("%s depends on %s for an app that runs on devices.", f.Path, dep.Fact.Name)
		}
		if pageFrameworks[dep.Fact.Name] && (dep.Fact.Group == inspect.Runtime) && d.page() != "" {
			return StaticFrontend, fmt.Sprintf("%s depends on %s for %s, and %s.", f.Path, dep.Fact.Name, d.page(), handedOut(files))
		}
	}
	return "", ""
}

// handedOut says how bundled files reach browsers: by a server of files, or by
// what is not in the component.
func handedOut(server string) string {
	if server != "" {
		return server + " serves the files"
	}
	return "no program of its own serves it"
}

// served looks for pages that a server of files hands out as they are.
func (d *decision) served() (Class, string) {
	server := d.fileServer()
	if server == "" {
		return "", ""
	}
	for _, language := range d.c.Languages {
		switch language {
		case "JavaScript", "TypeScript", "Vue", "Svelte", "Astro":
		default:
			return "", ""
		}
	}
	for _, f := range d.c.Files {
		if f.Role == source.Prod && path.Base(f.Path) == "index.html" {
			return StaticFrontend, fmt.Sprintf("%s and what lies beside it is served by %s.", f.Path, server)
		}
	}
	return d.packed(server)
}

// fileServer is the program that serves the component's files, or "". One that a
// start puts in the background before the program of the component is a proxy.
func (d *decision) fileServer() (found string) {
	proxied := map[string]bool{} // files of starts that end in a program
	d.started(func(p Process, s Step) bool {
		proxied[p.at().String()] = slices.Contains(interpreters[Program(s.Command)], mainLanguage(d.c))
		return true
	})
	d.started(func(p Process, s Step) bool {
		if program := Program(s.Command); fileServers[program] && !proxied[p.at().String()] {
			found = program
		}
		return found == ""
	})
	if found == "" && d.c.Image != nil && d.c.Image.Start() == nil {
		if base := imageBase(d.c.Image.Base); fileServers[base] || base == "nginx-unprivileged" {
			return base // the base image's own start
		}
	}
	return found
}

// page is the component's index.html, or a page of another name that a bundler
// is configured to begin with; "" when there is none.
func (d *decision) page() string {
	for _, dir := range []string{"", "public", "src"} {
		if f := d.c.Repo.File(path.Join(d.c.Path, dir, "index.html")); f != nil {
			return f.Path
		}
	}
	if d.bundlerConfig() == "" {
		return ""
	}
	for _, f := range d.c.Files {
		if path.Dir(f.Path) == d.c.Path && path.Ext(f.Path) == ".html" {
			return f.Path
		}
	}
	return ""
}

// bundlerConfig is the file of a bundler's settings in the component's
// directory, or "".
func (d *decision) bundlerConfig() string {
	for _, f := range d.c.Files {
		if path.Dir(f.Path) == d.c.Path && bundlerSettings.MatchString(path.Base(f.Path)) {
			return f.Path
		}
	}
	return ""
}

// bundlerSettings names the settings of a bundler.
var bundlerSettings = regexp.MustCompile(`^(vite|webpack|rspack|rsbuild|farm|vue)\.config\.[cm]?[jt]s$`)
