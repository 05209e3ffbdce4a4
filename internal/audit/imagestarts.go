package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// consoles are files by which frameworks start all that a program does: no image
// but the program's own has them.
var consoles = []string{"artisan", "manage.py", "bin/rails", "bin/console", "spark", "yii"}

// startsProgramAt is the directory of the program that a service's command starts
// by its framework's console, where the image brings that file: it is an image of
// that program, whatever it is called. One that mounts the program's code may be
// anybody's.
func startsProgramAt(r *Repository, f *File, s inspect.ComposeService) (dir string, ok bool) {
	if s.Build || s.Command == nil || !strings.Contains(s.Image, "/") || BackingService(s.Image) != "" || slices.ContainsFunc(s.Volumes, mountsTree) {
		return "", false
	}
	commands := slices.Clone(s.Command.Commands)
	for _, c := range s.Command.Commands {
		commands = append(commands, shell.NestedCommands(c)...)
	}
	for _, c := range commands {
		for _, word := range Unwrap(c.Argv) {
			if name := path.Clean(word); slices.Contains(consoles, name) && r.Has(path.Join(f.Dir(), name)) {
				return f.Dir(), true
			}
		}
	}
	return "", false
}

// mountsTree reports whether a volume brings files of the checkout: its directory,
// or one of its parts.
func mountsTree(v inspect.Volume) bool {
	return v.Type == "bind" && (strings.HasPrefix(v.Source, ".") || strings.Contains(v.Source, "PWD"))
}
