package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
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
		parts = append(parts, r.ID, r.Aspect, string(r.Type), r.Title, r.Why, string(r.Severity), string(r.Confidence), string(r.Counting),
			string(r.Bad), string(r.Good), strconv.Itoa(r.Revision), strconv.Itoa(len(r.Fixes)), strconv.Itoa(len(r.Sources)))
		for _, fix := range r.Fixes {
			parts = append(parts, fix.For, fix.Text)
		}
		parts = append(parts, r.Sources...)
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
	var b []byte
	for _, p := range parts {
		b = append(strconv.AppendInt(b, int64(len(p)), 10), ':')
		b = append(append(b, p...), ',')
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
