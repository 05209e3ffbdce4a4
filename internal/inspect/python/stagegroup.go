package python

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Groups of settings of which the environment's name chooses one.

// groupName is a parameter or a variable that names the group which is taken.
var groupName = regexp.MustCompile(`(?i)^_*(config|conf|cfg|settings|env|environment|stage|mode|app_env|flask_env|flask_config|environ)(_?(name|type|key|mode|env|class))?$|^(env|environment)$`)

// chosenGroup tells whether a decision takes one of several groups of settings,
// or reads one of several variables for one thing.
func (p *pythonFile) chosenGroup(branches []syntax.Node) inspect.Choice {
	return syntax.ChosenGroup(branches, p.takesGroup, p.variablesIn)
}

// takesGroup reports whether a branch is the settings of one environment, or
// returns or assigns such, imports all of them, or fills an application's config
// from them.
func (p *pythonFile) takesGroup(branch syntax.Node) bool {
	if !branch.Is("block", "else_clause", "case_clause", "match_statement") {
		return p.isStageGroup(branch)
	}
	found := false
	branch.Walk(func(n syntax.Node) bool {
		if found || !p.step() || n.Is("function_definition", "class_definition") {
			return false
		}
		switch n.Kind() {
		case "return_statement":
			found = p.isStageGroup(n.Child(0))
		case "assignment":
			found = p.isStageGroup(n.Field("right"))
		case "import_from_statement":
			module := n.Field("module_name").Text()
			last := n.Child(1)
			found = last.Is("wildcard_import") && inspect.IsStageName(module[strings.LastIndexByte(module, '.')+1:])
		case "call":
			if method := n.Field("function").Field("attribute").Text(); method == "from_object" || method == "from_pyfile" {
				found = p.isStageGroup(n.Field("arguments").Child(0))
			}
		}
		return !found
	})
	return found
}

// isStageGroup reports whether an expression is the settings of one
// environment: ProdConfig, ProdConfig(), "config.ProductionConfig".
func (p *pythonFile) isStageGroup(n syntax.Node) bool {
	switch n.Kind() {
	case "call":
		n = n.Field("function")
		return n.Is("identifier", "attribute") && p.isStageGroup(n)
	case "identifier", "attribute":
		name, _ := p.nameIn(n)
		return inspect.IsStageGroup(name)
	case "string":
		text, ok := p.literal(n)
		return ok && strings.Contains(text, ".") && !strings.ContainsAny(text, "/ :") && inspect.IsStageGroup(text)
	}
	return false
}

// groupByParameter states app.config.from_object(config[config_name]): who
// calls that passes the environment's name.
func (p *pythonFile) groupByParameter(c pyCall) {
	n := p.follow(c.args.arg(0, "obj"))
	index := n.Field("subscript")
	if !n.Is("subscript") || !index.Is("identifier") || !groupName.MatchString(index.Text()) || p.stageAsked(index).name != "" {
		return
	}
	if b := p.lookup(index.Text(), index); b == nil || !b.param.OK() {
		return
	}
	q := question{name: index.Text()}
	object := n.Field("value")
	p.entries(p.follow(object), func(key string, _, _ syntax.Node) { q = q.with(key) })
	if len(q.values) == 0 && p.resolve(object) == "" {
		return
	}
	slices.Sort(q.values)
	p.Emit(n.Line(), n.EndLine(), inspect.EnvBranch{Name: q.name, Values: q.values, Chooses: []inspect.Choice{inspect.ChoosesConfig}})
}

// variablesIn are the variables that a branch names, in several words.
func (p *pythonFile) variablesIn(branch syntax.Node) (names []string) {
	branch.Walk(func(n syntax.Node) bool {
		if n.Is("string") && n.Up("argument_list", "subscript").OK() {
			if text, ok := p.literal(n); ok && inspect.IsVariableName(text) {
				names = append(names, text)
			}
			return false
		}
		return p.step()
	})
	return names
}
