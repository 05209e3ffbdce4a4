package inspect

import (
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	secretWord = regexp.MustCompile(`(?i)(^|[^a-z])((pg|db|sql|mysql|postgres|mongo|redis|smtp|mail|ldap|admin|root|user)?passw(or)?ds?|passwds?|passphrases?|pwd|secrets?|secret[_-]?keys?([_-]?base)?|api[_-]?keys?|access[_-]?keys?|private[_-]?keys?|signing[_-]?keys?|encryption[_-]?keys?|session[_-]?keys?|auth[_-]?keys?|(aes|hmac|jwt|cipher|crypto|master)[_-]?keys?|tokens?|credentials?|dsn[_-]?password)($|[^a-z])|(^|[^a-z])pass$|_pw$`)
	// notSecret are names that hold a secret word and are none: where it is, how
	// it is checked, what it is called, what is public.
	notSecret = regexp.MustCompile(`(?i)(url|uri|endpoint|path|file|dir|name|field|label|header|prefix(es)?|suffix(es)?|length|expir(y|es|ed|ation)?|expires_?in|ttl|lifetime|timeout|max|min|hash(er|ers|_rounds)?|validat|policy|regex|pattern|hint|placeholder|reset|forgot|type|algorithm|issuer|audience|count|limit|public|publishable|site_?key|enabled|disabled|required|allow|rotate|provider|class|format|store|backend|title|template|text|message|subject|time|threshold|age|interval|period|delay|window|(milli)?seconds|minute|mins|hour|day|week|attempts|version|form|page|link|button|help|char|charset|table|broker|character|alphabet|cache([_-]?key)?|scope|property|properties|column|target|identifier|user|model|serializer|manager|factory|handler|service|module|schema|entity|strategy|function|generator|resolver|mode|status|event|action|name_?old|name_?new)s?$|^(csrf|xsrf)|^(tmpl|tpl|template|label|msg|err|error|errors|message|path|route)_|^(enable|disable|is|has|use|allow|show|hide|require|skip|force|num)_|(public|publishable|next_public|vite|react_app)_`)
	// notSecretToken are tokens of language models, of pages of a list, of a design.
	notSecretToken = regexp.MustCompile(`(?i)(^|[^a-z])(max|min|num|total|input|output|prompt|completion|context|stop|special|pad|eos|bos|cls|sep|unk|mask|next|page|cursor|continuation|cancel|cancellation|design|theme|colou?r|syntax)[_-]?tokens?$|(^|[^a-z])tokens?[_-]?ids?([^a-z]|$)`)
	// namespace is the name of a library's package or class: Microsoft.IdentityModel.Tokens,
	// org.acme.rules.FetchCredentialsNode.
	namespace   = regexp.MustCompile(`^([A-Z][A-Za-z0-9]*\.){2,}[A-Z][a-z]+s$|^([a-z][a-z0-9_]*\.){2,}[A-Z][A-Za-z0-9]*$`)
	placeholder = regexp.MustCompile(`(?i)^(change[-_ ]?(me|this|it|in)?.*|.*change[-_]?me.*|.*replace[-_ ]?(me|this|with).*|x{3,}.*|\*{3,}.*|\.{3,}|-+|_+|0+|todo|tbd|none|null|nil|undefined|true|false|yes|no|on|off|example.*|.*example|.*(x{6,}|\*{4,}|0{8,})|sample.*|dummy.*|fake[-_ ]?(key|secret|token|pass(word)?|id|client|api)?|default[-_ ][a-z]+([-_ ][a-z]+)*|(.*[-_. ])?placeholder([-_. ].*)?|(0123456789(abcdef)?)+|insert[-_ ].*|(set|put|insert|enter|add|paste)your.*|enter[-_ ].*|put[-_ ].*|set[-_ ]?me.*|your[-_ ]?.*|my[-_ ]?(secret|password|key|token|api[-_]?key)([-_ ]?(here|key))?|.*[-_ ]here|some[-_].*|fill[-_ ]?.*|redacted|\[[a-z]+([-_ ]+[a-z]+)+\]|\{[a-z]+([-_ ]+[a-z]+)+\}|.*KEY_?EXAMPLE.*|[A-Z][A-Z0-9_]*_VAL(UE)?|\[?<[^<>]*>\]?|[[(<{*_ -]+(masked|redacted|protected|filtered|hidden|censored|removed|sensitive|secure|encrypted)[])>}*_ -]+|secret|password|passwd|token|key)$`)
	// common are the words among the placeholders that people leave as they are.
	common = regexp.MustCompile(`(?i)^(secret|password|passwd)$`)
	// instruction is a text that says what to do instead of being a value.
	instruction = regexp.MustCompile(`(?i)^((generate|create|choose|pick|provide|specify|define|paste|use|add|make)[-_ ](a|an|your|my|me|new|one|it|some|the|this|secure|strong|random|long|unique)([-_ ].*)?|please[-_ ].*|to[-_ ]be[-_ ].*|(a[-_ ])?((very|long|random|secure|strong|unique)[-_ ])+(string|value|secret|key|password|token|text|chars?|characters)([-_ ].*)?|not[-_ ](a[-_ ])?(real|so|very|actual|valid)?[-_ ]?(secret|password|key|token)([-_ ].*)?|fake[-_ ].*|(very[-_ ]?)+(secret|secure|strong)[-_ ]?(password|passphrase|pass|key|token))$`)
	// published are keys that a service gives to everybody for trying it: they
	// let every test pass, or that stand in every page that uses the service, as
	// PostHog's, Stripe's and Mapbox's do, or are the samples of its documentation, as
	// Telegram's are.
	published = regexp.MustCompile(`^(phc_[A-Za-z0-9]{30,}|pk_(live|test)_[A-Za-z0-9]{10,}|pk\.eyJ[\w.-]+|6LeIxAcTAAAAA[\w-]+|[123]x0{20,}[A-Z]{2}|[123]x0{30,}[A-Z]{2}|0x0{40}|1102015\d\d:AAHdqTcvCH1vGWJxfSe[\w-]+|123456(78(90?)?)?:A(BC-DEF1234|[Aa])[\w-]+)$`)
	// unset are texts by which a program tells itself that nothing was given.
	unset        = regexp.MustCompile(`(?i)^\s*(none|null|nil|undefined|unset|not[-_ ]?set|missing|true|false|yes|no|on|off|0|-+|_+|\.+|n/?a)?\s*$`)
	interpolated = regexp.MustCompile(`^\s*(\$\{?[A-Za-z_(]|\{\{|<[^>]*>$|<%|%[({]?[A-Za-z_]|#\{|\{\w+\}$|@\w+@)|\.\.\.$|…$`)
	formats      = []struct {
		name string
		re   *regexp.Regexp
	}{
		{"stripe-live-key", regexp.MustCompile(`\b[sr]k_live_[0-9A-Za-z]{8,}`)},
		{"stripe-test-key", regexp.MustCompile(`\b[sr]k_test_[0-9A-Za-z]{8,}`)},
		{"aws-access-key", regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
		{"github-token", regexp.MustCompile(`\b(gh[pousr]_[0-9A-Za-z]{36,}|github_pat_[0-9A-Za-z_]{60,})`)},
		{"slack-token", regexp.MustCompile(`\bxox[abprs]-[0-9A-Za-z-]{10,}`)},
		{"google-api-key", regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`)},
		{"sendgrid-key", regexp.MustCompile(`\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{16,}`)},
		{"private-key", regexp.MustCompile(`-----BEGIN ([A-Z]+ )*PRIVATE KEY-----`)},
		{"json-web-token", regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{10,}`)},
	}
)

