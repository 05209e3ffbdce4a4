package audit

import (
	"maps"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/source"
)

// WhollyRead reports whether inspection understood everything that the component
// is made of, so that what it did not find is not there.
func (c *Component) WhollyRead() bool { return OfComponent(c, whollyRead) }

// whollyRead reports whether inspection understood everything that the
// component is made of: what it did not find is not there. A production file
// that does not parse, or source in a language that nothing reads, may hold
// anything.
func whollyRead(c *Component) bool {
	read, foreign, formats := 0, 0, 0
	for _, f := range c.Files {
		if !f.Role.CanViolate() {
			continue
		}
		language := languages[strings.ToLower(path.Ext(f.Path))]
		switch {
		case language != "" && !readLanguages[language]:
			if f.Role == source.Prod {
				foreign++
			}
		case f.Format == "":
		case f.Failed() != "":
			return false
		case language != "":
			read++
		default:
			formats++
		}
	}
	return read+formats > 0 && foreign*foreignShare <= read
}

// foreignShare is how many files that are read stand against one that is not: a
// stray script in another language decides nothing.
const foreignShare = 20

// ParsedLanguages lists the programming languages whose source is parsed.
func ParsedLanguages() []string {
	return []string{"C#", "Go", "Java", "JavaScript", "Kotlin", "PHP", "Python", "Ruby", "TypeScript"}
}

// ReadLanguages lists the languages of components that extractors read, by name.
func ReadLanguages() []string { return slices.Sorted(maps.Keys(readLanguages)) }

// readLanguages are those of languages that extractors read.
var readLanguages = map[string]bool{
	"Python": true, "JavaScript": true, "TypeScript": true, "Go": true, "Ruby": true, "Java": true, "Kotlin": true, "PHP": true, "C#": true,
	"Vue": true, "Svelte": true, "Astro": true, terraform: true,
}
