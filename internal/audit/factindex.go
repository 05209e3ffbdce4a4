package audit

import (
	"reflect"
	"slices"
	"sync"

	"twelvefold/internal/inspect"
)

// factIndex knows which files have facts of a type. The rules ask hundreds of
// times for facts that few files have.
type factIndex struct {
	files  []*File
	built  sync.Once
	byType map[reflect.Type][]*File
}

// withFacts are the files that have facts of a type, in their order; all files
// while there is no index, and for a type that is none of a fact.
func withFacts[F inspect.Fact](index *factIndex, files []*File) []*File {
	wanted := reflect.TypeFor[F]()
	if index == nil || wanted.Kind() == reflect.Interface {
		return files
	}
	index.built.Do(index.build)
	return index.byType[wanted]
}

func (x *factIndex) build() {
	x.byType = map[reflect.Type][]*File{}
	for _, f := range x.files {
		for _, kind := range f.kinds() {
			x.byType[kind] = append(x.byType[kind], f)
		}
	}
}

// kinds are the types of the file's facts.
func (f *File) kinds() []reflect.Type {
	if f.types == nil && len(f.Signals) > 0 {
		return factTypes(f.Signals) // not of a repository
	}
	return f.types
}

// hasFact reports whether the file has a fact of a type.
func hasFact[F inspect.Fact](f *File) bool {
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

// indexFacts ends the time in which components' files and signals change.
func (r *Repository) indexFacts() {
	r.facts = &factIndex{files: r.Files}
	for _, c := range r.Components {
		c.facts = &factIndex{files: c.Files}
	}
}
