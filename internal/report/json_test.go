package report

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/rules"
	"twelvefold/internal/source"
)

const schemaFile = "../../docs/audit.v1.schema.json"

// examples audits the examples of every rule, and the repositories that stretch
// the document.
func examples(t *testing.T) []*audit.Audit {
	t.Helper()
	list := stretching(t)
	for _, r := range rules.All() {
		list = append(list, auditOf(t, string(r.Bad)), auditOf(t, string(r.Good)))
	}
	return list
}

// stretching are audits of repositories that stretch the document: none, no
// component, several, a hostile name.
func stretching(t *testing.T) []*audit.Audit {
	t.Helper()
	list := []*audit.Audit{
		auditOf(t, "-- README.md --\nhello\n"),
		auditOf(t, "-- api/requirements.txt --\nflask==3.0.0\n-- api/app.py --\nfrom flask import Flask\nFlask(__name__).run()\n"+
			"-- api/.env --\nSECRET_KEY=kq2!x9vL0pZr7Tn4\n-- page/package.json --\n{\"name\": \"page\", \"private\": true, \"scripts\": {\"build\": \"vite build\"}}\n"+
			"-- page/\u202ebroken\x1b[31m.ts --\nexport const x = ;;;{{{\n-- .twelvefold.yml --\ngate: 7\n"),
	}
	list[0].Commit = strings.Repeat("a1", 20)
	return list
}

func auditOf(t *testing.T, archive string) *audit.Audit {
	t.Helper()
	tree := audit.Tree{Signals: map[string][]inspect.Signal{}}
	var list []source.File
	for _, f := range txtar.Parse([]byte(archive)).Files {
		list = append(list, source.File{Path: f.Name, Mode: source.Regular, Role: source.RoleOf(f.Name)})
		if format := inspect.FormatOf(f.Name); format != "" {
			tree.Signals[f.Name] = files.File(format, f.Data)
		}
		if f.Name == audit.SettingsFile {
			tree.Settings = f.Data
		}
	}
	tree.Snapshot = source.New("acme/shop", "", list, nil, nil)
	a, err := audit.Run(context.Background(), tree, rules.All())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestJSONKeepsToItsSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	findings := 0
	for _, a := range examples(t) {
		var out bytes.Buffer
		if err := JSON(&out, a); err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v", a.Repository, err)
		}
		findings += len(a.Findings)
	}
	if findings == 0 {
		t.Error("no finding was validated")
	}
}

// TestJSONControlsNoTerminal: the document can be looked at, and says the same names.
func TestJSONControlsNoTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\x1b]0;t\x07\u202eb\u009b31mc\x7f\r\n\ufffd\\u009bé"
	a, _ := shop()
	a.Findings[0].Place.Path = evil
	var out bytes.Buffer
	if err := JSON(&out, a); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\r\x7f\u202e\u009b") {
		t.Errorf("a control character passes:\n%q", &out)
	}
	var back Document
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back.Findings[0].Path != evil {
		t.Errorf("read back: %q, %v", back.Findings[0].Path, err)
	}
}

