package syntax

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"

	"twelvefold/internal/inspect"
)

// Grammars lag behind their languages. What they are known to stumble over is
// written differently, line by line the same, and parsed once more; the better
// tree is kept. Only files that do not parse pay for it.

// maxMended bounds in bytes the files that are parsed again: a larger one that
// does not parse is no program that a person wrote.
const maxMended = 128 << 10

// edit replaces the bytes from at to end.
type edit struct {
	at, end int
	text    string
}

// mends are tried in turn, each on what the one before has made. They look at
// the source without its comments and the contents of its strings.
var mends = map[Grammar][]func(code []byte) []edit{
	Kotlin: {mendKotlin},
	CSharp: {mendCSharp, mendDirectives},
	Java:   {mendJava},
}

// mended parses what is mended of a file, and gives the tree with the least
// that makes no sense, and its error.
func mended(g Grammar, tree *Tree, content []byte, parse func([]byte) *Tree) (*Tree, error) {
	bad, line := tree.nonsense()
	if bad == 0 {
		return tree, nil
	}
	if len(mends[g]) == 0 || len(content) > maxMended {
		return tree, tree.failed(bad, line)
	}
	for _, mend := range mends[g] {
		edits := mend(codeOnly(g, content))
		if len(edits) == 0 {
			continue
		}
		content = apply(content, edits)
		other := parse(content)
		if other == nil {
			break
		}
		if left, first := other.nonsense(); left < bad {
			tree, bad, line = other, left, first
		}
		if bad == 0 {
			return tree, nil
		}
	}
	err := tree.failed(bad, line)
	if err == nil {
		return tree, nil
	}
	rest, out, first := leaveOut(g, content, parse)
	if rest == nil || out*2 > len(bytes.TrimSpace(content)) {
		return tree, err
	}
	other := parse(rest)
	if other == nil {
		return tree, err
	}
	if still, line := other.nonsense(); still > 0 {
		if err := other.failed(still+uint32(out), line); err != nil {
			return tree, err
		}
	}
	return other, inspect.ParseError(first, "a declaration does not parse as its language; the rest of the file is read")
}

func apply(content []byte, edits []edit) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	var out bytes.Buffer
	from := 0
	for _, e := range edits {
		if e.at < from {
			continue
		}
		out.Write(content[from:e.at])
		out.WriteString(e.text)
		from = e.end
	}
	out.Write(content[from:])
	return out.Bytes()
}

var (
	// get("/") { } in a block behind a property is a call, not its getter.
	kotlinVerb = regexp.MustCompile(`(?m)^[ \t]*()(?:get[ \t]*(?:\([ \t]*[^)\s]|\(\s*$|\{|<)|set[ \t]*\([^)]*["(,])`)
	// suspend { } and suspend fun() { } as values, constructor of a class that is
	// declared for several platforms.
	kotlinSuspend     = regexp.MustCompile(`[=(,][ \t]*(suspend)[ \t]*(?:\{|fun[ \t]*\()`)
	kotlinConstructor = regexp.MustCompile(`(?m)^[ \t]*((?:public |internal )?actual) constructor\b`)
	// $$"{"$ref": 1}": one dollar is a dollar.
	kotlinDollars = regexp.MustCompile(`(\$\$+)"`)
	// """a "b"""": the last three quotes are the end.
	kotlinQuotes = regexp.MustCompile(`"""\s*"""("+)`)
)

// kotlinAnnotated is a class without a constructor under annotations of which
// the last has arguments: with a constructor it is no call of class.
var kotlinAnnotated = regexp.MustCompile(`(?m)^[ \t]*@\w[^\n]*\)[ \t]*\n[ \t]*(?:(?:public|internal|open|abstract|final|sealed)[ \t]+)*class[ \t]+\w+()[ \t]*(?:[{:\n]|$)`)

func mendKotlin(code []byte) []edit {
	var edits []edit
	for _, m := range kotlinAnnotated.FindAllSubmatchIndex(code, -1) {
		edits = append(edits, edit{m[2], m[3], "()"})
	}
	for _, m := range kotlinVerb.FindAllSubmatchIndex(code, -1) {
		if at := len(bytes.TrimRight(code[:m[2]], " \t\n\r")); endsStatement(code[:at]) {
			edits = append(edits, edit{at, at, ";"})
		}
	}
	edits = append(edits, mendOneLine(code)...)
	pairs := bracketsOf(code)
	edits = append(edits, mendGuards(code, pairs)...)
	edits = append(edits, mendContexts(code, pairs)...)
	edits = append(edits, mendFields(code)...)
	for _, form := range []*regexp.Regexp{kotlinSuspend, kotlinConstructor, kotlinDollars, kotlinQuotes} {
		edits = append(edits, without(form, code)...)
	}
	return edits
}

