package server_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/api"
	"twelvefold/internal/store"
)

// contract is the API's description, in which no member may be that it does not
// name.
type contract struct {
	paths    map[string]map[string]described
	compiler *jsonschema.Compiler
	seen     map[string]map[int]bool // operations by their ids, with the statuses that they answered
}

// described is an operation of the description.
type described struct {
	OperationID string `json:"operationId"`
	Parameters  []struct {
		Name, In string
		Schema   json.RawMessage
	}
	Responses map[string]struct {
		Headers map[string]any
		Content map[string]any
	}
}

const descriptionAt = "mem:///openapi.json"

func newContract(t *testing.T, site string) *contract {
	t.Helper()
	text, err := api.Description(site, true)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]described
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{paths: doc.Paths, compiler: jsonschema.NewCompiler(), seen: map[string]map[int]bool{}}
	c.compiler.AssertFormat()
	if err := c.compiler.AddResource(descriptionAt, value); err != nil {
		t.Fatal(err)
	}
	return c
}

func pointer(parts ...string) string {
	text := descriptionAt + "#"
	for _, p := range parts {
		text += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	return text
}

func (c *contract) schema(t *testing.T, parts ...string) *jsonschema.Schema {
	t.Helper()
	schema, err := c.compiler.Compile(pointer(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// check holds an exchange to the description: what was asked for, unless that was
// wrong on purpose, and what was answered.
func (c *contract) check(t *testing.T, o api.Operation, method, address string, got answer) {
	t.Helper()
	name := fmt.Sprintf("%s %d (%s %s)", o.ID, got.status, method, address)
	op, known := c.paths[o.Path][strings.ToLower(o.Method)]
	if !known || op.OperationID != o.ID {
		t.Fatalf("%s is not described", name)
	}
	if c.seen[o.ID] == nil {
		c.seen[o.ID] = map[int]bool{}
	}
	c.seen[o.ID][got.status] = true
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if wrong := c.query(t, o, op, u.Query()); (wrong != "") != strings.Contains(got.body, "/api#bad-parameter") && got.status < 401 {
		t.Errorf("%s: by the description the query is wrong: %q", name, wrong)
	}
	response, documented := op.Responses[fmt.Sprint(got.status)]
	if !documented {
		t.Errorf("%s: the status is not described", name)
		return
	}
	for header := range response.Headers {
		if got.header.Get(header) == "" && header != "Link" && header != "Retry-After" && !strings.HasPrefix(header, "RateLimit") {
			t.Errorf("%s lacks the header %s", name, header)
		}
		if got.header.Get(header) == "" && (got.status == 429 || got.status < 400) && header != "Link" {
			t.Errorf("%s lacks the header %s", name, header)
		}
	}
	media := got.header.Get("Content-Type")
	if len(response.Content) == 0 {
		if got.body != "" || media != "" {
			t.Errorf("%s has a body", name)
		}
		return
	}
	if response.Content[media] == nil {
		t.Errorf("%s is of %q", name, media)
		return
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(got.body))
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	schema := c.schema(t, "paths", o.Path, strings.ToLower(o.Method), "responses", fmt.Sprint(got.status), "content", media, "schema")
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v\n%.1500s", name, err, got.body)
	}
	if got.status >= 400 {
		c.problem(t, name, got)
	}
}

// query says what of a query the description does not allow.
func (c *contract) query(t *testing.T, o api.Operation, op described, query url.Values) string {
	t.Helper()
	at := map[string]int{}
	for i, p := range op.Parameters {
		if p.In == "query" {
			at[p.Name] = i
		}
	}
	for name, values := range query {
		i, known := at[name]
		if !known {
			return "there is no " + name
		}
		var value any = values[0]
		if strings.Contains(string(op.Parameters[i].Schema), `"integer"`) {
			value = json.Number(values[0])
			if !regexp.MustCompile(`^-?\d+$`).MatchString(values[0]) {
				value = values[0]
			}
		}
		schema := c.schema(t, "paths", o.Path, strings.ToLower(o.Method), "parameters", fmt.Sprint(i), "schema")
		if err := schema.Validate(value); err != nil {
			return name + ": " + err.Error()
		}
	}
	return ""
}

// problem holds an error to RFC 9457 and to the page that tells of its type.
func (c *contract) problem(t *testing.T, name string, got answer) {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatal(err)
	}
	kinds := api.Kinds()
	i := slices.IndexFunc(kinds, func(k api.Kind) bool { return strings.HasSuffix(p.Type, "/api#"+k.Name) })
	switch {
	case i < 0:
		t.Errorf("%s: nobody knows the problem %s", name, p.Type)
	case kinds[i].Status != p.Status || p.Status != got.status || p.Title != kinds[i].Title || p.Detail == "":
		t.Errorf("%s: %+v", name, p)
	case p.Instance != "urn:x-request-id:"+got.header.Get("X-Request-Id"):
		t.Errorf("%s: the instance is %s", name, p.Instance)
	case got.header.Get("Cache-Control") != "no-store":
		t.Errorf("%s may be kept", name)
	}
}

// whole fails for operations and statuses that were described and never answered.
func (c *contract) whole(t *testing.T) {
	t.Helper()
	for _, o := range api.Operations() {
		for _, status := range o.Statuses() {
			if !c.seen[o.ID][status] {
				t.Errorf("%s never answered %d", o.ID, status)
			}
		}
		delete(c.paths[o.Path], strings.ToLower(o.Method))
	}
	for path, methods := range c.paths {
		for method := range methods {
			t.Errorf("%s %s is described and no operation", method, path)
		}
	}
}

// TestTheDescriptionKnowsAllStatesAndTriggers compares what it lists with the
// store's.
func TestTheDescriptionKnowsAllStatesAndTriggers(t *testing.T) {
	t.Parallel()
	c := newContract(t, "https://twelvefold.example")
	for name, schema := range map[string]*jsonschema.Schema{
		"state":   c.schema(t, "components", "schemas", "AuditSummary", "properties", "state"),
		"trigger": c.schema(t, "components", "schemas", "AuditSummary", "properties", "trigger"),
	} {
		var want []any
		if name == "state" {
			for _, s := range store.States() {
				want = append(want, string(s))
			}
		} else {
			for _, s := range store.Triggers() {
				want = append(want, string(s))
			}
		}
		if fmt.Sprint(schema.Enum.Values) != fmt.Sprint(want) {
			t.Errorf("%s is one of %v, not of %v", name, schema.Enum.Values, want)
		}
	}
}
