package document

import (
	"bytes"
	"strconv"
	"strings"
)

// Property is one pair of a properties file, or with Key "" a line "#---",
// which starts another document to Spring.
type Property struct {
	Key, Text string
	Line, End int
}

// ReadProperties reads Java's format: continued lines, escapes, "=", ":" or
// blanks between key and value. No bytes are an error to it.
func ReadProperties(content []byte) []Property {
	var list []Property
	content = bytes.ReplaceAll(bytes.TrimPrefix(content, []byte("\ufeff")), []byte{0}, nil)
	lines := strings.Split(strings.ReplaceAll(string(content), "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimLeft(lines[i], " \t\f")
		if line == "" || line[0] == '#' || line[0] == '!' {
			if line = strings.TrimRight(line, " \t"); line == "#---" || line == "!---" {
				list = append(list, Property{Line: i + 1, End: i + 1})
			}
			continue
		}
		p := Property{Line: i + 1}
		var whole strings.Builder
		for continued(line) && i+1 < len(lines) {
			whole.WriteString(line[:len(line)-1])
			i++
			line = strings.TrimLeft(lines[i], " \t\f")
		}
		whole.WriteString(line)
		p.End = i + 1
		p.Key, p.Text = pair(whole.String())
		if p.Key != "" {
			list = append(list, p)
		}
	}
	return list
}

// continued reports whether a line ends in a backslash that is not escaped.
func continued(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// pair takes a logical line apart.
func pair(line string) (key, text string) {
	at := 0
	for at < len(line) && !strings.ContainsRune("=: \t\f", rune(line[at])) {
		if line[at] == '\\' {
			at++
		}
		at++
	}
	at = min(at, len(line))
	key = unescape(line[:at])
	rest := strings.TrimLeft(line[at:], " \t\f")
	if rest != "" && (rest[0] == '=' || rest[0] == ':') {
		rest = strings.TrimLeft(rest[1:], " \t\f")
	}
	return key, strings.TrimRight(unescape(rest), " \t\r")
}

func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n', 'r', 't', 'f':
			b.WriteByte(' ')
		case 'u':
			if code, err := strconv.ParseUint(text[i+1:min(i+5, len(text))], 16, 32); err == nil && i+5 <= len(text) {
				b.WriteRune(rune(code))
				i += 4
			}
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