// What every match of secretWord, and of formats, contains: nearly all names
// and texts are told apart by it without a regular expression.
var (
	secretRoots = []string{"pass", "pwd", "_pw", "secret", "key", "token", "credential"}
	tokenMarks  = []string{"_live_", "_test_", "AKIA", "ASIA", "gh", "xox", "AIza", "SG.", "PRIVATE KEY", "eyJ"}
)

func containsAny(text string, marks []string) bool {
	for _, mark := range marks {
		if strings.Contains(text, mark) {
			return true
		}
	}
	return false
}

// SecretRoots are texts of which every secret's name holds one, in some case of
// its letters.
func SecretRoots() []string { return slices.Clone(secretRoots) }

// TokenMarks are texts of which every text with a provider's format holds one.
func TokenMarks() []string { return slices.Clone(tokenMarks) }

// IsSecretName reports whether a variable, field or key of this name holds a
// secret: "SESSION_SECRET", "dbPassword", "api-key"; not "PASSWORD_RESET_URL",
// "tokenLength" or a public key.
func IsSecretName(name string) bool {
	if !containsAny(strings.ToLower(name), secretRoots) || namespace.MatchString(name) {
		return false
	}
	name = SplitHumps(name)
	return secretWord.MatchString(name) && !notSecret.MatchString(name) && !notSecretToken.MatchString(name)
}

