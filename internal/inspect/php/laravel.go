package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// laravel states what the files of Laravel's config directory say; which of them
// it is, its keys tell.
func (s *script) laravel(root syntax.Node) {
	chosen := s.find(root, "default")
	has := func(key string) bool { return s.find(root, key).OK() }
	switch {
	case has("channels") && chosen.OK():
		s.laravelLogging(root, chosen)
	case has("stores") && chosen.OK():
		s.laravelStore(root, chosen, inspect.ForCache, "cache.default", "stores")
	case has("disks") && chosen.OK():
		s.laravelStore(root, chosen, inspect.ForUploads, "filesystems.default", "disks")
	case has("disk_name") && has("max_file_size"): // of Spatie's media library
		if disk, ok := s.literal(s.find(root, "disk_name")); ok && localDisks[disk] {
			s.state(s.find(root, "disk_name"), inspect.FileWrite{Via: "media-library disk_name", Upload: true, Disk: disk})
		}
	case has("mailers") && chosen.OK():
		s.laravelMail(root, chosen)
	case has("connections") && chosen.OK():
		s.laravelConnections(root, chosen)
	case has("log") && has("providers") && has("cipher"):
		s.laravelLog(s.find(root, "log"))
	case has("driver") && has("lifetime") && has("cookie"):
		s.laravelSession(s.find(root, "driver"))
	case has("driver") && has("host") && has("from"): // mail of Laravel 6 and earlier
		if name := s.evaluate(s.find(root, "driver")).Text; name == "smtp" || name == "" {
			s.state(s.find(root, "host"), inspect.Client{Service: inspect.SMTP, Via: "laravel mail.host", Handle: s.valueOf(s.find(root, "host"))})
		}
	}
}

// laravelSession states where sessions are kept; a choice that the deploy makes
// counts by its default.
func (s *script) laravelSession(driver syntax.Node) {
	v := s.evaluate(driver)
	if !v.Has && v.Source != inspect.Env {
		return
	}
	fact := inspect.Session{Via: "laravel session.driver", Store: inspect.StoreOther}
	if v.Has {
		fact.Store = storeNamed(v.Text)
	}
	if v.Source == inspect.Env {
		fact.Choice = v.Kept(false)
	}
	s.state(driver, fact)
}

// laravelStore states where cache entries or uploads are kept.
func (s *script) laravelStore(root, chosen syntax.Node, purpose inspect.Purpose, name, section string) {
	v := s.evaluate(chosen)
	fact := inspect.Store{Purpose: purpose, Via: "laravel " + name, Store: inspect.StoreOther, Choice: v.Kept(false)}
	if v.Has {
		driver, ok := s.literal(s.find(root, section, v.Text, "driver"))
		if !ok {
			driver = v.Text
		}
		if driver == "local" {
			driver = "file"
		}
		fact.Store = storeNamed(driver)
	}
	s.state(chosen, fact)
	if bucket := s.find(root, section, v.Text, "bucket"); v.Has && bucket.OK() && purpose == inspect.ForUploads {
		if name := s.evaluate(bucket); name.IsLiteral() {
			s.state(bucket, inspect.Resource{Via: "laravel filesystems." + section, What: "bucket", Name: name.Kept(false)})
		}
	}
}

// broadcasters are drivers that only broadcasting has.
var broadcasters = []string{"pusher", "reverb", "ably"}

// laravelConnections tells databases, queues and broadcasting apart, which all
// have connections.
func (s *script) laravelConnections(root, chosen syntax.Node) {
	connections := s.find(root, "connections")
	for _, name := range broadcasters {
		if s.find(connections, name).OK() {
			if v := s.evaluate(chosen); v.Has && v.Text != "log" && v.Text != "null" {
				s.laravelStore(root, chosen, inspect.ForPubSub, "broadcasting.default", "connections")
			}
			return
		}
	}
	for _, e := range s.entries(s.array(connections)) {
		switch driver, _ := s.literal(s.find(e.value, "driver")); driver {
		case "sync", "beanstalkd", "sqs", "deferred":
			s.laravelStore(root, chosen, inspect.ForQueue, "queue.default", "connections")
			return
		case "mysql", "pgsql", "sqlite", "mariadb", "sqlsrv", "mongodb":
			s.laravelDatabases(root, chosen, connections)
			return
		}
	}
}

// laravelDatabases states the database that is used by default, every other whose
// address is written down, and Redis.
func (s *script) laravelDatabases(root, chosen, connections syntax.Node) {
	v := s.evaluate(chosen)
	for _, e := range s.entries(s.array(connections)) {
		service := driverService(s.evaluate(s.find(e.value, "driver")).Text)
		handle := s.connectionHandle(e.value, service)
		selected := v.Has && v.Text == e.key
		written := handle.Source == inspect.Literal && service != inspect.SQLite && !isLocal(handle.Text)
		if (selected || written) && handle.Source != inspect.None {
			s.state(e.at, inspect.Client{Service: service, Via: "laravel database.connections." + e.key, Handle: handle.Kept(false)})
		}
	}
	if !v.Has && v.Source == inspect.Env {
		s.state(chosen, inspect.Client{Service: inspect.Database, Via: "laravel database.default", Handle: v.Kept(false)})
	}
	for _, e := range s.entries(s.array(s.find(root, "redis"))) {
		if e.key != "default" {
			continue
		}
		if handle := s.connectionHandle(e.value, inspect.Redis); handle.Source != inspect.None {
			s.state(e.at, inspect.Client{Service: inspect.Redis, Via: "laravel database.redis", Handle: handle.Kept(false)})
		}
	}
}

