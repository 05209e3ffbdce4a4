package python

import (
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// isDjangoSettings tells a settings file by what it assigns at module level,
// or by a wildcard import of another settings file beside uppercase names.
// Importing django.conf.settings shows a reader of settings, not their file.
func (p *pythonFile) isDjangoSettings() bool {
	if p.modules["configurations"] && p.holdsConfiguration() {
		return true
	}
	names := p.scopes[0]
	count := 0
	for _, key := range []string{"INSTALLED_APPS", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "DATABASES", "ROOT_URLCONF", "WSGI_APPLICATION", "TEMPLATES"} {
		if b := names[key]; b != nil && len(b.values) > 0 {
			count++
		}
	}
	if count > 0 {
		return count > 1 || names["INSTALLED_APPS"] != nil || names["DATABASES"] != nil
	}
	inherits, upper := false, false
	only, known := 0, 0
	for c := p.tree.Root().First(); c.OK(); c = c.Next() {
		if c.Is("import_from_statement") {
			module := c.Field("module_name").Text()
			last := module[strings.LastIndex(module, ".")+1:]
			wildcard := false
			for name := c.First(); name.OK(); name = name.Next() {
				wildcard = wildcard || name.Is("wildcard_import")
			}
			inherits = inherits || module == "django.conf.global_settings" || wildcard && (last == "base" || last == "common" || last == "settings" || last == "defaults" || strings.Contains(module, "settings"))
		}
	}
	for name, b := range names {
		if len(b.values) > 0 && !p.modules["flask"] {
			if djangoOnly[name] {
				only++
			}
			if djangoOnly[name] || djangoToo.MatchString(name) {
				known++
			}
		}
		upper = upper || len(b.values) > 0 && isUpper(name)
	}
	return inherits && upper || only > 0 && known > 1
}

// djangoToo are settings that Django has, and others may have too.
var djangoToo = regexp.MustCompile(`^(EMAIL_|SESSION_|CSRF_|SECURE_|STATIC_|STATICFILES_|MEDIA_URL|CACHE_|TIME_ZONE|USE_TZ|USE_I18N|LANGUAGES|LOGGING|CELERY_|DEFAULT_FROM_EMAIL|SERVER_EMAIL|LOGIN_|PASSWORD_|SECRET_KEY$)`)

// djangoOnly are settings that only Django has: a module that sets one of them
// beside another of Django's is a part of its settings.
var djangoOnly = map[string]bool{
	"CACHES": true, "STORAGES": true, "ALLOWED_HOSTS": true, "EMAIL_BACKEND": true, "DEFAULT_FILE_STORAGE": true, "STATICFILES_STORAGE": true, "STATICFILES_DIRS": true,
	"SESSION_ENGINE": true, "DATABASE_ROUTERS": true, "AUTHENTICATION_BACKENDS": true, "AUTH_PASSWORD_VALIDATORS": true, "AUTH_USER_MODEL": true, "CHANNEL_LAYERS": true,
	"CSRF_TRUSTED_ORIGINS": true, "SECURE_SSL_REDIRECT": true, "LANGUAGE_CODE": true, "LOCALE_PATHS": true, "REST_FRAMEWORK": true, "DEFAULT_AUTO_FIELD": true, "FIXTURE_DIRS": true,
}

func isUpper(name string) bool {
	return len(name) > 1 && name[0] >= 'A' && name[0] <= 'Z' && strings.ToUpper(name) == name
}

// settingAssignment states NAME = value and NAME["key"] = value.
func (p *pythonFile) settingAssignment(n syntax.Node) {
	if !p.django || !n.Field("right").OK() {
		return
	}
	class, ok := p.settingClass(n)
	if !ok {
		return
	}
	left, keys := n.Field("left"), []string(nil)
	for left.Is("subscript") {
		key, ok := p.literal(left.Field("subscript"))
		if !ok {
			return
		}
		keys, left = append([]string{key}, keys...), left.Field("value")
	}
	if left.Is("identifier") && isUpper(left.Text()) {
		p.settings(n, strings.Join(append([]string{left.Text()}, keys...), "."), n.Field("right"), len(keys) > 0, class)
	}
}

// settingAppend states NAME += […] as further elements of NAME.
func (p *pythonFile) settingAppend(n syntax.Node) {
	left := n.Field("left")
	if p.django && left.Is("identifier") && isUpper(left.Text()) && !n.Up("function_definition", "class_definition").OK() {
		p.settings(n, left.Text(), n.Field("right"), true, "")
	}
}

// settings states what one assignment sets, and when it does.
func (p *pythonFile) settings(at syntax.Node, key string, value syntax.Node, part bool, class string) {
	first := len(p.Signals)
	p.setting(at, key, value, 0)
	debug, conditional, production := p.debugOnly(at), conditionally(at), p.productionOnly(at)
	for i, s := range p.Signals[first:] {
		if fact, ok := s.Fact.(inspect.Setting); ok {
			fact.Class = class
			fact.Part, fact.Conditional = part, conditional && !debug && !production
			switch {
			case debug:
				fact.Profile = "debug"
			case production:
				fact.Profile = "production"
			}
			p.Signals[first+i].Fact = fact
		}
	}
}

// conditionally reports whether a statement is run only sometimes in
// production: not what stands there where debugging is off.
func conditionally(n syntax.Node) bool {
	for s := n.Up("if_statement", "try_statement"); s.OK(); s = s.Up("if_statement", "try_statement") {
		condition := s.Field("condition")
		switch {
		case s.Is("try_statement"):
			if clause := n.Up("except_clause"); clause.OK() && clause.Inside(s) {
				return true
			}
		case n.Inside(s.Field("consequence")):
			if !condition.Is("not_operator") || !pyDebugCondition(condition.Field("argument")) {
				return true
			}
		case s.Field("alternative").Is("else_clause") && pyDebugCondition(condition):
		default:
			return true
		}
	}
	return false
}

// settingsModule states which Django settings a program loads:
// os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings".
func (p *pythonFile) settingsModule(n syntax.Node) {
	left := n.Field("left")
	if !left.Is("subscript") || p.resolve(left.Field("value")) != "os.environ" {
		return
	}
	if name, ok := p.literal(left.Field("subscript")); ok && name == "DJANGO_SETTINGS_MODULE" {
		p.state(n, inspect.Setting{Key: "environ." + name, Value: p.evaluate(n.Field("right")).Kept(false)})
	}
}

// splitSettings states the files that django-split-settings puts together as
// wildcard imports: include("base.py", optional("local.py"), f"env/{x}.py").
// A pattern, or what the environment chooses, ends in a star.
func (p *pythonFile) splitSettings(c pyCall) {
	if c.name != "split_settings.tools.include" && c.name != "split_settings.include" {
		return
	}
	for i := range 32 {
		arg := c.args.arg(i)
		if !arg.OK() {
			return
		}
		guarded := false
		if arg.Is("call") && strings.HasSuffix(p.callee(arg), ".optional") {
			arg, guarded = pyArgsOf(arg).arg(0), true
		}
		v := p.evaluate(arg).Kept(false)
		name, ok := strings.CutSuffix(v.Text, ".py")
		chosen := v.FromEnv()
		if !ok && !chosen || strings.HasPrefix(name, "/") || strings.Contains(name, "..") {
			continue
		}
		if at := strings.LastIndexByte(name, '/'); chosen || strings.ContainsAny(name, "*?[") {
			name = name[:at+1] + "*"
		}
		p.state(arg, inspect.Import{Path: "." + strings.ReplaceAll(name, "/", "."), Names: []string{"*"}, Guarded: guarded || chosen, Dynamic: true})
	}
}

// setting states a value, or each entry of a dict and each text of a list.
func (p *pythonFile) setting(at syntax.Node, key string, value syntax.Node, depth int) {
	if value.Is("identifier") {
		if choices := p.dicts(value); len(choices) > 0 && depth < 6 {
			for _, dict := range choices {
				p.setting(dict, key, dict, depth+1)
			}
			return
		}
	}
	switch {
	case depth > 6:
	case value.Is("dictionary") || value.Is("call") && value.Field("function").Text() == "dict":
		p.entries(value, func(name string, pair, v syntax.Node) { p.setting(pair, key+"."+name, v, depth+1) })
		return
	case value.Is("list", "tuple"):
		i := 0
		for c := value.First(); c.OK(); c = c.Next() {
			if c.Is("comment") {
				continue
			}
			p.setting(c, key+"."+strconv.Itoa(i), c, depth+1)
			i++
		}
		return
	case value.Is("binary_operator") && value.Has("+") && (value.Field("left").Is("list") || value.Field("right").Is("list")):
		p.setting(value.Field("left"), key, value.Field("left"), depth+1)
		p.setting(value.Field("right"), key, value.Field("right"), depth+1)
		return
	}
	p.state(at, inspect.Setting{Key: key, Value: p.evaluate(value).Kept(inspect.IsSecretName(settingName(key)))})
}

// settingName is the last name of a dotted key, places in lists left out.
func settingName(key string) string {
	for key != "" {
		last := key[strings.LastIndex(key, ".")+1:]
		if _, err := strconv.Atoi(last); err != nil {
			return last
		}
		key = strings.TrimSuffix(strings.TrimSuffix(key, last), ".")
	}
	return ""
}

// djangoEngines are the services behind Django's database and cache backends.
var djangoEngines = []struct {
	word    string
	service inspect.Service
}{
	{"postg", inspect.Postgres}, {"timescale", inspect.Postgres}, {"mysql", inspect.MySQL}, {"sqlite", inspect.SQLite}, {"spatialite", inspect.SQLite}, {"redis", inspect.Redis},
	{"memcache", inspect.Memcached}, {"libmc", inspect.Memcached}, {"mongo", inspect.MongoDB}, {"djongo", inspect.MongoDB},
}

func djangoService(engine string) (inspect.Service, bool) {
	engine = strings.ToLower(engine)
	if strings.Contains(engine, "locmem") { // LocMemCache has memcache in its name: a dictionary of the process
		return "", false
	}
	for _, e := range djangoEngines {
		if strings.Contains(engine, e.word) {
			return e.service, true
		}
	}
	return inspect.Database, false
}

// djangoClients states the databases, caches, channel layers and mail of a
// settings file.
func (p *pythonFile) djangoClients() {
	if !p.django {
		return
	}
	p.djangoEach("DATABASES", func(at, config syntax.Node) {
		if !config.Is("dictionary") {
			if v := p.evaluate(config); v.Source == inspect.Env || v.Source == inspect.Literal {
				p.state(at, inspect.Client{Service: serviceOf(v.Text, inspect.Database), Via: "django.DATABASES", Handle: v.Kept(false), Debug: p.debugOnly(at)})
			}
			return
		}
		service, _ := djangoService(p.evaluate(p.entry(config, "ENGINE")).Text)
		handle := p.entry(config, "HOST")
		if service == inspect.SQLite || !handle.OK() {
			handle = p.entry(config, "NAME")
		}
		p.state(at, inspect.Client{Service: service, Via: "django.DATABASES", Handle: p.valueOf(handle), Debug: p.debugOnly(at)})
	})
	p.djangoEach("CACHES", func(at, config syntax.Node) {
		if !config.Is("dictionary") {
			return
		}
		if service, known := djangoService(p.evaluate(p.entry(config, "BACKEND")).Text); known {
			p.state(at, inspect.Client{Service: service, Via: "django.CACHES", Handle: p.handleOf(p.entry(config, "LOCATION"))})
		}
	})
	p.djangoEach("CHANNEL_LAYERS", func(_, config syntax.Node) {
		hosts := p.entry(p.entry(config, "CONFIG"), "hosts")
		if strings.HasPrefix(p.evaluate(p.entry(config, "BACKEND")).Text, "channels_redis.") && hosts.OK() {
			p.state(hosts, inspect.Client{Service: inspect.Redis, Via: "django.CHANNEL_LAYERS", Handle: p.handleOf(hosts)})
		}
	})
	if b := p.scopes[0]["EMAIL_HOST"]; b != nil {
		for _, v := range b.values {
			if v.OK() {
				p.state(v.Parent(), inspect.Client{Service: inspect.SMTP, Via: "django.EMAIL_HOST", Handle: p.valueOf(v)})
			}
		}
	}
}

// djangoEach calls each with the aliases of DATABASES or CACHES, assigned as a
// whole or one by one.
func (p *pythonFile) djangoEach(name string, each func(at, config syntax.Node)) {
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("function_definition") || n.Is("class_definition") && !p.isConfiguration(n, 0) {
			return false
		}
		if !n.Is("assignment") || !n.Field("right").OK() {
			return true
		}
		left, right := n.Field("left"), n.Field("right")
		switch {
		case left.Text() == name:
			p.entries(right, func(_ string, pair, config syntax.Node) { p.choices(pair, config, each) })
		case left.Is("subscript") && left.Field("value").Text() == name && left.Field("subscript").Is("string"):
			p.choices(n, right, each)
		}
		return true
	})
}

// choices calls each with a configuration, or with all dicts that the name in
// its place is assigned in branches.
func (p *pythonFile) choices(at, config syntax.Node, each func(at, config syntax.Node)) {
	dicts := p.dicts(config)
	for _, dict := range dicts {
		each(dict, dict)
	}
	if len(dicts) == 0 {
		each(at, config)
	}
}

// dicts are the dict displays that a name is assigned.
func (p *pythonFile) dicts(n syntax.Node) []syntax.Node {
	var list []syntax.Node
	if n.Is("identifier") {
		if b := p.lookup(n.Text(), n); b != nil {
			for _, v := range b.values {
				if v.Is("dictionary") {
					list = append(list, v)
				}
			}
		}
	}
	return list
}
