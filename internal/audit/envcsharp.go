package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Options of .NET: sections of the configuration that fill the properties of a
// type.

// boundMark begins the names under which it is known what fills a type.
const boundMark = "="

// section is the section that a statement says to fill a type, or "".
func section(s statement) string {
	for _, symbol := range aliases(s.export.Value) {
		if key, ok := strings.CutPrefix(symbol, "dotnet:"); ok {
			return key
		}
	}
	return ""
}

// openedPlaces are where a symbol of C# is known by a namespace that another file
// of the component opens for all.
func (j *envJoin) openedPlaces(f *File, symbol string) []place {
	c := j.owners[f]
	if c == nil {
		return nil
	}
	opened, known := j.opened[c]
	if !known {
		for _, f := range c.Files {
			if f.Format == inspect.CSharp && strings.HasSuffix(strings.ToLower(path.Base(f.Path)), "usings.cs") {
				for i := range FactsIn[inspect.Import]([]*File{f}, f.Role) {
					opened = append(opened, i.Fact.Path)
				}
			}
		}
		j.opened[c] = opened
	}
	if len(opened) == 0 {
		return nil
	}
	_, name, _ := strings.Cut(symbol, ":")
	return j.wholePlaces("csharp", strings.Join(opened, ",")+":"+name)
}

// optionsValue is a property of options: the variable that sets it, and what else
// it is.
func (j *envJoin) optionsValue(f *File, symbol string) (inspect.Value, bool) {
	for _, at := range j.places(f, symbol) {
		for dot := strings.LastIndexByte(at.name, '.'); dot > 0; dot = strings.LastIndexByte(at.name[:dot], '.') {
			if key, ok := j.sectionOf(f, at.space, at.name[:dot]); ok {
				if v, ok := j.optionBelow(f, place{at.space, "", at.name[:dot]}, key, at.name[dot+1:], 4); ok {
					return v, true
				}
			}
		}
	}
	return inspect.Value{}, false
}

// sectionOf is the variable above those that fill a type, when all that say so
// agree.
func (j *envJoin) sectionOf(f *File, in *space, typ string) (found string, ok bool) {
	owner := j.owners[f]
	list := narrowed(in.names[boundMark+typ], func(s statement) bool { return owner != nil && j.owners[s.file] == owner })
	for i, s := range list {
		key := section(s)
		if constant, named := strings.CutPrefix(key, "{"); named {
			if key = j.constant(s.file, strings.TrimSuffix(constant, "}")); key == "" {
				return "", false
			}
		}
		if i > 0 && key != found {
			return "", false
		}
		found, ok = key, true
	}
	return found, ok
}

// constant is the section that a constant of another file names, as a variable.
func (j *envJoin) constant(f *File, symbol string) string {
	for _, at := range j.places(f, symbol) {
		for _, s := range j.statements(f, at) {
			if s.wrapper == nil && s.export.Value.IsLiteral() {
				return strings.ReplaceAll(s.export.Value.Text, ":", "__")
			}
		}
	}
	return ""
}

// optionBelow is a property below a type that a section fills.
func (j *envJoin) optionBelow(f *File, typ place, above, below string, depth int) (inspect.Value, bool) {
	first, rest, deeper := strings.Cut(below, ".")
	list := j.statements(f, place{typ.space, "", typ.name + "." + first})
	if len(list) == 0 || list[0].wrapper != nil || depth == 0 {
		return inspect.Value{}, false
	}
	v, variable := list[0].export.Value, above+"__"+first
	for _, symbol := range aliases(v) {
		for _, at := range j.places(list[0].file, symbol) {
			if found, ok := j.optionBelow(f, at, variable, rest, depth-1); ok {
				return found, true
			}
		}
	}
	if !setBySection(v) {
		return inspect.Value{}, false
	}
	read := inspect.Value{Source: inspect.Env, Env: []string{variable}}
	if deeper {
		return read, true
	}
	if set, ok := j.appSetting(j.owners[f], variable); ok {
		v = set
	}
	read.Text, read.HasText, read.Secret = v.Text, v.HasText, v.Secret
	return read, true
}

