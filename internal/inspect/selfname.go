package inspect

import (
	"regexp"
	"slices"
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
	// wordy is a text of letters alone in several words, however code joins them:
	// client_secret, AccessKey.Create, feedback-gateway.
	wordy = regexp.MustCompile(`^[A-Za-z]+([_.-][A-Za-z]+)*$`)
	// kindName is the name of a kind: of what happens, is asked for, is allowed.
	kindName = regexp.MustCompile(`(?i)(^|[^a-z])(kwarg|purpose|event|method|permission|scope|action|arg|attr|prop|kind|((password|passwd|token|credentials?|kv)[^a-z]*key))s?$`)
	// issuedName is the name of what a service draws for whoever uses it.
	issuedName = regexp.MustCompile(`(?i)(^|[^a-z])((api|access|account|subscription|license)[^a-z]*keys?|(api|access|auth|bearer|refresh|bot)[^a-z]*tokens?|client[^a-z]*secret|credentials?|tokens?)$`)
	// boasts are words that people put into what they think of themselves.
	boasts = regexp.MustCompile(`(?i)^(my|your|our|super|very|some|the|change|test|dev|admin|secure|strong|hello|letme|pass|passw(or)?d)([_.-]|[A-Z]|$)|super_?secret|top_?secret|changeme|please`)
	// lookupName is the name of what finds something, signingName that of what
	// signs or opens something.
	lookupName  = regexp.MustCompile(`_(KEY|key)$`)
	signingName = regexp.MustCompile(`(?i)(^|[^a-z])(secret|sign(ing)?|jwt|session|(en)?crypt(ion)?|cipher|cookie|hmac|csrf|private|master|app|application|aes)([^a-z]|$)`)
)

// wordsOf are the words of a text, in small letters.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(SplitHumps(text)), func(r rune) bool { return r < 'a' || r > 'z' })
}

// severalWords reports whether a text is words that people read, not letters
// drawn at random, whose humps are short.
func severalWords(text string) bool {
	words := wordsOf(text)
	letters := 0
	for _, word := range words {
		letters += len(word)
	}
	return wordy.MatchString(text) && len(words) > 1 && 2*letters >= 7*len(words)
}

// holds reports whether all words of a name stand in a text.
func holds(text, name string) bool {
	words := wordsOf(text)
	return !slices.ContainsFunc(wordsOf(name), func(word string) bool { return !slices.Contains(words, word) })
}

// repeats reports whether each of several words stands in the name, too, which
// says more than the text does, or is written otherwise.
func repeats(name, text string) bool {
	words, named := wordsOf(text), wordsOf(name)
	for _, word := range words {
		if !slices.Contains(named, word) {
			return false
		}
	}
	return len(words) > 1 && (len(named) > len(words) || issuedName.MatchString(SplitHumps(name)))
}

// objectName is the name of an object of a cluster that holds a secret, as DNS
// writes names.
var objectName = regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)

// NamesObject reports whether a text is what a Secret of a cluster is called, given
// to a variable that says which: SANDBOX_PROXY_CA_SECRET = "sandbox-proxy-ca".
func NamesObject(name, text string) bool {
	words, named := strings.Split(text, "-"), strings.Split(strings.ToLower(name), "_")
	last := len(named) - 1
	return last >= 3 && len(words) >= 3 && named[last] == "secret" && objectName.MatchString(text) &&
		strings.HasSuffix("-"+strings.Join(named[:last], "-"), "-"+strings.TrimSuffix(text, "-secret"))
}

// SaysKind reports whether a setting's text only says of what kind its value is
// to be, as its name does: MEM0_API_KEY = "m0-api-key". What a service draws has
// no such words.
func SaysKind(name, text string) bool {
	m := kindText.FindStringSubmatch(strings.ToLower(text))
	squeeze := strings.NewReplacer("_", "", "-", "", ".", "")
	return m != nil && issuedName.MatchString(SplitHumps(name)) && strings.HasSuffix(strings.ToLower(squeeze.Replace(name)), squeeze.Replace(m[1]))
}

// kindText is the kind of what a service gives, behind a word of whose.
var kindText = regexp.MustCompile(`^[a-z][a-z0-9]{0,11}[-_](api[-_]?key|access[-_]?token|auth[-_]?token|bot[-_]?token|client[-_]?secret)$`)

// SaysName reports whether a dotenv file's value only says what its variable is
// called, where a service would have drawn one: DISCORD_CLIENT_SECRET = "discord-client-secret".
func SaysName(name, text string) bool {
	squeeze := strings.NewReplacer("_", "", "-", "", ".", "")
	return issuedName.MatchString(SplitHumps(name)) && (NamesItself(name, text) || SaysKind(name, text) || strings.EqualFold(squeeze.Replace(name), squeeze.Replace(text)))
}

// NamesItself reports whether a literal beside a secret's name only says in
// words what the name says: the attribute, cookie or kind that the constant
// stands for, or is of words where a service would have drawn letters and digits.
// PROVISION_SECRET = "provisionDeviceSecret", SessionKey = "auth_session", client_secret
// = "bot-context"; not JWT_SECRET = "my-jwt-secret", which somebody signs with.
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
	several := severalWords(text) && !boasts.MatchString(text)
	switch {
	case several && repeats(name, text):
		return true // AWS_SECRET_ACCESS_KEY_KWARG = "aws_secret_access_key"
	case several && kindName.MatchString(SplitHumps(name)):
		return true // tokenPurpose = "email_verification"
	case several && strings.Contains(text, "_") && lookupName.MatchString(name) && !signingName.MatchString(SplitHumps(name)):
		return true // PRIMARY_ADMIN_KEY = "primary_admin"
	case several && issuedName.MatchString(SplitHumps(name)) && !(strings.Contains(text, "-") && holds(text, name)):
		return true // USER_TOKEN = "ApolloUserToken": what a service draws has digits
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
