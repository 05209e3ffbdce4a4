package audit

import (
	"reflect"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// envJoin joins what files ask of each other about the environment: a call of
// another file's wrapper becomes a read, a value that another file exports the
// variables that it is read from. What leads nowhere stays unknown.
//
// Names are looked up in indices that are made once: of a file, of a Go package,
// of all files of a language that knows its files by names of its own.
type envJoin struct {
	repo    *Repository
	owners  map[*File]*Component
	graphs  map[*Component]*graph
	spaces  map[spaceKey]*space
	indexed map[string]bool // families whose packages are in spaces
	modules map[moduleKey]*File
	imports map[*File][]inspect.Import
	goDirs  []goModuleDir
	keys    map[string]*keyed // by the directory of the Go module

	programs  map[*Component]*program
	ownerless map[string]*program // by the directory of their manifest

	values     map[question]answered
	asked      map[*File]map[string]inspect.EnvRead // by what the call names
	django     map[*Component]map[string]EffectiveSetting
	spring     map[*Component]map[string]EffectiveSetting
	fields     map[reflect.Type][]int // of facts, those that are values
	djangoTops map[*Component][]*File
	depth      int
	conf       map[*Component]map[string][]inspect.Value // of Ktor and Typesafe, by key
	opened     map[*Component][]string                   // namespaces that a file opens for all
	dotnet     map[*Component]map[string]inspect.Value   // settings in appsettings, by variable in small letters
	prefixed   map[question]inspect.EnvRead              // variables that a framework reads for settings that a file asks for
}

// maxJoins bounds how far names lead from one to another: aliases, bases and
// re-exports.
const maxJoins = 40

type question struct {
	from   *File
	symbol string
}

type answered struct {
	value inspect.Value
	ok    bool
}

// joined are a file's signals with what other files say.
func (j *envJoin) joined(f *File) []inspect.Signal {
	signals := make([]inspect.Signal, 0, len(f.signals))
	filled := j.filledSections(f)
	stated := map[string]bool{} // of the variables that a framework reads
	for _, s := range f.signals {
		if filled.replace(s.Fact) {
			continue
		}
		signals = filled.add(signals, s)
		if ask, ok := s.Fact.(inspect.EnvAsk); ok {
			read, ok := j.read(f, ask)
			if !ok {
				continue
			}
			s.Fact = read
		}
		if len(j.references(s.Fact)) == 0 {
			signals = append(signals, s)
			continue
		}
		var asked []string
		s.Fact = j.withValues(s.Fact, func(v inspect.Value) inspect.Value {
			asked = append(asked, v.Env...)
			return j.resolve(f, v)
		})
		signals = append(signals, s)
		for _, name := range asked {
			_, symbol := inspect.Reference(name)
			if read, ok := j.prefixed[question{f, symbol}]; ok && !stated[read.Name] {
				stated[read.Name] = true
				signals = append(signals, inspect.Signal{Line: s.Line, EndLine: s.EndLine, Fact: read})
			}
		}
	}
	return signals
}

// read is the read that an ask turns out to be.
func (j *envJoin) read(f *File, ask inspect.EnvAsk) (inspect.EnvRead, bool) {
	if _, _, keyed := inspect.KeyOf(ask.Symbol); keyed {
		return j.keyRead(f, ask)
	}
	wrapper, ok := j.wrapper(f, ask.Symbol)
	if !ok {
		return inspect.EnvRead{}, false
	}
	read := ask.Read
	read.Name = wrapper.Variable(read.Name)
	read.Secret = read.Secret || inspect.IsSecretName(read.Name)
	if read.Fallback.Source == inspect.None {
		read.Fallback = wrapper.Fallback
		read.Required = read.Required || wrapper.Required && !(wrapper.Methods && ask.Optional)
	}
	return read, true
}

// reads are the reads that a file asks for, by what it names.
func (j *envJoin) reads(f *File) map[string]inspect.EnvRead {
	if known, ok := j.asked[f]; ok {
		return known
	}
	found := map[string]inspect.EnvRead{}
	j.asked[f] = found
	for _, s := range f.Signals() {
		if ask, ok := s.Fact.(inspect.EnvAsk); ok {
			if read, ok := j.read(f, ask); ok {
				found[ask.Read.Name] = read
			}
		}
	}
	return found
}

// resolve puts variables in the place of a value's references.
func (j *envJoin) resolve(f *File, v inspect.Value) inspect.Value {
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
		case variable != "":
			if read, ok := j.reads(f)[variable]; ok {
				v = joinedWith(v, readValue(read), len(names) == 1)
			}
		default:
			if told, ok := j.exported(f, symbol); ok {
				whole := len(names) == 1 && !inspect.IsPart(name)
				if whole && settles(symbol, told) {
					v.Text, v.HasText, v.Secret = "", false, nil
				}
				v = joinedWith(v, told, whole)
			}
		}
	}
	return v
}

// readValue is what a read gives.
func readValue(read inspect.EnvRead) inspect.Value {
	return inspect.Value{Source: inspect.Env, Env: []string{read.Name}, Text: read.Fallback.Text, HasText: read.Fallback.HasText, Secret: read.Fallback.Secret}
}

