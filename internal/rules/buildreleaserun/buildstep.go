package buildreleaserun

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

// installers are programs that install with one of these words; "" is no word
// at all.
var installers = map[string][]string{
	"npm": {"install", "i", "ci", "add", "clean-install"}, "yarn": {"install", "add", ""}, "pnpm": {"install", "i", "add"}, "bun": {"install", "i", "add"},
	"pip": {"install"}, "pip3": {"install"}, "uv": {"sync", "pip"}, "poetry": {"install", "add", "update"}, "pipenv": {"install", "sync", "update"}, "pdm": {"install", "sync"},
	"conda": {"install", "env"}, "gem": {"install"}, "bundle": {"install", "update", ""}, "composer": {"install", "update", "require"},
	"apt-get": {"install", "update"}, "apt": {"install", "update"}, "apk": {"add"}, "yum": {"install"}, "dnf": {"install"},
}

// compilers are programs that compile or bundle with one of these words; nil
// stands for any, "" for none.
var compilers = map[string][]string{
	"go": {"build", "run", "install", "generate"}, "cargo": {"build", "run", "install"}, "dotnet": {"run", "build", "publish"},
	"mvn": nil, "mvnw": nil, "gradle": nil, "gradlew": nil, "sbt": nil, "tsc": nil, "tsup": nil, "esbuild": nil, "rollup": nil, "babel": nil, "swc": nil,
	"webpack": {"", "build", "bundle"}, "vite": {"build"}, "next": {"build"}, "nuxt": {"build", "generate"}, "ng": {"build"}, "react-scripts": {"build"},
	"vue-cli-service": {"build"}, "nest": {"build"}, "astro": {"build"}, "remix": {"build"}, "react-router": {"build"}, "svelte-kit": {"build"}, "parcel": {"build"},
	"gatsby": {"build"}, "strapi": {"build"}, "medusa": {"build"}, "gulp": {"build"}, "grunt": {"build"}, "bun": {"build"}, "prisma": {"generate"},
	"rails": {"assets:precompile"}, "rake": {"assets:precompile"}, "gcc": nil, "g++": nil, "rustc": nil, "javac": nil,
}

// collectors gather assets that are there already, or make style sheets: quick,
// and still a build.
var collectors = map[string][]string{
	"sass": nil, "node-sass": nil, "sassc": nil, "lessc": nil, "stylus": nil, "postcss": nil, "tailwindcss": nil,
	"pybabel": {"compile"}, "msgfmt": nil, "flask": {"translate", "assets", "digest"},
	"manage.py": {"collectstatic", "compress", "compilemessages", "compilescss"}, "django-admin": {"collectstatic", "compilemessages"},
}

// runners start scripts or targets by name.
var runners = map[string]bool{"npm": true, "yarn": true, "pnpm": true, "bun": true, "turbo": true, "nx": true, "lerna": true}

// buildStep names what a command installs, compiles or bundles, "" if it does
// not; slight for what only gathers files.
func buildStep(argv []string) (what string, slight bool) {
	if len(argv) > 1 && strings.HasPrefix(path.Base(argv[0]), "python") && strings.HasSuffix(argv[1], "manage.py") {
		argv = argv[1:]
	} else if len(argv) > 0 && !alone(argv) {
		argv = audit.Unwrap(argv)
		if len(argv) > 1 && path.Base(argv[0]) != "manage.py" && strings.HasSuffix(argv[1], "manage.py") {
			argv = argv[1:]
		}
	}
	if len(argv) == 0 {
		return "", false
	}
	program, words := path.Base(argv[0]), words(argv[1:])
	first := ""
	if len(words) > 0 {
		first = words[0]
	}
	name := strings.TrimSpace(program + " " + first)
	if strings.Contains(first, ":") {
		name = program // a directory and where its style sheets go
	}
	switch {
	case slices.ContainsFunc(argv[1:], onlyTells), program == "flask" && !slices.Contains(words, "compile") && !slices.Contains(words, "build"):
		return "", false
	case program == "node" && devServer.MatchString(first):
		return "node " + path.Base(first), false
	case runners[program] && isBuildScript(words):
		return program + " " + strings.Join(words[:min(2, len(words))], " "), false
	case matches(installers, program, first), matches(compilers, program, first):
		return name, false
	case matches(collectors, program, first):
		return name, true
	}
	return "", false
}

// devServer is the script of a bundler that compiles the pages whenever it starts.
var devServer = regexp.MustCompile(`(^|/)(webpack[-.])?dev-?server(\.\w+)?$|(^|/)webpack-dev-server/bin/`)

// alone reports whether the command's own program installs, so that nothing of
// it must be stripped: poetry install, uv sync.
func alone(argv []string) bool {
	rest := words(argv[1:])
	return len(rest) > 0 && rest[0] != "run" && matches(installers, path.Base(argv[0]), rest[0])
}

// words are the arguments that are no flags.
func words(argv []string) []string {
	var list []string
	for _, word := range argv {
		if !strings.HasPrefix(word, "-") {
			list = append(list, word)
		}
	}
	return list
}

// onlyTells are flags with which a compiler makes nothing.
func onlyTells(word string) bool {
	return word == "--version" || word == "--help" || word == "--noEmit" || word == "--dry-run" || word == "-version"
}

func matches(table map[string][]string, program, word string) bool {
	list, ok := table[program]
	return ok && (list == nil || slices.Contains(list, word))
}

// isBuildScript reports whether a script of this name builds: build, build:prod,
// run compile.
func isBuildScript(words []string) bool {
	if len(words) > 0 && (words[0] == "run" || words[0] == "run-script") {
		words = words[1:]
	}
	if len(words) == 0 {
		return false
	}
	name, _, _ := strings.Cut(words[0], ":")
	return name == "build" || name == "compile" || name == "bundle"
}
