package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Secrets that a literal shows by itself, whatever it is given to.

// tokenHints: one of them stands in every token that TokenFormat knows.
var tokenHints = []string{"k_live_", "k_test_", "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "AIza", "SG.", "PRIVATE KEY", "eyJ"}

// shortestKey is less than any private key takes in PEM, shortestToken less than
// any token has, in bytes.
const (
	shortestKey   = 120
	shortestToken = 14
)

// mayHoldTokens reports whether one of the hints stands anywhere in the file:
// in most files none does.
func (s *script) mayHoldTokens() bool {
	const any = "a token's hint"
	holds, done := s.holds[any]
	if !done {
		for _, hint := range tokenHints {
			holds = holds || s.sourceHas(hint)
		}
		s.holds[any] = holds
	}
	return holds
}

// tokenCredential states a provider's token or a private key, unless what it is
// given to has stated it.
func (s *script) tokenCredential(n syntax.Node) {
	if from, to := n.Span(); !s.mayHoldTokens() || to-from < shortestToken || to-from > inspect.MaxText {
		return
	}
	content, hinted := n.Text(), false
	for _, hint := range tokenHints {
		hinted = hinted || strings.Contains(content, hint)
	}
	if !hinted {
		return
	}
	text, ok := s.literal(n)
	format := inspect.TokenFormat(text)
	if !ok || format == "" || format == "private-key" && len(text) < shortestKey || s.isFallback(n) {
		return
	}
	secret := inspect.NewSecret(text)
	for i := len(s.Signals) - 1; i >= 0 && s.Signals[i].EndLine >= n.Line(); i-- {
		if told, is := s.Signals[i].Fact.(inspect.Credential); is && told.Secret == secret {
			return
		}
	}
	name, via := format, "argument"
	switch up := n.Parent(); up.Kind() {
	case "assignment_expression":
		name, via = s.targetName(up.Field("left")), "assignment"
	case "array_element_initializer":
		if key, ok := plainString(up.Child(0)); ok && up.Child(1) == n {
			name, via = key, "field"
		}
	case "property_element":
		name, via = strings.TrimPrefix(up.Field("name").Text(), "$"), "field"
	case "const_element":
		name, via = written(up.Child(0)), "assignment"
	}
	s.state(n, inspect.Credential{Name: name, Via: via, Secret: secret})
}

// headerLine is a header as curl and stream contexts take it.
var headerLine = regexp.MustCompile(`^([A-Za-z][A-Za-z-]+):\s*(\S.*)$`)

// headerCredential states 'Authorization: Bearer …' in a list of headers.
func (s *script) headerCredential(n syntax.Node) {
	if up := n.Parent(); !up.Is("array_element_initializer") || up.Child(1).OK() {
		return
	}
	text, ok := plainString(n)
	if name, _, header := strings.Cut(text, ":"); !ok || !header || !inspect.IsSecretHeader(name) {
		return
	}
	if m := headerLine.FindStringSubmatch(text); m != nil {
		s.headerSecret(n, m[1], m[2])
	}
}

// headerSecret states the secret in the value of an HTTP header, if there is one.
func (s *script) headerSecret(n syntax.Node, name, text string) bool {
	secret := inspect.HeaderSecret(name, text)
	if secret == "" || !credentialText(name, secret) {
		return false
	}
	s.state(n, inspect.Credential{Name: name, Via: "field", Secret: inspect.NewSecret(secret)})
	return true
}

// curlPassword states curl_setopt($ch, CURLOPT_USERPWD, 'user:password').
func (s *script) curlPassword(n syntax.Node, option, at syntax.Node) {
	if !option.Is("name") {
		return
	}
	name := option.Text()
	if name != "CURLOPT_USERPWD" && name != "CURLOPT_PROXYUSERPWD" {
		return
	}
	text, ok := plainString(at)
	if _, password, parted := strings.Cut(text, ":"); ok && parted && password != "" && !strings.Contains(password, "{") {
		s.state(n, inspect.Credential{Name: name, Via: "argument", Secret: inspect.NewSecret(password)})
	}
}
