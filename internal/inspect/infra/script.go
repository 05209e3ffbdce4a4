package infra

import (
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// scriptAttributes are what a machine is given to run when it boots.
var scriptAttributes = []string{"user_data", "user_data_base64", "custom_data", "startup_script", "metadata_startup_script"}

// maxScript bounds the bytes of a script; providers take 16 kB.
const maxScript = 64 << 10

// scripts reads the shell scripts that a resource's machines boot with: their
// commands, and as attributes the secrets that they set.
func (f *file) scripts(b *hclsyntax.Block, in *inspect.InfraBlock) {
	if in.Type != "resource" {
		return
	}
	for _, name := range scriptAttributes {
		attribute := b.Body.Attributes[name]
		if attribute == nil {
			continue
		}
		text, line, ok := f.script(attribute.Expr)
		interpreter, _ := shell.Shebang(text)
		if !ok || !shell.IsShellName(interpreter) {
			continue
		}
		start := inspect.Start{Shell: true, Text: inspect.MaskText(text), Line: line}
		start.Commands, _ = shell.Commands(text, line)
		in.Scripts = append(in.Scripts, start)
		var inside inspect.Emitter
		if shell.Extract(&inside, []byte(text)) != nil {
			continue
		}
		for _, s := range inside.Signals {
			if c, ok := s.Fact.(inspect.Credential); ok {
				in.Attributes = append(in.Attributes, inspect.EnvEntry{Name: name + "." + c.Name, Secret: true, Line: line + s.Line - 1,
					Value: inspect.Value{Source: inspect.Literal, Text: c.Secret.Masked, HasText: true, Secret: &c.Secret}})
			}
		}
	}
}

// script is a text that is written in place, with a shell's variable for each
// reference in it, and the line that it starts on.
func (f *file) script(expr hclsyntax.Expression) (text string, line int, ok bool) {
	for fuel := maxFollow; fuel > 0; fuel-- {
		call, isCall := expr.(*hclsyntax.FunctionCallExpr)
		if !isCall || !wrappers[call.Name] || len(call.Args) != 1 {
			break
		}
		expr = call.Args[0]
	}
	template, ok := expr.(*hclsyntax.TemplateExpr)
	if !ok {
		return "", 0, false
	}
	var b strings.Builder
	for _, part := range template.Parts {
		if written := literalText(part); written != "" {
			b.WriteString(written)
		} else {
			b.WriteString("${" + variableName(f.text(part.Range())) + "}")
		}
		if b.Len() > maxScript {
			return "", 0, false
		}
	}
	line = expr.Range().Start.Line
	if strings.HasPrefix(f.text(expr.Range()), "<<") {
		line++ // the text starts on the line below <<EOF
	}
	return b.String(), line, true
}

func literalText(part hclsyntax.Expression) string {
	if written, ok := part.(*hclsyntax.LiteralValueExpr); ok {
		return literal(written.Val).Text
	}
	return ""
}

var noName = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// variableName is a reference as the name of a shell's variable: "var_port".
func variableName(text string) string {
	name := noName.ReplaceAllString(text[:min(len(text), 60)], "_")
	if !shell.IsVariableName(name) {
		return "value"
	}
	return name
}
