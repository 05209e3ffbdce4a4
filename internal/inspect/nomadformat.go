package inspect

import "strings"

// Nomad is a job specification of HashiCorp Nomad.
const Nomad Format = "nomad"

func isNomad(lower, ext string) bool {
	return ext == ".nomad" || strings.HasSuffix(lower, ".nomad.hcl")
}
