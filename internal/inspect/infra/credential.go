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
