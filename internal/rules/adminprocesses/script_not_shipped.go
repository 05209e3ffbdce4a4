package adminprocesses

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "admin-processes/script-not-shipped",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "An admin task is not part of the release",
	Why: "A task that the image leaves out can't run as a process of the release: somebody runs it from a checkout of their " +
		"own, with other packages and another config, against a schema that may be of another version." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Ship the task with the program: take its directory out of .dockerignore, copy it into the final stage, and let it use the program's own packages and environment variables."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate": "knex migrate:latest"}, "dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- migrations/20240101_orders.js --
exports.up = (knex) => knex.schema.createTable("orders", () => {})
-- Dockerfile --
FROM node:20
COPY . .
CMD ["node", "server.js"]
-- .dockerignore --
node_modules
migrations
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js", "migrate": "knex migrate:latest"}, "dependencies": {"knex": "3.1.0", "pg": "8.11.0"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- migrations/20240101_orders.js --
exports.up = (knex) => knex.schema.createTable("orders", () => {})
-- Dockerfile --
FROM node:20
COPY . .
CMD ["node", "server.js"]
-- .dockerignore --
node_modules
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		judgeOwnDatabase(c, report)
		if c.Image == nil || c.Image.Cmd == nil && c.Image.Entrypoint == nil {
			return
		}
		for _, task := range adminTasks(c) {
			if shippedElsewhere(c, task.path) {
				continue
			}
			if by, pattern := c.LeftOut(task.path); by != nil {
				report.Violation(audit.Place{Path: by.Path}, task.name, fmt.Sprintf("%s, %s, is kept out of the image by %q", task.name, task.what, pattern))
				continue
			}
			if at, ok := notCopied(c, task.path); ok {
				report.Violation(at, task.name, fmt.Sprintf("%s, %s, is not copied into the image", task.name, task.what))
			}
		}
	},
})

// adminTask is a file that an admin process needs: one of a directory of them.
type adminTask struct {
	path string // of one file
	name string // what it is called, relative to the component
	what string // in a sentence
}

// adminTasks are the migrations and scripts of the component that work on its
// database and are no part of what the start runs, one for each directory.
func adminTasks(c *audit.Component) []adminTask {
	var list []adminTask
	seen := map[string]bool{}
	add := func(f *audit.File, name, what string) {
		if !seen[name] {
			seen[name] = true
			list = append(list, adminTask{f.Path, strings.TrimPrefix(name, c.Path+"/"), what})
		}
	}
	for _, f := range c.Files {
		switch dir := path.Dir(f.Path); {
		case f.Role == source.Migration && schemaFile.MatchString(path.Base(f.Path)):
			add(f, migrationsRoot(dir), "the schema's migrations")
		case f.Role != source.Prod && f.Role != source.DevTool && f.Role != source.Seed:
		case strings.Contains(f.Path, "/management/commands/") && !strings.HasPrefix(path.Base(f.Path), "_") && f.Format == inspect.Python:
			add(f, dir, "the program's admin commands")
		case strings.HasPrefix(f.Path, path.Join(c.Path, "lib/tasks")+"/") && path.Ext(f.Path) == ".rake":
			add(f, dir, "the program's tasks")
		}
	}
	for s := range audit.Facts[inspect.Script](c) {
		if path.Base(s.File.Path) != "package.json" || !taskName.MatchString(s.Fact.Name) {
			continue
		}
		for _, command := range s.Fact.Command {
			argv := audit.Unwrap(command.Argv)
			if len(argv) < 2 || !interpreters.MatchString(path.Base(argv[0])) {
				continue
			}
			words := script(argv[1:])
			if len(words) == 0 {
				continue
			}
			if f := c.Repo.File(path.Join(path.Dir(s.File.Path), words[0])); f != nil {
				add(f, f.Path, "which the script "+s.Fact.Name+" runs")
			}
		}
	}
	return list
}

var (
	schemaFile = regexp.MustCompile(`(?i)\.(sql|js|ts|mjs|cjs|py|rb|php|exs|xml|ya?ml)$`)
	// taskName are scripts of package.json that work on the deployed database.
	taskName = regexp.MustCompile(`^(db[:-]|task[:-])?(migrate|migrations?|backfill|cleanup|reindex|import|export|create-?admin|init|setup|upgrade)([:-](up|run|prod|production|deploy|latest|db|users?|admin))?$`)
	// builtOutput are directories of sources that a compiler turns into others.
	builtOutput = regexp.MustCompile(`(^|/)(src|app|lib|server|apps|packages|libs)/`)
)

// migrationsRoot is the directory that a tool is pointed at: prisma keeps each
// migration in a directory of its own.
func migrationsRoot(dir string) string {
	for d := dir; d != "." && d != "/"; d = path.Dir(d) {
		if strings.Contains(strings.ToLower(path.Base(d)), "migrat") {
			return d
		}
	}
	return dir
}

