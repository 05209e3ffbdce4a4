package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestMain makes this test binary the program itself when a script runs
// twelvefold: its parsers are children of the same binary. It is the stand-ins
// of documented commands, too.
func TestMain(m *testing.M) {
	standIn()
	testscript.Main(m, map[string]func(){"twelvefold": main})
}

// TestScripts runs the command line as a person would: testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "validates": validates, "documented": documented},
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Geteuid() == 0, nil
		},
	})
}

// validates holds a file that the program wrote to the published schema.
func validates(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: validates FILE")
	}
	schema, err := jsonschema.NewCompiler().Compile("../../docs/audit.v1.schema.json")
	ts.Check(err)
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(schema.Validate(document))
}

// documentedCommand is a command that a page or a hook tells people to run.
var documentedCommand = regexp.MustCompile(`(?m)^ *(?:- )?(?:run: |entry: )?(twelvefold .+)$`)

// documented runs the commands in a file, of which there are so many. They may
// find something; they may not be wrong, nor say anything on stderr.
func documented(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: documented FILE NUMBER")
	}
	text, err := os.ReadFile(args[0])
	ts.Check(err)
	commands := documentedCommand.FindAllStringSubmatch(string(text), -1)
	if strconv.Itoa(len(commands)) != args[1] {
		ts.Fatalf("%s has %d commands, not %s: %q", args[0], len(commands), args[1], commands)
	}
	for _, command := range commands {
		var failed *exec.ExitError
		if err := ts.Exec("sh", "-c", command[1]); err != nil && (!errors.As(err, &failed) || failed.ExitCode() != 1) {
			ts.Fatalf("%s: %v", command[1], err)
		}
		if said := ts.ReadFile("stderr"); said != "" {
			ts.Fatalf("%s says %s", command[1], said)
		}
	}
}

// exits runs a command and wants this exit status: exits 2 twelvefold audit x.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARGUMENT]...")
	}
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("%q is no exit status", args[0])
	}
	got := 0
	var failed *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
