package ruby

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// template is a YAML file that Ruby fills in before it is read. What stands in
// <%= … %> is replaced by a word, __erb1__, and the code of the whole file is
// one program in which __erb1(…) holds it, on the same line.
type template struct {
	texts [][]byte // the YAML of each variant: what if and else write
	code  []byte
	file  *rubyFile
	nodes map[int]syntax.Node // the expression of each word
}

// maxExpressions bounds the expressions of one file.
const maxExpressions = 400

var (
	erbTag  = regexp.MustCompile(`(?s)<%(=|-|#|%)?(.*?)-?%>`)
	erbWord = regexp.MustCompile(`__erb(\d+)__`)
	erbLine = regexp.MustCompile(`(?m)^[ \t]*__erb\d+__[ \t]*$`)
)

// fillIn reads the template of a YAML file, and states the environment
// variables that its code reads.
func fillIn(e *inspect.Emitter, content []byte) (*template, error) {
	t := &template{nodes: map[int]syntax.Node{}}
	t.split(content)
	if len(bytes.TrimSpace(t.code)) == 0 {
		return t, nil
	}
	tree, err := syntax.Parse(syntax.Ruby, t.code)
	if tree == nil {
		return t, err
	}
	t.file = read(e, tree)
	t.file.prepare()
	tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("element_reference") {
			t.file.envElement(n)
		}
		return true
	})
	for _, c := range t.file.calls {
		if number, ok := strings.CutPrefix(c.method, "__erb"); ok && !c.receiver.OK() {
			if i, err := strconv.Atoi(number); err == nil {
				t.nodes[i] = c.args.arg(0)
			}
			continue
		}
		t.file.envCall(c)
	}
	return t, nil
}

// maxVariants bounds the readings of a template with branches: the first of
// every decision, the second, and so on.
const maxVariants = 4

var (
	opensBlock  = regexp.MustCompile(`^(if|unless|case|while|until|for|begin)\b|\bdo(\s*\|[^|]*\|)?\s*$|\{(\s*\|[^|]*\|)?\s*$`)
	nextBranch  = regexp.MustCompile(`^(elsif|else|when|in|rescue|ensure)\b`)
	closesBlock = regexp.MustCompile(`^(end\b|\})`)
)

// piece is a stretch of a template's text with the branches that it stands in.
type piece struct {
	text     string
	branches []int
}

// split parts a template into its YAML and its code, both with the lines of
// the file.
func (t *template) split(content []byte) {
	var pieces []piece
	var code bytes.Buffer
	var open []int // the branch of each decision around the place
	from, number, variants := 0, 0, 1
	blank := func(text []byte) string { return strings.Repeat("\n", bytes.Count(text, []byte("\n"))) }
	add := func(text string) { pieces = append(pieces, piece{text, append([]int{}, open...)}) }
	for _, m := range erbTag.FindAllSubmatchIndex(content, maxExpressions) {
		add(string(content[from:m[0]]))
		code.WriteString(blank(content[from:m[0]]))
		from = m[1]
		kind, inner := "", string(content[m[4]:m[5]])
		if m[2] >= 0 {
			kind = string(content[m[2]:m[3]])
		}
		switch word := strings.TrimSpace(inner); kind {
		case "=":
			number++
			add(fmt.Sprintf("__erb%d__", number))
			fmt.Fprintf(&code, "__erb%d((%s));", number, inner)
		case "#", "%":
			code.WriteString(blank(content[m[0]:m[1]]))
		default:
			code.WriteString(" " + inner + ";")
			switch {
			case closesBlock.MatchString(word):
				open = open[:max(0, len(open)-1)]
			case nextBranch.MatchString(word):
				if len(open) > 0 && !(strings.HasPrefix(word, "when") && open[len(open)-1] < 0) {
					open[len(open)-1]++
					variants = max(variants, open[len(open)-1]+1)
				} else if len(open) > 0 {
					open[len(open)-1] = 0
				}
			case opensBlock.MatchString(word) && len(open) < 20:
				first := 0
				if strings.HasPrefix(word, "case") {
					first = -1
				}
				open = append(open, first)
			}
		}
		add(blank(content[m[0]:m[1]]))
	}
	add(string(content[from:]))
	for v := range min(variants, maxVariants) {
		t.texts = append(t.texts, erbLine.ReplaceAll(variant(pieces, v), nil)) // code that writes YAML
	}
	t.code = code.Bytes()
}

// variant is a template's YAML where every decision takes its branch of this
// number, or its last. What other branches write is left out, but its lines.
func variant(pieces []piece, number int) []byte {
	var text bytes.Buffer
	for i, p := range pieces {
		taken := true
		for depth, branch := range p.branches {
			taken = taken && branch == min(number, lastBranch(pieces, i, depth))
		}
		if taken {
			text.WriteString(p.text)
		} else {
			text.WriteString(strings.Repeat("\n", strings.Count(p.text, "\n")))
		}
	}
	return text.Bytes()
}

// lastBranch is the greatest branch of the decision at this depth around a piece.
func lastBranch(pieces []piece, at, depth int) int {
	greatest := 0
	for _, step := range []int{-1, 1} {
		for i := at; i >= 0 && i < len(pieces) && len(pieces[i].branches) > depth; i += step {
			if step > 0 && pieces[i].branches[depth] < greatest || step < 0 && pieces[i].branches[depth] > pieces[at].branches[depth] {
				break // another decision
			}
			greatest = max(greatest, pieces[i].branches[depth])
		}
	}
	return greatest
}

// value is what a scalar gives, with its expressions filled in.
func (t *template) value(n *yaml.Node) fold.Value {
	n = document.Dealias(n)
	if n == nil || n.Kind != yaml.ScalarNode {
		return fold.Value{}
	}
	text := n.Value
	marks := erbWord.FindAllStringSubmatchIndex(text, -1)
	if len(marks) == 0 {
		if document.IsNull(n) {
			return fold.Value{}
		}
		return fold.Literal(text)
	}
	var parts []fold.Value
	from := 0
	for _, m := range marks {
		if m[0] > from {
			parts = append(parts, fold.Literal(text[from:m[0]]))
		}
		from = m[1]
		number, _ := strconv.Atoi(text[m[2]:m[3]])
		v := fold.Unknown
		if node := t.nodes[number]; node.OK() && t.file != nil {
			v = t.file.evaluate(node)
		}
		if len(marks) == 1 && m[0] == 0 && m[1] == len(text) {
			return v
		}
		parts = append(parts, v.OrText())
	}
	if from < len(text) {
		parts = append(parts, fold.Literal(text[from:]))
	}
	return fold.Join(parts...)
}
