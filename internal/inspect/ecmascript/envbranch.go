package ecmascript

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// question is what a condition asks about the environment that the program
// runs in: the variable or flag, and the names compared with.
type question struct {
	name   string
	values []string
}

func (q question) and(other question) question {
	if q.name == "" {
		return other
	}
	for _, v := range other.values {
		q = q.with(v)
	}
	return q
}

func (q question) with(value string) question {
	if value != "" && !slices.Contains(q.values, value) {
		q.values = append(slices.Clone(q.values), value)
	}
	return q
}

// readEnvBranches states the decisions by the environment's name. It comes
// last: what the branches hold has been stated by then.
func (f *ecmaFile) readEnvBranches() {
	sort.SliceStable(f.said, func(i, j int) bool { return f.said[i].node < f.said[j].node })
	f.each(func(n syntax.Node) {
		condition, branches := n.Field("condition"), []syntax.Node{n.Field("consequence"), n.Field("alternative")}
		switch n.Kind() {
		case "switch_statement":
			f.readSwitch(n)
			return
		case "subscript_expression":
			f.readChosenByKey(n)
			return
		case "binary_expression": // isDev && <Tools/>, isProd && app.use(…)
			if n.Field("operator").Text() != "&&" || inCondition(n) {
				return
			}
			condition, branches = n.Field("left"), []syntax.Node{n.Field("right")}
			if right := ecmaBare(n.Field("right")); !right.Is("call_expression", "new_expression", "object", "array", "string", "jsx_element", "jsx_self_closing_element", "assignment_expression", "template_string") {
				return
			}
		}
		if q := f.asks(condition, maxHops); q.name != "" {
			f.sayBranch(condition, q, n, branches)
		}
	}, "if_statement", "ternary_expression", "switch_statement", "binary_expression", "subscript_expression")
	f.readChosenFiles()
}

func (f *ecmaFile) readSwitch(n syntax.Node) {
	value := n.Field("value")
	q := f.stageAsked(ecmaBare(value))
	if q.name == "" {
		return
	}
	body := n.Field("body")
	for c := body.First(); c.OK(); c = c.Next() {
		if text, ok := ecmaString(c.Field("value")); ok {
			q = q.with(text)
		}
	}
	f.sayBranch(value, q, n, []syntax.Node{body})
}

func (f *ecmaFile) sayBranch(condition syntax.Node, q question, whole syntax.Node, branches []syntax.Node) {
	slices.Sort(q.values)
	f.Emit(condition.Line(), condition.EndLine(), inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: f.chooses(whole, branches), Behind: f.readFirst(whole, branches), Calls: f.developersCalls(branches)})
}

// readFirst is the variable that every branch of a decision reads before anything
// stands in for it, "" for none: what follows an if that returns is its other branch.
func (f *ecmaFile) readFirst(whole syntax.Node, branches []syntax.Node) string {
	if len(branches) != 2 || !branches[0].OK() {
		return ""
	}
	other := branches[1]
	if !other.OK() && whole.Is("if_statement") && strings.Contains(branches[0].Text(), "return") {
		other = whole.Next()
	}
	name := f.replacedRead(branches[0])
	if name == "" || !other.OK() || f.replacedRead(other) != name {
		return ""
	}
	return name
}

// replacedRead is the variable that is read on the left of the first || or ?? in a
// branch.
func (f *ecmaFile) replacedRead(branch syntax.Node) string {
	name, found := "", false
	branch.Walk(func(n syntax.Node) bool {
		if op := n.Field("operator").Text(); !found && n.Is("binary_expression") && (op == "||" || op == "??") {
			found = true
			if site, ok := f.envAt(ecmaBare(n.Field("left"))); ok {
				name = site.name
			}
		}
		return !found
	})
	return name
}

// inCondition reports whether an expression only decides something else.
func inCondition(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch p.Kind() {
		case "parenthesized_expression", "unary_expression":
			continue
		case "binary_expression":
			if op := p.Field("operator").Text(); op == "||" || op == "&&" {
				continue
			}
			return true
		case "if_statement", "ternary_expression", "while_statement":
			return p.Field("condition") == n
		}
		return false
	}
	return false
}

// asks tells what a condition asks about the environment; the zero question
// when it asks about something else.
func (f *ecmaFile) asks(n syntax.Node, hops int) question {
	n = ecmaBare(n)
	if hops <= 0 || !n.OK() || !f.burn() {
		return question{}
	}
	hops--
	switch n.Kind() {
	case "unary_expression":
		if n.Field("operator").Text() == "!" {
			return f.asks(n.Field("argument"), hops)
		}
	case "binary_expression":
		left, right := n.Field("left"), n.Field("right")
		switch n.Field("operator").Text() {
		case "&&", "||":
			return f.asks(left, hops).and(f.asks(right, hops))
		case "===", "==", "!==", "!=":
			if q := f.compared(left, right); q.name != "" {
				return q
			}
			return f.compared(right, left)
		}
	case "identifier":
		return f.asksName(n, hops)
	case "member_expression":
		return f.asksMember(n, hops)
	case "call_expression":
		return f.asksCall(f.callOf(n), hops)
	}
	return question{}
}

