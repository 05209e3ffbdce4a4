package infra

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"twelvefold/internal/inspect"
)

const (
	// maxAttributes bounds what is kept of one block; the longest real ones
	// (an ECS task with its containers) have some 200.
	maxAttributes = 1000
	// maxDepth bounds blocks and objects in each other.
	maxDepth = 16
)

// flattener lists the attributes of one block under dotted names.
type flattener struct {
	*file
	out  []inspect.EnvEntry
	left int
	// isSecret decides for attributes whose name does not: a variable's default.
	isSecret func(name string) bool
	// never are attributes that have a secret's name and only refer to one.
	never func(name string) bool
}

// secretsOf notes which attributes of a block are secrets for another reason
// than their names.
func (w *flattener) secretsOf(b inspect.InfraBlock) {
	if b.Type == "variable" && len(b.Labels) == 1 {
		name := b.Labels[0]
		w.isSecret = func(attribute string) bool { return attribute == "default" && inspect.IsSecretName(name) }
	}
	if len(b.Labels) > 0 {
		kind := strings.ReplaceAll(b.Labels[0], "_", "")
		if strings.Contains(kind, "secret") { // their secret is the resource's name
			w.never = func(attribute string) bool { return attribute == "secret" }
		}
	}
}

// fields lists the attributes and nested blocks of a body in their order. as is
// the name whose value the body's "value" is: a variable's of a container.
func (w *flattener) fields(prefix, as string, b *hclsyntax.Body, depth int) {
	if depth > maxDepth {
		return
	}
	for _, a := range sorted(b) {
		if a.Name == "name" || a.Name == "key" {
			if v := w.scalar(a.Expr, maxFollow); v.IsLiteral() {
				as = v.Text
			}
		}
	}
	attributes, blocks := sorted(b), b.Blocks
	count, seen := map[string]int{}, map[string]int{}
	for _, inner := range blocks {
		count[blockName(inner)]++
	}
	for len(attributes)+len(blocks) > 0 {
		if len(blocks) == 0 || len(attributes) > 0 && attributes[0].SrcRange.Start.Byte < blocks[0].TypeRange.Start.Byte {
			a := attributes[0]
			attributes = attributes[1:]
			w.expression(join(prefix, a.Name), as, a.Expr, a.NameRange.Start.Line, depth+1)
			continue
		}
		inner := blocks[0]
		blocks = blocks[1:]
		if inner.Body == nil {
			continue
		}
		name := blockName(inner)
		path := join(prefix, name)
		if count[name] > 1 {
			path = join(path, strconv.Itoa(seen[name]))
			seen[name]++
		}
		if inner.Type == "dynamic" && len(inner.Labels) == 1 {
			w.dynamic(path, inner.Body, depth+1)
			continue
		}
		w.fields(path, "", inner.Body, depth+1)
	}
}

// blockName is a nested block's part of a dotted name: a dynamic block has the
// name of those that it makes.
func blockName(b *hclsyntax.Block) string {
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		return b.Labels[0]
	}
	return strings.Join(append([]string{b.Type}, b.Labels...), ".")
}

// dynamic reads the content of a dynamic block as one block of its kind.
func (w *flattener) dynamic(path string, b *hclsyntax.Body, depth int) {
	for _, inner := range b.Blocks {
		if inner.Type == "content" && inner.Body != nil {
			w.fields(path, "", inner.Body, depth+1)
		}
	}
}

func join(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "." + name
}

// wrappers are functions that give back what they are given, in another form.
var wrappers = map[string]bool{
	"jsonencode": true, "yamlencode": true, "tolist": true, "toset": true, "tomap": true, "tostring": true, "tonumber": true,
	"sensitive": true, "nonsensitive": true, "trimspace": true, "base64encode": true, "textencodebase64": true, "flatten": true, "compact": true,
}

// expression lists a value under a name: objects and lists item by item.
func (w *flattener) expression(name, as string, expr hclsyntax.Expression, line, depth int) {
	if depth > maxDepth || w.left <= 0 {
		return
	}
	switch e := expr.(type) {
	case *hclsyntax.ParenthesesExpr:
		w.expression(name, as, e.Expression, line, depth+1)
	case *hclsyntax.ObjectConsExpr:
		w.object(name, e, depth)
	case *hclsyntax.TupleConsExpr:
		w.list(name, 0, e, depth)
	case *hclsyntax.ForExpr:
		if item := eachOf(e); item != nil {
			w.expression(join(name, "0"), "", item, line, depth+1)
			return
		}
		w.add(name, as, e, line)
	case *hclsyntax.FunctionCallExpr:
		w.call(name, as, e, line, depth)
	case *hclsyntax.ScopeTraversalExpr:
		if local := w.local(e); local != nil && isCollection(local) {
			w.expression(name, as, local, line, depth+1)
			return
		}
		w.add(name, as, e, line)
	default:
		w.add(name, as, expr, line)
	}
}

