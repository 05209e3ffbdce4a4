package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestTheDescriptionIsOpenAPI has the library read it as 3.1 and check it.
func TestTheDescriptionIsOpenAPI(t *testing.T) {
	t.Parallel()
	for _, strict := range []bool{false, true} {
		text, err := Description("https://twelvefold.example", strict)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := openapi3.NewLoader().LoadFromData(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := doc.Validate(t.Context()); err != nil {
			t.Error(err)
		}
		if !doc.IsOpenAPI31OrLater() {
			t.Errorf("it is OpenAPI %s", doc.OpenAPI)
		}
		if closed := strings.Contains(string(text), `"additionalProperties": false`); !closed {
			t.Error("the body that has no members is open")
		}
	}
}

func TestOperationsAreTold(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, o := range Operations() {
		if ids[o.ID] || o.Summary == "" || o.Group == "" || o.Answer == nil {
			t.Errorf("%s is there twice, or something of it is missing", o.ID)
		}
		ids[o.ID] = true
		for _, name := range o.Parameters() {
			if pathParameters[name].says == "" {
				t.Errorf("%s: nothing says what {%s} is", o.ID, name)
			}
		}
		for _, q := range o.Query {
			if q.Says == "" || q.kind == "" || q.kind == oneOf && len(q.Of) < 2 || q.Usual != "" && q.wrong(q.Usual) != "" {
				t.Errorf("%s: parameter %s is not told", o.ID, q.Name)
			}
		}
		for _, status := range o.Statuses() {
			if meanings[status] == "" {
				t.Errorf("nothing says what %d means", status)
			}
		}
	}
	var names []string
	for _, k := range Kinds() {
		if k.Name == "" || k.Status < 400 || k.Title == "" || k.Do == "" || slices.Contains(names, k.Name) {
			t.Errorf("the problem %+v is not told, or twice", k)
		}
		names = append(names, k.Name)
	}
}
