package syntax

import (
	"regexp"
	"strings"
)

var (
	functionKinds = kindSet("function_definition lambda function_declaration function_expression arrow_function method_definition method singleton_method lambda_expression method_declaration " +
		"anonymous_function anonymous_function_creation_expression local_function_statement generator_function_declaration lambda_literal constructor_declaration anonymous_method_expression generator_function")
	failureKinds   = kindSet("except_clause catch_clause rescue catch_block")
	chooserKinds   = kindSet("if_statement if_expression if unless case switch_statement match_expression when_expression switch_expression conditional")
	branchingKinds = kindSet("if_statement elif_clause if_expression if elsif unless if_modifier unless_modifier when case switch_section else_clause")
	abandonKinds   = kindSet("return_statement return_expression return throw_statement throw_expression raise_statement jump_expression throw")
)

var (
	removes = regexp.MustCompile(`^(unlink|unlinkSync|rm|rmSync|rm_f|rm_r|rm_rf|remove|removeSync|remove_entry|remove_entry_secure|remove_file|Remove|delete|Delete|deleteFile|deleteIfExists|deleteQuietly|forceDelete|safe_unlink|silentremove|rimraf)$`)
	// removesTree are calls that remove a directory with what is in it.
	removesTree = regexp.MustCompile(`^(rm_r|rm_rf|rmtree|rmdir|rmdirSync|rimraf|removeSync|remove|rm|rmSync|deleteDirectory|deleteRecursively|remove_entry|remove_entry_secure|forceDelete|Delete)$`)
	whenFailed  = regexp.MustCompile(`(?i)\b(err|errors?|e|ex|exception|fail\w*|invalid\w*)\b|\.catch$|['"]error['"]`)
	wrapsPath   = regexp.MustCompile(`^(?:new)?(?:Path|File|FileInfo|DirectoryInfo|Pathname\.new|str|String|Paths\.get|Path\.of)\(((?:[^()]|\([^()]*\))*)\)$`)
	pathViews   = regexp.MustCompile(`(?:\.(?:to_s|to_path|path|toPath\(\)|toFile\(\)|toString\(\)|absolutePath|getAbsolutePath\(\)|getPath\(\)|FullName))+$`)
	firstWord   = regexp.MustCompile(`^\$?[A-Za-z_]\w*`)
)

// Removed reports whether the function around a call that writes a file also
// removes that file: what it does with it ends before the function does. The
// path may be given in parts, as a directory and a name. A removal that only a
// failure leads to is none, nor is one that comes before the call.
func Removed(call Node, parts ...Node) bool {
	path := parts[0]
	if !path.OK() {
		return false
	}
	scope := scopeOfPath(call, path)
	if !scope.OK() || len(scope.Text()) > maxScopeText {
		return false
	}
	body := scope.Text()
	forms := pathForms(path, body)
	var more []string
	for _, part := range parts[1:] {
		if part.OK() {
			more = append(more, compact(part.Text()))
		}
	}
	found := false
	scope.Walk(func(n Node) bool {
		if found || !callKinds[n.Kind()] && !n.Is("method_call") || n == call {
			return !found
		}
		callee := calleeText(n)
		name := strings.TrimRight(callee[strings.LastIndexAny(callee, ".:>\\/@ ")+1:], "?!")
		finally := n.Up("finally_clause", "finally_block", "ensure").Inside(scope)
		switch {
		case n.Index() < call.Index() && !finally && name != "deleteOnExit":
		case !removes.MatchString(name) && !removesTree.MatchString(name) && name != "deleteOnExit":
		default:
			found = removesOne(n, callee, name, forms, more, body) && !onlyWhenFailed(n, call, scope)
		}
		return !found
	})
	return found
}

// maxScopeText bounds the bytes of a function that is searched.
const maxScopeText = 40_000

// scopeOfPath is the function around a call that declares what the path begins
// with, or else the innermost one.
func scopeOfPath(call, path Node) Node {
	innermost := Node{}
	name := firstWord.FindString(compact(path.Text()))
	for up := call.Parent(); up.OK(); up = up.Parent() {
		if !functionKinds[up.Kind()] {
			continue
		}
		if !innermost.OK() {
			innermost = up
		}
		if name != "" && len(up.Text()) <= maxScopeText && declares(up.Text(), name) {
			return up
		}
	}
	return innermost
}

// declares reports whether the text of a function gives a name its value, as a
// parameter or by an assignment.
func declares(text, name string) bool {
	head, _, _ := strings.Cut(text, "{")
	if regexp.MustCompile(`[(,\s]` + regexp.QuoteMeta(name) + `\s*[,):=]`).MatchString(head[:min(len(head), 400)]) {
		return true
	}
	return len(assigned(text, name)) > 0
}

