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
	if both == "" || joinedBy(bareUp(n)) == both || !namesPassword.MatchString(n.Text()) {
		return Node{}, "", ""
	}
	var compared []inspect.Comparison
	var places []Node
	for _, operand := range operands(n, both) {
		if c, at, ok := comparison(operand, both); ok {
			compared, places = append(compared, c), append(places, at)
		}
	}
	i, name := inspect.Login(compared)
	if i < 0 {
		return Node{}, "", ""
	}
	return places[i], name, compared[i].Text
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

// namesPassword holds conditions back that are about something else, before any
// name in them is looked up.
var namesPassword = regexp.MustCompile(`(?i)pass|pwd`)

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
	callOnName = regexp.MustCompile(`(?s)^(!?)\s*(.{1,120}?)[!?]*\.(?i:equals|equalsIgnoreCase|contentEquals|eql\?)\(([^(),]{1,120})(?:,[^()]*)?\)$`)
	equation   = regexp.MustCompile(`(?s)^(.{1,120}?)\s*([!=])==?\s*(.{1,120})$`)
	quotedText = regexp.MustCompile(`^[a-zA-Z]{0,2}("[^"\n]*"|'[^'\n]*')$`)
	plainName  = regexp.MustCompile(`^(?:(?:this|self|static|[A-Z]\w*)(?:\.|->|::))?\$?([A-Za-z_]\w*)$`)
)

// comparison reads one of the conditions, with == or a method that compares:
// what is compared, with which text, and where that stands.
func comparison(n Node, both string) (c inspect.Comparison, at Node, ok bool) {
	code := n.Text()
	if len(code) > 300 {
		return inspect.Comparison{}, Node{}, false
	}
	left, right, negated := "", "", false
	if m := equation.FindStringSubmatch(code); m != nil {
		left, right, negated = m[1], m[3], m[2] == "!"
	} else if m := callOnName.FindStringSubmatch(code); m != nil {
		left, right, negated = m[2], strings.TrimSpace(m[3]), m[1] == "!"
	}
	if left == "" || negated != (both == "!=") {
		return inspect.Comparison{}, Node{}, false
	}
	for _, sides := range [][2]string{{left, right}, {right, left}} {
		if m := quotedText.FindStringSubmatch(sides[1]); m != nil && !quotedText.MatchString(sides[0]) {
			text := m[1][1 : len(m[1])-1]
			return inspect.Comparison{Left: sides[0], Text: text}, literal(n, text), true
		}
	}
	for _, sides := range [][2]string{{left, right}, {right, left}} {
		if at, text := assignedOnce(n, sides[1]); at.OK() {
			return inspect.Comparison{Left: sides[0], Text: text}, at, true
		}
	}
	return inspect.Comparison{}, Node{}, false
}

// assignedOnce is the text that a name has throughout the file: it is assigned
// once, and a text.
func assignedOnce(n Node, code string) (Node, string) {
	m := plainName.FindStringSubmatch(strings.TrimSpace(code))
	if m == nil {
		return Node{}, ""
	}
	source := n.tree.Source()
	is := regexp.MustCompile(`(?:^|[^\w$.>])\$?` + m[1] + `(?:["']\s*,|\s*(?::\s*[\w<>?. ]+)?=)\s*([^=\s>][^\n]*)`)
	found := is.FindAllSubmatchIndex(source, 2)
	if len(found) != 1 {
		return Node{}, ""
	}
	value := firstText.FindSubmatchIndex(source[found[0][2]:found[0][3]])
	if value == nil {
		return Node{}, ""
	}
	from := found[0][2] + value[2]
	text := string(source[from+1 : found[0][2]+value[3]-1])
	return at(n.tree.Root(), from), text
}

var firstText = regexp.MustCompile(`^("[^"\n]*"|'[^'\n]*')\s*[;,)\n]?\s*(?:(?://|#).*)?$`)

// at is the innermost named node that starts at a place of the source.
func at(root Node, from int) Node {
	var found Node
	root.Walk(func(n Node) bool {
		start, end := n.Span()
		if start == from && n.Named() && !found.OK() {
			found = n
		}
		return start <= from && from < end
	})
	return found
}
