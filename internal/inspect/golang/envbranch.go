package golang

import (
	"go/ast"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
)

// stated is a fact with the place that states it.
type stated struct {
	pos  token.Pos
	fact inspect.Fact
}

// question is what a condition asks about the environment that the program
// runs in: the variable or flag, and the names compared with. debug is 1 when
// the condition holds only in development or tests, -1 when only in production.
type question struct {
	name   string
	values []string
	debug  int
}

func (q question) with(values ...string) question {
	for _, v := range values {
		if v != "" && !slices.Contains(q.values, v) {
			q.values = append(slices.Clone(q.values), v)
		}
	}
	return q
}

// span is a stretch of the file.
type span struct{ from, to token.Pos }

// findDebug keeps the branches that run only in development or tests.
func (f *goFile) findDebug() {
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		stmt, ok := n.(*ast.IfStmt)
		if !ok {
			return
		}
		switch q := f.asks(stmt.Cond, 0); {
		case q.debug > 0:
			f.debug = append(f.debug, span{stmt.Body.Pos(), stmt.Body.End()})
		case q.debug < 0 && stmt.Else != nil:
			f.debug = append(f.debug, span{stmt.Else.Pos(), stmt.Else.End()})
		}
	})
}

func (f *goFile) debugOnly(n ast.Node) bool {
	return slices.ContainsFunc(f.debug, func(s span) bool { return s.from <= n.Pos() && n.End() <= s.to })
}

// envBranches states the decisions by the environment's name. It comes last:
// what the branches hold has been stated by then.
func (f *goFile) envBranches() {
	sort.SliceStable(f.stated, func(i, j int) bool { return f.stated[i].pos < f.stated[j].pos })
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		switch n := n.(type) {
		case *ast.IfStmt:
			if q := f.asks(n.Cond, 0); q.name != "" {
				branches := []ast.Node{n.Body}
				if block, ok := n.Else.(*ast.BlockStmt); ok {
					branches = append(branches, block)
				}
				f.sayBranch(q, n.Cond, branches)
			}
		case *ast.SwitchStmt:
			f.switchBranch(n)
		}
	})
}

func (f *goFile) switchBranch(n *ast.SwitchStmt) {
	if n.Tag == nil {
		return
	}
	q := f.stageAsked(n.Tag)
	if q.name == "" {
		return
	}
	named := f.fold(n.Tag).source() == inspect.Env
	for _, s := range n.Body.List {
		if c, ok := s.(*ast.CaseClause); ok {
			for _, e := range c.List {
				text := f.stageText(e)
				named = named || inspect.IsStageName(text)
				q = q.with(text)
			}
		}
	}
	if named {
		f.sayBranch(q, n.Tag, []ast.Node{n.Body})
	}
}

func (f *goFile) sayBranch(q question, condition ast.Expr, branches []ast.Node) {
	slices.Sort(q.values)
	f.e.Emit(f.line(condition.Pos()), f.line(condition.End()), inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: f.chooses(branches), Calls: f.developersCalls(branches)})
}

// asks tells what a condition asks about the environment; the zero question
// when it asks about something else.
func (f *goFile) asks(e ast.Expr, depth int) question {
	if depth > maxDepth || !f.step() {
		return question{}
	}
	depth++
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			q := f.asks(e.X, depth)
			q.debug = -q.debug
			return q
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.LAND, token.LOR:
			left, right := f.asks(e.X, depth), f.asks(e.Y, depth)
			if left.name == "" {
				left, right = right, left
			}
			if e.Op == token.LOR && left.debug != right.debug {
				left.debug = 0
			}
			return left.with(right.values...)
		case token.EQL, token.NEQ:
			q := f.asksCompared(e.X, e.Y)
			if e.Op == token.NEQ {
				q.debug = -q.debug
				if !slices.Contains(q.values, "production") {
					q.debug = 0 // "not test" is most places
				}
			}
			return q
		}
	case *ast.Ident:
		if b := f.bindings[objectOf(e)]; b != nil && len(b.values) == 1 && !b.changed {
			if q := f.asks(b.values[0], depth); q.name != "" {
				return q
			}
			return f.flag(b.values[0], e.Name)
		}
	case *ast.SelectorExpr:
		return f.flag(e, e.Sel.Name)
	case *ast.CallExpr:
		if fn, ok := e.Fun.(*ast.Ident); ok {
			return f.asksFunction(fn, depth)
		}
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && len(e.Args) == 0 {
			return f.flag(sel, sel.Sel.Name)
		}
		if c := f.resolve(e); c.key() == "strings.EqualFold" && len(e.Args) == 2 {
			return f.asksCompared(e.Args[0], e.Args[1])
		}
	}
	return question{}
}

