package audit

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// MapsTables reports whether a program of the JVM may have a library that maps
// classes to tables, which reads the settings of JPA and Hibernate: it declares
// one or imports what one brings, or what it declares isn't wholly known. Settings
// in a program without are left over.
func (c *Component) MapsTables() bool { return OfComponent(c, mapsTables) }

func mapsTables(c *Component) bool {
	declared := false
	for d := range Facts[inspect.Dependency](c) {
		if d.Fact.Ecosystem != inspect.Maven {
			continue
		}
		declared = true
		if mapper.MatchString(d.Fact.Name) || strings.Contains(d.Fact.Name, "bundles.") {
			return true
		}
	}
	for i := range Facts[inspect.Import](c) {
		if mapperImport.MatchString(i.Fact.Path) {
			return true
		}
	}
	return !declared
}

var (
	// mapper are packages that are such a library, bring one, or bring what
	// connects to a database, with which a parent may bring one.
	mapper       = regexp.MustCompile(`(?i)hibernate|jpa|persistence|panache|eclipselink|toplink|gorm|jdbc|database|mysql|mariadb|postgres|sql|\bh2\b|:h2$|oracle|derby|jakartaee|javaee|\bdata-(core|all)\b|starter-data`)
	mapperImport = regexp.MustCompile(`^(javax|jakarta)\.persistence\b|^org\.hibernate\.(annotations|Session|cfg|type|dialect|engine|criterion|query)|^org\.springframework\.data\.jpa\b|^io\.micronaut\.data\b`)
)
