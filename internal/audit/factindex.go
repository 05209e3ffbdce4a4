package audit

import (
	"reflect"
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
		for _, s := range f.Signals {
			kind := reflect.TypeOf(s.Fact)
			list := x.byType[kind]
			if len(list) == 0 || list[len(list)-1] != f {
				x.byType[kind] = append(list, f)
			}
		}
	}
}

// indexFacts ends the time in which files and their signals change.
func (r *Repository) indexFacts() {
	r.facts = &factIndex{files: r.Files}
	for _, c := range r.Components {
		c.facts = &factIndex{files: c.Files}
	}
}
