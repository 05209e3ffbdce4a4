package infra

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// refersToSecret are attributes that have a secret's name and hold where it is
// kept, how long it lives or how it is checked.
var refersToSecret = regexp.MustCompile(`(?i)(_arns?|_ids?|_refs?|_versions?|_strategy|_units|_mode|_flows?|_policies|_rotation|_manager|_store|_keys_enabled|_labels?|_annotations?)$|^(http_tokens|secret_id|existing_?secret.*|image_?pull_?secrets?.*|secret_?name.*)$`)

// secretPaths are blocks whose attributes only refer to secrets.
var secretPaths = regexp.MustCompile(`(?i)(^|\.)(secret_?key_?ref|secret_?ref|value_?source|value_?from|token_validity_units|secret_environment_variables|image_pull_secrets?|metadata_options|secrets)(\.|$)`)

// holdsSecret reports whether an attribute holds a secret by its name.
func (f *file) holdsSecret(path, attribute string) bool {
	named, met := f.names[attribute]
	if !met {
		named = inspect.IsSecretName(attribute) && !refersToSecret.MatchString(attribute)
		f.names[attribute] = named
	}
	return named && !secretPaths.MatchString(parentOf(path))
}

func parentOf(path string) string {
	if at := strings.LastIndexByte(path, '.'); at >= 0 {
		return path[:at]
	}
	return ""
}

// address is a block's name as Terraform writes it: "aws_db_instance.main",
// "var.password", "module.db".
func address(b inspect.InfraBlock) string {
	name := strings.Join(b.Labels, ".")
	switch b.Type {
	case "resource":
		return name
	case "variable":
		return "var." + name
	case "locals":
		return "local"
	case "backend":
		return "backend." + name
	}
	return strings.TrimSuffix(b.Type+"."+name, ".")
}

// credentials states the literal secrets of a block.
func (f *file) credentials(b inspect.InfraBlock) {
	via := "field"
	if b.Type == "variable" {
		via = "default"
	}
	for _, entry := range b.Attributes {
		name := address(b) + "." + entry.Name
		if b.Type == "variable" {
			name = strings.TrimSuffix(strings.Replace(name, ".default", "", 1), ".")
		}
		f.credential(name, via, entry)
	}
}

func (f *file) credential(name, via string, entry inspect.EnvEntry) {
	secret := entry.Value.Secret
	if secret == nil {
		return
	}
	c := inspect.Credential{Name: name, Via: via, Secret: *secret}
	if !entry.Secret {
		if _, rest, ok := strings.Cut(entry.Value.Text, "…@"); ok {
			c.Via, c.Host = "url", rest
			if end := strings.IndexAny(rest, ":/?# "); end >= 0 && !strings.HasPrefix(rest, "${") {
				c.Host = rest[:end]
			}
		}
	}
	f.Emit(entry.Line, entry.Line, c)
}
