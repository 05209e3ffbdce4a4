package settings_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func TestArchives(t *testing.T) { inspecttest.Archives(t) }

// TestKeepsNoSecret: whatever form a password has, it is in no signal.
func TestKeepsNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "Zq9xKw3vPlm"
	for name, content := range map[string]string{
		"application.properties": "spring.datasource.password=" + secret + "\nspring.datasource.url=jdbc:postgresql://db/a?user=u&password=" + secret + "\na.url=amqp://u:" + secret + "@mq/\nb=${DB_PASSWORD:" + secret + "}\nc.password=${X:" + secret + "}\nd=jdbc:oracle:thin:scott/" + secret + "@h:1:x\ne=jdbc:sqlserver://h;databaseName=x;user=sa;password=" + secret + ";\nf=-Dpassword=" + secret + "\n",
		"application.yml":        "a:\n  password: " + secret + "\n  url: redis://:" + secret + "@cache:6379\n  list:\n    - password: " + secret + "\n  api-key: ${K:" + secret + "}\n",
		"application.conf":       "a { password = \"" + secret + "\"\n password = ${?DB_PASSWORD} }\nb.url = \"mongodb://u:" + secret + "@h/x\"\n",
		"web.config":             "<configuration><connectionStrings><add name=\"a\" connectionString=\"Server=h;User Id=u;Password=" + secret + "\"/></connectionStrings><appSettings><add key=\"Api:Secret\" value=\"" + secret + "\"/></appSettings><system.web><machineKey validationKey=\"" + secret + "\"/></system.web></configuration>",
		"context.xml":            "<Context><Resource name=\"a\" password=\"" + secret + "\" url=\"jdbc:mysql://u:" + secret + "@h/x\"/></Context>",
		"logback.xml":            "<configuration><appender name=\"a\" class=\"x.FileAppender\"><file>${LOG_PASSWORD:-" + secret + "}</file></appender></configuration>",
		"persistence.xml":        "<persistence><property name=\"javax.persistence.jdbc.password\" value=\"" + secret + "\"/></persistence>",
	} {
		got := inspecttest.Stated(inspect.FormatOf(name), content)
		if strings.Contains(got, secret) {
			t.Errorf("%s states the secret:\n%s", name, got)
		}
		if !strings.Contains(got, "Zq") {
			t.Errorf("%s states nothing of the secret:\n%s", name, got)
		}
	}
}