// eachOf is what a list's "for" makes of each item where that is an object: its
// fields are read as those of one item. Nil for other expressions.
func eachOf(expr hclsyntax.Expression) hclsyntax.Expression {
	if e, ok := expr.(*hclsyntax.ForExpr); ok && e.KeyExpr == nil {
		if object, ok := e.ValExpr.(*hclsyntax.ObjectConsExpr); ok {
			return object
		}
	}
	return nil
}

func isCollection(expr hclsyntax.Expression) bool {
	switch expr.(type) {
	case *hclsyntax.ObjectConsExpr, *hclsyntax.TupleConsExpr:
		return true
	}
	return false
}

func (w *flattener) object(name string, e *hclsyntax.ObjectConsExpr, depth int) {
	as := ""
	for _, item := range e.Items {
		if key := w.key(item.KeyExpr); key == "name" || key == "key" {
			if v := w.scalar(item.ValueExpr, maxFollow); v.IsLiteral() {
				as = v.Text
			}
		}
	}
	for _, item := range e.Items {
		if key := w.key(item.KeyExpr); key != "" {
			w.expression(join(name, key), as, item.ValueExpr, item.KeyExpr.Range().Start.Line, depth+1)
		}
	}
}

// key is the name of an object's item; one that is computed stays as written.
func (w *flattener) key(expr hclsyntax.Expression) string {
	if wrapped, ok := expr.(*hclsyntax.ObjectConsKeyExpr); ok {
		if v, diagnostics := wrapped.Value(nil); !diagnostics.HasErrors() && !v.IsNull() && v.IsKnown() && v.Type() == cty.String {
			return v.AsString()
		}
		expr = wrapped.Wrapped
	}
	return w.source(expr)
}

func (w *flattener) list(name string, from int, e *hclsyntax.TupleConsExpr, depth int) int {
	for _, item := range e.Exprs {
		w.expression(join(name, strconv.Itoa(from)), "", item, item.Range().Start.Line, depth+1)
		from++
	}
	return from
}

func (w *flattener) call(name, as string, e *hclsyntax.FunctionCallExpr, line, depth int) {
	switch {
	case wrappers[e.Name] && len(e.Args) > 0:
		w.expression(name, as, e.Args[0], line, depth+1)
	case e.Name == "merge":
		for _, arg := range e.Args {
			w.expression(name, as, arg, line, depth+1)
		}
	case e.Name == "concat":
		at := 0
		for _, arg := range e.Args {
			if list, ok := arg.(*hclsyntax.TupleConsExpr); ok {
				at = w.list(name, at, list, depth+1)
				continue
			}
			if item := eachOf(arg); item != nil {
				arg = item
			}
			w.expression(join(name, strconv.Itoa(at)), "", arg, line, depth+1)
			at++
		}
	default:
		w.add(name, as, e, line)
	}
}

// add lists one scalar.
func (w *flattener) add(name, as string, expr hclsyntax.Expression, line int) {
	w.left--
	attribute := lastWord(name)
	if attribute == "value" && as != "" {
		attribute = as
	}
	v := w.scalar(expr, maxFollow)
	entry := inspect.EnvEntry{Name: name, Value: v, Line: line}
	entry.Secret = w.holdsSecret(name, attribute) && (w.never == nil || !w.never(attribute)) || w.isSecret != nil && w.isSecret(attribute)
	if isSensitive(expr) {
		entry.Secret = true
	}
	if entry.Secret && v.Source != inspect.None {
		entry.Value = masked(v, w.isText(expr))
	}
	w.out = append(w.out, entry)
}

// isSensitive reports whether the author calls a value secret: sensitive("…").
func isSensitive(expr hclsyntax.Expression) bool {
	call, ok := expr.(*hclsyntax.FunctionCallExpr)
	return ok && call.Name == "sensitive"
}

// masked is the value of a secret as it may be kept.
func masked(v inspect.Value, text bool) inspect.Value {
	switch {
	case v.IsLiteral() && text && v.Text != "" && v.Secret == nil && !inspect.SaysOtherwise(v.Text):
		return inspect.SecretLit(v.Text)
	case v.Source == inspect.Input && v.Secret == nil:
		v.Text = "" // what surrounds a reference may be part of the secret
	}
	return v
}

// lastWord is the last part of a dotted name that is no index.
func lastWord(name string) string {
	parts := strings.Split(name, ".")
	for i := len(parts) - 1; i > 0; i-- {
		if _, err := strconv.Atoi(parts[i]); err != nil {
			return parts[i]
		}
	}
	return parts[0]
}
