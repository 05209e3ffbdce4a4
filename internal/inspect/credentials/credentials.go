// Package credentials reads the files that tools keep credentials in: what a
// registry, a cluster, a database or a cloud is entered with.
package credentials

import (
	"bytes"
	"regexp"

	"twelvefold/internal/inspect"
)

// holder is how a format holds a credential: the pattern's first group is it.
type holder struct {
	what string
	re   *regexp.Regexp
	only []byte // a text without which the file is something else; nil for none
}

var holders = map[inspect.Format]holder{
	inspect.NpmRC:          {what: "a registry's token", re: regexp.MustCompile(`(?m)^[^#;\n]*_(?:authToken|auth|password)\s*=\s*"?([^\s"#]+)`)},
	inspect.PyPIRC:         {what: "a package index's password", re: regexp.MustCompile(`(?m)^\s*password\s*[:=]\s*(\S.*?)\s*$`)},
	inspect.Netrc:          {what: "a host's password", re: regexp.MustCompile(`(?m)^(?:[^#\n]*\s)?password\s+(\S+)`)},
	inspect.GitCredentials: {what: "a git host's password", re: regexp.MustCompile(`(?m)^https?://[^:@/\s]*:([^@/\s]+)@`)},
	inspect.PgPass:         {what: "a database's password", re: regexp.MustCompile(`(?m)^[^#:\s][^:\n]*:[^:\n]*:[^:\n]*:[^:\n]*:(\S+)$`)},
	inspect.MySQLOptions:   {what: "a database's password", re: regexp.MustCompile(`(?m)^\s*password\s*=\s*"?([^\s"]+)`), only: []byte("[")},
	inspect.HTPasswd:       {what: "the hash of a password", re: regexp.MustCompile(`(?m)^[^:#\s]+:\$?((?:apr1|2[aby])\$\S{20,}|\{SHA\}\S{20,})\s*$`)},
	inspect.S3Config:       {what: "a cloud account's secret key", re: regexp.MustCompile(`(?m)^\s*secret_key\s*=\s*(\S+)`)},
	inspect.DockerConfig:   {what: "a registry's password", re: regexp.MustCompile(`"auth"\s*:\s*"([A-Za-z0-9+/=]{8,})"`)},
	inspect.KubeConfig:     {what: "a cluster's credential", re: regexp.MustCompile(`(?m)^[\s-]*(?:client-key-data|token|password)\s*:\s*"?([^\s"]+)`), only: []byte("Config")},
	inspect.AWSCredentials: {what: "a cloud account's secret key", re: regexp.MustCompile(`(?mi)^\s*aws_secret_access_key\s*=\s*(\S+)`)},
	inspect.MasterKey:      {what: "the key of encrypted credentials", re: regexp.MustCompile(`^\s*([0-9a-f]{32}|[0-9a-f]{64})\s*$`)},
	inspect.TerraformState: {what: "a resource's secret in plain text", re: regexp.MustCompile(`"(?:[a-z_]*(?:password|secret|token|private_key|access_key|connection_string)[a-z_]*)"\s*:\s*"([^"]{6,})"`), only: []byte(`"resources"`)},
	inspect.KeyRing:        {what: "the key that cookies and tokens are protected with", re: regexp.MustCompile(`(?s)<masterKey\b[^>]*>.{0,200}?<value>\s*([A-Za-z0-9+/=]{40,})\s*</value>`)},
	inspect.WebKey:         {what: "a private key", re: regexp.MustCompile(`"(?:[dkD]"\s*:|privateKey"\s*:\s*\[)\s*"([A-Za-z0-9_+/=-]{20,})"`)},
	inspect.PuTTYKey:       {what: "a private key", re: regexp.MustCompile(`(?m)^Private-Lines: \d+\r?\n(\S+)`), only: []byte("Encryption: none")},
}

// Extract reads a format: the first credential that is no placeholder.
func Extract(format inspect.Format) inspect.Extractor {
	h := holders[format]
	return func(e *inspect.Emitter, content []byte) error {
		if h.only != nil && !bytes.Contains(content, h.only) {
			return nil
		}
		for _, at := range h.re.FindAllSubmatchIndex(content, -1) {
			secret := inspect.NewSecret(string(content[at[2]:at[3]]))
			if secret.Placeholder || secret.Unset {
				continue
			}
			line := 1 + bytes.Count(content[:at[2]], []byte{'\n'})
			e.Emit(line, line, inspect.CredentialFile{What: h.what, Secret: secret})
			return nil
		}
		return nil
	}
}
