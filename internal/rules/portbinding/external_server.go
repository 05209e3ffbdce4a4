package portbinding

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "port-binding/external-server",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The program needs a web server around it",
	Why: "It can't be started by itself: a server that someone else installs and configures has to load it. What runs in " +
		"production is then decided on the host, and differs from what was tested.",
	Fixes: []audit.Fix{
		{For: "ASP.NET", Text: "Move to ASP.NET Core, which listens through Kestrel, and start it with dotnet."},
		{For: "PHP", Text: "Bring the server in an image (FrankenPHP, php:apache, nginx with php-fpm) whose document root is ‹root›, or by a Procfile: web: heroku-php-apache2 ‹root›."},
		{For: "PHP", Text: "Bring the server in an image (FrankenPHP, php:apache, nginx with php-fpm), or by a Procfile: web: heroku-php-apache2."},
		{For: "Spring Boot", Text: "Build an executable jar with the embedded server (packaging jar, java -jar) instead of a WAR for ‹server›."},
		{For: "Java", Text: "Build an executable jar with an embedded server (Tomcat, Jetty) instead of a WAR for ‹server›."},
		{For: "Java", Text: "Build an executable jar with an embedded server (Tomcat, Jetty) instead of a WAR for an application server."},
		{Text: "Bring the server along as a dependency or in the image, and let the program listen on PORT itself."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- pom.xml --
<project>
  <groupId>shop</groupId><artifactId>shop</artifactId><version>1</version>
  <packaging>war</packaging>
  <dependencies><dependency><groupId>jakarta.servlet</groupId><artifactId>jakarta.servlet-api</artifactId><version>6.0.0</version><scope>provided</scope></dependency></dependencies>
</project>
-- src/main/webapp/WEB-INF/web.xml --
<web-app></web-app>
-- src/main/java/shop/Home.java --
package shop;

import jakarta.servlet.http.HttpServlet;

public class Home extends HttpServlet {}
-- Dockerfile --
FROM tomcat:10
COPY target/shop.war /usr/local/tomcat/webapps/
`,
	Good: `
-- pom.xml --
<project>
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.3.0</version></parent>
  <groupId>shop</groupId><artifactId>shop</artifactId><version>1</version>
  <packaging>war</packaging>
  <dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies>
  <build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>
</project>
-- src/main/java/shop/Shop.java --
package shop;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Shop {
    public static void main(String[] args) { SpringApplication.run(Shop.class, args); }
}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if c.Class != audit.WebService || ownServer(c) {
			return
		}
		if c.Image != nil {
			if server := applicationServer.FindString(strings.ToLower(c.Image.Base)); server != "" {
				place := audit.Place{Path: c.Image.File.Path, Line: c.Image.BaseLine, EndLine: c.Image.BaseLine}
				report.Violation(place, "server", fmt.Sprintf("the program is loaded by the %s of its base image instead of listening itself", strings.Trim(server, "/:-")), audit.Naming("server", strings.Trim(server, "/:-")))
				return
			}
		}
		for m := range audit.Facts[inspect.Manifest](c) {
			if m.Fact.Packaging == "war" && !selfStarting(m.Fact) {
				report.Violation(m.At(), "server", fmt.Sprintf("%s is built as a WAR, which an application server has to load", nameOf(c, m.Fact)))
				return
			}
		}
		hostServer(c, report)
	},
})

func nameOf(c *audit.Component, m inspect.Manifest) string {
	if m.Name == "" {
		return c.Name
	}
	return m.Name[strings.LastIndexAny(m.Name, ":/")+1:]
}

// applicationServer are base images of servers that load other people's programs.
var applicationServer = regexp.MustCompile(`(^|/)(tomcat|jboss[\w-]*|wildfly|tomee|jetty|payara|glassfish|websphere-liberty|open-liberty|weblogic)([:/@-]|$)`)

