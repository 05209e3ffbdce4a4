package config

import (
	"fmt"
	"path"
	"regexp"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "config/env-config-file",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "A committed file holds where one environment's services are",
	Why: "Which machine is production's becomes a matter of code: every new environment, every moved database is a commit and " +
		"a release, and what runs where can only be told by reading the build.",
	Fixes: []audit.Fix{
		{For: "a setting", Text: "Set ‹variable› per deploy, which stands above every file of settings, take ‹key› out of ‹file›, and do so with what else it holds of ‹environment›."},
		{For: "Rails", Text: `Write <%= ENV["‹variable›"] %> for ‹key› in ‹file›, set the variable per deploy, and do so with what else it holds of ‹environment›.`},
		{For: "page", Text: "Let the server hand the addresses to the page at run time (a config.json it serves, a meta element), or take them from a variable when building, instead of ‹file›."},
		{For: "JavaScript", Text: "Read ‹key› from process.env.‹variable›, set the variable per deploy, and do so with what else ‹file› holds."},
		{For: "Python", Text: `Read ‹key› from os.environ["‹variable›"], set the variable per deploy, and do so with what else ‹file› holds.`},
		{For: "PHP", Text: `Read ‹key› from getenv("‹variable›"), set the variable per deploy, and do so with what else ‹file› holds.`},
		{Text: "Keep names and defaults in ‹file›, let a variable replace ‹key› and what else it holds of addresses and credentials, and set the variables per deploy."},
		{Text: "Keep names and defaults in the file, read each address from a variable, and set the variables per deploy, outside of the repository."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001", "004"},
	Bad: `
-- pom.xml --
<project>
  <artifactId>shop</artifactId>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-web</artifactId>
      <version>3.3.0</version>
    </dependency>
  </dependencies>
</project>
-- Procfile --
web: java -jar target/shop.jar
-- src/main/resources/application-prod.yml --
spring:
  datasource:
    url: jdbc:postgresql://db1.acme-hosting.net/shop
-- src/main/java/net/acme/Shop.java --
package net.acme;

import org.springframework.boot.SpringApplication;

public class Shop {
    public static void main(String[] args) { SpringApplication.run(Shop.class, args); }
}
`,
	Good: `
-- pom.xml --
<project>
  <artifactId>shop</artifactId>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-web</artifactId>
      <version>3.3.0</version>
    </dependency>
  </dependencies>
</project>
-- Procfile --
web: java -jar target/shop.jar
-- src/main/resources/application-prod.yml --
spring:
  datasource:
    url: ${DATABASE_URL}
-- src/main/java/net/acme/Shop.java --
package net.acme;

import org.springframework.boot.SpringApplication;

public class Shop {
    public static void main(String[] args) { SpringApplication.run(Shop.class, args); }
}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, f := range c.Files {
			if f.Role != source.Prod && f.Role != source.DeployProd {
				continue
			}
			if inspect.IsConfig(f.Format) {
				onlySource(c, f, report)
				continue
			}
			whole := deployOf(f)
			if whole == "" && f.Format != inspect.RailsYAML && f.Format != inspect.SpringYAML {
				continue
			}
			for environment, held := range handlesOf(f, whole) {
				report.Violation(held[0].at, environment, heldMessage(path.Base(f.Path), environment, held), append(heldFix(c, f, held[0], environment), audit.SameCause(causeOf(environment, held)))...)
			}
		}
	},
})

// onlySource reports a settings file that a program reads and that no variable
// replaces: where the services are is told nowhere else.
func onlySource(c *audit.Component, f *audit.File, report *audit.Report) {
	var list []held
	lines := map[int]bool{}
	one := []*audit.File{f}
	for h := range audit.FactsIn[inspect.ServiceHandle](one, f.Role) {
		list, lines[h.Line] = append(list, held{h.Fact.Name, h.At(), h.Fact.Handle.Text, h.Fact.Handle.Secret != nil}), true
	}
	if len(list) == 0 {
		return
	}
	for s := range audit.FactsIn[inspect.Credential](one, f.Role) {
		if !s.Fact.Secret.Placeholder && !s.Fact.Secret.Unset && !lines[s.Line] {
			list = append(list, held{s.Fact.Name, s.At(), secretMarkOf(s.Fact.Secret), true})
		}
	}
	name := path.Base(f.Path)
	message := fmt.Sprintf("%s alone says what %s is: no variable replaces it", name, list[0].name)
	if len(list) > 1 {
		message = fmt.Sprintf("%s alone says what %s and %s are: no variable replaces them", name, list[0].name, more(list))
	}
	report.Violation(list[0].at, name, message, heldFix(c, f, list[0], "")...)
}

// held is an address or a credential that a configuration file holds.
type held struct {
	name   string
	at     audit.Place
	value  string
	secret bool // it is a credential, or carries one
}

// heldFix names the first of what a file holds, and the variable that would.
func heldFix(c *audit.Component, f *audit.File, first held, environment string) []audit.Option {
	key := strings.ReplaceAll(first.name, "__", ":")
	options := []audit.Option{audit.Naming("key", key), audit.Naming("file", path.Base(f.Path)), audit.Naming("environment", environment)}
	switch variable := audit.ReplacingVariable(f, first.name); {
	case variable != "":
		return append(options, audit.WithFix("a setting"), audit.Naming("variable", variable))
	case inBrowser(c, f):
		return append(options, audit.WithFix("page"))
	}
	return append(options, audit.Naming("variable", audit.VariableName(lastKey(key))))
}

// handlesOf are the addresses and credentials that a file holds, by the
// environment that they are for: the file's, else that of the document or
// section which they stand in.
func handlesOf(f *audit.File, whole string) map[string][]held {
	byEnvironment := map[string][]held{}
	lines := map[[2]string]map[int]bool{}
	add := func(environment, name string, at audit.Place, value string, secret bool) {
		key := [2]string{environment}
		if lines[key] == nil {
			lines[key] = map[int]bool{}
		}
		if environment != "" && !lines[key][at.Line] {
			lines[key][at.Line] = true
			byEnvironment[environment] = append(byEnvironment[environment], held{name, at, value, secret})
		}
	}
	one := []*audit.File{f}
	for s := range audit.FactsIn[inspect.Setting](one, f.Role) {
		environment := whole
		if environment == "" {
			environment = deployWords[strings.ToLower(s.Fact.Profile)]
		}
		if holdsHandle(s.Fact) {
			add(environment, s.Fact.Key, s.At(), s.Fact.Value.Text, s.Fact.Value.Secret != nil)
		}
	}
	if whole != "" {
		for e := range audit.FactsIn[inspect.Endpoint](one, f.Role) {
			if host := inspect.HTTPHost(e.Fact.URL.Text); host != "" && network(host) != "loopback" {
				add(whole, e.Fact.Name, e.At(), e.Fact.URL.Text, false)
			}
		}
		for h := range audit.FactsIn[inspect.ServiceHandle](one, f.Role) {
			if !localURLText(h.Fact.Handle.Text) {
				add(whole, h.Fact.Name, h.At(), h.Fact.Handle.Text, h.Fact.Handle.Secret != nil)
			}
		}
		for s := range audit.FactsIn[inspect.Credential](one, f.Role) {
			if !s.Fact.Secret.Placeholder && !s.Fact.Secret.Unset && s.Fact.Secret.Length > 0 {
				add(whole, s.Fact.Name, s.At(), secretMarkOf(s.Fact.Secret), true)
			}
		}
	}
	for _, list := range byEnvironment {
		sort.SliceStable(list, func(i, j int) bool { return list[i].at.Line < list[j].at.Line })
	}
	return byEnvironment
}

var (
	// addressKey are the last names of keys that say where something is.
	addressKey = regexp.MustCompile(`(?i)(^|[.:_-]|[a-z])(url|uri|uris|dsn|host|hosts|hostname|server|servers|endpoint|endpoints|broker|brokers|bootstrap-?servers|nodes|address|addresses|addr|connection-?string|default-?zone|jdbc-?url)$`)
	// addressNot are keys about addresses that are the program's own or no service's.
	addressNot = regexp.MustCompile(`(?i)^(logging|kestrel|urls|allowedhosts|server\.|management\.|spring\.mvc|spring\.jpa|springdoc|quarkus\.http)|virtual-?host|(^|[.:_-])(callback|redirect|return|notify|success|cancel|logo|doc|docs|help|terms|privacy)[._-]?(url|uri)$`)
	plainAddr  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*(:\d+)?(,[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?)*$`)
	schemeURL  = regexp.MustCompile(`^(?:jdbc:|r2dbc:)?[a-z][a-z0-9+:-]*://(?:[^@/\s]*@)?([A-Za-z0-9][A-Za-z0-9.-]*)`)
	wordedHost = regexp.MustCompile(`(?i)(?:^|[\s;])(?:host|server|data source)\s*=\s*(?:tcp:)?([A-Za-z0-9][\w.-]*)`)
)

// holdsHandle reports whether a setting is a literal address of a service on
// another machine, or a credential in use.
func holdsHandle(s inspect.Setting) bool {
	v := s.Value
	if !v.IsLiteral() || v.Text == "" {
		return false
	}
	if v.Secret != nil && !strings.Contains(v.Text, "://") {
		return !v.Secret.Placeholder && !v.Secret.Unset && v.Secret.Length > 0
	}
	if addressNot.MatchString(s.Key) || inspect.IsPlaceholder(v.Text) {
		return false
	}
	for _, re := range []*regexp.Regexp{schemeURL, wordedHost} {
		if m := re.FindStringSubmatch(v.Text); m != nil {
			return (addressKey.MatchString(s.Key) || strings.Contains(strings.ToLower(s.Key), "connectionstring") || re == wordedHost) && remote(m[1])
		}
	}
	return addressKey.MatchString(s.Key) && plainAddr.MatchString(v.Text) && strings.ContainsFunc(v.Text, isLetterOrDot) && remote(v.Text) && !isBool(v.Text)
}

func isLetterOrDot(r rune) bool { return r == '.' || r|0x20 >= 'a' && r|0x20 <= 'z' }

func remote(host string) bool {
	host, _, _ = strings.Cut(host, ",")
	host, _, _ = strings.Cut(host, ":")
	return network(host) != "loopback" && !strings.HasPrefix(host, "example.") && !strings.Contains(host, ".example.") && !strings.HasPrefix(strings.ToLower(host), "localdb")
}

// localURLText reports whether a handle leads to this machine.
func localURLText(text string) bool {
	for _, re := range []*regexp.Regexp{schemeURL, wordedHost} {
		if m := re.FindStringSubmatch(text); m != nil {
			return !remote(m[1])
		}
	}
	return !remote(text)
}

func heldMessage(file, environment string, list []held) string {
	if file = strings.TrimSpace(file); len(list) == 1 {
		return fmt.Sprintf("%s holds %s of %s", file, list[0].name, environment)
	}
	return fmt.Sprintf("%s holds %s and %s of %s", file, list[0].name, more(list), environment)
}

// causeOf is the same for files that hold the same for the same environment.
func causeOf(environment string, list []held) string {
	var b strings.Builder
	b.WriteString(environment)
	for _, h := range list {
		fmt.Fprintf(&b, "\n%s=%s", h.name, h.value)
	}
	return b.String()
}

// secretMarkOf tells secrets apart as far as that is kept of them.
func secretMarkOf(s inspect.Secret) string { return fmt.Sprintf("%d %g", s.Length, s.Entropy) }

// more counts what a file holds beside the first: "3 more addresses and one more
// credential".
func more(list []held) string {
	secrets, addresses := 0, 0
	for _, h := range list[1:] {
		if h.secret {
			secrets++
		} else {
			addresses++
		}
	}
	var parts []string
	if addresses > 0 {
		parts = append(parts, counted(addresses, "more address", "more addresses"))
	}
	if secrets > 0 {
		parts = append(parts, counted(secrets, "more credential", "more credentials"))
	}
	return strings.Join(parts, " and ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "one " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
