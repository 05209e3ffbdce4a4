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
	"syscall"

	"github.com/alecthomas/kong"
)

// app is what every command gets from the outside world.
type app struct {
	ctx    context.Context // cancelled by SIGINT and SIGTERM
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// commands is the whole command line. Each command stands in its own file.
type commands struct {
	Version kong.VersionFlag `help:"Print the version and exit."`

	Audit   auditCommand   `cmd:"" help:"Audit a directory or a git repository."`
	Rules   rulesCommand   `cmd:"" help:"List the rules, or explain one."`
	Dev     devCommand     `cmd:"" help:"Run everything on this machine and audit local repositories."`
	Web     webCommand     `cmd:"" help:"Serve the pages."`
	Worker  workerCommand  `cmd:"" help:"Audit repositories from the queue until told to stop."`
	Migrate migrateCommand `cmd:"" help:"Bring the database to the schema that this program needs."`

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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status(err, os.Stderr))
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
		fmt.Fprintf(stderr, "twelvefold: %v\n", exit.err)
	}
	return exit.code
}

// run is main with its world handed in.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	var cli commands
	exited := false
	parser, err := kong.New(&cli,
		kong.Name("twelvefold"),
		kong.Description("Audits repositories against the Twelve-Factor App."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true; panic(helpPrinted{}) }),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"version": "twelvefold " + version},
	)
	if err != nil {
		return err
	}
	selected, err := parse(parser, args)
	if exited {
		return nil
	}
	if err != nil {
		return usage("%v. Try: twelvefold --help", err)
	}
	return selected.Run(&app{ctx, getenv, stdin, stdout, stderr})
}

// helpPrinted stops kong after --help and --version, which it ends by exiting.
type helpPrinted struct{}

func parse(parser *kong.Kong, args []string) (selected *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(helpPrinted); !ok {
				panic(r)
			}
		}
	}()
	return parser.Parse(args)
}
