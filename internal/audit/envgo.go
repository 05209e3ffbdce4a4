package audit

import (
	"reflect"
	"strings"

	"twelvefold/internal/inspect"
)

// Settings that Go programs ask a library for by their keys: viper and koanf. One
// file tells the library how keys become variables, others ask for keys.

// keyed is what the files of one Go module tell such a library.
type keyed struct {
	space
	filled map[string]*string // structs, as "dir:viper.Name", and the key below which they are filled from; nil where there are several
}

// keySetting is the variable behind a key: one that is bound to it, or one that
// the library makes of the key.
func (j *envJoin) keySetting(f *File, symbol string) (v inspect.Value, ok bool) {
	library, key, _ := inspect.KeyOf(symbol)
	all := j.keyed(f)
	key, root, isField := strings.Cut(key, "|")
	wrapped := library + ":*"
	if isField {
		below := all.filled[f.Dir()+":"+library+"."+root]
		if below == nil {
			return v, false
		}
		key, wrapped = *below+key, library+".filled:*"
	}
	if given := all.names[library+":"+key]; len(given) > 0 {
		s, ok := j.agreed(f, given)
		return s.export.Value, ok && s.export.Value.FromEnv()
	}
	s, ok := j.agreed(f, all.names[wrapped])
	if !ok || !variableName.MatchString(s.wrapper.Variable(key)) {
		return v, false
	}
	return readValue(inspect.EnvRead{Name: s.wrapper.Variable(key)}), true
}

// agreed is the one statement of a list, or the first of its component's that
// say the same.
func (j *envJoin) agreed(f *File, list []statement) (s statement, ok bool) {
	owner := j.owners[f]
	list = narrowed(list, func(s statement) bool { return owner != nil && j.owners[s.file] == owner })
	for _, other := range list {
		if !reflect.DeepEqual(other.export.Value, list[0].export.Value) || !reflect.DeepEqual(other.wrapper, list[0].wrapper) {
			return s, false
		}
	}
	if len(list) == 0 {
		return s, false
	}
	return list[0], true
}

// keyRead is the read that asking for a key turns out to be.
func (j *envJoin) keyRead(f *File, ask inspect.EnvAsk) (inspect.EnvRead, bool) {
	v, ok := j.keySetting(f, ask.Symbol)
	if !ok {
		return inspect.EnvRead{}, false
	}
	read := ask.Read
	read.Name, read.Secret = v.Env[0], inspect.IsSecretName(v.Env[0])
	if v.HasText {
		read.Fallback = inspect.Value{Source: inspect.Literal, Text: v.Text, HasText: true, Secret: v.Secret}
	}
	return read, true
}

// keyed is the index of what the files of a file's module say.
func (j *envJoin) keyed(f *File) *keyed {
	dir := j.moduleDir(f)
	if known := j.keys[dir]; known != nil {
		return known
	}
	all := &keyed{space: space{names: map[string][]statement{}}, filled: map[string]*string{}}
	j.keys[dir] = all
	for _, other := range j.repo.Files {
		if family(other) != "go" || !other.Role.CanViolate() || !hasFact[inspect.EnvExport](other) && !hasFact[inspect.EnvWrapper](other) || j.moduleDir(other) != dir {
			continue
		}
		for name, s := range statementsOf(other) {
			switch library, isFilled := strings.CutSuffix(s.namespace, ".filled"); {
			case isFilled && s.wrapper == nil:
				j.fill(all, library, name, s)
			case library == "viper" || library == "koanf":
				all.names[s.namespace+":"+name] = append(all.names[s.namespace+":"+name], s)
			}
		}
	}
	return all
}

// fill notes that a struct is filled from what stands below a key.
func (j *envJoin) fill(all *keyed, library, key string, s statement) {
	for _, symbol := range aliases(s.export.Value) {
		own, here := inspect.OwnSymbol(symbol)
		dir := s.file.Dir()
		if !here {
			var ok bool
			if dir, own, ok = j.goDir(symbol); !ok {
				continue
			}
		}
		root := dir + ":" + library + "." + own
		if before, again := all.filled[root]; again && (before == nil || *before != key) {
			all.filled[root] = nil
		} else {
			all.filled[root] = &key
		}
	}
}

// moduleDir is the directory of the Go module that a file belongs to.
func (j *envJoin) moduleDir(f *File) string {
	best := ""
	for _, m := range j.goModules() {
		if len(m.dir) >= len(best) && (m.dir == "" || m.dir == "." || strings.HasPrefix(f.Path, m.dir+"/")) {
			best = m.dir
		}
	}
	return best
}
