package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"twelvefold/internal/inspect"
)

// shellOwn are variables that the shell itself sets: reading them says nothing
// about the environment.
var shellOwn = map[string]bool{
	"BASH": true, "BASHPID": true, "BASHOPTS": true, "BASH_SOURCE": true, "BASH_VERSION": true, "BASH_VERSINFO": true,
	"BASH_LINENO": true, "BASH_REMATCH": true, "BASH_COMMAND": true, "BASH_SUBSHELL": true, "DIRSTACK": true,
	"EPOCHREALTIME": true, "EPOCHSECONDS": true, "EUID": true, "FUNCNAME": true, "GROUPS": true, "HOSTTYPE": true,
	"IFS": true, "LINENO": true, "MACHTYPE": true, "OLDPWD": true, "OPTARG": true, "OPTERR": true, "OPTIND": true,
	"OSTYPE": true, "PIPESTATUS": true, "PPID": true, "PS1": true, "PS4": true, "PWD": true, "RANDOM": true,
	"REPLY": true, "SECONDS": true, "SHELLOPTS": true, "SHLVL": true, "SRANDOM": true, "UID": true, "_": true,
}

// variableWalk follows a script from top to bottom: a variable that the script
// has not assigned before it reads it comes from the environment.
type variableWalk struct {
	*script
	nounset  bool // reading an unset variable ends the script
	assigned map[string]bool
	path     []syntax.Node
	function int // how many function bodies the walk is in
	reads    []shellRead
	out      *inspect.Emitter
}

type shellRead struct {
	inspect.EnvRead
	line     int
	deferred bool // in a function: it runs after what stands below it
}

// variables emits an EnvRead for each variable read from the environment (once
// a line) and a Credential for each literal assigned to a secret's name.
func (s *script) variables(e *inspect.Emitter, nounset bool) {
	w := &variableWalk{script: s, nounset: nounset, assigned: map[string]bool{}, out: e}
	syntax.Walk(s.file, func(n syntax.Node) bool {
		if n == nil {
			w.leave(w.path[len(w.path)-1])
			w.path = w.path[:len(w.path)-1]
			return false
		}
		w.enter(n)
		w.path = append(w.path, n)
		return true
	})
	type place struct {
		name, via string
		line      int
	}
	seen := map[place]bool{}
	for _, r := range w.reads {
		at := place{r.Name, r.Via, r.line}
		if seen[at] || r.deferred && w.assigned[r.Name] {
			continue
		}
		seen[at] = true
		e.Emit(r.line, r.line, r.EnvRead)
	}
}

func (w *variableWalk) enter(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.FuncDecl:
		w.function++
	case *syntax.ParamExp:
		w.read(n)
	case *syntax.WordIter:
		w.assigned[n.Name.Value] = true
	}
}

func (w *variableWalk) leave(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.FuncDecl:
		w.function--
	case *syntax.Assign:
		w.assign(n)
	case *syntax.ParamExp:
		if n.Param != nil && n.Exp != nil && (n.Exp.Op == syntax.AssignUnset || n.Exp.Op == syntax.AssignUnsetOrNull) {
			w.assigned[n.Param.Value] = true
		}
	case *syntax.CallExpr:
		w.call(n)
	case *syntax.BinaryArithm:
		switch op := n.Op.String(); op {
		case "==", "!=", "<=", ">=":
		default:
			if strings.HasSuffix(op, "=") {
				w.assignArithmetic(n.X)
			}
		}
	case *syntax.UnaryArithm:
		if op := n.Op.String(); op == "++" || op == "--" {
			w.assignArithmetic(n.X)
		}
	}
}

func (w *variableWalk) assignArithmetic(x syntax.ArithmExpr) {
	if word, ok := x.(*syntax.Word); ok {
		w.assigned[word.Lit()] = true
	}
}

// assign notes an assignment that lasts: not NAME=value before a command, and
// not a bare "export NAME".
func (w *variableWalk) assign(a *syntax.Assign) {
	if a.Name == nil {
		return
	}
	w.credential(a)
	if parent := len(w.path) - 2; parent >= 0 {
		switch p := w.path[parent].(type) {
		case *syntax.CallExpr:
			if len(p.Args) > 0 {
				return
			}
		case *syntax.DeclClause:
			if a.Naked && (p.Variant.Value == "export" || p.Variant.Value == "readonly") {
				return
			}
		}
	}
	w.assigned[a.Name.Value] = true
}

