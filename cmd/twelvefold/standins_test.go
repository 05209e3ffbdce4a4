package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/config"
)

// Variables that make this test binary a stand-in, and tell it where the real
// checkout is.
const standInVariable, repositoryVariable = "TWELVEFOLD_STAND_IN", "TWELVEFOLD_CHECKOUT"

// standIns are programs that documents name and that can't run in a test: they
// need a network, an account or minutes. Each gets its arguments in the
// sandbox's directory and says what is wrong with them. It knows the uses that
// the documents have, and refuses the rest: a new one is added here, with what
// it needs.
var standIns = map[string]func(args []string) error{
	"make":    func(args []string) error { return makeTargets(".", args) },
	"go":      func(args []string) error { return goCommand(os.Getenv(repositoryVariable), args) },
	"docker":  docker,
	"kubectl": kubectl,
	"fly":     fly,
	"heroku":  heroku,
}

// standIn runs one and ends the process, where this binary was started as one.
func standIn() {
	name := os.Getenv(standInVariable)
	if name == "" {
		return
	}
	if err := standIns[name](os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s %s: %v\n", name, strings.Join(os.Args[1:], " "), err)
		os.Exit(1)
	}
	os.Exit(0)
}

var errUnknown = errors.New("no test knows this use: see standins_test.go")

// makeTargets wants targets that the Makefile lists for people, and variables that it
// reads.
func makeTargets(dir string, args []string) error {
	text, err := os.ReadFile(filepath.Join(dir, "Makefile"))
	if err != nil {
		return err
	}
	for _, arg := range args {
		name, _, variable := strings.Cut(arg, "=")
		switch {
		case variable && name == "PORT": // the environment of `make run`
		case variable && !strings.Contains(string(text), "$("+name+")") && !strings.Contains(string(text), "$(if $("+name+")"):
			return fmt.Errorf("the Makefile does not read %s", name)
		case !variable && !regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(arg)+`:.*## `).Match(text):
			return fmt.Errorf("the Makefile lists no %s", arg)
		}
	}
	return nil
}

// goCommand wants packages that are there, tests that -run finds, and -update
// where the package has it.
func goCommand(dir string, args []string) error {
	sub := args[0]
	if !slices.Contains([]string{"test", "run", "vet", "tool", "generate", "build"}, sub) {
		return errUnknown
	}
	var packages []string
	options := map[string]string{}
	for i := 1; i < len(args); i++ {
		switch arg := args[i]; {
		case slices.Contains([]string{"-run", "-bench", "-benchtime", "-skip", "-o", "-count"}, arg) && i+1 < len(args):
			options[arg] = strings.Trim(args[i+1], `'"`)
			i++
		case strings.HasPrefix(arg, "./"):
			packages = append(packages, strings.TrimSuffix(arg, "/..."))
		case arg == "-update":
			options[arg] = arg
		}
	}
	for _, name := range packages {
		files, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(name), "*.go"))
		if below, _ := filepath.Glob(filepath.Join(dir, filepath.FromSlash(name), "*", "*.go")); err != nil || len(files)+len(below) == 0 {
			return fmt.Errorf("%s is no package", name)
		}
		if sub != "test" {
			continue
		}
		if err := hasTests(files, options); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// hasTests wants tests and flags that options of go test name.
func hasTests(files []string, options map[string]string) error {
	var text strings.Builder
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil && strings.HasSuffix(file, "_test.go") {
			text.Write(content)
		}
	}
	if options["-update"] != "" && !strings.Contains(text.String(), `flag.Bool("update"`) && !strings.Contains(text.String(), "inspecttest.Updating()") {
		return errors.New("its tests have no -update")
	}
	for option, kind := range map[string]string{"-run": "Test", "-bench": "Benchmark"} {
		name, _, _ := strings.Cut(options[option], "/")
		if name == "" || name == "xxx" || name == "." || len(files) == 0 {
			continue
		}
		if !regexp.MustCompile(`(?m)^func ` + kind + `\w*` + strings.TrimPrefix(strings.TrimPrefix(name, "^"), kind)).MatchString(text.String()) {
			return fmt.Errorf("no %s is called %s", kind, name)
		}
	}
	return nil
}

// knownVariable is a name of docs/configuration.md.
func knownVariable(name string) error {
	if regexp.MustCompile(`(?m)^(# )?` + regexp.QuoteMeta(name) + `=`).MatchString(config.Example()) {
		return nil
	}
	return fmt.Errorf("no process type reads %s", name)
}

// knownVariables wants NAME=value of every argument.
func knownVariables(args []string) error {
	for _, arg := range args {
		name, value, ok := strings.Cut(arg, "=")
		if !ok || value == "" {
			return fmt.Errorf("%s has no value", arg)
		}
		if err := knownVariable(name); err != nil {
			return err
		}
	}
	return nil
}

// exists wants files of the checkout.
func exists(names ...string) error {
	for _, name := range names {
		if _, err := os.Stat(name); err != nil {
			return fmt.Errorf("there is no %s", name)
		}
	}
	return nil
}
