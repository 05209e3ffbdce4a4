package manifest

import (
	"strings"
)

// gradleStatement is one line of a script: a call with its arguments and
// blocks, or an assignment.
type gradleStatement struct {
	name  string // dotted, without arguments of calls in it: "tasks.named", "ext.version"
	line  int
	end   int
	set   bool          // it assigns
	args  []gradleValue // of the call, or what is assigned
	block []*gradleStatement
	chain []*gradleStatement // calls on its result: version "1", apply false
}

// gradleValue is an argument or an assigned value.
type gradleValue struct {
	key     string // of a named argument or a map's entry
	text    string // of a text, name or number
	name    string // of a name, a call or a path: "libs.spring.web", "platform"
	line    int
	end     int
	quoted  bool               // text is a text of the script
	raw     bool               // … in which $ means nothing
	call    bool               // name is called with items
	items   []gradleValue      // of a call, list or map
	plus    []gradleValue      // what is put behind a text with "+"
	block   []*gradleStatement // of a closure that is the value, or that a call in it takes
	partial bool               // a part of an expression that is not read
}

// maxGradleDepth bounds blocks in blocks and brackets in brackets. Scripts of
// people have ten.
const maxGradleDepth = 60

type gradleParser struct {
	tokens []gradleToken
	at     int
}

func parseGradle(source string) []*gradleStatement {
	p := &gradleParser{tokens: gradleTokens(source)}
	var all []*gradleStatement
	for p.at < len(p.tokens) {
		all = append(all, p.statements(0)...)
		p.at++ // a bracket that nothing opened
	}
	return all
}

func (p *gradleParser) peek() gradleToken {
	if p.at < len(p.tokens) {
		return p.tokens[p.at]
	}
	return gradleToken{}
}

func (p *gradleParser) ahead(n int) gradleToken {
	if p.at+n < len(p.tokens) {
		return p.tokens[p.at+n]
	}
	return gradleToken{}
}

func (p *gradleParser) is(kind gradleKind, text string) bool {
	t := p.peek()
	return t.kind == kind && t.text == text
}

// lastLine is the line on which what was read so far ends.
func (p *gradleParser) lastLine() int {
	if p.at == 0 || len(p.tokens) == 0 {
		return 1
	}
	return p.tokens[min(p.at, len(p.tokens))-1].end
}

// statements reads up to a closing bracket, which it leaves.
func (p *gradleParser) statements(depth int) []*gradleStatement {
	var list []*gradleStatement
	for p.at < len(p.tokens) {
		switch t := p.peek(); t.kind {
		case gradleBreak:
			p.at++
		case gradleClose:
			return list
		case gradleName:
			if strings.HasPrefix(t.text, "@") { // @Suppress("…") plugins { … }
				p.annotation()
				continue
			}
			list = append(list, p.statement(depth)...)
		case gradleOpen:
			if t.text == "{" {
				list = append(list, p.braces(depth)...)
				continue
			}
			p.skipBrackets()
		case gradleText: // "implementation"("g:a:1") of Kotlin
			if next := p.ahead(1); next.kind == gradleOpen && next.text == "(" {
				list = append(list, p.statement(depth)...)
				continue
			}
			p.at++
		default:
			p.at++
		}
	}
	return list
}

// annotation passes over an annotation, with its use and arguments:
// @file:Suppress("…"), @Incubating.
func (p *gradleParser) annotation() {
	p.at++
	if p.peek().kind == gradleColon && p.ahead(1).kind == gradleName {
		p.at += 2
	}
	for p.peek().kind == gradleDot && p.ahead(1).kind == gradleName {
		p.at += 2
	}
	if p.is(gradleOpen, "(") {
		p.skipBrackets()
	}
}

// braces reads a block's statements, its parameters left out.
func (p *gradleParser) braces(depth int) []*gradleStatement {
	if depth >= maxGradleDepth {
		p.skipBrackets()
		return nil
	}
	p.at++
	for i := 0; i < 16; i++ { // { a, b -> … }
		switch t := p.ahead(i); {
		case t.kind == gradleOperand && strings.HasPrefix(t.text, "->"):
			p.at += i + 1
		case t.kind == gradleName || t.kind == gradleComma || t.kind == gradleColon || t.kind == gradleDot:
			continue
		}
		break
	}
	list := p.statements(depth + 1)
	if p.is(gradleClose, "}") {
		p.at++
	} else if p.peek().kind == gradleClose {
		p.at++ // a bracket of another sort: whatever opened is closed
	}
	return list
}

// skipBrackets passes over a bracket with all in it.
func (p *gradleParser) skipBrackets() {
	depth := 0
	for p.at < len(p.tokens) {
		switch p.tokens[p.at].kind {
		case gradleOpen:
			depth++
		case gradleClose:
			depth--
		}
		p.at++
		if depth <= 0 {
			return
		}
	}
}

// control are words whose condition is passed over and whose block belongs to
// what is around it.
var control = map[string]bool{"if": true, "else": true, "for": true, "while": true, "try": true, "finally": true, "catch": true, "switch": true, "when": true, "do": true}

// modifiers stand before the name that is declared.
var modifiers = map[string]bool{"def": true, "val": true, "var": true, "final": true, "private": true, "public": true, "internal": true, "const": true, "lateinit": true, "static": true}