// asksFunction looks into a function of the file that only returns a comparison.
func (f *goFile) asksFunction(name *ast.Ident, depth int) question {
	fn := f.funcs[name.Name]
	if fn == nil || fn.Body == nil || len(fn.Body.List) != 1 {
		return question{}
	}
	if ret, ok := fn.Body.List[0].(*ast.ReturnStmt); ok && len(ret.Results) == 1 {
		return f.asks(ret.Results[0], depth)
	}
	return question{}
}

var (
	stageField    = regexp.MustCompile(`(?i)^(env|environment|app_?env|go_?env|stage|deploy_?env|run_?mode|env_?name|environment_?name)$`)
	settingsOwner = regexp.MustCompile(`(?i)(^|\.)\w*(conf|config|cfg|setting|settings|env|environment|app|server\w*setting|opts|options)\w*$`)
)

// flag reads cfg.IsProduction, config.IsDev().
func (f *goFile) flag(e ast.Expr, name string) question {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if call, isCall := ast.Unparen(e).(*ast.CallExpr); isCall {
		sel, ok = call.Fun.(*ast.SelectorExpr)
	}
	if !ok {
		return question{}
	}
	stage := inspect.StageOfFlag(sel.Sel.Name)
	owner := pathOf(sel.X)
	if stage == "" || !settingsOwner.MatchString(owner) {
		return question{}
	}
	return question{name: owner + "." + sel.Sel.Name, values: []string{stage}, debug: debugOf(stage)}
}

// pathOf is a.b.c of such a chain of names; "" for any other expression.
func pathOf(e ast.Expr) string {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if owner := pathOf(e.X); owner != "" {
			return owner + "." + e.Sel.Name
		}
	}
	return ""
}

func debugOf(stage string) int {
	switch strings.ToLower(stage) {
	case "production", "prod", "staging", "live", "release":
		return -1
	case "development", "dev", "test", "testing", "local", "debug", "ci":
		return 1
	}
	return 0
}

// asksCompared reads env == "production", gin.Mode() == gin.ReleaseMode.
func (f *goFile) asksCompared(x, y ast.Expr) question {
	q := f.stageAsked(x)
	if q.name == "" {
		if q = f.stageAsked(y); q.name == "" {
			return q
		}
		x, y = y, x
	}
	text := f.stageText(y)
	fromEnv := f.fold(x).source() == inspect.Env
	if text == "" || !fromEnv && q.name != "gin.Mode" && !inspect.IsStageName(text) {
		return question{} // whether it is set, or a field of that name
	}
	q.debug = debugOf(text)
	return q.with(text)
}

// stageText is the name of an environment that an expression stands for: a
// literal, a constant, or gin.ReleaseMode.
func (f *goFile) stageText(e ast.Expr) string {
	if v := f.fold(e); v.source() == inspect.Literal {
		text, _ := v.text()
		return text
	}
	name := ""
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		name = e.Sel.Name
	case *ast.Ident:
		name = e.Name
	}
	for _, affix := range []string{"Env", "Environment", "Mode"} {
		name = strings.TrimSuffix(strings.TrimPrefix(name, affix), affix)
	}
	if inspect.IsStageName(name) {
		return strings.ToLower(name)
	}
	return ""
}

// stageAsked is the question of an expression that is the environment's name
// itself: os.Getenv("APP_ENV"), cfg.Environment, gin.Mode().
func (f *goFile) stageAsked(e ast.Expr) question {
	v := f.fold(e)
	if v.source() == inspect.Env {
		if names := v.env(); slices.ContainsFunc(names, inspect.IsStageVariable) {
			return question{name: names[slices.IndexFunc(names, inspect.IsStageVariable)]}
		}
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.CallExpr:
		c := f.resolve(e)
		switch {
		case c.key() == ginPath+".Mode":
			return question{name: "gin.Mode"}
		case c.pkg == "strings" && len(e.Args) == 1:
			return f.stageAsked(e.Args[0])
		}
	case *ast.SelectorExpr:
		if owner := pathOf(e.X); stageField.MatchString(e.Sel.Name) && settingsOwner.MatchString(owner) {
			return question{name: owner + "." + e.Sel.Name}
		}
	}
	return question{}
}

