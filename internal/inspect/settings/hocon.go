package settings

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// HOCON reads application.conf of Ktor, Play and Akka: a Setting for each key,
// and what it means. "port = ${?PORT}" behind "port = 8080" makes one setting
// from the environment with the number as its default. What does not fit is
// passed over.
func HOCON(e *inspect.Emitter, content []byte) error {
	r := &hoconReader{text: string(shell.PlainText(content)), line: 1}
	r.object("", 0)
	newFile(e, overlay(r.entries), hoconStyle, "hocon").state()
	return nil
}

// overlay joins an optional variable with what it replaces when it is set.
func overlay(entries []entry) []entry {
	last := map[string]int{}
	var list []entry
	for _, x := range entries {
		if name, ok := optionalVariable(x.text); ok {
			if i, known := last[x.key]; known && len(list[i].text) < inspect.MaxText {
				list[i].text = "${" + name + hoconDefault + list[i].text + "}"
				list[i].line, list[i].end = x.line, x.end
				continue
			}
		}
		last[x.key] = len(list)
		list = append(list, x)
	}
	return list
}

// hoconDefault stands between a variable and the setting that it replaces. It
// is not of HOCON, which has no defaults of this form, and can't be in a file:
// NUL bytes are dropped before.
const hoconDefault = "\x00"

func optionalVariable(text string) (string, bool) {
	name, ok := strings.CutPrefix(text, "${?")
	if !ok || !strings.HasSuffix(name, "}") || strings.Count(text, "$") > 1 {
		return "", false
	}
	return "?" + strings.TrimSuffix(name, "}"), true
}

type hoconReader struct {
	text    string
	at      int
	line    int
	entries []entry
	bytes   int // of the keys that were built
}

// blank skips blanks and comments; with breaks also line ends and commas.
func (r *hoconReader) blank(breaks bool) {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			r.at++
		case (c == '\n' || c == ',') && breaks:
			if c == '\n' {
				r.line++
			}
			r.at++
		case c == '#' || strings.HasPrefix(r.text[r.at:], "//"):
			end := strings.IndexByte(r.text[r.at:], '\n')
			if end < 0 {
				end = len(r.text) - r.at
			}
			r.at += end
		default:
			return
		}
	}
}

// object reads members up to the closing brace, or the file's end.
func (r *hoconReader) object(prefix string, depth int) {
	for {
		r.blank(true)
		if r.at >= len(r.text) {
			return
		}
		if c := r.text[r.at]; c == '}' || c == ']' {
			r.at++
			if depth > 0 {
				return
			}
			continue
		} else if c == '{' || c == '[' || c == '=' || c == ':' || c == '+' {
			r.at++ // the root's own braces, or what does not fit
			continue
		}
		key := r.key()
		if key == "" {
			r.at++
			continue
		}
		r.blank(false)
		if strings.HasPrefix(r.text[r.at:], "+=") {
			r.at += 2
		} else if r.at < len(r.text) && (r.text[r.at] == '=' || r.text[r.at] == ':') {
			r.at++
		} else if r.at >= len(r.text) || r.text[r.at] != '{' {
			r.restOfLine()
			continue
		}
		r.value(join(prefix, key), depth)
	}
}

// key reads a dotted key, parts of which may be quoted.
func (r *hoconReader) key() string {
	var b strings.Builder
	for r.at < len(r.text) && b.Len() <= maxKey {
		switch c := r.text[r.at]; {
		case c == '"':
			b.WriteString(r.quoted())
		case strings.IndexByte("=:{}[],+#\n \t\r$", c) >= 0:
			return strings.Trim(b.String(), ".")
		default:
			b.WriteByte(c)
			r.at++
		}
	}
	return strings.Trim(b.String(), ".")
}

// value reads what stands behind a key: an object, a list, or a text of one line.
func (r *hoconReader) value(key string, depth int) {
	r.blank(false)
	for r.at < len(r.text) && r.text[r.at] == '\n' { // a value may start on the next line
		r.blank(true)
	}
	if r.at >= len(r.text) {
		return
	}
	r.bytes += len(key)
	bounded := depth >= maxKeyDepth || len(key) > maxKey || r.bytes > maxKeyBytes
	switch c := r.text[r.at]; {
	case bounded && (c == '{' || c == '['):
		r.skip()
	case c == '{':
		r.at++
		r.object(key, depth+1)
	case c == '[':
		r.at++
		r.list(key, depth+1)
	default:
		line := r.line
		text := r.scalar()
		if !bounded && len(r.entries) < maxEntries && utf8.ValidString(text) {
			r.entries = append(r.entries, entry{key: key, text: text, line: line, end: r.line})
		}
	}
}

func (r *hoconReader) list(key string, depth int) {
	for i := 0; ; i++ {
		r.blank(true)
		if r.at >= len(r.text) {
			return
		}
		if c := r.text[r.at]; c == ']' || c == '}' {
			r.at++
			return
		}
		before := r.at
		r.value(join(key, strconv.Itoa(i)), depth)
		if r.at == before {
			r.at++
		}
	}
}

// scalar reads a text up to the line's end, a comma or a closing bracket;
// quoted texts and references are put together as they stand.
func (r *hoconReader) scalar() string {
	var b strings.Builder
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '"':
			b.WriteString(r.quoted())
			continue
		case c == '\n' || c == ',' || c == '}' || c == ']' || c == '#' || strings.HasPrefix(r.text[r.at:], "//") && !strings.HasSuffix(b.String(), ":"):
			return strings.TrimSpace(b.String())
		case strings.HasPrefix(r.text[r.at:], "${"):
			end := strings.IndexAny(r.text[r.at:], "}\n")
			if end > 0 && r.text[r.at+end] == '}' {
				b.WriteString(r.text[r.at : r.at+end+1])
				r.at += end + 1
				continue
			}
		}
		b.WriteByte(r.text[r.at])
		r.at++
	}
	return strings.TrimSpace(b.String())
}

// quoted reads "…" or """…""".
func (r *hoconReader) quoted() string {
	if strings.HasPrefix(r.text[r.at:], `"""`) {
		r.at += 3
		end := strings.Index(r.text[r.at:], `"""`)
		if end < 0 {
			end = len(r.text) - r.at
		}
		text := r.text[r.at : r.at+end]
		r.line += strings.Count(text, "\n")
		r.at = min(r.at+end+3, len(r.text))
		return text
	}
	var b strings.Builder
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case '"':
			r.at++
			return b.String()
		case '\n':
			return b.String()
		case '\\':
			if r.at+1 < len(r.text) && r.text[r.at+1] != '\n' {
				r.at++
				b.WriteByte(r.text[r.at])
			}
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// skip passes over an object or list that nests too deep.
func (r *hoconReader) skip() {
	depth := 0
	for r.at < len(r.text) {
		switch r.text[r.at] {
		case '"':
			r.quoted()
			continue
		case '\n':
			r.line++
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		r.at++
		if depth == 0 {
			return
		}
	}
}

func (r *hoconReader) restOfLine() {
	for r.at < len(r.text) && r.text[r.at] != '\n' {
		r.at++
	}
}
