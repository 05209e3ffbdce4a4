package jvm

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Where code runs: in development and tests only, or in production.

var (
	stageVariable = regexp.MustCompile(`^((.*_)?(APP_ENV|ENV|ENVIRONMENT|DEPLOY_ENV|STAGE|DEPLOYMENT|RUNTIME_ENV|APP_MODE)|SPRING_PROFILES_ACTIVE|MICRONAUT_ENVIRONMENTS|QUARKUS_PROFILE|NODE_ENV|PROFILE)$`)
	stageName     = regexp.MustCompile(`(?i)^(env|environment|app_?env|profile|active_?profiles?|stage|deploy_?env|current_?(env|profile)|spring_?profile)$`)
	profileCalls  = regexp.MustCompile(`^org\.springframework\.core\.env\.(Configurable)?(Environment|StandardEnvironment)\.(acceptsProfiles|matchesProfiles|getActiveProfiles(\(\))?)`)
	developStage  = regexp.MustCompile(`(?i)^(dev|develop|development|test|testing|tests|local|localhost|ci|it|integration[-_]?test|unit[-_]?test|h2|embedded|mock|!prod|!production)$`)
	productStage  = regexp.MustCompile(`(?i)^(prod|production|prd|live|staging|stage|stg|uat|qa|preprod|pre-prod|cloud|kubernetes|k8s|heroku|!dev|!test|!local)$`)
)

// question is what a condition asks about the place where the program runs.
type question struct {
	name   string
	values []string
	when   int // 1 when it holds only in development or tests, -1 only in production, 0 when it says nothing
}

// asks reads a condition: "prod".equals(env), env == "prod",
// environment.acceptsProfiles(Profiles.of("dev")).
func (f *file) asks(n syntax.Node, depth int) (q question, ok bool) {
	n = bare(n)
	if depth > 6 || !n.OK() {
		return q, false
	}
	a := f.answers[n.Index()]
	if a == nil {
		a = &answer{}
		f.answers[n.Index()] = a // while it is worked out, it is none
		a.question, a.ok = f.asksFresh(n, depth)
	}
	return a.question, a.ok
}

// answer is a question that was read, or that there is none.
type answer struct {
	question
	ok bool
}

func (f *file) asksFresh(n syntax.Node, depth int) (q question, ok bool) {
	if inner, not := negated(n); not {
		q, ok = f.asks(inner, depth+1)
		if q.when = -q.when; q.when > 0 && !slices.ContainsFunc(q.values, productStage.MatchString) {
			q.when = 0
		}
		return q, ok
	}
	switch {
	case n.Is("binary_expression"):
		return f.asksBoth(n, depth)
	case n.Is("in_expression"): // "dev" in environment.activeProfiles
		return f.compared(n.Field("right"), []syntax.Node{n.Field("left")})
	case isCall(n):
		return f.asksCall(n, depth)
	case n.Is("identifier", "field_access", "navigation_expression"):
		if v := f.follow(n); v != n {
			return f.asks(v, depth+1)
		}
		if name := lastWord(n); name == "developmentMode" && f.imports("io.ktor.") {
			return question{name: "io.ktor.developmentMode", values: []string{"development"}, when: 1}, true
		}
	}
	return q, false
}

func (f *file) asksBoth(n syntax.Node, depth int) (q question, ok bool) {
	left, right := n.Field("left"), n.Field("right")
	switch op := f.operator(n); op {
	case "==", "===", "!=", "!==":
		q, ok = f.compared(left, []syntax.Node{right})
		if !ok {
			q, ok = f.compared(right, []syntax.Node{left})
		}
		if strings.HasPrefix(op, "!") {
			q.when = -q.when
		}
		return q, ok
	case "&&":
		if q, ok = f.asks(left, depth+1); ok {
			return q, ok
		}
		return f.asks(right, depth+1)
	case "||":
		a, okA := f.asks(left, depth+1)
		b, okB := f.asks(right, depth+1)
		if !okA || !okB {
			a.when = 0
			if okB && !okA {
				a = question{name: b.name, values: b.values}
			}
			return a, okA || okB
		}
		a.values = append(slices.Clone(a.values), b.values...)
		if a.when != b.when {
			a.when = 0
		}
		return a, true
	}
	return q, false
}

func (f *file) asksCall(n syntax.Node, depth int) (q question, ok bool) {
	c := f.callOf(n)
	if !c.ok {
		return q, false
	}
	switch {
	case profileCalls.MatchString(c.name) && (c.method == "acceptsProfiles" || c.method == "matchesProfiles"):
		list := c.args
		if made := f.callOf(f.follow(c.arg(0))); made.ok && made.method == "of" {
			list = made.args
		}
		return f.stageValues(strings.ReplaceAll(c.name, "()", ""), list)
	case c.method == "equals" || c.method == "equalsIgnoreCase" || c.method == "contentEquals":
		if c.recv.OK() {
			if q, ok = f.compared(c.recv, c.args); ok {
				return q, ok
			}
			return f.compared(c.arg(0), []syntax.Node{c.recv})
		}
	case c.method == "contains" || c.method == "any" || c.method == "anyMatch":
		return f.compared(c.recv, c.args)
	}
	// a function of this file: isProduction()
	for _, v := range f.returned(c) {
		if q, ok = f.asks(v, depth+1); ok {
			return q, true
		}
	}
	return q, false
}

