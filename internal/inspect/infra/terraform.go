// Package infra reads what creates infrastructure: Terraform and OpenTofu.
package infra

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Terraform reads a .tf file: an InfraBlock for each block, and what the
// blocks of known resources mean: Attachment, Affinity, Workload, KubeObject,
// PlatformService. A secret is a secret attribute.
func Terraform(e *inspect.Emitter, content []byte) error {
	f, err := read(e, content)
	if f == nil {
		return err
	}
	for _, b := range f.body.Blocks {
		f.block(b)
	}
	return err
}

// Variables reads a .tfvars file: one InfraBlock "tfvars" with its assignments.
func Variables(e *inspect.Emitter, content []byte) error {
	f, err := read(e, content)
	if f == nil {
		return err
	}
	w := &flattener{file: f, left: maxAttributes}
	w.fields("", "", f.body, 0)
	if len(w.out) > 0 {
		e.Emit(w.out[0].Line, f.body.EndRange.Start.Line, inspect.InfraBlock{Type: "tfvars", Attributes: w.out})
	}
	return err
}

// file is one file being read.
type file struct {
	*inspect.Emitter
	src    []byte
	body   *hclsyntax.Body
	locals map[string]hclsyntax.Expression // of this file
	names  map[string]bool                 // attributes met so far: those that are a secret's name
}

const (
	// maxText bounds the bytes of one file: the parser's stack grows with what
	// it is given. The largest hand-written files seen have 200 kB.
	maxText = 512 << 10
	// maxNesting bounds brackets in brackets; hand-written code stays below 20.
	maxNesting = 200
	// maxChain bounds conditionals, template directives, splats and signs of one
	// file: each may stand inside the one before without a bracket, and takes
	// three kilobytes of stack.
	maxChain = 5000
	// maxLines bounds the lines of a file that has heredocs: the scanner takes
	// the square of a heredoc's lines, two seconds for this many.
	maxLines = 15_000
)

// read parses content. Beside an error the file holds what stands around it;
// it is nil when nothing can be read.
func read(e *inspect.Emitter, content []byte) (*file, error) {
	content = shell.PlainText(content)
	if err := parsable(content); err != nil {
		return nil, err
	}
	parsed, err := parse(content)
	if parsed == nil {
		return nil, err
	}
	body, ok := parsed.Body.(*hclsyntax.Body)
	if !ok {
		return nil, err
	}
	f := &file{Emitter: e, src: content, body: body, locals: map[string]hclsyntax.Expression{}, names: map[string]bool{}}
	for _, b := range body.Blocks {
		if b.Type == "locals" && b.Body != nil {
			for name, a := range b.Body.Attributes {
				f.locals[name] = a.Expr
			}
		}
	}
	return f, err
}

// parse turns a panic of the parser into an error.
func parse(content []byte) (parsed *hcl.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			parsed, err = nil, errors.New("the Terraform code can't be parsed")
		}
	}()
	parsed, diagnostics := hclsyntax.ParseConfig(content, "", hcl.InitialPos)
	for _, d := range diagnostics {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			return parsed, inspect.ParseError(d.Subject.Start.Line, "%s", inspect.ShortError(d.Summary))
		}
	}
	return parsed, nil
}

var splat = regexp.MustCompile(`\[\s*\*`)

// parsable refuses text on which the parser, which recurses, would need more
// stack than there is.
func parsable(content []byte) error {
	if len(content) > maxText {
		return fmt.Errorf("the code is longer than %d bytes", maxText)
	}
	depth, deepest, signs := 0, 0, 0
	for _, c := range content {
		switch c {
		case '{', '[', '(':
			depth++
			deepest = max(deepest, depth)
		case '}', ']', ')':
			depth = max(depth-1, 0)
			signs = 0
		case '-', '!':
			if signs++; signs > maxChain {
				return errors.New("signs nest too deep")
			}
		case ' ', '\t', '\n':
		default:
			signs = 0
		}
	}
	if deepest > maxNesting {
		return errors.New("brackets nest too deep")
	}
	if bytes.Count(content, []byte("?")) > maxChain || bytes.Count(content, []byte("%{")) > maxChain || len(splat.FindAllIndex(content, maxChain+1)) > maxChain {
		return errors.New("conditionals nest too deep")
	}
	if bytes.Contains(content, []byte("<<")) && bytes.Count(content, []byte("\n")) > maxLines {
		return fmt.Errorf("the code has more than %d lines with heredocs", maxLines)
	}
	return nil
}

// block emits one block of the file's top level.
func (f *file) block(b *hclsyntax.Block) {
	if b.Body == nil {
		return
	}
	in := inspect.InfraBlock{Type: b.Type, Labels: b.Labels}
	w := &flattener{file: f, left: maxAttributes}
	w.secretsOf(in)
	w.fields("", "", b.Body, 0)
	in.Attributes = w.out
	f.scripts(b, &in)
	f.emit(b, in)
	if b.Type == "terraform" {
		for _, inner := range b.Body.Blocks {
			if (inner.Type == "backend" || inner.Type == "cloud") && inner.Body != nil {
				w := &flattener{file: f, left: maxAttributes}
				w.fields("", "", inner.Body, 0)
				f.emit(inner, inspect.InfraBlock{Type: "backend", Labels: append([]string{}, append(inner.Labels, cloudLabel(inner)...)...), Attributes: w.out})
			}
		}
	}
	f.meaning(b, in)
}

// cloudLabel names the backend of a "cloud" block, which has no label.
func cloudLabel(b *hclsyntax.Block) []string {
	if b.Type == "cloud" {
		return []string{"cloud"}
	}
	return nil
}

func (f *file) emit(b *hclsyntax.Block, fact inspect.Fact) {
	f.Emit(b.TypeRange.Start.Line, b.Range().End.Line, fact)
	if last := b.CloseBraceRange.End.Line; last > 0 {
		f.Signals[len(f.Signals)-1].EndLine = max(last, b.TypeRange.Start.Line)
	}
}

// meaning states what a resource or module is beside its attributes.
func (f *file) meaning(b *hclsyntax.Block, in inspect.InfraBlock) {
	switch {
	case in.Type == "module" && len(in.Labels) == 1:
		f.moduleAttachment(b, in)
	case in.Type == "resource" && len(in.Labels) == 2:
		f.attachment(b, in)
		f.affinity(b, in)
		f.workload(b, in)
		f.service(b, in)
	}
}

// sorted lists a body's attributes in the order of the file.
func sorted(b *hclsyntax.Body) []*hclsyntax.Attribute {
	list := make([]*hclsyntax.Attribute, 0, len(b.Attributes))
	for _, a := range b.Attributes {
		list = append(list, a)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].SrcRange.Start.Byte < list[j].SrcRange.Start.Byte })
	return list
}
