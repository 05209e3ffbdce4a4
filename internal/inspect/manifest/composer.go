package manifest

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/shell"
)

// ComposerJSON reads PHP's manifest.
func ComposerJSON(e *inspect.Emitter, content []byte) error {
	root, err := document.ReadJSON(content)
	if !root.IsObject() {
		if err == nil {
			err = inspect.ParseError(root.Line, "the document is not an object")
		}
		return err
	}
	name, kind := strings.ToLower(root.Get("name").Scalar()), root.Get("type").Scalar()
	m := inspect.Manifest{
		Ecosystem: inspect.Composer, Name: name, Version: root.Get("version").Scalar(), Manager: "composer", Bin: binNames(root.Get("bin")), Packaging: kind,
	}
	for _, section := range []string{"autoload", "autoload-dev"} {
		for _, standard := range []string{"psr-4", "psr-0"} {
			m.Aliases = append(m.Aliases, root.Get(section, standard).Keys()...)
		}
	}
	m.Entry = root.Get("autoload", "files").Scalars()
	for _, r := range repositories(root) {
		if r.Get("type").Scalar() == "path" {
			m.Workspaces = append(m.Workspaces, r.Get("url").Scalar())
		}
	}
	// a package without a type is a library; an application that nobody gave a
	// type has no name either, or a framework that starts it
	m.Private = kind == "project"
	m.Publishable = name != "" && (kind == "" || kind == "library" || strings.HasSuffix(kind, "-bundle") || strings.HasSuffix(kind, "-plugin") || strings.HasSuffix(kind, "-extension")) && root.Get("autoload") != nil && len(root.Get("extra", "symfony").Keys()) == 0
	m.Unstable = root.Get("minimum-stability").Scalar() == "dev" && !root.Get("prefer-stable").IsTrue()
	m.Vendor = root.Get("config", "vendor-dir").Scalar()
	line := 1
	if root.Get("name") != nil {
		line = root.LineOf("name")
	}
	e.Emit(line, line, m)
	composerRuntimes(e, root)
	composerScripts(e, root)
	composerRequirements(e, root)
	composerCredentials(e, root)
	return err
}

// composerCredentials states what is written down to enter repositories: in
// their URLs, and under the keys of config that otherwise stand in auth.json.
func composerCredentials(e *inspect.Emitter, root *document.Node) {
	for _, r := range repositories(root) {
		if url := r.Get("url"); url != nil { // packagist may just be switched off
			urlCredential(e, url.Line, url.End, url.Scalar())
		}
	}
	config := root.Get("config")
	for _, section := range []string{"http-basic", "github-oauth", "gitlab-token", "gitlab-oauth", "bitbucket-oauth", "bearer"} {
		for _, host := range config.Get(section).Each() {
			line, end, secret := host.Line, host.Value.End, host.Value.Scalar()
			for _, key := range []string{"password", "consumer-secret", "token"} {
				if inner := host.Value.Get(key); inner.Scalar() != "" {
					line, end, secret = inner.Line, inner.End, inner.Scalar()
				}
			}
			if secret != "" {
				e.Emit(line, end, inspect.Credential{Name: section + "." + host.Key, Via: "field", Secret: inspect.NewSecret(secret), Host: host.Key})
			}
		}
	}
}

func binNames(n *document.Node) []string {
	var names []string
	for _, file := range n.Scalars() {
		names = append(names, file[strings.LastIndex(file, "/")+1:])
	}
	return names
}

// repositories are the places that packages come from, as a list or by name.
func repositories(root *document.Node) []*document.Node {
	list := root.Get("repositories").List()
	for _, m := range root.Get("repositories").Each() {
		list = append(list, m.Value)
	}
	return list
}

func composerRuntimes(e *inspect.Emitter, root *document.Node) {
	for _, at := range [][]string{{"require", "php"}, {"require", "php-64bit"}, {"config", "platform", "php"}} {
		if version := root.Get(at...).Scalar(); version != "" {
			line := root.Get(at[:len(at)-1]...).LineOf(at[len(at)-1])
			e.Emit(line, line, inspect.RuntimeVersion{Runtime: "php", Version: version, Via: strings.Join(at[:len(at)-1], ".")})
		}
	}
}

// composerScripts states the commands of composer's scripts; those that call
// PHP methods are none.
func composerScripts(e *inspect.Emitter, root *document.Node) {
	for _, s := range root.Get("scripts").Each() {
		lines := s.Value.List()
		if lines == nil {
			lines = []*document.Node{s.Value}
		}
		var texts []string
		var commands []inspect.Command
		for _, line := range lines {
			text := line.Scalar()
			if text == "" || methodCall.MatchString(text) {
				continue
			}
			texts = append(texts, text)
			if strings.HasPrefix(text, "@") {
				text = composerReference.ReplaceAllString(text, "$1 ")
			}
			more, _ := shell.Commands(text, line.Line) // a script that is no shell is still named
			commands = append(commands, more...)
		}
		if len(texts) > 0 {
			e.Emit(s.Line, s.Value.End, inspect.Script{Name: s.Key, Text: inspect.MaskText(strings.Join(texts, " && ")), Command: commands})
		}
	}
}

