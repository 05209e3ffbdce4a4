package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// developersStage are names of environments that are no deploys.
var developersStage = regexp.MustCompile(`(?i)dev|test|debug|local`)

// debugCall states that a framework is told to debug, or to show errors to
// whoever meets one, under no condition: Slim's middleware of errors, Symfony's
// kernel, Yii's constant.
func (s *script) debugCall(c call) {
	if c.Up("if_statement", "switch_statement", "match_expression", "conditional_expression").OK() {
		return
	}
	switch {
	case c.method == "adderrormiddleware" && written(c.args.at(0, "displayErrorDetails")) == "true":
		s.state(c.Node, inspect.Setting{Key: inspect.ShowsErrorsKey, Value: inspect.Lit("addErrorMiddleware(true, …)")})
	case strings.HasPrefix(c.key, "new ") && strings.HasSuffix(c.key, "kernel") && written(c.args.at(1, "debug")) == "true" && !developersStage.MatchString(written(c.args.at(0))):
		s.state(c.Node, inspect.Setting{Key: inspect.ShowsErrorsKey, Value: inspect.Lit(c.name[strings.LastIndexAny(c.name, ` \\`)+1:] + "(…, true)")})
	case c.key == "define" && strings.EqualFold(written(c.args.at(1)), "true"):
		if name, ok := plainString(c.args.at(0)); ok && name == "YII_DEBUG" {
			s.state(c.Node, inspect.Setting{Key: inspect.ShowsErrorsKey, Value: inspect.Lit("YII_DEBUG")})
		}
	}
}
