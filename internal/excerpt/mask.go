package excerpt

import (
	"math"
	"regexp"
	"strings"
	"unicode"

	"twelvefold/internal/inspect"
)

// context is how many lines before the first that is shown are looked at: a
// secret's name may stand there.
const context = 5

var (
	literal    = regexp.MustCompile("\"((?:[^\"\\\\]|\\\\.)*)\"|'((?:[^'\\\\]|\\\\.)*)'|`([^`]*)`")
	identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_.-]*`)
	// valueLine is the value of what is named on a line before it.
	valueLine = regexp.MustCompile(`^\s*-?\s*["']?(value|default|defaultValue|content|data|text)["']?\s*[:=]`)
	element   = regexp.MustCompile(`<([A-Za-z][\w.:-]*)(?:\s[^<>]*)?>([^<>]+)</`)
	pair      = regexp.MustCompile(`^(\s*(?:-\s+)?(?:export\s+)?["']?[\w.\[\]/-]+["']?\s*(?:=>|[:=])\s*)(\S.*)$`)
	// comment is a line that is one, behind is one at a line's end.
	comment = regexp.MustCompile(`^\s*(#|//|/?\*|--|<!--)`)
	behind  = regexp.MustCompile(`\s(//|#|/\*)\s`)
	// header names a header that carries a secret.
	header = regexp.MustCompile(`(?i)\bauthorization["']?\s*[:=,]`)
	// unquoted is what a text inside of a program gives a name.
	unquoted = regexp.MustCompile("([A-Za-z_][\\w.-]*)(\\s*[:=]\\s*)([^\\s\"'`()\\[\\]{},;<>=.]+)")
	bare     = regexp.MustCompile(`(^|[\s=:,])([A-Za-z0-9+/=_-]{20,})($|[\s,;])`)
	// asks is what stands before the name of something that is asked for.
	asks = regexp.MustCompile(`(?i)(env|get|fetch|lookup|require|import|property|setting|config|secret|parameter|has|key|value|name)\w*[(\[]\s*$|[\w)\]]\[\s*$|\b(name|key|id|type|class|for|field|column)\s*[:=]\s*$|\b(from|import)\s*$`)
	// names is what stands behind the name of something that is given a value.
	names     = regexp.MustCompile(`^\s*(:[^:=]|:$|=>|=[^=])`)
	nameLike  = regexp.MustCompile(`^[A-Za-z_@:$./~][\w.:/@$-]*$`)
	words     = regexp.MustCompile(`^[\p{L}'’,.!?:;%()-]+([ \t]+[\p{L}\d'’,.!?:;%(){}<>$/_-]+)+$`)
	algorithm = regexp.MustCompile(`(?i)^((sha|hmac-?sha)-?\d{1,3}|md5|[her]s\d{3}|aes-\d{3}-\w{3}|utf-?8|hex|base64|ascii|bearer|basic|\d{1,6}|\d{1,4}[smhd])$`)
	address   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)
	filled    = regexp.MustCompile(`^\s*([$#%]\{+[^{}"']*\}+|\{\{[^{}"']*\}\}|\{[\w.]+\}|\$\w+|<[^<>]*>|%[\w(].*)?\s*$`)
)

// maskWindow masks lines that follow each other. known tells of a line whether it
// holds a secret for certain.
func maskWindow(lines []string, code bool, known func(i int) bool) []string {
	masked := make([]string, len(lines))
	named := 0 // lines for which the name that was seen still counts
	for i, line := range lines {
		line = bounded(line)
		own := namesSecret(line)
		line = maskWritten(line, code)
		switch {
		case known(i):
			line = maskLine(line, code, true)
		case own || named > 0 && valueLine.MatchString(line):
			line = maskLine(line, code, false)
		}
		masked[i] = maskRandom(line, code)
		if named--; own {
			named = context
		}
	}
	return masked
}

// maskWritten masks what a text says by itself. Of a program those are its
// literals and comments: what else stands behind a name is an expression.
func maskWritten(line string, code bool) string {
	if m := pair.FindStringSubmatch(line); m != nil && filled.MatchString(m[2]) {
		return line
	}
	if !code || comment.MatchString(line) || header.MatchString(line) {
		return inspect.MaskLines(line)
	}
	line = literal.ReplaceAllStringFunc(line, func(quoted string) string {
		return quoted[:1] + inspect.MaskText(quoted[1:len(quoted)-1]) + quoted[len(quoted)-1:]
	})
	if at := behind.FindStringIndex(line); at != nil {
		line = line[:at[0]] + inspect.MaskText(line[at[0]:])
	}
	return unquoted.ReplaceAllStringFunc(line, func(found string) string {
		m := unquoted.FindStringSubmatch(found)
		if !inspect.IsSecretName(m[1]) || !strings.ContainsAny(m[3], "0123456789") || harmless(m[3], false) {
			return found
		}
		return m[1] + m[2] + inspect.Mask(m[3])
	})
}

