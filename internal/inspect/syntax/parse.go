//go:build cgo

package syntax

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
	"unsafe"

	sitterkotlin "github.com/tree-sitter-grammars/tree-sitter-kotlin/bindings/go"
	sitter "github.com/tree-sitter/go-tree-sitter"
	sittercsharp "github.com/tree-sitter/tree-sitter-c-sharp/bindings/go"
	sitterjava "github.com/tree-sitter/tree-sitter-java/bindings/go"
	sitterjs "github.com/tree-sitter/tree-sitter-javascript/bindings/go"
	sitterphp "github.com/tree-sitter/tree-sitter-php/bindings/go"
	sitterpy "github.com/tree-sitter/tree-sitter-python/bindings/go"
	sitterruby "github.com/tree-sitter/tree-sitter-ruby/bindings/go"
	sitterts "github.com/tree-sitter/tree-sitter-typescript/bindings/go"
)

// tables are a grammar's names, read from C once.
type tables struct {
	language *sitter.Language
	kinds    []kindInfo
	fields   []string

	withError []kindInfo // kinds and, as the last, ERROR
}

var loadGrammar = map[Grammar]func() *tables{
	Python:     tablesOf(sitterpy.Language),
	JavaScript: tablesOf(sitterjs.Language),
	TypeScript: tablesOf(sitterts.LanguageTypescript),
	TSX:        tablesOf(sitterts.LanguageTSX),
	Ruby:       tablesOf(sitterruby.Language),
	Java:       tablesOf(sitterjava.Language),
	Kotlin:     tablesOf(sitterkotlin.Language),
	PHP:        tablesOf(sitterphp.LanguagePHP),
	CSharp:     tablesOf(sittercsharp.Language),
}

// errorKind is tree-sitter's number for a stretch that does not parse.
const errorKind = 65535

func tablesOf(load func() unsafe.Pointer) func() *tables {
	return sync.OnceValue(func() *tables {
		prepareParser()
		t := &tables{language: sitter.NewLanguage(load())}
		for id := range t.language.NodeKindCount() {
			info := kindInfo{name: t.language.NodeKindForId(uint16(id)), named: t.language.NodeKindIsNamed(uint16(id))}
			info.word = !info.named && info.name != "" && (info.name[0]|0x20 >= 'a' && info.name[0]|0x20 <= 'z')
			t.kinds = append(t.kinds, info)
		}
		t.withError = append(t.kinds[:len(t.kinds):len(t.kinds)], kindInfo{name: "ERROR", named: true})
		t.fields = append(t.fields, "")
		for id := 1; id <= int(t.language.FieldCount()); id++ {
			t.fields = append(t.fields, t.language.FieldNameForId(uint16(id)))
		}
		return t
	})
}

// Parse parses content. A tree with errors is returned as well as it
// could be read; the error says that the parse took too long or that most of
// the file is not of this language (the tree is then still there).
//
// One parser serves one call: making one is cheap beside a parse, and a pooled
// one would hold memory that Go's collector does not see. The source gets a
// final newline, without which some grammars miss the last statement, and is
// fed in chunks, because the binding copies whatever one read returns.
func Parse(g Grammar, content []byte) (*Tree, error) {
	load, ok := loadGrammar[g]
	if !ok {
		return nil, fmt.Errorf("no grammar is linked in for %s", g)
	}
	tables := load()
	left := allowed(len(content))
	tree, err := parseOnce(g, tables, content, &left)
	if err != nil {
		return nil, fmt.Errorf("the grammar of %s does not fit the parser: %w", g, err)
	}
	if tree == nil && left > 0 {
		return nil, errors.New("its brackets are not paired; check that it is source code of this language")
	}
	if tree == nil {
		return nil, fmt.Errorf("parsing took longer than %v; split the file or exclude it", allowed(len(content)))
	}
	return mended(g, tree, content, func(content []byte) *Tree {
		other, _ := parseOnce(g, tables, content, &left)
		return other
	})
}

