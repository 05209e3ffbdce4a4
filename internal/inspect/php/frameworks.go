package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// cake states what config/app.php of CakePHP says.
func (s *script) cake(root syntax.Node) {
	for _, e := range s.entries(s.array(s.find(root, "Datasources"))) {
		if e.key == "default" {
			s.configuredClient(e.at, "cake Datasources.default", s.array(e.value))
		}
	}
	for _, e := range s.entries(s.array(s.find(root, "Cache"))) {
		if name, ok := s.literal(s.findAny(e.value, "className", "engine")); ok && e.key == "default" {
			s.state(e.at, inspect.Store{Purpose: inspect.ForCache, Via: "cake Cache.default", Store: storeNamed(short(name))})
		}
	}
	if v := s.find(root, "Session", "defaults"); v.OK() {
		if name, ok := s.literal(v); ok {
			s.state(v, inspect.Session{Via: "cake Session.defaults", Store: storeNamed(name)})
		}
	}
	for _, e := range s.entries(s.array(s.find(root, "Log"))) {
		if name, ok := s.literal(s.findAny(e.value, "className", "engine")); ok {
			s.namedLog(e, short(name), "cake Log."+e.key, s.find(e.value, "path"))
		}
	}
	if v := s.find(root, "EmailTransport", "default"); v.OK() {
		switch name, _ := s.literal(s.find(v, "className")); strings.TrimSuffix(short(name), "Transport") {
		case "Smtp":
			s.state(v, inspect.Client{Service: inspect.SMTP, Via: "cake EmailTransport.default", Handle: s.valueOf(s.findAny(v, "url", "host"))})
		case "Mail":
			s.state(v, inspect.Client{Service: inspect.SMTP, Via: "cake EmailTransport.default", Handle: inspect.Lit("sendmail")})
		}
	}
}

// namedLog states the sink that a class name of CakePHP's or Yii's stands for.
func (s *script) namedLog(e entry, class, via string, path syntax.Node) {
	sink := inspect.LogSink{Via: via, Name: e.key}
	switch {
	case strings.HasPrefix(class, "File"):
		sink.Path = s.valueOf(path)
		sink.Target = fileTarget(sink.Path)
		sink.Rotates = sink.Target == "file"
	case strings.HasPrefix(class, "Syslog"):
		sink.Target = "syslog"
	case strings.HasPrefix(class, "Console"), strings.HasPrefix(class, "Stream"):
		sink.Target = "stderr"
	default:
		return
	}
	s.state(e.at, sink)
}