// notCopied reports whether the image takes some of the repository by name, and
// not the file, and the instruction that takes the program. A compiled program
// may hold its migrations inside: nothing is said of those.
func notCopied(c *audit.Component, name string) (at audit.Place, ok bool) {
	if compiled(c) || builtOutput.MatchString("/"+name) && path.Ext(name) != ".sql" {
		return at, false
	}
	rel := name
	if context := c.BuildContext(); context != "." {
		rel = strings.TrimPrefix(name, context+"/")
	}
	roots := map[string]bool{"": true, ".": true, "*": true}
	for i := range audit.FactsIn[inspect.Instruction]([]*audit.File{c.Image.File}, c.Image.File.Role) {
		if i.Fact.Name == "WORKDIR" && len(i.Fact.Args) > 0 {
			roots[strings.Trim(path.Clean(i.Fact.Args[0]), "/")] = true
		}
	}
	copies := 0
	for _, i := range c.Image.Instructions {
		if i.Fact.Name == "RUN" && i.Fact.Start != nil && fetches.MatchString(i.Fact.Start.Text) {
			return audit.Place{}, false
		}
		if i.Fact.Name != "COPY" && i.Fact.Name != "ADD" || len(i.Fact.Args) < 2 {
			continue
		}
		for _, from := range i.Fact.Args[:len(i.Fact.Args)-1] {
			if strings.ContainsAny(from, "$<") || strings.Contains(from, "://") {
				return audit.Place{}, false // what it is can't be told
			}
			clean := strings.Trim(path.Clean("/"+from), "/")
			if roots[clean] || brings(clean, rel) {
				return audit.Place{}, false
			}
			copies++
			at = i.At()
		}
	}
	return at, copies > 1
}

var fetches = regexp.MustCompile(`\b(git clone|--mount=type=bind|pip3? install (-\S+ )*\.|uv sync|poetry install|curl|wget|unzip|tar )`)

// brings reports whether a source of COPY holds a file: the file itself or a
// directory above it, whatever lies before it in another stage.
func brings(from, name string) bool {
	for dir := name; dir != "." && dir != "/"; dir = path.Dir(dir) {
		if from == dir || strings.HasSuffix(from, "/"+dir) {
			return true
		}
		if matched, _ := path.Match(from, dir); matched {
			return true
		}
		if matched, _ := path.Match(path.Base(from), path.Base(dir)); matched && strings.ContainsAny(from, "*?[") {
			return true
		}
	}
	return false
}

// compiled reports whether the program may hold files inside: Go embeds them,
// the JVM and .NET pack them.
func compiled(c *audit.Component) bool {
	return slices.ContainsFunc(c.Languages, func(language string) bool {
		return language == "Go" || language == "Java" || language == "Kotlin" || language == "C#" || language == "Rust"
	})
}

// shippedElsewhere reports whether something else of the deploy brings a file
// along: a Dockerfile beside it, a volume, another stage that a one-off runs.
func shippedElsewhere(c *audit.Component, name string) bool {
	for s := range audit.AllFacts[inspect.Stage](c.Repo) {
		if dir := path.Dir(s.File.Path); dir != "." && strings.HasPrefix(name, dir+"/") && s.File != c.Image.File {
			return true
		}
	}
	top := path.Base(migrationsRoot(path.Dir(name)))
	for i := range audit.AllFacts[inspect.Instruction](c.Repo) {
		other := i.File != c.Image.File || i.Fact.Stage != c.Image.Instructions[len(c.Image.Instructions)-1].Fact.Stage && !i.Fact.Final
		if other && i.Fact.Name == "COPY" && i.Fact.From == "" && len(i.Fact.Args) > 1 && slices.ContainsFunc(i.Fact.Args[:len(i.Fact.Args)-1], func(from string) bool { return path.Base(path.Clean(from)) == top }) && i.File != c.Image.File {
			return true
		}
	}
	for s := range audit.AllFacts[inspect.ComposeService](c.Repo) {
		for _, v := range s.Fact.Volumes {
			if strings.HasSuffix(strings.TrimSuffix(v.Source, "/"), "/"+top) || path.Clean(v.Source) == top {
				return true
			}
		}
	}
	return false
}

// adminDir are directories of scripts beside a program.
var adminDir = regexp.MustCompile(`(^|/)(scripts?|tools|admin|tasks|maintenance|ops|migrations?|jobs|bin)$`)

// judgeOwnDatabase looks for scripts beside the program that connect with an
// address of their own, or bring a list of dependencies of their own.
func judgeOwnDatabase(c *audit.Component, report *audit.Report) {
	for x := range audit.Facts[inspect.Client](c, source.Prod, source.DevTool) {
		if adminDir.MatchString(path.Dir(x.File.Path)) && x.Fact.Handle.IsLiteral() && remoteDatabase(x.Fact.Handle.Text) {
			report.Violation(x.At(), x.File.Path, fmt.Sprintf("%s connects to a database address of its own instead of the program's", path.Base(x.File.Path)))
		}
	}
	for _, other := range c.Repo.Components {
		rel, below := strings.CutPrefix(other.Path, strings.TrimPrefix(c.Path+"/", "./"))
		if c.Is(other) || !below || !adminDir.MatchString(rel) || other.Class != audit.CLI && other.Class != audit.Library || other.Image != nil || other.Manifest == "" {
			continue
		}
		if _, what, ok := other.Datastore(); ok && len(other.Processes) == 0 && !dockerized(c, other.Path) {
			report.Violation(other.Absence(), other.Path, fmt.Sprintf("the scripts of %s work on the database (%s) with dependencies of their own", other.Path, what))
		}
	}
}

// dockerized reports whether something builds an image in the directory.
func dockerized(c *audit.Component, dir string) bool {
	for s := range audit.AllFacts[inspect.Stage](c.Repo) {
		if path.Dir(s.File.Path) == dir {
			return true
		}
	}
	return false
}
