// Package shell reads shell scripts and start lines from their syntax trees.
package shell

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"twelvefold/internal/inspect"
)

// maxShellNesting bounds how deep brackets and compound commands may stand in
// each other: the parser and the walks below recurse, and a stack that
// overflows ends the process. Hand-written scripts stay below 20.
const maxShellNesting = 1000

// maxShellText bounds the bytes of one script: chains that no bracket shows
// (a?a?a?…, f()f()…) take up to half a kilobyte of stack a byte, and the
// runtime gives a goroutine one gigabyte.
const maxShellText = 1 << 20

// Commands reads text as a bash script and lists its simple commands in
// the order of the text. Lines count from firstLine, the line of text's first
// byte. On a syntax error it returns what was read before it.
func Commands(text string, firstLine int) ([]inspect.Command, error) {
	s, err := parseScript(text, firstLine, syntax.LangBash)
	if s == nil {
		return nil, err
	}
	return s.commands(), err
}

// StartOf is a start line that a shell runs.
func StartOf(text string, line int) inspect.Start {
	commands, _ := Commands(text, line)
	return inspect.Start{Shell: true, Text: inspect.MaskText(text), Commands: commands, Line: line}
}

// ExecOf is a start that needs no shell: argv as it is handed to the kernel.
func ExecOf(argv []string, line int) inspect.Start {
	start := inspect.Start{Text: inspect.MaskText(strings.Join(argv, " ")), Line: line}
	if len(argv) > 0 {
		start.Commands = []inspect.Command{{Argv: inspect.MaskWords(argv), Line: line, Last: true}}
	}
	return start
}

// WordsOf is a start line that is split into words as a shell would, and then
// started without one: a Compose command, a fly.toml process. Where the line
// uses more of the shell than words, Commands are what its author meant.
func WordsOf(text string, line int) inspect.Start {
	start := StartOf(text, line)
	start.Shell = false
	return start
}

// script is a parsed shell text.
type script struct {
	text        string // what the parser saw
	firstLine   int
	file        *syntax.File
	expressions []string // the ${{ … }} that placeholders stand for
	whole       bool     // it is looked through also if nothing in it seems to give a secret
	depth       int      // how many scripts it stands in
	remote      bool     // it runs on another machine
	giving      *giving  // shared with the scripts that it stands in
}

// parseScript parses text; beside an error the script holds what stands before
// it. It is nil when text nests too deep to be parsed at all.
func parseScript(text string, firstLine int, lang syntax.LangVariant) (*script, error) {
	if len(text) > maxShellText {
		return nil, inspect.ParseError(firstLine, "shell code is longer than %d bytes", maxShellText)
	}
	if shellNesting(text) > maxShellNesting {
		return nil, inspect.ParseError(firstLine, "shell code nests deeper than %d", maxShellNesting)
	}
	s := &script{firstLine: firstLine}
	s.text, s.expressions = hideExpressions(strings.ReplaceAll(text, "\r\n", "\n"))
	file, err := syntax.NewParser(syntax.Variant(lang)).Parse(strings.NewReader(s.text), "")
	s.file = file
	var at syntax.ParseError
	var dialect syntax.LangError
	switch {
	case err == nil:
		return s, nil
	case errors.As(err, &at):
		return s, inspect.ParseError(s.line(at.Pos), "%s", at.Text)
	case errors.As(err, &dialect):
		return s, inspect.ParseError(s.line(dialect.Pos), "%s is not bash", dialect.Feature)
	}
	return s, err
}

func (s *script) line(pos syntax.Pos) int {
	if !pos.IsValid() {
		return s.firstLine
	}
	return s.firstLine + int(pos.Line()) - 1
}

// shellNesting counts how deep compound commands may nest, at most: quotes are
// not looked at, so it may say more than the parser would find.
func shellNesting(text string) int {
	depth, deepest := 0, 0
	first := true // where a command may start
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '(' || c == '{' || c == '[':
			depth++
			first = true
		case c == ')' || c == '}' || c == ']':
			depth--
		case strings.IndexByte("\n;&|`", c) >= 0:
			first = true
		case c == ' ' || c == '\t' || c == '\r':
		case first && c >= 'a' && c <= 'z':
			end := i + 1
			for end < len(text) && text[end] >= 'a' && text[end] <= 'z' {
				end++
			}
			by, again := shellKeyword(text[i:end])
			depth, first, i = depth+by, again, end-1
		default:
			first = false
		}
		depth = max(depth, 0)
		deepest = max(deepest, depth)
	}
	return deepest
}

