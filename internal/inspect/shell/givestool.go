package shell

import (
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// keepers are the commands that keep NAME=value among their words: the words that
// a command must have, behind the program's name.
var keepers = map[string][][]string{
	"kubectl": {{"create", "secret"}, {"set", "env"}}, "oc": {{"create", "secret"}, {"set", "env"}, {"new-app"}},
	"heroku": {{"config:set"}, {"config:add"}}, "dokku": {{"config:set"}}, "fly": {{"secrets", "set"}}, "flyctl": {{"secrets", "set"}},
	"railway": {{"variables"}, {"variable"}}, "eb": {{"setenv"}}, "scalingo": {{"env-set"}}, "gigalixir": {{"config:set"}}, "cf": {{"set-env"}},
	"docker": {{"run"}, {"create"}, {"service", "create"}, {"service", "update"}}, "podman": {{"run"}, {"create"}}, "nerdctl": {{"run"}},
	"gcloud": {{"run", "deploy"}, {"run", "services"}, {"functions", "deploy"}}, "az": {{"appsettings", "set"}, {"containerapp"}, {"container", "create"}},
	"aws": {{"lambda", "update-function-configuration"}, {"lambda", "create-function"}}, "helm": {{"upgrade"}, {"install"}},
}

// options are words behind which a tool is given a secret that has no name of its
// own there, by the program and by what the command has to be.
var options = map[string]struct {
	needs []string
	flags []string
	name  string
}{
	"aws":       {[]string{"ssm", "put-parameter"}, []string{"--value"}, "--name"},
	"gh":        {[]string{"secret", "set"}, []string{"--body", "-b"}, ""},
	"mysql":     {nil, []string{"--password", "-p"}, ""},
	"mysqldump": {nil, []string{"--password", "-p"}, ""},
	"mariadb":   {nil, []string{"--password", "-p"}, ""},
	"redis-cli": {nil, []string{"-a", "--pass"}, ""},
	"sshpass":   {nil, []string{"-p"}, ""},
	"docker":    {[]string{"login"}, []string{"--password", "-p"}, ""},
}

// tool reads a command that keeps what it is given, or signs in with it.
func (g *givenWalk) tool(program string, argv []string, lineOf func(int) int) {
	for _, needs := range keepers[program] {
		if behind := allIn(argv, needs); behind > 0 {
			into := program + " " + strings.Join(needs, " ")
			for i := behind; i < len(argv); i++ {
				g.pairs(argv[i], inspect.Given{Via: "tool", Into: into, Line: lineOf(i)})
			}
			return
		}
	}
	o, ok := options[program]
	if !ok || len(o.needs) > 0 && allIn(argv, o.needs) == 0 {
		return
	}
	into := strings.Join(append([]string{program}, o.needs...), " ")
	for i := 1; i < len(argv); i++ {
		for _, flag := range o.flags {
			if value := behindFlag(argv, i, flag, strings.HasPrefix(program, "m")); value != "" {
				g.named(argv, o.name, value, inspect.Given{Via: "tool", Into: into, Line: lineOf(i)})
			}
		}
	}
}

// named notes a secret that is given behind an option, under the name that another
// option gives it, or else under the password of the tool.
func (g *givenWalk) named(argv []string, option, value string, given inspect.Given) {
	name := given.Into + " password"
	if option != "" {
		name = ""
		for i := 1; i < len(argv); i++ {
			if v := behindFlag(argv, i, option, false); v != "" {
				name = v[strings.LastIndexByte(v, '/')+1:]
			}
		}
	}
	g.add(name, value, given)
}

// pairs reads a word of a command that keeps variables: NAME=value, --option=NAME=value,
// and several with commas between them.
func (g *givenWalk) pairs(word string, given inspect.Given) {
	if strings.HasPrefix(word, "-") {
		_, rest, ok := strings.Cut(word, "=")
		if !ok || !strings.Contains(rest, "=") {
			return
		}
		word = rest
	}
	list := []string{word}
	if strings.Count(word, "=") > 1 && !strings.Contains(word, "://") {
		list = strings.Split(word, ",")
	}
	for _, pair := range list {
		if name, value, ok := strings.Cut(pair, "="); ok {
			name = name[strings.LastIndexByte(name, '.')+1:]
			g.add(name, strings.Trim(value, `"'`), given)
		}
	}
}

// allIn is the place behind the words that a command must have, in their order; 0
// where it lacks one.
func allIn(argv, needs []string) int {
	at := 1
	for _, need := range needs {
		i := slices.Index(argv[min(at, len(argv)):], need)
		if i < 0 {
			return 0
		}
		at += i + 1
	}
	return at
}

// behindFlag is the value of an option at a place: -p value, --password=value and,
// where glued is the program's way, -pvalue.
func behindFlag(argv []string, i int, flag string, glued bool) string {
	word := argv[i]
	switch long := strings.HasPrefix(flag, "--"); {
	case long && strings.HasPrefix(word, flag+"="):
		return word[len(flag)+1:]
	case glued && !long && len(word) > len(flag) && strings.HasPrefix(word, flag):
		return word[len(flag):]
	case word == flag && !glued && i+1 < len(argv) && !strings.HasPrefix(argv[i+1], "-"):
		return argv[i+1]
	}
	return ""
}
