package tokens

import (
	"encoding/json"
	"regexp/syntax"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

func scanned(text string) []inspect.Signal {
	var e inspect.Emitter
	Scan(&e, []byte(text))
	return e.Signals
}

func TestFormsAreTold(t *testing.T) {
	t.Parallel()
	const hex40 = "b7d2c1e7ab94d4e53a0c6f19e8d7c6b5a4930f21"
	for _, test := range []struct{ text, format, name string }{
		{`token = "ghp_` + `zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"`, "github-pat", "token"},
		{`Authorization: Bearer glpat-Tq9vX2mB7cLr4NwZ8yKd`, "gitlab-pat", "Authorization"},
		{`AWS_ACCESS_KEY_ID=AKIAZQ3DRSTUVWXY2345`, "aws-access-token", "AWS_ACCESS_KEY_ID"},
		{`'key' => 'SK` + hex40[:32] + `',`, "twilio-api-key", "key"},
		{`datadog_api_key: ` + hex40, "datadog-access-token", "datadog_api_key"},
		{`client_secret: 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`, "google-oauth-client-secret", "client_secret"},
		{`const HOOK: &'static str = "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";`, "google-oauth-client-secret", "HOOK"},
		{`bot(719384756:AAHq9vX2mB7cLr4NwZ8yKd3HsJ5gF1pA6oQ)`, "telegram-bot-api-token", "bot"},
	} {
		signals := scanned("first\n" + test.text + "\nlast\n")
		if len(signals) != 1 {
			t.Errorf("%s: %d signals", test.text, len(signals))
			continue
		}
		token := signals[0].Fact.(inspect.ProviderToken)
		if signals[0].Line != 2 || token.Secret.Format != test.format || token.Name != test.name || token.Secret.Placeholder || token.Forged {
			t.Errorf("%s: line %d, %+v", test.text, signals[0].Line, token)
		}
	}
}

func TestWhatOnlyLooksLikeATokenIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"xghpghp_", "task_skip_SKU_FLASK", "twitter: com.example.twitter.handle.of.nobody", "private readonly key = twitterKeyOfTheCurrentUser2",
		"AKIAIOSFODNN7EXAMPLE", "-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
		"\x00\x01 ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17", "s.getUserByIdentificationNumber()", "sha512-ghp/zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17==",
		"AKIAZQ3DRSTUVWXY23456789", strings.Repeat("SK", 3000),
	} {
		for _, s := range scanned(text) {
			t.Errorf("%.60q states %+v", text, s.Fact)
		}
	}
}

func TestChecksumsTell(t *testing.T) {
	t.Parallel()
	wrong := scanned("ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq18")
	if len(wrong) != 1 || !wrong[0].Fact.(inspect.ProviderToken).Forged {
		t.Errorf("a wrong checksum is not noticed: %+v", wrong)
	}
	right := scanned("ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17")
	if len(right) != 1 || !right[0].Fact.(inspect.ProviderToken).Issued {
		t.Errorf("a right checksum is not noticed: %+v", right)
	}
	if none := scanned("glpat-Tq9vX2mB7cLr4NwZ8yKd"); len(none) != 1 || none[0].Fact.(inspect.ProviderToken).Issued || none[0].Fact.(inspect.ProviderToken).Forged {
		t.Errorf("a token without a checksum has one: %+v", none)
	}
}

func TestSignalsHoldNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
	text, err := json.Marshal(scanned("ghp_" + secret))
	if err != nil || strings.Contains(string(text), secret[:6]) || !strings.Contains(string(text), "github-pat") {
		t.Errorf("%s, %v", text, err)
	}
}

func TestSealedKeysAreTold(t *testing.T) {
	t.Parallel()
	const body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
	for label, sealed := range map[string]bool{"PRIVATE KEY": false, "ENCRYPTED PRIVATE KEY": true, "RSA PRIVATE KEY": false} {
		signals := scanned("-----BEGIN " + label + "-----\n" + body + "-----END " + label + "-----\n")
		if len(signals) != 1 {
			t.Errorf("%s: %d signals", label, len(signals))
			continue
		}
		if key := signals[0].Fact.(inspect.ProviderToken); key.Sealed != sealed || !key.Alone || signals[0].EndLine != 4 {
			t.Errorf("%s: %+v", label, signals[0])
		}
	}
}

// The patterns are compiled when they are first needed, which must not be when
// an audit finds that one can't be.
func TestPatternsCompile(t *testing.T) {
	t.Parallel()
	for _, list := range [][]rule{own, library} {
		for _, r := range list {
			if _, err := syntax.Parse(r.pattern, syntax.Perl); err != nil || len(r.heads) == 0 || r.reach == 0 {
				t.Errorf("%s: %v, %d heads, reach %d", r.id, err, len(r.heads), r.reach)
			}
			for _, h := range r.heads {
				if len(h.text) < 2 || len(h.next)%2 != 0 || !r.named && h.least > r.reach {
					t.Errorf("%s: head %+v", r.id, h)
				}
			}
			for i := range r.allow {
				allowerOf(&r.allow[i]).res()
			}
		}
	}
	allowerOf(&allowed).res()
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("ghp_" + "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17 twitter_key = 'q7b2x9k4m1z8w5c3v6n0l2j4h' -----BEGIN PRIVATE KEY-----"))
	f.Fuzz(func(t *testing.T, content []byte) {
		var e inspect.Emitter
		Scan(&e, content)
		for _, s := range e.Signals {
			if s.Line < 1 || s.EndLine < s.Line {
				t.Errorf("lines %d to %d", s.Line, s.EndLine)
			}
		}
	})
}