// shellKeyword says how a word in a command's place changes the nesting, and
// whether another command may follow it at once.
func shellKeyword(word string) (by int, again bool) {
	switch word {
	case "if", "while", "until", "time", "coproc":
		return 1, true
	case "for", "case", "select", "function":
		return 1, false
	case "fi", "done", "esac":
		return -1, false
	case "then", "do", "else", "elif":
		return 0, true
	}
	return 0, false
}

// hideExpressions replaces each GitHub ${{ … }} by a word of the same length,
// which no shell syntax is in, so that positions stay.
func hideExpressions(text string) (hidden string, expressions []string) {
	if !strings.Contains(text, "${{") {
		return text, nil
	}
	var b strings.Builder
	for {
		open := strings.Index(text, "${{")
		if open < 0 {
			break
		}
		length := strings.Index(text[open:], "}}") + 2
		if length < 2 {
			break
		}
		b.WriteString(text[:open])
		b.WriteString(placeholderFor(len(expressions), text[open:open+length]))
		expressions = append(expressions, text[open:open+length])
		text = text[open+length:]
	}
	b.WriteString(text)
	return b.String(), expressions
}

// placeholderFor is \x01, the expression's number, and \x02; line breaks of
// the expression are kept as continued lines.
func placeholderFor(n int, expression string) string {
	number := fmt.Sprint(n)
	pad := len(expression) - len(number) - 2
	if pad < 0 { // over a thousand empty expressions: they all become the same word
		number, pad = "", len(expression)-2
	}
	breaks := strings.Count(expression, "\n")
	pad -= 2 * breaks
	if pad < 0 {
		pad = 0
	}
	return "\x01" + strings.Repeat("0", pad) + number + "\x02" + strings.Repeat("\\\n", breaks)
}

// restore puts the expressions back into a word.
func (s *script) restore(word string) string {
	if len(s.expressions) == 0 || !strings.Contains(word, "\x01") {
		return word
	}
	var b strings.Builder
	for {
		open := strings.IndexByte(word, '\x01')
		if open < 0 {
			break
		}
		end := strings.IndexByte(word[open:], '\x02')
		if end < 0 {
			break
		}
		n := 0
		for _, digit := range word[open+1 : open+end] {
			n = min(n*10+int(digit-'0'), len(s.expressions))
		}
		b.WriteString(word[:open])
		if n >= 0 && n < len(s.expressions) {
			b.WriteString(s.expressions[n])
		}
		word = word[open+end+1:]
	}
	b.WriteString(word)
	return b.String()
}

// NestedCommands lists the commands of a shell that a command starts with its script as
// an argument: sh -c "migrate && exec serve". Nil for any other command. Lines
// count from the command's own.
func NestedCommands(c inspect.Command) []inspect.Command {
	if len(c.Argv) == 0 || !IsShellName(c.Argv[0]) {
		return nil
	}
	for i, word := range c.Argv[1:] {
		switch {
		case !strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "+"):
			if word != "sh" && word != "pipefail" { // busybox sh -c, bash -o pipefail -c
				return nil
			}
		case !strings.HasPrefix(word, "--") && strings.Contains(word, "c"):
			if i+2 >= len(c.Argv) {
				return nil
			}
			commands, _ := Commands(c.Argv[i+2], c.Line)
			return commands
		}
	}
	return nil
}

// IsShellName reports whether a SHELL word names a shell that reads bash or
// POSIX syntax: not PowerShell, not cmd.
func IsShellName(name string) bool {
	switch base := name[strings.LastIndexAny(name, `/\`)+1:]; base {
	case "sh", "bash", "ash", "dash", "zsh", "ksh", "busybox":
		return true
	}
	return false
}
