package backingservices

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// insideJVM reports a database that runs in the program's own process: one that
// its settings name, else the one that Spring Boot starts by itself where there
// is a driver and nothing says where the database is.
func insideJVM(c *audit.Component, report *audit.Report) {
	attachable := serverDriver(c)
	for client := range audit.Facts[inspect.Client](c, deployed...) {
		handle := client.Fact.Handle
		if client.Fact.Service != inspect.EmbeddedDB || !handle.IsLiteral() || client.Fact.Debug || byTheWay(client.File.Path) {
			continue
		}
		if isSpring(client.File) && urlGiven(c) {
			continue // what the file says is not what production has
		}
		engine := embeddedEngine(handle.Text)
		if inMemory(handle.Text) {
			report.Violation(client.At(), engine, fmt.Sprintf("The data is kept by %s in the memory of the process, and is gone at every restart", engine), severityOf(attachable)...)
		} else {
			report.Violation(client.At(), engine, fmt.Sprintf("The data is kept by %s in files on the process's own disk, and no variable attaches another database", engine))
		}
		return
	}
	if urlGiven(c) || audit.Has(c, aDatabase) || !hasDependency(c, springData) {
		return
	}
	for d := range audit.Facts[inspect.Dependency](c, deployed...) {
		engine := embeddedDrivers[d.Fact.Name]
		if engine == "" || d.Fact.Group != inspect.Runtime || d.Fact.In != "" || d.Fact.Origin == "catalog" && !strings.HasSuffix(d.File.Path, "gradle") {
			continue
		}
		message := fmt.Sprintf("%s is the only database driver and no URL is set, so the data lies in the memory of the process and is gone at every restart", engine)
		if attachable {
			message = fmt.Sprintf("No setting or variable says where the database is, so Spring Boot starts %s in the memory of the process, and the data is gone at every restart", engine)
		}
		report.Violation(d.At(), engine, message, severityOf(attachable)...)
		return
	}
}

// underDevelopersProfile reports an embedded database of a profile for developers
// that the deploy itself switches on.
func underDevelopersProfile(c *audit.Component, report *audit.Report) bool {
	profile, ok := c.DevelopersProfile()
	s, given := c.EffectiveSetting("spring.datasource.url")
	if !ok || !given || s.File == nil || !profile.OfProfile(s.File) || !s.Value.IsLiteral() || !embeddedURL.MatchString(s.Value.Text) || urlGiven(c) {
		return false
	}
	engine, place := embeddedEngine(s.Value.Text), "in files on its own disk"
	if inMemory(s.Value.Text) {
		place = "in the memory of the process, where it is gone at every restart"
	}
	message := fmt.Sprintf("%s switches on the profile %s for what is deployed, so %s keeps the data %s", profile.By, profile.Name, engine, place)
	severity := audit.High
	if c.Repo.File(profile.At.Path).Format == inspect.Compose && !setByImage(c, profile) {
		severity = audit.Medium // which people may start for themselves alone
	}
	report.Violation(s.At, engine, message, audit.WithSeverity(severity), audit.SameCause("profile "+profile.Name+" "+engine), audit.WithFix("a profile"),
		audit.Naming("variable", profile.By), audit.Naming("profile", profile.Name))
	return true
}

// setByImage reports whether the image itself names the profile.
func setByImage(c *audit.Component, profile audit.DevelopersProfile) bool {
	return c.Image != nil && slices.ContainsFunc(c.Image.Environment(), func(p audit.Provided) bool {
		return p.Name == profile.By && strings.EqualFold(p.Value.Text, profile.Name)
	})
}

// embeddedURL is the address of an engine that runs inside the process.
var embeddedURL = regexp.MustCompile(`(?i)^jdbc:(h2|hsqldb|derby):(mem|memory|file|\.|~|/|[a-z]:)`)

// severityOf: where a server's driver is there too, a deploy may still name
// its URL by Spring's own variable.
func severityOf(attachable bool) []audit.Option {
	if attachable {
		return []audit.Option{audit.WithConfidence(audit.MediumConfidence)}
	}
	return []audit.Option{audit.WithSeverity(audit.High)}
}

// embeddedDrivers are packages of engines that run inside the process.
var embeddedDrivers = map[string]string{"com.h2database:h2": "H2", "org.hsqldb:hsqldb": "HSQLDB", "org.apache.derby:derby": "Derby"}

// serverDrivers are packages that connect to a database server.
var serverDrivers = map[string]bool{
	"org.postgresql:postgresql": true, "com.mysql:mysql-connector-j": true, "mysql:mysql-connector-java": true, "org.mariadb.jdbc:mariadb-java-client": true,
	"com.microsoft.sqlserver:mssql-jdbc": true, "com.oracle.database.jdbc:ojdbc11": true, "com.oracle.database.jdbc:ojdbc8": true, "org.postgresql:r2dbc-postgresql": true,
	"com.ibm.db2:jcc": true, "org.mariadb:r2dbc-mariadb": true, "io.asyncer:r2dbc-mysql": true,
}

func serverDriver(c *audit.Component) bool {
	return hasDependency(c, func(name string) bool { return serverDrivers[name] })
}

// springData tells the packages by which Spring Boot makes a data source of
// the driver that it finds.
func springData(name string) bool {
	switch strings.TrimPrefix(name, "org.springframework.boot:") {
	case "spring-boot-starter-data-jpa", "spring-boot-starter-jdbc", "spring-boot-starter-data-jdbc", "spring-boot-starter-jooq", "spring-boot-starter-data-r2dbc",
		"org.mybatis.spring.boot:mybatis-spring-boot-starter", "com.baomidou:mybatis-plus-boot-starter", "com.baomidou:mybatis-plus-spring-boot3-starter":
		return true
	}
	return false
}

func hasDependency(c *audit.Component, wanted func(name string) bool) bool {
	return audit.Has(c, func(d inspect.Dependency) bool { return d.Group == inspect.Runtime && wanted(d.Name) })
}

// aDatabase reports whether a client is of a database, whatever the profile
// that asks for it.
func aDatabase(client inspect.Client) bool {
	switch client.Service {
	case inspect.Postgres, inspect.MySQL, inspect.MongoDB, inspect.Database, inspect.SQLite, inspect.EmbeddedDB:
		return true
	}
	return false
}

// urlGiven reports whether a deploy is given Spring's own variable.
func urlGiven(c *audit.Component) bool {
	for _, name := range []string{"SPRING_DATASOURCE_URL", "SPRING_R2DBC_URL", "SPRING_DATASOURCE_JDBC_URL", "JDBC_DATABASE_URL"} {
		if _, ok := c.ProvidedIn(audit.Production, name); ok {
			return true
		}
	}
	return false
}

func isSpring(f *audit.File) bool {
	return f.Format == inspect.SpringProperties || f.Format == inspect.SpringYAML
}

// embeddedEngine is the engine of a JDBC URL as people write it.
func embeddedEngine(url string) string {
	_, rest, _ := strings.Cut(strings.ToLower(url), ":")
	switch engine, _, _ := strings.Cut(rest, ":"); engine {
	case "h2":
		return "H2"
	case "hsqldb":
		return "HSQLDB"
	case "derby":
		return "Derby"
	}
	return "an embedded engine"
}

// inMemory reports whether a JDBC URL names no file.
func inMemory(url string) bool {
	url = strings.ToLower(url)
	return strings.Contains(url, ":mem:") || strings.Contains(url, ":memory:") || strings.HasPrefix(url, "jdbc:hsqldb:.")
}
