package ruby

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

var (
	// serves agrees with a file that may serve requests, works with one that may
	// take jobs.
	serves = prefilter.With("Controller", "Servlet", "Channel", "Hanami", "Cramp", "Web::Action", "Grape", "inatra", "Roda", "Cuba", "Padrino", "env)", "call env", "call _env")
	works  = prefilter.With("Job", "Worker", "Consumer", "Handler", "Queue", "ServerMiddleware", "@queue")

	userinfo   = regexp.MustCompile(`^[^/@:\s]*:[^/@\s]+@`)
	givenName  = regexp.MustCompile(`(?i)(url|uri|endpoint|host|server|site|api|root|gateway|service)["']?\s*\]?\s*(\|\|)?=$`)
	isGiven    = regexp.MustCompile("^(?:" + givenText + ")")
	configRead = regexp.MustCompile(`^(&?\.\w+[?!]?)+([ \t]*[,)\]};]|[ \t]*\n\s*[^.\s]|$|[ \t]+(if|unless|\?|&&|\|\||==|!=|=~|do|and|or|\+|-|\{|:)[ \t]|\[[^\]\n]*\][ \t]*(\n\s*[^.\s]|[,)\]};]))`)
	ofSettings = prefilter.With("settings", "inatra")
	opensClass = regexp.MustCompile(`(?m)^[ \t]*(class|module)[ \t]+[A-Z]`)
	atStart    = prefilter.Before(`(^|[;{(|]|\b(do|then|else))\s*$`)
	noCall     = regexp.MustCompile(`^\s*([=.,:?)\]]|[-+*/|&<]\s)`)
)

// worked agrees with a file that may serve requests or take jobs.
func worked(content []byte, from, to int) bool {
	return serves(content, from, to) || works(content, from, to)
}

// address agrees with a URL that has a password, or that a literal which is
// given to a name starts with: of a service, or of a page when the name says so.
func address(content []byte, from, to int) bool {
	if userinfo.Match(content[to:min(len(content), to+200)]) {
		return true
	}
	start := from
	for start > 0 && (inspect.WordByte(content[start-1]) || strings.IndexByte("+-.", content[start-1]) >= 0) {
		start--
	}
	line := lineBeforePlace(content, start)
	quote := len(line) - 1
	if quote >= 0 && line[quote] == '}' {
		quote = bytes.LastIndexAny(line, `"`)
		if other := bytes.IndexByte(line, '"'); other >= 0 && bytes.Count(line, []byte{'"'}) > 1 {
			return true // texts in texts
		}
	}
	if quote < 0 || strings.IndexByte("\"'([{<|!", line[quote]) < 0 {
		return false
	}
	opened := start - len(line) + quote
	if b := content[opened]; b != '"' && b != '\'' {
		for opened > 0 && (content[opened-1] == '%' || content[opened-1]|0x20 == 'q') {
			opened--
		}
		if content[opened] != '%' {
			return false
		}
	}
	before := bytes.TrimRight(content[max(0, opened-200):opened], " \t\r\n(\\")
	web := bytes.HasPrefix(content[start:], []byte("http"))
	switch {
	case bytes.HasSuffix(before, []byte("==")), bytes.HasSuffix(before, []byte("!=")):
		return false
	case bytes.HasSuffix(before, []byte("=")):
		return !web || givenName.Match(before)
	case bytes.HasSuffix(before, []byte("=>")), bytes.HasSuffix(before, []byte(":")):
		return !web
	}
	return false
}

var simpleText = regexp.MustCompile("^" + strings.TrimSuffix(givenText, `(["'%]|<<)`) + `(?:"([^"#\\]*)"|'([^'\\]*)')\s*([,)\]};\n]|$)`)

// worthy agrees with what a secret's name is given, unless that is a plain text
// and no secret.
func worthy(content []byte, from, to int) bool {
	start, end := inspect.WordAround(content, from, to, "")
	m := simpleText.FindSubmatchIndex(content[end:min(len(content), end+300)])
	if m == nil || m[0] != 0 {
		return true
	}
	text := ""
	for i := len(m) - 6; i < len(m)-2; i += 2 { // the texts in either quotes
		if m[i] >= 0 {
			text = string(content[end+m[i] : end+m[i+1]])
		}
	}
	dashed, _ := inspect.WordAround(content, from, to, "-")
	return credentialText(string(content[start:end]), text) || credentialText(string(content[dashed:end]), text)
}

