package audit

import (
	"strings"

	"twelvefold/internal/inspect"
)

// Settings that a framework hands from one file to another, by names of its own.

// frameworkSetting is what a symbol of a framework's settings stands for;
// framework is false for any other symbol.
func (j *envJoin) frameworkSetting(f *File, symbol string) (v inspect.Value, ok, framework bool) {
	switch family(f) {
	case "php":
		v, ok = j.phpSetting(f, symbol)
		return v, ok, true
	case "ruby":
		v, ok = j.rubySetting(f, symbol)
		return v, ok, true
	}
	c := j.owners[f]
	if key, found := strings.CutPrefix(symbol, "django.conf.settings."); found {
		v, ok = j.djangoSetting(c, key)
		return v, ok, true
	}
	if key, found := strings.CutPrefix(symbol, "flask:"); found {
		v, ok = j.flaskSetting(f, key)
		return v, ok, true
	}
	if _, _, found := inspect.KeyOf(symbol); found {
		v, ok = j.keySetting(f, symbol)
		return v, ok, true
	}
	if key, found := strings.CutPrefix(symbol, "spring:"); found {
		return j.springSetting(c, key), true, true
	}
	if key, found := strings.CutPrefix(symbol, "conf:"); found {
		v, ok = j.confSetting(c, key)
		return v, ok, true
	}
	return v, false, false
}

// djangoSetting is a setting of the module that a deploy loads. What is known of
// the setting that it is a part of is known of it too.
func (j *envJoin) djangoSetting(c *Component, key string) (inspect.Value, bool) {
	if c == nil {
		return inspect.Value{}, false
	}
	settings := j.django[c]
	if settings == nil {
		settings = map[string]EffectiveSetting{}
		j.django[c] = settings
		for _, s := range c.djangoLayers().effective(c) {
			settings[s.Key] = s
		}
	}
	whole := key
	for part := false; ; part = true {
		if s, ok := settings[key]; ok {
			v := j.resolve(s.File, s.Value)
			if part {
				v.Text, v.HasText, v.Secret = "", false, nil
			}
			return v, v.FromEnv()
		}
		dot := strings.LastIndexByte(key, '.')
		if dot < 0 {
			return j.djangoName(c, whole)
		}
		key = key[:dot]
	}
}

// djangoName is a name of the settings module that is none of Django's own.
func (j *envJoin) djangoName(c *Component, name string) (inspect.Value, bool) {
	tops, known := j.djangoTops[c]
	if !known {
		tops = c.djangoTops(c.djangoModules())
		j.djangoTops[c] = tops
	}
	if len(tops) != 1 {
		return inspect.Value{}, false
	}
	return j.valueAt(tops[0], place{j.fileSpace(tops[0]), "", name})
}

// flaskSetting is an entry of an application's config: one that is assigned, one
// of an object that it is filled from, or else a variable with Flask's prefix
// where the application takes those.
func (j *envJoin) flaskSetting(f *File, key string) (inspect.Value, bool) {
	c := j.owners[f]
	if c == nil {
		return inspect.Value{}, false
	}
	all := j.flask(c)
	var found []inspect.Value
	for _, s := range all.names[key] {
		if v := j.resolve(s.file, s.export.Value); v.FromEnv() {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		for _, s := range all.names["*"] {
			for _, symbol := range aliases(s.export.Value) {
				if v, ok := j.exported(s.file, symbol+"."+key); ok {
					found = append(found, v)
				}
			}
		}
	}
	if len(found) == 0 {
		for _, s := range all.names["*"] {
			if v := s.export.Value; v.FromEnv() && len(v.Env) == 1 {
				name := v.Env[0] + strings.ReplaceAll(key, ".", "__")
				read := inspect.EnvRead{Name: name, Via: "flask.Config.from_prefixed_env", Secret: inspect.IsSecretName(name)}
				j.prefixed[question{f, "flask:" + key}] = read
				return readValue(read), true
			}
		}
		return inspect.Value{}, false
	}
	for _, v := range found[1:] {
		if strings.Join(v.Env, " ") != strings.Join(found[0].Env, " ") {
			return inspect.Value{}, false // which of them is not known
		}
	}
	return found[0], true
}

// flask is the index of what a component's files give to an application's config.
func (j *envJoin) flask(c *Component) *space {
	key := spaceKey{family: "flask", dir: c.Path}
	if known := j.spaces[key]; known != nil {
		return known
	}
	s := &space{names: map[string][]statement{}}
	j.spaces[key] = s
	for _, f := range c.Files {
		if family(f) != "python" || !f.Role.CanViolate() || !hasFact[inspect.EnvExport](f) {
			continue
		}
		for _, signal := range f.Signals() {
			if e, ok := signal.Fact.(inspect.EnvExport); ok {
				if name, given := strings.CutPrefix(e.Name, "flask:"); given {
					s.names[name] = append(s.names[name], statement{file: f, export: e})
				}
			}
		}
	}
	return s
}
