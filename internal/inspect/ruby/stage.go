package ruby

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Where code runs: in development and tests only, or in production.

var (
	stageNames = map[string]string{
		"Rails.env": "RAILS_ENV", "Sinatra::Base.environment": "APP_ENV", "settings.environment": "APP_ENV", "Hanami.env": "HANAMI_ENV", "Sinatra::Application.environment": "APP_ENV", "Padrino.env": "RACK_ENV", "Application.env": "RACK_ENV", "Karafka.env": "KARAFKA_ENV",
	}
	stageVariables = regexp.MustCompile(`^(RAILS_ENV|RACK_ENV|APP_ENV|HANAMI_ENV|ENVIRONMENT|ENV|DEPLOY_ENV|STAGE|KARAFKA_ENV|NODE_ENV|RUBY_ENV)$`)
	stageParameter = regexp.MustCompile(`^(rails|rack|app)_env$`)
	stageMethod    = regexp.MustCompile(`^(development|dev|test|production|staging|local|prod|ci|qa|uat|live|preview|sandbox|demo)\?$`)
)

// stageAsk is a question for the environment's name.
type stageAsk struct {
	name   string   // what is asked: "Rails.env", "RACK_ENV"
	values []string // what it is compared with
	not    bool     // the condition holds elsewhere
}

// asksStage reads a condition that is nothing but a question for the
// environment's name.
func (f *rubyFile) asksStage(n syntax.Node) (stageAsk, bool) {
	if !f.burn() {
		return stageAsk{}, false
	}
	switch n.Kind() {
	case "parenthesized_statements":
		return f.asksStage(lastChild(n))
	case "unary":
		if n.Has("!") || n.Has("not") {
			ask, ok := f.asksStage(n.Field("operand"))
			ask.not = !ask.not
			return ask, ok
		}
	case "binary":
		op := n.Field("operator").Text()
		if op != "==" && op != "!=" {
			return stageAsk{}, false
		}
		left, right := n.Field("left"), n.Field("right")
		name := f.stageOf(left)
		if name == "" {
			name, right = f.stageOf(right), left
		}
		text, ok := f.literal(right)
		return stageAsk{name, []string{text}, op == "!="}, ok && name != ""
	case "identifier":
		if b := f.local(n.Text(), n); b != nil {
			if len(b.values) == 1 && b.values[0].OK() && !b.param.OK() {
				return f.asksStage(b.values[0])
			}
			return stageAsk{}, false
		}
		if stageMethod.MatchString(n.Text()) && f.sinatra && !f.ownMethod(n, n.Text()) { // Sinatra's own helpers
			return stageAsk{"APP_ENV", []string{strings.TrimSuffix(n.Text(), "?")}, false}, true
		}
	case "constant", "instance_variable":
		if b := f.variable(n); b != nil && len(b.values) == 1 {
			return f.asksStage(b.values[0])
		}
	case "call":
		return f.asksStageByCall(n)
	}
	return stageAsk{}, false
}

func (f *rubyFile) asksStageByCall(n syntax.Node) (stageAsk, bool) {
	method, receiver, arguments := n.Field("method").Text(), n.Field("receiver"), n.Field("arguments")
	switch {
	case stageMethod.MatchString(method):
		stage := strings.TrimSuffix(method, "?")
		if name := f.stageOf(receiver); name != "" {
			return stageAsk{name, []string{stage}, false}, true
		}
		if name := f.resolve(receiver); name == "settings" || strings.HasPrefix(name, "Sinatra::") || !receiver.OK() && f.sinatra {
			return stageAsk{"APP_ENV", []string{stage}, false}, true
		}
	case method == "env?" && f.resolve(receiver) == "Hanami":
		return f.stagesAsked("HANAMI_ENV", arguments.Children())
	case method == "in?" || method == "eql?" || method == "casecmp?":
		if name := f.stageOf(receiver); name != "" {
			if text, ok := f.literal(arguments.Child(0)); ok {
				return stageAsk{name, []string{text}, false}, true
			}
			return f.stagesAsked(name, f.items(arguments.Child(0)))
		}
	case method == "include?" || method == "member?":
		if name := f.stageOf(arguments.Child(0)); name != "" {
			return f.stagesAsked(name, f.items(receiver))
		}
	}
	return stageAsk{}, false
}

