package audit

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Class is what sort of deployable unit a component is.
type Class string

// The classes of rules.md A3.
const (
	WebService     Class = "web-service"
	Worker         Class = "worker"
	Function       Class = "function"
	CLI            Class = "cli"
	Library        Class = "library"
	StaticFrontend Class = "static-frontend"
	Infra          Class = "infra"
)

// Classes lists all classes in the order of rules.md A3.
func Classes() []Class {
	return []Class{WebService, Worker, Function, CLI, Library, StaticFrontend, Infra}
}

// File is a file of the audited tree with what inspection said of it. Role is
// the effective one: the path's, refined by content and configuration.
type File struct {
	source.File
	Format inspect.Format

	blob    string           // kept from who doesn't ask for it, and so is size
	size    int64            // bytes
	stated  []inspect.Signal // by itself
	signals []inspect.Signal // with what other files say
	types   []reflect.Type   // of the facts, each once
	watcher *watcher         // the repository's
}

// Of yields the file's signals whose facts have the type of one of these, in
// order of line.
func (f *File) Of(facts ...inspect.Fact) iter.Seq[inspect.Signal] {
	return func(yield func(inspect.Signal) bool) {
		var kinds [8]reflect.Type // on the stack
		has := kinds[:0]
		for _, fact := range facts {
			kind := reflect.TypeOf(fact)
			f.watcher.kind(nil, kind)
			if slices.Contains(f.kinds(), kind) {
				has = append(has, kind)
			}
		}
		if len(has) == 0 {
			return
		}
		for _, s := range f.signals {
			if slices.Contains(has, reflect.TypeOf(s.Fact)) && !yield(s) {
				return
			}
		}
	}
}

// Signals is all that is known of the file, in order of line. An answer that
// asks for it rests on all of it but the Sketch: ask for some facts where that will do.
func (f *File) Signals() []inspect.Signal {
	f.watcher.file(f.Path)
	return f.signals
}

// Blob is the id of the file's content, for finding out whether others have the
// same.
func (f *File) Blob() string {
	f.watcher.contents()
	return f.blob
}

// Empty reports whether nothing is in the file but perhaps the end of a line.
func (f *File) Empty() bool {
	f.watcher.contents()
	return f.size <= 1
}

// Dir is the directory that the file is in, "." for the root.
func (f *File) Dir() string { return parentOf(f.Path) }

// parentOf is path.Dir of a path as snapshots have them: clean and relative.
func parentOf(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return "."
}

// Failed is the reason why the file could not be read as its format, or "".
func (f *File) Failed() string { return f.failure().Reason }

func (f *File) failure() inspect.ParseFailed {
	if !hasFact[inspect.ParseFailed](f) {
		return inspect.ParseFailed{}
	}
	for _, s := range f.signals {
		if p, ok := s.Fact.(inspect.ParseFailed); ok {
			return p
		}
	}
	return inspect.ParseFailed{}
}

// Repository is everything that rules may look at.
type Repository struct {
	Name       string
	Commit     string
	Branch     string   // the one that was read; "" if unknown
	Branches   []string // sorted; see source.Snapshot
	Merged     []string // of Branches; see source.Snapshot
	Tags       []string // sorted
	Files      []*File  // sorted by path
	Components []*Component
	Siblings   *Siblings // nil where nobody looked

	byPath     map[string]*File
	charts     map[string]*chart           // by directory
	terraform  map[string]*terraformModule // by directory
	overlays   []*overlay                  // kustomizations, by path
	bases      map[string]bool             // Compose services, as "path name", that others of other files build on
	includedBy map[string]*File            // Compose file → the one that includes it, nil when several do
	served     map[*Component][]served     // files that config servers give to applications
	isServed   map[*File]bool
	calls      *pipelineCalls
	contexts   map[string]string // Dockerfile → directory that it is built in, where something says so
	answers    answers
	ignored    []string   // paths that the settings leave out
	facts      *factIndex // of Files; nil until the components are found
	watcher    *watcher   // nil: nobody wants to know what is read
	waivers    []Waiver   // that hold
	unscored   bool       // findings that are waived don't count in scores
	joins      *reads     // what joining the files about the environment rests on
}

// File returns the file at this path, or nil.
func (r *Repository) File(path string) *File { return r.byPath[path] }

