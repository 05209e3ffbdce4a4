package files_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
)

// renderFacts writes what each fact states and its fields, from the comments of
// the types. A fact or an exported field without a comment fails the test.
func renderFacts(t *testing.T) string {
	t.Helper()
	types := factTypes(t)
	var b strings.Builder
	for _, kind := range inspect.Kinds() {
		spec, ok := types[kind]
		if !ok {
			t.Errorf("no type of internal/inspect has the kind %s", kind)
			continue
		}
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n", kind, spec.sentence)
		if len(spec.fields) > 0 {
			b.WriteString("\n" + strings.Join(spec.fields, ""))
		}
	}
	return b.String()
}

type factType struct {
	sentence string
	fields   []string
}

// factTypes reads the package's types by the kind that their method returns.
func factTypes(t *testing.T) map[inspect.Kind]factType {
	t.Helper()
	names, err := filepath.Glob("../*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("the types of internal/inspect are not there: %v", err)
	}
	specs, kinds := map[string]factType{}, map[string]inspect.Kind{}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok {
						specs[s.Name.Name] = factType{sentence(d.Doc), fieldsOf(s)}
					}
				}
			case *ast.FuncDecl:
				if kind := kindOf(d); kind != "" {
					kinds[d.Recv.List[0].Type.(*ast.Ident).Name] = kind
				}
			}
		}
	}
	types := map[inspect.Kind]factType{}
	for name, kind := range kinds {
		types[kind] = specs[name]
		if specs[name].sentence == "" {
			t.Errorf("inspect.%s has no comment that says what it states", name)
		}
	}
	return types
}

// kindOf is what a type's method Kind returns, "" for other functions.
func kindOf(d *ast.FuncDecl) inspect.Kind {
	if d.Name.Name != "Kind" || d.Recv == nil || len(d.Body.List) != 1 {
		return ""
	}
	result, ok := d.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(result.Results) != 1 {
		return ""
	}
	if literal, ok := result.Results[0].(*ast.BasicLit); ok {
		return inspect.Kind(strings.Trim(literal.Value, `"`))
	}
	return ""
}

// sentence is a comment as one paragraph.
func sentence(doc *ast.CommentGroup) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(doc.Text()), " "), "|", `\|`)
}

// fieldsOf lists a struct's fields by their names in JSON, with their comments.
func fieldsOf(s *ast.TypeSpec) []string {
	structure, ok := s.Type.(*ast.StructType)
	if !ok {
		return nil
	}
	var list []string
	for _, f := range structure.Fields.List {
		if f.Tag == nil {
			continue
		}
		name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		says := strings.TrimSpace(sentence(f.Doc) + " " + sentence(f.Comment))
		if says != "" {
			says = ": " + says
		}
		list = append(list, fmt.Sprintf("- `%s`%s\n", name, says))
	}
	return list
}
