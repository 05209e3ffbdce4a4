package main

import (
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// manCommand prints the manual page, from what --help says.
type manCommand struct{}

// Help says how to read it.
func (manCommand) Help() string {
	return `Prints the manual page of all commands, which says what each --help says.

  twelvefold man | man -l -`
}

// Run prints the page.
func (manCommand) Run(a *app) error {
	parser, err := newParser(io.Discard)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, manPage(parser.Model))
	return unwritable("the manual page", err)
}

var roffSigns = strings.NewReplacer(`\`, `\e`, "-", `\-`)

// roff is text in which roff sees no request and no escape.
func roff(text string) string {
	lines := strings.Split(roffSigns.Replace(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// manPage is the page of section 1, in man's macros.
func manPage(model *kong.Application) string {
	var b strings.Builder
	b.WriteString(".TH TWELVEFOLD 1 \"\" \"" + roff("twelvefold "+version) + "\"\n.SH NAME\n" + roff(model.Name+" - "+model.Help) + "\n.SH SYNOPSIS\n")
	leaves := model.Leaves(true)
	for i, leaf := range leaves {
		if i > 0 {
			b.WriteString(".br\n")
		}
		b.WriteString(".B " + roff(model.Name+" "+leaf.Summary()) + "\n")
	}
	b.WriteString(".SH COMMANDS\n")
	for _, leaf := range leaves {
		b.WriteString(".SS \"" + roff(leaf.FullPath()) + "\"\n" + roff(leaf.Help) + "\n")
		for _, argument := range leaf.Positional {
			b.WriteString(".TP\n.I " + roff(argument.Summary()) + "\n" + roff(argument.Help) + "\n")
		}
		for _, flag := range leaf.Flags {
			if !flag.Hidden && flag.Name != "help" {
				b.WriteString(".TP\n.B " + roff(flag.String()) + "\n" + roff(flag.Help) + "\n")
			}
		}
		if leaf.Detail != "" {
			b.WriteString(".PP\n.nf\n" + roff(leaf.Detail) + "\n.fi\n")
		}
	}
	return b.String()
}
