package inspect

import (
	"regexp"
	"strings"
)

var (
	userinfoAnywhere = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^/@:\s"'$]*:[^/@\s"'$]+@`)
	// NAME=value, --from-literal=NAME=value
	shellAssignment = regexp.MustCompile(`(?:--?[A-Za-z][A-Za-z0-9_-]*=)?([A-Za-z_][A-Za-z0-9_.-]*)=("[^"\n]*"|'[^'\n]*'|[^\s"';&|)]+)`)
	// A=b,NAME=value
	listedPair = regexp.MustCompile(`[,{]([A-Za-z_][A-Za-z0-9_.-]*)=([^\s"';&|),}]+)`)
	secretFlag = regexp.MustCompile(`(--?[A-Za-z][A-Za-z0-9_-]*)([ \t]+)("[^"\n]*"|'[^'\n]*'|[^\s"';&|)-][^\s"';&|)]*)`)
	configLine = regexp.MustCompile(`(?m)^[ \t]*"?([A-Za-z_][A-Za-z0-9_.-]*)"?[ \t]*[:=][ \t]*(\S.*)$`)
	// printf 'NAME=%s\n' value
	printedPair  = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*)[=:] ?["'\\]*%s["'\\n]*[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s"';&|)]+)`)
	nestedOption = regexp.MustCompile(`^(id|type|name|src)=`) // docker build --secret id=npm,src=…
	// name = "value", "name": 'value'
	quotedPair = regexp.MustCompile(`([A-Za-z_][A-Za-z0-9_.-]*)["']?[ \t]*[:=][ \t]*("[^"\n]*"|'[^'\n]*')`)
	// ${NAME:-value}
	parameterDefault = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*):?[-=+]([^${}]+)\}`)
	// "$NAME" = value
	comparison = regexp.MustCompile(`\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?["']?[ \t]+[!=]?==?[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s"';&|$]+)`)
	// set_env NAME value
	namedArgument = regexp.MustCompile(`(?:^|[\s"'])([A-Z][A-Z0-9]*_[A-Z0-9_]+)["']?[ \t]+("[^"\n]*"|'[^'\n]*'|[^\s"'=;&|<>()$-][^\s"';&|<>()]{7,})`)
)

// What SQL gives a login.
var (
	sqlPassword   = regexp.MustCompile(`(?i)\bpassword[ \t]+'([^'\n$]+)'`)
	sqlIdentified = regexp.MustCompile(`(?i)\bidentified[ \t]+(?:with[ \t]+\S+[ \t]+)?by[ \t]+'([^'\n$]+)'`)
)

// credentialPlaces are where programs take a secret that no name tells: the
// group of each is the secret.
var credentialPlaces = []struct {
	hint string // what every match contains
	re   *regexp.Regexp
}{
	{"uthorization", regexp.MustCompile(`[Aa]uthorization["']?\s*:\s*["']?(?:(?i:bearer|basic|token|apikey|digest)\s+)?([^\s"'$<{]+)`)},
	{":", regexp.MustCompile(`(?i)\b(?:x-[a-z-]*(?:key|token|secret)|(?:private|job)-token|api-?key)\s*:\s*([^\s"'$<{]+)`)},
	{":", regexp.MustCompile(`(?:^|\s)(?:-u|--user|--proxy-user)[ =]?["']?[^\s:"'$]+:([^\s"'$]+)`)},
	{"-p", regexp.MustCompile(`\b(?:mysql|mariadb)[a-z-]*\b(?:[^\n|;&]*?\s)-p([^\s"'$]+)`)},
	{"-a", regexp.MustCompile(`\b(?:redis|valkey)-cli\b(?:[^\n|;&]*?\s)-a\s*["']?([^\s"'$]+)`)},
	{"sshpass", regexp.MustCompile(`\bsshpass\s+-p\s*["']?([^\s"'$]+)`)},
	{"put-parameter", regexp.MustCompile(`\bput-parameter\b(?:[^\n|;&]*?\s)--value[ =]["']?([^\s"'$]+)`)},
	{"secret set", regexp.MustCompile(`\bsecret set\b(?:[^\n|;&]*?\s)(?:--body|-b)[ =]["']?([^\s"'$]+)`)},
	{"PASSWORD", sqlPassword}, {"assword", sqlPassword}, {"IDENTIFIED", sqlIdentified}, {"dentified", sqlIdentified},
	{"login", regexp.MustCompile(`\blogin\b(?:[^\n|;&]*?\s)-p[ =]?["']?([^\s"'$]+)`)},
}

