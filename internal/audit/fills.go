package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Filling is what puts first data into a deploy's database: a command of a start
// or a release, or the program itself when it starts.
type Filling struct {
	By      string // "rails db:seed", "DataSeeder.run"
	At      Place
	Release bool // once per release, not at each start
}

// Fills tells which files a deploy fills its database with, by their paths: what
// the commands of seeding that a start or release always runs load, what such a
// command names itself, and what the program fills it with when it starts.
// What only people and developers run is not among them.
func (c *Component) Fills() map[string]Filling { return OfComponent(c, fills) }

func fills(c *Component) map[string]Filling {
	w := fillings{c: c, g: seedGraph(c), by: map[string]Filling{}}
	for _, p := range c.Processes {
		if p.Dev || p.Scheduled {
			continue
		}
		for _, s := range c.RunSteps(p) {
			if s.Certain() {
				w.step(s, p.Release)
			}
		}
	}
	w.boots()
	return w.by
}

// seedGraph is the import graph of what serves and of what fills databases.
func seedGraph(c *Component) *graph {
	g := newGraph(c)
	for _, f := range c.Files {
		if graphFormats[f.Format] && f.Role == source.Seed {
			g.files[f.Path] = f
		}
	}
	return g
}

type fillings struct {
	c  *Component
	g  *graph
	by map[string]Filling
}

func (w *fillings) note(f *File, by Filling) {
	if _, known := w.by[f.Path]; !known && f != nil {
		w.by[f.Path] = by
	}
}

// step notes what one command of a start loads.
func (w *fillings) step(s Step, release bool) {
	argv := Unwrap(s.Argv)
	if len(argv) == 0 {
		return
	}
	by := Filling{By: strings.Join(argv[:min(2, len(argv))], " "), At: s.At(), Release: release}
	tool, args := path.Base(argv[0]), argv[1:]
	if tool == "php" && len(args) > 0 {
		tool, args = path.Base(args[0]), args[1:]
		by.By = strings.Join(append([]string{tool}, args[:min(1, len(args))]...), " ")
	}
	switch {
	case (tool == "rails" || tool == "rake") && slices.ContainsFunc(args, fillsRails):
		w.under(by, "db/seeds.rb", "db/seeds/")
	case tool == "artisan" && len(args) > 0 && (args[0] == "db:seed" || slices.Contains(args, "--seed")):
		w.laravel(by, args)
	case tool == "prisma" && len(args) > 1 && args[0] == "db" && args[1] == "seed":
		by.By = "prisma db seed"
		w.loaded(w.g.script(path.Join(w.c.Path, "prisma/seed")), by)
	case tool == "knex" && slices.Contains(args, "seed:run"):
		w.under(by, "seeds/", "db/seeds/", "src/seeds/", "src/db/seeds/", "database/seeds/")
	case strings.HasPrefix(tool, "sequelize") && slices.Contains(args, "db:seed:all"):
		w.under(by, "seeders/", "db/seeders/", "src/seeders/", "src/db/seeders/", "database/seeders/")
	default:
		for _, word := range argv {
			if f := w.g.named(word); f != nil && seedFile.MatchString(f.Path) {
				by.By = path.Base(f.Path)
				w.loaded(f, by)
			}
		}
	}
}

func fillsRails(word string) bool {
	return word == "db:seed" || word == "db:setup" || word == "db:prepare" || word == "db:reset"
}

// seedFile are names of programs that fill a database.
var seedFile = regexp.MustCompile(`(?i)(^|[/._-])(seed(s|er|ers|ing)?|populate)([/._-]|$)|(seed(er)?|populate)[^/]*\.\w+$`)

// under notes the seeds below places of the component. Of a directory of seeds
// those that are named for another environment are left out.
func (w *fillings) under(by Filling, places ...string) {
	for _, f := range w.c.Files {
		rest := strings.TrimPrefix(f.Path, w.c.Path+"/")
		if f.Role == source.Seed && !elsewhereSeeds.MatchString(rest) && slices.ContainsFunc(places, func(p string) bool { return strings.HasPrefix(rest, p) }) {
			w.note(f, by)
		}
	}
}

// elsewhereSeeds are seeds that their name keeps from production.
var elsewhereSeeds = regexp.MustCompile(`(?i)(^|[/._-])(dev|development|local|tests?|testing|demo|samples?|examples?|fakes?|dummy|staging)([/._-]|$)|(demo|test|fake|dummy|sample|example)\w*seeder`)

// laravel notes the seeders that db:seed runs: the class that it names, else
// DatabaseSeeder with what is named for users, which it calls.
func (w *fillings) laravel(by Filling, args []string) {
	wanted := laravelFirst
	for _, arg := range args {
		if class, ok := strings.CutPrefix(arg, "--class="); ok {
			class = class[strings.LastIndexByte(class, '\\')+1:]
			wanted = regexp.MustCompile(`^` + regexp.QuoteMeta(strings.Trim(class, `"'`)) + `\.php$`)
		}
	}
	for _, f := range w.c.Files {
		rest := strings.TrimPrefix(f.Path, w.c.Path+"/")
		if f.Role == source.Seed && strings.HasPrefix(rest, "database/seed") && wanted.MatchString(path.Base(rest)) && !elsewhereSeeds.MatchString(rest) {
			w.note(f, by)
		}
	}
}

var laravelFirst = regexp.MustCompile(`(?i)^(database|users?(table)?|admin\w*|super_?admin\w*)seeder\.php$`)

// loaded notes a program and what it imports, one import after the other.
func (w *fillings) loaded(f *File, by Filling) {
	seen := map[*File]bool{}
	for list := []*File{f}; len(list) > 0 && f != nil; list = list[1:] {
		if file := list[0]; !seen[file] {
			seen[file] = true
			if seedFile.MatchString(file.Path) {
				w.note(file, by)
			}
			list = append(list, w.g.imports(file)...)
		}
	}
}

// boots notes what fills the database while the program starts: the file itself,
// what it imports, and the class of C# that it names.
func (w *fillings) boots() {
	for s := range FactsIn[inspect.StartWork](w.c.ProgramFiles(), source.Prod) {
		if s.Fact.Work != "seed" {
			continue
		}
		by := Filling{By: s.Fact.Via, At: s.At()}
		w.note(s.File, by)
		if graphFormats[s.File.Format] {
			for _, f := range w.g.imports(s.File) {
				if seedFile.MatchString(f.Path) {
					w.note(f, by)
				}
			}
		}
		if class, _, ok := strings.Cut(s.Fact.Via, "."); ok && s.File.Format == inspect.CSharp {
			for _, f := range w.c.Files {
				if f.Role == source.Prod && path.Base(f.Path) == class+".cs" {
					w.note(f, by)
				}
			}
		}
	}
}
