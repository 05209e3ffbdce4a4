package tokens

import (
	"hash/crc32"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

var (
	// forTrying are tokens that open only what a provider has for trying.
	forTrying = regexp.MustCompile(`^(?:[sr]k_test_|shippo_test_|duffel_test_|EZTK|FLWSECK_TEST|access-sandbox-|test_)`)
	// sampleWord is what people put into a token that is to be none.
	sampleWord = regexp.MustCompile(`(?i)example|sample|dummy|fake|foobar|placeholder|replace|change.?me|insert|redacted|secret|notreal|xxxx|(?:^|[^a-z])(?:test|your|demo|mock|foo)(?:[^a-z]|$)|your_|_here|token_?here|0000000|1111111|aaaaaa|123456|234567|abcdef|654321|fedcba|deadbeef|cafebabe|qwerty|lorem|hello`)
)

// sample reports whether a token was made up by a person to show its form.
func sample(text string) bool {
	if i := strings.LastIndexByte(text, '_'); i >= 0 && i < 12 { // behind sk_test_
		text = text[i+1:]
	}
	return sampleWord.MatchString(text) || repeats(text)
}

// repeats reports whether a text is one short piece over and over.
func repeats(text string) bool {
	for n := 1; n <= len(text)/3 && n <= 12; n++ {
		if strings.Repeat(text[:n], len(text)/n+1)[:len(text)] == text {
			return true
		}
	}
	return false
}

// leastEntropy is what a token has at least that only a name beside it tells,
// where the library asks for nothing: words and paths have less.
const leastEntropy = 3

// random reports whether a text looks drawn at random: it has digits and
// letters, mixed, and is no name of something.
func random(text string, s inspect.Secret) bool {
	var digits, letters, changes int
	last := 0
	for i := range len(text) {
		kind := 0
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			digits++
			kind = 1
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			letters++
			kind = 2
		}
		if i > 0 && kind != last {
			changes++
		}
		last = kind
	}
	return s.Entropy > leastEntropy && digits > 1 && letters > 1 && changes*6 >= len(text)
}

// checksummed are formats whose last six characters are the CRC-32 of the ones
// before, in base 62: https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/
var checksummed = map[string]string{
	"github-pat": "ghp_", "github-oauth": "gho_", "github-app-token": "gh", "github-refresh-token": "ghr_", "npm-access-token": "npm_",
}

// checked reports what a token's own checksum says: that its provider issued it,
// or that nobody did. Most formats have none, and say neither.
func checked(id, text string) (issued, forged bool) {
	prefix := checksummed[id]
	if prefix == "" || len(text) != 40 || !strings.HasPrefix(text, prefix) {
		return false, false
	}
	issued = base62(crc32.ChecksumIEEE([]byte(text[4:34]))) == text[34:]
	return issued, !issued
}

func base62(n uint32) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	text := []byte("000000")
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = digits[n%62]
		n /= 62
	}
	return string(text)
}
