package settings_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

var update = flag.Bool("update", false, "write what is stated into testdata, to be read before it is committed")

// TestStated holds every archive of testdata to what its files must state: each
// file is followed by one of the same name with ".want".
func TestStated(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives in testdata: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			var files []txtar.File
			for _, f := range archive.Files {
				if of, ok := strings.CutSuffix(f.Name, ".want"); ok {
					want[of] = strings.TrimSpace(string(f.Data))
					continue
				}
				files = append(files, f)
			}
			var written []txtar.File
			for _, f := range files {
				format := inspect.FormatOf(f.Name)
				if format == "" {
					t.Fatalf("%s: no format", f.Name)
				}
				got := inspecttest.Stated(format, string(f.Data))
				if diff := cmp.Diff(want[f.Name], got); diff != "" && !*update {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
				written = append(written, f, txtar.File{Name: f.Name + ".want", Data: []byte(got + "\n")})
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(&txtar.Archive{Comment: archive.Comment, Files: written}), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

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
