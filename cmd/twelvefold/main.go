// Command twelvefold audits repositories against the Twelve-Factor App. One
// binary, one image, many process types: see each command's --help.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	"unicode"
)

// app is what every command gets from the outside world.
type app struct {
	ctx    context.Context // cancelled by SIGINT and SIGTERM, with stopped as its cause
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// commands is the whole command line. Each command stands in its own file.
type commands struct {
	Version versionFlag `help:"Print the version and exit."`

	Audit   auditCommand   `cmd:"" help:"Audit a directory or a git repository."`
	Rules   rulesCommand   `cmd:"" help:"List the rules, or explain one."`
	Dev     devCommand     `cmd:"" help:"Run everything on this machine and audit local repositories."`
	Web     webCommand     `cmd:"" help:"Serve the pages."`
	Worker  workerCommand  `cmd:"" help:"Audit repositories from the queue until told to stop."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the schema that this program needs."`
	Admin   adminCommand   `cmd:"" help:"One-off tasks of operators."`

	Completion completionCommand `cmd:"" help:"Print what makes a shell complete this command line."`
	Man        manCommand        `cmd:"" help:"Print the manual page."`

	InspectChild inspectChildCommand `cmd:"" hidden:"" help:"Parse files for a parent process; see internal/inspect."`
}

// exitCode is an error that chooses the process's exit status.
type exitCode struct {
	code int
	err  error // nil prints nothing
}

func (e exitCode) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e exitCode) Unwrap() error { return e.err }

// usage is an error of the caller: bad arguments or unreadable input, exit 2.
func usage(format string, args ...any) error { return exitCode{2, fmt.Errorf(format, args...)} }

// stopped is the signal that ended the context.
type stopped struct{ by syscall.Signal }

func (s stopped) Error() string { return s.by.String() }

// interrupted is the error of a command that a signal ended before it was done. Its
// exit status is that of the signal, as shells count: 128 and its number.
func interrupted(ctx context.Context, text string) error {
	by := stopped{syscall.SIGINT}
	errors.As(context.Cause(ctx), &by)
	return exitCode{signalled + int(by.by), errors.New(text)}
}

// signalled is what shells add to the number of the signal that ended a process.
const signalled = 128

func main() {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		by, _ := (<-signals).(syscall.Signal)
		cancel(stopped{by})
	}()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	code := status(err, os.Stderr)
	if by := syscall.Signal(code - signalled); code > signalled {
		// Ended by the signal itself: a shell's loop goes on after an exit status.
		signal.Reset(by)
		if !signal.Ignored(by) && syscall.Kill(os.Getpid(), by) == nil {
			time.Sleep(time.Second) // the runtime ends the process on another thread
		}
	}
	os.Exit(code)
}

// status prints an error as one sentence and tells the exit status: 1 for a
// failure, or what an exitCode says.
func status(err error, stderr io.Writer) int {
	if err == nil {
		return 0
	}
	var exit exitCode
	if !errors.As(err, &exit) {
		exit = exitCode{1, err}
	}
	if exit.err != nil {
		fmt.Fprintf(stderr, "twelvefold: %s\n", oneLine(exit.err.Error()))
	}
	return exit.code
}

// oneLine is text that a terminal shows as it is: a message may name what a
// foreign repository named, with escapes or line ends in it.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// run is main with its world handed in. Without arguments it shows what there
// is to choose from, and that nothing was chosen.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		if _, err := parse([]string{"--help"}, stderr); err != nil {
			return err
		}
		return exitCode{code: 2}
	}
	selected, err := parse(args, stdout)
	if selected == nil || err != nil {
		return err
	}
	return selected.Run(&app{ctx, getenv, stdin, stdout, stderr})
}