// IsPlaceholder reports whether text only stands for a value that someone else
// must fill in: "changeme", "<password>", "${TOKEN}", "your-api-key", "".
func IsPlaceholder(text string) bool {
	text = strings.TrimSpace(text)
	if text == "" || interpolated.MatchString(text) || placeholder.MatchString(text) || instruction.MatchString(text) || published.MatchString(text) {
		return true
	}
	return strings.Trim(text, text[:1]) == "" // one character repeated
}

// fileName is a file's name, without the path or with it.
var fileName = regexp.MustCompile(`(?i)^[\w./~-]+\.(ya?ml|json|toml|ini|conf|cfg|env|properties|xml|txt|pem|key|crt|cer|pub|p12|pfx|jks|gpg|asc|enc|age|sops|html?|tmpl|sql|sh|ps1|psm1|bat|cmd|bash|rb|php|py|js|ts|go|gz|tgz|zip)$`)

// headerName is the name of a header that carries a secret: X-Auth-Token.
var headerName = regexp.MustCompile(`(?i)^x(-[a-z]+){1,5}$`)

// settingKey is what a library calls one of its settings: ssl.keystore.password.
var settingKey = regexp.MustCompile(`^[a-z]{2,}[a-z0-9_]*(\.[a-z][a-z_-]+){2,}$`)

// pagePath is where something is: a template, a page, a route, an entry. What is random
// has digits or capitals between its slashes.
var pagePath = regexp.MustCompile(`^/?[a-z]+([_-][a-z]+)*(/([a-z]+([_-][a-z]+)*|v[0-9]+))+/?$|^[a-z]+([_-][a-z]+)*/$|^[a-z]+(:[a-z]+){2,}$`)

// messageKey names a text for people: user.validation.required, error.user.wrong_password.
var messageKey = regexp.MustCompile(`^([a-z][A-Za-z_-]*\.)*(validations?|errors?|messages?|labels?|forms?)(\.[a-z][A-Za-z_-]*)+$`)

// keyPrefix is what the keys of a cache begin with: "shop:user-token:".
var keyPrefix = regexp.MustCompile(`^[A-Za-z]+([_-][A-Za-z]+)*(:[A-Za-z]+([_-][A-Za-z]+)*)*:$`)

// elsewhere is where something is, or what it is called among others.
var elsewhere = regexp.MustCompile(`^(unix|file)://|^(/[a-z0-9_.-]+){2,}$|^[a-z]+(:[a-z]+){2,}$`)

