package syntax

import (
	"bytes"
	"regexp"
)

// What newer versions of C# allow, and needs more than one look to be found.

var (
	// extension(string text) { } declares members of another type.
	csharpExtension = regexp.MustCompile(`(?:^|[\n{};)\]])[ \t]*()extension[ \t]*(?:<[^<>(){};]*>)?[ \t]*\(([^{};]*)\)[^(){};=]*\{`)
	csharpNamed     = regexp.MustCompile(`[\w>\])?][ \t]+@?\w+[ \t]*$`)
	// (text, out result) => …
	csharpLambda   = regexp.MustCompile(`\(([^(){};]*)\)[ \t]*=>`)
	csharpModifier = regexp.MustCompile(`(?:^|,)\s*((?:(?:scoped|ref|out|in|readonly|params)[ \t]+)+)@?\w+[ \t]*(?:,|$)`)
	// a?.B += c
	csharpAsked  = regexp.MustCompile(`\?[.\[]`)
	csharpAssign = regexp.MustCompile(`^\s*(?:\+|-|\*|/|%|&|\||\^|<<|>>>?|\?\?)?=(?:[^=>]|$)`)
	// operator +=(int a)
	csharpOperator = regexp.MustCompile(`\boperator[ \t]+(?:checked[ \t]+)?(?:[-+*/%&|^]|<<|>>>?)(=)[ \t]*\(`)
	// = [type] is a list, not an attribute of the type
	csharpTarget = regexp.MustCompile(`(?:[=(,:?]|=>|\breturn)\s*\[\s*(?:assembly|module|field|event|method|param|property|type|typevar)()\s*[\],]`)
	// where T : allows ref struct, and nothing else
	csharpAllowsOnly = regexp.MustCompile(`(\bwhere[ \t]+\w+[ \t]*:[ \t]*allows ref struct)\b`)
)

// mendExtensions makes a class of a block of extension members.
func mendExtensions(code []byte) []edit {
	var edits []edit
	for _, m := range csharpExtension.FindAllSubmatchIndex(code, -1) {
		edits = append(edits, edit{m[2], m[3], "class "})
		if !csharpNamed.Match(code[m[4]:m[5]]) {
			edits = append(edits, edit{m[5], m[5], " _"})
		}
	}
	return edits
}

// mendTargets puts brackets around the first of a list where its name is one
// that attributes are given to.
func mendTargets(code []byte) []edit {
	var edits []edit
	for _, m := range csharpTarget.FindAllSubmatchIndex(code, -1) {
		begin := m[2]
		for begin > 0 && code[begin-1] >= 'a' && code[begin-1] <= 'z' {
			begin--
		}
		edits = append(edits, edit{begin, begin, "("}, edit{m[2], m[2], ")"})
	}
	return edits
}

// mendLambdas leaves out how parameters are passed whose types are not said.
func mendLambdas(code []byte) []edit {
	var edits []edit
	for _, m := range csharpLambda.FindAllSubmatchIndex(code, -1) {
		for _, p := range csharpModifier.FindAllSubmatchIndex(code[m[2]:m[3]], -1) {
			edits = append(edits, edit{m[2] + p[2], m[2] + p[3], ""})
		}
	}
	return edits
}

// mendAssignments leaves out the questions of what is assigned to: a?.B = c.
func mendAssignments(code []byte, pairs brackets) []edit {
	var edits []edit
	for _, m := range csharpAsked.FindAllIndex(code, -1) {
		if csharpAssign.Match(code[memberEnd(code, pairs, m[0]+1):]) {
			edits = append(edits, edit{m[0], m[0] + 1, ""})
		}
	}
	return edits
}

// maxMembers bounds in bytes a chain of members that is assigned to.
const maxMembers = 1000

// memberEnd is where a chain of members ends: .B?.C(d)[e].
func memberEnd(code []byte, pairs brackets, at int) int {
	for end := min(len(code), at+maxMembers); at < end; {
		switch c := code[at]; {
		case c == '(' || c == '[':
			at = pairs.closing(at) + 1
		case c == '.' || c == '?' && at+1 < len(code) && bytes.IndexByte([]byte(".["), code[at+1]) >= 0 || c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z':
			at++
		default:
			return at
		}
	}
	return min(at, len(code))
}
