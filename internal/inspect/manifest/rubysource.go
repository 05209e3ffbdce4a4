package manifest

import (
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// rubyNames are the values that a manifest in Ruby gives to its names.
type rubyNames map[string][]syntax.Node

// rubyArgs are the arguments of a call.
type rubyArgs struct {
	positional []syntax.Node
	named      map[string]syntax.Node
}

func (a rubyArgs) at(place int) syntax.Node {
	if place < len(a.positional) {
		return a.positional[place]
	}
	return syntax.Node{}
}

func rubyArguments(call syntax.Node) rubyArgs {
	a := rubyArgs{named: map[string]syntax.Node{}}
	add := func(pair syntax.Node) {
		a.named[strings.Trim(pair.Field("key").Text(), `:"'`)] = pair.Field("value")
	}
	for c := call.Field("arguments").First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "comment", "splat_argument", "hash_splat_argument", "block_argument":
		case "pair":
			add(c)
		case "hash":
			for pair := c.First(); pair.OK(); pair = pair.Next() {
				if pair.Is("pair") {
					add(pair)
				}
			}
		default:
			a.positional = append(a.positional, c)
		}
	}
	return a
}

// follow is the value that a name stands for, or the node itself.
func (r rubyNames) follow(n syntax.Node) syntax.Node {
	for range 8 {
		switch {
		case n.Is("identifier", "constant"):
			values := r[n.Text()]
			if len(values) != 1 {
				return n
			}
			n = values[0]
		case n.Is("call") && n.Field("receiver").OK() && n.Field("method").Text() == "freeze", n.Is("call") && n.Field("receiver").Is("string") && n.Field("method").Text() == "to_s":
			n = n.Field("receiver")
		case n.Is("parenthesized_statements"):
			n = n.Child(0)
		default:
			return n
		}
	}
	return n
}

// maxTexts is how many texts one may be put together of. A name can be put into
// its own value, as Gemfiles do: name = "#{name}/#{name}" unless name.include?("/").
const maxTexts = 64

// text is the text of a string or symbol that nothing unknown is put into.
func (r rubyNames) text(n syntax.Node) (string, bool) {
	left := maxTexts
	return r.joined(n, &left)
}

func (r rubyNames) joined(n syntax.Node, left *int) (string, bool) {
	if *left--; *left < 0 {
		return "", false
	}
	n = r.follow(n)
	switch n.Kind() {
	case "simple_symbol":
		return strings.TrimPrefix(n.Text(), ":"), true
	case "true", "false", "integer", "float", "hash_key_symbol":
		return n.Text(), true
	case "string", "bare_string", "bare_symbol", "delimited_symbol", "chained_string":
	default:
		return "", false
	}
	var text strings.Builder
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "string_content":
			text.WriteString(c.Text())
		case "escape_sequence":
			text.WriteString(strings.TrimPrefix(c.Text(), `\`))
		case "string", "interpolation":
			inner := c
			if c.Is("interpolation") {
				inner = c.Child(0)
			}
			part, ok := r.joined(inner, left)
			if !ok || text.Len() > 4096 {
				return "", false
			}
			text.WriteString(part)
		}
	}
	return text.String(), true
}

// texts are the texts of a list, or of a text alone.
func (r rubyNames) texts(n syntax.Node) []string {
	n = r.follow(n)
	if !n.Is("array", "string_array", "symbol_array") {
		if text, ok := r.text(n); ok {
			return []string{text}
		}
		return nil
	}
	var list []string
	for c := n.First(); c.OK() && len(list) < MaxSetupItems; c = c.Next() {
		if text, ok := r.text(c); ok {
			list = append(list, text)
		}
	}
	return list
}

// each are the texts that an expression can be: its own, or those of the list
// that its block is given one after the other.
func (r rubyNames) each(n syntax.Node) []string {
	if text, ok := r.text(n); ok {
		if text == "" {
			return nil
		}
		return []string{text}
	}
	if !n.Is("identifier") {
		return nil
	}
	for block := n.Up("block", "do_block"); block.OK(); block = block.Up("block", "do_block") {
		if param := block.Field("parameters").Child(0); param.Text() != n.Text() {
			continue
		}
		if giver := block.Parent(); giver.Field("method").Text() == "each" {
			return r.texts(giver.Field("receiver"))
		}
		return nil
	}
	return nil
}
