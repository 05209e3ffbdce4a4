package settings

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// isSecretKey reports whether a setting of this key holds a secret: its last
// name says so, or the last two do together, as "jwt.signing.key".
func isSecretKey(key string) bool {
	last := lastNames(key, 1)
	if inspect.IsSecretName(last) {
		return !notSecretKey.MatchString(key)
	}
	switch strings.ToLower(last) {
	case "key", "value", "keys":
		return inspect.IsSecretName(lastNames(key, 2))
	}
	return false
}

// notSecretKey are settings with a secret's name that hold none: headers and
// parameters of a login form, the names of tokens, levels of loggers, texts.
var notSecretKey = regexp.MustCompile(`(?i)^(logging\.level|info|springdoc|swagger|messages?|i18n|label|error|validation)\.|(parameter|header|cookie|claim|column|attribute|mapping|claims|uri|endpoint|type|message)s?\.[^.]*$|^quarkus\.(openshift|kubernetes|knative|minikube|kind)\.`)

// encrypted are values that only who has another key can read, or that are
// hashes: Jasypt, Spring Cloud Config, Quarkus, references to a vault.
var encrypted = regexp.MustCompile(`^(ENC\(.*\)|\{cipher\}.*|\{(bcrypt|scrypt|argon2|pbkdf2|sha256|sha-256|md5|ldap)[^}]*\}.*|\$2[aby]\$.*|vault:.*|kv/.*|sm://.*|sm@.*|aws-secretsmanager:.*|classpath:.*|file:.*)$`)

// A password of 32 hexadecimal digits is the MD5 of one; a key or token of them
// is a key of 128 bits.
var (
	md5Hash      = regexp.MustCompile(`^[0-9a-f]{32}$`)
	passwordName = regexp.MustCompile(`(?i)(pass(word|wd)?|pwd)$`)
)

// credentialText reports whether text can be a secret's value rather than a
// switch, a place or a sentence.
func credentialText(key, text string) bool {
	if text == "" || encrypted.MatchString(text) || passwordName.MatchString(key) && md5Hash.MatchString(text) {
		return false
	}
	if inspect.TokenFormat(text) != "" {
		return true
	}
	if inspect.SaysOtherwise(text) || strings.ContainsAny(text, " \t\n") || len(text) < 3 || inspect.SaysKind(lastNames(key, 1), text) {
		return false
	}
	squeeze := strings.NewReplacer("_", "", "-", "", ".", "")
	if strings.EqualFold(squeeze.Replace(lastNames(key, 1)), squeeze.Replace(text)) {
		return false
	}
	return !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, "./") && !webAddress.MatchString(text)
}

var webAddress = regexp.MustCompile(`^https?://`)

// credential states a literal secret, a provider's token, the password of a URL.
func (f *file) credential(x entry, v folded, secret bool) {
	text := v.literal()
	if text == "" {
		return
	}
	text = strings.TrimPrefix(text, "{noop}") // Spring Security's mark of a password in the clear
	if inDevelopment(x.profile) && inspect.TokenFormat(text) == "" {
		return
	}
	if secret && credentialText(x.key, text) {
		f.e.Emit(x.line, x.end, inspect.Credential{Name: x.key, Via: "assignment", Secret: inspect.NewSecret(text), Host: f.neighbourHost(x)})
		return
	}
	if f.urlPassword(x, text) || inspect.TokenFormat(text) == "" {
		return
	}
	f.e.Emit(x.line, x.end, inspect.Credential{Name: x.key, Via: "assignment", Secret: inspect.NewSecret(text)})
}

// urlPassword states the password of a URL or a connection string.
func (f *file) urlPassword(x entry, text string) bool {
	_, password, ok := inspect.MaskURL(text)
	if !ok || password == "" {
		return false
	}
	name, host := inspect.DsnHost(text)
	if m := inspect.Userinfo.FindStringSubmatch(text); m != nil {
		rest := text[len(m[0]):]
		if end := strings.IndexAny(rest, "/?#,:"); end >= 0 {
			rest = rest[:end]
		}
		name, host = m[1]+rest, rest
	}
	f.e.Emit(x.line, x.end, inspect.Credential{Name: name, Via: "url", Secret: inspect.NewSecret(password), Host: host})
	return true
}

// neighbourHost is the host of the service that a password is for, by the URL
// or host that is set beside it; "localhost" for an engine inside the process.
func (f *file) neighbourHost(x entry) string {
	prefix := x.key
	for range 3 { // spring.datasource.hikari.password has its URL one level up
		at := strings.LastIndexByte(prefix, '.')
		if at < 0 {
			return ""
		}
		prefix = prefix[:at]
		for _, name := range [...]string{"url", "jdbc-url", "jdbc.url", "uri", "host", "hosts", "hostname", "addresses", "server", "endpoint"} {
			text := f.text(prefix+"."+name, x.profile)
			if text == "" || strings.HasPrefix(text, "$") {
				continue
			}
			if embedded.MatchString(text) {
				return "localhost"
			}
			return hostOf(text)
		}
	}
	return ""
}

var addressHost = regexp.MustCompile(`^(?:[a-z0-9+.:-]+//)?(?:[^@/\s]*@)?(\[[^\]]*\]|[^/:;,?\s${}]+)`)

// hostOf is the first host of an address or a URL, "" when it names none.
func hostOf(text string) string {
	if strings.HasPrefix(text, "jdbc:") || strings.HasPrefix(text, "r2dbc:") {
		name, host := inspect.DsnHost(text)
		if !strings.HasPrefix(name, "jdbc:") {
			return ""
		}
		return host
	}
	if m := addressHost.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}
