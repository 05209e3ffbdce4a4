package audit

import (
	"iter"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// factIndex knows which files have facts of a type, and where in them. The rules
// ask hundreds of times for facts that few files have, and dozens of times for
// those that most files have among others.
type factIndex struct {
	files  []*File
	final  bool // signals don't change any more
	built  sync.Once
	byType map[reflect.Type]*factList

	namedOnce sync.Once
	named     map[string][]*File // Python's, by the last part of their module's name
}

// factList is where the facts of one type are.
type factList struct {
	files []*File
	once  sync.Once
	at    []factAt
}

// factAt is a fact's place: the signal's index in its file.
type factAt struct {
	file   *File
	signal int
}

// withFacts are the files that have facts of a type, in their order; all files
// while there is no index, and for a type that is none of a fact.
func withFacts[F inspect.Fact](index *factIndex, files []*File) []*File {
	wanted := reflect.TypeFor[F]()
	if len(files) > 0 {
		files[0].watcher.kind(nil, wanted)
	}
	if index == nil || wanted.Kind() == reflect.Interface {
		return files
	}
	index.built.Do(index.build)
	if list := index.byType[wanted]; list != nil {
		return list.files
	}
	return nil
}

func (x *factIndex) build() {
	x.byType = map[reflect.Type]*factList{}
	for _, f := range x.files {
		for _, kind := range f.kinds() {
			list := x.byType[kind]
			if list == nil {
				list = &factList{}
				x.byType[kind] = list
			}
			list.files = append(list.files, f)
		}
	}
}

// modules are the index's Python files whose module's name ends in a word.
func (x *factIndex) modules(word string) []*File {
	x.namedOnce.Do(func() {
		x.named = map[string][]*File{}
		for _, f := range x.files {
			if stem, ok := strings.CutSuffix(strings.TrimSuffix(f.Path, "/__init__.py"), ".py"); ok || len(stem) < len(f.Path) {
				x.named[path.Base(stem)] = append(x.named[path.Base(stem)], f)
			}
		}
	})
	return x.named[word]
}

// indexed is FactsIn over an index's files, those of a component or, for nil, of
// the repository.
func indexed[F inspect.Fact](watcher *watcher, of *Component, index *factIndex, files []*File, roles []source.Role) iter.Seq[Located[F]] {
	if index == nil || !index.final || reflect.TypeFor[F]().Kind() == reflect.Interface {
		return FactsIn[F](withFacts[F](index, files), roles...)
	}
	return func(yield func(Located[F]) bool) {
		watcher.kind(of, reflect.TypeFor[F]())
		index.built.Do(index.build)
		list := index.byType[reflect.TypeFor[F]()]
		if list == nil {
			return
		}
		list.once.Do(func() { list.at = placesOf[F](list.files) })
		var file *File
		skip := false
		for _, at := range list.at {
			if at.file != file {
				file, skip = at.file, !wanted(at.file.Role, roles)
			}
			if skip {
				continue
			}
			s := &file.signals[at.signal]
			if !yield(Located[F]{s.Fact.(F), file, s.Line, s.EndLine}) {
				return
			}
		}
	}
}

func placesOf[F inspect.Fact](files []*File) []factAt {
	var list []factAt
	for _, f := range files {
		for i := range f.signals {
			if _, ok := f.signals[i].Fact.(F); ok {
				list = append(list, factAt{f, i})
			}
		}
	}
	return list
}

// kinds are the types of the file's facts.
func (f *File) kinds() []reflect.Type {
	if f.types == nil && len(f.signals) > 0 {
		return factTypes(f.signals) // not of a repository
	}
	return f.types
}

// hasFact reports whether the file has a fact of a type.
func hasFact[F inspect.Fact](f *File) bool {
	f.watcher.kind(nil, reflect.TypeFor[F]())
	return slices.Contains(f.kinds(), reflect.TypeFor[F]())
}

// factTypes lists the types of a file's facts, each once.
func factTypes(signals []inspect.Signal) []reflect.Type {
	var list []reflect.Type
	var last reflect.Type // facts of a type come in rows
	for _, s := range signals {
		if kind := reflect.TypeOf(s.Fact); kind != last {
			last = kind
			if !slices.Contains(list, kind) {
				list = append(list, kind)
			}
		}
	}
	return list
}

// indexFacts ends the time in which components' files and signals change. What was
// worked out meanwhile is worked out anew.
func (r *Repository) indexFacts() {
	r.forgetAnswers()
	r.facts = &factIndex{files: r.Files, final: true}
	r.joinLibraries()
	for _, c := range r.Components {
		c.facts = &factIndex{files: c.Files, final: true}
		if p := c.asRun; p != nil {
			p.facts = &factIndex{files: p.Files, final: true}
		}
	}
}
