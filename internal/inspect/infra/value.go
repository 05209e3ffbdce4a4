package infra

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"twelvefold/internal/inspect"
)

const (
	// maxFollow bounds locals that name locals.
	maxFollow = 8
	// maxRefs bounds the references kept of one expression.
	maxRefs = 16
)

// scalar is what the file tells about an expression: a literal, or what
// decides it.
func (f *file) scalar(expr hclsyntax.Expression, fuel int) inspect.Value {
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		return f.again(e.Expression, fuel)
	case *hclsyntax.TemplateWrapExpr:
		return f.again(e.Wrapped, fuel)
	case *hclsyntax.LiteralValueExpr:
		if e.Val.Type() == cty.Number && !e.Val.IsNull() {
			return inspect.Lit(f.text(e.SrcRange))
		}
		return literal(e.Val)
	case *hclsyntax.TemplateExpr:
		return f.template(e, fuel)
	case *hclsyntax.UnaryOpExpr:
		if v, diagnostics := e.Value(nil); !diagnostics.HasErrors() {
			return literal(v) // a negative number
		}
	case *hclsyntax.FunctionCallExpr:
		if wrappers[e.Name] && len(e.Args) == 1 {
			return f.again(e.Args[0], fuel)
		}
	case *hclsyntax.ScopeTraversalExpr:
		if local := f.local(e); local != nil && fuel > 0 {
			return f.scalar(local, fuel-1)
		}
		if root := e.Traversal.RootName(); len(e.Traversal) == 2 && (root == "var" || root == "local") { // other files may tell
			return inspect.Value{Source: inspect.Input, Text: "${" + f.source(e) + "}", Refs: f.refs(expr)}
		}
	}
	return inspect.Value{Source: inspect.Input, Refs: f.refs(expr)}
}

func (f *file) again(expr hclsyntax.Expression, fuel int) inspect.Value {
	if fuel <= 0 {
		return inspect.Value{Source: inspect.Unknown}
	}
	return f.scalar(expr, fuel-1)
}

// literal is a value that the file writes out; null is none.
func literal(v cty.Value) inspect.Value {
	if v.IsNull() || !v.IsKnown() || v.IsMarked() {
		return inspect.Value{}
	}
	switch v.Type() {
	case cty.String:
		return inspect.LitOf(v.AsString())
	case cty.Number:
		return inspect.Lit(v.AsBigFloat().Text('f', -1))
	case cty.Bool:
		if v.True() {
			return inspect.Lit("true")
		}
		return inspect.Lit("false")
	}
	return inspect.Value{Source: inspect.Unknown}
}

// template folds a quoted text or a heredoc. With references in it, it stays
// as written, and a password written between them is masked.
func (f *file) template(e *hclsyntax.TemplateExpr, fuel int) inspect.Value {
	var b strings.Builder
	var refs []string
	for _, part := range e.Parts {
		if b.Len() > inspect.MaxText {
			break
		}
		if written, ok := part.(*hclsyntax.LiteralValueExpr); ok && written.Val.Type() == cty.String && !written.Val.IsNull() {
			b.WriteString(written.Val.AsString())
			continue
		}
		v := f.again(part, fuel)
		if v.IsLiteral() && v.Secret == nil {
			b.WriteString(v.Text)
			continue
		}
		refs = append(refs, v.Refs...)
		b.WriteString("${" + f.source(part) + "}")
	}
	text := b.String()
	if len(text) > inspect.MaxText {
		text = strings.ToValidUTF8(text[:inspect.MaxText], "") + "…"
	}
	if e.IsStringLiteral() || refs == nil && !strings.Contains(text, "${") {
		if strings.Contains(text, "\n") {
			return inspect.ConfigText(text)
		}
		return inspect.LitOf(text)
	}
	v := inspect.Value{Source: inspect.Input, Refs: unique(refs)}
	if masked, password, ok := inspect.MaskURL(text); ok && !strings.Contains(password, "${") {
		secret := inspect.NewSecret(password)
		v.Text, v.Secret = masked, &secret
		return v
	}
	v.Text = inspect.MaskText(text)
	return v
}

// isText reports whether an expression is a text: a password that is a number
// or a switch is none.
func (f *file) isText(expr hclsyntax.Expression) bool {
	switch e := expr.(type) {
	case *hclsyntax.TemplateExpr, *hclsyntax.TemplateWrapExpr:
		return true
	case *hclsyntax.ParenthesesExpr:
		return f.isText(e.Expression)
	case *hclsyntax.FunctionCallExpr:
		return len(e.Args) > 0 && f.isText(e.Args[0])
	case *hclsyntax.ScopeTraversalExpr:
		switch local := f.local(e).(type) {
		case *hclsyntax.TemplateExpr:
			return true
		case *hclsyntax.FunctionCallExpr:
			return len(local.Args) > 0
		}
	}
	return false
}

// local is what a name of the file's own locals stands for, or nil.
func (f *file) local(e *hclsyntax.ScopeTraversalExpr) hclsyntax.Expression {
	if len(e.Traversal) != 2 || e.Traversal.RootName() != "local" {
		return nil
	}
	if step, ok := e.Traversal[1].(hcl.TraverseAttr); ok {
		return f.locals[step.Name]
	}
	return nil
}

// refs are the addresses that an expression names.
func (f *file) refs(expr hclsyntax.Expression) []string {
	var list []string
	for _, traversal := range expr.Variables() {
		if len(list) == maxRefs {
			break
		}
		list = append(list, f.text(traversal.SourceRange()))
	}
	return unique(list)
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// maxSource bounds what is kept of an expression as written.
const maxSource = 200

// source is an expression as written, secrets masked.
func (f *file) source(expr hclsyntax.Expression) string {
	text := f.text(expr.Range())
	if len(text) > maxSource {
		text = strings.ToValidUTF8(text[:maxSource], "") + "…"
	}
	return inspect.MaskText(text)
}

func (f *file) text(r hcl.Range) string {
	if r.Start.Byte < 0 || r.End.Byte > len(f.src) || r.Start.Byte > r.End.Byte {
		return ""
	}
	return strings.ToValidUTF8(string(f.src[r.Start.Byte:r.End.Byte]), "\uFFFD")
}
