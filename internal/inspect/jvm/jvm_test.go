//go:build cgo

package jvm_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

const (
	java   = inspect.Java
	kotlin = inspect.Kotlin
)

// example is a piece of source and the facts of one kind that it states, each
// as "line json"; none for the twin that only looks like it.
type example struct {
	language inspect.Format
	name     string
	source   string
	want     []string
}

func check(t *testing.T, kind inspect.Kind, examples []example) {
	t.Helper()
	t.Parallel()
	for _, e := range examples {
		t.Run(string(e.language)+" "+e.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range files.File(e.language, []byte(strings.TrimPrefix(e.source, "\n"))) {
				if s.Fact.Kind() == "parse-failed" {
					t.Errorf("does not parse: %v", s.Fact)
				}
				if s.Fact.Kind() == kind {
					fact, err := json.Marshal(s.Fact)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, fmt.Sprintf("%d %s", s.Line, fact))
				}
			}
			if overlooked := inspecttest.Overlooked(e.language, e.source); overlooked != "" {
				t.Errorf("the prefilter overlooks %s", overlooked)
			}
			if diff := cmp.Diff(e.want, append([]string{}, got...)); diff != "" {
				t.Errorf("%s facts (-want +got):\n%s", kind, diff)
			}
		})
	}
}

// TestNoSecretLeaves looks for the secrets of a file in all that is stated of
// it.
func TestNoSecretLeaves(t *testing.T) {
	t.Parallel()
	source := `
import java.sql.DriverManager;
import org.springframework.beans.factory.annotation.Value;
class A {
  static final String API_KEY = "h1dden-secret";
  @Value("${app.password:h1dden-secret}") String a;
  String b = System.getenv("DB_PASSWORD") != null ? System.getenv("DB_PASSWORD") : "h1dden-secret";
  void f(Config c) throws Exception {
    DriverManager.getConnection("jdbc:mysql://h/d?user=u&password=h1dden-secret");
    DriverManager.getConnection("jdbc:postgresql://u:h1dden-secret@h/d", "u", "h1dden-secret");
    c.setPassword("h1dden-secret");
    System.setProperty("spring.datasource.password", "h1dden-secret");
    new java.net.URL("https://u:h1dden-secret@h/d").openStream();
    Runtime.getRuntime().exec("psql postgres://u:h1dden-secret@h/d");
  }
}
`
	signals := files.File(java, []byte(source))
	encoded, err := json.Marshal(signals)
	if err != nil {
		t.Fatal(err)
	}
	if len(signals) < 10 {
		t.Errorf("only %d signals", len(signals))
	}
	if strings.Contains(string(encoded), "h1dden-secret") {
		t.Errorf("a secret leaves: %s", encoded)
	}
}

// TestLinesSpanTheWholeCall holds facts to the lines of what states them.
func TestLinesSpanTheWholeCall(t *testing.T) {
	t.Parallel()
	source := "import redis.clients.jedis.Jedis;\nclass A {\n  Object o = new Jedis(\n    \"cache\",\n    6379\n  );\n}\n"
	for _, s := range files.File(java, []byte(source)) {
		if s.Fact.Kind() == "client" && (s.Line != 3 || s.EndLine != 6) {
			t.Errorf("lines %d to %d", s.Line, s.EndLine)
		}
	}
}
