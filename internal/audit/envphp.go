package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// What PHP files say of the environment to each other: see package php's symbols.

// phpSetting is what a symbol of a PHP file stands for.
func (j *envJoin) phpSetting(f *File, symbol string) (v inspect.Value, ok bool) {
	kind, rest, _ := strings.Cut(symbol, ":")
	switch {
	case kind == "config" && rest != "":
		return j.setting(f, "config", rest)
	case kind == "parameter" && rest != "":
		return j.setting(f, "parameter", rest)
	case kind == "include" && rest != "":
		return j.includedSetting(f, rest)
	case strings.HasPrefix(symbol, "$"):
		return j.includedVariable(f, symbol)
	}
	for _, at := range j.phpPlaces(f, symbol) {
		if s, known := j.agreed(f, at.space.names[at.name]); known && s.wrapper == nil {
			v = j.resolve(s.file, s.export.Value)
			return v, v.FromEnv()
		}
	}
	return v, false
}

// phpPlaces are where a name of PHP may be known: in the component, one with a
// namespace also elsewhere in the repository. A function of a namespace may be
// one without.
func (j *envJoin) phpPlaces(f *File, symbol string) []place {
	own := j.programOf(f).names("php")
	list := []place{{own, "", symbol}}
	if at := strings.LastIndexByte(symbol, '\\'); at >= 0 {
		list = append(list, place{j.space(spaceKey{family: "php"}), "", symbol})
		if !strings.Contains(symbol[at:], ".") {
			list = append(list, place{own, "", symbol[at+1:]})
		}
	}
	return list
}

// includedSetting is an entry of what a file gives that another includes:
// "./config.php|db.host".
func (j *envJoin) includedSetting(f *File, symbol string) (v inspect.Value, ok bool) {
	name, key, _ := strings.Cut(symbol, "|")
	target := j.includedFile(f, name)
	if target == nil {
		return v, false
	}
	found := false
	for s := range FactsIn[inspect.Setting]([]*File{target}) {
		if s.Fact.Key == key {
			if found {
				return v, false
			}
			v, found = j.resolve(target, s.Fact.Value), true
		}
	}
	return v, found && v.FromEnv()
}

// includedFile is the file that a path means in another file, or nil: it is looked
// for beside the file, and from the component's directory.
func (j *envJoin) includedFile(f *File, name string) *File {
	for _, dir := range []string{f.Dir(), j.programOf(f).dir} {
		if target := j.repo.File(path.Join(dir, name)); target != nil {
			return target
		}
	}
	return nil
}

// maxIncludes bounds the files that are looked through for a variable.
const maxIncludes = 24

// includedVariable is a variable that a file has from those that it includes:
// the one of them that gives it something of the environment.
func (j *envJoin) includedVariable(f *File, name string) (v inspect.Value, ok bool) {
	list := []*File{f}
	for i := 0; i < len(list) && len(list) < maxIncludes; i++ {
		for include := range FactsIn[inspect.Import]([]*File{list[i]}) {
			if !strings.HasPrefix(include.Fact.Path, ".") {
				continue
			}
			if target := j.includedFile(list[i], include.Fact.Path); target != nil && !slices.Contains(list, target) {
				list = append(list, target)
			}
		}
	}
	for _, target := range list[1:] {
		for e := range FactsIn[inspect.EnvExport]([]*File{target}) {
			if e.Fact.Name != name {
				continue
			}
			if told := j.resolve(target, e.Fact.Value); ok && !slices.Equal(told.Env, v.Env) {
				return inspect.Value{}, false
			} else if told.FromEnv() {
				v, ok = told, true
			}
		}
	}
	return v, ok
}
