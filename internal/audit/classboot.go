package audit

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// servingWord is part of the names of libraries that may bring Spring Boot a web
// server.
var servingWord = regexp.MustCompile(`(?i)web|servlet|tomcat|jetty|undertow|netty|http|rest|graphql|gateway|grpc|server|jersey|vaadin|admin|eureka|hateoas|openapi|springdoc|swagger|dgs|zuul|cxf|camel|socket|thymeleaf|freemarker|mustache|mvc|session|oauth2|boot-?ui`)

// startsNoServer reports whether SpringApplication.run surely serves no requests:
// the settings say so; or the program handles no request, sets nothing of a
// server, and no library that it is given may bring one.
func (d *decision) startsNoServer(via string) bool {
	if !strings.HasPrefix(via, "org.springframework.boot.") {
		return false
	}
	for s := range FactsIn[inspect.Setting](withFacts[inspect.Setting](d.facts, d.files), source.Prod) {
		switch {
		case s.Fact.Key == "spring.main.web-application-type" && s.Fact.Profile == "":
			return strings.EqualFold(s.Fact.Value.Text, "none")
		case strings.HasPrefix(s.Fact.Key, "server."), strings.HasPrefix(s.Fact.Key, "management.server."):
			return false
		}
	}
	for range FactsIn[inspect.Handler](withFacts[inspect.Handler](d.facts, d.files), source.Prod) {
		return false
	}
	m := modules{repo: d.c.Repo, at: map[string]string{}, given: map[string][]Located[inspect.Dependency]{}, asked: map[string]bool{}}
	for x := range AllFacts[inspect.Manifest](d.c.Repo) {
		if x.Fact.Ecosystem == inspect.Maven {
			m.at[x.Fact.Name] = path.Dir(x.File.Path)
		}
	}
	for x := range AllFacts[inspect.Dependency](d.c.Repo) {
		if dir := path.Dir(x.File.Path); x.Fact.Ecosystem == inspect.Maven && x.Fact.Group == inspect.Runtime {
			m.given[dir] = append(m.given[dir], x)
		}
	}
	return m.giveNoServer(d.c.Path) && m.boot
}

// modules are a repository's modules of Maven and Gradle.
type modules struct {
	repo  *Repository
	at    map[string]string // artifact → directory
	given map[string][]Located[inspect.Dependency]
	asked map[string]bool // directories
	boot  bool            // Spring Boot is among what the asked ones are given
}

// giveNoServer reports whether none of the libraries that the module in a
// directory and those above it declare, and those of the modules that it names
// among them, may bring a web server. A starter that is not Spring's own may.
func (m *modules) giveNoServer(dir string) bool {
	for ; !m.asked[dir]; dir = path.Dir(dir) {
		m.asked[dir] = true
		for _, dep := range m.given[dir] {
			at := located(m.repo, dep)
			if at == "" {
				at = m.at[dep.Fact.Name]
			}
			if at != "" {
				if !m.giveNoServer(at) {
					return false
				}
				continue
			}
			group, name, _ := strings.Cut(dep.Fact.Name, ":")
			ours := strings.HasPrefix(group, "org.springframework.")
			if name == "" || servingWord.MatchString(name) || strings.Contains(name, "starter") && !ours {
				return false
			}
			m.boot = m.boot || ours && strings.HasPrefix(name, "spring-boot")
		}
	}
	return true
}
