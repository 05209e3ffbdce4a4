package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
)

// What Ruby files say of the environment to each other: see package ruby's symbols.

// rubySetting is what a symbol of a Ruby file stands for.
func (j *envJoin) rubySetting(f *File, symbol string) (v inspect.Value, ok bool) {
	p := j.programOf(f)
	if key, rails := strings.CutPrefix(symbol, "rails:"); rails {
		return j.railsSetting(f, key)
	}
	if key, named := strings.CutPrefix(symbol, "config_for:"); named {
		name, below, _ := strings.Cut(key, ".")
		return j.yamlSetting(p, "/"+name+".yml", below)
	}
	for _, at := range j.rubyPlaces(f, symbol) {
		if s, known := j.agreed(f, at.space.names[at.name]); known && s.wrapper == nil {
			v = j.resolve(s.file, s.export.Value)
			return v, v.FromEnv()
		}
	}
	if key, own := sinatraKey(symbol[strings.LastIndexByte(symbol, '|')+1:]); own {
		if v, ok = j.setting(f, "sinatra", key); ok {
			return v, true
		}
	}
	if key, settings := strings.CutPrefix(symbol[strings.LastIndexByte(symbol, '|')+1:], "Settings."); settings {
		for _, name := range []string{"/settings/production.yml", "/settings.yml", "/application.yml"} {
			if v, ok = j.yamlSetting(p, name, key); ok {
				return v, true
			}
		}
	}
	return v, false
}

// sinatraKey is the setting of Sinatra or Padrino that code asks its class or an
// instance of it for: settings.redis_url, App.settings.redis_url.
func sinatraKey(symbol string) (key string, ok bool) {
	_, key, ok = strings.Cut("."+symbol, ".settings.")
	return key, ok && key != "" && !strings.Contains(key, ".")
}

// rubyPlaces are where a constant may be known, or what it is asked for: in the
// namespaces around the place, the innermost first.
func (j *envJoin) rubyPlaces(f *File, symbol string) []place {
	names := j.programOf(f).names("ruby")
	around, name, inside := strings.Cut(symbol, "|")
	if !inside {
		around, name = "", symbol
	}
	name = strings.Replace(strings.Replace(name, ".instance.", ".new.", 1), ".configuration.", ".config.", 1)
	var list []place
	for ; around != ""; around = around[:max(strings.LastIndexByte(around, '/'), 0)] {
		list = append(list, place{names, "", around + "/" + name})
	}
	return append(list, place{names, "", name})
}

// railsSetting is a setting of the application: Rails.configuration.redis_url, or
// an entry of a file that is one.
func (j *envJoin) railsSetting(f *File, key string) (inspect.Value, bool) {
	for name, rest := key, ""; ; {
		if v, ok := j.setting(f, "rails", name); ok {
			if rest != "" {
				v.Text, v.HasText, v.Secret = "", false, nil
			}
			return v, true
		}
		for _, s := range j.programOf(f).settings["rails:"+name] {
			for _, symbol := range aliases(s.value) {
				if v, ok := j.exported(s.file, symbol+rest); ok {
					return v, true
				}
			}
		}
		dot := strings.LastIndexByte(name, '.')
		if dot < 0 {
			return inspect.Value{}, false
		}
		name, rest = name[:dot], name[dot:]+rest
	}
}

// railsKind says how code asks for a setting of Rails; own is production's.
func railsKind(f *File, key string) (asked string, own bool) {
	asked, ok := strings.CutPrefix(key, "rails.")
	environment := strings.TrimSuffix(path.Base(f.Path), ".rb")
	inEnvironments := path.Base(f.Dir()) == "environments"
	if !ok || inEnvironments && environment != "production" {
		return "", false
	}
	return asked, inEnvironments
}

// yamlSetting is an entry of a YAML file that Ruby fills in, as production has it.
func (j *envJoin) yamlSetting(p *program, name, key string) (v inspect.Value, ok bool) {
	for _, f := range p.files {
		if family(f) != "" || !f.Role.CanViolate() || !strings.HasSuffix(f.Path, name) || !hasFact[inspect.EnvExport](f) {
			continue
		}
		if below, inConfig := belowConfig(f.Path); !inConfig || "/"+below != name {
			continue
		}
		for _, asked := range []string{"production." + key, "shared." + key, "default." + key, "defaults." + key, key} {
			for e := range FactsIn[inspect.EnvExport]([]*File{f}) {
				if e.Fact.Name == asked {
					return e.Fact.Value, true
				}
			}
		}
	}
	return v, false
}
