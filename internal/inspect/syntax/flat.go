//go:build cgo && linux

package syntax

/*
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

// The part of tree-sitter's public C API (tree_sitter/api.h, ABI 15) that the
// binding links in but does not hand out. Weak: this package is linked on its
// own once while it is built, and finds them in the whole program.
typedef struct { uint32_t context[4]; const void *id; const void *tree; } TSNode;
typedef struct { const void *tree; const void *id; uint32_t context[3]; } TSTreeCursor;
#define WEAK __attribute__((weak))
extern void ts_set_allocator(void *(*)(size_t), void *(*)(size_t, size_t), void *(*)(void *, size_t), void (*)(void *)) WEAK;
extern TSTreeCursor ts_tree_cursor_new(TSNode) WEAK;
extern void ts_tree_cursor_delete(TSTreeCursor *) WEAK;
extern TSNode ts_tree_cursor_current_node(const TSTreeCursor *) WEAK;
extern uint16_t ts_tree_cursor_current_field_id(const TSTreeCursor *) WEAK;
extern bool ts_tree_cursor_goto_first_child(TSTreeCursor *) WEAK;
extern bool ts_tree_cursor_goto_next_sibling(TSTreeCursor *) WEAK;
extern bool ts_tree_cursor_goto_parent(TSTreeCursor *) WEAK;
extern uint16_t ts_node_symbol(TSNode) WEAK;
extern uint32_t ts_node_start_byte(TSNode) WEAK;
extern uint32_t ts_node_end_byte(TSNode) WEAK;

// libc's own functions instead of the binding's detour through Go.
static void restore_allocator(void) {
	ts_set_allocator(malloc, calloc, realloc, free);
}

typedef struct { uint32_t start, stop; int32_t parent, end; uint16_t kind, field; } flat;
typedef struct { flat *nodes; int32_t count, room; } flat_tree;

static bool add(flat_tree *t, flat n) {
	if (t->count == t->room) {
		int32_t room = t->room ? t->room * 2 : 1024;
		flat *grown = realloc(t->nodes, (size_t)room * sizeof(flat));
		if (!grown) return false;
		t->nodes = grown;
		t->room = room;
	}
	t->nodes[t->count++] = n;
	return true;
}

// Copies the tree below root in source order, parents first. keep[kind] is 0
// for punctuation, which is left out unless it has a field. Symbols from kinds
// on are errors and become kinds. Levels below depth are left out.
static bool flatten(const TSNode *root, const uint8_t *keep, uint16_t kinds, int depth, flat_tree *t) {
	TSTreeCursor cursor = ts_tree_cursor_new(*root);
	int32_t *open = malloc((size_t)depth * sizeof(int32_t));
	int level = 0;
	bool ok = open != NULL;
	while (ok) {
		TSNode n = ts_tree_cursor_current_node(&cursor);
		uint16_t kind = ts_node_symbol(n), field = ts_tree_cursor_current_field_id(&cursor);
		if (kind >= kinds) kind = kinds;
		bool entered = kind == kinds || keep[kind] || field;
		if (entered) {
			flat f = { ts_node_start_byte(n), ts_node_end_byte(n), level ? open[level - 1] : -1, 0, kind, field };
			ok = add(t, f);
			if (!ok) break;
			open[level++] = t->count - 1;
			if (level < depth && ts_tree_cursor_goto_first_child(&cursor)) continue;
			t->nodes[open[--level]].end = t->count;
		}
		bool moved;
		while (!(moved = ts_tree_cursor_goto_next_sibling(&cursor)) && ts_tree_cursor_goto_parent(&cursor))
			t->nodes[open[--level]].end = t->count;
		if (!moved) break;
	}
	free(open);
	ts_tree_cursor_delete(&cursor);
	return ok;
}
*/
import "C"

import (
	"sync"
	"unsafe"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// prepareParser lets tree-sitter allocate with libc itself, which takes a
// third off a parse.
var prepareParser = sync.OnceFunc(func() { C.restore_allocator() })

// copyFrom reads the C tree in one call: a call for each node would cost as
// much as the parse. It gives exactly what copySlowly gives.
func (t *Tree) copyFrom(parsed *sitter.Tree, tables *tables) {
	t.kinds = tables.withError
	keep := make([]C.uint8_t, len(tables.kinds))
	for i, kind := range tables.kinds {
		if kind.named || kind.word {
			keep[i] = 1
		}
	}
	root := parsed.RootNode() // its only field is the C node
	var out C.flat_tree
	defer func() { C.free(unsafe.Pointer(out.nodes)) }()
	if !C.flatten((*C.TSNode)(unsafe.Pointer(root)), &keep[0], C.uint16_t(len(keep)), maxTreeDepth, &out) {
		return // out of memory: no nodes
	}
	flat := unsafe.Slice((*treeNode)(unsafe.Pointer(out.nodes)), int(out.count))
	t.nodes = append(t.nodes, flat...)
	for i := range t.nodes {
		n := &t.nodes[i]
		n.start, n.stop = min(n.start, uint32(len(t.source))), min(n.stop, uint32(len(t.source)))
	}
}
