package audit

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// webAssets are files that a browser loads and that no program has to make.
var webAssets = map[string]bool{
	".html": true, ".htm": true, ".css": true, ".js": true, ".mjs": true, ".svg": true, ".png": true, ".jpg": true, ".jpeg": true, ".gif": true,
	".webp": true, ".avif": true, ".ico": true, ".woff": true, ".woff2": true, ".mp4": true, ".webm": true, ".wasm": true, ".pdf": true,
}

// fewAssets is how many assets a proxy may bring for its pages of errors.
const fewAssets = 2

// assetsOf is the directory of web assets, at or below the Dockerfile's own,
// that an image with a server of files copies; "" when it copies none, or no
// more than a proxy needs.
func assetsOf(repo *Repository, f *File, context string) string {
	dir := path.Dir(f.Path)
	if !servesFiles(f) || dir == "." {
		return ""
	}
	for _, from := range copies(f) {
		for _, base := range []string{context, dir, "."} {
			if name := path.Join(base, from); Under(name, dir) && hasPages(repo, name) {
				return name
			}
		}
	}
	return ""
}

// hasPages reports whether a directory has an index.html or several assets.
func hasPages(repo *Repository, dir string) bool {
	assets := 0
	for _, f := range repo.Files {
		if !Under(f.Path, dir) || !f.Role.CanViolate() || !webAssets[strings.ToLower(path.Ext(f.Path))] {
			continue
		}
		if assets++; assets > fewAssets || path.Base(f.Path) == "index.html" {
			return true
		}
	}
	return false
}

// packed looks for a site without code of its own in an image with a server of
// files: assets that lie in the component, or what another stage makes of it.
func (d *decision) packed(server string) (Class, string) {
	image := d.c.Image
	if image == nil || hasCodeIn(d.c.Files) {
		return "", ""
	}
	if dir := assetsOf(d.c.Repo, image.File, d.c.Repo.contexts[image.File.Path]); dir != "" && Under(dir, d.c.Path) {
		return StaticFrontend, fmt.Sprintf("%s serves files of %s with %s.", Place{Path: image.File.Path, Line: image.BaseLine}, dir, server)
	}
	var stages []inspect.Stage
	for s := range FactsIn[inspect.Stage]([]*File{image.File}, image.File.Role) {
		stages = append(stages, s.Fact)
	}
	for _, i := range image.Instructions {
		if i.Fact.Name == "COPY" && slices.ContainsFunc(stages, func(s inspect.Stage) bool { return s.Called(i.Fact.From) }) && path.Dir(d.c.Manifest) == d.c.Path && Has(d.c, func(x inspect.Dependency) bool { return x.Group == inspect.Runtime }) {
			return StaticFrontend, fmt.Sprintf("%s serves with %s what its stage %s makes.", Place{Path: image.File.Path, Line: image.BaseLine}, server, i.Fact.From)
		}
	}
	return "", ""
}
