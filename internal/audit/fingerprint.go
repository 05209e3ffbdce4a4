package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// fingerprint gives every finding of one component its fingerprint: a hash of
// the rule, the component's path and the subject, and of the ordinal among
// equals. It holds no line and no file name, so it survives moved lines and
// renamed files.
func fingerprint(findings []Finding) {
	equals := map[string]int{}
	for i := range findings {
		f := &findings[i]
		key := hashOf(f.Rule, f.Component, f.Subject)
		f.Fingerprint = hashOf(key, fmt.Sprint(equals[key]))[:32]
		equals[key]++
	}
}

// RulesetVersion names the rules and the scoring that an audit was made under:
// twelve hex digits. It is derived from the rules' entries and from Revision of
// a rule whose matcher changed, so no one can forget it.
func RulesetVersion(rules []Rule) string {
	parts := []string{scoringVersion}
	for _, r := range sorted(rules) {
		parts = append(parts, fmt.Sprintf("%q", []any{
			r.ID, r.Aspect, r.Type, r.Title, r.Why, r.Fixes, r.Severity, r.Confidence, r.Counting, r.Sources, r.Bad, r.Good, fmt.Sprint(r.Revision),
		}))
	}
	for _, class := range Classes() {
		for _, key := range factorKeys() {
			parts = append(parts, string(class), string(key), matrix[class][key], fmt.Sprint(FactorWeight(key), aspects[key]))
		}
	}
	return hashOf(parts...)[:12]
}

// hashOf hashes parts so that no two lists of parts collide by joining.
func hashOf(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "%d:%s,", len(p), p)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
