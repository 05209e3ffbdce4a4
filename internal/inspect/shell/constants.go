package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// constants are the variables that a script assigns once, to a text with
// nothing but other variables in it: ARTISAN="php ${ROOT}/artisan".
func (w *commandWalk) constants() map[string]string {
	values := map[string]string{}
	assign := func(a *syntax.Assign) {
		if a.Name == nil || a.Naked {
			return
		}
		name := a.Name.Value
		if _, again := values[name]; again || a.Append || a.Index != nil || a.Array != nil || computed(a.Value) {
			values[name] = ""
			return
		}
		values[name] = w.word(a.Value)
	}
	syntax.Walk(w.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CallExpr:
			for _, a := range n.Assigns {
				assign(a)
			}
			if len(n.Args) > 1 && n.Args[0].Lit() == "read" {
				for _, word := range n.Args[1:] {
					values[word.Lit()] = ""
				}
			}
		case *syntax.DeclClause:
			for _, a := range n.Args {
				assign(a)
			}
		case *syntax.WordIter:
			values[n.Name.Value] = ""
		}
		return true
	})
	return values
}

// computed reports whether a word is more than text and plain variables.
func computed(word *syntax.Word) bool {
	if word == nil {
		return true
	}
	found := false
	syntax.Walk(word, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp, *syntax.ExtGlob:
			found = true
		case *syntax.ParamExp:
			found = found || variable(n) == ""
		}
		return !found
	})
	return found
}

// variable is the name of a plain expansion, $NAME or ${NAME}, else "".
func variable(p *syntax.ParamExp) string {
	if p.Param == nil || p.Exp != nil || p.Repl != nil || p.Slice != nil || p.Index != nil || p.Length || p.Excl || p.Width || p.Names != 0 {
		return ""
	}
	return p.Param.Value
}

// spelled is a command's words with the variable in the program's place, behind
// exec at most, replaced by the words that it holds: $ARTISAN migrate.
func (w *commandWalk) spelled(argv []string, words []*syntax.Word) []string {
	at := 0
	if argv[0] == "exec" && len(argv) > 1 {
		at = 1
	}
	if len(words[at].Parts) != 1 {
		return argv
	}
	expansion, ok := words[at].Parts[0].(*syntax.ParamExp)
	if !ok {
		return argv
	}
	held := strings.Fields(w.held[variable(expansion)])
	if len(held) == 0 || strings.HasPrefix(held[0], "$") {
		return argv
	}
	list := append(argv[:at:at], held...)
	return append(list, argv[at+1:]...)
}
