package backingservices

import (
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// onlySettings reports whether one line of Spring's settings is all that a
// repository says of where a database is. Spring lets a variable replace any
// key, so a database on the developer's own machine is a default where a
// profile, a file for another deploy, or a descriptor shows that it is
// replaced. Where nothing does, it is the configuration.
func onlySettings(c *audit.Component, f *audit.File, key string) bool {
	if !isSpring(f) || f.Role != source.Prod || !databaseKey(key) {
		return false
	}
	s, ok := c.EffectiveSetting(key)
	if !ok || s.At.Path != f.Path || !s.Value.IsLiteral() {
		return false
	}
	variable := strings.ToUpper(strings.NewReplacer(".", "_", "-", "").Replace(key))
	if slices.ContainsFunc(c.Provided(), func(p audit.Provided) bool { return p.Name == variable || p.Name == "SPRING_APPLICATION_JSON" }) {
		return false
	}
	served := c.Repo.IsServed(f) // then the server's file is known, and it is this
	for other := range audit.Facts[inspect.Setting](c, source.Prod, source.DeployProd, source.DeployDev, source.Example) {
		if other.Fact.Key == key && (other.File != f || other.Line != s.At.Line) || strings.HasPrefix(other.Fact.Key, "spring.config.import") && !served {
			return false
		}
	}
	return !hasDependency(c, func(name string) bool { // these connect a service by themselves
		return name == "org.springframework.boot:spring-boot-docker-compose" ||
			!served && (strings.HasPrefix(name, "org.springframework.cloud:spring-cloud-starter-config") || strings.HasPrefix(name, "org.springframework.cloud:spring-cloud-config-client"))
	})
}

// databaseKey tells the settings of Spring that say where a database is.
func databaseKey(key string) bool {
	return strings.HasPrefix(key, "spring.datasource.") || strings.HasPrefix(key, "spring.r2dbc.") || strings.HasPrefix(key, "spring.data.mongodb.") || strings.HasPrefix(key, "spring.mongodb.")
}
