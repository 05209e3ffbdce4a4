package python

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// configClass states the database of a configuration class that is named for
// an environment, as Flask applications have them: class DevelopmentConfig with
// SQLALCHEMY_DATABASE_URI. The key is "development.SQLALCHEMY_DATABASE_URI".
func (p *pythonFile) configClass(n syntax.Node) {
	class := n.Up("class_definition")
	if !class.OK() || n.Field("left").Text() != "SQLALCHEMY_DATABASE_URI" || !n.Field("right").OK() {
		return
	}
	environment := ""
	switch name := strings.ToLower(class.Field("name").Text()); {
	case strings.HasPrefix(name, "dev"), strings.HasPrefix(name, "local"):
		environment = "development"
	case strings.HasPrefix(name, "prod"):
		environment = "production"
	default:
		return
	}
	p.state(n, inspect.Setting{Key: environment + ".SQLALCHEMY_DATABASE_URI", Value: p.valueOf(n.Field("right"))})
}
