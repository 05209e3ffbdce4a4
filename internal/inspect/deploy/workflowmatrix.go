package deploy

import (
	"maps"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// inputs emits what a trigger lets others give the workflow.
func (w *workflowReader) inputs(event string, trigger *yaml.Node) {
	switch m := w.Mapping(trigger); event {
	case "workflow_call":
		w.eachInput(m.Get("inputs"), "call", false)
		w.eachInput(m.Get("secrets"), "call", true)
	case "workflow_dispatch":
		w.eachInput(m.Get("inputs"), "dispatch", false)
	}
}

func (w *workflowReader) eachInput(n *yaml.Node, of string, store bool) {
	for _, p := range w.Mapping(n) {
		m := w.Mapping(p.Value)
		input := inspect.WorkflowInput{Name: p.Key.Value, Of: of, Store: store, Type: document.Text(m.Get("type")), Required: document.Text(m.Get("required")) == "true"}
		if text := document.Text(m.Get("default")); text != "" {
			input.Default = inspect.WorkflowEntry(input.Name, text, p.Key.Line).Value
		}
		w.Emit(p.Key.Line, max(p.Key.Line, document.LastLine(p.Value)), input)
	}
}

// maxRuns bounds the runs of a matrix: GitHub's own limit for one workflow run.
const maxRuns = 256

// runs multiplies the axes of a matrix as GitHub does: what "exclude" matches is
// left out, what "include" adds goes to the runs whose own values it keeps, else
// it is a run of its own. Nil when an expression decides anything of it.
func (w *workflowReader) runs(m document.Mapping) []map[string]string {
	var runs []map[string]string
	axes := map[string]bool{}
	for _, p := range m {
		if p.Key.Value == "include" || p.Key.Value == "exclude" {
			continue
		}
		axes[p.Key.Value] = true
		values := w.Sequence(p.Value)
		if len(values) == 0 {
			return nil
		}
		var next []map[string]string
		if runs == nil {
			runs = []map[string]string{{}}
		}
		for _, run := range runs {
			for _, n := range values {
				own := maps.Clone(run)
				if !w.flatten(p.Key.Value, n, own) {
					return nil
				}
				if next = append(next, own); len(next) > maxRuns {
					return nil
				}
			}
		}
		runs = next
	}
	for _, n := range w.Sequence(m.Get("exclude")) {
		out, ok := w.entryOf(n)
		if !ok {
			return nil
		}
		var kept []map[string]string
		for _, run := range runs {
			if !agrees(run, out, func(string) bool { return true }) {
				kept = append(kept, run)
			}
		}
		runs = kept
	}
	if (m.Get("include") != nil || m.Get("exclude") != nil) && len(w.Sequence(m.Get("include")))+len(w.Sequence(m.Get("exclude"))) == 0 {
		return nil // computed
	}
	original := len(runs)
	for _, n := range w.Sequence(m.Get("include")) {
		added, ok := w.entryOf(n)
		if !ok || len(runs) >= maxRuns {
			return nil
		}
		extends := false
		for _, run := range runs[:original] {
			if agrees(run, added, func(name string) bool { axis, _, _ := strings.Cut(name, "."); return axes[axis] }) {
				maps.Copy(run, added)
				extends = true
			}
		}
		if !extends {
			runs = append(runs, added)
		}
	}
	return runs
}

// agrees reports whether a run has the values of an entry, as far as these are asked for.
func agrees(run, entry map[string]string, asked func(name string) bool) bool {
	for name, value := range entry {
		if own, ok := run[name]; asked(name) && (!ok || own != value) {
			return false
		}
	}
	return true
}

func (w *workflowReader) entryOf(n *yaml.Node) (map[string]string, bool) {
	entry := map[string]string{}
	for _, p := range w.Mapping(n) {
		if !w.flatten(p.Key.Value, p.Value, entry) {
			return nil, false
		}
	}
	return entry, len(entry) > 0
}

// flatten notes one value of an axis, a mapping by its keys; false for an expression.
func (w *workflowReader) flatten(name string, n *yaml.Node, into map[string]string) bool {
	if !w.Visit(1) {
		return false
	}
	if m := w.Mapping(n); m != nil {
		for _, p := range m {
			if !w.flatten(name+"."+p.Key.Value, p.Value, into) {
				return false
			}
		}
		return true
	}
	if document.Text(n) == "" && !document.IsNull(n) && len(w.Sequence(n)) > 0 {
		return true // a list is none that a text takes
	}
	text := document.Text(n)
	if strings.Contains(text, "${{") {
		return false
	}
	if inspect.IsSecretName(name) {
		return true
	}
	into[name] = inspect.MaskText(text)
	return true
}

// matrix lists the axes of a job's matrix, those that only "include" brings too.
func (w *workflowReader) matrix(m document.Mapping) []string {
	var axes []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			axes = append(axes, name)
		}
	}
	for _, p := range m {
		if p.Key.Value != "include" && p.Key.Value != "exclude" {
			add(p.Key.Value)
		}
	}
	for _, item := range w.Sequence(m.Get("include")) {
		for _, p := range w.Mapping(item) {
			add(p.Key.Value)
		}
	}
	return axes
}

// soleValues are the values of those axes of a matrix that have but one.
func (w *workflowReader) soleValues(m document.Mapping) map[string]string {
	sole := map[string]string{}
	for _, p := range m {
		if values := w.Sequence(p.Value); len(values) == 1 && values[0].Kind == yaml.ScalarNode && p.Key.Value != "include" && p.Key.Value != "exclude" {
			sole[p.Key.Value] = document.Text(values[0])
		}
	}
	for _, item := range w.Sequence(m.Get("include")) {
		for _, p := range w.Mapping(item) {
			delete(sole, p.Key.Value)
		}
	}
	return sole
}

var matrixValue = regexp.MustCompile(`\$\{\{\s*matrix\.([\w-]+)\s*\}\}`)

// filled puts the only value of an axis in the place of what refers to it.
func (w *workflowReader) filled(text string) string {
	if len(w.sole) == 0 || !strings.Contains(text, "matrix.") {
		return text
	}
	return matrixValue.ReplaceAllStringFunc(text, func(reference string) string {
		if value := w.sole[matrixValue.FindStringSubmatch(reference)[1]]; value != "" && !strings.Contains(value, "${{") {
			return value
		}
		return reference
	})
}
