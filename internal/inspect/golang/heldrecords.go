package golang

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// heldRecords states the maps and slices that an object for many goroutines
// keeps records in to which it gives identities of its own: whoever does that is
// the only one who has them. A cache is asked by the identities of others.
func (f *goFile) heldRecords(s *ast.StructType, owner, receiver string, body ast.Node) {
	var fields []*ast.Field
	identified, line := false, map[*ast.Field]int{}
	f.walk(body, func(n ast.Node, _ []ast.Node) {
		identified = identified || f.makesIdentity(n, receiver)
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(added(n)) == 0 {
			return
		}
		for _, left := range assign.Lhs {
			if index, isIndex := left.(*ast.IndexExpr); isIndex {
				left = index.X
			}
			target, ok := left.(*ast.SelectorExpr)
			if !ok {
				continue
			}
			if of, isName := target.X.(*ast.Ident); !isName || of.Name != receiver {
				continue
			}
			if field := fieldNamed(s, target.Sel.Name); field != nil && holdsRecords(field.Type) && !slices.Contains(fields, field) {
				fields = append(fields, field)
				line[field] = f.line(n.Pos())
			}
		}
	})
	for _, field := range fields {
		if !identified || f.heldFields[field] {
			continue
		}
		kind := "list"
		if _, ok := field.Type.(*ast.MapType); ok {
			kind = "map"
		}
		f.hold(field)
		f.emit(field, inspect.SharedState{Name: owner + "." + field.Names[0].Name, Type: kind, Mutations: []int{line[field]}, Kept: true})
	}
}

// makesIdentity reports whether code counts up a field of the receiver that is
// named for identities, or asks a library for one.
func (f *goFile) makesIdentity(n ast.Node, receiver string) bool {
	switch n := n.(type) {
	case *ast.IncDecStmt:
		target, ok := n.X.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		of, isName := target.X.(*ast.Ident)
		return isName && of.Name == receiver && identityName.MatchString(target.Sel.Name)
	case *ast.CallExpr:
		if fun, ok := n.Fun.(*ast.SelectorExpr); ok {
			if of, isName := fun.X.(*ast.Ident); isName && identityPackages[of.Name] {
				return strings.HasPrefix(fun.Sel.Name, "New") || strings.HasPrefix(fun.Sel.Name, "Must") || fun.Sel.Name == "Make"
			}
		}
	}
	return false
}

func fieldNamed(s *ast.StructType, name string) *ast.Field {
	for _, field := range s.Fields.List {
		if len(field.Names) == 1 && field.Names[0].Name == name {
			return field
		}
	}
	return nil
}

// holdsRecords reports whether a type is a map or slice of structs, or pointers
// to such, that are named for no open thing.
func holdsRecords(t ast.Expr) bool {
	switch list := t.(type) {
	case *ast.MapType:
		t = list.Value
	case *ast.ArrayType:
		t = list.Elt
	default:
		return false
	}
	if pointer, ok := t.(*ast.StarExpr); ok {
		t = pointer.X
	}
	name := ""
	switch element := t.(type) {
	case *ast.Ident:
		name = element.Name
	case *ast.SelectorExpr:
		name = element.Sel.Name
	}
	return name != "" && !goConversions[name] && name != "any" && name != "error" && !openThing.MatchString(name) && !ofProcess.MatchString(name)
}

var (
	identityName     = regexp.MustCompile(`(?i)(id|ids|seq|sequence|counter|next|last)$`)
	identityPackages = map[string]bool{"uuid": true, "xid": true, "ulid": true, "ksuid": true, "nanoid": true, "gonanoid": true}
	// ofProcess is what a process follows while it lives.
	ofProcess = regexp.MustCompile(`(?i)(subscri|listener|handler|callback|watch|observer|peer|node|worker|task(run|handle)|func|event|metric|span|waiter|chan|room|player|client|conn)`)
	// heldOpen is what objects are called that stand in for something, or hold
	// what lives no longer than the process.
	heldOpen = regexp.MustCompile(`(?i)fake|mock|stub|test|dummy|cache|hub|conn|socket|peer|pool|broker|registry|parser|lexer|manager|scheduler|queue|monitor|tracker`)
)