var (
	methodCall        = regexp.MustCompile(`^[A-Za-z_\\][\w\\]*(::\w+)?$|\\`)
	composerReference = regexp.MustCompile(`^@(php|composer)\s+`)
	composerPlatform  = regexp.MustCompile(`^(php(-64bit|-ipv6|-zts|-debug)?|hhvm|composer(-plugin|-runtime)?-api|composer)$`)
	composerCommit    = regexp.MustCompile(`^dev-[^#\s]+#[0-9a-f]{7,40}$`)
	composerExact     = regexp.MustCompile(`^(==?\s*)?v?\d+(\.\d+){1,3}([-+.]?(alpha|beta|rc|patch|p|a|b)\.?\d*)?$`)
)

// composerRequirements states each requirement. Extensions are of the system:
// the image must bring them.
func composerRequirements(e *inspect.Emitter, root *document.Node) {
	origins := map[string]*document.Node{} // of packages that a repository of type package or path names
	var vcs []string
	for _, r := range repositories(root) {
		switch r.Get("type").Scalar() {
		case "package":
			origins[strings.ToLower(r.Get("package", "name").Scalar())] = r
		case "vcs", "git", "github", "gitlab":
			vcs = append(vcs, r.Get("url").Scalar())
		}
	}
	for _, g := range []struct {
		key   string
		group inspect.Group
	}{{"require", inspect.Runtime}, {"require-dev", inspect.Dev}} {
		for _, d := range root.Get(g.key).Each() {
			name := strings.ToLower(d.Key)
			if composerPlatform.MatchString(name) {
				continue
			}
			dep := inspect.Dependency{Ecosystem: inspect.Composer, Name: name, Constraint: d.Value.Scalar(), Group: g.group}
			if extension, ok := strings.CutPrefix(name, "ext-"); ok {
				dep.Ecosystem, dep.Name, dep.Exact = inspect.System, "php-"+strings.ReplaceAll(extension, "zend-opcache", "opcache"), false
			} else if strings.HasPrefix(name, "lib-") {
				dep.Ecosystem = inspect.System
			} else {
				dep.Exact = composerExact.MatchString(dep.Constraint) || composerCommit.MatchString(dep.Constraint)
				composerOrigin(&dep, origins, vcs)
			}
			e.Emit(d.Line, d.Value.End, dep)
		}
	}
}

// composerOrigin tells what comes from a branch or a place of its own.
func composerOrigin(d *inspect.Dependency, origins map[string]*document.Node, vcs []string) {
	if r := origins[d.Name]; r != nil {
		d.Origin, d.Location = "url", inspect.MaskText(firstOf(r.Get("package", "dist", "url").Scalar(), r.Get("package", "source", "url").Scalar()))
		return
	}
	short := d.Name[strings.LastIndex(d.Name, "/")+1:]
	for _, url := range vcs {
		if strings.TrimSuffix(url[strings.LastIndexAny(url, "/:")+1:], ".git") == short {
			d.Origin, d.Location = "git", inspect.MaskText(url)
		}
	}
	if strings.HasPrefix(d.Constraint, "dev-") && d.Origin == "" {
		d.Origin = "git"
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// ComposerLock reads composer.lock, which does not say what the project itself
// asks for. What a package replaces or provides is there, too, at a version of
// its own.
func ComposerLock(e *inspect.Emitter, content []byte) error {
	all := newLocked()
	add := func(_ string, p *document.Node) {
		all.add(strings.ToLower(p.Get("name").Scalar()), strings.TrimPrefix(p.Get("version").Scalar(), "v"), false)
		for _, name := range append(p.Get("replace").Keys(), p.Get("provide").Keys()...) {
			all.add(strings.ToLower(name), "", false)
		}
	}
	var php *document.Node
	err := document.EachJSON(content, map[string]func(string, *document.Node){
		"packages": add, "packages-dev": add,
		"platform": func(key string, version *document.Node) {
			if key == "php" {
				php = version
			}
		},
	})
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.Composer, Manager: "composer", Packages: all.packages()})
	if version := php.Scalar(); version != "" && version != "*" {
		e.Emit(php.Line, php.Line, inspect.RuntimeVersion{Runtime: "php", Version: version, Via: "composer.lock"})
	}
	return err
}