// MaskText is a text of several words as it may be kept: provider tokens, the
// passwords of URLs and the literal values of secret-named variables and flags
// are masked, the rest stays as written.
func MaskText(text string) string {
	text = maskTokens(text)
	if strings.Contains(text, "://") {
		text = userinfoAnywhere.ReplaceAllStringFunc(text, func(url string) string {
			masked, _, _ := MaskURL(url)
			return masked
		})
	}
	if strings.Contains(text, "=") {
		text = replaceGroup(shellAssignment, text, 1, 2)
		if strings.Contains(text, ",") {
			text = replaceGroup(listedPair, text, 1, 2)
		}
	}
	if strings.ContainsAny(text, `"'`) {
		text = replaceGroup(quotedPair, text, 1, 2)
	}
	if strings.Contains(text, "$") && strings.Contains(text, "=") {
		text = replaceGroup(comparison, text, 1, 2)
	}
	if strings.Contains(text, "${") {
		text = replaceGroup(parameterDefault, text, 1, 2)
	}
	if strings.Contains(text, "_") {
		text = replaceGroup(namedArgument, text, 1, 2)
	}
	if strings.Contains(text, "%s") {
		text = replaceGroup(printedPair, text, 1, 2)
	}
	if strings.Contains(text, "-") {
		text = replaceGroup(secretFlag, text, 1, 3)
	}
	return maskPlaces(text)
}

// maskPlaces masks what stands where programs take a secret.
func maskPlaces(text string) string {
	for _, place := range credentialPlaces {
		if !strings.Contains(text, place.hint) {
			continue
		}
		var b strings.Builder
		from := 0
		for _, m := range place.re.FindAllStringSubmatchIndex(text, -1) {
			if held := text[m[2]:m[3]]; !IsPlaceholder(held) && !strings.HasSuffix(held, "…") {
				b.WriteString(text[from:m[2]] + Mask(held))
				from = m[3]
			}
		}
		text = b.String() + text[from:]
	}
	return text
}

func maskTokens(text string) string {
	if !containsAny(text, tokenMarks) {
		return text
	}
	for _, f := range formats {
		text = f.re.ReplaceAllStringFunc(text, Mask)
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
	secret := IsSecretName(name) || strings.HasPrefix(name, "D") && IsSecretName(name[1:]) // -Dpassword=…, an option of the JVM
	return secret && !strings.HasSuffix(name, "stdin") &&
		!IsPlaceholder(value) && !nestedOption.MatchString(value) && !strings.HasSuffix(value, "…")
}

// MaskWords is argv as it may be kept: see maskText. A word is masked as it
// would be in a text behind the program and the two words before it.
func MaskWords(argv []string) []string {
	masked := make([]string, len(argv))
	keeps := "" // what of the words before says that a secret follows
	for i, word := range argv {
		switch {
		case i > 0 && (argv[i-1] == "login" || argv[i-1] == "put-parameter"):
			keeps = argv[i-1] + " "
		case i > 1 && argv[i-2] == "secret" && argv[i-1] == "set":
			keeps = "secret set "
		}
		masked[i] = MaskWord(word)
		if i == 0 || masked[i] != word {
			continue
		}
		if before := argv[i-1]; strings.HasPrefix(before, "-") && !strings.Contains(before, "=") &&
			!strings.HasPrefix(word, "-") && holdsSecret(before, word) {
			masked[i] = Mask(word)
			continue
		}
		context := argv[0] + " " + keeps
		for _, before := range masked[max(1, i-2):i] {
			context += before + " "
		}
		if text := MaskText(context + word); strings.HasPrefix(text, context) {
			masked[i] = text[len(context):]
		}
	}
	return masked
}

// MaskWord is one word as it may be kept: NAME=value of a secret's name, and
// whatever maskText finds.
func MaskWord(word string) string {
	if name, value, ok := strings.Cut(word, "="); ok && !strings.ContainsAny(name, " \t\n/?&") && holdsSecret(name, value) {
		return name + "=" + Mask(value)
	}
	return MaskText(word)
}

// maxConfigText is how much of a whole file held in a value is kept, in bytes:
// enough for its first settings, little enough for a cache row.
const maxConfigText = 4096

// ConfigText is a value that may be a whole configuration file.
func ConfigText(text string) Value {
	if !strings.Contains(text, "\n") {
		if v := LitOf(text); v.Secret != nil {
			return v
		}
		return Lit(MaskText(text))
	}
	if len(text) > maxConfigText {
		text = strings.ToValidUTF8(text[:maxConfigText], "") + "…"
	}
	return Lit(MaskLines(text))
}

// MaskLines is a text of several lines, which may be a file of settings, as it may
// be kept.
func MaskLines(text string) string { return MaskText(replaceGroup(configLine, text, 1, 2)) }

// LiteralOf is the literal value of a named thing as it may be kept: masked
// whole when the name is a secret's, else by what it holds.
func LiteralOf(name, text string) Value {
	if text != "" && IsSecretName(name) {
		return SecretLit(text)
	}
	return LitOf(text)
}
