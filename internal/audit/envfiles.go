package audit

import (
	"reflect"
	"slices"

	"twelvefold/internal/inspect"
)

// joinEnv ends with no reference left in any value. Old is an older commit that the
// repository stands like, or nil: what its files came to stands while nothing
// differs that any of them rests on.
func (r *Repository) joinEnv(old *Repository) {
	if old != nil && r.statedSince(old).touches(old.joins, nil) {
		old = nil
	}
	r.joins = r.watcher.watchWide(func() { r.joinFiles(old) })
	if old == nil {
		return
	}
	r.joins = r.joins.with(old.joins)
	for i, f := range r.Files {
		if before := old.Files[i]; family(f) != "" && sameSlice(f.stated, before.stated) {
			f.signals, f.types = before.signals, before.types
		}
	}
}

// joinFiles joins the files that ask others, of those that differ from an older
// commit's, which may be nil.
func (r *Repository) joinFiles(old *Repository) {
	var asking []*File
	j := newEnvJoin(r)
	for i, f := range r.Files {
		if family(f) != "" && (old == nil || !sameSlice(f.stated, old.Files[i].stated)) && j.refers(f) {
			asking = append(asking, f)
		}
	}
	if len(asking) == 0 {
		return
	}
	for _, c := range r.Components {
		for _, f := range c.Files {
			if j.owners[f] == nil {
				j.owners[f] = c
			}
		}
	}
	joined := make([][]inspect.Signal, len(asking))
	for i, f := range asking { // before any of them loses its references
		joined[i] = j.joined(f)
	}
	for i, f := range asking {
		f.signals = joined[i]
		f.types = factTypes(f.signals)
	}
}

func newEnvJoin(r *Repository) *envJoin {
	return &envJoin{
		repo: r, owners: map[*File]*Component{}, graphs: map[*Component]*graph{}, spaces: map[spaceKey]*space{}, indexed: map[string]bool{}, modules: map[moduleKey]*File{}, imports: map[*File][]inspect.Import{}, keys: map[string]*keyed{}, programs: map[*Component]*program{}, ownerless: map[string]*program{},
		values: map[question]answered{}, asked: map[*File]map[string]inspect.EnvRead{}, fields: map[reflect.Type][]int{},
		django: map[*Component]map[string]EffectiveSetting{}, djangoTops: map[*Component][]*File{}, spring: map[*Component]map[string]EffectiveSetting{}, conf: map[*Component]map[string][]inspect.Value{},
		opened: map[*Component][]string{}, dotnet: map[*Component]map[string]inspect.Value{}, prefixed: map[question]inspect.EnvRead{},
	}
}

// refers reports whether a file states something that needs another's.
func (j *envJoin) refers(f *File) bool {
	asks := slices.Contains(f.kinds(), reflect.TypeFor[inspect.EnvAsk]()) // its own: joining rests on no other's
	if !asks && !slices.ContainsFunc(f.kinds(), func(kind reflect.Type) bool { return len(j.valuesOf(kind)) > 0 }) {
		return false
	}
	return asks || slices.ContainsFunc(f.signals, func(s inspect.Signal) bool {
		return len(j.references(s.Fact)) > 0
	})
}