// namesSecret reports whether a line names one.
func namesSecret(line string) bool {
	for _, name := range identifier.FindAllString(line, 200) {
		if inspect.IsSecretName(name) {
			return true
		}
	}
	return false
}

// maskLine masks the values of a line that names a secret, or is known to hold
// one.
func maskLine(line string, code, known bool) string {
	var b strings.Builder
	from, quoted := 0, false
	for _, m := range literal.FindAllStringSubmatchIndex(line, -1) {
		at := group(m)
		text := line[at[0]:at[1]]
		quoted = quoted || !tells(line[:m[0]], text, line[m[1]:])
		if tells(line[:m[0]], text, line[m[1]:]) || harmless(text, known) {
			continue
		}
		b.WriteString(line[from:at[0]] + inspect.Mask(text))
		from = at[1]
	}
	line = b.String() + line[from:]
	line = element.ReplaceAllStringFunc(line, func(found string) string {
		m := element.FindStringSubmatch(found)
		if harmless(m[2], known) || !known && !inspect.IsSecretName(m[1]) {
			return found
		}
		return strings.TrimSuffix(found, m[2]+"</") + inspect.Mask(m[2]) + "</"
	})
	if m := pair.FindStringSubmatch(line); m != nil && !code && !quoted && !strings.HasSuffix(m[2], "…") && !harmless(strings.Trim(m[2], `"'`), known) && !address.MatchString(m[2]) {
		line = m[1] + inspect.Mask(m[2])
	}
	return line
}

// group is where the literal stands in the match without its quotes.
func group(m []int) [2]int {
	for i := 2; i+1 < len(m); i += 2 {
		if m[i] >= 0 {
			return [2]int{m[i], m[i+1]}
		}
	}
	return [2]int{m[0], m[1]}
}

// tells reports whether a literal only names something, by what stands before and
// behind it.
func tells(before, text, behind string) bool {
	return nameLike.MatchString(text) && (names.MatchString(behind) || asks.MatchString(before))
}

// harmless reports whether a value is surely no secret.
func harmless(text string, known bool) bool {
	text = strings.TrimSpace(text)
	switch {
	case text == "" || strings.HasSuffix(text, "…") || filled.MatchString(text) || algorithm.MatchString(text):
		return true
	case address.MatchString(text): // its password is masked already
		return true
	case known:
		return inspect.SaysOtherwise(text)
	}
	return inspect.IsPlaceholder(text) || inspect.SaysOtherwise(text) || words.MatchString(text)
}

// maskRandom masks what looks drawn at random, whatever it is called.
func maskRandom(line string, code bool) string {
	var b strings.Builder
	from := 0
	for _, m := range literal.FindAllStringSubmatchIndex(line, -1) {
		at := group(m)
		if text := line[at[0]:at[1]]; random(text) {
			b.WriteString(line[from:at[0]] + inspect.Mask(text))
			from = at[1]
		}
	}
	line = b.String() + line[from:]
	if code {
		return line
	}
	return bare.ReplaceAllStringFunc(line, func(found string) string {
		m := bare.FindStringSubmatch(found)
		if !random(m[2]) || strings.HasSuffix(line[:strings.Index(line, found)], "sha256") {
			return found
		}
		return m[1] + inspect.Mask(m[2]) + m[3]
	})
}

var drawn = regexp.MustCompile(`^[A-Za-z0-9+/=_-]{20,}$`)

// random reports whether a text looks drawn at random: twenty characters or
// more, with digits among letters and few of them twice.
func random(text string) bool {
	if !drawn.MatchString(text) || inspect.SaysOtherwise(text) {
		return false
	}
	count, digits, upper, lower := map[rune]float64{}, 0, false, false
	for _, r := range text {
		count[r]++
		if unicode.IsDigit(r) {
			digits++
		}
		upper, lower = upper || unicode.IsUpper(r), lower || unicode.IsLower(r)
	}
	bits := 0.0
	for _, n := range count {
		bits -= n / float64(len(text)) * math.Log2(n/float64(len(text)))
	}
	hex := strings.Trim(text, "0123456789abcdefABCDEF-") == ""
	return digits >= 3 && (hex && bits >= 3 || upper && lower && bits >= 3.6)
}

// hideKeys empties the lines of private keys, wherever they begin.
func hideKeys(lines []string) {
	inside := false
	for i, line := range lines {
		begins := strings.Contains(line, "-----BEGIN ") && strings.Contains(line, "PRIVATE KEY")
		ends := inside && strings.Contains(line, "-----END ")
		if inside && !begins && !ends {
			lines[i] = "…"
		}
		inside = (inside || begins) && !ends && !(begins && strings.Contains(line, "-----END "))
	}
}