func isLocal(host string) bool {
	return host == "" || host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

// connectionHandle is where a connection goes: its URL, else its host.
func (s *script) connectionHandle(config syntax.Node, service inspect.Service) fold.Value {
	url := s.evaluate(s.find(config, "url"))
	host := s.evaluate(s.find(config, "host"))
	switch {
	case service == inspect.SQLite:
		host = s.evaluate(s.find(config, "database"))
	case service == inspect.MongoDB:
		if dsn := s.evaluate(s.find(config, "dsn")); dsn.Given() {
			host = dsn
		}
	}
	return fold.OrIfEmpty(url, host)
}

// laravelMail states the mail server when mail is sent through one.
func (s *script) laravelMail(root, chosen syntax.Node) {
	v := s.evaluate(chosen)
	name := v.Text
	if !v.Has || name == "log" || name == "array" {
		if v.Source != inspect.Env {
			return
		}
		name = "smtp" // what a deploy chooses instead
	}
	transport, _ := s.literal(s.find(root, "mailers", name, "transport"))
	config := s.find(root, "mailers", name)
	switch transport {
	case "smtp":
		if handle := fold.OrIfEmpty(s.evaluate(s.find(config, "url")), s.evaluate(s.find(config, "host"))); handle.Source != inspect.None {
			s.state(config, inspect.Client{Service: inspect.SMTP, Via: "laravel mail.mailers." + name, Handle: handle.Kept(false)})
		}
	case "sendmail", "mail":
		s.state(config, inspect.Client{Service: inspect.SMTP, Via: "laravel mail.mailers." + name, Handle: inspect.Lit("sendmail")})
	}
}

// laravelLogging states every channel as a sink, and which of them the default
// selects.
func (s *script) laravelLogging(root, chosen syntax.Node) {
	channels := s.find(root, "channels")
	for _, e := range s.entries(s.array(channels)) {
		s.laravelChannel(e.at, e.key, s.array(e.value))
	}
	v := s.evaluate(chosen)
	route := inspect.LogRoute{Via: "laravel logging.default", Choice: v.Kept(false)}
	if v.Has {
		var env []string
		route.Sinks, env = s.channelsOf(channels, v.Text, map[string]bool{})
		if len(env) > 0 {
			route.Choice.Env = fold.Names(route.Choice.Env, env)
		}
	}
	s.state(chosen, route)
}

// laravelLog states where Laravel 5.5 and earlier log, which a name says.
func (s *script) laravelLog(chosen syntax.Node) {
	v := s.evaluate(chosen)
	if v.Text != "single" && v.Text != "daily" {
		return
	}
	s.state(chosen, inspect.LogSink{Via: "laravel app.log", Name: v.Text, Target: "file", Path: inspect.Lit("storage/logs/laravel.log"), Rotates: v.Text == "daily"})
	s.state(chosen, inspect.LogRoute{Via: "laravel app.log", Sinks: []string{v.Text}, Choice: v.Kept(false)})
}

// channelsOf are the channels that a name stands for: a stack for those that it
// lists. Beside them it returns the variables that the list is read from.
func (s *script) channelsOf(channels syntax.Node, name string, seen map[string]bool) (sinks, env []string) {
	if seen[name] {
		return nil, nil
	}
	seen[name] = true
	if driver, _ := s.literal(s.find(channels, name, "driver")); driver != "stack" {
		return []string{name}, nil
	}
	list := s.find(channels, name, "channels")
	members := s.texts(list)
	if !s.array(list).Is("array_creation_expression") {
		v := s.evaluate(list)
		env = v.Env
		members = strings.Split(v.Text, ",")
	}
	for _, n := range members {
		if n = strings.TrimSpace(n); n != "" {
			more, moreEnv := s.channelsOf(channels, n, seen)
			sinks, env = append(sinks, more...), fold.Names(env, moreEnv)
		}
	}
	return sinks, env
}

// laravelChannel states one channel as the sink that it is.
func (s *script) laravelChannel(at syntax.Node, name string, config syntax.Node) {
	driver, _ := s.literal(s.find(config, "driver"))
	path := s.find(config, "path")
	sink := inspect.LogSink{Via: "laravel logging." + driver, Name: name}
	if formatter, ok := s.literal(s.find(config, "formatter")); ok {
		sink.Structured = jsonFormatters[formatter]
	}
	switch {
	case driver == "single" || driver == "daily" || driver == "" && path.OK():
		sink.Path = s.valueOf(path)
		sink.Target, sink.Rotates = fileTarget(sink.Path), driver == "daily"
		if driver == "" {
			sink.Via = "laravel logging"
		}
	case driver == "syslog":
		sink.Target = "syslog"
	case driver == "errorlog":
		sink.Target = "stderr"
	case driver == "slack":
		sink.Target = "network"
	case driver == "monolog":
		s.laravelMonolog(at, name, config, sink.Structured)
		return
	default:
		return // a stack, or one that code makes
	}
	s.state(at, sink)
}

// laravelMonolog states a channel that names a handler of Monolog's.
func (s *script) laravelMonolog(at syntax.Node, name string, config syntax.Node, structured bool) {
	v := s.evaluate(s.find(config, "handler"))
	handler, ok := strings.CutPrefix(v.Text, monolog)
	if !ok || logHandlers[handler] == "" {
		return
	}
	before := s.jsonLogs
	s.jsonLogs = structured
	with := s.findAny(config, "handler_with", "with")
	s.monologHandler(at, handler, s.findAny(with, "stream", "filename"), name)
	s.jsonLogs = before
}
