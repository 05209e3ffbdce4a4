package inspect

import (
	"regexp"
	"strings"
)

var (
	// camelText is a text that is written as code writes names: provisionDeviceSecret.
	camelText = regexp.MustCompile(`^[a-z]+([A-Z][a-z]+)+$`)
	camelWord = regexp.MustCompile(`[A-Z]?[a-z]+`)
	// wordsText is a text of several words: auth_session, oauth-state.
	wordsText = regexp.MustCompile(`^[a-z]+([_-][a-z]+)+$`)
	entryWord = regexp.MustCompile(`[a-z]+`)
	// headerText is written as headers are: Authentication, X-Auth-Token.
	headerText = regexp.MustCompile(`^([A-Z][a-z]*-)*[A-Z][a-z]+$`)
	// labelName is the name of what something is called where it is sent or kept.
	labelName = regexp.MustCompile(`(?i)(^|[^a-z])(param|parameter|header|field|claim|column|attribute)s?([^a-z]|$)`)
	// keyedName is the name of what finds something, or of a kind, as often as of
	// what signs.
	keyedName = regexp.MustCompile(`(?i)(key|token)$`)
	// entryName is the name of what finds an entry of a session, a cache or a
	// store, with a word before it that says of what: NEW_TOKEN_SESSION_KEY.
	entryName = regexp.MustCompile(`(?i)[a-z]_(session|cache|cookie|storage|state|context|request|redis|flash)_key$`)
	// entryText is what an entry is called.
	entryText = regexp.MustCompile(`^_{0,2}[a-z]+([_.:-][a-z]+)*$`)
	// claims are words by which a text says that it is the secret.
	claims = regexp.MustCompile(`(?i)secret|pass|pwd|key|token|^(my|your|our|super|very|some|the|change|test|dev)`)
)

// NamesItself reports whether a literal beside a secret's name only says in
// words what the name says: the attribute, cookie or kind that the constant
// stands for. PROVISION_SECRET = "provisionDeviceSecret", SessionKey =
// "auth_session"; not JWT_SECRET = "my-jwt-secret", which somebody signs with.
func NamesItself(name, text string) bool {
	plain := strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
	shared := func(words []string) (n int) {
		for _, word := range words {
			if len(word) >= 4 && strings.Contains(plain, word) {
				n++
			}
		}
		return n
	}
	switch {
	case headerText.MatchString(text) && keyedName.MatchString(name) && (strings.Contains(text, "-") || !claims.MatchString(text)):
		return true // AUTH_TOKEN = "Authentication"
	case entryText.MatchString(text) && entryName.MatchString(name) && shared(entryWord.FindAllString(text, -1)) >= 2:
		return true // NEW_TOKEN_SESSION_KEY = "_shop_new_long_lived_token"
	case wordsText.MatchString(text) && labelName.MatchString(SplitHumps(name)):
		return true // oauthParamToken = "token_remote_user"
	case wordsText.MatchString(text) && !claims.MatchString(text) && strings.Count(text, "-")+strings.Count(text, "_") > 1:
		words := strings.FieldsFunc(text, func(r rune) bool { return r == '_' || r == '-' })
		if shared(words) == len(words) {
			return true // API_KEY_TYPE_SPECIAL_PURPOSE = "special-purpose-type"
		}
	case camelText.MatchString(text):
		words := camelWord.FindAllString(text, -1)
		for i := range words {
			words[i] = strings.ToLower(words[i])
		}
		return !claims.MatchString(words[0]) && shared(words) >= 2 && shared(words) >= len(words)-1
	case wordsText.MatchString(text) && keyedName.MatchString(name) && !claims.MatchString(text):
		words := strings.FieldsFunc(text, func(r rune) bool { return r == '_' || r == '-' })
		return shared(words) >= 1 && shared(words) >= len(words)-1
	}
	return false
}