// mendOneLine ends the last member of a class body that is closed on the same
// line: { val x = 1 }.
func mendOneLine(code []byte) []edit {
	var edits []edit
	for at, c := range code {
		if c != '}' {
			continue
		}
		before := bytes.TrimRight(code[:at], " \t")
		if !bytes.HasSuffix(before, []byte("\n")) && endsStatement(before) {
			edits = append(edits, edit{at, at, ";"})
		}
	}
	return edits
}

// endsStatement reports whether a statement may end with this code.
func endsStatement(code []byte) bool {
	return len(code) > 0 && !bytes.HasSuffix(code, []byte("->")) && bytes.IndexByte([]byte("{;,([="), code[len(code)-1]) < 0
}

// without drops what the group of a form matches.
func without(form *regexp.Regexp, code []byte) []edit {
	var edits []edit
	for _, m := range form.FindAllSubmatchIndex(code, -1) {
		edits = append(edits, edit{m[2], m[3], string(bytes.Repeat([]byte("\n"), bytes.Count(code[m[2]:m[3]], []byte("\n"))))})
	}
	return edits
}

var (
	// class X : Y; has no body.
	csharpBodiless = regexp.MustCompile(`\b(?:class|interface|struct)[ \t]+\w+[^;{}#]*(;)`)
	csharpComma    = regexp.MustCompile(`\bwith\s*\{[^{}]*(,)\s*\}`)
	csharpProgram  = regexp.MustCompile(`(?m)^(#[:!].*)$`)
	csharpAllows   = regexp.MustCompile(`(,[ \t]*allows ref struct)`)
	csharpEmpty    = regexp.MustCompile(`\?\s*(\[\s*\])\s*:`) // a ? [] : b, which is no a?[…]
)

func mendCSharp(code []byte) []edit {
	var edits []edit
	for _, m := range csharpBodiless.FindAllSubmatchIndex(code, -1) {
		edits = append(edits, edit{m[2], m[3], "{}"})
	}
	for _, m := range csharpEmpty.FindAllSubmatchIndex(code, -1) {
		edits = append(edits, edit{m[2], m[3], "default"})
	}
	edits = append(edits, mendExtensions(code)...)
	edits = append(edits, mendTargets(code)...)
	edits = append(edits, mendLambdas(code)...)
	edits = append(edits, mendAssignments(code, bracketsOf(code))...)
	for _, form := range []*regexp.Regexp{csharpComma, csharpProgram, csharpAllows, csharpAllowsOnly, csharpOperator} {
		edits = append(edits, without(form, code)...)
	}
	return edits
}

// int @Nullable ... a
var javaVariadic = regexp.MustCompile(`[\w\])>][ \t]+(@[\w.]+[ \t]*)\.\.\.`)

func mendJava(code []byte) []edit { return without(javaVariadic, code) }

var directive = regexp.MustCompile(`^[ \t]*#[ \t]*(if|elif|else|endif)\b`)

// mendDirectives reads the first branch of each #if as if it were all: where
// directives stand inside an expression or a list, no grammar has a place for
// them.
func mendDirectives(code []byte) []edit {
	var edits []edit
	var open []bool // of each #if around, whether its first branch is over
	for at := 0; at < len(code); {
		end := bytes.IndexByte(code[at:], '\n')
		if end < 0 {
			end = len(code) - at
		}
		line := code[at : at+end]
		m := directive.FindSubmatch(line)
		switch {
		case m == nil:
			if slices.Contains(open, true) {
				edits = append(edits, edit{at, at + end, ""})
			}
		default:
			edits = append(edits, edit{at, at + end, ""})
			switch string(m[1]) {
			case "if":
				open = append(open, false)
			case "endif":
				open = open[:max(len(open)-1, 0)]
			default:
				if len(open) > 0 {
					open[len(open)-1] = true
				}
			}
		}
		at += end + 1
	}
	return edits
}