// setBySection reports whether a property of options is one that a section fills, and
// not a constant or made of others.
func setBySection(v inspect.Value) bool { return v.Source == inspect.Input && len(v.Env) == 0 }

// appSetting is what a component's appsettings give the key that a variable sets.
func (j *envJoin) appSetting(c *Component, variable string) (inspect.Value, bool) {
	if c == nil {
		return inspect.Value{}, false
	}
	settings, known := j.dotnet[c]
	if !known {
		settings = map[string]inspect.Value{}
		for _, s := range c.dotnetLayers().effective(c) {
			if s.Value.IsLiteral() && s.File != nil && s.File.Format == inspect.AppSettings {
				settings[strings.ToLower(strings.ReplaceAll(s.Key, ":", "__"))] = s.Value
			}
		}
		j.dotnet[c] = settings
	}
	v, ok := settings[strings.ToLower(variable)]
	return v, ok
}

// filledSections are the variables that fill types of other files, by the section
// that a file says to fill one.
type filledSections map[string][]inspect.EnvRead

func (j *envJoin) filledSections(f *File) filledSections {
	if family(f) != "csharp" {
		return nil
	}
	all := filledSections{}
	for _, s := range f.Signals() {
		e, ok := s.Fact.(inspect.EnvExport)
		if !ok || section(statement{export: e}) == "" {
			continue
		}
		for _, at := range j.places(f, e.Name) {
			if key, ok := j.sectionOf(f, at.space, at.name); ok {
				if reads := j.readsBelow(f, at, key, 4); len(reads) > 0 {
					all[key+"__*"], all["@"+e.Name] = reads, reads
					break
				}
			}
		}
	}
	return all
}

// replace reports whether a fact says that all of a section is read whose
// variables are known.
func (s filledSections) replace(fact inspect.Fact) bool {
	read, ok := fact.(inspect.EnvRead)
	return ok && len(s[read.Name]) > 0
}

// add adds those that a signal says to fill a type, but for what is known.
func (s filledSections) add(signals []inspect.Signal, by inspect.Signal) []inspect.Signal {
	e, ok := by.Fact.(inspect.EnvExport)
	if !ok {
		return signals
	}
	for _, read := range s["@"+e.Name] {
		if !slices.ContainsFunc(signals, func(known inspect.Signal) bool {
			other, ok := known.Fact.(inspect.EnvRead)
			return ok && other.Name == read.Name
		}) {
			signals = append(signals, inspect.Signal{Line: by.Line, EndLine: by.EndLine, Fact: read})
		}
	}
	return signals
}

// readsBelow are the variables that fill a type and what its properties are made
// of.
func (j *envJoin) readsBelow(f *File, typ place, above string, depth int) (reads []inspect.EnvRead) {
	ordered := typ.space.sorted()
	from, _ := slices.BinarySearch(ordered, typ.name+".")
	for _, name := range ordered[from:] {
		property, ok := strings.CutPrefix(name, typ.name+".")
		if !ok {
			break
		}
		list := j.statements(f, place{typ.space, "", name})
		if strings.ContainsAny(property, ".(") || len(list) == 0 || list[0].wrapper != nil {
			continue
		}
		v := list[0].export.Value
		for _, symbol := range aliases(v) {
			for _, at := range j.places(list[0].file, symbol) {
				if depth > 0 {
					reads = append(reads, j.readsBelow(f, at, above+"__"+property, depth-1)...)
				}
			}
		}
		if setBySection(v) {
			read := inspect.EnvRead{Name: above + "__" + property, Via: "IConfiguration.Bind", Secret: inspect.IsSecretName(property)}
			if v.HasText {
				read.Fallback = v
				read.Fallback.Source = inspect.Literal
			}
			reads = append(reads, read)
		}
	}
	return reads
}
