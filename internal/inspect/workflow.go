package inspect

import (
	"regexp"
	"strings"
)

// WorkflowInput is what a GitHub Actions workflow or action lets others give it.
type WorkflowInput struct {
	Name     string `json:"name"`
	Of       string `json:"of"`                 // who gives it: "call" (another workflow), "dispatch" (a person), "action" (a step)
	Default  Value  `json:"default,omitzero"`   // Source None without one, Input for an expression
	Type     string `json:"type,omitempty"`     // "boolean", "choice"; "" for a text
	Required bool   `json:"required,omitempty"` // a call without it fails
	Store    bool   `json:"store,omitempty"`    // a secret of a call: `secrets.NAME`, not `inputs.NAME`
}

// WorkflowMatrix is the matrix of a job whose values are all written in the
// file: what each of its runs gets, by the axis or, where an axis has mappings,
// by "axis.key". A matrix that is computed states none.
type WorkflowMatrix struct {
	Job  string              `json:"job"`
	Runs []map[string]string `json:"runs"`
}

func (WorkflowInput) Kind() Kind  { return "workflow-input" }
func (WorkflowMatrix) Kind() Kind { return "workflow-matrix" }

var storeExpression = regexp.MustCompile(`\$\{\{[^}]*\b(secrets|vars)\.([A-Za-z_][A-Za-z0-9_]*)`)

// WorkflowEntry is a variable or an input of a workflow's step as it may be kept.
func WorkflowEntry(name, text string, line int) EnvEntry {
	entry := EnvEntry{Name: name, Secret: IsSecretName(name), Line: line}
	if !strings.Contains(text, "${{") {
		entry.Value = ConfigText(text)
		if IsSecretName(name) && text != "" {
			entry.Value = SecretLit(text)
		}
		return entry
	}
	entry.Value = Value{Source: Input, Text: MaskText(text)}
	if m := storeExpression.FindStringSubmatch(text); m != nil {
		entry.Ref = m[2]
		entry.From = "github-variable"
		if m[1] == "secrets" {
			entry.From = "github-secret"
		}
	}
	return entry
}
