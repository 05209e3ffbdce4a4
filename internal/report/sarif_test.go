package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules"
)

const (
	sarifSchemaFile = "testdata/sarif-schema-2.1.0.json"
	sarifSchemaHash = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
)

func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(sarifSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if hash := fmt.Sprintf("%x", sha256.Sum256(text)); hash != sarifSchemaHash {
		t.Fatalf("%s is not the official one: %s", sarifSchemaFile, hash)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(sarifSchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func sarifOf(t *testing.T, a *audit.Audit) (text []byte, log sarifLog) {
	t.Helper()
	var out bytes.Buffer
	if err := SARIF(&out, a, rules.All(), "v1.2.3"); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), log
}

func TestSARIFKeepsToTheOfficialSchema(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	for _, a := range append(examples(t), hostile()) {
		text, log := sarifOf(t, a)
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v", a.Repository, err)
		}
		results := log.Runs[0].Results
		if len(results) != len(a.Findings) {
			t.Errorf("%d results of %d findings", len(results), len(a.Findings))
		}
		for _, r := range results {
			if log.Runs[0].Tool.Driver.Rules[r.Index].ID != r.Rule && a.Repository == "acme/shop" {
				t.Errorf("%s has the index of another rule", r.Rule)
			}
		}
	}
	for _, change := range [][2]string{
		{`"level": "error"`, `"level": "fatal"`},
		{`"startLine": 9`, `"startLine": 0`},
		{`"kind": "external"`, `"kind": "elsewhere"`},
		{`"uri": "z.py"`, `"uri": "%zz"`},
	} {
		text, _ := sarifOf(t, hostile())
		changed := strings.Replace(string(text), change[0], change[1], 1)
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(changed))
		if err != nil || changed == string(text) {
			t.Fatalf("%s: %v", change[0], err)
		}
		if schema.Validate(document) == nil {
			t.Errorf("the schema accepts %s", change[1])
		}
	}
}

// TestSARIFPathsComeBackAsTheyAre, byte by byte.
func TestSARIFPathsComeBackAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"a b/c.py", "50%.py", "x\n::error::.py", "C:/x:y.py", "[id]/(group)/page.tsx", "no-utf8-\xff\xfe.rb", "ä/ö?#&.go", "a+b~_-.c"} {
		uri := sarifURI(path)
		parsed, err := url.Parse(uri)
		if err != nil || parsed.IsAbs() || parsed.Path != path || parsed.RawQuery != "" || parsed.Fragment != "" {
			t.Errorf("%q → %q → %+v, %v", path, uri, parsed, err)
		}
	}
}

func TestSARIFKeepsGitHubsLimits(t *testing.T) {
	t.Parallel()
	a := hostile()
	a.Findings = a.Findings[:1]
	a.Findings[0].Related = slices.Repeat([]audit.Place{{Path: "x.py", Line: 2}}, 500)
	for i := range 26_000 {
		a.Findings = append(a.Findings, found(10+i, audit.Info, fmt.Sprintf("f%d.py", i), 1))
	}
	_, log := sarifOf(t, a)
	run := log.Runs[0]
	if len(run.Results) != 25_000 || run.Results[0].Level != "note" || *run.Results[0].Locations[0].Physical.Region != (sarifRegion{StartLine: 9}) {
		t.Errorf("%d results, first %+v", len(run.Results), run.Results[0])
	}
	if n := len(run.Results[0].Related) + len(run.Results[0].Locations); n != 100 {
		t.Errorf("%d locations", n)
	}
	notes := run.Invocations[0].Notifications
	if len(notes) != 1 || !strings.HasPrefix(notes[0].Message.Text, "1001 findings are left out") {
		t.Errorf("%+v", notes)
	}
	for _, r := range run.Tool.Driver.Rules {
		if tags := r.Properties["tags"].([]any); len(tags) > 10 {
			t.Errorf("%s has %d tags", r.ID, len(tags))
		}
		for what, most := range map[string]int{r.Name: 255, r.Short.Text: 1024, r.Full.Text: 1024} { // which GitHub cuts off behind
			if n := utf8.RuneCountInString(what); n > most || n == 0 {
				t.Errorf("%s says %d characters where GitHub shows %d: %s", r.ID, n, most, what)
			}
		}
	}
}

// TestRulesOfSecurityExist: an ID that is nobody's would protect nothing.
func TestRulesOfSecurityExist(t *testing.T) {
	t.Parallel()
	_, log := sarifOf(t, hostile())
	n := 0
	for _, r := range log.Runs[0].Tool.Driver.Rules {
		_, scored := r.Properties["security-severity"]
		tagged := slices.Contains(r.Properties["tags"].([]any), any("security"))
		if scored != tagged || scored != ofSecurity[r.ID] {
			t.Errorf("%s: %v, %v", r.ID, scored, tagged)
		}
		if scored {
			n++
		}
	}
	if n != len(ofSecurity) {
		t.Errorf("%d of %d rules exist", n, len(ofSecurity))
	}
}

// TestSARIFSaysWhoAcceptedWhat, and that the others were accepted by nobody.
func TestSARIFSaysWhoAcceptedWhat(t *testing.T) {
	t.Parallel()
	_, log := sarifOf(t, hostile())
	suppressed := 0
	for _, r := range log.Runs[0].Results {
		if r.Suppressions == nil {
			t.Errorf("%s says nothing of it", r.Rule)
		}
		suppressed += len(r.Suppressions)
	}
	if last := log.Runs[0].Results[len(log.Runs[0].Results)-1]; suppressed != 1 || len(last.Suppressions) != 1 || !strings.HasSuffix(last.Suppressions[0].Justification, "(@ada, until 2027-01-31)") {
		t.Errorf("%d, last %+v", suppressed, last)
	}
}
