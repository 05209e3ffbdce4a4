package audit

import (
	"reflect"
	"slices"
)

// standsLike reports whether everything that answers rest on without asking is
// the same in both: which files there are, of which roles and formats, the
// components with their processes and images, branches and tags, and what else
// was found when the repository was put together.
func (r *Repository) standsLike(old *Repository) bool {
	if !sameListing(r.Files, old.Files) || len(r.Components) != len(old.Components) {
		return false
	}
	for i, c := range r.Components {
		if !sameListing(c.Files, old.Components[i].Files) {
			return false
		}
	}
	walk := sameWalk{}
	return walk.fields(reflect.ValueOf(r).Elem(), reflect.ValueOf(old).Elem(), "Commit", "Files", "byPath", "answers", "facts", "watcher", "calls", "joins", "Components") &&
		slices.EqualFunc(r.Components, old.Components, func(a, b *Component) bool {
			return walk.fields(reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem(), "Files", "Repo", "answers", "facts", "inside", "asRun")
		})
}

func sameListing(a, b []*File) bool {
	return slices.EqualFunc(a, b, func(f, g *File) bool {
		return f.Path == g.Path && f.Role == g.Role && f.Format == g.Format && f.Mode == g.Mode
	})
}

// sameWalk is reflect.DeepEqual but for files and components, of which one of
// another repository with the same path is the same: what they hold is compared
// on its own. Functions are never the same.
type sameWalk map[[2]uintptr]bool // pointers that are being compared, or were

var (
	fileType      = reflect.TypeFor[*File]()
	componentType = reflect.TypeFor[*Component]()
)

// fields compares the fields of two structures but for those that are left out.
func (w sameWalk) fields(a, b reflect.Value, leftOut ...string) bool {
	for i := range a.NumField() {
		if !slices.Contains(leftOut, a.Type().Field(i).Name) && !w.same(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

func (w sameWalk) same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.Pointer:
		return w.pointers(a, b)
	case reflect.Struct:
		return w.fields(a, b)
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() || a.Kind() == reflect.Slice && a.IsNil() != b.IsNil() {
			return false
		}
		for i := range a.Len() {
			if !w.same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		return w.maps(a, b)
	case reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && w.same(a.Elem(), b.Elem())
	case reflect.Func:
		return a.IsNil() && b.IsNil()
	default:
		return a.Equal(b)
	}
}

func (w sameWalk) pointers(a, b reflect.Value) bool {
	if a.IsNil() || b.IsNil() || a.Pointer() == b.Pointer() {
		return a.IsNil() == b.IsNil()
	}
	if path, ok := pathOf(a); ok {
		other, _ := pathOf(b)
		return path == other
	}
	pair := [2]uintptr{a.Pointer(), b.Pointer()}
	if w[pair] {
		return true
	}
	w[pair] = true // until shown otherwise: what refers to itself ends here
	return w.same(a.Elem(), b.Elem())
}

// maps compares by key, of files and components by their paths.
func (w sameWalk) maps(a, b reflect.Value) bool {
	if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
		return false
	}
	byPath := map[string]reflect.Value{}
	for _, key := range b.MapKeys() {
		if path, ok := pathOf(key); ok {
			byPath[path] = key
		}
	}
	for each := a.MapRange(); each.Next(); {
		key := each.Key()
		if path, ok := pathOf(key); ok {
			if key, ok = byPath[path]; !ok {
				return false
			}
		}
		value := b.MapIndex(key)
		if !value.IsValid() || !w.same(each.Value(), value) {
			return false
		}
	}
	return true
}

// pathOf is the path of a file or a component.
func pathOf(v reflect.Value) (string, bool) {
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return "", false
	}
	switch v.Type() {
	case fileType:
		return v.Elem().FieldByName("File").FieldByName("Path").String(), true
	case componentType:
		return v.Elem().FieldByName("Path").String(), true
	}
	return "", false
}
