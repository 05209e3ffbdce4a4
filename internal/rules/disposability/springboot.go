package disposability

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

const springBoot = "org.springframework.boot"

// springServer is what becomes of the requests in hand when Spring Boot's own
// server gets SIGTERM: from 3.4 on it finishes them, before that it does where
// server.shutdown says so, which exists since 2.3.
type springServer struct {
	fate    fate
	version string      // "2.7.18", as far as it is written
	place   audit.Place // of the version, or of the setting
	before  bool        // the version is from before server.shutdown
}

// springServerOf tells it of a component; the fate is unclear when Spring Boot
// serves nothing here, or when something else may decide.
func springServerOf(c *audit.Component) springServer {
	serves := false
	for _, l := range c.Listens() {
		serves = serves || strings.HasPrefix(l.Fact.Via, springBoot+".")
	}
	if !serves {
		return springServer{}
	}
	if s, ok := c.EffectiveSetting("server.shutdown"); ok {
		switch {
		case s.Value.IsLiteral() && strings.EqualFold(s.Value.Text, "graceful"):
			return springServer{fate: arrives, place: s.At}
		case s.Value.IsLiteral() && strings.EqualFold(s.Value.Text, "immediate"):
			return springServer{fate: lost, place: s.At}
		}
		return springServer{}
	}
	version, place := springVersion(c)
	major, minor, ok := majorMinor(version)
	switch {
	case !ok:
		return springServer{}
	case major > 3 || major == 3 && minor >= 4:
		return springServer{fate: arrives, version: version, place: place}
	case drainsInCode(c) || setElsewhere(c):
		return springServer{}
	}
	return springServer{fate: lost, version: version, place: place, before: major < 2 || major == 2 && minor < 3}
}

// drainsInCode reports whether the program stops the server's connector itself,
// as people did before the setting was there.
func drainsInCode(c *audit.Component) bool {
	for i := range audit.FactsIn[inspect.Import](c.ProgramFiles()) {
		switch path.Ext(i.Fact.Path) {
		case ".Shutdown", ".GracefulShutdownCallback", ".TomcatConnectorCustomizer", ".UndertowDeploymentInfoCustomizer", ".GracefulShutdownHandler":
			return true
		}
	}
	return false
}

// setElsewhere reports whether a start option, a variable or a file that another
// component hands out (a server of settings) has the setting.
func setElsewhere(c *audit.Component) bool {
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for _, word := range s.Argv {
				if strings.Contains(word, "server.shutdown=") {
					return true
				}
			}
		}
	}
	for _, p := range c.Provided() {
		if p.Name == "SERVER_SHUTDOWN" || strings.Contains(p.Value.Text, "server.shutdown=") {
			return true
		}
	}
	for s := range audit.AllFacts[inspect.Setting](c.Repo) {
		if s.Fact.Key == "server.shutdown" && c.File(s.File.Path) == nil {
			return true
		}
	}
	return false
}

// springVersion is the version of Spring Boot that the component's build takes,
// with where it is written: of the parent, of the parent's parent in the
// repository, of the imported list of versions, or of Gradle's plugin.
func springVersion(c *audit.Component) (string, audit.Place) {
	for m := range audit.Facts[inspect.Manifest](c) {
		if path.Dir(m.File.Path) == c.Path {
			if version, place := mavenVersion(c, m, 0); version != "" {
				return version, place
			}
		}
	}
	best := -1
	var version string
	var place audit.Place
	for d := range audit.AllFacts[inspect.Dependency](c.Repo) {
		if d.Fact.Ecosystem != inspect.Maven || d.Fact.Name != springBoot && d.Fact.Name != springBoot+":spring-boot-gradle-plugin" || d.Fact.Constraint == "" {
			continue
		}
		dir := path.Dir(d.File.Path)
		if path.Base(dir) == "gradle" { // its catalog of versions
			dir = path.Dir(dir)
		}
		if near := len(dir); near > best && (dir == "." || c.Path == dir || strings.HasPrefix(c.Path, dir+"/")) {
			best, version, place = near, d.Fact.Constraint, d.At()
		}
	}
	return version, place
}

// mavenVersion follows a pom.xml to the one that names Spring Boot.
func mavenVersion(c *audit.Component, m audit.Located[inspect.Manifest], depth int) (string, audit.Place) {
	if m.Fact.Ecosystem != inspect.Maven || depth > 5 {
		return "", audit.Place{}
	}
	if version, ok := strings.CutPrefix(m.Fact.Parent, springBoot+":spring-boot-starter-parent:"); ok {
		return version, audit.Place{Path: m.File.Path, Line: m.Fact.ParentLine, EndLine: m.Fact.ParentLine}
	}
	for d := range audit.FactsIn[inspect.Dependency]([]*audit.File{m.File}, m.File.Role) {
		if (d.Fact.Name == springBoot+":spring-boot-dependencies" || d.Fact.Name == springBoot+":spring-boot-starter-web") && d.Fact.Constraint != "" {
			return d.Fact.Constraint, d.At()
		}
	}
	name := m.Fact.Parent
	if i := strings.LastIndexByte(name, ':'); i >= 0 && strings.Count(name, ":") == 2 {
		name = name[:i]
	}
	if name == "" {
		return "", audit.Place{}
	}
	for parent := range audit.AllFacts[inspect.Manifest](c.Repo) {
		if parent.Fact.Name == name && parent.File != m.File {
			return mavenVersion(c, parent, depth+1)
		}
	}
	return "", audit.Place{}
}

var versionStart = regexp.MustCompile(`^v?(\d+)\.(\d+|x)`)

func majorMinor(version string) (major, minor int, ok bool) {
	m := versionStart.FindStringSubmatch(version)
	if m == nil {
		return 0, 0, false
	}
	major, err := strconv.Atoi(m[1])
	if err != nil {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(m[2])
	return major, minor, err == nil
}