// SaysOtherwise reports whether a literal beside a secret's name is surely not
// the secret: the name of the file or page that it lies in or of the setting
// that holds it, or words for people in a script of theirs, which no generator
// of passwords draws from.
func SaysOtherwise(text string) bool {
	if TokenFormat(text) != "" {
		return false
	}
	return fileName.MatchString(text) || headerName.MatchString(text) || wordList.MatchString(text) || checks.MatchString(text) || strings.ContainsAny(text, "[(") && expression.MatchString(text) || pagePath.MatchString(text) || messageKey.MatchString(text) || keyPrefix.MatchString(text) || settingKey.MatchString(text) && containsAny(text, secretRoots) ||
		selector.MatchString(text) || providersName.MatchString(text) || errorCode.MatchString(text) && saysWrong.MatchString(text) || strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) })
}

var (
	// selector finds an element of a page by its attribute.
	selector = regexp.MustCompile(`^[\w.#-]*\[[a-z-]+[~|^$*]?=[^\]]+\]$`)
	// providersName is what a provider calls its keys: aws_secret_key.
	providersName = regexp.MustCompile(`^(aws|s3|gcp|gcs|azure|minio|oss|stripe|twilio|github|google|slack)[_.-](secret|access|api|private)([_.-]access)?[_.-](key|token)([_.-]id)?$`)
	// errorCode is written as codes of errors are, and says what is wrong.
	errorCode = regexp.MustCompile(`^([a-z]+\.)*[A-Z][A-Z0-9]*(_[A-Z0-9]+){2,}$`)
	saysWrong = regexp.MustCompile(`(^|[_.])(MAY_NOT|MUST|MISSING|INVALID|REQUIRED|EXPIRED|FAILED|INCORRECT|FORBIDDEN|TOO_(SHORT|LONG|WEAK)|NOT_(BE|FOUND|VALID|SET|MATCH|ALLOWED))(_|$)`)
)

// checks are what a form's field has to be: required|min:6, nullable|string.
var checks = regexp.MustCompile(`^(required|nullable|optional|sometimes|bail|filled|present)([|,][a-z_]+(:[\w.,]+)?)*$|^(string|alpha_num|confirmed)([|,][a-z_]+(:[\w.,]+)?)+$`)

// wordList are words that are told apart or passed over: "the, a, of".
var wordList = regexp.MustCompile(`^[a-z]+([-_ ][a-z]+)*([,;|] *[a-z]+([-_ ][a-z]+)*){2,}$`)

// expression is a regular expression: a class that is repeated, a group that
// captures nothing.
var expression = regexp.MustCompile(`\[[^\]\s]{2,}\](\{\d+(,\d*)?\}|[+*])|\(\?(:|[a-zA-Z]+[:)]|P?<[a-zA-Z]|[!=])`)

// ComparedSecret reports whether a text that a secret is compared with is one,
// rather than a kind or a state: it looks thought of or drawn as a password.
func ComparedSecret(text string) bool {
	digits, letters := strings.ContainsAny(text, "0123456789"), strings.ContainsFunc(text, unicode.IsLetter)
	return len(text) >= 6 && digits && letters && !strings.ContainsAny(text, " \t\n") && !IsPlaceholder(text) && !SaysOtherwise(text)
}

// TokenFormat names the provider format that text contains, or "".
func TokenFormat(text string) string {
	if !containsAny(text, tokenMarks) || keyHeader.MatchString(text) {
		return ""
	}
	for _, f := range formats {
		if f.re.MatchString(text) && !(f.name == "aws-access-key" && signedURL.MatchString(text)) && !(f.name == "private-key" && sentence.MatchString(text)) {
			return f.name
		}
	}
	return ""
}

// keyHeader is how a private key begins, and no key.
var keyHeader = regexp.MustCompile(`^\s*-----BEGIN ([A-Z]+ )*PRIVATE KEY-----[\s.…]*(-----END ([A-Z]+ )*PRIVATE KEY-----\s*)?$`)