func (f *rubyFile) stagesAsked(name string, items []syntax.Node) (stageAsk, bool) {
	ask := stageAsk{name: name}
	for _, item := range items {
		text, ok := f.literal(item)
		if !ok {
			return stageAsk{}, false
		}
		ask.values = append(ask.values, text)
	}
	return ask, len(ask.values) > 0
}

// stageOf names what holds the environment's name, or "".
func (f *rubyFile) stageOf(n syntax.Node) string {
	if !n.OK() {
		return ""
	}
	if name := f.resolve(n); stageNames[name] != "" {
		if strings.HasPrefix(name, "Rails") {
			return name
		}
		return stageNames[name]
	}
	if n.Is("identifier") && stageParameter.MatchString(n.Text()) {
		if b := f.local(n.Text(), n); b != nil && b.param.OK() { // what a caller passes by this name
			return "RAILS_ENV"
		}
	}
	if v := f.evaluate(n); v.Source == inspect.Env {
		for _, name := range v.Env {
			if stageVariables.MatchString(name) {
				return name
			}
		}
	}
	return ""
}

// stageTruth is 1 when values are names of development and tests only, -1 when
// of others only, 0 when mixed.
func stageTruth(values []string) int {
	truth := 0
	for i, v := range values {
		one := -1
		switch strings.ToLower(v) {
		case "development", "dev", "test", "testing", "local", "ci":
			one = 1
		}
		if i > 0 && one != truth {
			return 0
		}
		truth = one
	}
	return truth
}

// debugWhen tells what a condition says about where the program runs: 1 when
// it holds only in development or tests, -1 when only in production, 0 when it
// says nothing.
func (f *rubyFile) debugWhen(n syntax.Node) int { return f.debugIf(n, true) }

// debugIf tells where the program runs when a condition holds, or does not.
func (f *rubyFile) debugIf(n syntax.Node, holds bool) int {
	if !n.OK() || !f.burn() {
		return 0
	}
	if ask, ok := f.asksStage(n); ok {
		truth := stageTruth(ask.values)
		if ask.not != holds {
			return truth
		}
		if truth > 0 && !slices.Contains(ask.values, "development") && !slices.Contains(ask.values, "local") {
			return 0 // "not test" is most places
		}
		return -truth
	}
	switch n.Kind() {
	case "parenthesized_statements":
		return f.debugIf(lastChild(n), holds)
	case "unary":
		if n.Has("!") || n.Has("not") {
			return f.debugIf(n.Field("operand"), !holds)
		}
	case "binary":
		op := n.Field("operator").Text()
		both, any := op == "&&" || op == "and", op == "||" || op == "or"
		if !both && !any {
			return 0
		}
		left, right := f.debugIf(n.Field("left"), holds), f.debugIf(n.Field("right"), holds)
		switch {
		case left == right:
			return left
		case both != holds: // one side may be the reason
			return 0
		case left != 0:
			return left
		}
		return right
	}
	return 0
}

// debugOnly reports whether code runs only in development or tests.
func (f *rubyFile) debugOnly(n syntax.Node) bool { return f.stageHere(n) > 0 }

// stageHere is 1 where code runs only in development or tests, -1 where only
// in production.
func (f *rubyFile) stageHere(n syntax.Node) int {
	for p := n.Parent(); p.OK() && f.burn(); n, p = p, p.Parent() {
		truth := 0
		switch p.Kind() {
		case "if", "unless", "conditional", "if_modifier", "unless_modifier", "elsif":
			condition, yes, no := f.branches(p)
			switch n {
			case yes:
				truth = f.debugWhen(condition)
			case no:
				truth = f.debugIf(condition, false)
			}
		case "binary":
			if n == p.Field("right") && (p.Has("&&") || p.Has("and")) {
				truth = f.debugWhen(p.Field("left"))
			}
		case "when":
			if f.stageOf(p.Parent().Field("value")) != "" {
				truth = stageTruth(f.whenTexts(p))
			}
		case "call": // configure :development do
			if name := f.callee(p); name == "configure" || strings.HasSuffix(name, ".configure") {
				if ask, ok := f.stagesAsked("APP_ENV", p.Field("arguments").Children()); ok && n == p.Field("block") && f.sinatra {
					truth = stageTruth(ask.values)
				}
			}
		}
		if truth != 0 {
			return truth
		}
	}
	return 0
}