// joinedWith is a value that a reference of it turned out to be: the whole, or a
// part of it.
func joinedWith(v, told inspect.Value, whole bool) inspect.Value {
	for _, name := range told.Env {
		if !slices.Contains(v.Env, name) {
			v.Env = append(v.Env, name)
		}
	}
	if v.Source == inspect.Input || v.Source == inspect.Unknown {
		v.Source = inspect.Env
	}
	if whole && !v.HasText {
		v.Text, v.HasText, v.Secret = told.Text, told.HasText, told.Secret
	}
	return v
}

// exported is the value that a symbol stands for in a file, or that of which it
// is a part: of config.url.hostname that of config.url, without its text. It
// comes from the environment.
func (j *envJoin) exported(f *File, symbol string) (inspect.Value, bool) {
	key := question{f, symbol}
	if known, ok := j.values[key]; ok {
		return known.value, known.ok
	}
	if j.depth >= maxJoins {
		return inspect.Value{}, false
	}
	j.values[key] = answered{} // while it is being asked
	j.depth++
	v, ok := j.lookUp(f, symbol)
	j.depth--
	ok = ok && v.Source == inspect.Env && len(v.Env) > 0
	j.values[key] = answered{v, ok}
	return v, ok
}

func (j *envJoin) lookUp(f *File, symbol string) (inspect.Value, bool) {
	if v, ok, framework := j.frameworkSetting(f, symbol); framework {
		return v, ok
	}
	for _, place := range j.places(f, symbol) {
		if v, ok := j.valueAt(f, place); ok {
			return v, true
		}
	}
	if family(f) == "csharp" {
		return j.optionsValue(f, symbol)
	}
	return inspect.Value{}, false
}

// valueAt is the value of a name, by the longest beginning of it that is known.
func (j *envJoin) valueAt(f *File, at place) (inspect.Value, bool) {
	if before, rest, every := strings.Cut(at.name, ".*."); every {
		return j.everyValue(f, at, before, rest)
	}
	for name, rest := at.name, ""; ; {
		for _, s := range j.statements(f, place{at.space, at.namespace, name}) {
			if s.wrapper != nil {
				continue
			}
			if symbols := aliases(s.export.Value); len(symbols) > 0 {
				for _, symbol := range symbols {
					if v, ok := j.exported(s.file, symbol+rest); ok {
						return v, true
					}
				}
				continue
			}
			v := j.resolve(s.file, s.export.Value)
			if rest != "" {
				v.Text, v.HasText, v.Secret = "", false, nil
			}
			return v, v.Source == inspect.Env
		}
		if name == "" {
			return inspect.Value{}, false
		}
		if made, call := strings.CutSuffix(name, "()"); call { // of a class, an instance
			name, rest = made+rest, ""
			continue
		}
		dot := strings.LastIndexByte(name, '.')
		rest = name[max(dot, 0):] + rest
		if dot < 0 {
			rest = "." + rest
		}
		name = name[:max(dot, 0)]
	}
}

// everyValue is what one of several objects gives, when all that give something
// of the environment give the same: config.*.REDIS_URL.
func (j *envJoin) everyValue(f *File, at place, before, rest string) (found inspect.Value, ok bool) {
	for _, name := range at.space.sorted() {
		key, below := strings.CutPrefix(name, before+".")
		if !below || strings.Contains(key, ".") {
			continue
		}
		v, known := j.valueAt(f, place{at.space, at.namespace, name + "." + rest})
		switch {
		case !known:
		case ok && !slices.Equal(v.Env, found.Env):
			return inspect.Value{}, false
		default:
			found, ok = v, true
		}
	}
	return found, ok
}

// aliases are the symbols that an export stands for instead of a value.
func aliases(v inspect.Value) []string {
	if v.Source != inspect.Input || v.HasText || len(v.Env) == 0 {
		return nil
	}
	var list []string
	for _, name := range v.Env {
		_, symbol := inspect.Reference(name)
		if symbol == "" || inspect.IsPart(name) {
			return nil
		}
		list = append(list, symbol)
	}
	return list
}

// wrapper is the function that a symbol names, or the object of which it is a
// method.
func (j *envJoin) wrapper(f *File, symbol string) (inspect.EnvWrapper, bool) {
	for _, at := range j.places(f, symbol) {
		for _, s := range j.statements(f, at) {
			if s.wrapper != nil {
				return *s.wrapper, true
			}
		}
		if dot := strings.LastIndexByte(at.name, '.'); dot > 0 {
			for _, s := range j.statements(f, place{at.space, at.namespace, at.name[:dot]}) {
				if s.wrapper != nil && s.wrapper.Methods {
					return *s.wrapper, true
				}
			}
		}
	}
	return inspect.EnvWrapper{}, false
}

func refersOut(v inspect.Value) bool {
	return slices.ContainsFunc(v.Env, func(name string) bool {
		asked, export := inspect.Reference(name)
		return asked != "" || export != ""
	})
}
