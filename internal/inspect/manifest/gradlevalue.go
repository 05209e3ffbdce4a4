package manifest

import "strings"

// items reads the values between the bracket that opens here and the one that
// closes it.
func (p *gradleParser) items(depth int) []gradleValue {
	if depth >= maxGradleDepth {
		p.skipBrackets()
		return nil
	}
	p.at++
	var list []gradleValue
	for p.at < len(p.tokens) {
		switch t := p.peek(); t.kind {
		case gradleBreak, gradleComma:
			p.at++
		case gradleClose:
			p.at++
			return list
		default:
			before := p.at
			list = append(list, p.argument(depth))
			if p.at == before {
				p.at++
			}
		}
	}
	return list
}

// commandArguments reads the arguments of a call without brackets, which end
// with the line unless it ends in a comma.
func (p *gradleParser) commandArguments(depth int) []gradleValue {
	var list []gradleValue
	for {
		list = append(list, p.argument(depth))
		if p.peek().kind != gradleComma {
			return list
		}
		p.at++
		p.breaks()
		if k := p.peek().kind; k == gradleClose || k == gradleEnd {
			return list
		}
	}
}

// argument reads a value that may have a name: group: "x", group = "x".
func (p *gradleParser) argument(depth int) gradleValue {
	key := ""
	if t, next := p.peek(), p.ahead(1); (t.kind == gradleName || t.kind == gradleText) && (next.kind == gradleColon || next.kind == gradleAssign && next.text == "=") {
		key = t.text
		p.at += 2
		p.breaks()
	}
	v := p.value(depth)
	v.key = key
	p.operators(&v, depth)
	return v
}

// operators passes over the rest of an expression of which the first operand
// was read, and notes that there is one.
func (p *gradleParser) operators(v *gradleValue, depth int) {
	for {
		switch t := p.peek(); t.kind {
		case gradleOperand, gradleColon:
			p.at++
			p.breaks()
			var next gradleValue
			if k := p.peek().kind; k == gradleName || k == gradleText || k == gradleNumber || k == gradleOpen {
				next = p.value(depth + 1)
			}
			if t.text == "+" && v.quoted && !next.partial && len(v.plus) < maxGradleDepth {
				v.plus = append(v.plus, next)
				continue
			}
			v.partial = true
		case gradleName: // as String, in list, to value
			switch t.text {
			case "as", "in", "to", "is", "instanceof":
				p.at++
				p.value(depth + 1)
				v.partial = v.partial || t.text != "as"
			default:
				return
			}
		default:
			v.end = max(v.end, p.lastLine())
			return
		}
	}
}

// value reads one operand with the calls on it.
func (p *gradleParser) value(depth int) gradleValue {
	t := p.peek()
	v := gradleValue{line: t.line, end: t.end}
	if depth >= maxGradleDepth {
		v.partial = true
		if t.kind == gradleOpen {
			p.skipBrackets()
		} else if t.kind != gradleBreak && t.kind != gradleClose {
			p.at++
		}
		return v
	}
	switch {
	case t.kind == gradleText:
		p.at++
		v.text, v.quoted, v.raw = t.text, true, t.raw
	case t.kind == gradleNumber:
		p.at++
		v.text = t.text
	case t.kind == gradleName:
		if t.text == "new" && p.ahead(1).kind == gradleName {
			p.at++
		}
		v.name = p.path()
		v.text = v.name
	case t.kind == gradleOpen && t.text == "{":
		v.block = p.braces(depth)
		v.partial = true
	case t.kind == gradleOpen:
		v.items = p.items(depth + 1)
		if t.text == "(" && len(v.items) == 1 {
			v = v.items[0]
		}
	default:
		v.partial = true
		return v
	}
	p.calls(&v, depth)
	v.end = max(v.end, p.lastLine())
	return v
}

// calls reads the calls on an operand: name(…), "x".toInteger(), file("a").b.
func (p *gradleParser) calls(v *gradleValue, depth int) {
	for {
		switch t := p.peek(); {
		case t.kind == gradleOpen && t.text == "(" && v.name != "":
			items := p.items(depth + 1)
			if !v.call {
				v.items = items
			}
			v.call = true
		case t.kind == gradleOpen && t.text == "{" && (v.call || v.name != ""):
			v.block = append(v.block, p.braces(depth)...)
		case t.kind == gradleDot && p.ahead(1).kind == gradleName:
			p.at++
			path := p.path()
			if v.name != "" && !v.call {
				v.name += "." + path
				v.text = v.name
			} else if !harmless[path[strings.LastIndexByte(path, '.')+1:]] {
				v.partial = true
			}
			if p.is(gradleOpen, "(") && v.quoted {
				p.skipBrackets()
			}
		case t.kind == gradleOpen && t.text == "[" && v.name != "":
			p.skipBrackets()
			v.partial = true
		default:
			return
		}
	}
}

// harmless are calls that leave a value what it is.
var harmless = map[string]bool{"get": true, "toString": true, "toInteger": true, "toInt": true, "trim": true, "asFile": true, "toVersion": true}
