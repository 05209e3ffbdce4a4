package inspect

import "strings"

// Bake is a file of docker buildx bake in HCL.
const Bake Format = "bake"

func isBake(lower, ext string) bool {
	return ext == ".hcl" && (strings.HasPrefix(lower, "docker-bake.") || lower == "bake.hcl" || strings.HasSuffix(lower, ".bake.hcl"))
}