// inHeredoc agrees with a place in the text of a heredoc into which nothing is
// put before it.
func inHeredoc(content []byte, from, _ int) bool {
	start := max(bytes.LastIndex(content[:from], []byte("<<~")), bytes.LastIndex(content[:from], []byte("<<-")))
	if start < 0 {
		return false
	}
	opened := heredocStart.FindSubmatch(content[start:min(len(content), start+100)])
	if opened == nil || bytes.Contains(content[start:from], []byte("#{")) {
		return false
	}
	ends := regexp.MustCompile(`(?m)^\s*` + regexp.QuoteMeta(string(bytes.Join(opened[1:], nil))) + `\s*$`)
	return !ends.Match(content[start:from]) && ends.Match(content[from:]) && bytes.Contains(content[start:from], []byte("\n"))
}

// header agrees with the name of a header that a text is given to.
func header(content []byte, from, to int) bool {
	from, to = inspect.WordAround(content, from, to, "-")
	return to-from < 100 && inspect.IsSecretHeader(string(content[from:to])) && isGiven.Match(content[to:min(len(content), to+300)])
}

// configured agrees with a configuration of Rails that is not only read.
func configured(content []byte, from, to int) bool {
	if line := lineBeforePlace(content, from); !bytes.HasSuffix(bytes.TrimRight(line, " "), []byte(".")) && len(bytes.TrimSpace(line)) > 0 {
		return false // a name of Rails' own, where one of its classes or blocks is around
	}
	return code(content, from, to) && (bytes.Contains(content, []byte("Rails")) || bytes.Contains(content, []byte("Application"))) && !configRead.Match(content[to:min(len(content), to+300)])
}

// stageAsked agrees with a question for the environment of a framework's
// settings.
func stageAsked(content []byte, from, to int) bool {
	return code(content, from, to) && ofSettings(content, from, to)
}

// serverFile agrees with a word of a server's configuration at the start of a
// statement, in a file that opens no class.
func serverFile(content []byte, from, to int) bool {
	if !atStart(content, from, to) || noCall.Match(content[to:min(len(content), to+40)]) {
		return false
	}
	class := opensClass.FindIndex(content)
	return class == nil || bytes.Contains(content[:class[0]], []byte("<<"))
}

var (
	container = regexp.MustCompile(`^\s*[A-Z]\w*\s*(\|\|)?=\s*(\[|\{|\d|[A-Z][\w:]*\.new)`)
	// changed are the changes of a constant or global, and of what a class gives
	// away by name.
	changed      = regexp.MustCompile(`\$[A-Za-z_]\w*\s*=[^=~>]|(\b[A-Z]\w*|\$[A-Za-z_]\w*)\s*(\[[^\n]*\]\s*(\|\||&&|[-+*|&])?=[^=~>]|<<|[-+*|&]{1,2}=|&?\.\s*(` + alternatives(mutators) + `))`)
	changedField = regexp.MustCompile(`(\b[A-Z]\w*|self\.class)\s*&?\.\s*[a-z_]\w*\s*(\[[^\n]*\]\s*(\|\||&&|[-+*|&])?=[^=~>]|<<|[-+*|&]{1,2}=|=[^=~>]|&?\.\s*(` + alternatives(mutators) + `))`)
	givesAway    = prefilter.With("cattr_", "mattr_", "class_attribute", "def self.", "class << self", "class <<self")
	tableEntry   = regexp.MustCompile(`\[\s*["'][A-Z][A-Z0-9_]{2,}["']`)
	loaderCall   = regexp.MustCompile(`(?i)(config|setting|env)\w*(::\w+)*\s*\.\s*\w`)
)

func alternatives(words map[string]bool) string {
	var list []string
	for word := range words {
		list = append(list, regexp.QuoteMeta(word))
	}
	slices.Sort(list)
	return strings.Join(list, "|")
}