// parseOnce parses content as it stands; the tree is nil when it takes longer
// than what is left.
func parseOnce(g Grammar, tables *tables, content []byte, left *time.Duration) (*Tree, error) {
	source := append(append(make([]byte, 0, len(content)+1), content...), '\n')
	goOn := func() bool { return paired(g, source) }
	parsed, err := parseC(tables, source, parseSlice, left, goOn)
	if err != nil || parsed == nil {
		return nil, err
	}
	defer parsed.Close()
	tree := newTree(source, tables)
	tree.copyFrom(parsed, tables)
	return tree, nil
}

func newTree(source []byte, tables *tables) *Tree {
	return &Tree{source: source, fields: tables.fields, lines: lineStarts(source)}
}

// parseC parses source; the tree is nil when it takes longer than what is left,
// or than one slice where it isn't to go on. The caller closes it. What counts is the processor's time, where the system tells it,
// so that a busy machine reads the same of a file as an idle one: the parser is
// stopped now and then, and goes on where it was.
func parseC(tables *tables, source []byte, slice time.Duration, left *time.Duration, goOn func() bool) (*sitter.Tree, error) {
	parser := sitter.NewParser()
	defer parser.Close()
	if err := parser.SetLanguage(tables.language); err != nil {
		return nil, err
	}
	//lint:ignore SA1019 its successor, the progress callback, leaks
	parser.SetTimeoutMicros(uint64(slice.Microseconds()))
	runtime.LockOSThread() // whose time is taken
	defer runtime.UnlockOSThread()
	began, whole := parserTime(), *left
	for first := true; ; first = false {
		tree := parser.ParseWithOptions(func(offset int, _ sitter.Point) []byte {
			if offset >= len(source) {
				return nil
			}
			return source[offset:min(offset+feedChunk, len(source))]
		}, nil, nil)
		*left = whole - (parserTime() - began)
		if tree != nil || *left <= 0 || first && !goOn() {
			return tree, nil
		}
	}
}

// copySlowly reads the C tree once, in order, so that extractors walk memory
// of Go's. It serves where the whole tree cannot be had in one call.
func (t *Tree) copySlowly(parsed *sitter.Tree, tables *tables) {
	t.kinds = tables.withError
	cursor := parsed.Walk()
	defer cursor.Close()
	open := []int32{} // indexes of the nodes that enclose the cursor
	for {
		entered := t.copyNode(cursor, &open, uint16(len(tables.kinds)))
		if entered && len(open) < maxTreeDepth && cursor.GotoFirstChild() {
			continue
		}
		if entered {
			t.closeNode(&open)
		}
		for !cursor.GotoNextSibling() {
			if !cursor.GotoParent() {
				return
			}
			t.closeNode(&open)
		}
	}
}

// copyNode appends the cursor's node, unless it is punctuation, and reports
// whether it did; the node is then the last of open.
func (t *Tree) copyNode(cursor *sitter.TreeCursor, open *[]int32, failed uint16) bool {
	n := cursor.Node()
	kind := n.KindId()
	if kind == errorKind {
		kind = failed
	}
	field := cursor.FieldId()
	if info := t.kinds[kind]; !info.named && !info.word && field == 0 {
		return false
	}
	parent := int32(-1)
	if len(*open) > 0 {
		parent = (*open)[len(*open)-1]
	}
	index := int32(len(t.nodes))
	start, stop := n.ByteRange()
	size := uint(len(t.source))
	t.nodes = append(t.nodes, treeNode{
		start: uint32(min(start, size)), stop: uint32(min(stop, size)), parent: parent, kind: kind, field: field,
	})
	*open = append(*open, index)
	return true
}

func (t *Tree) closeNode(open *[]int32) {
	last := (*open)[len(*open)-1]
	*open = (*open)[:len(*open)-1]
	t.nodes[last].end = int32(len(t.nodes))
}
