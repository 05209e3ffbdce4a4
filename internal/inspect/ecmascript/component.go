package ecmascript

import (
	"bytes"
	"regexp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

var (
	scriptOpen  = regexp.MustCompile(`(?i)<!--|<script\b([^>"']|"[^"]*"|'[^']*')*>`)
	scriptClose = []byte("</script")
	scriptLang  = regexp.MustCompile(`(?i)\blang(?:uage)?\s*=\s*["']?(\w+)`)
	scriptOther = regexp.MustCompile(`(?i)\btype\s*=\s*["']?(?:application/(?:ld\+)?json|text/(?:template|html|x-[\w-]+))|\bsrc\s*=`)
	fence       = regexp.MustCompile(`^\s*---[ \t]*\r?\n`)
	fenceEnd    = regexp.MustCompile(`(?m)^[ \t]*---`)
)

// Component reads the script blocks of a single-file component of Vue or
// Svelte. Whatever is around them becomes blanks, so that lines stay.
func Component(e *inspect.Emitter, content []byte) error {
	b := blocks{content: content, grammar: syntax.JavaScript}
	return b.extract(e, 0)
}

// Astro reads the code between an Astro component's fences, which runs where
// the page is made, and its script blocks. Both are TypeScript.
func Astro(e *inspect.Emitter, content []byte) error {
	b := blocks{content: content, grammar: syntax.TypeScript}
	rest := 0
	if open := fence.FindIndex(content); open != nil {
		rest = len(content)
		if end := fenceEnd.FindIndex(content[open[1]:]); end != nil {
			rest = open[1] + end[0]
		}
		b.keep(open[1], rest)
	}
	return b.extract(e, rest)
}

// blocks is the code of a file that is markup otherwise.
type blocks struct {
	content []byte
	script  []byte // content with blanks for all but its code; nil without code
	grammar syntax.Grammar
	foreign bool // some of it is in a language that is not read
}

// keep takes a part of the content as code. What is next to it does not go on
// with its last statement.
func (b *blocks) keep(from, to int) {
	if len(bytes.TrimSpace(b.content[from:to])) == 0 {
		return
	}
	if b.script == nil {
		b.script = make([]byte, len(b.content))
		for i, c := range b.content {
			b.script[i] = ' '
			if c == '\n' {
				b.script[i] = '\n'
			}
		}
	}
	copy(b.script[from:to], b.content[from:to])
	if to < len(b.content) && b.script[to] == ' ' {
		b.script[to] = ';'
	}
}

// extract reads the code, with the script blocks behind from.
func (b *blocks) extract(e *inspect.Emitter, from int) error {
	b.scripts(from)
	if b.script == nil || b.foreign {
		return nil
	}
	return Extract(b.grammar)(e, b.script)
}

// scripts keeps what script tags hold.
func (b *blocks) scripts(from int) {
	for from < len(b.content) {
		tag := scriptOpen.FindIndex(b.content[from:])
		if tag == nil {
			return
		}
		open, start := b.content[from+tag[0]:from+tag[1]], from+tag[1]
		if from = start; bytes.HasPrefix(open, []byte("<!--")) {
			if end := bytes.Index(b.content[start:], []byte("-->")); end >= 0 {
				from = start + end
			}
			continue
		}
		if bytes.HasSuffix(open, []byte("/>")) {
			continue
		}
		length := indexFold(b.content[start:], scriptClose)
		if length < 0 {
			length = len(b.content) - start
		}
		from = start + length
		if scriptOther.Match(open) {
			continue
		}
		b.keep(start, from)
		if m := scriptLang.FindSubmatch(open); m != nil {
			b.language(string(bytes.ToLower(m[1])))
		}
	}
}

func (b *blocks) language(name string) {
	switch name {
	case "ts", "typescript":
		b.grammar = syntax.TypeScript
	case "tsx", "jsx":
		b.grammar = syntax.TSX
	case "coffee", "coffeescript", "pug", "livescript":
		b.foreign = true
	}
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
