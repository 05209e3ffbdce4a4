package config

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// inUse reports whether a descriptor gives a password that is no more than a
// common word where nothing stands between the file and the deploy: what a
// cluster is told to run has it as it is, placeholder or not. Words that say
// that they are to be replaced are none. Of what a workload itself is given,
// a key counts as well as a password: tokens are signed with it.
func (m manifests) inUse(file *audit.File, e inspect.EnvEntry, platform string) bool {
	v := e.Value
	if strings.Contains(v.Text, "://") {
		return platform == "Kubernetes" && file.Role == source.DeployProd && !forTesting(m.c, file) && !testValues.MatchString(file.Path) && opensNeighbour(e)
	}
	if !e.Secret || e.From != "" || !v.IsLiteral() || v.Secret == nil || v.Secret.Unset {
		return false
	}
	if !v.Secret.Common && (v.Secret.Placeholder || v.Secret.Length < 3) {
		return false
	}
	if platform == "Compose" {
		return password.MatchString(e.Name) && stackOf(m.c, file) != developers
	}
	if file.Role != source.DeployProd || forTesting(m.c, file) {
		return false
	}
	switch platform {
	case workload:
		return (password.MatchString(e.Name) || v.Secret.Length > 3 && !inTemplates(file)) && !testValues.MatchString(file.Path)
	case "Kubernetes", "Helm":
		return password.MatchString(e.Name) && !testValues.MatchString(file.Path)
	}
	return false
}

// opensNeighbour reports whether an object of a cluster holds the URL of a service
// beside the program, with its password: of a cluster, "db" is no developer's
// machine.
func opensNeighbour(e inspect.EnvEntry) bool {
	v := e.Value
	return e.From == "" && v.IsLiteral() && v.Secret != nil && !v.Secret.Unset && (!v.Secret.Placeholder || v.Secret.Common) && v.Secret.Length > 2 && neighbourURL.MatchString(v.Text) && !thisMachineURL.MatchString(v.Text)
}

var (
	neighbourURL   = regexp.MustCompile(`…@[a-z0-9]([a-z0-9.-]*[a-z0-9])?([:/?]|$)`)
	thisMachineURL = regexp.MustCompile(`…@(localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal|[\w.-]*example[\w.-]*)([:/?]|$)`)
)

// password are names of passwords, of which a word that people leave as it is
// opens what it is given to; a token or key of that kind opens nothing.
var password = regexp.MustCompile(`(?i)passw|pwd|pass$|_pw$`)

// arguments reports passwords that a bundled service is started with, written
// among its arguments.
func (m manifests) arguments(w audit.Located[inspect.Workload]) {
	if w.File.Role != source.DeployProd || forTesting(m.c, w.File) {
		return
	}
	for _, k := range w.Fact.Containers {
		words := append(append([]string(nil), k.Command...), k.Args...)
		for i, word := range words {
			flag, value, joined := strings.Cut(word, "=")
			if !joined && i+1 < len(words) {
				value = words[i+1]
			}
			if !passwordFlag.MatchString(flag) || value == "" || strings.ContainsAny(value, "${<") || strings.HasPrefix(value, "-") {
				continue
			}
			m.report.Violation(audit.Place{Path: w.File.Path, Line: k.Line, EndLine: k.Line}, w.Fact.Name+" "+flag,
				fmt.Sprintf("%s %s starts %s with a password among its arguments, %s", w.Fact.Type, w.Fact.Name, k.Name, flag), audit.WithFix("arguments"), audit.Naming("name", k.Name), audit.Naming("flag", flag), audit.WithSeverity(audit.Medium))
		}
	}
}

var passwordFlag = regexp.MustCompile(`(?i)^--?([a-z]+-)?(password|passwd|requirepass|masterauth)$`)

// saidElsewhere reports whether an object of a cluster, or a service of Compose,
// is another component's, too, which comes before this one: the broker beside
// all of them has one password.
func (m manifests) saidElsewhere(at audit.Place) bool {
	return audit.OfRepository(m.c.Repo, firstComponents)[at] != m.c.Path
}

// firstComponents are the paths of the first components that have an object of
// a cluster or a service of Compose, by its place.
func firstComponents(r *audit.Repository) map[audit.Place]string {
	first := map[audit.Place]string{}
	note := func(at audit.Place, c *audit.Component) {
		if _, known := first[at]; !known {
			first[at] = c.Path
		}
	}
	for _, c := range r.Components {
		for o := range audit.Facts[inspect.KubeObject](c) {
			note(o.At(), c)
		}
		for w := range audit.Facts[inspect.Workload](c) {
			note(w.At(), c)
		}
		for s := range audit.Facts[inspect.ComposeService](c) {
			note(s.At(), c)
		}
	}
	return first
}
