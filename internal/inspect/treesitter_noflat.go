//go:build cgo && !linux

package inspect

import sitter "github.com/tree-sitter/go-tree-sitter"

func prepareParser() {}

func (t *syntaxTree) copyFrom(parsed *sitter.Tree, tables *tables) { t.copySlowly(parsed, tables) }
