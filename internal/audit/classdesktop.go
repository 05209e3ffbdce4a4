package audit

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// desktop looks for an app that Electron starts on people's own machines: what
// it listens to serves its own window. One that is deployed as well is a service.
func (d *decision) desktop() (Class, string) {
	f := d.c.Repo.File(path.Join(d.c.Path, "package.json"))
	if f == nil || !dependsOnAny(f, map[string]bool{"electron": true}) || d.deployed() {
		return "", ""
	}
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		if s.Fact.Name == "start" && !electronStarts.MatchString(s.Fact.Text) {
			return "", "" // its main program is another
		}
	}
	for m := range FactsIn[inspect.Manifest]([]*File{f}, f.Role) {
		for _, entry := range m.Fact.Entry {
			if main := d.electronMain(path.Join(d.c.Path, entry)); main != nil {
				return StaticFrontend, fmt.Sprintf("%s is started by Electron, for an app that runs on people's own machines.", main.Path)
			}
		}
	}
	for s := range FactsIn[inspect.Script]([]*File{f}, f.Role) {
		if s.Fact.Name == "start" {
			return StaticFrontend, fmt.Sprintf("%s starts Electron, for an app that runs on people's own machines.", s.At())
		}
	}
	return "", ""
}

// electronStarts are commands that start an app in Electron.
var electronStarts = regexp.MustCompile(`(^|[\s/&;])electron(-forge|-vite|-builder|mon)?(\s|$)`)

// electronMain is the entry of a package where it imports Electron, or nil.
func (d *decision) electronMain(entry string) *File {
	f := d.c.Repo.File(entry)
	if f == nil {
		f = d.c.Repo.File(entry + ".js")
	}
	if f == nil {
		return nil
	}
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		if i.Fact.Path == "electron" || strings.HasPrefix(i.Fact.Path, "electron/") {
			return f
		}
	}
	return nil
}

// callbackFile are files in which a command waits for a browser to come back
// from signing in.
var callbackFile = regexp.MustCompile(`(?i)(oauth|oidc|sso|login|authori[sz]e|callback|pkce)`)

// callback reports whether a file of a Go program that nothing deploys serves
// only what somebody who signs in comes back to, on the person's own machine.
func (d *decision) callback(f *File) bool {
	if f.Format != inspect.Go || !callbackFile.MatchString(path.Base(f.Path)) || d.deployed() {
		return false
	}
	m := moduleAt(d.c.Repo, d.c.Path)
	if m == nil || len(m.mains) == 0 {
		return false
	}
	for l := range FactsIn[inspect.Listen](withFacts[inspect.Listen](d.facts, d.files), source.Prod) {
		if l.File != f || !l.Fact.Host.IsLiteral() || !Loopback(l.Fact.Host.Text) {
			return false
		}
	}
	for h := range FactsIn[inspect.Handler](withFacts[inspect.Handler](d.facts, d.files), source.Prod) {
		if h.File != f {
			return false
		}
	}
	return true
}