func (f *ecmaFile) asksName(n syntax.Node, hops int) question {
	if v := f.definition(n); v != n {
		if q := f.asks(v, hops); q.name != "" {
			return q
		}
	}
	stage := inspect.StageOfFlag(n.Text())
	b := f.lookup(n)
	if stage == "" || b != nil && b.how != ecmaImported {
		return question{}
	}
	if b == nil && n.Text() != "__DEV__" && n.Text() != "__PROD__" {
		return question{}
	}
	return question{n.Text(), []string{stage}}
}

var (
	settingsObject = regexp.MustCompile(`(?i)^(env|environment|config|cfg|conf|settings|app|server|process|constants|meta)$`)
	stageProperty  = regexp.MustCompile(`^(env|environment|nodeEnv|node_env|appEnv|stage|mode|NODE_ENV|ENVIRONMENT|APP_ENV|ENV|MODE)$`)
)

func (f *ecmaFile) asksMember(n syntax.Node, hops int) question {
	if v := f.definition(n); v != n {
		if q := f.asks(v, hops); q.name != "" {
			return q
		}
	}
	stage := inspect.StageOfFlag(n.Field("property").Text())
	if stage == "" || !f.isSettings(n.Field("object")) {
		return question{}
	}
	return question{shortName(n), []string{stage}}
}

// isSettings reports whether an object holds the program's settings, by its
// name or by the module that it comes from.
func (f *ecmaFile) isSettings(object syntax.Node) bool {
	root, path := ecmaPath(object)
	last := root.Text()
	if len(path) > 0 {
		last = path[len(path)-1]
	}
	if settingsObject.MatchString(last) {
		return true
	}
	b := f.lookup(root)
	return b != nil && b.how == ecmaImported && (settingsFile.MatchString(b.symbol) || settingsModules[b.symbol])
}

func shortName(n syntax.Node) string {
	text := n.Text()
	if len(text) > 60 || strings.ContainsAny(text, "\n(\"'`") {
		_, path := ecmaPath(n)
		return path[len(path)-1]
	}
	return text
}

// asksCall reads ["production", "staging"].includes(process.env.NODE_ENV),
// isProduction(), app.get("env").
func (f *ecmaFile) asksCall(c ecmaCall, hops int) question {
	if c.method == "includes" {
		if q := f.stageAsked(ecmaBare(c.arg(0))); q.name != "" {
			for _, text := range f.stringsOf(c.recv) {
				q = q.with(text)
			}
			return q
		}
		return question{}
	}
	target := c.node.Field("function")
	if fn := f.function(target); fn.OK() {
		return f.asks(f.returned(fn), hops)
	}
	if len(c.args) > 0 {
		return question{}
	}
	if target.Is("identifier") {
		return f.asksName(target, hops)
	}
	if target.Is("member_expression") {
		return f.asksMember(target, hops)
	}
	return question{}
}

// compared reads stage === "production".
func (f *ecmaFile) compared(stage, text syntax.Node) question {
	q := f.stageAsked(ecmaBare(stage))
	if q.name == "" {
		return q
	}
	value, ok := ecmaString(f.definition(text))
	if ok {
		return q.with(value)
	}
	if f.fold(stage, maxHops).Source == inspect.Env || stageProperty.MatchString(lastOf(text)) {
		return q
	}
	if member := ecmaBare(text); member.Is("member_expression") && inspect.IsStageName(member.Field("property").Text()) { // Environment.Production
		return q.with(strings.ToLower(member.Field("property").Text()))
	}
	return question{}
}

func lastOf(n syntax.Node) string {
	root, path := ecmaPath(n)
	if len(path) > 0 {
		return path[len(path)-1]
	}
	return root.Text()
}

// stageAsked is the question of an expression that is the environment's name
// itself: process.env.NODE_ENV, config.env, app.get("env").
func (f *ecmaFile) stageAsked(n syntax.Node) question {
	if v := f.fold(n, maxHops); v.Source == inspect.Env {
		if i := slices.IndexFunc(v.Env, inspect.IsStageVariable); i >= 0 {
			return question{name: v.Env[i]}
		}
	}
	switch n.Kind() {
	case "member_expression":
		if stageProperty.MatchString(n.Field("property").Text()) && n.Text() != "process.env" && (f.isSettings(n.Field("object")) || n.Text() == "import.meta.env.MODE") {
			return question{name: shortName(n)}
		}
	case "identifier":
		if b := f.lookup(n); b != nil && b.how == ecmaImported && stageProperty.MatchString(lastStep(b.symbol)) && len(n.Text()) > 3 {
			return question{name: n.Text()}
		}
	case "call_expression":
		if c := f.callOf(n); c.method == "get" && len(c.args) == 1 {
			if text, _ := ecmaString(c.args[0]); stageProperty.MatchString(text) && (servers[serverOf(f.symbol(c.recv))] || f.isSettings(c.recv)) {
				return question{name: "get(" + text + ")"}
			}
		}
	}
	return question{}
}

func lastStep(symbol string) string { return symbol[strings.LastIndexAny(symbol, "./")+1:] }
