package audit

import (
	"reflect"
	"slices"

	"twelvefold/internal/inspect"
)

// sketchType is the fact that nearly every change of a file's text changes. Who
// asks for a file's signals doesn't mean it: it is asked for by its type.
var sketchType = reflect.TypeFor[inspect.Sketch]()

// difference is what two commits of a repository differ in, as far as answers
// may rest on it.
type difference struct {
	all      bool // too much to say
	contents bool
	kinds    map[reflect.Type]bool            // facts of these types, of some file
	own      map[string]map[reflect.Type]bool // the same, by component
	programs map[string]map[reflect.Type]bool // the same, by component with its libraries
	files    map[string]bool                  // paths of the files whose facts differ
}

// since is what differs in a repository from an older commit of it. What the
// answers of both have no part in, like the commit's id, is left out. It stands
// like the older one, which is nil where none does.
func (r *Repository) since(old *Repository) *difference {
	d := &difference{own: map[string]map[reflect.Type]bool{}, programs: map[string]map[reflect.Type]bool{}, files: map[string]bool{}}
	if old == nil {
		d.all = true
		return d
	}
	d.contents = r.sharesOtherwise(old)
	d.kinds = d.between(old.Files, r.Files)
	for i, c := range r.Components {
		before := old.Components[i]
		if (c.asRun == nil) != (before.asRun == nil) || !sameListing(c.whole().Files, before.whole().Files) {
			d.all = true
			return d
		}
		own := d.between(before.Files, c.Files)
		for kind := range own { // a component's view of a file can differ alone
			d.kinds = noted(d.kinds, kind)
		}
		d.own[c.Path] = own
		if c.asRun != nil {
			d.programs[c.Path] = d.between(before.asRun.Files, c.asRun.Files)
		}
	}
	return d
}

// sharesOtherwise reports whether other files than before may have the same
// content as each other, as files of other repositories, or none. Of the same files.
func (r *Repository) sharesOtherwise(old *Repository) bool {
	changed := map[string]bool{} // contents that came or went
	for i, f := range r.Files {
		now, before := f, old.Files[i]
		switch {
		case now.size <= 1 != (before.size <= 1):
			return true
		case now.blob == before.blob:
			continue
		case r.Siblings != nil || now.blob == "" || before.blob == "" || changed[now.blob] || changed[before.blob]:
			return true
		}
		changed[now.blob], changed[before.blob] = true, true
	}
	for i, f := range r.Files {
		if len(changed) == 0 {
			return false
		}
		if now, before := f.blob, old.Files[i].blob; now == before && changed[now] {
			return true
		}
	}
	return false
}

// between are the types of which facts differ between the same files.
func (d *difference) between(old, now []*File) (kinds map[reflect.Type]bool) {
	note := func(kind reflect.Type) { kinds = noted(kinds, kind) }
	for i, f := range now {
		before := old[i]
		if sameSlice(f.stated, before.stated) && sameSlice(f.signals, f.stated) && sameSlice(before.signals, before.stated) {
			continue
		}
		changed := false
		for kind := range differing(before.stated, f.stated) {
			note(kind)
			changed = changed || kind != sketchType
		}
		for kind := range differing(before.signals, f.signals) {
			note(kind)
			changed = changed || kind != sketchType
		}
		if changed {
			d.files[f.Path] = true
		}
	}
	return kinds
}

// statedSince is what differs in what the files of a commit that stands like the older
// one state by themselves.
func (r *Repository) statedSince(old *Repository) *difference {
	d := &difference{files: map[string]bool{}}
	for i, f := range r.Files {
		for kind := range differing(old.Files[i].stated, f.stated) {
			d.kinds = noted(d.kinds, kind)
			if kind != sketchType {
				d.files[f.Path] = true
			}
		}
	}
	return d
}

func sameSlice(a, b []inspect.Signal) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// differing are the types of facts that two lists differ in, or whose order
// among the others does.
func differing(a, b []inspect.Signal) map[reflect.Type]bool {
	if sameSlice(a, b) {
		return nil
	}
	if len(a) == len(b) {
		same := true
		for i := range a {
			if same = sameSignal(a[i], b[i]); !same {
				break
			}
		}
		if same {
			return nil
		}
	}
	before, now := byKind(a), byKind(b)
	var kinds map[reflect.Type]bool
	for kind, list := range now {
		if !slices.EqualFunc(before[kind], list, sameSignal) {
			kinds = noted(kinds, kind)
		}
	}
	for kind := range before {
		if now[kind] == nil {
			kinds = noted(kinds, kind)
		}
	}
	if kinds == nil { // the same facts in another order
		for kind := range now {
			kinds = noted(kinds, kind)
		}
	}
	return kinds
}

func byKind(signals []inspect.Signal) map[reflect.Type][]inspect.Signal {
	lists := map[reflect.Type][]inspect.Signal{}
	for _, s := range signals {
		kind := reflect.TypeOf(s.Fact)
		lists[kind] = append(lists[kind], s)
	}
	return lists
}

func sameSignal(a, b inspect.Signal) bool {
	return a.Line == b.Line && a.EndLine == b.EndLine && reflect.DeepEqual(a.Fact, b.Fact)
}

// touches reports whether an answer on a component, or on none, may be another
// one now.
func (d *difference) touches(r *reads, c *Component) bool {
	switch {
	case d.all:
		return true
	case r == nil || r.all:
		return d.contents || len(d.kinds) > 0
	case r.contents && d.contents, r.anyFile && len(d.files) > 0:
		return true
	}
	return overlap(r.kinds, d.kinds) || overlap(r.own, d.of(c)) || overlap(r.files, d.files)
}

// of is what differs in the files of a component, with its libraries or without.
func (d *difference) of(c *Component) map[reflect.Type]bool {
	switch {
	case c == nil:
		return nil
	case c.taken != nil:
		return d.programs[c.Path]
	}
	return d.own[c.Path]
}

func overlap[K comparable](a, b map[K]bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for key := range a {
		if b[key] {
			return true
		}
	}
	return false
}
