package audit

import "slices"

// kin are the languages whose fixes fit a language that has none of its own.
var kin = map[string][]string{
	"TypeScript": {"JavaScript"}, "JavaScript": {"TypeScript"}, "Vue": {"TypeScript", "JavaScript"}, "Svelte": {"TypeScript", "JavaScript"},
	"Astro": {"TypeScript", "JavaScript"}, "Kotlin": {"Java"}, "Scala": {"Java"}, "Groovy": {"Java"}, "F#": {"C#"}, "Visual Basic": {"C#"},
}

// ofServers are languages that a program with pages in another is written in.
var ofServers = []string{"Python", "Ruby", "PHP", "Java", "Kotlin", "C#", "Go"}

// spokenAt are the languages in which a fix for a place makes sense: the place's
// own and its kin. What is no program text, such as a Dockerfile, is about the
// component's main language. That most files are its pages' doesn't tell in what
// a server beside them is written: then no language's fix fits for sure.
func (c *Component) spokenAt(at Place) []string {
	main := LanguageOf(at.Path)
	if main == "" && len(c.Languages) > 0 {
		main = c.Languages[0]
		if ofPages(main) && slices.ContainsFunc(c.Languages, func(l string) bool { return slices.Contains(ofServers, l) }) {
			return nil
		}
	}
	if main == "" {
		return nil
	}
	return append([]string{main}, kin[main]...)
}

func ofPages(language string) bool {
	return language == "JavaScript" || slices.Contains(kin[language], "JavaScript")
}
