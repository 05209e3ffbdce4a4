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

// Bounds of what is looked through for what commands give: several times what
// people write, and little enough that a hostile script costs no more than others.
const (
	maxNested     = 3       // scripts in each other: sh -c in a heredoc of ssh in a script
	maxNestedText = 1 << 18 // bytes of all scripts in a script
	maxGiven      = 100     // secrets of one script, with those in it
	maxGivenText  = 1 << 16 // bytes of one heredoc or word
	maxGivenWords = 400     // words of a command
	maxGivenName  = 80      // bytes of a name, and of what it is given to
)

// giving is what the reading of a script and of those in it has left to it.
type giving struct {
	secrets int
	text    int      // bytes of scripts in it
	shown   int      // bytes of what stands behind its commands to be kept
	texts   []string // the secrets, which nothing may keep
}

func newGiving() *giving {
	return &giving{secrets: maxGiven, text: maxNestedText, shown: maxNestedText / 2}
}

// givenMarks are the texts without which a script gives no secret: what its name
// holds, how an address or a token is known, what a tool takes behind an option
// without a name.
var givenMarks = append(append(inspect.SecretRoots(), "://", "mysql", "mariadb", "redis-cli", "login", "identified"), lowered(inspect.TokenMarks())...)

func lowered(list []string) []string {
	for i := range list {
		list[i] = strings.ToLower(list[i])
	}
	return list
}

// mayGive reports whether a script is worth looking through.
func mayGive(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(givenMarks, func(mark string) bool { return strings.Contains(text, mark) })
}

// Given lists the secrets that the commands of a script hand on. Remote says that
// it runs on another machine.
func Given(text string, firstLine int, remote bool) []inspect.Given {
	return givenIn(text, firstLine, &script{remote: remote, giving: newGiving()})
}

// givenIn reads a script that stands in another.
func givenIn(text string, firstLine int, outer *script) []inspect.Given {
	if !mayGive(text) {
		return nil
	}
	s, _ := parseScript(text, firstLine, syntax.LangBash)
	if s == nil {
		return nil
	}
	s.depth, s.remote, s.giving = outer.depth+1, outer.remote, outer.giving
	var list []inspect.Given
	for _, c := range s.commands() {
		list = append(list, c.Gives...)
	}
	return list
}

// gives lists the secrets that a statement's command has in its words and its
// heredocs and hands on: into a file of settings, to a tool that keeps them or
// signs in with them, to a login of a database.
func (w *commandWalk) gives(st *syntax.Stmt, argv []string, call *syntax.CallExpr, in surrounding) []inspect.Given {
	if !w.looks || w.giving.secrets <= 0 {
		return nil
	}
	g := &givenWalk{commandWalk: w, into: in.into, words: call.Args}
	argv = g.served(argv[:min(len(argv), maxGivenWords)])
	program := ""
	if len(argv) > 0 {
		program = path.Base(argv[0])
	}
	if program == "tee" {
		g.into = lastOperand(argv)
	} else if file, ok := w.output(st); ok {
		g.into = file
	}
	for _, r := range st.Redirs {
		switch {
		case r.Hdoc != nil:
			g.heredoc(program, argv, w.source(r.Hdoc), w.line(r.Hdoc.Pos()))
		case r.Op == syntax.WordHdoc && (program == "tee" || program == "cat"):
			g.settings(w.word(r.Word), w.line(r.Word.Pos()))
		}
	}
	if program != "" {
		g.command(program, argv)
	}
	for _, a := range call.Assigns[:min(len(call.Assigns), maxGivenWords)] {
		if a.Name != nil && clientVariables[a.Name.Value] {
			if text, ok := literalWord(a.Value); ok {
				g.ofClient(program, argv, a.Name.Value, text, w.line(a.Pos()))
			}
		}
	}
	return g.list
}

// output is the file that a statement writes what it says into.
func (w *commandWalk) output(st *syntax.Stmt) (file string, ok bool) {
	for _, r := range st.Redirs {
		if (r.N == nil || r.N.Value == "1") && (r.Op == syntax.RdrOut || r.Op == syntax.AppOut || r.Op == syntax.RdrClob) {
			file, ok = w.word(r.Word), true
		}
	}
	return file, ok
}

// givenWalk collects what one command gives.
type givenWalk struct {
	*commandWalk
	words []*syntax.Word // of the whole command
	into  string         // the file that the command's output goes to
	list  []inspect.Given
	first int // of the command's words, behind what runs it
}

// lineOf is the line of a word behind what runs the command.
func (g *givenWalk) lineOf(i int) int {
	return g.line(g.words[min(g.first+i, len(g.words)-1)].Pos())
}

