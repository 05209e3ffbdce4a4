package php

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// originCall states the pages that may call where a header says so:
// header("Access-Control-Allow-Origin: …"), ->header('Access-Control-Allow-Origin', '…').
func (s *script) originCall(c call) {
	switch {
	case c.key == "header":
		text, ok := s.literal(c.args.at(0))
		name, value, cut := strings.Cut(text, ":")
		if ok && cut && inspect.IsOriginHeader(strings.TrimSpace(name)) && !s.debugOnly(c.Node) {
			s.origins(c.Node, []string{value})
		}
	case c.method == "header" || c.method == "withheader" || c.method == "set":
		name, ok := s.literal(c.args.at(0))
		value, written := s.literal(c.args.at(1))
		if ok && written && inspect.IsOriginHeader(name) && !s.debugOnly(c.Node) {
			s.origins(c.Node, []string{value})
		}
	}
}

// originPair states 'allowed_origins' => ['…'] of which every entry is written.
func (s *script) originPair(n syntax.Node) {
	name, _ := s.literal(n.Child(0))
	list := s.array(n.Child(1))
	if !inspect.IsOriginName(name) || !list.OK() {
		return
	}
	var texts []string
	for c := list.First(); c.OK(); c = c.Next() {
		if c.Is("comment") {
			continue
		}
		text, ok := s.literal(c.Child(0))
		if !ok || c.Child(1).OK() {
			return
		}
		texts = append(texts, text)
	}
	s.origins(n, texts)
}

func (s *script) origins(n syntax.Node, texts []string) {
	if fact, ok := inspect.OriginsOf(texts); ok {
		s.state(n, fact)
	}
}