// statement reads one statement; a control word's block is given as if it
// stood without it.
func (p *gradleParser) statement(depth int) []*gradleStatement {
	first := p.peek()
	switch {
	case first.text == "import" || first.text == "package":
		p.restOfLine()
		return nil
	case control[first.text] && first.kind == gradleName:
		p.at++
		if p.is(gradleOpen, "(") {
			p.skipBrackets()
		}
		return nil // its block is read as the next statement
	}
	for modifiers[p.peek().text] && p.ahead(1).kind == gradleName {
		p.at++
	}
	s := &gradleStatement{line: p.peek().line}
	s.name = p.path()
	for p.peek().kind == gradleName && declares(p, s) { // a type before its name: String version = …
		s.name = p.path()
	}
	p.typeOf()
	p.rest(s, depth)
	for _, v := range s.args {
		s.block = append(s.block, v.block...)
	}
	s.end = max(s.line, p.lastLine())
	return []*gradleStatement{s}
}

// declares reports whether a name behind another one is what is declared: an
// assignment follows.
func declares(p *gradleParser, s *gradleStatement) bool {
	next := p.ahead(1)
	return next.kind == gradleAssign && next.line == p.peek().line && !strings.Contains(s.name, ".")
}

// path reads a dotted name; texts in brackets are parts of it: ext["a"].
func (p *gradleParser) path() string {
	var parts []string
	for {
		t := p.peek()
		if t.kind != gradleName && t.kind != gradleText {
			break
		}
		p.at++
		if len(parts) < 32 {
			parts = append(parts, t.text)
		}
		for p.is(gradleOpen, "[") && p.ahead(1).kind == gradleText && p.ahead(2).kind == gradleClose {
			parts = append(parts, p.ahead(1).text)
			p.at += 3
		}
		if p.is(gradleOpen, "<") || p.peek().text == "<" { // type arguments
			p.typeArguments()
		}
		if p.peek().kind != gradleDot || p.ahead(1).kind != gradleName {
			break
		}
		p.at++
	}
	return strings.Join(parts, ".")
}

// typeArguments passes over <…> on one line, if it is that.
func (p *gradleParser) typeArguments() {
	for i := 1; i < 12; i++ {
		t := p.ahead(i)
		switch {
		case t.text == ">" || t.text == ">?":
			p.at += i + 1
			return
		case t.kind == gradleName, t.kind == gradleDot, t.kind == gradleComma, t.text == "<", t.text == "*":
		default:
			return
		}
	}
}

// typeOf passes over the type that Kotlin declares behind a name.
func (p *gradleParser) typeOf() {
	if p.peek().kind == gradleColon && p.ahead(1).kind == gradleName {
		p.at++
		p.path()
		if p.peek().text == "?" {
			p.at++
		}
	}
}

// rest reads what stands behind a statement's name: arguments, a block, an
// assigned value, further calls.
func (p *gradleParser) rest(s *gradleStatement, depth int) {
	for {
		t := p.peek()
		switch {
		case t.kind == gradleAssign:
			p.at++
			s.set = true
			p.breaks()
			s.args = append(s.args, p.value(depth+1))
			p.operators(&s.args[len(s.args)-1], depth)
			p.restOfLine()
			return
		case t.kind == gradleOpen && t.text == "(":
			s.args = append(s.args, p.items(depth+1)...)
		case t.kind == gradleOpen && t.text == "{":
			s.block = append(s.block, p.braces(depth)...)
		case t.kind == gradleDot:
			p.at++
			p.chained(s, depth)
			return
		case t.kind == gradleBreak && t.text == "\n" && p.continues():
			p.breaks()
		case t.kind == gradleName && t.text == "by" && p.ahead(1).kind == gradleName: // val x by extra("1")
			p.at++
			by := &gradleStatement{line: p.peek().line}
			by.name = p.path()
			if depth >= maxGradleDepth {
				p.restOfLine()
				return
			}
			p.rest(by, depth+1)
			if last := by.name[strings.LastIndexByte(by.name, '.')+1:]; last == "extra" && len(by.args) > 0 {
				s.set, s.args = true, by.args
			}
			s.block = append(s.block, by.block...)
			return
		case t.kind == gradleName && len(s.args) > 0:
			p.chained(s, depth)
			return
		case (t.kind == gradleText || t.kind == gradleName || t.kind == gradleNumber || t.kind == gradleOpen && t.text == "[") && len(s.args) == 0:
			s.args = p.commandArguments(depth + 1)
		default:
			return
		}
	}
}

// chained reads a call on the result: id("x") version "1", named("x").get().
func (p *gradleParser) chained(s *gradleStatement, depth int) {
	if p.peek().kind != gradleName || len(s.chain) >= maxGradleDepth || depth >= maxGradleDepth {
		p.restOfLine()
		return
	}
	next := &gradleStatement{line: p.peek().line}
	next.name = p.path()
	s.chain = append(s.chain, next)
	p.rest(next, depth+1)
	next.end = p.lastLine()
}

// continues reports whether the next line goes on with a call on what was read.
func (p *gradleParser) continues() bool {
	for i := 1; ; i++ {
		switch t := p.ahead(i); t.kind {
		case gradleBreak:
			if i > 4 {
				return false
			}
		case gradleDot:
			return true
		default:
			return false
		}
	}
}

func (p *gradleParser) breaks() {
	for p.peek().kind == gradleBreak {
		p.at++
	}
}

// restOfLine passes over what is left of a statement.
func (p *gradleParser) restOfLine() {
	for p.at < len(p.tokens) {
		switch p.peek().kind {
		case gradleBreak, gradleClose:
			return
		case gradleOpen:
			p.skipBrackets()
		default:
			p.at++
		}
	}
}
