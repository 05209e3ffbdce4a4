package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// PackageLock reads package-lock.json and npm-shrinkwrap.json, versions 1 to 3.
func PackageLock(e *inspect.Emitter, content []byte) error {
	lock := inspect.Lock{Ecosystem: inspect.NPM, Manager: "npm"}
	all, first := newLocked(), newLocked() // of versions 2 and 3, and of version 1, which stands in 2, too
	err := document.EachJSON(content, map[string]func(string, *document.Node){
		"packages": func(key string, p *document.Node) {
			lock.Rooted = true
			at := strings.LastIndex(key, "node_modules/")
			if at < 0 { // the project itself, or a workspace
				for _, g := range npmGroups {
					for _, name := range p.Get(g.key).Keys() {
						all.roots[name] = true
					}
				}
				return
			}
			// an alias is installed under its own name, which is what code imports
			all.add(key[at+len("node_modules/"):], p.Get("version").Scalar(), false)
		},
		"dependencies": func(key string, d *document.Node) {
			first.add(key, d.Get("version").Scalar(), false)
			npmLockTree(first, d.Get("dependencies"), 0)
		},
	})
	if !lock.Rooted {
		all = first
	}
	lock.Packages = all.packages()
	e.Emit(1, 1, lock)
	return err
}

// npmLockTree lists the nested dependencies of version 1, which does not say
// which are the project's own.
func npmLockTree(all *locked, dependencies *document.Node, depth int) {
	if depth > document.MaxDepth {
		return
	}
	for _, d := range dependencies.Each() {
		all.add(d.Key, d.Value.Get("version").Scalar(), false)
		npmLockTree(all, d.Value.Get("dependencies"), depth+1)
	}
}

// BunLock reads bun.lock.
func BunLock(e *inspect.Emitter, content []byte) error {
	all := newLocked()
	err := document.EachJSON(content, map[string]func(string, *document.Node){
		"workspaces": func(_ string, workspace *document.Node) {
			for _, g := range npmGroups {
				for _, name := range workspace.Get(g.key).Keys() {
					all.roots[name] = true
				}
			}
		},
		"packages": func(key string, p *document.Node) {
			if items := p.List(); len(items) > 0 {
				name, version := splitAt(items[0].Scalar())
				if !strings.Contains(key, "/") || strings.Count(key, "/") == 1 && key[0] == '@' {
					name = key // the name it is installed under
				}
				all.add(name, version, false)
			}
		},
	})
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.NPM, Manager: "bun", Packages: all.packages(), Rooted: true})
	return err
}

// YarnLock reads yarn.lock, classic and berry, line by line: both are blocks
// of a heading of requirements and an indented body.
func YarnLock(e *inspect.Emitter, content []byte) error {
	lock := inspect.Lock{Ecosystem: inspect.NPM, Manager: "yarn"}
	all := newLocked()
	var heads []string // of the current block
	section, isRoot, number := "", false, 0
	for line := range strings.Lines(string(content)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		switch {
		case body == "# yarn lockfile v1":
			lock.Version = "1"
		case body == "" || body[0] == '#':
		case inConflict(line):
			return inspect.ParseError(number, conflictLeft)
		case body == "__metadata:": // Yarn 2 and later
			heads, section, isRoot, lock.Version = nil, "", false, "2"
		case indent == 0:
			heads, section, isRoot = yarnHeads(body), "", strings.Contains(body, "@workspace:")
			lock.Rooted = lock.Rooted || isRoot
		case indent == 2:
			key, value, _ := strings.Cut(strings.ReplaceAll(body, `"`, ""), " ")
			section = strings.TrimSuffix(key, ":")
			if section == "version" && !isRoot {
				for _, name := range heads {
					all.add(name, value, false)
				}
			}
		case indent == 4 && isRoot && strings.HasSuffix(strings.ToLower(section), "dependencies"):
			name, _, _ := strings.Cut(body, ":")
			if strings.HasPrefix(body, `"`) {
				name, _, _ = strings.Cut(body[1:], `"`)
			}
			all.roots[name] = true
		}
	}
	lock.Packages = all.packages()
	e.Emit(1, 1, lock)
	return nil
}

// yarnHeads are the package names of a block's heading, each once.
func yarnHeads(line string) []string {
	var names []string
	for _, head := range strings.Split(strings.TrimSuffix(line, ":"), ",") {
		head = strings.Trim(strings.TrimSpace(head), `"`)
		at := strings.Index(head[min(1, len(head)):], "@")
		if at < 0 || strings.HasPrefix(head, "__metadata") {
			continue
		}
		if name := head[:at+1]; len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	return names
}
