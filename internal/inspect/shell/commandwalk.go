package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"twelvefold/internal/inspect"
)

// commandWalk collects the simple commands of a script.
type commandWalk struct {
	*script
	last map[*syntax.Stmt]bool // statements after which nothing runs
	held map[string]string     // variables that hold one command line; see constants
	out  []inspect.Command

	looks bool // for what commands give
}

// Bounds of a command, several times what people write: words that are stated,
// and bytes of one.
const (
	maxWords = 2000
	maxWord  = 1 << 16
)

func cut(word string) string {
	if len(word) > maxWord {
		return strings.ToValidUTF8(word[:maxWord], "") + "…"
	}
	return word
}

// maxCommands is how many commands of a script are stated, several times those
// of the longest that people write.
const maxCommands = 5000

// surrounding is what a command's place says about it.
type surrounding struct {
	conditional, then, piped, background, captured, lasting bool
	guard, loop                                             string
	into                                                    string // the file that the output goes to
}

func (s *script) commands() []inspect.Command {
	if s.file == nil {
		return nil
	}
	w := &commandWalk{script: s, last: lastStatements(s.file), looks: s.whole || mayGive(s.text)}
	w.held = w.constants()
	if s.giving == nil {
		s.giving = newGiving()
	}
	w.statements(s.file.Stmts, surrounding{})
	return w.out
}

func (w *commandWalk) statements(list []*syntax.Stmt, in surrounding) {
	for _, st := range list {
		w.statement(st, in)
	}
}

func (w *commandWalk) statement(st *syntax.Stmt, in surrounding) {
	if st == nil || len(w.out) >= maxCommands {
		return
	}
	in.background = in.background || st.Background || st.Coprocess || st.Disown
	for _, r := range st.Redirs {
		w.captures(r, in)
	}
	if _, call := st.Cmd.(*syntax.CallExpr); !call && w.looks {
		if file, ok := w.output(st); ok {
			in.into = file
		}
	}
	switch cmd := st.Cmd.(type) {
	case *syntax.CallExpr:
		w.captures(cmd, in)
		w.call(st, cmd, in)
	case *syntax.DeclClause:
		w.captures(cmd, in)
		w.declaration(st, cmd, in)
	case *syntax.Block:
		w.statements(cmd.Stmts, in)
	case *syntax.Subshell:
		w.statements(cmd.Stmts, in)
	case *syntax.BinaryCmd:
		w.binary(cmd, in)
	case *syntax.TimeClause:
		w.statement(cmd.Stmt, in)
	case *syntax.CoprocClause:
		in.background = true
		w.statement(cmd.Stmt, in)
	case *syntax.WhileClause, *syntax.ForClause:
		in.lasting = in.lasting || w.last[st]
		w.loop(cmd, in)
	case *syntax.IfClause, *syntax.CaseClause, *syntax.FuncDecl:
		w.compound(cmd, in)
	case nil:
	default: // [[ ]], (( )), let
		w.captures(cmd, in)
	}
}

func (w *commandWalk) binary(cmd *syntax.BinaryCmd, in surrounding) {
	left, right := in, in
	switch cmd.Op {
	case syntax.AndStmt:
		right.then = (in.then || !in.conditional) && !isTest(cmd.X)
		right.conditional = true
		if !right.then {
			right.guard = w.guard(in, cmd.X)
		}
	case syntax.OrStmt:
		right.conditional, right.then = true, false
		right.guard = after(in.guard, "! "+w.guard(surrounding{}, cmd.X))
	default: // | and |&
		left.piped, right.piped = true, true
		if left.into = ""; w.looks {
			left.into = w.teed(cmd.Y)
		}
	}
	w.statement(cmd.X, left)
	w.statement(cmd.Y, right)
}

// maxGuard bounds the bytes of a condition that are kept.
const maxGuard = 200

// guard is a condition as written, behind those around it.
func (w *commandWalk) guard(in surrounding, condition syntax.Node) string {
	return after(in.guard, strings.TrimRight(inspect.MaskText(w.source(condition)), "; "))
}

// arm is the condition of one arm of a case: "case $1 in web|worker".
func (w *commandWalk) arm(in surrounding, selector *syntax.Word, patterns []*syntax.Word) string {
	var list []string
	for _, pattern := range patterns {
		list = append(list, w.source(pattern))
	}
	return after(in.guard, inspect.MaskText("case "+w.source(selector)+" in "+strings.Join(list, "|")))
}

// after puts a condition behind those around it.
func after(outer, inner string) string {
	if outer != "" {
		inner = outer + "; " + inner
	}
	if len(inner) > maxGuard {
		inner = strings.ToValidUTF8(inner[:maxGuard], "")
	}
	return inner
}

func (w *commandWalk) compound(cmd syntax.Command, in surrounding) {
	inner := in
	inner.conditional, inner.then = true, false
	switch cmd := cmd.(type) {
	case *syntax.IfClause:
		for clause := cmd; clause != nil; clause = clause.Else {
			w.statements(clause.Cond, in)
			inner.guard = after(in.guard, "else")
			if len(clause.Cond) > 0 {
				inner.guard = w.guard(in, clause.Cond[0])
			}
			w.statements(clause.Then, inner)
			in = inner // an elif's condition runs only when the ones before failed
		}
	case *syntax.CaseClause:
		w.captures(cmd.Word, in)
		for _, item := range cmd.Items {
			inner.guard = w.arm(in, cmd.Word, item.Patterns)
			w.statements(item.Stmts, inner)
		}
	case *syntax.FuncDecl:
		inner.guard = "()"
		w.statement(cmd.Body, inner)
	}
}

