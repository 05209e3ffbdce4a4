package csharp

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// branch is a decision by the name of the environment.
type branch struct {
	condition syntax.Node
	sides     []syntax.Node
	fact      inspect.EnvBranch
}

// environmentChecks are the methods of IHostEnvironment that ask for its name.
var environmentChecks = map[string]string{"IsDevelopment": "Development", "IsProduction": "Production", "IsStaging": "Staging", "IsEnvironment": ""}

// environmentVariables name the environment.
var environmentVariables = map[string]bool{"ASPNETCORE_ENVIRONMENT": true, "DOTNET_ENVIRONMENT": true, "AZURE_FUNCTIONS_ENVIRONMENT": true, "APP_ENV": true, "ENVIRONMENT": true}

// environmentTest is one question for the environment's name in a condition.
type environmentTest struct {
	name    string
	value   string
	negated bool
}

// environmentTests are the questions in an expression.
func (f *file) environmentTests(condition syntax.Node) []environmentTest {
	var list []environmentTest
	condition.Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "lambda_expression":
			return false
		case "invocation_expression":
			if test, ok := f.methodTest(n); ok {
				list = append(list, test)
				return false
			}
		case "is_pattern_expression":
			if tests := f.patternTests(n); len(tests) > 0 {
				list = append(list, tests...)
				return false
			}
		case "binary_expression":
			if op := operator(n); op == "==" || op == "!=" {
				if test, ok := f.comparedTest(n.Field("left"), n.Field("right")); ok {
					test.negated = test.negated != (op == "!=")
					list = append(list, test)
					return false
				}
			}
		}
		return true
	})
	return list
}

// patternTests reads environment is "Development" or "Local", and is not.
func (f *file) patternTests(n syntax.Node) []environmentTest {
	name := f.environmentName(n.Field("expression"))
	if name == "" {
		return nil
	}
	var list []environmentTest
	pattern := n.Field("pattern")
	pattern.Walk(func(p syntax.Node) bool {
		if p.Is("constant_pattern") {
			if text := f.environmentValue(p.Child(0)); text != "" {
				list = append(list, environmentTest{name: name, value: text, negated: pattern.Is("negated_pattern")})
			}
		}
		return true
	})
	return list
}

func (f *file) methodTest(n syntax.Node) (environmentTest, bool) {
	function := n.Field("function")
	method := lastName(function)
	value, check := environmentChecks[method]
	negated := n.Parent().Is("prefix_unary_expression") && strings.HasPrefix(n.Parent().Text(), "!")
	if check {
		if !receiver(function).OK() || len(f.methods[method]) > 0 {
			return environmentTest{}, false
		}
		if value == "" {
			value, _ = f.literal(f.callOf(n).arg(0, "environmentName"))
		}
		return environmentTest{"IHostEnvironment." + method, value, negated}, true
	}
	if method == "Equals" {
		c := f.callOf(n)
		left, right := c.object, c.arg(0)
		if strings.EqualFold(left.Text(), "string") {
			left, right = c.arg(0), c.arg(1)
		}
		test, ok := f.comparedTest(left, right)
		test.negated = negated
		return test, ok
	}
	return environmentTest{}, false
}

// comparedTest reads EnvironmentName == "Production", and the same of a
// variable that names the environment.
func (f *file) comparedTest(left, right syntax.Node) (environmentTest, bool) {
	for _, pair := range [2][2]syntax.Node{{left, right}, {right, left}} {
		name := f.environmentName(pair[0])
		if name == "" {
			continue
		}
		if value := f.environmentValue(pair[1]); value != "" {
			return environmentTest{name: name, value: value}, true
		}
	}
	return environmentTest{}, false
}

// environmentName is the variable or property whose value an expression is, if
// it names the environment.
func (f *file) environmentName(n syntax.Node) string {
	if lastName(n) == "EnvironmentName" && n.Is("member_access_expression", "conditional_access_expression") {
		return "IHostEnvironment.EnvironmentName"
	}
	if v := f.evaluate(n); v.Source == inspect.Env && len(v.Env) > 0 && environmentVariables[v.Env[0]] {
		return v.Env[0]
	}
	return ""
}

func (f *file) environmentValue(n syntax.Node) string {
	if n.Is("member_access_expression") && (receiver(n).Text() == "Environments" || strings.HasSuffix(receiver(n).Text(), ".Environments")) {
		return lastName(n)
	}
	text, _ := f.literal(n)
	return text
}