// beyondMarks reports what marks can't say: that what outlives a request is
// changed by one, and that variables stand in a table of names.
func beyondMarks(content []byte) bool {
	if bytes.HasPrefix(content, []byte(`#\`)) {
		return true
	}
	if bytes.Count(content, []byte(`["`))+bytes.Count(content, []byte(`['`)) >= minTable && len(tableEntry.FindAll(content, minTable)) >= minTable && loaderCall.Match(content) {
		return true
	}
	global := bytes.Contains(content, []byte("@@"))
	return (global || outlives(content) || givesAway(content, 0, 0)) && serves(content, 0, 0) && (global || changed.Match(content) || changedField.Match(content))
}

// outlives reports whether a file has a global variable, or a constant that
// holds what can be changed.
func outlives(content []byte) bool {
	for at := 0; at < len(content); {
		line, next := lineAt(content, at)
		at = next
		if global := bytes.IndexByte(line, '$'); global >= 0 && global+1 < len(line) && inspect.WordByte(line[global+1]) && line[global+1] > '9' {
			return true
		}
		word := bytes.TrimLeft(line, " \t")
		if len(word) > 0 && word[0] >= 'A' && word[0] <= 'Z' && bytes.IndexByte(word, '=') > 0 && container.Match(word) {
			return true
		}
	}
	return false
}

var (
	topImport  = regexp.MustCompile(`^(require|require_relative|require_dependency|load|autoload\s+:\w+\s*,)\s*\(?\s*("[^"#\\]*"|'[^'\\]*')\s*\)?\s*(#.*|;?)$`)
	importing  = regexp.MustCompile(`^(require|require_relative|require_dependency|load|autoload)\b`)
	opensDeep  = regexp.MustCompile(`^\s+(.*[;\s])?module\s+(::)?[A-Z]`)
	opensScope = regexp.MustCompile(`^\s*(class|module)\s+(<<\s*self|(::)?[A-Z][\w:]*)\s*(<\s*[\w:]+\s*)?(#.*)?$`)
	oneLiner   = regexp.MustCompile(`\bend\s*(#.*)?$`)
)

// outline is what of a file names the modules that it declares and the files
// that it requires: its lines of the outermost level, each where it was. It is
// empty when it has neither, and the whole file when its lines don't tell.
func outline(content []byte) []byte {
	program := beforeData(content)
	out := make([]byte, 0, len(program))
	tells, inside := false, false
	for at := 0; at < len(program); {
		line, next := lineAt(program, at)
		line = bytes.TrimSuffix(line, []byte{'\r'})
		at = next
		switch {
		case len(line) == 0 || line[0] == '#':
		case line[0] == ' ' || line[0] == '\t':
			if !inside && opensDeep.Match(line) {
				return content
			}
			if trimmed := bytes.TrimLeft(line, " \t"); importing.Match(trimmed) && topImport.Match(trimmed) {
				tells = true
				out = append(out, line...)
			}
			if heredocStart.Match(line) && bytes.Contains(program[next:], []byte("\n")) && unindented(program[next:], heredocStart.FindSubmatch(line)) {
				return content
			}
		default:
			if importing.Match(line) {
				if !topImport.Match(line) {
					return content
				}
				tells = true
			}
			switch {
			case bytes.HasPrefix(line, []byte("module ")):
				tells, inside = true, !oneLiner.Match(line)
			case bytes.HasPrefix(line, []byte("class ")):
				inside = !oneLiner.Match(line)
			case bytes.HasPrefix(line, []byte("end")):
				inside = false
			}
			out = append(out, line...)
		}
		out = append(out, '\n')
	}
	switch {
	case !tells:
		return nil
	case inside:
		return content // nothing ends it
	}
	return out
}

// unindented reports whether the body of a heredoc has lines of the outermost
// level.
func unindented(rest []byte, start [][]byte) bool {
	word := bytes.Join(start[1:], nil)
	for at := 0; at < len(rest); {
		line, next := lineAt(rest, at)
		if bytes.Equal(bytes.TrimSpace(line), word) {
			return false
		}
		if len(line) > 0 && line[0] != ' ' && line[0] != '\t' && line[0] != '\r' {
			return true
		}
		at = next
	}
	return true
}
