package syntax

import "regexp"

// asksWhatIsThere are calls that tell whether something is stored or set already.
var asksWhatIsThere = regexp.MustCompile(`(?i)[.\s(!](exists|count|find|any|first|isEmpty|isBlank|getBy|estimatedDocumentCount|query)\w*\s*\(|\.(exists|count|length|size)\b`)

// StoresOnce reports whether what a node in a function's body does is done once
// and not at each start: under a question for what is there already, or after a
// return under one. text gives what a condition says, its names followed.
func StoresOnce(n, body Node, text func(condition Node) string) bool {
	found := false
	body.Walk(func(m Node) bool {
		if found || m.Index() >= n.Index() || codeKinds[m.Kind()] && !n.Inside(m) {
			return false
		}
		if m.Is("if_statement", "if_expression") {
			condition := m.Field("condition")
			within := n.Inside(m) && !n.Inside(condition)
			found = (within || !n.Inside(m) && returns(m)) && asksWhatIsThere.MatchString(text(condition))
		}
		return !found
	})
	return found
}

// AsksBefore reports whether a function begins by a question for what is there
// already, and does the rest under it or after a return under it.
func AsksBefore(function Node, text func(condition Node) string) bool {
	found := false
	function.Walk(func(m Node) bool {
		if found || codeKinds[m.Kind()] && m != function {
			return false
		}
		if m.Is("if_statement", "if_expression") {
			found = found || asksWhatIsThere.MatchString(text(m.Field("condition")))
		}
		return !found
	})
	return found
}

// returns reports whether a branch leaves its function.
func returns(branch Node) bool {
	found := false
	branch.Walk(func(m Node) bool {
		found = found || m.Is("return_statement", "return_expression", "jump_expression")
		return !found && !codeKinds[m.Kind()]
	})
	return found
}

// FollowedText is what an expression says, and what its names were given.
func FollowedText(n Node, follow func(Node) Node) string {
	text := n.Text()
	n.Walk(func(m Node) bool {
		if m.Is("identifier", "simple_identifier") {
			if v := follow(m); v.OK() && v != m {
				text += " " + v.Text()
			}
		}
		return len(text) < 2000
	})
	return text
}