// sentence is what stands between the frames of a key that somebody is to paste:
// words, and no base 64.
var sentence = regexp.MustCompile(`KEY-----\s*[A-Za-z][a-z']{0,19}( [A-Za-z][a-z']{0,19})+\W*(-----END|$)`)

// signedURL is an address that somebody was given for a while: it names the key
// that signed it, which is not the secret.
var signedURL = regexp.MustCompile(`X-Amz-Credential=|AWSAccessKeyId=`)

// NewSecret keeps of a secret what may be kept.
func NewSecret(text string) Secret {
	return Secret{
		Masked:      Mask(text),
		Length:      utf8.RuneCountInString(text),
		Entropy:     math.Round(entropy(text)*100) / 100,
		Placeholder: IsPlaceholder(text) || elsewhere.MatchString(text) || wordList.MatchString(text),
		Common:      common.MatchString(strings.TrimSpace(text)),
		Unset:       unset.MatchString(text),
		Format:      TokenFormat(text),
	}
}

// minSecretBits tells a credential from the throwaway passwords of local
// databases: length times entropy. "postgres" has 22 bits, "root" 6; eight
// random characters have 24 or more.
const minSecretBits = 24

// Guessable reports whether a secret is a placeholder or too simple to be
// anybody's, so that nothing but what it is given to tells that it is in use.
func (s Secret) Guessable() bool {
	return s.Placeholder || s.Format == "" && float64(s.Length)*s.Entropy < minSecretBits
}

// SigningKey is what extractors call a key given to a call that signs or encrypts
// and has no name of its own.
const SigningKey = "signing key"

// WeakKey reports whether what is given to a call as its key is too plain to be
// told from a sample where it is assigned. There it is in use all the same.
func WeakKey(name, text string) bool {
	return (name == SigningKey || name == "signingKey" || name == "encryptionKey") && NewSecret(text).Guessable()
}

// Mask shows at most the first four characters of a secret, never more than a
// quarter of it.
func Mask(text string) string {
	runes := []rune(text)
	shown := min(4, len(runes)/4)
	return string(runes[:shown]) + "…"
}

func entropy(text string) float64 {
	count := map[rune]int{}
	total := 0
	for _, r := range text {
		count[r]++
		total++
	}
	var bits float64
	for _, n := range count {
		p := float64(n) / float64(total)
		bits -= p * math.Log2(p)
	}
	return bits
}

// LitOf is a literal value as it may be kept: the password of a URL and any
// recognised provider token are masked, and named in Secret. Every extractor
// makes its literals here.
func LitOf(text string) Value {
	v := Lit(text)
	if format := TokenFormat(text); format != "" {
		s := NewSecret(text)
		v.Text, v.Secret = s.Masked, &s
		return v
	}
	if masked, password, ok := MaskURL(text); ok {
		s := NewSecret(password)
		v.Text, v.Secret = masked, &s
	}
	return v
}

// SecretLit is a literal that is a secret because of where it stands.
func SecretLit(text string) Value {
	s := NewSecret(text)
	return Value{Source: Literal, Text: s.Masked, HasText: true, Secret: &s}
}

// Userinfo is the start of a URL through the @ that ends a user's name and
// password; people write passwords with an @ of their own in them.
var Userinfo = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*://)([^/@:\s]*):([^/@\s]+(?:@[^/@\s?#,&;]*)*)@`)

// MaskURL replaces the password in scheme://user:password@host…, and in
// connection strings that are no URLs. It does not need the rest to be valid.
func MaskURL(text string) (masked, password string, ok bool) {
	m := Userinfo.FindStringSubmatch(text)
	if m == nil {
		return maskDSN(text)
	}
	if p, err := url.PathUnescape(m[3]); err == nil {
		password = p
	} else {
		password = m[3]
	}
	return m[1] + m[2] + ":…@" + text[len(m[0]):], password, true
}