// Process is one process type of a component: how a deploy starts it.
type Process struct {
	Name    string // "web", "worker", "release"; the service's or workload's name elsewhere
	Start   inspect.Start
	File    *File
	Line    int
	Dev     bool // a development or CI descriptor starts it
	Release bool // a one-off that runs once per release
	Image   bool // the image's own ENTRYPOINT and CMD

	Scheduled bool // the platform starts it by the time of day: a CronJob

	Built *Image // what its service builds, where that is not the component's image
}

// Component is a deployable unit of a repository.
type Component struct {
	Path       string // directory, "." for the root
	Name       string
	Class      Class
	Why        string   // what decided the class, in one sentence
	Languages  []string // of its own prod files, most files first: "Python", "Go"
	Frameworks []string // that it is built on, by name: "Django", "Spring Boot"
	Manifest   string   // path that absences point at
	Files      []*File  // the files that it owns, and the descriptors that deploy it; sorted by path
	Image      *Image   // the image it is deployed as, or nil
	Processes  []Process
	Imports    []string // paths of the repository's libraries that its manifests name, sorted
	Repo       *Repository

	anchor    *anchor
	unreached map[string]bool // see unreachedFiles
	runs      []string        // of Imports, what it needs to run
	inside    bool            // a library that a program of the repository runs with
	asRun     *Component      // it with the libraries that it runs with, nil without any
	taken     map[string]bool // of a program: paths of the libraries' files
	answers   answers
	facts     *factIndex // of Files; nil until the components are found
}

// Image is what deploys build of a component's Dockerfile: the last stage,
// unless they name another.
type Image struct {
	File         *File
	Base         string // of the final stage's root, after following own stages
	BaseLine     int
	Entrypoint   *inspect.Start // nil when the Dockerfile states none
	Cmd          *inspect.Start
	Instructions []Located[inspect.Instruction] // of the deployed stage and the stages it builds FROM, in order

	args      map[string]inspect.Value // build arguments that deploys give
	inherited bool                     // what it starts is that of its base, which the repository builds, too
}

// Located is a fact with where it stands.
type Located[F inspect.Fact] struct {
	Fact    F
	File    *File
	Line    int
	EndLine int
}

// Place is where a finding or pass points.
type Place struct {
	Path    string
	Line    int // 0 for an absence
	EndLine int
}

// String is "path:line", and the path alone of an absence.
func (p Place) String() string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d", p.Path, p.Line)
}

// At is the fact's place.
func (l Located[F]) At() Place { return Place{l.File.Path, l.Line, l.EndLine} }

// Facts yields the component's facts of one type in files that can violate
// (G1), in order of path and line. Roles narrows it to other roles.
func Facts[F inspect.Fact](c *Component, roles ...source.Role) iter.Seq[Located[F]] {
	return indexed[F](c.watcher(), c, c.facts, c.Files, roles)
}

// AllFacts is Facts over the whole repository.
func AllFacts[F inspect.Fact](r *Repository, roles ...source.Role) iter.Seq[Located[F]] {
	return indexed[F](r.watcher, nil, r.facts, r.Files, roles)
}

// FactsIn is Facts over given files.
func FactsIn[F inspect.Fact](files []*File, roles ...source.Role) iter.Seq[Located[F]] {
	return func(yield func(Located[F]) bool) {
		if len(files) > 0 {
			files[0].watcher.kind(nil, reflect.TypeFor[F]())
		}
		for _, file := range files {
			if !wanted(file.Role, roles) {
				continue
			}
			for _, s := range file.signals {
				if fact, ok := s.Fact.(F); ok && !yield(Located[F]{fact, file, s.Line, s.EndLine}) {
					return
				}
			}
		}
	}
}

func wanted(role source.Role, roles []source.Role) bool {
	if len(roles) == 0 {
		return role.CanViolate()
	}
	for _, r := range roles {
		if r == role {
			return true
		}
	}
	return false
}

// Absence is where something missing from the component points at.
func (c *Component) Absence() Place { return Place{Path: c.Manifest} }

// Has reports whether the component has a fact that satisfies the test, in a
// file that can violate.
func Has[F inspect.Fact](c *Component, test func(F) bool) bool {
	for f := range Facts[F](c) {
		if test(f.Fact) {
			return true
		}
	}
	return false
}
