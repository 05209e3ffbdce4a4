package deploy

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// deploy reads how a service is run: how often, and what happens when it ends.
func (c *composeReader) deploy(s *inspect.ComposeService, m document.Mapping) {
	replicas(s, m.Get("replicas"))
	if condition := document.Text(c.Mapping(m.Get("restart_policy")).Get("condition")); condition != "" {
		s.Restart = condition
	}
	s.Sticky = append(s.Sticky[:len(s.Sticky):len(s.Sticky)], c.sticky(m.Get("labels"))...)
	if limit := document.Text(c.Mapping(c.Mapping(m.Get("resources")).Get("limits")).Get("memory")); limit != "" {
		s.Memory = limit
	}
}

// replicas reads a whole number; ${VAR:-2} counts as its default, and stays as
// written for who knows the variable.
func replicas(s *inspect.ComposeService, n *yaml.Node) {
	text := document.Text(n)
	if text == "" {
		return
	}
	in := interpolate(text)
	count, err := strconv.Atoi(in.folded)
	s.Replicas, s.ReplicasOf, s.Idle = count, "", err == nil && count == 0
	if len(in.env) > 0 {
		s.ReplicasOf = text
	}
}

// checks reports whether a healthcheck is one: Compose switches an image's off
// by disable, and by a test that is NONE.
func (c *composeReader) checks(m document.Mapping) bool {
	test := document.Text(m.Get("test"))
	if words := c.Texts(m.Get("test")); len(words) > 0 {
		test = words[0]
	}
	return len(m) > 0 && !isTrue(m.Get("disable")) && test != "NONE"
}

// sticky are Traefik's labels for sessions that stay with one instance.
func (c *composeReader) sticky(n *yaml.Node) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	for _, entry := range c.environment(n) {
		name := strings.ToLower(entry.Name)
		if on := !entry.Value.HasText || !strings.EqualFold(entry.Value.Text, "false"); on && strings.HasPrefix(name, "traefik.") && strings.Contains(name, ".sticky") {
			list = append(list, entry)
		}
	}
	return list
}
