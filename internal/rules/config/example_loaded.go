package config

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// loadedExample says how an example of a dotenv file comes to be in force, "" where
// it is only there to be copied by people: the program reads it by its name, or an
// image or what starts there makes the dotenv file of it.
func loadedExample(c *audit.Component, file *audit.File) string {
	if file.Role != source.Example {
		return ""
	}
	if loadsItself(c, file) {
		return "the program reads it as it is"
	}
	if c.Image != nil {
		for _, i := range c.Image.Instructions {
			if n := len(i.Fact.Args); (i.Fact.Name == "COPY" || i.Fact.Name == "ADD") && i.Fact.From == "" && n == 2 && asDotenv(c, file, i.Fact.Args[0], i.Fact.Args[1]) ||
				i.Fact.Name == "RUN" && i.Fact.Start != nil && slices.ContainsFunc(i.Fact.Start.Commands, func(command inspect.Command) bool { return copiesExample(c, command.Argv, file) }) {
				return path.Base(i.File.Path) + " makes the program's .env of it"
			}
		}
	}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			if copiesExample(c, s.Argv, file) {
				return path.Base(s.File.Path) + " makes the program's .env of it"
			}
		}
	}
	return ""
}

// loadsItself reports whether the program reads a file that looks like one to
// copy: what its defaults say is in force wherever nobody says otherwise.
func loadsItself(c *audit.Component, file *audit.File) bool {
	return audit.Has(c, func(l inspect.ConfigLoad) bool {
		return l.Name == file.Path || l.Name == path.Base(file.Path) || strings.HasSuffix(file.Path, "/"+strings.TrimLeft(l.Name, "./"))
	})
}

// copiesExample reports whether a command copies an example to .env.
func copiesExample(c *audit.Component, argv []string, file *audit.File) bool {
	words := slices.DeleteFunc(slices.Clone(audit.Unwrap(argv)), func(word string) bool { return strings.HasPrefix(word, "-") })
	return len(words) == 3 && (words[0] == "cp" || words[0] == "mv") && asDotenv(c, file, words[1], words[2])
}

// asDotenv reports whether what is copied from one path to another is a file of the
// component that is called .env there.
func asDotenv(c *audit.Component, file *audit.File, from, to string) bool {
	if path.Base(to) != ".env" || path.Base(from) != path.Base(file.Path) {
		return false
	}
	dir := path.Dir(from)
	if dir == "." || path.IsAbs(dir) || strings.Contains(dir, "$") {
		return file.Dir() == c.Path
	}
	return file.Dir() == path.Join(c.Path, dir) || file.Dir() == path.Clean(dir)
}