// served is a command behind sudo, env and their like, and behind sshpass, whose
// password is a secret.
func (g *givenWalk) served(argv []string) []string {
	for len(argv) > 1 {
		n := 1
		switch path.Base(argv[0]) {
		case "sudo", "doas", "nohup", "exec", "command", "time":
			for n < len(argv)-1 && strings.HasPrefix(argv[n], "-") {
				if argv[n] == "-u" || argv[n] == "-g" {
					n++
				}
				n++
			}
		case "timeout":
			for n < len(argv)-1 && strings.HasPrefix(argv[n], "-") {
				n++
			}
			n++
		case "env":
			for n < len(argv)-1 && (strings.HasPrefix(argv[n], "-") || strings.Contains(argv[n], "=")) {
				n++
			}
			for i, word := range argv[1:n] {
				if name, value, _ := strings.Cut(word, "="); clientVariables[name] {
					g.ofClient(path.Base(argv[n]), argv[n:], name, value, g.lineOf(i+1))
				}
			}
		case "sshpass":
			n = g.sshpass(argv)
		default:
			return argv
		}
		if n >= len(argv) {
			return argv[len(argv)-1:]
		}
		g.first += n
		argv = argv[n:]
	}
	return argv
}

// command reads a command by its words.
func (g *givenWalk) command(program string, argv []string) {
	switch {
	case program == "echo" || program == "printf":
		g.printed(program, argv)
	case program == "sed" && slices.ContainsFunc(argv, inPlace.MatchString):
		g.replaced(argv)
	case program == "ssh" || program == "autossh":
		if to, rest := destination(argv); rest > 0 && rest < len(argv) && !nearby(to, argv) {
			g.nested(strings.Join(argv[rest:], " "), g.lineOf(rest), true)
		}
	case program == "gcloud" && allIn(argv, []string{"compute", "ssh"}) > 0:
		for i := range argv {
			if text := behindFlag(argv, i, "--command", false); text != "" {
				g.nested(text, g.lineOf(i), true)
			}
		}
	case IsShellName(program) || program == "su":
		for i, word := range argv[1:] {
			if runsText.MatchString(word) && i+2 < len(argv) {
				g.nested(argv[i+2], g.lineOf(i+2), g.remote)
				break
			}
		}
	case slices.ContainsFunc(argv, speaksSQL):
		for i, word := range argv[1:] {
			if strings.Contains(word, "'") {
				g.logins(word, g.lineOf(i+1), hostOfClient(argv))
			}
		}
	}
	g.tool(program, argv)
}

var (
	inPlace  = regexp.MustCompile(`^(-[a-zA-Z]*i|--in-place)`)
	runsText = regexp.MustCompile(`^-[a-z]*c$`)
)

// heredoc reads what stands behind a command for it to read.
func (g *givenWalk) heredoc(program string, argv []string, text string, line int) {
	if len(text) > maxGivenText && !readsScript(argv) {
		text = text[:maxGivenText]
	}
	switch {
	case program == "ssh" || program == "autossh":
		if to, rest := destination(argv); rest > 0 && !nearby(to, argv) {
			g.nested(text, line, true)
		}
	case IsShellName(program):
		if lastOperand(argv) == "" {
			g.nested(text, line, g.remote)
		}
	case program == "cat" || program == "tee":
		if strings.HasSuffix(g.into, ".sql") {
			g.logins(text, line, "")
		}
		g.settings(text, line)
	case slices.ContainsFunc(argv, speaksSQL):
		g.logins(text, line, hostOfClient(argv))
	}
}

// speaksSQL reports whether a word is the name of a database's client.
func speaksSQL(word string) bool {
	switch path.Base(word) {
	case "psql", "mysql", "mariadb", "sqlcmd", "cockroach":
		return true
	}
	return false
}

// logins reads statements of SQL that make a login of a database or change its password.
func (g *givenWalk) logins(text string, line int, host string) {
	if len(text) > maxGivenText {
		return
	}
	accounts.Logins([]byte(text), func(user, password string, at int) bool {
		if !notWritten.MatchString(password) && !refers.MatchString(password) && !inspect.SaysOtherwise(password) {
			g.keep(user, password, inspect.Given{Via: "login", Secret: inspect.NewSecret(password), Host: host, Line: line + at - 1})
		}
		return g.giving.secrets > 0
	})
}

// nested reads a script that another shell is given.
func (g *givenWalk) nested(text string, line int, remote bool) {
	if g.depth >= maxNested || len(text) > g.giving.text {
		return
	}
	g.giving.text -= len(text)
	g.list = append(g.list, givenIn(text, line, &script{depth: g.depth, remote: remote, giving: g.giving})...)
}

