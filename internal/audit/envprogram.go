package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// What the files of one program state by names of its own, in languages whose
// names do not say which file they are of: PHP and Ruby.

// program is the files that see each other's names: those of a component, or of
// none below one manifest.
type program struct {
	dir      string
	files    []*File
	spaces   map[string]*space // by family
	settings map[string][]fileSetting
}

// programOf is the program that a file belongs to.
func (j *envJoin) programOf(f *File) *program {
	if c := j.owners[f]; c != nil {
		if j.programs[c] == nil {
			j.programs[c] = &program{dir: c.Path, files: c.Files, spaces: map[string]*space{}}
		}
		return j.programs[c]
	}
	dir := j.manifestDir(f)
	if j.ownerless[dir] == nil {
		p := &program{dir: dir, spaces: map[string]*space{}}
		for _, other := range j.repo.Files {
			if j.owners[other] == nil && j.manifestDir(other) == dir {
				p.files = append(p.files, other)
			}
		}
		j.ownerless[dir] = p
	}
	return j.ownerless[dir]
}

// manifestDir is the directory above a file that holds a manifest of its program.
func (j *envJoin) manifestDir(f *File) string {
	for dir := f.Dir(); ; dir = parentOf(dir) {
		if dir == "." || j.repo.File(dir+"/composer.json") != nil || j.repo.File(dir+"/Gemfile") != nil {
			return dir
		}
	}
}

// names is the index of what the program's files state in a language.
func (p *program) names(kind string) *space {
	if known := p.spaces[kind]; known != nil {
		return known
	}
	s := &space{names: map[string][]statement{}}
	p.spaces[kind] = s
	for _, f := range p.files {
		if family(f) == kind && f.Role.CanViolate() && (hasFact[inspect.EnvExport](f) || hasFact[inspect.EnvWrapper](f)) {
			s.add(f)
		}
	}
	return s
}

// setting is a setting of the program's files, of one kind: of Laravel's
// "config/mail.php" (config), of Symfony's container (parameter), …
func (j *envJoin) setting(f *File, kind, key string) (v inspect.Value, ok bool) {
	p := j.programOf(f)
	if p.settings == nil {
		p.settings = p.fileSettings()
	}
	list := p.settings[kind+":"+key]
	own := narrowed(list, func(s fileSetting) bool { return s.own })
	for _, s := range own {
		if !slices.Equal(s.value.Env, own[0].value.Env) || s.value.Source != own[0].value.Source {
			return v, false // which of them is not known
		}
	}
	if len(own) == 0 {
		return v, false
	}
	v = j.resolve(own[0].file, own[0].value)
	return v, v.FromEnv()
}

// fileSetting is a setting that code of other files may ask for.
type fileSetting struct {
	file  *File
	value inspect.Value
	own   bool // it stands where the application has its settings, not a package of it
}

// fileSettings are the program's settings by their kind and key.
func (p *program) fileSettings() map[string][]fileSetting {
	list := map[string][]fileSetting{}
	for s := range FactsIn[inspect.Setting](p.files) {
		if !s.File.Role.CanViolate() || !forProduction(s.Fact.Profile) {
			continue
		}
		if kind, key := settingKind(s.File, s.Fact.Key); key != "" {
			own := strings.HasPrefix(strings.ToLower(s.File.Path), strings.ToLower(path.Join(p.dir, "config"))+"/")
			list[kind+":"+key] = append(list[kind+":"+key], fileSetting{s.File, s.Fact.Value, own})
		}
		if key, sinatra := strings.CutPrefix(s.Fact.Key, "sinatra."); sinatra {
			list["sinatra:"+key] = append(list["sinatra:"+key], fileSetting{s.File, s.Fact.Value, s.Fact.Profile != ""})
		}
		if key, own := railsKind(s.File, s.Fact.Key); key != "" {
			list["rails:"+key] = append(list["rails:"+key], fileSetting{s.File, s.Fact.Value, own})
		}
	}
	return list
}

// settingKind says how code asks for a file's setting, if it does.
func settingKind(f *File, key string) (kind, asked string) {
	below, inConfig := belowConfig(f.Path)
	if !inConfig {
		return "", ""
	}
	switch family(f) {
	case "php":
		return "config", strings.ReplaceAll(strings.TrimSuffix(below, ".php"), "/", ".") + "." + key
	case "":
		if name, parameter := strings.CutPrefix(key, "parameters."); parameter {
			return "parameter", name
		}
	}
	return "", ""
}

// belowConfig is a path below the directory "config" that it lies in.
func belowConfig(name string) (below string, ok bool) {
	parts := strings.Split(name, "/")
	for i := len(parts) - 2; i >= 0; i-- {
		if strings.EqualFold(parts[i], "config") {
			return strings.Join(parts[i+1:], "/"), true
		}
	}
	return "", false
}

// forProduction reports whether a profile is one of a deploy.
func forProduction(profile string) bool {
	return profile == "" || strings.EqualFold(profile, "prod") || strings.EqualFold(profile, "production")
}
