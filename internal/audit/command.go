package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Unwrap strips what only leads to a program from a command's words: exec,
// env with assignments, init programs, environment managers and module
// runners. ["exec","poetry","run","python","-m","gunicorn","app:app"] becomes
// ["gunicorn","app:app"].
func Unwrap(argv []string) []string {
	for len(argv) > 0 {
		rest, ok := unwrapOnce(argv)
		if !ok {
			return argv
		}
		argv = rest
	}
	return argv
}

func unwrapOnce(argv []string) ([]string, bool) {
	args := argv[1:]
	if waitsFor.MatchString(path.Base(argv[0])) {
		if i := slices.Index(args, "--"); i >= 0 {
			return args[i+1:], true
		}
	}
	switch path.Base(argv[0]) {
	case "exec", "command", "nice", "nohup", "npx", "bunx", "pnpx", "dotenv", "cross-env", "dumb-init", "tini", "catatonit", "env", "gosu", "su-exec", "stdbuf", "time", "sudo", "thrust", "s6-setuidgid", "setpriv":
		return leading(argv[0], args), true
	case "env-cmd":
		for len(args) > 1 && (args[0] == "-f" || args[0] == "--file" || args[0] == "-e" || args[0] == "--environments" || args[0] == "-r" || args[0] == "--rc-file") {
			args = args[2:]
		}
		return leading(argv[0], args), true
	case "poetry", "uv", "pipenv", "pdm", "hatch", "rye", "conda":
		if len(args) > 1 && args[0] == "run" {
			return skipFlags(args[1:]), true
		}
	case "bundle", "pnpm", "yarn", "npm":
		if len(args) > 1 && (args[0] == "exec" || args[0] == "dlx") {
			return skipFlags(args[1:]), true
		}
	case "doppler", "op", "chamber", "infisical":
		for i, word := range args {
			if word == "--" {
				return args[i+1:], true
			}
		}
	case "python", "python2", "python3", "opentelemetry-instrument", "ddtrace-run", "newrelic-admin":
		return unwrapPython(path.Base(argv[0]), args)
	}
	return argv, false
}

// waitsFor are scripts that wait for a service before they start what stands
// after "--".
var waitsFor = regexp.MustCompile(`^(wait[-_]?for([-_][a-z0-9-]+)?(\.sh)?|dockerize|wtfc(\.sh)?)$`)

func unwrapPython(tool string, args []string) ([]string, bool) {
	if tool == "ddtrace-run" || tool == "opentelemetry-instrument" {
		return args, len(args) > 0
	}
	if tool == "newrelic-admin" {
		if len(args) > 1 && args[0] == "run-program" {
			return args[1:], true
		}
		return args, false
	}
	for i, word := range args {
		switch {
		case word == "-m" && i+1 < len(args):
			return args[i+1:], true
		case !strings.HasPrefix(word, "-"):
			return args, false
		}
	}
	return args, false
}

// leading drops the flags and assignments in front of the program that a
// wrapper starts. gosu and su-exec take a user first.
func leading(tool string, args []string) []string {
	if base := path.Base(tool); (base == "gosu" || base == "su-exec" || base == "s6-setuidgid") && len(args) > 0 {
		args = args[1:]
	}
	for len(args) > 0 && (strings.HasPrefix(args[0], "-") || strings.Contains(args[0], "=")) {
		args = args[1:]
	}
	return args
}

func skipFlags(args []string) []string {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		args = args[1:]
	}
	return args
}

// Program is the base name of the program that a command comes down to, "" for
// none.
func Program(c inspect.Command) string {
	argv := Unwrap(c.Argv)
	if len(argv) == 0 {
		return ""
	}
	return path.Base(argv[0])
}
