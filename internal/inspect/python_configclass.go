package inspect

import "strings"

// configClass states the database of a configuration class that is named for
// an environment, as Flask applications have them: class DevelopmentConfig with
// SQLALCHEMY_DATABASE_URI. The key is "development.SQLALCHEMY_DATABASE_URI".
func (p *pythonFile) configClass(n node) {
	class := n.up("class_definition")
	if !class.ok() || n.field("left").text() != "SQLALCHEMY_DATABASE_URI" || !n.field("right").ok() {
		return
	}
	environment := ""
	switch name := strings.ToLower(class.field("name").text()); {
	case strings.HasPrefix(name, "dev"), strings.HasPrefix(name, "local"):
		environment = "development"
	case strings.HasPrefix(name, "prod"):
		environment = "production"
	default:
		return
	}
	p.state(n, Setting{Key: environment + ".SQLALCHEMY_DATABASE_URI", Value: p.valueOf(n.field("right"))})
}
