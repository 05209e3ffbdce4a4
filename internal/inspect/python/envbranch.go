package python

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// statedFact is a fact with the node that states it.
type statedFact struct {
	node int32
	fact inspect.Fact
}

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
	return q.with(other.values...)
}

func (q question) with(values ...string) question {
	for _, v := range values {
		if v != "" && !slices.Contains(q.values, v) {
			q.values = append(slices.Clone(q.values), v)
		}
	}
	return q
}

// envBranches states the decisions by the environment's name. It comes last:
// what the branches hold has been stated by then.
func (p *pythonFile) envBranches() {
	sort.SliceStable(p.stated, func(i, j int) bool { return p.stated[i].node < p.stated[j].node })
	p.tree.Root().Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "if_statement", "elif_clause":
			branches := []syntax.Node{n.Field("consequence")}
			for c := n.First(); c.OK(); c = c.Next() {
				if c.Is("else_clause") {
					branches = append(branches, c)
				}
			}
			p.envBranch(n, n.Field("condition"), branches)
		case "conditional_expression":
			p.envBranch(n, n.Child(1), []syntax.Node{n.Child(0), n.Child(2)})
		case "subscript":
			p.chosenByKey(n)
		case "match_statement":
			if q := p.stageAsked(n.Field("subject")); q.name != "" {
				body := n.Field("body")
				body.Walk(func(c syntax.Node) bool {
					if c.Is("case_pattern") {
						pattern := c.Child(0)
						for alternative := pattern.First(); pattern.Is("union_pattern") && alternative.OK(); alternative = alternative.Next() {
							text, _ := p.literal(alternative)
							q = q.with(text)
						}
						text, _ := p.literal(pattern)
						q = q.with(text)
					}
					return c == body || !c.Is("block")
				})
				p.sayBranch(q, n, n.Field("subject"), []syntax.Node{body})
			}
		}
		return true
	})
}

func (p *pythonFile) envBranch(whole, condition syntax.Node, branches []syntax.Node) {
	if q := p.asks(condition, 12); q.name != "" {
		p.sayBranch(q, whole, condition, branches)
	}
}

func (p *pythonFile) sayBranch(q question, whole, condition syntax.Node, branches []syntax.Node) {
	slices.Sort(q.values)
	p.Emit(condition.Line(), condition.EndLine(), inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: p.chooses(whole, branches)})
}

// asks tells what a condition asks about the environment; the zero question
// when it asks about something else.
func (p *pythonFile) asks(n syntax.Node, hops int) question {
	if hops == 0 {
		return question{}
	}
	hops--
	switch n.Kind() {
	case "parenthesized_expression":
		return p.asks(n.Child(0), hops)
	case "not_operator":
		return p.asks(n.Field("argument"), hops)
	case "boolean_operator":
		return p.asks(n.Field("left"), hops).and(p.asks(n.Field("right"), hops))
	case "comparison_operator":
		return p.asksCompared(n)
	case "named_expression":
		return p.asks(n.Field("value"), hops)
	case "call": // os.environ["DJANGO_SETTINGS_MODULE"].endswith("production"), settings.is_production()
		if name := p.resolve(n.Field("function")); name == "flask.helpers.get_debug_flag" {
			return question{"FLASK_DEBUG()", []string{"debug"}}
		}
		if fn := n.Field("function"); fn.Is("attribute") {
			if method := fn.Field("attribute").Text(); method == "endswith" || method == "startswith" {
				if q := p.stageAsked(fn.Field("object")); q.name != "" {
					text, _ := p.literal(n.Field("arguments").Child(0))
					return q.with(strings.Trim(text, "."))
				}
				return question{}
			}
			if !n.Field("arguments").Child(0).OK() {
				return p.asksFlag(fn)
			}
		}
	case "identifier", "attribute", "subscript":
		if v := p.follow(n); v != n {
			if q := p.asks(v, hops); q.name != "" {
				return q
			}
		}
		return p.asksFlag(n)
	}
	return question{}
}

var (
	settingsObject = regexp.MustCompile(`(?i)(^|\.|_)(settings?|config|conf|cfg|env|environment|app|application|constants)(\(\))?$`)
	stageProperty  = regexp.MustCompile(`(?i)^(env|environment|app_env|stage|deploy_env|deployment_environment|env_name|environment_name|flask_env|run_env|mode)$`)
	debugProperty  = regexp.MustCompile(`^(DEBUG|debug|TESTING|testing)$`)
)

