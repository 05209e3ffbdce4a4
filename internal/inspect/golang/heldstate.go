package golang

import (
	"go/ast"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// heldState states the maps that an object for many goroutines keeps behind its
// mutex, when its methods fill them by what they are given: what people come
// back for, and when somebody was last served. The handlers that call them may
// stand in other files.
func (f *goFile) heldState() {
	for _, decl := range f.file.Decls {
		method, ok := decl.(*ast.FuncDecl)
		if !ok || method.Body == nil || receiverName(method) == "" {
			continue
		}
		owner := method.Recv.List[0].Type
		s := f.structType(owner)
		if s == nil {
			continue
		}
		receiver := receiverName(method)
		if heldElsewhere.MatchString(typeName(owner)) {
			if f.isGuarded(s) && !heldOpen.MatchString(typeName(owner)) {
				f.heldRecords(s, typeName(owner), receiver, method.Body)
			}
			continue
		}
		f.heldContainers(s, typeName(owner), receiver, method.Body)
		if !f.isGuarded(s) {
			continue
		}
		f.heldRecords(s, typeName(owner), receiver, method.Body)
		f.walk(method.Body, func(n ast.Node, _ []ast.Node) {
			for _, m := range mutations(n) {
				target, ok := m.target.(*ast.SelectorExpr)
				if !ok || m.key == nil {
					continue
				}
				if of, isName := target.X.(*ast.Ident); !isName || of.Name != receiver || !f.fromRequest(m.key, method.Type, 0) {
					continue
				}
				if _, removed := n.(*ast.CallExpr); !removed {
					f.heldMap(s, typeName(owner), target.Sel.Name, f.line(n.Pos()))
				}
			}
		})
	}
}

// heldMap states one such map, at its field, once.
func (f *goFile) heldMap(s *ast.StructType, owner, name string, line int) {
	for _, field := range s.Fields.List {
		m, ok := field.Type.(*ast.MapType)
		if !ok || len(field.Names) != 1 || field.Names[0].Name != name || f.heldFields[field] {
			continue
		}
		switch {
		case f.isTimes(m.Value):
			f.emit(field, inspect.Store{Purpose: inspect.ForRateLimit, Via: owner + "." + name, Store: inspect.StoreMemory})
		case keptName.MatchString(name) && f.isPlain(m.Value):
			f.emit(field, inspect.SharedState{Name: owner + "." + name, Type: "map", Mutations: []int{line}, ByRequest: true})
		default:
			continue
		}
		f.hold(field)
	}
}

// heldContainers states a library's map for many goroutines in a field, by type
// parameters, that a method fills: pending *ttlmap.Map[string, *login].
func (f *goFile) heldContainers(s *ast.StructType, owner, receiver string, body ast.Node) {
	f.walk(body, func(n ast.Node, _ []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || method.Sel.Name != "Set" && method.Sel.Name != "Put" && method.Sel.Name != "Store" && method.Sel.Name != "Add" {
			return
		}
		target, ok := method.X.(*ast.SelectorExpr)
		if !ok {
			return
		}
		if of, isName := target.X.(*ast.Ident); !isName || of.Name != receiver || !keptName.MatchString(target.Sel.Name) {
			return
		}
		for _, field := range s.Fields.List {
			if len(field.Names) != 1 || field.Names[0].Name != target.Sel.Name || f.heldFields[field] {
				continue
			}
			t := field.Type
			if pointer, isPointer := t.(*ast.StarExpr); isPointer {
				t = pointer.X
			}
			if list, generic := t.(*ast.IndexListExpr); generic && len(list.Indices) == 2 && f.isPlain(list.Indices[1]) {
				f.hold(field)
				f.emit(field, inspect.SharedState{Name: owner + "." + target.Sel.Name, Type: "map", Mutations: []int{f.line(n.Pos())}, ByRequest: true})
			}
		}
	})
}

// hold notes that a field's state has been stated.
func (f *goFile) hold(field *ast.Field) {
	if f.heldFields == nil {
		f.heldFields = map[*ast.Field]bool{}
	}
	f.heldFields[field] = true
}

// keptName is what belongs to a person who comes back.
var keptName = regexp.MustCompile(`(?i)(session|token|cart|basket|otp|login|captcha|verificationcode|challenge)s?(store|storage|data|map|by[a-z]+)?$`)

// heldElsewhere is what objects are called that are one choice of several, or
// hold what lives no longer than the process: connections.
var heldElsewhere = regexp.MustCompile(`(?i)mem(ory)?|fake|mock|stub|test|local|dummy|cache|hub|conn|socket|peer|pool|broker|registry|parser|lexer`)

// isGuarded reports whether a struct has a mutex.
func (f *goFile) isGuarded(s *ast.StructType) bool {
	for _, field := range s.Fields.List {
		if pkg, name := f.typeOrigin(field.Type); pkg == "sync" && strings.HasSuffix(name, "Mutex") {
			return true
		}
	}
	return false
}

// isTimes reports whether a type is a list of points in time.
func (f *goFile) isTimes(t ast.Expr) bool {
	list, ok := t.(*ast.ArrayType)
	if !ok {
		return false
	}
	pkg, name := f.typeOrigin(list.Elt)
	return pkg == "time" && name == "Time"
}

// isPlain reports whether a type holds data alone: a basic type, a time, or a
// struct of this file without connections, channels and functions.
func (f *goFile) isPlain(t ast.Expr) bool {
	switch t := t.(type) {
	case *ast.StarExpr:
		return f.isPlain(t.X)
	case *ast.ArrayType:
		return f.isPlain(t.Elt)
	case *ast.MapType:
		return f.isPlain(t.Value)
	case *ast.SelectorExpr:
		pkg, _ := f.typeOrigin(t)
		return pkg == "time"
	case *ast.Ident:
		if goConversions[t.Name] {
			return true
		}
	case *ast.StructType:
	default:
		return false
	}
	s := f.structType(t)
	if s == nil {
		return false
	}
	for _, field := range s.Fields.List {
		switch kind := field.Type.(type) {
		case *ast.ChanType, *ast.FuncType, *ast.InterfaceType:
			return false
		case *ast.SelectorExpr, *ast.StarExpr:
			if pkg, name := f.typeOrigin(kind); openThing.MatchString(name) || pkg == "context" || pkg == "sync" || pkg == "net" {
				return false
			}
		}
	}
	return true
}

var openThing = regexp.MustCompile(`(Conn|Client|Stream|Socket|Session|Writer|Reader|Cmd|Process|Timer|Cancel\w*|Listener|Channel)$`)
