package audit

import (
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

var fingerprintForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// gate reads which new findings fail a pull request's check.
func (p *settingsParser) gate(node *yaml.Node) {
	p.each(node, "the gate", "{fail-on: high}", func(key, value *yaml.Node) {
		if key.Value != "fail-on" {
			p.warn(key.Line, "unknown key %q of the gate: known is fail-on", key.Value)
			return
		}
		gate, known := GateNamed(text(value))
		if !known {
			p.warn(value.Line, "fail-on can't be %q, so it does not count: use %s, or none", text(value), oneOf(Severities()))
			return
		}
		p.settings.Gate = gate
	})
}

// waived reads whether findings that are waived count in scores.
func (p *settingsParser) waived(node *yaml.Node) {
	switch text(node) {
	case "scored":
	case "unscored":
		p.settings.Unscored = true
	default:
		p.warn(node.Line, "waived can't be %q, so waived findings are scored: use scored or unscored", text(node))
	}
}

func (p *settingsParser) waiver(node *yaml.Node) {
	w, complete := Waiver{Line: node.Line}, true
	wrong := func(line int, format string, args ...any) {
		complete = false
		p.warn(line, format+", so the waiver does not count", args...)
	}
	known := p.each(node, "a waiver", "{rule: config/debug-literal, reason: …, owner: …, expires: 2027-01-31}", func(key, value *yaml.Node) {
		said := strings.TrimSpace(text(value))
		switch key.Value {
		case "rule":
			if w.Rule = said; !ruleID.MatchString(said) {
				wrong(value.Line, "%q is no rule: write one as in config/debug-literal", said)
			}
		case "path":
			if w.Path = said; said != "" {
				complete = p.glob(value.Line, &w.Path) && complete
			}
		case "fingerprint":
			if w.Fingerprint = strings.ToLower(said); !fingerprintForm.MatchString(w.Fingerprint) {
				wrong(value.Line, "%q is no fingerprint: copy the 32 hex digits of the finding", said)
			}
		case "reason":
			if w.Reason = said; len(said) > MaxReason {
				wrong(value.Line, "the reason is longer than %d bytes", MaxReason)
			}
		case "owner":
			w.Owner = said
		case "expires":
			if _, err := time.Parse(day, said); err != nil {
				wrong(value.Line, "%q is no day: write it as in 2027-01-31", said)
			}
			w.Expires = said
		default:
			p.warn(key.Line, "unknown key %q of a waiver: known are rule, path, fingerprint, reason, owner and expires", key.Value)
		}
	})
	if !known || !complete {
		return
	}
	for _, missing := range []struct{ value, what string }{
		{w.Rule + w.Fingerprint, "a rule or a fingerprint"}, {w.Reason, "a reason"}, {w.Owner, "an owner, who answers for it"},
		{w.Expires, "a day that it expires on"},
	} {
		if missing.value == "" {
			p.warn(node.Line, "a waiver needs %s, so it does not count", missing.what)
			return
		}
	}
	p.settings.Waivers = append(p.settings.Waivers, w)
}
