package audit

import (
	"reflect"
)

// What an answer rests on is written down while it is found: by the queries
// through which all facts are reached, so that nobody who writes a rule has to
// declare it. Memory keeps an answer for as long as nothing of that changes.

// reads is what was looked at to find an answer, beside what every answer rests
// on: see Repository.standsLike.
type reads struct {
	all      bool                  // anything
	contents bool                  // which files have the same content, and which have none
	kinds    map[reflect.Type]bool // facts of these types, of any file
	own      map[reflect.Type]bool // facts of these types, of the component's files
	files    map[string]bool       // all facts of the files of these paths
	anyFile  bool                  // all facts of so many files that they aren't named
}

// maxFilesRead is how many files an answer names one by one. One that looks
// through more of them looks at all.
const maxFilesRead = 64

// watcher writes down what is read. A repository that no memory keeps has none:
// all of its methods are for a nil watcher, too. It follows one goroutine, and
// is paused where several ask side by side: what is answered meanwhile rests on
// everything.
type watcher struct {
	open   []*watched // answers under way, of which the last one is asking
	paused bool
}

// watched is one answer under way.
type watched struct {
	of       *Component // that it is an answer of, or nil
	wide     bool       // names all files that it read, however many
	reads    *reads
	last     reflect.Type    // the last one that was written down among kinds
	lastOwn  reflect.Type    // the same among own
	lastFile string          // the same among files
	taken    map[*reads]bool // of answers that it asked for
}

// watch calls ask and returns what it read, nil where nobody watches.
func (w *watcher) watch(of *Component, ask func()) *reads {
	if w == nil || w.paused {
		ask()
		return nil
	}
	return w.follow(&watched{of: of, reads: &reads{}}, ask)
}

// watchWide is watch for what looks into many files, each for itself.
func (w *watcher) watchWide(ask func()) *reads {
	if w == nil {
		ask()
		return nil
	}
	return w.follow(&watched{wide: true, reads: &reads{}}, ask)
}

func (w *watcher) follow(answer *watched, ask func()) *reads {
	w.open = append(w.open, answer)
	defer func() { w.open = w.open[:len(w.open)-1] }() // rules may panic
	ask()
	return answer.reads
}

// with is what two answers read.
func (r *reads) with(other *reads) *reads {
	all := watched{wide: true, reads: r}
	w := watcher{open: []*watched{&all}}
	w.take(nil, other)
	return r
}

// pause ends the watching until what it returns is called.
func (w *watcher) pause() (resume func()) {
	if w == nil || w.paused {
		return func() {}
	}
	w.paused = true
	return func() { w.paused = false }
}

func (w *watcher) asking() *watched {
	if w == nil || w.paused || len(w.open) == 0 {
		return nil
	}
	return w.open[len(w.open)-1]
}

// kind notes that facts of a type are read, of a component or, for nil, of any
// file. An interface is every type.
func (w *watcher) kind(of *Component, kind reflect.Type) {
	a := w.asking()
	switch {
	case a == nil:
	case kind.Kind() == reflect.Interface:
		a.reads.all = true
	case of != nil && a.of == of:
		if kind != a.lastOwn {
			a.lastOwn = kind
			a.reads.own = noted(a.reads.own, kind)
		}
	case kind != a.last:
		a.last = kind
		a.reads.kinds = noted(a.reads.kinds, kind)
	}
}

// file notes that all facts of a file are read.
func (w *watcher) file(name string) {
	a := w.asking()
	if a == nil || a.reads.anyFile || name == a.lastFile {
		return
	}
	a.lastFile = name
	if a.reads.files = noted(a.reads.files, name); !a.wide && len(a.reads.files) > maxFilesRead {
		a.reads.anyFile = true
	}
}

func (w *watcher) contents() {
	if a := w.asking(); a != nil {
		a.reads.contents = true
	}
}

// take notes that an answer rests on another one, of the same component or of
// something else. Nil is one that nobody watched.
func (w *watcher) take(of *Component, r *reads) {
	a := w.asking()
	switch {
	case a == nil || a.reads.all || r != nil && a.taken[r]:
		return
	case r == nil || r.all:
		a.reads.all = true
		return
	}
	a.taken = noted(a.taken, r)
	a.reads.contents = a.reads.contents || r.contents
	a.reads.anyFile = a.reads.anyFile || r.anyFile
	for kind := range r.kinds {
		a.reads.kinds = noted(a.reads.kinds, kind)
	}
	for kind := range r.own {
		if of == a.of {
			a.reads.own = noted(a.reads.own, kind)
		} else {
			a.reads.kinds = noted(a.reads.kinds, kind)
		}
	}
	for name := range r.files {
		w.file(name)
	}
}

// noted is a set with one more.
func noted[K comparable](set map[K]bool, key K) map[K]bool {
	if set == nil {
		set = map[K]bool{}
	}
	set[key] = true
	return set
}
