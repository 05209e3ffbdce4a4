package ecmascript

import (
	"bytes"
	"regexp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	scriptOpen  = regexp.MustCompile(`(?i)<script\b([^>"']|"[^"]*"|'[^']*')*>`)
	scriptClose = []byte("</script")
	scriptLang  = regexp.MustCompile(`(?i)\blang(?:uage)?\s*=\s*["']?(\w+)`)
	scriptOther = regexp.MustCompile(`(?i)\btype\s*=\s*["']?(?:application/(?:ld\+)?json|text/(?:template|html|x-[\w-]+))|\bsrc\s*=`)
)

// Component reads the script blocks of a single-file component of Vue or
// Svelte. Whatever is around them becomes blanks, so that lines stay.
func Component(e *inspect.Emitter, content []byte) error {
	script, grammar := scriptsOf(content)
	if len(bytes.TrimSpace(script)) == 0 {
		return nil // markup alone
	}
	return Extract(grammar)(e, script)
}

// scriptsOf is content with blanks for all but its scripts, and their grammar.
func scriptsOf(content []byte) ([]byte, syntax.Grammar) {
	grammar := syntax.JavaScript
	script := make([]byte, len(content))
	for i, b := range content {
		script[i] = ' '
		if b == '\n' {
			script[i] = '\n'
		}
	}
	for from := 0; from < len(content); {
		tag := scriptOpen.FindIndex(content[from:])
		if tag == nil {
			break
		}
		open, start := content[from+tag[0]:from+tag[1]], from+tag[1]
		if from = start; bytes.HasSuffix(open, []byte("/>")) {
			continue
		}
		length := indexFold(content[start:], scriptClose)
		if length < 0 {
			length = len(content) - start
		}
		from = start + length
		if scriptOther.Match(open) {
			continue
		}
		copy(script[start:], content[start:start+length])
		if m := scriptLang.FindSubmatch(open); m != nil {
			switch string(bytes.ToLower(m[1])) {
			case "ts", "typescript":
				grammar = syntax.TypeScript
			case "tsx", "jsx":
				grammar = syntax.TSX
			case "coffee", "coffeescript", "pug", "livescript":
				return nil, grammar
			}
		}
	}
	return script, grammar
}

// indexFold is where marker, in lower case, begins in text, whatever the case.
func indexFold(text, marker []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(text[at:], marker[0])
		if i < 0 || at+i+len(marker) > len(text) {
			return -1
		}
		if bytes.EqualFold(text[at+i:at+i+len(marker)], marker) {
			return at + i
		}
		at += i + 1
	}
}
