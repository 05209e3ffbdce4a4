package inspect

import "strings"

// packageLock reads package-lock.json and npm-shrinkwrap.json, versions 1 to 3.
func packageLock(e *emitter, content []byte) error {
	root, err := readJSON(content)
	lock := Lock{Ecosystem: NPM, Manager: "npm"}
	all := newLocked()
	if packages := root.get("packages"); packages != nil {
		lock.Rooted = true
		for _, p := range packages.each() {
			at := strings.LastIndex(p.key, "node_modules/")
			if at < 0 { // the project itself, or a workspace
				for _, g := range npmGroups {
					for _, name := range p.value.get(g.key).keys() {
						all.roots[name] = true
					}
				}
				continue
			}
			// an alias is installed under its own name, which is what code imports
			all.add(p.key[at+len("node_modules/"):], p.value.get("version").string(), false)
		}
	} else {
		npmLockTree(all, root.get("dependencies"), 0)
	}
	lock.Packages = all.packages()
	e.emit(1, 1, lock)
	return err
}

// npmLockTree lists the nested dependencies of version 1, which does not say
// which are the project's own.
func npmLockTree(all *locked, dependencies *docNode, depth int) {
	if depth > maxDocumentDepth {
		return
	}
	for _, d := range dependencies.each() {
		all.add(d.key, d.value.get("version").string(), false)
		npmLockTree(all, d.value.get("dependencies"), depth+1)
	}
}

// bunLock reads bun.lock.
func bunLock(e *emitter, content []byte) error {
	root, err := readJSON(content)
	all := newLocked()
	for _, workspace := range root.get("workspaces").each() {
		for _, g := range npmGroups {
			for _, name := range workspace.value.get(g.key).keys() {
				all.roots[name] = true
			}
		}
	}
	for _, p := range root.get("packages").each() {
		if items := p.value.list(); len(items) > 0 {
			name, version := splitAt(items[0].string())
			if !strings.Contains(p.key, "/") || strings.Count(p.key, "/") == 1 && p.key[0] == '@' {
				name = p.key // the name it is installed under
			}
			all.add(name, version, false)
		}
	}
	e.emit(1, 1, Lock{Ecosystem: NPM, Manager: "bun", Packages: all.packages(), Rooted: true})
	return err
}

// yarnLock reads yarn.lock, classic and berry, line by line: both are blocks
// of a heading of requirements and an indented body.
func yarnLock(e *emitter, content []byte) error {
	lock := Lock{Ecosystem: NPM, Manager: "yarn"}
	all := newLocked()
	var heads []string // of the current block
	section, isRoot := "", false
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\r\n")
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		switch {
		case body == "" || body[0] == '#':
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
	e.emit(1, 1, lock)
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