// compared reads an environment's name and what it is compared with.
func (f *file) compared(n syntax.Node, with []syntax.Node) (question, bool) {
	name := f.stageOf(n)
	if name == "" {
		return question{}, false
	}
	return f.stageValues(name, with)
}

func (f *file) stageValues(name string, list []syntax.Node) (question, bool) {
	q := question{name: name}
	develops, produces := false, false
	for _, n := range list {
		text, ok := f.literal(n)
		if !ok && (n.Is("lambda_expression") || n.Is("lambda_literal")) {
			f.look(n, func(m syntax.Node) bool {
				if m.Is("string_literal") && text == "" {
					text, ok = f.literal(m)
				}
				return true
			})
		}
		if !ok || text == "" {
			continue
		}
		q.values = append(q.values, text)
		develops = develops || developStage.MatchString(text)
		produces = produces || productStage.MatchString(text)
	}
	switch {
	case develops && !produces:
		q.when = 1
	case produces && !develops:
		q.when = -1
	}
	return q, develops || produces
}

// stageOf names what an expression asks for the environment's name, or "".
func (f *file) stageOf(n syntax.Node) string {
	n = bare(n)
	v := f.evaluate(n)
	if v.Source == inspect.Env {
		for _, name := range v.Env {
			if _, bound := inspect.Reference(name); bound != "" { // @Value("${spring.profiles.active}")
				name = strings.TrimPrefix(bound, "spring:")
			}
			if stageVariable.MatchString(name) {
				return name
			}
		}
		return ""
	}
	found := ""
	f.look(n, func(m syntax.Node) bool {
		if isCall(m) || m.Is("navigation_expression") {
			if name := f.resolve(m); strings.Contains(name, "env.") && (strings.HasSuffix(name, "getActiveProfiles()") || strings.HasSuffix(name, ".activeProfiles")) {
				found = "org.springframework.core.env.Environment.getActiveProfiles"
			}
			if c := f.callOf(m); c.ok && c.name == "java.lang.System.getProperty" {
				if key, ok := f.literal(c.arg(0)); ok && (stageVariable.MatchString(variableOf(key)) || stageName.MatchString(key)) {
					found = key
				}
			}
		}
		return found == ""
	})
	if found == "" && n.Is("identifier", "field_access", "navigation_expression") && v.Source == inspect.Input && stageName.MatchString(lastWord(n)) {
		return lastWord(n)
	}
	return found
}

// debugOnly reports whether code runs only in development or tests: in such a
// branch, or under @Profile("dev").
func (f *file) debugOnly(n syntax.Node) bool {
	for p := n.Parent(); p.OK(); n, p = p, p.Parent() {
		switch {
		case p.Is("if_statement", "if_expression", "ternary_expression"):
			condition, then, other := branchesOf(p)
			if n != then && n != other {
				continue
			}
			if q, ok := f.asks(condition, 0); ok && (n == then && q.when > 0 || n == other && q.when < 0) {
				return true
			}
		case functionKinds[p.Kind()] || classKinds[p.Kind()]:
			if a, ok := f.annotated(p, profileAnnotations); ok {
				if q, ok := f.profileOf(a); ok && q.when > 0 {
					return true
				}
			}
		}
	}
	return false
}

var profileAnnotations = map[string]bool{"org.springframework.context.annotation.Profile": true, "io.quarkus.arc.profile.IfBuildProfile": true}

func (f *file) profileOf(a annotation) (question, bool) {
	v := a.args["value"]
	list := []syntax.Node{v}
	if v.Is("element_value_array_initializer", "collection_literal") {
		list = v.Children()
	}
	list = append(list, a.more...)
	return f.stageValues("@"+a.simple, list)
}

// profileAnnotation states @Profile("prod") with what the bean is.
func (f *file) profileAnnotation(a annotation) {
	if !profileAnnotations[a.name] {
		return
	}
	if q, ok := f.profileOf(a); ok {
		f.state(a.Node, inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: f.choices(target(a.Node))})
	}
}

// envBranch states a decision by the environment's name.
func (f *file) envBranch(n syntax.Node) {
	if n.Is("switch_expression", "when_expression") {
		f.envSwitch(n)
		return
	}
	condition, then, other := branchesOf(n)
	if q, ok := f.asks(condition, 0); ok {
		f.state(condition, inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: f.choices(then, other)})
	}
}