// call notes what builtins assign and whether unset variables end the script.
func (w *variableWalk) call(call *syntax.CallExpr) {
	if len(call.Args) == 0 {
		return
	}
	switch call.Args[0].Lit() {
	case "read", "mapfile", "readarray", "getopts", "unset", "declare", "local", "typeset":
		for _, word := range call.Args[1:] {
			w.assigned[word.Lit()] = true
		}
	case "printf":
		if len(call.Args) > 2 && call.Args[1].Lit() == "-v" {
			w.assigned[call.Args[2].Lit()] = true
		}
	case "set":
		for i, word := range call.Args[1:] {
			option := word.Lit()
			if strings.HasPrefix(option, "-") && strings.Contains(option, "u") || option == "nounset" && i > 0 {
				w.nounset = true
			}
		}
	}
}

func (w *variableWalk) credential(a *syntax.Assign) {
	text, ok := literalWord(a.Value)
	if !ok || text == "" || strings.Contains(text, "\x01") {
		return
	}
	line := w.line(a.Pos())
	if inspect.IsSecretName(a.Name.Value) && !inspect.SaysOtherwise(text) {
		w.out.Emit(line, line, inspect.Credential{Name: a.Name.Value, Via: "assignment", Secret: inspect.NewSecret(text)})
		return
	}
	if v := inspect.LitOf(text); v.Secret != nil {
		w.out.Emit(line, line, inspect.Credential{Name: a.Name.Value, Via: "assignment", Secret: *v.Secret, Host: hostOf(text)})
	}
}

// hostOf is the host of scheme://user:password@host…, or "".
func hostOf(url string) string {
	if m := inspect.Userinfo.FindString(url); m != "" {
		rest := url[len(m):]
		if end := strings.IndexAny(rest, ":/?#, "); end >= 0 {
			rest = rest[:end]
		}
		return rest
	}
	return ""
}

// literalWord is a word that no expansion is in.
func literalWord(word *syntax.Word) (string, bool) {
	if word == nil {
		return "", false
	}
	var b strings.Builder
	for _, part := range word.Parts {
		switch part := part.(type) {
		case *syntax.Lit:
			b.WriteString(unescape(part.Value, false))
		case *syntax.SglQuoted:
			b.WriteString(part.Value)
		case *syntax.DblQuoted:
			for _, p := range part.Parts {
				lit, ok := p.(*syntax.Lit)
				if !ok {
					return "", false
				}
				b.WriteString(unescape(lit.Value, true))
			}
		default:
			return "", false
		}
	}
	return b.String(), true
}

func (w *variableWalk) read(p *syntax.ParamExp) {
	if p.Param == nil || p.Index != nil || p.Excl || p.Names != 0 {
		return
	}
	name := p.Param.Value
	if !IsVariableName(name) || shellOwn[name] || w.assigned[name] {
		return
	}
	r := shellRead{line: w.line(p.Pos()), deferred: w.function > 0}
	r.EnvRead = inspect.EnvRead{Name: name, Via: "${}", Secret: inspect.IsSecretName(name), Required: w.nounset}
	if p.Exp != nil {
		switch p.Exp.Op {
		case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.AssignUnset, syntax.AssignUnsetOrNull:
			r.Via, r.Required, r.Fallback = "${:-}", false, w.value(name, p.Exp.Word)
		case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
			r.Via, r.Required = "${:?}", true
		case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
			r.Via, r.Required = "${:+}", false
		}
	}
	w.reads = append(w.reads, r)
}

// value is what a word tells: a literal, other variables, or the output of a
// command, of which those that make random bytes are known.
func (w *variableWalk) value(name string, word *syntax.Word) inspect.Value {
	if word == nil {
		return inspect.Lit("")
	}
	if text, ok := literalWord(word); ok {
		return inspect.LiteralOf(name, w.restore(text))
	}
	v := inspect.Value{Source: inspect.Unknown}
	syntax.Walk(word, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			if isRandom(w.source(n)) {
				v.Source = inspect.Random
			}
			return false
		case *syntax.ParamExp:
			if n.Param != nil && IsVariableName(n.Param.Value) && v.Source != inspect.Random {
				v.Env = append(v.Env, n.Param.Value)
			}
		}
		return true
	})
	if v.Source == inspect.Unknown && len(v.Env) > 0 {
		v.Source = inspect.Env
	}
	return v
}

// isRandom reports whether a command's text makes bytes that differ each time.
func isRandom(command string) bool {
	for _, source := range []string{"openssl rand", "/dev/urandom", "/dev/random", "uuidgen", "pwgen", "get_random_secret_key", "token_hex", "token_urlsafe", "randomBytes"} {
		if strings.Contains(command, source) {
			return true
		}
	}
	return false
}

// IsVariableName reports whether name can stand in an environment: not $1, $@.
func IsVariableName(name string) bool {
	for i, c := range name {
		if c != '_' && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
