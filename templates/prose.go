package templates

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// span is a piece of a sentence.
type span struct {
	text string
	code bool
}

// Marked is a sentence with all that pages show as code between backticks, for what
// is shown elsewhere.
func Marked(text string) string {
	var marked strings.Builder
	for _, s := range spans(text) {
		if s.code {
			marked.WriteString("`" + s.text + "`")
			continue
		}
		marked.WriteString(strings.ReplaceAll(s.text, "`", ""))
	}
	return marked.String()
}

// spans are a sentence's pieces: what stands between backticks is code, and so are
// words that nobody could take for some of a language: names of files and
// variables, flags, calls. What is not sure stays text.
func spans(text string) (list []span) {
	add := func(text string, code bool) {
		switch last := len(list) - 1; {
		case text == "":
		case last >= 0 && !code && !list[last].code:
			list[last].text += text
		default:
			list = append(list, span{text, code})
		}
	}
	parts := strings.Split(text, "`")
	for i, part := range parts {
		switch {
		case i%2 == 1 && i < len(parts)-1:
			add(part, true)
			continue
		case i%2 == 1: // nothing closes it
			add("`", false)
		}
		from := 0
		for next := 0; next < len(part); {
			word := next
			for next < len(part) && !space(part[next]) {
				next++
			}
			start, end := bareWord(part, word, next)
			next++
			if code := codeWord(part[start:end]); code {
				add(part[from:start], false)
				add(part[start:end], true)
				from = end
			}
		}
		add(part[from:], false)
	}
	return list
}

func space(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// bareWord is where a word stands without the punctuation of the sentence.
func bareWord(text string, start, end int) (int, int) {
	for start < end {
		r, size := utf8.DecodeRuneInString(text[start:end])
		if !strings.ContainsRune(`"'“‘«(‹`, r) {
			break
		}
		start += size
	}
	for start < end {
		r, size := utf8.DecodeLastRuneInString(text[start:end])
		word := text[start:end]
		unopened := r == ')' && strings.Count(word, "(") < strings.Count(word, ")") || r == '"' && strings.Count(word, `"`)%2 == 1
		if !unopened && !strings.ContainsRune(`.,;:!?'”’»›…`, r) {
			break
		}
		end -= size
	}
	return start, end
}

// longestCode is the length of what is a name; what is longer is not looked at.
const longestCode = 200

var (
	variableWord = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+(=\S*)?$`)
	snakeWord    = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)+$`)
	hiddenFile   = regexp.MustCompile(`^\.[a-z][\w.*-]*(/[\w.*-]*)*(:\d+)?$`)
	flagWord     = regexp.MustCompile(`^--[a-z][\w-]*(=\S*)?$`)
	pathWord     = regexp.MustCompile(`^(\.{0,2}/)?([\w@.*-]+/)+[\w@*-]*\.[\w.*-]+(:\d+)?$`)
	fileWord     = regexp.MustCompile(`^([a-z0-9_@*-][\w@*.-]*|[A-Z][\w-]*)\.(py|jsx?|tsx?|mjs|cjs|vue|svelte|rb|go|java|kts?|php|cs|csproj|cshtml|sh|sql|ya?ml|json5?|toml|lock|ini|cfg|conf|config|env|xml|gradle|properties|tf|tfvars|txt|md|html|css|log|pem|key|db|sqlite3?|mod|sum|service|ru|erb|hcl|dockerfile|dockerignore|example)(:\d+)?$`)
	frameworks   = regexp.MustCompile(`^[A-Z][a-z]+\.js$|^ASP\.NET$`) // names like those of files
	callWord     = regexp.MustCompile(`^[@$A-Za-z_][\w.$:>-]*(\(\S*\)|\[\S+\])[\w.()]*$`)
	expansion    = regexp.MustCompile(`^\$(\{[^}\s]+\}|[A-Z][A-Z0-9_]+)$`)
	namedFile    = regexp.MustCompile(`^(([\w@.*-]+/)+(Dockerfile|Procfile|Makefile|Gemfile|Rakefile|Jenkinsfile)|(Dockerfile|Procfile|Makefile|Gemfile|Rakefile|Jenkinsfile):\d+)(:\d+)?$`)
	memberWord   = regexp.MustCompile(`^[A-Z][a-z]\w*((\.|::|->)[A-Za-z_]\w+)+$`)
	imageWord    = regexp.MustCompile(`^[a-z][\w./-]*(:[\w.-]+)?@sha256:\S+$`)
	dottedWord   = regexp.MustCompile(`^[a-z_]\w+(\.[A-Za-z_]\w+)+$`)
	alone        = map[string]bool{"PORT": true, "CMD": true, "ENTRYPOINT": true, "HEALTHCHECK": true, "NODE_ENV": true}
)

// inForms are the characters of which every form but that of flags has one.
const inForms = "_./([$:@>"

// codeWord reports whether a word is code for sure.
func codeWord(word string) bool {
	if alone[word] {
		return true
	}
	if len(word) < 3 || len(word) > longestCode || !strings.ContainsAny(word, inForms) && !strings.HasPrefix(word, "--") || frameworks.MatchString(word) {
		return false
	}
	for _, form := range []*regexp.Regexp{variableWord, snakeWord, hiddenFile, flagWord, pathWord, fileWord, callWord, expansion, dottedWord, namedFile, memberWord, imageWord} {
		if form.MatchString(word) {
			return true
		}
	}
	return false
}
