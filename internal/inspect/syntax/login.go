package syntax

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// Login finds in a condition a user's name and a password that are both
// compared with texts of the program. It returns the password's text, where it
// stands, and what is compared with it. Only the outermost condition answers.
func Login(n Node) (at Node, name, text string) {
	both := joinedBy(n)
	if both == "" || joinedBy(bareUp(n)) == both {
		return Node{}, "", ""
	}
	var compared []inspect.Comparison
	var places []Node
	for _, operand := range operands(n, both) {
		if c, ok := comparison(operand, both); ok {
			compared, places = append(compared, c), append(places, operand)
		}
	}
	i, name := inspect.Login(compared)
	if i < 0 {
		return Node{}, "", ""
	}
	return literal(places[i], compared[i].Text), name, compared[i].Text
}

// literal is the node in a comparison that holds the text.
func literal(in Node, text string) Node {
	at := in
	in.Walk(func(n Node) bool {
		if code := n.Text(); n != in && len(code) >= len(text)+2 && strings.HasSuffix(code[:len(code)-1], text) {
			at = n
		}
		return n == in || n == at
	})
	return at
}

// Joined are the kinds of nodes that join two conditions, in the grammars of
// all languages.
var Joined = []string{"binary_expression", "boolean_operator", "binary", "conjunction_expression", "disjunction_expression"}

// joinedBy is the comparison that a condition asks of all its operands: "==" of
// those that must all hold, "!=" of those of which one is enough to refuse.
func joinedBy(n Node) string {
	switch {
	case !n.OK() || !n.Is(Joined...):
		return ""
	case n.Has("&&") || n.Has("and"):
		return "=="
	case n.Has("||") || n.Has("or"):
		return "!="
	}
	return ""
}

// maxOperands bounds how many conditions are looked at: a login has two or three.
const maxOperands = 8

func operands(n Node, both string) []Node {
	var list []Node
	var add func(n Node)
	add = func(n Node) {
		for n.Is("parenthesized_expression", "parenthesized_statements") {
			n = n.Child(0)
		}
		if joinedBy(n) != both {
			list = append(list, n)
			return
		}
		for _, child := range n.Children() {
			if len(list) < maxOperands {
				add(child)
			}
		}
	}
	add(n)
	return list
}

func bareUp(n Node) Node {
	up := n.Parent()
	for up.Is("parenthesized_expression", "parenthesized_statements") {
		up = up.Parent()
	}
	return up
}

var (
	textBehind = regexp.MustCompile(`(?s)^(.{1,120}?)\s*([!=])==?\s*[a-zA-Z]{0,2}("[^"\n]*"|'[^'\n]*')$`)
	textBefore = regexp.MustCompile(`(?s)^("[^"\n]*"|'[^'\n]*')\s*([!=])==?\s*(.{1,120})$`)
	callOnName = regexp.MustCompile(`(?s)^(!?)\s*(.{1,120}?)[!?]*\.(?i:equals|equalsIgnoreCase|contentEquals|eql\?)\(("[^"\n]*")(?:,[^)]*)?\)$`)
	callOnText = regexp.MustCompile(`(?s)^(!?)\s*("[^"\n]*")\.(?i:equals|equalsIgnoreCase|contentEquals)\((.{1,120}?)\)$`)
)

// comparison reads one of the conditions: with == or a method that compares.
func comparison(n Node, both string) (inspect.Comparison, bool) {
	code := n.Text()
	if len(code) > 300 {
		return inspect.Comparison{}, false
	}
	negated := both == "!="
	if m := textBehind.FindStringSubmatch(code); m != nil {
		return inspect.Comparison{Left: m[1], Text: unquoted(m[3])}, (m[2] == "!") == negated
	}
	if m := textBefore.FindStringSubmatch(code); m != nil {
		return inspect.Comparison{Left: m[3], Text: unquoted(m[1])}, (m[2] == "!") == negated
	}
	if m := callOnName.FindStringSubmatch(code); m != nil {
		return inspect.Comparison{Left: m[2], Text: unquoted(m[3])}, (m[1] == "!") == negated
	}
	if m := callOnText.FindStringSubmatch(code); m != nil {
		return inspect.Comparison{Left: m[3], Text: unquoted(m[2])}, (m[1] == "!") == negated
	}
	return inspect.Comparison{}, false
}

func unquoted(text string) string { return text[1 : len(text)-1] }