// envBranch keeps a decision by the environment's name.
func (f *file) envBranch(n syntax.Node) {
	b := branch{condition: n.Field("condition")}
	switch n.Kind() {
	case "preproc_if":
		if text := b.condition.Text(); text != "DEBUG" && text != "!DEBUG" && text != "RELEASE" {
			return
		}
		for c := n.First(); c.OK(); c = c.Next() {
			if c != b.condition {
				b.sides = append(b.sides, c)
			}
		}
		b.fact = inspect.EnvBranch{Name: "#if " + b.condition.Text(), Values: []string{strings.TrimPrefix(b.condition.Text(), "!")}}
		f.branches = append(f.branches, b)
		return
	case "switch_statement", "switch_expression":
		b.condition = n.Field("value")
		if !b.condition.OK() {
			b.condition = n.Child(0)
		}
		name := f.environmentName(b.condition)
		if name == "" {
			return
		}
		b.fact.Name = name
		b.sides = []syntax.Node{n.Field("body")}
		if !b.sides[0].OK() {
			b.sides = n.Children()[1:]
		}
		for _, side := range b.sides {
			side.Walk(func(c syntax.Node) bool {
				if c.Is("constant_pattern") {
					if text := f.environmentValue(c.Child(0)); text != "" && !slices.Contains(b.fact.Values, text) {
						b.fact.Values = append(b.fact.Values, text)
					}
				}
				return true
			})
		}
	default:
		tests := f.environmentTests(b.condition)
		if len(tests) == 0 {
			return
		}
		b.fact.Name = tests[0].name
		for _, test := range tests {
			if test.value != "" && !slices.Contains(b.fact.Values, test.value) {
				b.fact.Values = append(b.fact.Values, test.value)
			}
		}
		b.sides = []syntax.Node{n.Field("consequence"), n.Field("alternative")}
	}
	f.branches = append(f.branches, b)
}

// debugCalls show what only developers should see; logCalls shape the log.
var (
	debugCalls  = regexp.MustCompile(`^(UseDeveloperExceptionPage|UseMigrationsEndPoint|UseDatabaseErrorPage|AddDatabaseDeveloperPageExceptionFilter|UseExceptionHandler|UseBrowserLink|AddRazorRuntimeCompilation|EnableSensitiveDataLogging|EnableDetailedErrors|UseSwagger\w*|MapOpenApi|MapScalar\w*|UseOpenApi|UseWebAssemblyDebugging|UseMiniProfiler)$`)
	logCalls    = regexp.MustCompile(`^(AddConsole|AddDebug|AddJsonConsole|SetMinimumLevel|ClearProviders|UseSerilog|LogTo|Verbose|WriteTo)$`)
	featureCall = regexp.MustCompile(`^(Use|Map|Add)[A-Z]`)
	registered  = regexp.MustCompile(`^(Try)?Add(Keyed)?(Singleton|Scoped|Transient)$`)
	mockType    = regexp.MustCompile(`^(I?)(Fake|Mock|Stub|Dummy|NoOp|Noop|InMemory|Null|Local|Console)[A-Z]\w*`)
	webURL      = regexp.MustCompile(`^https?://[^/{}\s]`)
)

// envBranches states the decisions, with what differs between their sides.
func (f *file) envBranches() {
	for _, b := range f.branches {
		chosen := map[inspect.Choice]bool{}
		for _, side := range b.sides {
			f.chosenIn(side, chosen)
		}
		for choice := range chosen {
			b.fact.Chooses = append(b.fact.Chooses, choice)
		}
		slices.Sort(b.fact.Chooses)
		b.fact.Calls = f.developersCalls(b)
		if strings.HasPrefix(b.fact.Name, "#if") && b.fact.Chooses == nil && b.fact.Calls == nil {
			continue
		}
		f.state(b.condition, b.fact)
	}
}

