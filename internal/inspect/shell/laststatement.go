package shell

import "mvdan.cc/sh/v3/syntax"

// lastStatements finds the statements after which the script runs nothing:
// those that a shell could hand its process to. A call of the script's own
// function is followed into it.
func lastStatements(file *syntax.File) map[*syntax.Stmt]bool {
	functions := map[string]*syntax.Stmt{}
	syntax.Walk(file, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FuncDecl); ok && f.Name != nil {
			functions[f.Name.Value] = f.Body
		}
		return true
	})
	last := map[*syntax.Stmt]bool{}
	var mark func(list []*syntax.Stmt)
	mark = func(list []*syntax.Stmt) {
		if len(list) == 0 {
			return
		}
		st := list[len(list)-1]
		if st.Background || st.Coprocess || last[st] {
			return
		}
		switch cmd := st.Cmd.(type) {
		case *syntax.CallExpr:
			if len(cmd.Args) > 0 {
				if body, own := functions[cmd.Args[0].Lit()]; own {
					delete(functions, cmd.Args[0].Lit())
					mark([]*syntax.Stmt{body})
					return
				}
			}
			last[st] = true
		case *syntax.DeclClause, *syntax.WhileClause, *syntax.ForClause:
			last[st] = true // of a loop: as a whole
		case *syntax.Block:
			mark(cmd.Stmts)
		case *syntax.BinaryCmd:
			if cmd.Op == syntax.AndStmt || cmd.Op == syntax.OrStmt {
				mark([]*syntax.Stmt{cmd.Y})
			}
		case *syntax.IfClause:
			for clause := cmd; clause != nil; clause = clause.Else {
				mark(clause.Then)
			}
		case *syntax.CaseClause:
			for _, item := range cmd.Items {
				mark(item.Stmts)
			}
		}
	}
	mark(file.Stmts)
	return last
}
