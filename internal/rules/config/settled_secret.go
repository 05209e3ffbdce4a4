package config

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// settled reports whether a password of a settings file is what production logs
// in with, though the service has the bare name of a container: nothing stands
// above it. That is so in a base appsettings.json that no variable replaces, in a Web.config that no transformation changes, and in
// the profile that a deploy names. A word by which people enter the program
// itself needs no host.
func settled(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	secret, host := found.Fact.Secret, found.Fact.Host
	if secret.Placeholder && !secret.Common || secret.Unset || secret.Length == 0 || dummy.MatchString(found.Fact.Name) {
		return false
	}
	if spring := found.File.Format == inspect.SpringYAML || found.File.Format == inspect.SpringProperties; spring && ownDoor.MatchString(strings.NewReplacer(".", "_", "-", "_").Replace(found.Fact.Name)) {
		return inProduction(c, found, false)
	}
	if host == "" || thisMachine(host) {
		return false
	}
	switch found.File.Format {
	case inspect.WebXML:
		return !transformed(c, found)
	case inspect.SpringYAML, inspect.SpringProperties:
		return inProduction(c, found, true)
	case inspect.AppSettings:
		return path.Base(found.File.Path) == "appsettings.json" && found.File.Role == source.Prod && inProduction(c, found, false)
	}
	return false
}

// plainKey reports whether a framework's settings hold what the program signs
// with, in words that pass for a sample elsewhere: it signs with them wherever no
// deploy says otherwise. What stands in application.conf no variable replaces.
func plainKey(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	s := found.Fact.Secret
	if s.Unset || s.Length < 3 || s.Placeholder && !s.Common || found.File.Role != source.Prod {
		return false
	}
	if found.File.Format == inspect.PHP {
		return codeIgniter.MatchString(found.File.Path) && found.Fact.Name == "encryption_key" && found.Fact.Via == "field"
	}
	if !signingSetting.MatchString(found.Fact.Name) || dummy.MatchString(found.Fact.Name) {
		return false
	}
	switch found.File.Format {
	case inspect.HOCON:
		return path.Base(found.File.Path) == "application.conf" && found.Fact.Via == "assignment"
	case inspect.SpringYAML, inspect.SpringProperties, inspect.AppSettings:
		return inProduction(c, found, false)
	}
	return false
}

// codeIgniter is where CodeIgniter has its settings, which no variable replaces.
var codeIgniter = regexp.MustCompile(`(^|/)application/config/config\.php$`)

// signingSetting are keys of settings for what a program signs its own tokens and
// sessions with.
var signingSetting = regexp.MustCompile(`(?i)(^|[._:-])\w*(jwt|session|cookie|csrf|hmac)\w*([._:-]\w+)*[._:-]?(secret|secret[_-]?key|sign(ing)?[_-]?(key|secret)|token[_-]?secret)$|(^|[._:-])(token|signing)[_-]?secret$|(^|[._:-])(app|application|security|auth|token)[._:-]?secret([_-]?key)?$`)

// thisMachine reports whether a host is the one that the program runs on, which
// is so for developers alone.
func thisMachine(host string) bool {
	host, _, _ = strings.Cut(strings.ToLower(strings.Trim(host, "[]")), `\`) // .\SQLEXPRESS
	host, _, _ = strings.Cut(host, ":")
	switch host {
	case "localhost", "127.0.0.1", "", ".", "(local)", "(localdb)", "0.0.0.0", "host.docker.internal":
		return true
	}
	return strings.HasSuffix(host, ".localhost")
}

// transformed reports whether a release sets the connection string that holds
// a password anew: Web.Release.config names it as well.
func transformed(c *audit.Component, found audit.Located[inspect.Credential]) bool {
	var here inspect.Client
	for client := range audit.FactsIn[inspect.Client]([]*audit.File{found.File}, found.File.Role) {
		if client.Line == found.Line {
			here = client.Fact
		}
	}
	for client := range audit.Facts[inspect.Client](c, source.Prod, source.DeployProd, source.DeployDev) {
		if client.File != found.File && client.File.Format == inspect.WebXML && client.Fact.Via == here.Via && path.Dir(client.File.Path) == path.Dir(found.File.Path) {
			return true
		}
	}
	return false
}

// inProduction reports whether a setting is what production has; of named alone
// those that are limited to a profile of Spring.
func inProduction(c *audit.Component, found audit.Located[inspect.Credential], named bool) bool {
	for s := range audit.FactsIn[inspect.Setting]([]*audit.File{found.File}, found.File.Role) {
		if s.Line != found.Line || named && s.Fact.Profile == "" && deployOf(found.File) == "" {
			continue
		}
		effective, ok := c.EffectiveSetting(s.Fact.Key)
		return ok && effective.Value.IsLiteral() && effective.At.Path == found.File.Path && effective.At.Line == found.Line
	}
	return false
}
