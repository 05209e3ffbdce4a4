package report

import (
	"strings"

	"twelvefold/internal/audit"
)

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID         string                   `json:"id"`
	Name       string                   `json:"name"`
	Short      sarifText                `json:"shortDescription"`
	Full       sarifText                `json:"fullDescription"`
	Help       sarifText                `json:"help"`
	HelpURI    string                   `json:"helpUri"`
	Default    sarifDefault             `json:"defaultConfiguration"`
	Properties map[string]sarifProperty `json:"properties"`
}

type sarifDefault struct {
	Level string `json:"level"`
}

// manifesto is where the factors are explained, each under its key.
const manifesto = "https://12factor.net/"

// ofSecurity are the rules whose findings let somebody in who shouldn't be. Only
// these get a severity among GitHub's security alerts.
var ofSecurity = map[string]bool{
	"config/client-bundle-secret": true,
	"config/credential-file":      true,
	"config/env-file-committed":   true,
	"config/hardcoded-credential": true,
	"config/logged-secret":        true,
	"config/manifest-secret":      true,
	"config/provider-token":       true,
	"config/secret-default":       true,
}

// securitySeverity is a number that GitHub reads as the severity of the same name.
var securitySeverity = map[audit.Severity]string{audit.Critical: "9.5", audit.High: "8.0", audit.Medium: "5.5", audit.Low: "2.0", audit.Info: "0.1"}

// sarifToolOf describes the program and all rules that find violations, so that
// a rule has the same index whatever was found.
func sarifToolOf(rules []audit.Rule, version string) sarifTool {
	driver := sarifDriver{Name: "Twelvefold", Version: version, Rules: []sarifRule{}}
	for _, r := range rules {
		if r.Type == audit.Violation {
			driver.Rules = append(driver.Rules, sarifRuleOf(r))
		}
	}
	return sarifTool{driver}
}

func sarifRuleOf(r audit.Rule) sarifRule {
	tags := []string{"twelve-factor", string(r.Factor())}
	properties := map[string]sarifProperty{"factor": r.Factor(), "severity": r.Severity, "precision": r.Confidence}
	if ofSecurity[r.ID] {
		tags = append(tags, "security")
		properties["security-severity"] = securitySeverity[r.Severity]
	}
	properties["tags"] = tags
	text, marked := "Why it matters: "+r.Why, "**Why it matters:** "+markdown(r.Why)
	for _, fix := range r.Advice() {
		title := "Fix"
		if fix.For != "" {
			title += " for " + fix.For
		}
		text += "\n\n" + title + ": " + fix.Text
		marked += "\n\n**" + markdown(title) + ":** " + markdown(fix.Text)
	}
	return sarifRule{
		ID: r.ID, Name: pascal(r.ID), Short: sarifText{Text: plainText(r.Title)}, Full: sarifText{Text: plainText(sentenceOf(r.Title) + " " + r.Why)},
		Help: sarifText{plainText(text), marked}, HelpURI: manifesto + string(r.Factor()),
		Default: sarifDefault{level(r.Severity, r.Confidence)}, Properties: properties,
	}
}

// pascal is "ConfigEnvFileCommitted" of "config/env-file-committed".
func pascal(id string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(id, func(r rune) bool { return r == '/' || r == '-' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