// chosenIn adds what one side of a decision sets up.
func (f *file) chosenIn(side syntax.Node, chosen map[inspect.Choice]bool) {
	if !side.OK() {
		return
	}
	side.Walk(func(n syntax.Node) bool {
		switch n.Kind() {
		case "string_literal", "verbatim_string_literal":
			if webURL.MatchString(stringText(n)) {
				chosen[inspect.ChoosesURL] = true
			}
		case "invocation_expression":
			f.chosenCall(n, chosen)
		case "object_creation_expression":
			if mockType.MatchString(simpleName(n.Field("type"))) {
				chosen[inspect.ChoosesMock] = true
			}
		}
		return true
	})
	from, to := side.Line(), side.EndLine()
	for _, s := range f.Signals {
		if s.Line < from || s.EndLine > to {
			continue
		}
		switch s.Fact.(type) {
		case inspect.Client:
			chosen[inspect.ChoosesClient] = true
		case inspect.Credential:
			chosen[inspect.ChoosesCredential] = true
		case inspect.Session, inspect.Store:
			chosen[inspect.ChoosesStore] = true
		case inspect.LogSink:
			if s.Fact.(inspect.LogSink).Via != "console" {
				chosen[inspect.ChoosesLog] = true
			}
		}
	}
}

func (f *file) chosenCall(n syntax.Node, chosen map[inspect.Choice]bool) {
	name := lastName(n.Field("function"))
	switch {
	case debugCalls.MatchString(name):
		chosen[inspect.ChoosesDebug] = true
	case logCalls.MatchString(name):
		chosen[inspect.ChoosesLog] = true
	case name == "AddDbContext" || name == "AddDbContextPool":
	case featureCall.MatchString(name):
		if arguments := typeArguments(n.Field("function")); len(arguments) > 0 && mockType.MatchString(simpleName(arguments[len(arguments)-1])) && strings.HasPrefix(name, "Add") {
			chosen[inspect.ChoosesMock] = true
			return
		}
		if registered.MatchString(name) {
			return
		}
		if _, store := storeOf[name]; !store && clientMethods[name].service == "" {
			chosen[inspect.ChoosesFeature] = true
		}
	}
}

// typeArguments are A and B of a call of F<A, B>.
func typeArguments(function syntax.Node) []syntax.Node {
	first := typeArgument(function)
	if !first.OK() {
		return nil
	}
	return first.Parent().Children()
}

// isDevelopment reports whether a condition holds in development or tests only.
func isDevelopment(condition syntax.Node) bool {
	text := condition.Text()
	if strings.HasPrefix(text, "!") || strings.Contains(text, "||") {
		return false
	}
	return strings.Contains(text, ".IsDevelopment()") || strings.Contains(text, `IsEnvironment("Test`) || strings.Contains(text, `IsEnvironment("Dev`) || strings.Contains(text, `== "Development"`) ||
		strings.Contains(text, "== Environments.Development") || strings.Contains(text, `== "Testing"`)
}

// notDevelopment is the negation of isDevelopment.
func notDevelopment(condition syntax.Node) bool {
	return condition.Is("prefix_unary_expression") && strings.HasPrefix(condition.Text(), "!") && isDevelopment(condition.Child(0))
}

// inDebugBranch reports whether n runs in development or tests only.
func (f *file) inDebugBranch(n syntax.Node) bool {
	for s := n.Parent(); s.OK(); s = s.Parent() {
		switch s.Kind() {
		case "if_statement", "conditional_expression":
			condition := s.Field("condition")
			if n.Inside(s.Field("consequence")) && isDevelopment(condition) || n.Inside(s.Field("alternative")) && notDevelopment(condition) {
				return true
			}
		case "preproc_if":
			if s.Field("condition").Text() == "DEBUG" && !n.Inside(s.Field("alternative")) {
				return true
			}
		case "block", "compilation_unit":
			if left := f.leaves(s); left >= 0 && n.Index() > left {
				return true
			}
		}
	}
	return false
}

// leaves is the index of the statement with which a block is left unless in
// development: if (!env.IsDevelopment()) return; -1 without.
func (f *file) leaves(block syntax.Node) int32 {
	if at, done := f.leavesAt[block.Index()]; done {
		return at
	}
	at := int32(-1)
	for s := block.First(); s.OK() && at < 0; s = s.Next() {
		statement := s
		if s.Is("global_statement") {
			statement = s.Child(0)
		}
		if statement.Is("if_statement") && notDevelopment(statement.Field("condition")) {
			if then := statement.Field("consequence"); then.Is("return_statement") || then.Child(0).Is("return_statement") {
				at = then.Index()
			}
		}
	}
	f.leavesAt[block.Index()] = at
	return at
}
