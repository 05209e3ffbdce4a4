package api

import (
	"strings"
	"testing"
)

func TestTokensAreTold(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 200 {
		token := NewToken()
		if !IsToken(token) || seen[token] || len(token) != 52 {
			t.Fatalf("%s is no token, or there was one like it", token)
		}
		seen[token] = true
		for i := range token {
			other := []byte(token)
			other[i]++
			if IsToken(string(other)) {
				t.Fatalf("%s with another character at %d is one, too", token, i)
			}
		}
		if masked := Masked("/api/v1/" + token + "/x " + token); strings.Contains(masked, token[3:20]) || !strings.HasSuffix(masked, "tf_…") {
			t.Fatalf("masked: %s", masked)
		}
	}
	for _, text := range []string{"", "tf_", strings.Repeat("a", 52), "tf_" + strings.Repeat("0", 49), "TF_" + NewToken()[3:], NewToken() + "0"} {
		if IsToken(text) {
			t.Errorf("%q is a token", text)
		}
	}
}
