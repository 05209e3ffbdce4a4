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
		if values[name] != "" && names(a.Value, name) && !computed(a.Value) {
			return // puts something around the command: cmd="su app -c '$cmd'"
		}
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

// names reports whether a word has a variable in it.
func names(word *syntax.Word, name string) (found bool) {
	if word == nil {
		return false
	}
	syntax.Walk(word, func(n syntax.Node) bool {
		p, ok := n.(*syntax.ParamExp)
		found = found || ok && variable(p) == name
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
// exec or eval at most, replaced by the words that it holds: $ARTISAN migrate.
func (w *commandWalk) spelled(argv []string, words []*syntax.Word) []string {
	at := 0
	if (argv[0] == "exec" || argv[0] == "eval") && len(argv) > 1 {
		at = 1
	}
	expansion := alone(words[at], argv[0] == "eval")
	if expansion == nil {
		return argv
	}
	held := strings.Fields(w.held[variable(expansion)])
	if len(held) == 0 || strings.HasPrefix(held[0], "$") {
		return argv
	}
	kept := at
	if argv[0] == "eval" {
		kept = 0
	}
	list := append(argv[:kept:kept], held...)
	return append(list, argv[at+1:]...)
}

// alone is the expansion that a word is nothing but: for eval, which splits what
// it is given, also in quotes.
func alone(word *syntax.Word, eval bool) *syntax.ParamExp {
	if len(word.Parts) != 1 {
		return nil
	}
	part := word.Parts[0]
	if quoted, ok := part.(*syntax.DblQuoted); ok && eval && len(quoted.Parts) == 1 {
		part = quoted.Parts[0]
	}
	expansion, _ := part.(*syntax.ParamExp)
	return expansion
}
