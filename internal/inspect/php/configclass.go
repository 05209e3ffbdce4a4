package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// isConfigClass reports whether n stands in a class of CodeIgniter's
// configuration.
func (s *script) isConfigClass(n syntax.Node) bool {
	return s.isConfig(n.Up("class_declaration"))
}

func (s *script) isConfig(class syntax.Node) bool {
	c := s.classOf[class.Index()]
	return c != nil && (s.isA(c, `CodeIgniter\Config\BaseConfig`, `CodeIgniter\Database\Config`) || s.namespace == "Config" && c.parent.OK())
}

// configurationClass states what the public properties of a class of
// CodeIgniter's configuration say: as settings, and as what the framework makes
// of them.
func (s *script) configurationClass(n syntax.Node) {
	if !s.isConfig(n) {
		return
	}
	class := n.Field("name").Text()
	for member := n.Field("body").First(); member.OK(); member = member.Next() {
		for p := member.First(); p.OK() && member.Is("property_declaration"); p = p.Next() {
			if v := p.Field("default_value"); p.Is("property_element") && v.OK() {
				s.configProperty(p, class, strings.TrimPrefix(p.Field("name").Text(), "$"), v)
			}
		}
	}
}

func (s *script) configProperty(p syntax.Node, class, name string, v syntax.Node) {
	s.settingsOf(p, class+"."+name, v, 0)
	switch class + "." + name {
	case "Database.default":
		s.configuredClient(p, "codeigniter Database.default", s.array(v))
	case "Session.driver", "App.sessionDriver":
		if handler, ok := s.literal(v); ok {
			s.state(p, inspect.Session{Via: "codeigniter " + class + "." + name, Store: storeNamed(short(handler))})
		}
	case "Cache.handler":
		if handler, ok := s.literal(v); ok && handler != "dummy" {
			s.state(p, inspect.Store{Purpose: inspect.ForCache, Via: "codeigniter Cache.handler", Store: storeNamed(handler), Choice: inspect.Lit(handler)})
		}
	case "Email.SMTPHost":
		if v := s.valueOf(v); v.Text != "" {
			s.state(p, inspect.Client{Service: inspect.SMTP, Via: "codeigniter Email.SMTPHost", Handle: v})
		}
	case "Logger.handlers":
		for _, e := range s.entries(s.array(v)) {
			if strings.HasSuffix(e.key, "FileHandler") {
				s.state(e.at, inspect.LogSink{Via: "codeigniter Logger.handlers", Name: short(e.key), Target: "file", Path: s.valueOf(s.find(e.value, "path"))})
			}
		}
	}
}
