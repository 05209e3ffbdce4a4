package audit

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// heldPlace is a name that a file exports.
type heldPlace struct {
	file *File
	name string
}

// UsesHeld reports whether code of the component that serves somebody changes
// what a file exports by this name, or calls it, and whether it puts records with
// parts there.
func (c *Component) UsesHeld(f *File, name string) (used, parts bool) {
	parts, used = OfComponent(c, heldUses)[heldPlace{f, name}]
	return used, parts
}

// heldUses joins what files say that they use with the files that hold it.
func heldUses(c *Component) map[heldPlace]bool {
	g, uses := newGraph(c), map[heldPlace]bool{}
	for u := range Facts[inspect.StateUse](c, source.Prod) {
		if file, name := g.leads(u.File, u.Fact.Symbol); file != nil && file != u.File {
			place := heldPlace{file, name}
			uses[place] = uses[place] || u.Fact.Parts
		}
	}
	return uses
}

// leads follows a symbol by the import that it begins with: "./users.addUser" to
// users.js and "addUser".
func (g *graph) leads(from *File, symbol string) (found *File, name string) {
	longest := 0
	for i := range FactsIn[inspect.Import]([]*File{from}, from.Role) {
		rest, below := strings.CutPrefix(symbol, i.Fact.Path)
		if !below || rest != "" && rest[0] != '.' || len(i.Fact.Path) <= longest {
			continue
		}
		if target := g.scriptImport(from, i.Fact.Path); target != nil {
			longest, found, name = len(i.Fact.Path), target, strings.TrimPrefix(rest, ".")
		}
	}
	return found, name
}
