package infra

import (
	"sort"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
)

// Bake reads a docker-bake.hcl: its targets, groups and variables.
func Bake(e *inspect.Emitter, content []byte) error {
	f, err := read(e, content)
	if f == nil {
		return err
	}
	for _, b := range f.body.Blocks {
		if b.Body == nil || len(b.Labels) != 1 {
			continue
		}
		line, end := b.TypeRange.Start.Line, b.Body.EndRange.Start.Line
		switch b.Type {
		case "variable":
			variable := inspect.BakeVariable{Name: b.Labels[0]}
			if a := b.Body.Attributes["default"]; a != nil {
				if v := f.scalar(a.Expr, bakeFuel); v.IsLiteral() {
					variable.Default = inspect.LiteralOf(variable.Name, v.Text)
				}
			}
			e.Emit(line, end, variable)
		case "group":
			e.Emit(line, end, inspect.BakeTarget{Name: b.Labels[0], Members: f.bakeTexts(b.Body.Attributes["targets"])})
		case "target":
			get := func(name string) string {
				if a := b.Body.Attributes[name]; a != nil {
					return f.bakeText(a.Expr)
				}
				return ""
			}
			e.Emit(line, end, inspect.BakeTarget{
				Name: b.Labels[0], Inherits: f.bakeTexts(b.Body.Attributes["inherits"]), Context: get("context"), Dockerfile: get("dockerfile"),
				Stage: get("target"), Args: f.bakeArgs(b.Body.Attributes["args"]), Tags: f.bakeTexts(b.Body.Attributes["tags"]),
				Outputs: append(f.bakeTexts(b.Body.Attributes["output"]), f.bakeTexts(b.Body.Attributes["outputs"])...),
			})
		}
	}
	return err
}

// bakeFuel bounds how deep expressions are followed.
const bakeFuel = 8

// bakeText is an expression as a text with ${NAME} for variables, "" for what is
// computed.
func (f *file) bakeText(expr hclsyntax.Expression) string {
	switch e := expr.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		if len(e.Traversal) == 1 {
			return "${" + e.Traversal.RootName() + "}"
		}
		return ""
	case *hclsyntax.TemplateWrapExpr:
		return f.bakeText(e.Wrapped)
	case *hclsyntax.TemplateExpr:
		for _, part := range e.Parts {
			switch p := part.(type) {
			case *hclsyntax.LiteralValueExpr:
			case *hclsyntax.ScopeTraversalExpr:
				if len(p.Traversal) != 1 {
					return ""
				}
			default:
				return ""
			}
		}
	}
	return inspect.MaskText(f.scalar(expr, bakeFuel).Text)
}

func (f *file) bakeTexts(a *hclsyntax.Attribute) []string {
	if a == nil {
		return nil
	}
	tuple, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		return nil
	}
	var list []string
	for _, item := range tuple.Exprs {
		if text := f.bakeText(item); text != "" && len(list) < maxAttributes {
			list = append(list, text)
		}
	}
	return list
}

func (f *file) bakeArgs(a *hclsyntax.Attribute) []inspect.EnvEntry {
	if a == nil {
		return nil
	}
	object, ok := a.Expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil
	}
	var list []inspect.EnvEntry
	for _, item := range object.Items {
		key, diagnostics := item.KeyExpr.Value(nil)
		if diagnostics.HasErrors() || len(list) >= maxAttributes {
			continue
		}
		name := literal(key).Text
		entry := inspect.EnvEntry{Name: name, Value: inspect.Value{Source: inspect.Unknown}, Secret: inspect.IsSecretName(name), Line: item.KeyExpr.Range().Start.Line}
		switch v, text := f.scalar(item.ValueExpr, bakeFuel), f.bakeText(item.ValueExpr); {
		case v.IsLiteral():
			entry.Value = inspect.LiteralOf(name, v.Text)
		case text != "":
			entry.Written = text
		}
		list = append(list, entry)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Line < list[j].Line })
	return list
}
