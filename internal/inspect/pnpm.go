package inspect

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// onlyDocument reads a file of one YAML document.
func onlyDocument(content []byte) (*yamlDocument, error) {
	root, err := parseYAML(content)
	if err != nil {
		if line, message := yamlErrorLine(err.Error()); line > 0 {
			return nil, parseError(line, "%s", shortError(message))
		}
		return nil, err
	}
	if root == nil {
		root = &yaml.Node{Kind: yaml.MappingNode, Line: 1}
	}
	return &yamlDocument{root: root, left: maxLockVisits}, nil
}

// maxLockVisits bounds the nodes of a lock file. The largest seen has 400,000.
const maxLockVisits = 4_000_000

// pnpmWorkspace reads pnpm-workspace.yaml.
func pnpmWorkspace(e *emitter, content []byte) error {
	document, err := onlyDocument(content)
	if err != nil {
		return err
	}
	root := document.mapping(document.root)
	line := max(root.line("packages"), 1)
	e.emit(line, line, Manifest{Ecosystem: NPM, Manager: "pnpm", Workspaces: document.texts(root.get("packages"))})
	return document.spent()
}

// pnpmLock reads pnpm-lock.yaml, lockfile versions 5 to 9.
func pnpmLock(e *emitter, content []byte) error {
	document, err := onlyDocument(content)
	if err != nil {
		return err
	}
	all := newLocked()
	root := document.mapping(document.root)
	importers := []yamlMap{root} // version 5 and 6 without workspaces
	for _, importer := range document.mapping(root.get("importers")) {
		importers = append(importers, document.mapping(importer.value))
	}
	for _, importer := range importers {
		for _, group := range []string{"dependencies", "devDependencies", "optionalDependencies"} {
			for _, d := range document.mapping(importer.get(group)) {
				version := yamlText(d.value)
				if version == "" {
					version = yamlText(document.mapping(d.value).get("version"))
				}
				all.add(d.key.Value, pnpmVersion(d.key.Value, version), true)
			}
		}
	}
	for _, p := range document.mapping(root.get("packages")) {
		name, version := pnpmPackage(p.key.Value)
		all.add(name, version, false)
	}
	e.emit(1, 1, Lock{Ecosystem: NPM, Manager: "pnpm", Packages: all.packages(), Rooted: true})
	return document.spent()
}

// pnpmVersion is an importer's version without its peers: "1.2.3(react@18)",
// "1.2.3_react@18", or of an alias "/real@1.2.3" and "real@1.2.3".
func pnpmVersion(name, version string) string {
	version, _, _ = strings.Cut(version, "(")
	if strings.HasPrefix(version, "link:") || strings.HasPrefix(version, "file:") {
		return version
	}
	if strings.HasPrefix(version, "/") || strings.LastIndex(version, "@") > 0 && !strings.Contains(version, "_") {
		_, version = pnpmPackage(version)
	}
	version, _, _ = strings.Cut(version, "_")
	return version
}

// pnpmPackage takes a package's key apart: "/name/1.2.3_peers" in version 5,
// "/name@1.2.3(peers)" in 6, "name@1.2.3" in 9.
func pnpmPackage(key string) (name, version string) {
	key, _, _ = strings.Cut(key, "(")
	slashed := strings.HasPrefix(key, "/")
	key = strings.TrimPrefix(key, "/")
	if slashed && strings.LastIndex(strings.Split(key, "_")[0], "@") <= 0 {
		at := strings.LastIndex(strings.Split(key, "_")[0], "/")
		if at < 0 {
			return key, ""
		}
		version, _, _ = strings.Cut(key[at+1:], "_")
		return key[:at], version
	}
	name, version = splitAt(key)
	if !strings.Contains(version, ":") {
		version, _, _ = strings.Cut(version, "_")
	}
	return name, version
}
