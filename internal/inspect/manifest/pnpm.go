package manifest

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// onlyDocument reads a file of one YAML document.
func onlyDocument(content []byte) (*document.YAML, error) {
	root, err := document.ParseYAML(content)
	if err != nil {
		if line, message := document.ErrorLine(err.Error()); line > 0 {
			return nil, inspect.ParseError(line, "%s", inspect.ShortError(message))
		}
		return nil, err
	}
	if root == nil {
		root = &yaml.Node{Kind: yaml.MappingNode, Line: 1}
	}
	return &document.YAML{Root: root, Left: maxLockVisits}, nil
}

// maxLockVisits bounds the nodes of a lock file. The largest seen has 400,000.
const maxLockVisits = 4_000_000

// PnpmWorkspace reads pnpm-workspace.yaml.
func PnpmWorkspace(e *inspect.Emitter, content []byte) error {
	doc, err := onlyDocument(content)
	if err != nil {
		return err
	}
	root := doc.Mapping(doc.Root)
	line := max(root.Line("packages"), 1)
	e.Emit(line, line, inspect.Manifest{Ecosystem: inspect.NPM, Manager: "pnpm", Workspaces: doc.Texts(root.Get("packages"))})
	return doc.Spent()
}

// PnpmLock reads pnpm-lock.yaml, lockfile versions 5 to 9.
func PnpmLock(e *inspect.Emitter, content []byte) error {
	all := newLocked()
	docs, err := document.Documents(pnpmNames(content), func([]byte) bool { return true })
	for _, doc := range docs { // version 11 puts the lock of its configuration before
		doc.Left = maxLockVisits
		pnpmDocument(all, doc)
		if err == nil {
			err = doc.Spent()
		}
	}
	if len(docs) > 0 || err == nil {
		e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.NPM, Manager: "pnpm", Packages: all.packages(), Rooted: true})
	}
	return err
}

func pnpmDocument(all *locked, doc *document.YAML) {
	root := doc.Mapping(doc.Root)
	importers := []document.Mapping{root} // version 5 and 6 without workspaces
	for _, importer := range doc.Mapping(root.Get("importers")) {
		importers = append(importers, doc.Mapping(importer.Value))
	}
	for _, importer := range importers {
		for _, group := range []string{"dependencies", "devDependencies", "optionalDependencies"} {
			for _, d := range doc.Mapping(importer.Get(group)) {
				version := document.Text(d.Value)
				if version == "" {
					version = document.Text(doc.Mapping(d.Value).Get("version"))
				}
				all.add(d.Key.Value, pnpmVersion(d.Key.Value, version), true)
			}
		}
	}
	for _, p := range doc.Mapping(root.Get("packages")) {
		name, version := pnpmPackage(p.Key.Value)
		if own := doc.Mapping(p.Value); document.Text(own.Get("name")) != "" { // a place, which has no name
			name, version = document.Text(own.Get("name")), document.Text(own.Get("version"))
		}
		all.add(name, version, false)
	}
}

// pnpmNames is a lock without what is not asked of it: of its packages and
// snapshots, which make up nearly all of the file and whose tree would need
// fifty times their size, only the keys of the packages stay, and what names one that is a
// place. Lines keep their numbers.
func pnpmNames(content []byte) []byte {
	out := make([]byte, 0, len(content)/4)
	section := ""
	for line := range bytes.Lines(content) {
		if c := line[0]; c != ' ' && c != '\n' && c != '\r' && c != '#' {
			section, _, _ = strings.Cut(string(line[:min(len(line), 40)]), ":")
		} else if section == "snapshots" || section == "packages" && bytes.HasPrefix(line, []byte("   ")) &&
			!bytes.HasPrefix(line, []byte("    name:")) && !bytes.HasPrefix(line, []byte("    version:")) {
			line = []byte("\n")
		}
		out = append(out, line...)
	}
	return out
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
