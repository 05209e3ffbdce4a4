package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// parse reads the command line. The result is nil when it asked for help or for
// the version, which then stands on stdout. Errors are of usage.
func parse(args []string, stdout io.Writer) (selected *kong.Context, err error) {
	var printed bool
	parser, err := newParser(stdout)
	if err != nil {
		return nil, err
	}
	selected, printed, err = untilPrinted(parser, args)
	if printed {
		return nil, nil
	}
	var unprinted versionUnprinted
	if errors.As(err, &unprinted) {
		return nil, unwritable("the version", unprinted.error)
	}
	if broken := new(fs.PathError); errors.As(err, &broken) {
		return nil, unwritable("the help", broken.Err)
	}
	var wrong *kong.ParseError
	if errors.As(err, &wrong) {
		return nil, misuse(parser, wrong, args)
	}
	if err == nil {
		err = nothingEmpty(selected)
	}
	return selected, err
}

// nothingEmpty refuses flags that were given without a value, as by a variable of CI
// that is not set: what they narrow down would be everything.
func nothingEmpty(selected *kong.Context) error {
	for _, p := range selected.Path {
		if p.Flag == nil {
			continue
		}
		switch value := p.Flag.Target; value.Kind() {
		case reflect.String, reflect.Slice:
			if value.Len() == 0 {
				return usage("--%s is empty: give it a value or leave it out: see %s --help", p.Flag.Name, selected.Selected().FullPath())
			}
		}
	}
	return nil
}

// versionFlag prints the version and ends the program.
type versionFlag bool

// versionUnprinted is why the version could not be printed.
type versionUnprinted struct{ error }

// BeforeReset is called by kong where the flag is given.
func (versionFlag) BeforeReset(k *kong.Kong, vars kong.Vars) error {
	if _, err := fmt.Fprintln(k.Stdout, vars["version"]); err != nil {
		return versionUnprinted{err}
	}
	k.Exit(0)
	return nil
}

// newParser knows the whole command line.
func newParser(stdout io.Writer) (*kong.Kong, error) {
	parser, err := kong.New(&commands{},
		kong.Name("twelvefold"),
		kong.Description("Audits repositories against the Twelve-Factor App."),
		kong.Writers(stdout, stdout),
		kong.Exit(func(int) { panic(helpPrinted{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80}),
		kong.Vars{"version": "twelvefold " + version},
	)
	if err == nil {
		parser.Model.HelpFlag.Help = "Print this help and exit."
	}
	return parser, err
}

// helpPrinted stops kong after --help and --version, which it ends by exiting.
type helpPrinted struct{}

func untilPrinted(parser *kong.Kong, args []string) (selected *kong.Context, printed bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, printed = r.(helpPrinted); !printed {
				panic(r)
			}
		}
	}()
	selected, err = parser.Parse(args)
	return selected, false, err
}

// misuse words a wrong command line and says where its right form stands.
func misuse(parser *kong.Kong, wrong *kong.ParseError, args []string) error {
	command := wrong.Context.Selected()
	if flag, _, missing := strings.Cut(wrong.Error(), ": missing value"); missing && command != nil {
		return usage("%s needs a value: see %s --help", flag, command.FullPath())
	}
	switch {
	case strings.HasSuffix(wrong.Error(), "?"): // it suggests what was meant
		return usage("%v", wrong)
	case command != nil:
		return usage("%v: see %s --help", wrong, command.FullPath())
	}
	var names []string
	for _, leaf := range parser.Model.Leaves(true) {
		names = append(names, strings.TrimPrefix(leaf.FullPath(), parser.Model.Name+" "))
	}
	list := strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	for _, arg := range args {
		if arg == "help" || arg == "version" {
			return usage("there is no command %q: use twelvefold --%s", arg, arg)
		}
		if !strings.HasPrefix(arg, "-") {
			return usage("there is no command %q: use %s", arg, list)
		}
	}
	return usage("%v: see twelvefold --help", wrong)
}

// unwritable is the error of output that could not be written.
func unwritable(what string, err error) error {
	if err == nil {
		return nil
	}
	if broken := new(fs.PathError); errors.As(err, &broken) {
		err = broken.Err
	}
	return exitCode{2, fmt.Errorf("%s can't be written to stdout: %w", what, err)}
}