// whenTexts are the literals of a branch of a case.
func (f *rubyFile) whenTexts(when syntax.Node) []string {
	var list []string
	for c := when.First(); c.OK(); c = c.Next() {
		if c.Is("pattern") {
			if text, ok := f.literal(c.Child(0)); ok {
				list = append(list, text)
			}
		}
	}
	return list
}

// envBranch states a decision by the environment's name with what is chosen in
// its branches. Its lines are those of the condition.
func (f *rubyFile) envBranch(n syntax.Node) {
	condition := n.Field("condition")
	switch n.Kind() {
	case "case":
		f.caseBranch(n)
		return
	case "binary":
		// a && b chooses b where its value is used or it does something
		if !n.Has("&&") && !n.Has("and") || n.Parent().Is("if", "unless", "elsif", "conditional", "if_modifier", "unless_modifier", "binary", "unary") || n.FieldName() == "condition" {
			return
		}
		condition = n.Field("left")
	}
	asks := f.stageAsks(condition)
	if len(asks) == 0 || f.restOfSetting(n) {
		return
	}
	fact := inspect.EnvBranch{Name: asks[0].name}
	for _, ask := range asks {
		fact.Values = append(fact.Values, ask.values...)
	}
	_, yes, no := f.branches(n)
	if n.Is("binary") {
		yes = n.Field("right")
	}
	fact.Values = unique(fact.Values)
	fact.Chooses = f.choices(n, yes, no)
	f.Emit(condition.Line(), condition.EndLine(), fact)
}

// restOfSetting reports whether a branch only sets what holds where a setting of its
// own does not decide: if config.require_ssl? then ssl = true elsif production? then
// ssl = false.
func (f *rubyFile) restOfSetting(n syntax.Node) bool {
	before := n.Parent()
	if !n.Is("elsif") || !before.Is("if", "elsif") || len(f.stageAsks(before.Field("condition"))) > 0 {
		return false
	}
	set, own := assigned(before.Field("consequence")), assigned(n.Field("consequence"))
	for _, name := range own {
		if !slices.Contains(set, name) {
			return false
		}
	}
	return len(own) > 0
}

// assigned are the names that a branch sets.
func assigned(branch syntax.Node) []string {
	var list []string
	branch.Walk(func(n syntax.Node) bool {
		if n.Is("assignment") {
			list = append(list, n.Field("left").Text())
		}
		return true
	})
	return list
}

func (f *rubyFile) caseBranch(n syntax.Node) {
	asked := n.Field("value")
	name := f.stageOf(asked)
	if name == "" {
		return
	}
	fact := inspect.EnvBranch{Name: name}
	var bodies []syntax.Node
	for c := n.First(); c.OK(); c = c.Next() {
		switch c.Kind() {
		case "when":
			fact.Values = append(fact.Values, f.whenTexts(c)...)
			bodies = append(bodies, c.Field("body"))
		case "else":
			bodies = append(bodies, c)
		}
	}
	fact.Values = unique(fact.Values)
	fact.Chooses = f.choices(n, bodies...)
	f.Emit(asked.Line(), asked.EndLine(), fact)
}

// stageAsks are the questions for the environment's name in a condition.
func (f *rubyFile) stageAsks(n syntax.Node) []stageAsk {
	if ask, ok := f.asksStage(n); ok {
		return []stageAsk{ask}
	}
	switch n.Kind() {
	case "parenthesized_statements":
		return f.stageAsks(lastChild(n))
	case "unary":
		return f.stageAsks(n.Field("operand"))
	case "binary":
		switch n.Field("operator").Text() {
		case "&&", "||", "and", "or":
			return append(f.stageAsks(n.Field("left")), f.stageAsks(n.Field("right"))...)
		}
	}
	return nil
}

// unique sorts names and drops those that stand twice.
func unique(list []string) []string {
	sort.Strings(list)
	return slices.Compact(list)
}