// TestSchemaRefuses: a schema that accepts everything proves nothing.
func TestSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := JSON(&out, examples(t)[1]); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"schema": "twelvefold/audit/v1"`, `"schema": "twelvefold/audit/v2"`},
		{`"env": [`, `"env": null, "was": [`},
		{`"environment": "development"`, `"environment": "somewhere"`},
		{`"severity": "high"`, `"severity": "severe"`},
		{`"kind": "web-service"`, `"kind": "web-service", "sort": "api"`},
		{`"gain": `, `"gain": -`},
	} {
		text := strings.Replace(out.String(), change[0], change[1], 1)
		if text == out.String() {
			t.Fatalf("the document lacks %s", change[0])
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(document) == nil {
			t.Errorf("the schema accepts %s", change[1])
		}
	}
}

// TestSchemaNamesTheKeysOfTheDocument compares keys, their order, and which
// may be absent, with the structs that are written.
func TestSchemaNamesTheKeysOfTheDocument(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		object
		Defs map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(content, &schema); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		got  object
		want any
	}{
		"document":  {schema.object, Document{}},
		"component": {schema.Defs["component"], Component{}},
		"factor":    {schema.Defs["factor"], Factor{}},
		"aspect":    {schema.Defs["aspect"], Aspect{}},
		"penalty":   {schema.Defs["penalty"], Penalty{}},
		"finding":   {schema.Defs["finding"], Finding{}},
		"place":     {schema.Defs["place"], Place{}},
		"process":   {schema.Defs["process"], Process{}},
		"pass":      {schema.Defs["pass"], Pass{}},
		"warning":   {schema.Defs["warning"], source.Warning{}},
		"variable":  {schema.Defs["variable"], Variable{}},
		"read":      {schema.Defs["variableRead"], VariableRead{}},
		"given":     {schema.Defs["variableGiven"], VariableGiven{}},
	} {
		all, required := keysOf(reflect.TypeOf(c.want))
		if got := c.got.Properties.keys; !slices.Equal(got, all) {
			t.Errorf("%s: the schema has %v, the struct %v", name, got, all)
		}
		if !slices.Equal(c.got.Required, required) {
			t.Errorf("%s: the schema requires %v, the struct always writes %v", name, c.got.Required, required)
		}
		if c.got.Additional == nil || *c.got.Additional {
			t.Errorf("%s: the schema allows other keys", name)
		}
	}
	var enum struct {
		Defs struct {
			Key struct{ Enum []factor.Key } `json:"factorKey"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(content, &enum); err != nil {
		t.Fatal(err)
	}
	if keys := factor.Keys(); !slices.Equal(enum.Defs.Key.Enum, keys[:]) {
		t.Errorf("the schema's factors are %v", enum.Defs.Key.Enum)
	}
}

// object is one object of a JSON Schema.
type object struct {
	Required   []string `json:"required"`
	Additional *bool    `json:"additionalProperties"`
	Properties ordered  `json:"properties"`
}

// ordered is the keys of a JSON object in their order.
type ordered struct{ keys []string }

func (o *ordered) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	depth, key := 0, true
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil // the end: data was valid before it came here
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			continue
		case json.Delim('}'), json.Delim(']'):
			if depth--; depth == 1 {
				key = true
			}
			continue
		}
		if depth == 1 {
			if key {
				o.keys = append(o.keys, token.(string))
			}
			key = !key
		}
	}
}

func keysOf(t reflect.Type) (all, required []string) {
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		all = append(all, name)
		if !strings.Contains(options, "omitempty") {
			required = append(required, name)
		}
	}
	return all, required
}

// TestSameAuditSameBytes prints each example ten times, from audits made anew.
func TestSameAuditSameBytes(t *testing.T) {
	t.Parallel()
	print := func() string {
		var out bytes.Buffer
		for _, a := range examples(t) {
			if err := JSON(&out, a); err != nil {
				t.Fatal(err)
			}
			if err := Text(&out, a, rules.All(), TextOptions{ExplainComponents: true, ExplainScore: true, ExplainEnv: true}); err != nil {
				t.Fatal(err)
			}
		}
		return out.String()
	}
	first := print()
	for range 9 {
		if again := print(); again != first {
			t.Fatal("the same input gave other bytes")
		}
	}
}

func TestOnlyKeepsScores(t *testing.T) {
	t.Parallel()
	a := examples(t)[1]
	only := Only(a, factor.Logs)
	if *only.Score != *a.Score || len(a.Findings) == 0 {
		t.Errorf("score %v of %v, %d findings before", *only.Score, *a.Score, len(a.Findings))
	}
	for _, f := range only.Findings {
		if f.Factor != factor.Logs {
			t.Errorf("%s is shown", f.Rule)
		}
	}
	if Only(a) != a {
		t.Error("no factor is not all")
	}
}
