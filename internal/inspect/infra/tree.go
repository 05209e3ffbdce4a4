package infra

import (
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// tree is a block's attributes by the parts of their dotted names.
type tree struct {
	entry *inspect.EnvEntry
	keys  []string
	kids  map[string]*tree
}

func treeOf(entries []inspect.EnvEntry) *tree {
	root := &tree{}
	for i := range entries {
		at := root
		for _, part := range strings.Split(entries[i].Name, ".") {
			next := at.kids[part]
			if next == nil {
				next = &tree{}
				if at.kids == nil {
					at.kids = map[string]*tree{}
				}
				at.kids[part] = next
				at.keys = append(at.keys, part)
			}
			at = next
		}
		at.entry = &entries[i]
	}
	return root
}

// get follows names down; of a block that stands more than once, the first. It
// may be asked of nil.
func (t *tree) get(path ...string) *tree {
	for _, name := range path {
		if t == nil {
			return nil
		}
		next := t.kids[name]
		if next == nil && t.kids["0"] != nil {
			next = t.kids["0"].kids[name]
		}
		t = next
	}
	return t
}

// list are the blocks or items of a name: one that is not numbered is alone.
func (t *tree) list(path ...string) []*tree {
	t = t.get(path...)
	if t == nil {
		return nil
	}
	var items []*tree
	for i := 0; t.kids[strconv.Itoa(i)] != nil; i++ {
		items = append(items, t.kids[strconv.Itoa(i)])
	}
	if items == nil {
		items = []*tree{t}
	}
	return items
}

// value is an attribute's value, or none.
func (t *tree) value(path ...string) inspect.Value {
	if t = t.get(path...); t == nil || t.entry == nil {
		return inspect.Value{}
	}
	return t.entry.Value
}

// text is an attribute's literal, or what stands in its place as written.
func (t *tree) text(path ...string) string { return written(t.value(path...)) }

// written is a value for who reads texts: what a reference decides holds a
// dollar.
func written(v inspect.Value) string {
	switch {
	case v.Text != "":
		return v.Text
	case len(v.Refs) > 0:
		return "${" + v.Refs[0] + "}"
	}
	return ""
}

// literal is an attribute's literal, or "".
func (t *tree) literal(path ...string) string {
	if v := t.value(path...); v.IsLiteral() {
		return v.Text
	}
	return ""
}

// number is an attribute's whole number, or nil.
func (t *tree) number(path ...string) *int {
	if n, err := strconv.Atoi(t.literal(path...)); err == nil {
		return &n
	}
	return nil
}

func (t *tree) isTrue(path ...string) bool { return t.literal(path...) == "true" }

// line is the line of an attribute, or of the first below it, or 0.
func (t *tree) line(path ...string) int {
	t = t.get(path...)
	for t != nil {
		if t.entry != nil {
			return t.entry.Line
		}
		if len(t.keys) == 0 {
			return 0
		}
		t = t.kids[t.keys[0]]
	}
	return 0
}

// texts are the items of a list of texts.
func (t *tree) texts(path ...string) []string {
	var list []string
	for _, item := range t.list(path...) {
		if item.entry != nil {
			list = append(list, written(item.entry.Value))
		}
	}
	return list
}
