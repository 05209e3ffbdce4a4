package audit

import (
	"reflect"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// maxReexports bounds how many files hand an export on to each other.
const maxReexports = 4

// joinEnv joins what files ask of each other about the environment: a call of
// another file's wrapper becomes a read, a value that another file exports the
// variables that it is read from. What leads nowhere stays unknown. It ends with
// no reference left in any value.
func (r *Repository) joinEnv() {
	graphs := map[*Component]*graph{}
	for _, c := range r.Components {
		for _, f := range c.Files {
			if !refers(f) {
				continue
			}
			if graphs[c] == nil {
				graphs[c] = newGraph(c)
			}
			f.Signals = graphs[c].joined(f)
			f.types = factTypes(f.Signals)
		}
	}
	for _, f := range r.Files { // of no component
		if refers(f) {
			f.Signals = (&graph{}).joined(f)
			f.types = factTypes(f.Signals)
		}
	}
}

// refers reports whether a file states something that needs another's.
func refers(f *File) bool {
	return scripts[f.Format] && slices.ContainsFunc(f.Signals, func(s inspect.Signal) bool {
		_, asks := s.Fact.(inspect.EnvAsk)
		return asks || len(references(s.Fact)) > 0
	})
}

var scripts = map[inspect.Format]bool{
	inspect.JavaScript: true, inspect.TypeScript: true, inspect.TSX: true, inspect.Vue: true, inspect.Svelte: true, inspect.Astro: true,
}

// newGraph is the import graph of the component's production sources.
func newGraph(c *Component) *graph {
	g := &graph{c: c, files: map[string]*File{}, reached: map[string]bool{}}
	for _, f := range c.Files {
		if graphFormats[f.Format] && f.Role == source.Prod {
			g.files[f.Path] = f
		}
	}
	return g
}

// joined are a file's signals with what other files say.
func (g *graph) joined(f *File) []inspect.Signal {
	asked := map[string]bool{} // variables that are read by a wrapper
	signals := make([]inspect.Signal, 0, len(f.Signals))
	for _, s := range f.Signals {
		if ask, ok := s.Fact.(inspect.EnvAsk); ok {
			wrapper, ok := find[inspect.EnvWrapper](g, f, ask.Symbol, func(w inspect.EnvWrapper) string { return w.Name })
			if !ok {
				continue
			}
			read := ask.Read
			read.Required = read.Required || wrapper.Required && read.Fallback.Source == inspect.None
			asked[read.Name], s.Fact = true, read
		}
		signals = append(signals, s)
	}
	for i, s := range signals {
		if len(references(s.Fact)) > 0 {
			signals[i].Fact = withValues(s.Fact, func(v inspect.Value) inspect.Value { return g.resolve(f, v, asked) })
		}
	}
	return signals
}

// resolve puts variables in the place of a value's references.
func (g *graph) resolve(f *File, v inspect.Value, asked map[string]bool) inspect.Value {
	if !refersOut(v) {
		return v
	}
	names := v.Env
	v.Env = nil
	for _, name := range names {
		variable, symbol := inspect.Reference(name)
		switch {
		case variable == "" && symbol == "":
			v.Env = append(v.Env, name)
		case asked[variable]:
			v.Env = append(v.Env, variable)
			v.Source = readFrom(v.Source)
		case symbol != "":
			if exported, ok := g.exported(f, symbol); ok {
				v.Env = append(v.Env, exported.Env...)
				v.Source = readFrom(v.Source)
				if len(names) == 1 && !v.HasText {
					v.Text, v.HasText, v.Secret = exported.Text, exported.HasText, exported.Secret
				}
			}
		}
	}
	return v
}

// readFrom is the source of an input that turned out to be the environment.
func readFrom(s inspect.Source) inspect.Source {
	if s == inspect.Input {
		return inspect.Env
	}
	return s
}

// exported is the value that a symbol stands for, or that of which it is a part:
// of config.url.hostname that of config.url, without its text.
func (g *graph) exported(f *File, symbol string) (inspect.Value, bool) {
	for part := false; ; part = true {
		e, ok := find[inspect.EnvExport](g, f, symbol, func(e inspect.EnvExport) string { return e.Name })
		if ok {
			if part {
				e.Value.Text, e.Value.HasText, e.Value.Secret = "", false, nil
			}
			return e.Value, true
		}
		dot := strings.LastIndexByte(symbol, '.')
		if dot <= strings.LastIndexByte(symbol, '/') {
			return inspect.Value{}, false
		}
		symbol = symbol[:dot]
	}
}

// find is the fact of another file that a symbol of f names: the module as f
// imports it, and a name below it. Of several facts of one name none is meant.
func find[F inspect.Fact](g *graph, f *File, symbol string, nameOf func(F) string) (fact F, ok bool) {
	if g.c == nil {
		return fact, false
	}
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		rest, below := strings.CutPrefix(symbol, i.Fact.Path)
		if !below || rest != "" && rest[0] != '.' || i.Fact.TypeOnly {
			continue
		}
		if target := g.scriptImport(f, i.Fact.Path); target != nil {
			return findIn(g, target, strings.TrimPrefix(rest, "."), nameOf, maxReexports)
		}
	}
	return fact, false
}

func findIn[F inspect.Fact](g *graph, f *File, name string, nameOf func(F) string, depth int) (fact F, ok bool) {
	count := 0
	for s := range FactsIn[F]([]*File{f}, f.Role) {
		if nameOf(s.Fact) == name {
			fact = s.Fact
			count++
		}
	}
	if count > 0 || depth == 0 {
		return fact, count == 1
	}
	first, _, _ := strings.Cut(name, ".")
	for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
		if i.Fact.Alias != "" || !slices.Contains(i.Fact.Names, "*") && !slices.Contains(i.Fact.Names, first) {
			continue // what it imports for itself is handed on only by a name of its own
		}
		if target := g.scriptImport(f, i.Fact.Path); target != nil && target != f {
			if fact, ok = findIn(g, target, name, nameOf, depth-1); ok {
				return fact, true
			}
		}
	}
	return fact, false
}

func refersOut(v inspect.Value) bool {
	return slices.ContainsFunc(v.Env, func(name string) bool {
		asked, export := inspect.Reference(name)
		return asked != "" || export != ""
	})
}

var valueType = reflect.TypeFor[inspect.Value]()

// references are the indices of a fact's fields whose values refer to others.
func references(fact inspect.Fact) (fields []int) {
	v := reflect.ValueOf(fact)
	for i := range v.NumField() {
		if v.Type().Field(i).Type == valueType && refersOut(v.Field(i).Interface().(inspect.Value)) {
			fields = append(fields, i)
		}
	}
	return fields
}

// withValues is a copy of a fact with its references changed.
func withValues(fact inspect.Fact, change func(inspect.Value) inspect.Value) inspect.Fact {
	fresh := reflect.New(reflect.TypeOf(fact)).Elem()
	fresh.Set(reflect.ValueOf(fact))
	for _, i := range references(fact) {
		fresh.Field(i).Set(reflect.ValueOf(change(fresh.Field(i).Interface().(inspect.Value))))
	}
	return fresh.Interface().(inspect.Fact)
}
