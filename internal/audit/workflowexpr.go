package audit

import (
	"strconv"
	"strings"
)

// exprValue is what an expression of GitHub Actions comes to.
type exprValue struct {
	sort exprSort
	text string
}

type exprSort int

const (
	exprUnknown exprSort = iota
	exprFalsy            // which value it is can't be told, but it counts as false
	exprNull
	exprBool
	exprNumber
	exprText
)

func (v exprValue) known() bool { return v.sort > exprFalsy }

// falsy and truthy tell what a condition makes of a value; an unknown is neither.
func (v exprValue) falsy() bool {
	switch v.sort {
	case exprFalsy, exprNull:
		return true
	case exprBool:
		return v.text == "false"
	case exprNumber:
		return v.text == "0"
	case exprText:
		return v.text == ""
	}
	return false
}

func (v exprValue) truthy() bool { return v.known() && !v.falsy() }

func boolValue(b bool) exprValue { return exprValue{exprBool, strconv.FormatBool(b)} }

// evaluate works out an expression as far as look knows what it refers to:
// "inputs.tag", "env.IMAGE", "github.event_name". The rules are those of GitHub's
// documentation; what the text alone doesn't decide is unknown.
func evaluate(text string, look func(reference string) exprValue) exprValue {
	p := &exprParser{rest: text, look: look}
	v := p.or(0)
	if p.space(); p.failed || p.rest != "" {
		return exprValue{}
	}
	return v
}

// exprParser reads an expression by recursive descent. Both sides of && and ||
// are read whatever they are worth.
type exprParser struct {
	rest   string
	look   func(string) exprValue
	failed bool
}

// exprDepth bounds nested parentheses.
const exprDepth = 40

func (p *exprParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

func (p *exprParser) take(token string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *exprParser) or(depth int) exprValue {
	v := p.and(depth)
	for p.take("||") {
		right := p.and(depth)
		switch {
		case v.falsy():
			v = right
		case !v.known():
			v = exprValue{}
		}
	}
	return v
}

func (p *exprParser) and(depth int) exprValue {
	v := p.equality(depth)
	for p.take("&&") {
		right := p.equality(depth)
		switch {
		case v.falsy():
		case v.known():
			v = right
		case right.falsy():
			v = exprValue{sort: exprFalsy}
		default:
			v = exprValue{}
		}
	}
	return v
}

func (p *exprParser) equality(depth int) exprValue {
	v := p.unary(depth)
	for {
		switch {
		case p.take("=="):
			v = equals(v, p.unary(depth), true)
		case p.take("!="):
			v = equals(v, p.unary(depth), false)
		case strings.HasPrefix(p.rest, "<"), strings.HasPrefix(p.rest, ">"):
			p.failed = true
			return exprValue{}
		default:
			return v
		}
	}
}

// equals compares values of one sort: GitHub turns others into numbers, which
// surprises whoever wrote the comparison.
func equals(a, b exprValue, want bool) exprValue {
	if !a.known() || !b.known() || a.sort != b.sort {
		return exprValue{}
	}
	return boolValue(strings.EqualFold(a.text, b.text) == want)
}

func (p *exprParser) unary(depth int) exprValue {
	if p.space(); strings.HasPrefix(p.rest, "!") && !strings.HasPrefix(p.rest, "!=") {
		p.rest = p.rest[1:]
		switch v := p.unary(depth); {
		case v.falsy():
			return boolValue(true)
		case v.truthy():
			return boolValue(false)
		}
		return exprValue{}
	}
	return p.primary(depth)
}

func (p *exprParser) primary(depth int) exprValue {
	p.space()
	switch {
	case p.rest == "" || depth > exprDepth:
		p.failed, p.rest = true, ""
		return exprValue{}
	case p.take("("):
		v := p.or(depth + 1)
		p.failed = !p.take(")") || p.failed
		return v
	case p.rest[0] == '\'':
		return p.quoted()
	}
	end := 0
	for end < len(p.rest) && (isWordByte(p.rest[end]) || strings.IndexByte(".-*[]'", p.rest[end]) >= 0) {
		end++
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	switch {
	case word == "":
		p.failed, p.rest = true, ""
		return exprValue{}
	case p.take("("):
		return p.call(strings.ToLower(word), depth+1)
	case word == "true" || word == "false":
		return exprValue{exprBool, word}
	case word == "null":
		return exprValue{sort: exprNull}
	}
	if _, err := strconv.ParseFloat(word, 64); err == nil {
		return exprValue{exprNumber, word}
	}
	return p.look(word)
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quoted reads a text in single quotes; two of them are one in it.
func (p *exprParser) quoted() exprValue {
	var b strings.Builder
	for rest := p.rest[1:]; ; {
		part, behind, ok := strings.Cut(rest, "'")
		b.WriteString(part)
		if !ok {
			p.failed, p.rest = true, ""
			return exprValue{}
		}
		if !strings.HasPrefix(behind, "'") {
			p.rest = behind
			return exprValue{exprText, b.String()}
		}
		b.WriteByte('\'')
		rest = behind[1:]
	}
}

// call reads a function's arguments. What asks for the state of a run is unknown.
func (p *exprParser) call(name string, depth int) exprValue {
	var args []exprValue
	known := true
	for !p.take(")") {
		if len(args) > 0 && !p.take(",") || p.failed {
			p.failed, p.rest = true, ""
			return exprValue{}
		}
		v := p.or(depth)
		known = known && v.known()
		args = append(args, v)
	}
	if !known || len(args) == 0 {
		return exprValue{}
	}
	lower := func(i int) string { return strings.ToLower(args[i].text) }
	switch {
	case name == "format":
		text := args[0].text
		for i, arg := range args[1:] {
			text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", arg.text)
		}
		return exprValue{exprText, text}
	case len(args) != 2:
	case name == "contains":
		return boolValue(strings.Contains(lower(0), lower(1)))
	case name == "startswith":
		return boolValue(strings.HasPrefix(lower(0), lower(1)))
	case name == "endswith":
		return boolValue(strings.HasSuffix(lower(0), lower(1)))
	}
	return exprValue{}
}