// selfStarting reports whether a build makes a WAR that starts by itself.
func selfStarting(m inspect.Manifest) bool {
	return slices.ContainsFunc(m.Plugins, func(p string) bool {
		return strings.Contains(p, "spring-boot") || strings.Contains(p, "springframework.boot") || strings.Contains(p, "quarkus") || strings.Contains(p, "micronaut") || strings.Contains(p, "payara-micro") || strings.Contains(p, "liberty")
	}) || strings.Contains(m.Parent, "spring-boot")
}

// ownServer reports whether the program listens, or a server that it declares
// is started for it.
func ownServer(c *audit.Component) bool {
	if len(c.Listens()) > 0 {
		return true
	}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			name := audit.Program(s.Command)
			if audit.ServesHTTP(s.Command) && !loads[name] {
				return true
			}
		}
	}
	return false
}

// loads are commands that start an application server with the program in it.
var loads = map[string]bool{
	"catalina.sh": true, "catalina": true, "standalone.sh": true, "jetty.sh": true, "mvn": true, "mvnw": true, "gradle": true, "gradlew": true,
}

// hostServer reports programs that only a server of the host can load: PHP with
// rules for Apache or IIS and nothing that starts it, ASP.NET before Core.
func hostServer(c *audit.Component, report *audit.Report) {
	if c.Image != nil || len(c.Running()) > 0 || len(c.Languages) == 0 {
		return
	}
	switch c.Languages[0] {
	case "PHP":
		for _, rules := range []string{"public/.htaccess", ".htaccess", "web/.htaccess", "public/web.config", "web.config", "public_html/.htaccess"} {
			if c.Repo.Has(path.Join(c.Path, rules)) {
				server := "Apache"
				if path.Base(rules) == "web.config" {
					server = "IIS"
				}
				report.Violation(audit.Place{Path: path.Join(c.Path, rules)}, "server", fmt.Sprintf("nothing starts a web server: the host's %s is expected to load the program (%s)", server, rules), audit.WithConfidence(audit.MediumConfidence), audit.Naming("root", rootOf(rules)))
				return
			}
		}
		pagesWithoutServer(c, report)
	case "C#":
		for v := range audit.Facts[inspect.RuntimeVersion](c) {
			if v.Fact.Runtime == "dotnet" && classic.MatchString(v.Fact.Version) {
				report.Violation(v.At(), "server", fmt.Sprintf("ASP.NET on .NET Framework %s runs only inside the host's IIS", v.Fact.Version), audit.WithFix("ASP.NET"))
				return
			}
		}
	}
}

// pagesWithoutServer reports scripts of PHP that are pages by themselves, where no
// file at all says what serves them.
func pagesWithoutServer(c *audit.Component, report *audit.Report) {
	if len(c.Processes) > 0 || audit.Has(c, func(inspect.PlatformService) bool { return true }) || audit.Has(c, func(inspect.ComposeService) bool { return true }) {
		return
	}
	var page *audit.Place // the least deep: where the document root is
	for h := range audit.Facts[inspect.Handler](c, source.Prod) {
		at := h.At()
		if h.File.Format == inspect.PHP && h.Fact.Via == "script" && !devRouter[path.Base(at.Path)] && (page == nil || before(at.Path, page.Path)) {
			page = &at
		}
	}
	if page != nil {
		report.Violation(*page, "server", "nothing starts a web server: the host's is expected to load the scripts", audit.WithConfidence(audit.MediumConfidence), audit.Naming("root", ""))
	}
}

// before reports whether a page is rather the one that people open first: the
// least deep one, and of those index.php.
func before(one, other string) bool {
	if deep := strings.Count(one, "/") - strings.Count(other, "/"); deep != 0 {
		return deep < 0
	}
	return path.Base(one) == "index.php" && path.Base(other) != "index.php"
}

// devRouter are scripts by which PHP's own server for development finds the pages.
var devRouter = map[string]bool{"server.php": true, "router.php": true}

// classic are versions of .NET before Core.
var classic = regexp.MustCompile(`^(v?[1-4]\.[0-9.]+|net[1-4][0-9]{1,2})$`)

// rootOf is the document root that a server's rules lie in, "" for the
// repository's own.
func rootOf(rules string) string {
	if dir := path.Dir(rules); dir != "." {
		return dir + "/"
	}
	return ""
}