// asksFlag reads settings.IS_PRODUCTION, settings.DEBUG, app.debug,
// app.config["DEBUG"].
func (p *pythonFile) asksFlag(n syntax.Node) question {
	name, owner := p.nameIn(n)
	if name == "" {
		return question{}
	}
	stage := inspect.StageOfFlag(name)
	if debugProperty.MatchString(name) {
		stage = strings.ToLower(name)
	}
	if stage == "" || !p.settingsOwner(n, owner, stage) {
		return question{}
	}
	return question{strings.TrimPrefix(owner+"."+name, "."), []string{stage}}
}

// nameIn takes the last name of an expression and what it is a part of.
func (p *pythonFile) nameIn(n syntax.Node) (name, owner string) {
	switch n.Kind() {
	case "identifier":
		return n.Text(), ""
	case "attribute":
		name, owner = n.Field("attribute").Text(), n.Field("object").Text()
	case "subscript":
		name, _ = p.literal(n.Field("subscript"))
		owner = n.Field("value").Text()
	}
	if len(owner) > 60 || strings.ContainsAny(owner, "\n\"'") {
		return "", ""
	}
	return name, owner
}

// settingsOwner reports whether a flag is the program's setting: of settings or
// an application, imported from there, or a constant of a settings file.
func (p *pythonFile) settingsOwner(n syntax.Node, owner, stage string) bool {
	if owner != "" {
		return settingsObject.MatchString(owner)
	}
	b := p.lookup(n.Text(), n)
	switch {
	case b == nil || !isUpper(n.Text()):
		return false
	case b.path != "":
		return pySettingsModule(b.path[:max(strings.LastIndex(b.path, "."), 0)])
	}
	return p.django && b == p.scopes[0][n.Text()] || stage != "debug" && stage != "testing" && b == p.scopes[0][n.Text()]
}

// asksCompared reads env == "production", env in ("staging", "production").
func (p *pythonFile) asksCompared(n syntax.Node) question {
	left, right := n.Child(0), n.Child(1)
	q := p.stageAsked(left)
	if q.name == "" {
		if q = p.stageAsked(right); q.name == "" {
			return q
		}
		left, right = right, left
	}
	list := p.follow(right)
	if list.Is("tuple", "list", "set") {
		for c := list.First(); c.OK(); c = c.Next() {
			text, _ := p.literal(c)
			q = q.with(text)
		}
	} else if text, ok := p.literal(right); ok {
		q = q.with(text)
	} else if right.Is("attribute") && inspect.IsStageName(right.Field("attribute").Text()) { // Environment.PRODUCTION
		q = q.with(strings.ToLower(right.Field("attribute").Text()))
	}
	if p.evaluate(left).Source != inspect.Env && !slices.ContainsFunc(q.values, inspect.IsStageName) {
		return question{} // a property of that name may be anything
	}
	return q
}

// stageAsked is the question of an expression that is the environment's name
// itself: os.environ["APP_ENV"], settings.ENVIRONMENT, app.config["ENV"].
func (p *pythonFile) stageAsked(n syntax.Node) question {
	if v := p.evaluate(n); v.Source == inspect.Env {
		if i := slices.IndexFunc(v.Env, inspect.IsStageVariable); i >= 0 {
			return question{name: v.Env[i]}
		}
	}
	if n.Is("call") && n.Field("function").Is("attribute") && !n.Field("arguments").Child(0).OK() { // .lower()
		n = n.Field("function").Field("object")
	}
	name, owner := p.nameIn(n)
	if !stageProperty.MatchString(name) || owner == "" && !isUpper(name) {
		return question{}
	}
	if owner == "" {
		if b := p.lookup(name, n); b == nil || b.param.OK() {
			return question{}
		}
	} else if !settingsObject.MatchString(owner) {
		return question{}
	}
	return question{name: strings.TrimPrefix(owner+"."+name, ".")}
}