// yii states the components of a Yii configuration.
func (s *script) yii(root syntax.Node) {
	components := s.find(root, "components")
	for _, e := range s.entries(s.array(components)) {
		class, _ := s.literal(s.find(e.value, "class"))
		config := s.array(e.value)
		switch {
		case strings.HasSuffix(class, `db\Connection`) || e.key == "db" && s.find(config, "dsn").OK():
			s.configuredClient(e.at, "yii components."+e.key, config)
		case strings.HasSuffix(class, `redis\Connection`):
			s.state(e.at, inspect.Client{Service: inspect.Redis, Via: "yii components." + e.key, Handle: s.valueOf(s.find(config, "hostname"))})
		case strings.Contains(class, `caching\`) || strings.HasSuffix(class, `redis\Cache`):
			s.state(e.at, inspect.Store{Purpose: inspect.ForCache, Via: "yii components." + e.key, Store: storeNamed(strings.TrimPrefix(class, `yii\`))})
		case strings.HasSuffix(class, "Session"):
			store := storeNamed(strings.TrimPrefix(class, `yii\`))
			if class == `yii\web\Session` {
				store = inspect.StoreFile
			}
			s.state(e.at, inspect.Session{Via: "yii components." + e.key, Store: store})
		case e.key == "log":
			for _, target := range s.entries(s.array(s.find(config, "targets"))) {
				if name, ok := s.literal(s.find(target.value, "class")); ok {
					s.namedLog(target, short(name), "yii components.log", s.find(target.value, "logFile"))
				}
			}
		}
	}
}

// hyperf states the servers of a Hyperf configuration.
func (s *script) hyperf(root syntax.Node) {
	for _, e := range s.entries(s.array(s.find(root, "servers"))) {
		host, port := s.find(e.value, "host"), s.find(e.value, "port")
		if host.OK() && port.OK() {
			s.state(e.at, inspect.Listen{Via: "hyperf servers", Host: s.valueOf(host), Port: s.valueOf(port)})
		}
	}
}

// defineCall states define('DB_PASSWORD', '…') as what it gives a name to.
func (s *script) defineCall(c call) {
	if c.key != "define" {
		return
	}
	name, ok := plainString(c.args.at(0))
	if !ok {
		return
	}
	if text, ok := plainString(c.args.at(1)); ok {
		s.credential(c.Node, name, "assignment", text)
		s.handleFact(c.Node, name, text)
	}
}

// wordpress states the settings of wp-config.php: the constants that a file with
// DB_NAME and DB_HOST defines.
func (s *script) wordpress() {
	host := s.constants["DB_HOST"]
	if host == nil || s.constants["DB_NAME"] == nil || len(host.values) == 0 {
		return
	}
	s.ownStatements(func(n syntax.Node) bool {
		if n.Is("function_call_expression") && s.functionName(n.Field("function")) == "define" {
			args := argsOf(n)
			if name, ok := plainString(args.at(0)); ok && s.once("define "+name) {
				s.state(n, inspect.Setting{Key: name, Value: s.evaluate(args.at(1)).Kept(isSecretName(name))})
			}
		}
		return true
	})
	s.state(host.first, inspect.Client{Service: inspect.MySQL, Via: "wordpress DB_HOST", Handle: s.valueOf(host.values[0])})
	for name, service := range wordpressHosts {
		if b := s.constants[name]; b != nil && len(b.values) == 1 {
			if v := s.valueOf(b.values[0]); v.Source != inspect.Literal || v.Text != "" {
				s.state(b.first, inspect.Client{Service: service, Via: "wordpress " + name, Handle: v})
			}
		}
	}
	if b := s.constants["WP_DEBUG_LOG"]; b != nil && len(b.values) == 1 {
		s.wordpressLog(b)
	}
}

// wordpressHosts are constants of WordPress' object caches and mailers.
var wordpressHosts = map[string]inspect.Service{"WP_REDIS_HOST": inspect.Redis, "SMTP_HOST": inspect.SMTP, "WPMS_SMTP_HOST": inspect.SMTP}

// wordpressLog states the file that WordPress logs to: a path, or that of its
// own where logging is only turned on. Without WP_DEBUG it logs nothing.
func (s *script) wordpressLog(log *binding) {
	if debug := s.constants["WP_DEBUG"]; debug == nil || len(debug.values) != 1 || s.valueOf(debug.values[0]).Text == "false" && s.valueOf(debug.values[0]).IsLiteral() {
		return
	}
	path := s.valueOf(log.values[0])
	switch path.Text {
	case "true", "1":
		path = inspect.Lit("wp-content/debug.log")
	case "false", "0", "":
		return
	}
	s.state(log.first, inspect.LogSink{Via: "wordpress WP_DEBUG_LOG", Target: fileTarget(path), Path: path})
}

// laminas states what the files of config/autoload say in Laminas and Mezzio:
// the database, caches, and where loggers write.
func (s *script) laminas(root syntax.Node) {
	if config := s.array(s.find(root, "db")); s.findAny(config, "dsn", "hostname", "host").OK() && s.findAny(config, "driver", "adapter", "dsn").OK() {
		s.configuredClient(s.find(root, "db"), "settings.db", config)
	}
	for _, cache := range s.entries(s.array(s.find(root, "caches"))) {
		name, ok := s.literal(s.find(cache.value, "adapter"))
		if !ok {
			name, ok = s.literal(s.find(cache.value, "adapter", "name"))
		}
		if ok {
			s.state(cache.at, inspect.Store{Purpose: inspect.ForCache, Via: "laminas caches." + cache.key, Store: storeNamed(short(name)), Choice: inspect.Lit(name)})
		}
	}
	for _, logger := range s.entries(s.array(s.find(root, "log"))) {
		for _, writer := range s.entries(s.array(s.find(logger.value, "writers"))) {
			name, _ := s.literal(s.find(writer.value, "name"))
			path := s.valueOf(s.findAny(s.find(writer.value, "options"), "stream", "url"))
			if strings.EqualFold(short(name), "stream") && path.Source != inspect.None {
				s.state(writer.at, inspect.LogSink{Via: "laminas log." + logger.key, Target: fileTarget(path), Path: path, Name: logger.key})
			}
		}
	}
}
