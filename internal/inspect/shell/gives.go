package shell

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/accounts"
)

// maxRemote bounds how deep scripts stand in each other: sh -c in a heredoc of
// ssh in a script.
const maxRemote = 3

// gives lists the secrets that a statement's command has in its words and its
// heredocs and hands on: into a file of settings, or to a tool that keeps them.
func (w *commandWalk) gives(st *syntax.Stmt, argv []string, call *syntax.CallExpr, in surrounding) []inspect.Given {
	g := &givenWalk{commandWalk: w, into: in.into}
	argv, words := withoutWrapper(argv, call.Args)
	program := ""
	if len(argv) > 0 {
		program = path.Base(argv[0])
	}
	if program == "tee" {
		g.into = lastOperand(argv)
	}
	for _, r := range st.Redirs {
		if op := r.Op; r.N == nil && (op == syntax.RdrOut || op == syntax.AppOut || op == syntax.RdrClob) && program != "tee" {
			g.into = w.word(r.Word)
		}
	}
	for _, r := range st.Redirs {
		if r.Hdoc == nil {
			continue
		}
		text, line := w.source(r.Hdoc), w.line(r.Hdoc.Pos())
		switch {
		case readsScript(argv):
			g.nested(text, line, ofSSH(argv))
		case program == "cat" || program == "tee":
			g.settings(text, line)
		default:
			g.logins(text, line)
		}
	}
	if program != "" {
		g.words(program, argv, words)
	}
	for _, a := range call.Assigns {
		if text, ok := literalWord(a.Value); ok && a.Name != nil && clientVariables[a.Name.Value] {
			g.add(a.Name.Value, text, inspect.Given{Via: "tool", Into: program, Line: w.line(a.Pos())})
		}
	}
	return g.list
}

// clientVariables are what a client of a database reads its password from.
var clientVariables = map[string]bool{"PGPASSWORD": true, "MYSQL_PWD": true, "REDISCLI_AUTH": true, "SSHPASS": true}

// givenWalk collects what one command gives.
type givenWalk struct {
	*commandWalk
	into string // the file that the command's output goes to
	list []inspect.Given
}

// words reads a command by its words.
func (g *givenWalk) words(program string, argv []string, words []*syntax.Word) {
	lineOf := func(i int) int { return g.line(words[min(i, len(words)-1)].Pos()) }
	switch {
	case program == "echo" || program == "printf":
		g.printed(argv, lineOf)
	case program == "sed" && slices.ContainsFunc(argv, inPlace.MatchString):
		g.replaced(argv, lineOf)
	case program == "ssh" || program == "sshpass" || IsShellName(program) && slices.ContainsFunc(argv, runsText.MatchString):
		for i, word := range argv[1:] {
			if strings.ContainsAny(word, " \n") {
				g.nested(word, lineOf(i+1), ofSSH(argv))
			}
		}
	case !prints[program]:
		for i, word := range argv[1:] {
			if strings.Contains(word, "'") {
				g.logins(word, lineOf(i+1))
			}
		}
	}
	g.tool(program, argv, lineOf)
}

var (
	inPlace  = regexp.MustCompile(`^(-[a-zA-Z]*i|--in-place)`)
	runsText = regexp.MustCompile(`^-[a-z]*c$`)
	prints   = map[string]bool{"cat": true, "grep": true, "tee": true, "export": true, "awk": true, "sed": true}
)

// printed reads what echo and printf write into a file.
func (g *givenWalk) printed(argv []string, lineOf func(int) int) {
	if g.into == "" {
		return
	}
	for i := 1; i < len(argv); i++ {
		text := argv[i]
		if argv[0] == "printf" && i == 1 {
			for _, given := range argv[2:] {
				text = strings.Replace(text, "%s", given, 1)
			}
		}
		if strings.Contains(text, `\n`) {
			text = strings.ReplaceAll(text, `\n`, "\n")
			for line := range strings.Lines(text) {
				g.settings(strings.TrimRight(line, "\n"), lineOf(i))
			}
			continue
		}
		g.settings(text, lineOf(i))
	}
}

