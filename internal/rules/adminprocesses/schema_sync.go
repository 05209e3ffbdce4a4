package adminprocesses

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
	ID:     "admin-processes/schema-sync",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The schema is derived from the models in production",
	Why: "Nobody has read the statements that a start makes up from the models, and no file records them: a renamed field " +
		"drops a column with its data, two instances that start at once collide, and no step leads back.",
	Fixes: []audit.Fix{
		{For: "Hibernate", Text: "Set ‹key› to validate for production, and let Flyway or Liquibase carry the migrations."},
		{For: "TypeORM", Text: "Set synchronize: false, generate migrations with typeorm migration:generate, and run typeorm migration:run once per release."},
		{For: "Sequelize", Text: "Take sync() out of the start, write migrations, and run sequelize-cli db:migrate once per release."},
		{For: "EF", Text: "Replace ‹call› by migrations (dotnet ef migrations add) and apply them once per release with a migration bundle."},
		{For: "SQLAlchemy", Text: "Take ‹call› out of the start, let Alembic generate migrations from the models, and run alembic upgrade head once per release."},
		{For: "GORM", Text: "Take AutoMigrate out of the start, write the statements as migrations (goose, golang-migrate, atlas), and run them once per release."},
		{For: "command", Text: "Replace ‹call› by migrations that are kept in the repository, and run them once per release."},
		{Text: "Replace ‹call› by migrations that are kept in the repository, run them once per release, and let production only check the schema."},
		{Text: "Write the schema's changes as migrations, keep them in the repository, run them once per release, and let production only check the schema."},
	},
	Severity:   audit.High,
	Confidence: audit.HighConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "003"},
	Bad: `
-- pom.xml --
<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>shop</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.3.0</version></dependency>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId><version>3.3.0</version></dependency>
<dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.3</version></dependency>
</dependencies>
<build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>
</project>
-- src/main/java/org/example/Shop.java --
package org.example;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication
public class Shop { public static void main(String[] args) { SpringApplication.run(Shop.class, args); } }
-- src/main/resources/application.properties --
spring.datasource.url=${DATABASE_URL}
spring.jpa.hibernate.ddl-auto=update
`,
	Good: `
-- pom.xml --
<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>shop</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.3.0</version></dependency>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId><version>3.3.0</version></dependency>
<dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.3</version></dependency>
</dependencies>
<build><plugins><plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build>
</project>
-- src/main/java/org/example/Shop.java --
package org.example;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
@SpringBootApplication
public class Shop { public static void main(String[] args) { SpringApplication.run(Shop.class, args); } }
-- src/main/resources/application.properties --
spring.datasource.url=${DATABASE_URL}
spring.jpa.hibernate.ddl-auto=validate
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if inMemory(c) {
			return
		}
		list := bootMigrations(c)
		for _, m := range list {
			if m.sync && holdsInProduction(c, m.Located) && !besideMigrations(m, list) && (!ofHibernate(m) || c.MapsTables()) {
				judgeSync(m, report)
			}
		}
		judgeOwnProfile(c, report)
		judgePushes(c, report)
	},
})

// judgeOwnProfile looks at the settings of a profile that is called a developer's
// and holds in every deploy, as the program's own settings name it.
func judgeOwnProfile(c *audit.Component, report *audit.Report) {
	for m := range audit.Facts[inspect.Migration](c, source.DeployDev) {
		if !m.Fact.Boot || !m.Fact.Sync || m.File.Format != inspect.SpringYAML && m.File.Format != inspect.SpringProperties {
			continue
		}
		for s := range audit.FactsIn[inspect.Setting]([]*audit.File{m.File}, source.DeployDev) {
			if s.Line != m.Line {
				continue
			}
			if e, ok := c.EffectiveSetting(s.Fact.Key); ok && e.At.Path == m.File.Path && e.At.Line == m.Line {
				judgeSync(bootMigration{Located: m, sync: true, doubtful: true}, report)
			}
		}
	}
}

// creates are calls that only add the tables that are missing; what else
// derives a schema changes and drops what is there.
var creates = regexp.MustCompile(`(create_all|EnsureCreated(Async)?|create_tables?[?!]?|sequelize\.sync|generate_schemas|register_tortoise|SchemaUtils\.create|createSchema|create-only|create_database)$`)

func judgeSync(m bootMigration, report *audit.Report) {
	via := shortName(m.Fact.Via)
	message := fmt.Sprintf("%s makes the schema fit the models at each start", via)
	severity := audit.High
	switch {
	case strings.HasSuffix(via, "force") || strings.HasSuffix(via, "auto_migrate!"):
		message = fmt.Sprintf("%s drops the tables and makes them anew at each start", via)
	case creates.MatchString(m.Fact.Via):
		message = fmt.Sprintf("%s creates tables from the models at each start, without migrations", via)
		severity = audit.Medium
	}
	options := []audit.Option{audit.WithSeverity(severity)}
	if m.doubtful {
		options = append(options, audit.WithConfidence(audit.MediumConfidence))
	}
	options = append(options, audit.WithFix(syncFix(m.Fact.Via)), audit.Naming("call", via), audit.Naming("key", via))
	report.Violation(m.At(), "schema", message, options...)
}

// ofHibernate reports whether settings of the JVM's frameworks ask for the
// schema, which a program without Hibernate doesn't read.
func ofHibernate(m bootMigration) bool {
	return m.File.Format == inspect.SpringYAML || m.File.Format == inspect.SpringProperties
}

// syncFix is whose fix fits a library that derives the schema from models.
func syncFix(via string) string {
	via = strings.ToLower(via)
	for _, library := range []struct{ part, fix string }{
		{"typeorm", "TypeORM"}, {"sequelize", "Sequelize"}, {"hibernate", "Hibernate"}, {"entityframework", "EF"}, {"ensurecreated", "EF"},
		{"sqlalchemy", "SQLAlchemy"}, {"create_all", "SQLAlchemy"}, {"gorm", "GORM"},
	} {
		if strings.Contains(via, library.part) {
			return library.fix
		}
	}
	return ""
}

// besideMigrations reports whether a call that only creates what is missing
// stands beside the same library's migrations: another engine takes it, or it
// finds nothing left to do.
func besideMigrations(m bootMigration, list []bootMigration) bool {
	library, _, _ := strings.Cut(path.Base(m.Fact.Via), ".")
	return creates.MatchString(m.Fact.Via) && slices.ContainsFunc(list, func(other bootMigration) bool {
		name, _, _ := strings.Cut(path.Base(other.Fact.Via), ".")
		return !other.sync && name == library
	})
}

// holdsInProduction reports whether the setting that a migration is read from
// is the one that production has: no other file, profile or variable stands
// above it.
func holdsInProduction(c *audit.Component, m audit.Located[inspect.Migration]) bool {
	for s := range audit.FactsIn[inspect.Setting]([]*audit.File{m.File}, source.Prod, source.DeployProd) {
		if s.Line != m.Line {
			continue
		}
		e, ok := c.EffectiveSetting(s.Fact.Key)
		return ok && (e.At.Path == m.File.Path && e.At.Line == m.Line || e.Value.Source == inspect.Unknown && developmentFile.FindString(m.File.Path) == "")
	}
	return developmentFile.FindString(m.File.Path) == ""
}

// developmentFile are settings that by their name are a developer's own.
var developmentFile = regexp.MustCompile(`(?i)([-_.]|/)(dev|develop|development|local|test|testing|demo|ci|h2|hsql|hsqldb)([-_.][^/]*)?(/[^/]*)?$`)

// memoryURL are databases that last as long as their process: there is no schema
// to keep.
var memoryURL = regexp.MustCompile(`(?i)jdbc:(h2:mem|hsqldb:mem|derby:memory)|:memory:|mode=memory`)

// inMemory reports whether the only database that the component has in
// production is gone with its process.
func inMemory(c *audit.Component) bool {
	for _, key := range []string{"spring.datasource.url", "quarkus.datasource.jdbc.url", "datasources.default.url"} {
		if e, ok := c.EffectiveSetting(key); ok {
			return e.Value.IsLiteral() && memoryURL.MatchString(e.Value.Text)
		}
	}
	embedded := false
	for d := range audit.Facts[inspect.Dependency](c) {
		switch name := d.Fact.Name[strings.LastIndexByte(d.Fact.Name, ':')+1:]; name {
		case "h2", "hsqldb", "derby":
			embedded = true
		case "postgresql", "mysql-connector-j", "mysql-connector-java", "mariadb-java-client", "mssql-jdbc", "ojdbc8", "ojdbc11", "sqlite-jdbc":
			return false
		}
	}
	return embedded
}

// pushes are commands that derive a schema from models, by program.
var pushes = map[string][]string{
	"prisma": {"db push"}, "drizzle-kit": {"push"}, "console": {"doctrine:schema:update", "doctrine:schema:create"}, "doctrine": {"orm:schema-tool:update"},
	"typeorm": {"schema:sync"}, "typeorm-ts-node-commonjs": {"schema:sync"}, "mikro-orm": {"schema:update"}, "mikro-orm-esm": {"schema:update"}, "rails": {"db:schema:load"}, "rake": {"db:schema:load"},
}

// pushesSchema names the command that derives the schema from the models, ""
// when it does something else or only prints what it would do.
func pushesSchema(command inspect.Command) string {
	argv := audit.Unwrap(command.Argv)
	if len(argv) > 1 && interpreters.MatchString(path.Base(argv[0])) {
		argv = argv[1:]
	}
	if len(argv) < 2 || dry(argv) {
		return ""
	}
	line := " " + strings.Join(argv[1:], " ") + " "
	if strings.Contains(line, " --dump-sql ") && !strings.Contains(line, " --force ") {
		return ""
	}
	for _, words := range pushes[path.Base(argv[0])] {
		if strings.Contains(line, " "+words+" ") {
			return path.Base(argv[0]) + " " + words
		}
	}
	return ""
}

// judgePushes looks for a schema that a release or a workflow pushes onto the
// deployed database. At a start it is a migration like any other.
func judgePushes(c *audit.Component, report *audit.Report) {
	for _, p := range c.Processes {
		if !p.Release || p.Dev {
			continue
		}
		for _, s := range c.RunSteps(p) {
			if by := pushesSchema(s.Command); by != "" && !loadsOnce(by) {
				report.Violation(audit.Place{Path: p.File.Path, Line: p.Line, EndLine: p.Line}, "schema", fmt.Sprintf("%s derives the schema from the models in %s, without migrations", by, p.Name), audit.WithFix("command"), audit.Naming("call", by))
			}
		}
	}
	for s := range audit.FactsIn[inspect.WorkflowStep](c.Workflows(), source.CI) {
		if !deployed(s.Fact) {
			continue
		}
		for _, step := range c.Steps(inspect.Start{Commands: s.Fact.Commands}, s.File) {
			if by := pushesSchema(step.Command); by != "" && !loadsOnce(by) {
				report.Violation(audit.Place{Path: s.File.Path, Line: stepLine(s, step), EndLine: stepLine(s, step)}, "schema", fmt.Sprintf("the workflow's %s derives the schema from the models, without migrations", by), audit.WithFix("command"), audit.Naming("call", by))
			}
		}
	}
}

// loadsOnce reports whether a command loads a recorded schema into a new
// database: what a review app starts with.
func loadsOnce(by string) bool { return strings.HasSuffix(by, "schema:load") }
