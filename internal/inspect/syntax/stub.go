//go:build !cgo

package syntax

import "fmt"

// Parse says that this build has no parsers, so that tools can load the
// package where there is no C compiler.
func Parse(g Grammar, _ []byte) (*Tree, error) {
	return nil, fmt.Errorf("this build cannot parse %s: build it with a C compiler and CGO_ENABLED=1", g)
}
