package syntax

import (
	"bytes"
	"regexp"
)

// What newer versions of Kotlin allow and need a look at brackets to be found:
// guards, context parameters, backing fields that a property names itself.

var (
	kotlinWhen   = regexp.MustCompile(`\bwhen\b\s*[({]`)
	kotlinIf     = regexp.MustCompile(`\bif\b`)
	kotlinWithin = regexp.MustCompile(`(?:^|[\n{;)>\w:=(,])[ \t]*\b(context[ \t]*)\(`)
	kotlinOwner  = regexp.MustCompile(`^\s*(?:@|\(|\w)`)
	kotlinField  = regexp.MustCompile(`(?m)(?:^|[{;])[ \t]*(?:[a-z]+[ \t]+)*(?:val|var)[ \t]+\w+[ \t]*(?::[^\n={}]*)?\n[ \t]*()field\b[ \t]*(?::[^\n={}]*)?=[^=]`)
	kotlinEvery  = regexp.MustCompile(`@(all:)\w`)
	kotlinJoined = regexp.MustCompile(`^\s*(?:&&|\|\||->)`)
)

// maxGuard bounds in bytes how far before its arrow a guard may begin.
const maxGuard = 2000

// mendGuards makes of a guard another condition: "is A if b -> c" is
// "is A , b -> c", and "else if b -> c" is "b -> c".
func mendGuards(code []byte, pairs brackets) []edit {
	var edits []edit
	for _, m := range kotlinWhen.FindAllIndex(code, -1) {
		at := m[1] - 1
		if code[at] == '(' {
			at = pairs.closing(at) + 1
			at += len(code[min(at, len(code)):]) - len(bytes.TrimLeft(code[min(at, len(code)):], " \t\n\r"))
		}
		if at >= len(code) || code[at] != '{' {
			continue
		}
		edits = append(edits, guards(code, pairs, at+1, pairs.closing(at))...)
	}
	return edits
}

// guards are the edits of one when, whose branches stand between from and to.
func guards(code []byte, pairs brackets, from, to int) []edit {
	var edits []edit
	begin := from // of what stands before the next arrow: the last branch's body, and a condition
	for at := from; at < to; {
		switch {
		case bytes.IndexByte([]byte("([{"), code[at]) >= 0:
			at = pairs.closing(at) + 1
		case code[at] == '-' && at+1 < to && code[at+1] == '>':
			if guard := lastGuard(code, pairs, max(begin, at-maxGuard), at); guard >= 0 {
				edits = append(edits, withoutGuard(code, guard))
			}
			at += 2
			begin = at
		default:
			at++
		}
	}
	return edits
}

func withoutGuard(code []byte, guard int) edit {
	before := bytes.TrimRight(code[:guard], " \t\r\n")
	if bytes.HasSuffix(before, []byte("else")) {
		return edit{len(before) - len("else"), guard + len("if"), string(bytes.Repeat([]byte("\n"), bytes.Count(code[len(before):guard], []byte("\n"))))}
	}
	return edit{guard, guard + len("if"), ","}
}

// lastGuard is where the guard begins that an arrow ends, or -1: the last if
// beside it that nothing else follows.
func lastGuard(code []byte, pairs brackets, from, arrow int) int {
	for _, m := range kotlinIf.FindAllIndex(code[from:arrow], -1) {
		at := from + m[0]
		if before := bytes.TrimSpace(code[from:at]); len(before) > 0 && closesBefore(code, pairs, at+2, arrow) {
			return at
		}
	}
	return -1
}

// closesBefore reports whether one expression goes from a place to the arrow:
// brackets are balanced, and no statement ends between.
func closesBefore(code []byte, pairs brackets, from, arrow int) bool {
	for at := from; at < arrow; {
		switch c := code[at]; {
		case bytes.IndexByte([]byte("([{"), c) >= 0:
			at = pairs.closing(at) + 1
			if at > arrow {
				return false
			}
			continue
		case bytes.IndexByte([]byte(")]};"), c) >= 0:
			return false
		case c == '\n' && !joins(code[from:at]) && !kotlinJoined.Match(code[at:min(len(code), arrow+2)]):
			return false
		}
		at++
	}
	return true
}

// joins reports whether a line ends so that the next belongs to it.
func joins(code []byte) bool {
	code = bytes.TrimRight(code, " \t\r")
	return bytes.HasSuffix(code, []byte("&&")) || bytes.HasSuffix(code, []byte("||"))
}

// mendContexts leaves out context parameters before a declaration or a type.
func mendContexts(code []byte, pairs brackets) []edit {
	var edits []edit
	for _, m := range kotlinWithin.FindAllSubmatchIndex(code, -1) {
		end := pairs.closing(m[1]-1) + 1
		if end < len(code) && kotlinOwner.Match(code[end:min(len(code), end+200)]) {
			edits = append(edits, edit{m[2], end, string(bytes.Repeat([]byte("\n"), bytes.Count(code[m[2]:end], []byte("\n"))))})
		}
	}
	return edits
}

// mendFields makes a property of the field that one names: val a: A field = b.
func mendFields(code []byte) []edit {
	var edits []edit
	for _, m := range kotlinField.FindAllSubmatchIndex(code, -1) {
		edits = append(edits, edit{m[2], m[2], "val "})
	}
	return append(edits, without(kotlinEvery, code)...)
}
