package inspect

import (
	"regexp"
	"strings"
)

var (
	userinfoAnywhere = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^/@:\s"'$]*:[^/@\s"'$]+@`)
	shellAssignment  = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*)=("[^"\n]*"|'[^'\n]*'|[^\s"';&|)]+)`)
	secretFlag       = regexp.MustCompile(`(--?[A-Za-z][A-Za-z0-9_-]*)([ \t]+)("[^"\n]*"|'[^'\n]*'|[^\s"';&|)-][^\s"';&|)]*)`)
	configLine       = regexp.MustCompile(`(?m)^[ \t]*"?([A-Za-z_][A-Za-z0-9_.-]*)"?[ \t]*[:=][ \t]*(\S.*)$`)
	nestedOption     = regexp.MustCompile(`^(id|type|name|src)=`) // docker build --secret id=npm,src=…
)

// tokenHints are literals of which every provider format has one: most texts
// have none, and need no regular expression run over them.
var tokenHints = []string{"k_live_", "k_test_", "AKIA", "ASIA", "gh", "xox", "AIza", "SG.", "-----BEGIN", "eyJ"}

// maskText is a text of several words as it may be kept: provider tokens, the
// passwords of URLs and the literal values of secret-named variables and flags
// are masked, the rest stays as written.
func maskText(text string) string {
	text = maskTokens(text)
	if strings.Contains(text, "://") {
		text = userinfoAnywhere.ReplaceAllStringFunc(text, func(url string) string {
			masked, _, _ := maskURL(url)
			return masked
		})
	}
	if strings.Contains(text, "=") {
		text = replaceGroup(shellAssignment, text, 1, 2)
	}
	if strings.Contains(text, "-") {
		text = replaceGroup(secretFlag, text, 1, 3)
	}
	return text
}

func maskTokens(text string) string {
	for _, hint := range tokenHints {
		if !strings.Contains(text, hint) {
			continue
		}
		for _, f := range formats {
			text = f.re.ReplaceAllStringFunc(text, Mask)
		}
		break
	}
	return text
}

// replaceGroup masks the group value wherever the group name is a secret's name.
func replaceGroup(re *regexp.Regexp, text string, name, value int) string {
	var b strings.Builder
	from := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		held := text[m[2*value]:m[2*value+1]]
		if !holdsSecret(text[m[2*name]:m[2*name+1]], strings.Trim(held, `"'`)) {
			continue
		}
		b.WriteString(text[from:m[2*value]])
		b.WriteString(Mask(strings.Trim(held, `"'`)))
		from = m[2*value+1]
	}
	b.WriteString(text[from:])
	return b.String()
}

// holdsSecret reports whether value must not be kept because of its name.
func holdsSecret(name, value string) bool {
	name = strings.TrimLeft(name, "-")
	return IsSecretName(name) && !strings.HasSuffix(name, "stdin") &&
		!IsPlaceholder(value) && !nestedOption.MatchString(value) && !strings.HasSuffix(value, "…")
}

// maskWords is argv as it may be kept: see maskText.
func maskWords(argv []string) []string {
	masked := make([]string, len(argv))
	for i, word := range argv {
		masked[i] = maskWord(word)
		if i > 0 && strings.HasPrefix(argv[i-1], "-") && !strings.Contains(argv[i-1], "=") &&
			!strings.HasPrefix(word, "-") && holdsSecret(argv[i-1], word) {
			masked[i] = Mask(word)
		}
	}
	return masked
}

// maskWord is one word as it may be kept: NAME=value of a secret's name, and
// whatever maskText finds.
func maskWord(word string) string {
	if name, value, ok := strings.Cut(word, "="); ok && !strings.ContainsAny(name, " \t\n/?&") && holdsSecret(name, value) {
		return name + "=" + Mask(value)
	}
	return maskText(word)
}

// maxConfigText is how much of a whole file held in a value is kept, in bytes:
// enough for its first settings, little enough for a cache row.
const maxConfigText = 4096

// configText is a value that may be a whole configuration file.
func configText(text string) Value {
	if !strings.Contains(text, "\n") {
		return LitOf(maskText(text))
	}
	if len(text) > maxConfigText {
		text = strings.ToValidUTF8(text[:maxConfigText], "") + "…"
	}
	return Lit(maskText(replaceGroup(configLine, text, 1, 2)))
}

// literalOf is the literal value of a named thing as it may be kept: masked
// whole when the name is a secret's, else by what it holds.
func literalOf(name, text string) Value {
	if text != "" && IsSecretName(name) {
		return SecretLit(text)
	}
	return LitOf(text)
}
