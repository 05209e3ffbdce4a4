package inspect

import (
	"strconv"
	"strings"
)

// isDjangoSettings tells a settings file by what it assigns at module level,
// or by a wildcard import of another settings file beside uppercase names.
// Importing django.conf.settings shows a reader of settings, not their file.
func (p *pythonFile) isDjangoSettings() bool {
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
	for c := p.tree.root().first(); c.ok(); c = c.next() {
		if c.is("import_from_statement") {
			module := c.field("module_name").text()
			last := module[strings.LastIndex(module, ".")+1:]
			wildcard := false
			for name := c.first(); name.ok(); name = name.next() {
				wildcard = wildcard || name.is("wildcard_import")
			}
			inherits = inherits || module == "django.conf.global_settings" || wildcard && (last == "base" || last == "common" || last == "settings" || last == "defaults" || strings.Contains(module, "settings"))
		}
	}
	for name, b := range names {
		upper = upper || len(b.values) > 0 && isUpper(name)
	}
	return inherits && upper
}

func isUpper(name string) bool {
	return len(name) > 1 && name[0] >= 'A' && name[0] <= 'Z' && strings.ToUpper(name) == name
}

// settingAssignment states NAME = value and NAME["key"] = value.
func (p *pythonFile) settingAssignment(n node) {
	if !p.django || n.up("function_definition", "class_definition").ok() || !n.field("right").ok() {
		return
	}
	left, keys := n.field("left"), []string(nil)
	for left.is("subscript") {
		key, ok := p.literal(left.field("subscript"))
		if !ok {
			return
		}
		keys, left = append([]string{key}, keys...), left.field("value")
	}
	if left.is("identifier") && isUpper(left.text()) {
		p.setting(n, strings.Join(append([]string{left.text()}, keys...), "."), n.field("right"), 0)
	}
}

// settingAppend states NAME += […] as further elements of NAME.
func (p *pythonFile) settingAppend(n node) {
	left := n.field("left")
	if p.django && left.is("identifier") && isUpper(left.text()) && !n.up("function_definition", "class_definition").ok() {
		p.setting(n, left.text(), n.field("right"), 0)
	}
}

// setting states a value, or each entry of a dict and each text of a list.
func (p *pythonFile) setting(at node, key string, value node, depth int) {
	if value.is("identifier") {
		if choices := p.dicts(value); len(choices) > 0 && depth < 6 {
			for _, dict := range choices {
				p.setting(dict, key, dict, depth+1)
			}
			return
		}
	}
	switch {
	case depth > 6:
	case value.is("dictionary") || value.is("call") && value.field("function").text() == "dict":
		p.entries(value, func(name string, pair, v node) { p.setting(pair, key+"."+name, v, depth+1) })
		return
	case value.is("list", "tuple"):
		i := 0
		for c := value.first(); c.ok(); c = c.next() {
			if c.is("comment") {
				continue
			}
			p.setting(c, key+"."+strconv.Itoa(i), c, depth+1)
			i++
		}
		return
	case value.is("binary_operator") && value.has("+") && (value.field("left").is("list") || value.field("right").is("list")):
		p.setting(value.field("left"), key, value.field("left"), depth+1)
		p.setting(value.field("right"), key, value.field("right"), depth+1)
		return
	}
	p.state(at, Setting{Key: key, Value: p.evaluate(value).value(IsSecretName(settingName(key)))})
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
	service Service
}{
	{"postg", Postgres}, {"timescale", Postgres}, {"mysql", MySQL}, {"sqlite", SQLite}, {"spatialite", SQLite}, {"redis", Redis},
	{"memcache", Memcached}, {"libmc", Memcached}, {"mongo", MongoDB}, {"djongo", MongoDB},
}

func djangoService(engine string) (Service, bool) {
	engine = strings.ToLower(engine)
	for _, e := range djangoEngines {
		if strings.Contains(engine, e.word) {
			return e.service, true
		}
	}
	return Database, false
}

// djangoClients states the databases, caches and mail of a settings file.
func (p *pythonFile) djangoClients() {
	if !p.django {
		return
	}
	p.djangoEach("DATABASES", func(at, config node) {
		if !config.is("dictionary") {
			if v := p.evaluate(config); v.source == Env || v.source == Literal {
				p.state(at, Client{Service: serviceOf(v.text, Database), Via: "django.DATABASES", Handle: v.value(false), Debug: inDebugBranch(at)})
			}
			return
		}
		service, _ := djangoService(p.evaluate(p.entry(config, "ENGINE")).text)
		handle := p.entry(config, "HOST")
		if service == SQLite || !handle.ok() {
			handle = p.entry(config, "NAME")
		}
		p.state(at, Client{Service: service, Via: "django.DATABASES", Handle: p.valueOf(handle), Debug: inDebugBranch(at)})
	})
	p.djangoEach("CACHES", func(at, config node) {
		if !config.is("dictionary") {
			return
		}
		if service, known := djangoService(p.evaluate(p.entry(config, "BACKEND")).text); known {
			p.state(at, Client{Service: service, Via: "django.CACHES", Handle: p.handleOf(p.entry(config, "LOCATION"))})
		}
	})
	if b := p.scopes[0]["EMAIL_HOST"]; b != nil {
		for _, v := range b.values {
			if v.ok() {
				p.state(v.parent(), Client{Service: SMTP, Via: "django.EMAIL_HOST", Handle: p.valueOf(v)})
			}
		}
	}
}

// djangoEach calls each with the aliases of DATABASES or CACHES, assigned as a
// whole or one by one.
func (p *pythonFile) djangoEach(name string, each func(at, config node)) {
	p.tree.root().walk(func(n node) bool {
		if n.is("function_definition", "class_definition") {
			return false
		}
		if !n.is("assignment") || !n.field("right").ok() {
			return true
		}
		left, right := n.field("left"), n.field("right")
		switch {
		case left.text() == name:
			p.entries(right, func(_ string, pair, config node) { p.choices(pair, config, each) })
		case left.is("subscript") && left.field("value").text() == name && left.field("subscript").is("string"):
			p.choices(n, right, each)
		}
		return true
	})
}

// choices calls each with a configuration, or with all dicts that the name in
// its place is assigned in branches.
func (p *pythonFile) choices(at, config node, each func(at, config node)) {
	dicts := p.dicts(config)
	for _, dict := range dicts {
		each(dict, dict)
	}
	if len(dicts) == 0 {
		each(at, config)
	}
}

// dicts are the dict displays that a name is assigned.
func (p *pythonFile) dicts(n node) []node {
	var list []node
	if n.is("identifier") {
		if b := p.lookup(n.text(), n); b != nil {
			for _, v := range b.values {
				if v.is("dictionary") {
					list = append(list, v)
				}
			}
		}
	}
	return list
}
