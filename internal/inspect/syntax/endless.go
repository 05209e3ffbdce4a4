package syntax

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// Node kinds of all grammars: none of them means another thing in another one.
var (
	loopKinds = kindSet("while_statement for_statement do_statement do_while_statement while until while_modifier enhanced_for_statement foreach_statement for_in_statement for")
	codeKinds = kindSet("function_definition lambda class_definition function_declaration function_expression arrow_function method_definition class_declaration method singleton_method " +
		"class module lambda_expression method_declaration anonymous_function anonymous_function_creation_expression local_function_statement generator_function_declaration " +
		"lambda_literal object_declaration constructor_declaration anonymous_method_expression generator_function")
	blockKinds = kindSet("do_block block brace_block")
	leaveKinds = kindSet("break_statement return_statement break return break_expression return_expression jump_expression")
	guardKinds = kindSet("if_statement elif_clause if_expression if elsif unless if_modifier unless_modifier except_clause catch_clause rescue catch_block when case switch_case switch_section conditional")
	callKinds  = kindSet("call call_expression method_invocation function_call_expression member_call_expression nullsafe_member_call_expression scoped_call_expression invocation_expression await_expression")
)

func kindSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, kind := range strings.Fields(list) {
		set[kind] = true
	}
	return set
}

var forEver = regexp.MustCompile(`^for\s*\(\s*;\s*(true\s*)?;\s*\)`)

// EndlessLoop tells whether a node is a loop that only the end of the process
// ends, and that waits or takes work at each round: a worker's main work. One
// that is left when something came about is none, nor is one that a person or a
// screen is asked in.
func EndlessLoop(n Node) (inspect.EndlessLoop, bool) {
	body := n.Field("body")
	switch {
	case n.Is("call"): // Ruby's loop do … end
		if n.Field("method").Text() != "loop" || n.Field("receiver").OK() {
			return inspect.EndlessLoop{}, false
		}
		body = n.Field("block")
	case n.Is("for_statement"):
		if !forEver.MatchString(head(n)) {
			return inspect.EndlessLoop{}, false
		}
	case n.Is("while_statement", "while", "do_statement", "do_while_statement"):
		if !inspect.EndlessCondition(head(n.Field("condition"))) && !inspect.EndlessCondition(afterWhile(head(n))) {
			return inspect.EndlessLoop{}, false
		}
	default:
		return inspect.EndlessLoop{}, false
	}
	if !body.OK() {
		body = n
	}
	if text := body.Text(); len(text) > maxLoopText || inspect.AsksSomebody(text) {
		return inspect.EndlessLoop{}, false
	}
	does := ""
	left := false
	body.Walk(func(m Node) bool {
		switch {
		case left || m != body && codeKinds[m.Kind()]:
			return false
		case leaveKinds[m.Kind()] && m.Named() && leaves(m, n):
			left = true
		case does == "" && callKinds[m.Kind()]:
			if callee := calleeText(m); inspect.Waits(callee) {
				does = callee
			}
		}
		return !left
	})
	if left || does == "" {
		return inspect.EndlessLoop{}, false
	}
	line, _, _ := strings.Cut(head(n), "\n")
	line, _, _ = strings.Cut(line, "{")
	line = strings.TrimRight(strings.TrimSpace(line), " :{")
	return inspect.EndlessLoop{Via: line[:min(len(line), 80)], Does: does, In: functionAround(n)}, true
}

// maxLoopText bounds the bytes of a loop's body; people's have hundreds.
const maxLoopText = 40_000

// head is the beginning of a node's text.
func head(n Node) string {
	text := n.Text()
	return text[:min(len(text), 200)]
}

var whileHead = regexp.MustCompile(`^while\s*\(([^{]*)\)\s*\{?`)

// afterWhile is the condition of a loop whose grammar gives it no name.
func afterWhile(text string) string {
	if m := whileHead.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// leaves reports whether a break or return ends the loop for another reason than
// that the process is to stop.
func leaves(n, loop Node) bool {
	plain := strings.HasPrefix(n.Text(), "break")
	if !plain && !strings.HasPrefix(n.Text(), "return") {
		return false // Kotlin's continue and throw are of the same kind
	}
	for up := n.Parent(); up.OK() && up != loop; up = up.Parent() {
		switch {
		case plain && (loopKinds[up.Kind()] || blockKinds[up.Kind()] && up.Parent() != loop && up.Parent().Is("call")):
			return false // of a loop within
		case plain && up.Is("switch_statement", "switch_section", "switch_block", "switch_body"):
			return false
		case guardKinds[up.Kind()]:
			condition := up.Field("condition")
			if !condition.OK() {
				condition = up
			}
			if inspect.StopWord(head(condition)) {
				return false
			}
		}
	}
	return true
}

// calleeText is what a call calls, as it is written.
func calleeText(n Node) string {
	if n.Is("await_expression") { // new Promise((r) => setTimeout(r, 1000))
		if strings.Contains(head(n), "setTimeout") {
			return "setTimeout"
		}
		return ""
	}
	name, owner := n.Field("method"), n.Field("receiver")
	if !name.OK() {
		name, owner = n.Field("name"), n.Field("object")
	}
	if !owner.OK() {
		owner = n.Field("scope")
	}
	text := n.Field("function").Text()
	switch {
	case name.OK() && owner.OK():
		text = owner.Text() + "." + name.Text()
	case name.OK():
		text = name.Text()
	case text == "" && len(n.Children()) > 0:
		text = n.Child(0).Text()
	}
	if len(text) > 120 {
		text = text[len(text)-120:]
	}
	return strings.TrimPrefix(text, "await ")
}

// functionAround is the name of the function that a node is in, "" at the top of
// a file.
func functionAround(n Node) string {
	for up := n.Parent(); up.OK(); up = up.Parent() {
		if codeKinds[up.Kind()] && !up.Is("class_definition", "class_declaration", "class", "module", "object_declaration") {
			if name := up.Field("name").Text(); name != "" {
				return name
			}
			return "λ"
		}
	}
	return ""
}
