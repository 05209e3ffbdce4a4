package audit

import (
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// EffectiveSetting is the value that a framework's setting has in production
// (guard G6 of rules.md), after what inherits, profiles and the environment
// make of it.
type EffectiveSetting struct {
	Key       string
	Value     inspect.Value // Source Unknown when several values may hold
	At        Place         // of the value that holds
	File      *File
	Overrides []Place // values of other files that it stands above, nearest first
	Framework string  // "django", "spring", "dotnet", "rails", "symfony"; "" for settings of one file
}

// EffectiveSettings lists the component's settings as production has them, by
// key. One file's settings stand above another's:
//
//	django  the settings module of the deploy (DJANGO_SETTINGS_MODULE in a start
//	        command or descriptor, else wsgi.py's or manage.py's default, else the
//	        one named for production) over what it imports with * or includes;
//	        what only debugging sets is left out
//	spring  application-<profile> and a document's profile over application.yml,
//	        .properties over .yml, variables of descriptors over both
//	dotnet  appsettings.Production.json over appsettings.json, variables over both
//	rails   config/environments/production.rb over config/application.rb, and the
//	        production section of YAML files alone
//	symfony config/packages/prod over config/packages, services over both, and in
//	        each file when@prod over the rest; config_prod.yml over config.yml
//
// What only development or tests read is left out. A key to which one file
// gives several values on its own is unknown, never a guess.
func (c *Component) EffectiveSettings() []EffectiveSetting {
	var list []EffectiveSetting
	layered := map[*File]bool{}
	for _, family := range []func() layers{c.djangoLayers, c.springLayers, c.dotnetLayers, c.railsLayers, c.symfonyLayers} {
		l := family()
		for _, f := range l.all {
			layered[f] = true
		}
		list = append(list, l.effective(c)...)
	}
	var rest layers
	for _, f := range c.Files {
		if !layered[f] && (f.Role == source.Prod || f.Role == source.DeployProd) && hasFact[inspect.Setting](f) {
			rest = layers{files: []*File{f}}
			list = append(list, rest.effective(c)...)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list
}

// EffectiveSetting is the first of the component's settings with this key; ok
// is false when there is none. Unknown values are returned as such.
func (c *Component) EffectiveSetting(key string) (found EffectiveSetting, ok bool) {
	for _, s := range OfComponent(c, (*Component).EffectiveSettings) {
		if s.Key == key {
			return s, true
		}
	}
	return found, false
}

// layers are files of settings, those that stand above others last.
type layers struct {
	framework string
	files     []*File
	spans     []span            // of files, where a file's parts stand above each other; else each as a whole
	ordered   bool              // in a file, what stands later holds
	options   map[string]string // what start commands set above all, by key; "" where they differ
	replaces  bool              // a setting replaces all that was set below its name before
	all       []*File           // with those that production does not read
	holds     func(profile string) bool
	variable  func(key string) []string // environment variables that stand above a key
	anyCase   bool                      // keys and variables are the same in upper and lower case
}

// name is a key or a variable as the framework compares it.
func (l layers) name(key string) string {
	if l.anyCase {
		return strings.ToLower(key)
	}
	return key
}

// span is the lines of a file that stand together.
type span struct {
	file     *File
	from, to int  // lines behind from up to and with to
	maybe    bool // whether production reads it is not known

	class string // whose attributes they are; "" for settings of the file itself
}

const lastLine = 1 << 30

// effective merges the layers.
func (l layers) effective(c *Component) []EffectiveSetting {
	byKey := map[string]*EffectiveSetting{}
	var order []string
	for _, f := range l.files {
		l.spans = append(l.spans, span{file: f, to: lastLine})
	}
	for _, part := range l.spans {
		settings, whole := fileSettings(part, l.holds, l.ordered)
		if l.replaces {
			set := map[string]bool{}
			for _, s := range settings {
				set[s.Key] = true
			}
			for key := range byKey {
				if whole[rootOf(key)] && !set[key] {
					delete(byKey, key)
				}
			}
		}
		for _, s := range settings {
			key := l.name(s.Key)
			known := byKey[key]
			if known == nil {
				order = append(order, key)
			} else {
				s.Overrides = append([]Place{known.At}, known.Overrides...)
			}
			s.Framework = l.framework
			byKey[key] = &s
		}
	}
	provided := map[string]Provided{}
	if l.variable != nil {
		for _, p := range c.Provided() {
			if p.Environment == Production {
				provided[l.name(p.Name)] = p
			}
		}
	}
	list := make([]EffectiveSetting, 0, len(order))
	for _, key := range order {
		s := byKey[key]
		if s == nil { // replaced, or listed before
			continue
		}
		delete(byKey, key)
		if l.variable != nil {
			for _, name := range l.variable(s.Key) {
				given, ok := provided[l.name(name)]
				if !ok {
					continue
				}
				s.Overrides = append([]Place{s.At}, s.Overrides...)
				s.Value, s.At, s.File = inspect.Value{Source: inspect.Unknown}, given.At(), given.File
				if p, ok := c.ProvidedIn(Production, given.Name); ok {
					s.Value, s.At, s.File = p.Value, p.At(), p.File
				}
				break
			}
		}
		if text, ok := l.options[key]; ok {
			s.Overrides = append([]Place{s.At}, s.Overrides...)
			if s.Value = inspect.LiteralOf(lastPart(key), text); text == "" {
				s.Value = inspect.Value{Source: inspect.Unknown}
			}
		}
		list = append(list, *s)
	}
	return list
}

// rootOf is the name that a Django setting is assigned to: DATABASES of
// DATABASES.default.HOST.
func rootOf(key string) string {
	root, _, _ := strings.Cut(key, ".")
	return root
}

// fileSettings are the settings of a file's part, one for each key: a document
// of a profile that holds stands above the plain ones, and of two equal ones
// neither is known, unless the later one holds; nor is one that is set only
// under some condition. Whole are
// the names that are set anew.
func fileSettings(part span, holds func(profile string) bool, ordered bool) (list []EffectiveSetting, whole map[string]bool) {
	byKey := map[string]int{}
	ranks := map[string]bool{}
	whole = map[string]bool{}
	f := part.file
	for s := range FactsIn[inspect.Setting]([]*File{f}, f.Role) {
		profiled := s.Fact.Profile != ""
		if s.Fact.Class != part.class || s.Line <= part.from || s.Line > part.to || profiled && holds != nil && !holds(s.Fact.Profile) {
			continue
		}
		e := EffectiveSetting{Key: s.Fact.Key, Value: s.Fact.Value, At: s.At(), File: f}
		if part.maybe || s.Fact.Conditional {
			e.Value = inspect.Value{Source: inspect.Unknown}
		} else if !s.Fact.Part {
			whole[rootOf(e.Key)] = true
		}
		i, known := byKey[e.Key]
		switch {
		case !known:
			byKey[e.Key], ranks[e.Key] = len(list), profiled
			list = append(list, e)
		case ordered || profiled && !ranks[e.Key]:
			e.Overrides = []Place{list[i].At}
			list[i], ranks[e.Key] = e, true
		case profiled == ranks[e.Key] && (list[i].Value.Text != e.Value.Text || list[i].Value.Source != e.Value.Source):
			list[i].Value = inspect.Value{Source: inspect.Unknown}
		}
	}
	return list, whole
}

// productionNames are what people call the environment that users meet.
var productionNames = []string{"production", "prod", "live"}

// activeProfiles are the profiles that a deploy names in one of the variables,
// else those whose names say production.
func (c *Component) activeProfiles(variables ...string) []string {
	for _, name := range variables {
		if p, ok := c.ProvidedIn(Production, name); ok && p.Value.IsLiteral() && p.Value.Text != "" {
			return strings.FieldsFunc(strings.ToLower(p.Value.Text), func(r rune) bool { return r == ',' || r == ' ' })
		}
	}
	return productionNames
}

// startOption is the value that running processes are started with for one of
// the options, "name=value" or "name value"; ok is false when they differ.
func (c *Component) startOption(names ...string) (value string, ok bool) {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for i, word := range s.Argv {
				name, given, joined := strings.Cut(word, "=")
				if !slices.Contains(names, name) || !s.Certain() && !s.Exec {
					continue
				}
				if !joined && i+1 < len(s.Argv) {
					given = s.Argv[i+1]
				}
				if given == "" || unresolved(given) || ok && given != value {
					return "", false
				}
				value, ok = given, true
			}
		}
	}
	return value, ok
}
