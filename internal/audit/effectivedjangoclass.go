package audit

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// isWholeSettings reports whether a settings module is one that can be loaded by
// itself, or puts such together, rather than a part of one: a file of mail
// settings alone is not.
func isWholeSettings(f *File) bool {
	own := false
	for s := range FactsIn[inspect.Setting]([]*File{f}, f.Role) {
		own = true
		switch rootOf(s.Fact.Key) {
		case "INSTALLED_APPS", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "DATABASES", "ROOT_URLCONF", "WSGI_APPLICATION", "TEMPLATES":
			return true
		}
		if s.Fact.Class != "" {
			return true
		}
	}
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		if slices.Contains(i.Fact.Names, "*") {
			return true
		}
	}
	return !own
}

const djangoConfiguration = "DJANGO_CONFIGURATION"

// settingClasses adds the settings of the class that production chooses from a
// module, those of its bases below.
func (c *Component) settingClasses(f *File, settings map[string]*File, l *layers, maybe bool) {
	classes := classesWithSettings(f)
	if len(classes) == 0 {
		return
	}
	chosen := c.configurationOf(f, classes)
	if chosen == "" {
		return
	}
	c.settingClass(f, chosen, settings, l, maybe, 8)
}

func classesWithSettings(f *File) []string {
	var list []string
	for s := range FactsIn[inspect.Setting]([]*File{f}, f.Role) {
		if s.Fact.Class != "" && !slices.Contains(list, s.Fact.Class) {
			list = append(list, s.Fact.Class)
		}
	}
	return list
}

// configurationOf is the class that a deploy names, else the one that what a
// server loads takes by default, else the one named for production, else the
// only one that there is.
func (c *Component) configurationOf(f *File, classes []string) string {
	if p, ok := c.ProvidedIn(Production, djangoConfiguration); ok && p.Value.IsLiteral() && slices.Contains(classes, p.Value.Text) {
		return p.Value.Text
	}
	for _, class := range classes {
		if stemNames(class, productionNames) {
			return class
		}
	}
	for _, other := range c.Files {
		if other.Format != inspect.Python {
			continue
		}
		for r := range FactsIn[inspect.EnvRead]([]*File{other}, other.Role) {
			if r.Fact.Name == djangoConfiguration && r.Fact.Fallback.IsLiteral() && slices.Contains(classes, r.Fact.Fallback.Text) && other.Role.CanViolate() {
				return r.Fact.Fallback.Text
			}
		}
	}
	if len(classes) == 1 {
		return classes[0]
	}
	return ""
}

// settingClass adds one class behind its bases, the nearest last.
func (c *Component) settingClass(f *File, class string, settings map[string]*File, l *layers, maybe bool, depth int) {
	if depth == 0 {
		return
	}
	for e := range FactsIn[inspect.EnvExport]([]*File{f}, f.Role) {
		if e.Fact.Name != class {
			continue
		}
		for _, symbol := range slices.Backward(aliases(e.Fact.Value)) {
			if own, ok := inspect.OwnSymbol(symbol); ok {
				c.settingClass(f, own, settings, l, maybe, depth-1)
			} else if at := strings.LastIndexByte(symbol, '.'); at > 0 {
				if other := c.module(symbol[:at], f); other != nil && settings[other.Path] != nil {
					c.settingClass(other, symbol[at+1:], settings, l, maybe, depth-1)
				}
			}
		}
	}
	l.spans = append(l.spans, span{file: f, to: lastLine, maybe: maybe, class: class})
}
