//go:build cgo && !linux

package syntax

import sitter "github.com/tree-sitter/go-tree-sitter"

func prepareParser() {}

func (t *Tree) copyFrom(parsed *sitter.Tree, tables *tables) { t.copySlowly(parsed, tables) }