// loop walks a loop: its condition runs at least once, its body perhaps.
func (w *commandWalk) loop(cmd syntax.Command, in surrounding) {
	inner := in
	inner.conditional, inner.then = true, false
	switch cmd := cmd.(type) {
	case *syntax.WhileClause:
		head := "while "
		if cmd.Until {
			head = "until "
		}
		if n := len(cmd.Cond); n > 0 {
			from, to := int(cmd.Cond[0].Pos().Offset()), int(cmd.Cond[n-1].End().Offset())
			head += strings.TrimRight(inspect.MaskText(w.between(from, to)), "; ")
		}
		in.loop = after(in.loop, head)
		inner.loop = in.loop
		w.statements(cmd.Cond, in)
		w.statements(cmd.Do, inner)
	case *syntax.ForClause:
		w.captures(cmd.Loop, in)
		inner.loop = after(in.loop, "for")
		w.statements(cmd.Do, inner)
	}
}

// captures walks the commands whose output a node uses.
func (w *commandWalk) captures(node syntax.Node, in surrounding) {
	in.captured, in.piped = true, false
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			w.statements(n.Stmts, in)
			return false
		case *syntax.ProcSubst:
			w.statements(n.Stmts, in)
			return false
		}
		return true
	})
}

func (w *commandWalk) call(st *syntax.Stmt, call *syntax.CallExpr, in surrounding) {
	if len(call.Args) == 0 {
		return
	}
	argv := make([]string, min(len(call.Args), maxWords))
	for i := range argv {
		argv[i] = cut(w.word(call.Args[i]))
	}
	argv = w.spelled(argv, call.Args)
	if w.depth > 0 { // only what it gives is asked for
		if list := w.gives(st, argv, call, in); list != nil {
			w.out = append(w.out, inspect.Command{Gives: list})
		}
		return
	}
	c := w.command(st, argv, call.Args[0], in)
	if argv[0] == "exec" {
		if prog := execArgs(argv); len(prog) > 0 {
			c.Argv, c.Exec = prog, true
		}
	}
	c.Argv = inspect.MaskWords(c.Argv)
	for _, a := range call.Assigns[:min(len(call.Assigns), maxWords)] {
		c.Assigns = append(c.Assigns, inspect.MaskWord(w.assignment(a)))
	}
	before := len(w.giving.texts)
	c.Gives = w.gives(st, argv, call, in)
	hide(&c, w.giving.texts[before:])
	w.out = append(w.out, c)
}

// declaration is export, local, declare …: a command of its own kind in the
// tree, a simple one to who reads it.
func (w *commandWalk) declaration(st *syntax.Stmt, decl *syntax.DeclClause, in surrounding) {
	if w.depth > 0 {
		return
	}
	argv := []string{decl.Variant.Value}
	for _, a := range decl.Args[:min(len(decl.Args), maxWords)] {
		argv = append(argv, w.assignment(a))
	}
	c := w.command(st, inspect.MaskWords(argv), decl, in)
	w.out = append(w.out, c)
}

func (w *commandWalk) command(st *syntax.Stmt, argv []string, at syntax.Node, in surrounding) inspect.Command {
	c := inspect.Command{
		Argv: argv, Line: w.line(at.Pos()), Background: in.background, Conditional: in.conditional,
		Last: w.last[st] && !in.captured, Piped: in.piped, Then: in.conditional && in.then, Guard: in.guard, Captured: in.captured,
		Loop: in.loop, Lasting: in.lasting && in.loop != "" && !in.captured,
	}
	for _, r := range st.Redirs {
		op := r.Op.String()
		if r.N != nil {
			op = r.N.Value + op
		}
		redirect := inspect.Redirect{Op: op, Target: inspect.MaskWord(w.word(r.Word))}
		if r.Hdoc != nil && readsScript(argv) {
			if text := w.word(r.Hdoc); len(text) <= w.giving.shown {
				w.giving.shown -= len(text)
				redirect.Text = inspect.MaskLines(text)
			}
		}
		c.Redirects = append(c.Redirects, redirect)
	}
	return c
}

// readsScript reports whether a command runs the script that it reads from its
// standard input: a shell without one as an argument, or ssh.
func readsScript(argv []string) bool {
	for _, word := range argv {
		name := word[strings.LastIndexByte(word, '/')+1:]
		if name == "ssh" || name != "" && IsShellName(name) {
			return true
		}
	}
	return false
}

// execArgs is what exec replaces the shell with: exec -a name prog arg.
func execArgs(argv []string) []string {
	rest := argv[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		if strings.HasSuffix(rest[0], "a") && len(rest) > 1 {
			rest = rest[1:]
		}
		rest = rest[1:]
	}
	return rest
}

func (w *commandWalk) assignment(a *syntax.Assign) string {
	if a.Naked || a.Name == nil {
		if a.Value != nil {
			return w.word(a.Value)
		}
		if a.Name != nil {
			return a.Name.Value
		}
		return ""
	}
	switch {
	case a.Array != nil:
		return a.Name.Value + "=" + w.source(a.Array)
	case a.Value == nil:
		return a.Name.Value + "="
	}
	return a.Name.Value + "=" + w.word(a.Value)
}

// isTest reports whether a statement only looks at something: what stands
// behind it and && is guarded, not merely next.
func isTest(st *syntax.Stmt) bool {
	if st.Negated {
		return true
	}
	switch cmd := st.Cmd.(type) {
	case *syntax.TestClause, *syntax.ArithmCmd:
		return true
	case *syntax.CallExpr:
		if len(cmd.Args) == 0 {
			return false
		}
		switch cmd.Args[0].Lit() {
		case "[", "test", "command", "which", "type", "grep", "hash", "false":
			return true
		}
	case *syntax.BinaryCmd:
		return isTest(cmd.Y)
	}
	return false
}
