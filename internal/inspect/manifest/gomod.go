package manifest

import (
	"errors"
	"strings"

	"golang.org/x/mod/modfile"

	"twelvefold/internal/inspect"
)

// GoMod reads go.mod.
func GoMod(e *inspect.Emitter, content []byte) error {
	f, err := modfile.Parse("go.mod", content, nil)
	if err != nil {
		return modError(err)
	}
	m := inspect.Manifest{Ecosystem: inspect.GoMod, Manager: "go"}
	line := 1
	if f.Module != nil {
		m.Name = f.Module.Mod.Path
		line = f.Module.Syntax.Start.Line
	}
	e.Emit(line, line, m)
	if f.Go != nil {
		at := f.Go.Syntax.Start.Line
		e.Emit(at, at, inspect.RuntimeVersion{Runtime: "go", Version: f.Go.Version, Via: "go directive"})
	}
	if f.Toolchain != nil {
		at := f.Toolchain.Syntax.Start.Line
		e.Emit(at, at, inspect.RuntimeVersion{Runtime: "go", Version: strings.TrimPrefix(f.Toolchain.Name, "go"), Via: "toolchain directive"})
	}
	for _, r := range f.Require {
		d := inspect.Dependency{Ecosystem: inspect.GoMod, Name: r.Mod.Path, Constraint: r.Mod.Version, Group: inspect.Runtime, Exact: true, Indirect: r.Indirect}
		for _, replace := range f.Replace {
			if replace.Old.Path != r.Mod.Path || replace.Old.Version != "" && replace.Old.Version != r.Mod.Version {
				continue
			}
			d.Location = replace.New.Path
			if replace.New.Version == "" {
				d.Origin = "path"
			}
		}
		at := r.Syntax.Start.Line
		e.Emit(at, at, d)
	}
	return nil
}

// modError is a parse error without the file's name, and with one line.
func modError(err error) error {
	var list modfile.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		if list[0].Pos.Line > 0 {
			return inspect.ParseError(list[0].Pos.Line, "%s", inspect.ShortError(list[0].Err.Error()))
		}
		return errors.New(inspect.ShortError(list[0].Err.Error()))
	}
	return errors.New(inspect.ShortError(err.Error()))
}

// GoWork reads go.work.
func GoWork(e *inspect.Emitter, content []byte) error {
	f, err := modfile.ParseWork("go.work", content, nil)
	if err != nil {
		return modError(err)
	}
	m := inspect.Manifest{Ecosystem: inspect.GoMod, Manager: "go", Private: true}
	for _, use := range f.Use {
		m.Workspaces = append(m.Workspaces, use.Path)
	}
	e.Emit(1, 1, m)
	if f.Go != nil {
		at := f.Go.Syntax.Start.Line
		e.Emit(at, at, inspect.RuntimeVersion{Runtime: "go", Version: f.Go.Version, Via: "go.work"})
	}
	if f.Toolchain != nil {
		at := f.Toolchain.Syntax.Start.Line
		e.Emit(at, at, inspect.RuntimeVersion{Runtime: "go", Version: strings.TrimPrefix(f.Toolchain.Name, "go"), Via: "toolchain directive"})
	}
	for _, replace := range f.Replace {
		if replace.New.Version != "" {
			continue
		}
		// a module asks for it, and the workspace takes it from a place
		at := replace.Syntax.Start.Line
		e.Emit(at, at, inspect.Dependency{Ecosystem: inspect.GoMod, Name: replace.Old.Path, Constraint: replace.Old.Version, Group: inspect.Runtime, Origin: "path", Location: replace.New.Path, Indirect: true})
	}
	return nil
}

// GoSum reads go.sum: the modules whose content is pinned, not only their
// go.mod files.
func GoSum(e *inspect.Emitter, content []byte) error {
	all := newLocked()
	number := 0
	var first error
	for line := range strings.Lines(string(content)) {
		number++
		words := strings.Fields(line)
		switch {
		case len(words) == 0:
		case len(words) != 3:
			if first == nil {
				first = inspect.ParseError(number, "a line has a module, its version and a hash")
			}
		case !strings.HasSuffix(words[1], "/go.mod"):
			all.add(words[0], words[1], false)
		}
	}
	e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.GoMod, Manager: "go", Packages: all.packages()})
	return first
}