// chooses tells what differs between the branches of a decision: by the facts
// that they state, by what they call, and by the names that they set.
func (p *pythonFile) chooses(whole syntax.Node, branches []syntax.Node) []inspect.Choice {
	found := map[inspect.Choice]bool{}
	add := func(c inspect.Choice) {
		if c != "" {
			found[c] = true
		}
	}
	if whole.Is("conditional_expression") {
		name := p.givenName(whole)
		add(inspect.ChoiceOfName(name))
		for _, b := range branches {
			if text, ok := p.literal(b); ok && b.Is("string") && inspect.IsAddressName(name) && strings.ContainsAny(text, ".:") {
				add(inspect.ChoosesURL)
			}
		}
	}
	add(p.chosenGroup(branches))
	for _, branch := range branches {
		if !branch.OK() {
			continue
		}
		first := sort.Search(len(p.stated), func(i int) bool { return p.stated[i].node >= branch.Index() })
		for _, s := range p.stated[first:] {
			if !p.tree.At(int(s.node)).Inside(branch) || !p.step() {
				break
			}
			add(inspect.ChoiceOfFact(s.fact))
		}
		branch.Walk(func(n syntax.Node) bool {
			if !p.step() || n.Is("raise_statement", "comment") {
				return false
			}
			c, deeper := p.choiceAt(n)
			add(c)
			return deeper
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// branchSteps bounds how many nodes of branches inside branches are looked at.
const branchSteps = 500_000

func (p *pythonFile) step() bool {
	p.steps++
	return p.steps < branchSteps
}

// givenName is what an expression's value is given to: a name, a key, a
// keyword; "" for none.
func (p *pythonFile) givenName(n syntax.Node) string {
	for up := n.Parent(); up.OK(); up = up.Parent() {
		switch up.Kind() {
		case "parenthesized_expression", "boolean_operator", "binary_operator", "conditional_expression":
			continue
		case "pair":
			key, _ := p.literal(up.Field("key"))
			return key
		case "keyword_argument":
			return up.Field("name").Text()
		case "assignment":
			name, _ := p.nameIn(up.Field("left"))
			return name
		}
		return ""
	}
	return ""
}

var (
	urlText      = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://[^/\s]+`)
	debugTool    = regexp.MustCompile(`(?i)debug|toolbar|silk|profil|reload|livereload|traceback`)
	fakeBackend  = regexp.MustCompile(`(?i)(backends\.(console|locmem|dummy|filebased)|dummycache|\b(mock|fake|stub)\w*\.)`)
	featureCalls = map[string]bool{
		"add_middleware": true, "include_router": true, "register_blueprint": true, "mount": true, "add_url_rule": true, "add_route": true, "add_api_route": true, "static": true,
	}
	featureNames = map[string]bool{"INSTALLED_APPS": true, "MIDDLEWARE": true, "urlpatterns": true, "MIDDLEWARE_CLASSES": true, "AUTHENTICATION_BACKENDS": true}
)

// choiceAt tells what one node of a branch chooses, and whether to look below it.
func (p *pythonFile) choiceAt(n syntax.Node) (choice inspect.Choice, deeper bool) {
	switch n.Kind() {
	case "string":
		text := strings.TrimLeft(n.Text(), "rbfRBF\"'")
		switch {
		case n.Parent().Is("expression_statement"): // a comment in the shape of a string
		case strings.Contains(text, "core.cache.backends.") && !strings.Contains(text, "dummy"):
			return inspect.ChoosesStore, false
		case fakeBackend.MatchString(text):
			return inspect.ChoosesMock, false
		case urlText.MatchString(text):
			return inspect.ChoosesURL, false
		}
	case "identifier":
		if inspect.IsMockName(n.Text()) {
			return inspect.ChoosesMock, false
		}
		if featureNames[n.Text()] {
			if statement := n.Up("assignment", "augmented_assignment", "call"); statement.OK() && debugTool.MatchString(statement.Text()[:min(400, len(statement.Text()))]) {
				return inspect.ChoosesDebug, true
			}
			return inspect.ChoosesFeature, true
		}
	case "assignment":
		name, _ := p.nameIn(n.Field("left"))
		return inspect.ChoiceOfName(name), true
	case "pair":
		key, _ := p.literal(n.Field("key"))
		return inspect.ChoiceOfName(key), true
	case "keyword_argument":
		return inspect.ChoiceOfName(n.Field("name").Text()), true
	case "call":
		fn := n.Field("function")
		root, method := fn.Field("object").Text(), fn.Field("attribute").Text()
		if fn.Text() == "print" || strings.HasPrefix(root, "log") {
			return "", false // what a message mentions is no choice
		}
		if featureCalls[method] {
			return inspect.ChoosesFeature, true
		}
		if method == "setLevel" {
			return inspect.ChoosesLog, true
		}
	}
	return "", true
}
