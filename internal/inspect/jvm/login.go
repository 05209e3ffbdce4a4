package jvm

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// loginMethods of Spring Security's HttpSecurity and of its DSL in Kotlin
// remember in a session who logged in.
var loginMethods = map[string]bool{"formLogin": true, "oauth2Login": true, "saml2Login": true}

// statelessMarks say that the security context is kept in no session, or by a
// repository of the program's own.
var statelessMarks = []string{"STATELESS", "SessionCreationPolicy.NEVER", "ecurityContextRepository("}

// springLogin states that Spring Security keeps who logged in in the session of
// the server that it runs in: the container's, in WebFlux one in memory.
func (f *file) springLogin(c call) {
	if !loginMethods[c.method] || !f.imports("org.springframework.security.config.") || f.switchedOff(c) || !f.once("spring login") {
		return
	}
	if code := f.tree.Root().Text(); slices.ContainsFunc(statelessMarks, func(mark string) bool { return strings.Contains(code, mark) }) {
		return
	}
	f.state(c.written(), inspect.Session{Via: "org.springframework.security " + c.method, Store: inspect.StoreMemory})
}

// switchedOff reports whether a way to log in is only named to be taken away:
// formLogin().disable(), formLogin(AbstractHttpConfigurer::disable).
func (f *file) switchedOff(c call) bool {
	text := c.Text()
	if at := strings.Index(text, c.method); at >= 0 && strings.Contains(text[at:], "disable") && len(text)-at < 80 {
		return true
	}
	outer := f.callOf(c.Parent())
	if c.Parent().Is("navigation_expression") {
		outer = f.callOf(c.Parent().Parent())
	}
	return outer.method == "disable"
}

// rememberMeKey states the literal that Spring Security signs the cookies with
// by which people stay logged in: rememberMe(r -> r.key("…")),
// rememberMe().rememberMeServices(…).key("…"), new TokenBasedRememberMeServices("…", users).
func (f *file) rememberMeKey(c call) {
	if !f.imports("org.springframework.security.") {
		return
	}
	switch {
	case strings.HasSuffix(c.class, "TokenBasedRememberMeServices") && len(c.args) > 1:
	case c.method == "key" && len(c.args) == 1 && f.remembers(c):
	default:
		return
	}
	if text, ok := f.plainText(c.arg(0, "key")); ok && len(text) > 2 && f.once("remember-me key "+text) {
		f.state(c.arg(0, "key"), inspect.Credential{Name: "rememberMeKey", Via: "argument", Secret: inspect.NewSecret(text)})
	}
}

// remembers reports whether a call is made on what rememberMe() gives, or within
// the lambda that it takes.
func (f *file) remembers(c call) bool {
	for on := c.recv; on.OK(); {
		before := f.callOf(on)
		if before.method == "rememberMe" {
			return true
		}
		if before.method == "and" {
			return false
		}
		on = before.recv
	}
	in := up(c.Node, func(n syntax.Node) bool { return f.callOf(n).method == "rememberMe" })
	return in.OK()
}

// written is where the name of a method stands: a chain of calls begins lines
// above it.
func (c call) written() syntax.Node {
	if name := c.Field("name"); name.OK() {
		return name
	}
	if callee := c.Child(0); callee.Is("navigation_expression") {
		return lastChild(callee)
	}
	return c.Node
}