// add notes a literal that is a secret by its name, or by the password in its address.
func (g *givenWalk) add(name, text string, given inspect.Given) {
	if text == "" || len(text) > maxGivenText || !settingName.MatchString(name) || notWritten.MatchString(text) || refers.MatchString(text) || inspect.SaysOtherwise(text) || inBrowsers.MatchString(name) {
		return
	}
	switch v := inspect.LitOf(text); {
	case v.Secret != nil:
		given.Secret = *v.Secret
		if host := hostOf(text); host != "" {
			given.Host = host
		}
	case inspect.IsSecretName(name) || clientVariables[name]:
		given.Secret = inspect.NewSecret(text)
	default:
		return
	}
	g.keep(name, text, given)
}

// keep states a secret; what it is called and given to must not show it.
func (g *givenWalk) keep(name, text string, given inspect.Given) {
	if g.giving.secrets--; g.giving.secrets < 0 {
		return
	}
	if tellable(text) {
		g.giving.texts = append(g.giving.texts, text)
	}
	given.Name, given.Into, given.Host, given.Remote = shownBeside(name, text), shownBeside(given.Into, text), shownBeside(given.Host, text), g.remote
	g.list = append(g.list, given)
}

// shownBeside is a name or a place as it may be kept beside a secret.
func shownBeside(name, secret string) string {
	if tellable(secret) {
		name = strings.ReplaceAll(name, secret, inspect.Mask(secret))
	}
	if len(name) > maxGivenName {
		name = strings.ToValidUTF8(name[:maxGivenName], "") + "…"
	}
	return inspect.MaskWord(name)
}

// tellable reports whether a secret can be told from the words around it.
func tellable(secret string) bool { return len(secret) > 5 && !inspect.IsPlaceholder(secret) }

// hide masks secrets wherever a command that gives them would keep them.
func hide(c *inspect.Command, secrets []string) {
	for _, secret := range secrets {
		masked := inspect.Mask(secret)
		for i := range c.Argv {
			c.Argv[i] = strings.ReplaceAll(c.Argv[i], secret, masked)
		}
		for i := range c.Assigns {
			c.Assigns[i] = strings.ReplaceAll(c.Assigns[i], secret, masked)
		}
		for i := range c.Redirects {
			c.Redirects[i].Target = strings.ReplaceAll(c.Redirects[i].Target, secret, masked)
			c.Redirects[i].Text = strings.ReplaceAll(c.Redirects[i].Text, secret, masked)
		}
	}
}

var (
	// settingName is what a variable or a setting is called.
	settingName = regexp.MustCompile(`^[A-Za-z_][\w.-]*( password)?$`)
	// notWritten is what something else fills in: a variable, an expression of a pipeline,
	// a parameter of a framework, an entry of a vault, what is encrypted.
	notWritten = regexp.MustCompile("[$`\x01\n]|^[%<@&*!]|\\{\\{|%[({]|%[sdv]\\b|<%|<[^<>]+>|#\\{|^__\\w+__$|(?i:_(test|live)_(your|xx|key|change|replace|\\.))|" +
		"^(arn|vault|op|ref|sm|ssm|secret|secretref|keyvaultref|azurekeyvault|sops|env|file|awskms|gcpkms)(\\+\\w+)?:|^(projects|secrets)/|^(var|local|data|module|vars|secrets|env|inputs)\\.|^(ENC|DEC|sops|file|env)[\\[(]|:latest$|(?i:example)")
	// refers is what names an entry of a store of secrets or a file, what is encrypted,
	// and what says that it is no secret.
	refers = regexp.MustCompile("^(awssm|gcp-?sm|aws-[a-z]+|gcp-[a-z]+|secretsmanager|parameterstore|doppler|azkv|akv|berglas|k8s|infisical|bws|sealed|keyring|chamber|1password)(\\+\\w+)?:|" +
		"^AQICA|^AgB\\w{60}|^/(etc|run|var|opt|mnt|home|tmp)/|\\.invalid(\\W|$)|^#\\w+#$|" +
		"(?i:(^|[-_ ])(in|from)[-_](vault|console|keeper|1password|(a[-_])?secrets?[-_]?manager)|stored[-_]in|^see[-_]|not[-_]?(used|needed)|un(used|needed)|ignored|build[-_]?time|precompile|^skip[-_]|^no[-_](key|secret|password)|^(replace|set|env)_[a-z])")
	// inBrowsers are variables that a bundle shows to everybody.
	inBrowsers = regexp.MustCompile(`^(VITE|NEXT_PUBLIC|NUXT_PUBLIC|REACT_APP|VUE_APP|GATSBY|PUBLIC|EXPO_PUBLIC|NG_APP|STORYBOOK)_`)
)

// lastOperand is the last word of a command that is no option, or "".
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
	if !ok || len(call.Args) > maxGivenWords {
		return ""
	}
	var argv []string
	for _, word := range call.Args {
		argv = append(argv, w.word(word))
	}
	if argv = (&givenWalk{commandWalk: w, words: call.Args}).served(argv); len(argv) > 1 && argv[0] == "tee" {
		return lastOperand(argv)
	}
	return ""
}