// assigned are the texts that a name is assigned in a function.
func assigned(text, name string) []string {
	is := regexp.MustCompile(`(?:^|[^\w$.>@])` + regexp.QuoteMeta(name) + `\s*(?::\s*[\w<>?., |]+)?:?=\s*([^=>\n][^\n]*(?:\n\s*[^\n]*\)[;\s]*$)?)`)
	var list []string
	for _, m := range is.FindAllStringSubmatch(text, 4) {
		list = append(list, compact(strings.TrimRight(m[1], "; \t\r")))
	}
	return list
}

// pathForms are the texts that stand for a path: its own, and what the names in
// it were assigned.
func pathForms(path Node, body string) []string {
	own := compact(path.Text())
	forms := []string{own}
	if name := firstWord.FindString(own); name == own {
		forms = append(forms, assigned(body, name)...)
	}
	for _, form := range forms {
		if inner := wrapsPath.FindStringSubmatch(form); inner != nil {
			forms = append(forms, compact(inner[1]))
		}
	}
	return forms
}

// compact is the text of an expression without spaces and without what only
// shows a path in another type.
func compact(text string) string {
	if len(text) > 400 {
		return ""
	}
	text = strings.Join(strings.Fields(text), "")
	text = pathViews.ReplaceAllString(strings.TrimPrefix(text, "await"), "")
	if inner := wrapsPath.FindStringSubmatch(text); inner != nil {
		text = pathViews.ReplaceAllString(inner[1], "")
	}
	return text
}

// removesOne reports whether a removal is of the file that forms stand for, or
// of a directory that they begin with.
func removesOne(n Node, callee, name string, forms, more []string, body string) bool {
	of := compact(firstArgument(n))
	owner := compact(strings.TrimRight(strings.TrimSuffix(strings.TrimRight(callee, "?!"), name), ".?!->:"))
	for _, target := range []string{of, owner} {
		if target == "" {
			continue
		}
		targets := []string{target}
		if firstWord.FindString(target) == target {
			targets = append(targets, assigned(body, target)...)
		}
		for _, t := range targets {
			for _, form := range forms {
				switch {
				case form == "" || t == "":
				case len(more) == 0 && t == form:
					return true
				case len(more) > 0 && strings.Contains(t, form) && strings.Contains(t, more[0]):
					return true
				case len(more) == 0 && removesTree.MatchString(name) && target == of && firstWord.FindString(t) == t && begins(form, t):
					return true
				}
			}
		}
	}
	return false
}

// begins reports whether a path is made of a directory and what comes below it.
func begins(form, dir string) bool {
	for _, before := range []string{"", "path.join(", "os.path.join(", "join(", "File.join(", "Path.Combine(", "Paths.get(", "Path.of(", "path.resolve("} {
		if rest, ok := strings.CutPrefix(form, before+dir); ok && rest != "" && strings.ContainsAny(rest[:1], "+./,") {
			return true
		}
	}
	return strings.Contains(form, "${"+dir+"}/") || strings.Contains(form, "#{"+dir+"}/") || strings.HasPrefix(form, "f\"{"+dir+"}/")
}

// firstArgument is the text of a call's first argument.
func firstArgument(n Node) string {
	list := n.Field("arguments")
	for c := n.First(); c.OK() && !list.OK(); c = c.Next() {
		if c.Is("arguments", "argument_list", "value_arguments", "call_suffix") {
			list = c
		}
	}
	if list.Is("call_suffix") {
		list = list.Child(0)
	}
	first := list.Child(0)
	for first.Is("argument", "value_argument") && first.Child(0).OK() {
		first = first.Child(0)
	}
	return first.Text()
}

// onlyWhenFailed reports whether a removal is what is done about a failure, or
// stands in another branch than the write.
func onlyWhenFailed(n, call, scope Node) bool {
	for up, below := n.Parent(), n; up.OK() && up != scope; up, below = up.Parent(), up {
		around := call.Inside(up)
		switch {
		case around:
			return chooserKinds[up.Kind()] && !call.Inside(up.Field("condition")) // one or the other
		case failureKinds[up.Kind()], functionKinds[up.Kind()] && answersFailure(up):
			return true
		case branchingKinds[up.Kind()] && !n.Inside(up.Field("condition")):
			if whenFailed.MatchString(up.Field("condition").Text()) || abandons(below, n) {
				return true
			}
		}
	}
	return false
}

// answersFailure reports whether a function is what a call is given for
// failures: promise.catch(…), stream.on("error", …).
func answersFailure(fn Node) bool {
	up := fn.Parent()
	for up.Is("arguments", "argument", "argument_list") {
		up = up.Parent()
	}
	return callKinds[up.Kind()] && (whenFailed.MatchString(calleeText(up)) || whenFailed.MatchString(firstArgument(up)[:min(len(firstArgument(up)), 20)]))
}

// abandons reports whether a branch leaves the function after the removal.
func abandons(branch, removal Node) bool {
	found := false
	branch.Walk(func(n Node) bool {
		if functionKinds[n.Kind()] {
			return removal.Inside(n)
		}
		found = found || abandonKinds[n.Kind()] && n.Named() && n.Index() > removal.Index()
		return !found
	})
	return found
}