var (
	serviceURL   = regexp.MustCompile(`^[a-z][a-z0-9+.-]*://[^/\s]+`)
	featureCalls = regexp.MustCompile(`^(Use|Handle|HandleFunc|HandlerFunc|Mount|GET|POST|PUT|DELETE|PATCH|Group|Static|StaticFS|Route)$`)
	logOwner     = regexp.MustCompile(`(?i)^(log|logger|slog|zap|logrus|sugar|fmt|l|lg|klog|glog)$`)
	debugTool    = regexp.MustCompile(`(?i)pprof|debug|swagger|playground|profil|reload|reflection`)
)

// chooses tells what differs between the branches of a decision: by the facts
// that they state, by what they call, and by the names that they set.
func (f *goFile) chooses(branches []ast.Node) []inspect.Choice {
	found := map[inspect.Choice]bool{}
	add := func(c inspect.Choice) {
		if c != "" {
			found[c] = true
		}
	}
	var names [][]string
	for _, branch := range branches {
		names = append(names, f.variablesIn(branch))
		first := sort.Search(len(f.stated), func(i int) bool { return f.stated[i].pos >= branch.Pos() })
		for _, s := range f.stated[first:] {
			if s.pos >= branch.End() || !f.step() {
				break
			}
			add(inspect.ChoiceOfFact(s.fact))
		}
		ast.Inspect(branch, func(n ast.Node) bool {
			if n == nil || !f.step() {
				return false
			}
			c, deeper := f.choiceAt(n)
			add(c)
			return deeper
		})
	}
	if inspect.DifferByStage(names) {
		add(inspect.ChoosesConfig)
	}
	return slices.Sorted(maps.Keys(found))
}

// variablesIn are the variables that a branch asks a function for, by names of
// several words.
func (f *goFile) variablesIn(branch ast.Node) (names []string) {
	ast.Inspect(branch, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if ok && len(call.Args) > 0 && len(call.Args) < 3 {
			if lit, ok := ast.Unparen(call.Args[0]).(*ast.BasicLit); ok {
				if text, ok := stringLit(lit); ok && inspect.IsVariableName(text) {
					names = append(names, text)
				}
			}
		}
		return n != nil && f.step()
	})
	return names
}

// choiceAt tells what one node of a branch chooses, and whether to look below it.
func (f *goFile) choiceAt(n ast.Node) (choice inspect.Choice, deeper bool) {
	switch n := n.(type) {
	case *ast.BasicLit:
		if text, ok := stringLit(n); ok && serviceURL.MatchString(text) {
			return inspect.ChoosesURL, false
		}
	case *ast.Ident:
		if inspect.IsMockName(n.Name) {
			return inspect.ChoosesMock, false
		}
	case *ast.KeyValueExpr:
		return inspect.ChoiceOfName(keyName(n.Key)), true
	case *ast.AssignStmt:
		for i, l := range n.Lhs {
			name := goLastName(l)
			if len(n.Lhs) == len(n.Rhs) && inspect.IsAddressName(name) {
				if text, ok := f.constant(n.Rhs[i], 0); ok && strings.ContainsAny(text, ".:") {
					return inspect.ChoosesURL, true
				}
			}
			if c := inspect.ChoiceOfName(name); c != "" {
				return c, true
			}
		}
	case *ast.CallExpr:
		sel, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return "", true
		}
		switch {
		case logOwner.MatchString(pathOf(sel.X)) && !strings.HasPrefix(sel.Sel.Name, "Set") && !strings.HasPrefix(sel.Sel.Name, "New"):
			return "", false // what a message mentions is no choice
		case sel.Sel.Name == "SetLevel" || sel.Sel.Name == "SetFormatter":
			return inspect.ChoosesLog, true
		case sel.Sel.Name == "SetMode" && f.packageOf(sel.X) == ginPath:
			return inspect.ChoosesDebug, true
		case featureCalls.MatchString(sel.Sel.Name):
			if n.End()-n.Pos() < 1000 && mentionsName(n, debugTool) {
				return inspect.ChoosesDebug, true
			}
			return inspect.ChoosesFeature, true
		}
	}
	return "", true
}
