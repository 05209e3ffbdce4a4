package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// watchers start a program anew whenever its source changes.
var watchers = map[string]bool{
	"nodemon": true, "ts-node-dev": true, "tsnd": true, "node-dev": true, "supervisor": true, "air": true, "reflex": true,
	"watchmedo": true, "webpack-dev-server": true, "live-server": true, "browser-sync": true, "tsc-watch": true,
}

// developmentWords are the later words by which a program serves for
// development; "" is the program without a subcommand.
var developmentWords = map[string][]string{
	"manage.py": {"runserver", "runserver_plus"}, "flask": {"run"}, "quart": {"run"}, "fastapi": {"dev"}, "django-admin": {"runserver"},
	"next": {"dev"}, "nuxt": {"dev"}, "nuxi": {"dev"}, "vite": {"", "dev", "serve"}, "astro": {"dev"}, "gatsby": {"develop"}, "remix": {"dev"},
	"react-router": {"dev"}, "ng": {"serve"}, "react-scripts": {"start"}, "vue-cli-service": {"serve"}, "webpack": {"serve"}, "parcel": {"serve"},
	"strapi": {"develop"}, "artisan": {"serve"}, "http.server": {""}, "SimpleHTTPServer": {""},
}

// watchOptions make a server that is fit for production one for development.
var watchOptions = map[string][]string{
	"uvicorn": {"--reload"}, "gunicorn": {"--reload"}, "hypercorn": {"--reload"}, "granian": {"--reload"}, "node": {"--watch"},
	"tsx": {"watch", "--watch"}, "bun": {"--watch", "--hot"}, "nest": {"--watch", "-w"}, "php": {"-S"}, "sanic": {"--dev", "--reload", "-d", "-r"},
}

// scriptRunners start a script of the project's own, and ownDevServer is the
// name that says what it is for.
var (
	scriptRunners = map[string]bool{"node": true, "ts-node": true, "tsx": true, "bun": true, "babel-node": true}
	ownDevServer  = regexp.MustCompile(`^(dev[-_.]?server|devServer|server[-_.]dev)(\.[cm]?[jt]s)?$`)
)

// DevelopmentServer names the development server that a command starts, or "".
func DevelopmentServer(c inspect.Command) string {
	argv := pythonScript(Unwrap(c.Argv))
	for len(argv) > 1 && path.Base(argv[0]) == "php" && path.Base(argv[1]) == "artisan" {
		argv = argv[1:]
	}
	if len(argv) == 0 || slices.Contains(argv, "--help") || slices.Contains(argv, "--version") {
		return ""
	}
	program := path.Base(argv[0])
	if watchers[program] {
		return program
	}
	for _, option := range watchOptions[program] {
		if slices.Contains(argv[1:], option) {
			return program + " " + option
		}
	}
	if scriptRunners[program] {
		for _, word := range argv[1:] {
			if base := path.Base(word); ownDevServer.MatchString(base) {
				return base
			}
			if !strings.HasPrefix(word, "-") {
				return ""
			}
		}
	}
	words, known := developmentWords[program]
	if !known {
		return ""
	}
	said := subcommandOf(argv[1:], words)
	if program == "http.server" || program == "SimpleHTTPServer" {
		return "python -m " + program
	}
	if said == "" && !slices.Contains(words, "") || !slices.Contains(words, said) {
		return ""
	}
	return strings.TrimSpace(program + " " + said)
}

// pythonScript drops Python and its own options in front of the script that it
// runs: python -u -W ignore manage.py runserver.
func pythonScript(argv []string) []string {
	for len(argv) > 1 && strings.HasPrefix(path.Base(argv[0]), "python") {
		rest := argv[1:]
		for len(rest) > 1 && strings.HasPrefix(rest[0], "-") {
			if rest[0] == "-W" || rest[0] == "-X" {
				rest = rest[1:]
			}
			rest = rest[1:]
		}
		if len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
			return argv
		}
		argv = rest
	}
	return argv
}

// subcommandOf is the first argument that is no option, or one of the wanted
// words that stands behind an option's value: flask --app shop run.
func subcommandOf(args, wanted []string) string {
	behindOption := false
	for _, arg := range args {
		switch {
		case strings.HasPrefix(arg, "-"):
			behindOption = true
		case slices.Contains(wanted, arg) || !behindOption:
			return arg
		default:
			behindOption = false
		}
	}
	return ""
}