// envSwitch states switch (env) { case "prod": … }.
func (f *file) envSwitch(n syntax.Node) {
	subject := bare(n.Field("condition"))
	if n.Is("when_expression") {
		subject = childOf(n, "when_subject").Child(0)
	}
	if !subject.OK() && n.Is("when_expression") {
		f.envWhen(n)
	}
	name := f.stageOf(subject)
	if !subject.OK() || name == "" {
		return
	}
	var labels []syntax.Node
	f.look(n, func(m syntax.Node) bool {
		if m.Is("switch_label") {
			labels = append(labels, m.Children()...)
		} else if m.Is("when_entry") && m.Parent() == n {
			for c := m.First(); c.OK(); c = c.Next() {
				if c.FieldName() == "condition" {
					labels = append(labels, c)
				}
			}
		}
		return true
	})
	if q, ok := f.stageValues(name, labels); ok {
		f.state(subject, inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: f.choices(n)})
	}
}

// envWhen states when { "prod" in environment.activeProfiles -> … }.
func (f *file) envWhen(n syntax.Node) {
	for entry := n.First(); entry.OK(); entry = entry.Next() {
		condition := entry.Field("condition")
		if q, ok := f.asks(condition, 0); ok {
			f.state(condition, inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: f.choices(entry)})
		}
	}
}

var (
	mockName    = regexp.MustCompile(`(^|[a-z.])(Mock|Fake|Stub|Dummy|NoOp|Noop|InMemory)[A-Z]\w*$|(Mock|Fake|Stub)$`)
	debugCalls  = regexp.MustCompile(`(?i)(stackTrace|showSql|devtools|hotReload|debugMode|setDebug|debug$|autoReload)`)
	featureCall = regexp.MustCompile(`^(install|addInterceptor|addFilter|registerModule|addResourceHandler|enable|disable|addServlet|addController|register)\w*$`)
)

// choices is what is recognised in the branches of a decision.
func (f *file) choices(branches ...syntax.Node) []inspect.Choice {
	found := map[inspect.Choice]bool{}
	var names [][]string
	for _, branch := range branches {
		names = append(names, f.variablesIn(branch))
		f.look(branch, func(n syntax.Node) bool {
			switch {
			case n.Is("string_literal"):
				if text, ok := f.plainText(n); ok && (localURL.MatchString(text) || strings.HasPrefix(text, "jdbc:") || inspect.Userinfo.MatchString(text)) && !n.Up("annotation").OK() {
					found[inspect.ChoosesURL] = true
				}
			case n.Is("variable_declarator", "property_declaration"):
				name, v := declared(n)
				f.chosenSecret(found, name.Text(), v)
			case n.Is("assignment", "assignment_expression"):
				f.chosenSecret(found, lastWord(n.Field("left")), n.Field("right"))
			case isCall(n):
				if c := f.callOf(n); c.ok {
					f.chosenCall(found, c)
				}
			case n.Is("class_declaration"):
				if mockName.MatchString(n.Field("name").Text()) {
					found[inspect.ChoosesMock] = true
				}
			}
			return true
		})
	}
	if inspect.DifferByStage(names) {
		found[inspect.ChoosesConfig] = true
	}
	var list []inspect.Choice
	for c := range found {
		list = append(list, c)
	}
	slices.Sort(list)
	return list
}

// variablesIn are the variables that a branch asks for, by names of several words.
func (f *file) variablesIn(branch syntax.Node) (names []string) {
	f.look(branch, func(n syntax.Node) bool {
		if !isCall(n) {
			return true
		}
		if c := f.callOf(n); c.ok && len(c.args) == 1 {
			if text, ok := f.plainText(c.args[0]); ok && inspect.IsVariableName(text) {
				names = append(names, text)
			}
		}
		return true
	})
	return names
}

func (f *file) chosenSecret(found map[inspect.Choice]bool, name string, v syntax.Node) {
	if text, ok := f.plainText(v); ok && inspect.IsSecretName(name) && credentialText(name, text) {
		found[inspect.ChoosesCredential] = true
	}
}

func (f *file) chosenCall(found map[inspect.Choice]bool, c call) {
	_, isClient := clients[c.name]
	_, isStore := stores[c.name]
	_, isSession := sessionCalls[c.name]
	_, isSink := sinks[c.name]
	switch {
	case isClient:
		found[inspect.ChoosesClient] = true
	case isStore || isSession:
		found[inspect.ChoosesStore] = true
	case isSink || c.method == "setLevel":
		found[inspect.ChoosesLog] = true
	case mockName.MatchString(c.class):
		found[inspect.ChoosesMock] = true
	case debugCalls.MatchString(c.method):
		found[inspect.ChoosesDebug] = true
	case featureCall.MatchString(c.method):
		found[inspect.ChoosesFeature] = true
	}
	if len(c.args) == 1 && secretSetter.MatchString(c.method) && c.recv.OK() && !askers.MatchString(c.method) {
		name := strings.TrimPrefix(c.method, "set")
		if name != "" {
			f.chosenSecret(found, strings.ToLower(name[:1])+name[1:], c.args[0])
		}
	}
}
