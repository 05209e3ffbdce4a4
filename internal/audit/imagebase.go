package audit

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
)

// inheritedStart is what an image runs that states neither ENTRYPOINT nor CMD,
// when its base starts a server for the program that is copied into it, as
// PHP's and Java's official images document; nil when the base is unknown.
func inheritedStart(base string, line int) *inspect.Start {
	name, tag, _ := SplitImage(strings.ToLower(base))
	switch repository := path.Base(name); {
	case repository == "php" && strings.Contains(tag, "apache"):
		return execForm([]string{"apache2-foreground"}, line)
	case repository == "php" && strings.Contains(tag, "fpm"):
		return execForm([]string{"php-fpm"}, line)
	case repository == "tomcat" || repository == "tomee":
		return execForm([]string{"catalina.sh", "run"}, line)
	}
	return nil
}
