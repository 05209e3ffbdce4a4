package php

import (
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// maxSettings bounds the settings of one file, maxSettingDepth their nesting:
// what has more is data.
const (
	maxSettings     = 2000
	maxSettingDepth = 8
)

var (
	// frameworkKeys are keys that only settings have at their top.
	frameworkKeys = map[string]bool{"connections": true, "disks": true, "channels": true, "stores": true, "mailers": true, "Datasources": true, "EmailTransport": true, "components": true, "doctrine": true, "providers": true, "cipher": true, "disk_name": true}
	// serviceKeys are keys whose array says where a service is.
	serviceKeys = map[string]bool{"db": true, "database": true, "databases": true, "redis": true, "mail": true, "smtp": true, "mailer": true, "session": true, "cache": true, "settings": true, "logger": true, "servers": true}
	// accessKeys say where a service is and how to enter it.
	accessKeys = map[string]bool{"host": true, "hostname": true, "dsn": true, "username": true, "user": true, "password": true, "pass": true, "dbname": true, "database": true, "port": true, "driver": true, "type": true, "url": true, "adapter": true}
	// settingVariables are what frameworks without a returned array call theirs:
	// Drupal, CodeIgniter, Nextcloud, phpMyAdmin.
	settingVariables = map[string]bool{"$databases": true, "$settings": true, "$config": true, "$conf": true, "$db": true, "$cfg": true, "$CONFIG": true}
)

// settingsArray is the array that the file returns, if it is a settings file.
func (s *script) settingsArray() syntax.Node {
	returned := syntax.Node{}
	for c := s.tree.Root().First(); c.OK(); c = c.Next() {
		if c.Is("return_statement") {
			returned = s.array(c.Child(0))
		}
	}
	if !returned.Is("array_creation_expression") || !s.isSettings(returned) {
		return syntax.Node{}
	}
	return returned
}

func (s *script) isSettings(n syntax.Node) bool {
	access := 0
	for _, e := range s.entries(n) {
		if frameworkKeys[e.key] {
			return true
		}
		if accessKeys[e.key] && !isSentence(e.value) {
			access++
		}
		if serviceKeys[e.key] {
			access += 2 * s.accesses(e.value, 2)
		}
	}
	if access >= 2 {
		return true
	}
	reads := false
	n.Walk(func(c syntax.Node) bool {
		if c.Is("function_call_expression") {
			_, known := readers[s.functionName(c.Field("function"))]
			reads = reads || known
		}
		return !reads && !c.Is("anonymous_function", "arrow_function")
	})
	return reads
}

// accesses counts the keys of an array, and of those in it, that say where a
// service is.
func (s *script) accesses(n syntax.Node, depth int) int {
	count := 0
	for _, e := range s.entries(s.array(n)) {
		if accessKeys[e.key] && !isSentence(e.value) {
			count++
		} else if depth > 1 {
			count += s.accesses(e.value, depth-1)
		}
	}
	return count
}

// isSentence reports whether a value is a text for people: files of
// translations have keys like those of settings.
func isSentence(n syntax.Node) bool {
	text, ok := plainString(n)
	return ok && (strings.ContainsAny(text, " \n") || inspect.SaysOtherwise(text) || strings.ToLower(text) != text && !strings.ContainsAny(text, ".:/_-0123456789"))
}

// returnedSettings states what a settings file returns, and what the framework
// makes of it.
func (s *script) returnedSettings() {
	if !s.settings.OK() {
		return
	}
	s.settingsOf(s.settings, "", s.settings, 0)
	s.laravel(s.settings)
	s.cake(s.settings)
	s.yii(s.settings)
	s.hyperf(s.settings)
	s.laminas(s.settings)
}

// settingsOf states a value, or each entry of an array, under its dotted key.
func (s *script) settingsOf(at syntax.Node, key string, v syntax.Node, depth int) {
	if s.settingCount >= maxSettings || depth > maxSettingDepth {
		return
	}
	if array := s.array(v); array.Is("array_creation_expression") {
		if s.listed[array.Index()] && depth > 0 {
			return // one array under two keys
		}
		s.listed[array.Index()] = true
		for _, e := range s.entries(array) {
			if e.key != "" {
				s.settingsOf(e.at, strings.TrimPrefix(key+"."+e.key, "."), e.value, depth+1)
			}
		}
		return
	}
	if v.Is("anonymous_function", "arrow_function", "null") || key == "" {
		return
	}
	s.settingCount++
	value := s.evaluate(v)
	laravelKey := settingName(key) == "key" && strings.HasPrefix(value.Text, "base64:")
	s.state(at, inspect.Setting{Key: key, Value: value.Kept(laravelKey || s.secretKey(settingName(key)))})
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

// settingAssignment states $config['a']['b'] = value among the statements of a
// file, as Drupal, CodeIgniter and Nextcloud have their settings, and the
// services that they name.
func (s *script) settingAssignment(n syntax.Node) {
	left, keys := n.Field("left"), []string(nil)
	for left.Is("subscript_expression") {
		if left.Child(1).OK() {
			key, ok := s.literal(left.Child(1))
			if !ok {
				key = "*"
			}
			keys = append([]string{key}, keys...)
		}
		left = left.Child(0)
	}
	name := written(left)
	if !settingVariables[name] || enclosingFunction(n).OK() || len(keys) == 0 && name != "$CONFIG" && name != "$databases" && name != "$db" {
		return
	}
	key := strings.Join(append([]string{strings.TrimPrefix(name, "$")}, keys...), ".")
	s.settingsOf(n, key, n.Field("right"), 0)
	if key == "config.sess_driver" {
		if driver := s.evaluate(n.Field("right")); driver.Has {
			s.state(n, inspect.Session{Via: "codeigniter sess_driver", Store: storeNamed(driver.Text)})
		}
	}
	if key == "config.log_path" && !s.sourceHas("$config['log_threshold'] = 0") {
		if path := s.valueOf(n.Field("right")); path.Text != "" {
			s.state(n, inspect.LogSink{Via: "codeigniter log_path", Target: fileTarget(path), Path: path})
		}
	}
	s.variableClient(n, key, n.Field("right"))
}

var databaseKey = regexp.MustCompile(`^(databases\.\w+\.\w+|db\.\w+)$`)

// variableClient states the database of Drupal's $databases['default']['default'],
// of CodeIgniter's $db['default'], and the hosts of the others.
func (s *script) variableClient(n syntax.Node, key string, v syntax.Node) {
	array := s.array(v)
	switch {
	case databaseKey.MatchString(key) && array.Is("array_creation_expression"):
		s.configuredClient(n, "settings."+strings.SplitN(key, ".", 2)[0], array)
	case key == "CONFIG" && array.Is("array_creation_expression"):
		if host := s.find(array, "dbhost"); host.OK() {
			service := inspect.Database
			if driver, ok := s.literal(s.find(array, "dbtype")); ok && pdoServices[driver] != "" {
				service = pdoServices[driver]
			}
			s.state(host, inspect.Client{Service: service, Via: "settings.CONFIG", Handle: s.valueOf(host)})
		}
	case lastKey(key) == "hostname" && strings.HasPrefix(key, "db."), key == "cfg.Servers.*.host":
		s.state(n, inspect.Client{Service: inspect.MySQL, Via: "settings." + strings.SplitN(key, ".", 2)[0], Handle: s.valueOf(v)})
	}
}

func lastKey(key string) string { return key[strings.LastIndex(key, ".")+1:] }

// configuredClient states the database that an array of parameters describes.
func (s *script) configuredClient(n syntax.Node, via string, array syntax.Node) {
	driver, _ := s.literal(s.findAny(array, "driver", "dbdriver", "DBDriver", "className", "adapter"))
	service := driverService(driver)
	handle := syntax.Node{}
	for _, key := range []string{"dsn", "url", "host", "hostname"} {
		if at := s.find(array, key); at.OK() && (!handle.OK() || s.evaluate(handle).Text == "" && s.evaluate(handle).Source == inspect.Literal) {
			handle = at
		}
	}
	if service == inspect.SQLite {
		handle = s.findAny(array, "database", "path", "dbname")
	}
	if dsn, ok := s.leadingText(s.find(array, "dsn")); ok && pdoServices[dsn] != "" {
		service = pdoServices[dsn]
	}
	if handle.OK() && s.evaluate(handle).Given() {
		s.state(n, inspect.Client{Service: service, Via: via, Handle: s.valueOf(handle)})
	}
}

func driverService(driver string) inspect.Service {
	driver = strings.ToLower(short(driver))
	for _, word := range []string{"mysql", "mariadb", "postgre", "pgsql", "sqlite", "mongodb"} {
		if strings.Contains(driver, word) {
			return pdoServices[word]
		}
	}
	return inspect.Database
}
