package server

import (
	"testing"

	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
)

// TestRulesOfSecretsExist holds the list of rules whose lines hold secrets.
func TestRulesOfSecretsExist(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, rule := range rules.All() {
		known[rule.ID] = true
	}
	for _, id := range secretRules {
		if !known[id] {
			t.Errorf("there is no rule %s", id)
		}
	}
	for _, f := range factor.All() {
		if f.Means == "" {
			t.Errorf("%s has no second sentence", f.Name)
		}
	}
}