// replaced reads what sed -i puts into a file.
func (g *givenWalk) replaced(argv []string, lineOf func(int) int) {
	g.into = argv[len(argv)-1]
	for i, word := range argv[1:] {
		at := strings.Index(word, "s")
		if at < 0 || at+1 >= len(word) || !strings.ContainsRune("/|#,@~:!%", rune(word[at+1])) {
			continue
		}
		parts := strings.Split(strings.ReplaceAll(word[at+2:], `\`+word[at+1:at+2], "\x00"), word[at+1:at+2])
		if len(parts) >= 2 && !strings.Contains(parts[1], `\1`) {
			g.settings(strings.ReplaceAll(parts[1], "\x00", word[at+1:at+2]), lineOf(i+1))
		}
	}
}

// settings reads lines of a file of settings.
func (g *givenWalk) settings(text string, line int) {
	if g.into == "" || passing.MatchString(g.into) {
		return
	}
	for i, row := range strings.Split(text, "\n") {
		m := settingLine.FindStringSubmatch(row)
		if m == nil {
			continue
		}
		name, value := m[1], m[2]
		if name == "Environment" { // of a unit of systemd
			name, value, _ = strings.Cut(strings.Trim(value, `"'`), "=")
		}
		value = strings.TrimRight(value, ", ;")
		bare := strings.Trim(value, `"'`)
		if bare == value && strings.ContainsAny(value, " \t([") || strings.ContainsAny(bare, "\"'") {
			continue // code, or a sentence
		}
		g.add(name, bare, inspect.Given{Via: "file", Into: g.into, Line: line + i})
	}
}

var (
	// settingLine is NAME=value, name: value or "name": "value".
	settingLine = regexp.MustCompile(`^\s*(?:export\s+|set\s+)?["']?([A-Za-z_][\w.-]*)["']?(?:\s*=\s*|:\s+)(\S.*?)\s*$`)
	// passing are files that nobody keeps, or that only pass something on.
	passing = regexp.MustCompile(`(?i)^(/dev/(null|stdout|stderr|fd/\d+|tty)|-)$|GITHUB_(OUTPUT|ENV|STEP_SUMMARY|STATE)|BASH_ENV|\.(log|md|txt|html?|sh|php|js|ts|py)$`)
)

// logins reads statements of SQL that make a login of a database or change its password.
func (g *givenWalk) logins(text string, line int) {
	var inside inspect.Emitter
	if accounts.SQL(&inside, []byte(text)) != nil {
		return
	}
	for _, s := range inside.Signals {
		if c, ok := s.Fact.(inspect.Credential); ok && !c.Paired {
			g.list = append(g.list, inspect.Given{Name: c.Name, Via: "login", Secret: c.Secret, Line: line + s.Line - 1})
		}
	}
}

// nested reads a script that another shell is given.
func (g *givenWalk) nested(text string, line int, remote bool) {
	if g.depth >= maxRemote {
		return
	}
	for _, given := range givenIn(text, line, g.depth+1) {
		given.Remote = given.Remote || remote
		g.list = append(g.list, given)
	}
}

// Given lists the secrets that the commands of a script hand on.
func Given(text string, firstLine int) []inspect.Given { return givenIn(text, firstLine, 0) }

func givenIn(text string, firstLine, depth int) []inspect.Given {
	s, _ := parseScript(text, firstLine, syntax.LangBash)
	if s == nil {
		return nil
	}
	s.depth = depth
	var list []inspect.Given
	for _, c := range s.commands() {
		list = append(list, c.Gives...)
	}
	return list
}

// add notes a literal that is a secret by its name, or by the password in its address.
func (g *givenWalk) add(name, text string, given inspect.Given) {
	if text == "" || notWritten.MatchString(text) || inspect.SaysOtherwise(text) {
		return
	}
	given.Name = name
	if v := inspect.LitOf(text); v.Secret != nil {
		given.Secret, given.Host = *v.Secret, hostOf(text)
	} else if inspect.IsSecretName(name) || clientVariables[name] {
		given.Secret = inspect.NewSecret(text)
	} else {
		return
	}
	g.list = append(g.list, given)
}

// notWritten is what something else fills in: a variable, an expression of a pipeline,
// a parameter of a framework, an entry of a vault.
var notWritten = regexp.MustCompile("[$`\x01]|^[%<@&*]|^\\*|\\{\\{|%\\(|<%|<[a-z_ -]+>|#\\{|(?i:_(test|live)_(your|xx|key|change|replace|\\.))|^(arn|vault|op|ref|sm|ssm|secretref|azurekeyvault):")

// ofSSH reports whether a command runs something on another machine.
func ofSSH(argv []string) bool {
	return slices.ContainsFunc(argv, func(word string) bool { return path.Base(word) == "ssh" })
}

// withoutWrapper is a command behind sudo and its options, and behind docker exec.
func withoutWrapper(argv []string, words []*syntax.Word) ([]string, []*syntax.Word) {
	for len(argv) > 1 && len(words) == len(argv) && (argv[0] == "sudo" || argv[0] == "nohup" || argv[0] == "env" || argv[0] == "exec") {
		n := 1
		for n < len(argv)-1 && strings.HasPrefix(argv[n], "-") {
			if argv[n] == "-u" || argv[n] == "-g" {
				n++
			}
			n++
		}
		n = min(n, len(argv)-1)
		argv, words = argv[n:], words[n:]
	}
	return argv, words
}

// lastOperand is the last word of a command that is no option.
func lastOperand(argv []string) string {
	for i := len(argv) - 1; i > 0; i-- {
		if !strings.HasPrefix(argv[i], "-") {
			return argv[i]
		}
	}
	return ""
}

// teed is the file that a statement writes what it reads into, or "".
func (w *commandWalk) teed(st *syntax.Stmt) string {
	call, ok := st.Cmd.(*syntax.CallExpr)
	if !ok {
		return ""
	}
	var argv []string
	for _, word := range call.Args {
		argv = append(argv, w.word(word))
	}
	if argv, _ = withoutWrapper(argv, call.Args); len(argv) > 1 && argv[0] == "tee" {
		return lastOperand(argv)
	}
	return ""
}
