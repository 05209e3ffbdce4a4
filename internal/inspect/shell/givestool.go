package shell

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// keeper is a command that keeps NAME=value among its words.
type keeper struct {
	needs []string // the words that it must have behind the program's name, in their order
	flags []string // the options behind which it is given; nil: by words of their own
}

var (
	environment = []string{"-e", "--env", "--env-add"}
	setsOfHelm  = []string{"--set", "--set-string"}
	setsOfRun   = []string{"--set-env-vars", "--update-env-vars"}
)

var keepers = map[string][]keeper{
	"kubectl": {{[]string{"create", "secret"}, []string{"--from-literal"}}, {[]string{"set", "env"}, nil}},
	"oc":      {{[]string{"create", "secret"}, []string{"--from-literal"}}, {[]string{"set", "env"}, nil}, {[]string{"new-app"}, []string{"-e", "--env", "-p", "--param"}}},
	"heroku":  {{[]string{"config:set"}, nil}, {[]string{"config:add"}, nil}}, "dokku": {{[]string{"config:set"}, nil}}, "gigalixir": {{[]string{"config:set"}, nil}},
	"fly": {{[]string{"secrets", "set"}, nil}}, "flyctl": {{[]string{"secrets", "set"}, nil}}, "scalingo": {{[]string{"env-set"}, nil}}, "eb": {{[]string{"setenv"}, nil}},
	"railway": {{[]string{"variables"}, []string{"--set"}}, {[]string{"variables", "set"}, nil}},
	"docker":  {{[]string{"run"}, environment}, {[]string{"create"}, environment}, {[]string{"service", "create"}, environment}, {[]string{"service", "update"}, environment}},
	"podman":  {{[]string{"run"}, environment}, {[]string{"create"}, environment}}, "nerdctl": {{[]string{"run"}, environment}},
	"gcloud": {{[]string{"run", "deploy"}, setsOfRun}, {[]string{"run", "services", "update"}, setsOfRun}, {[]string{"functions", "deploy"}, setsOfRun}},
	"az": {{[]string{"appsettings", "set"}, nil}, {[]string{"containerapp", "create"}, nil}, {[]string{"containerapp", "update"}, nil}, {[]string{"containerapp", "secret", "set"}, nil},
		{[]string{"container", "create"}, nil}},
	"aws":  {{[]string{"lambda", "update-function-configuration"}, []string{"--environment"}}, {[]string{"lambda", "create-function"}, []string{"--environment"}}},
	"helm": {{[]string{"upgrade"}, setsOfHelm}, {[]string{"install"}, setsOfHelm}},
}

// options are words behind which a tool is given a secret that has no name of its
// own there.
var options = map[string][]option{
	"aws":       {{[]string{"ssm", "put-parameter"}, []string{"--value"}, "--name"}},
	"kubectl":   {{[]string{"create", "secret", "docker-registry"}, []string{"--docker-password"}, ""}},
	"docker":    {{[]string{"login"}, []string{"--password", "-p"}, ""}},
	"podman":    {{[]string{"login"}, []string{"--password", "-p"}, ""}},
	"mysql":     {{nil, []string{"--password", "-p"}, ""}},
	"mysqldump": {{nil, []string{"--password", "-p"}, ""}},
	"mariadb":   {{nil, []string{"--password", "-p"}, ""}},
	"redis-cli": {{nil, []string{"-a", "--pass"}, ""}},
}

// clusterTool are the tools that may be told to serve a cluster or a stand-in for a
// cloud on the same machine.
var clusterTool = map[string]bool{"kubectl": true, "oc": true, "helm": true, "aws": true}

var ownCluster = regexp.MustCompile(`(?i)^(--(kube-?)?context=)?(kind(-.*)?|minikube|k3d-.*|docker-desktop|rancher-desktop|orbstack|colima)$|^(--(endpoint-url|server)=)?https?://(localhost|127\.0\.0\.1|localstack|0\.0\.0\.0)\b`)

// option says what the command has to be, behind which options it is given a
// secret, and which one names it there.
type option struct {
	needs, flags []string
	name         string
}

// tool reads a command that keeps what it is given, or signs in with it.
func (g *givenWalk) tool(program string, argv []string) {
	if clusterTool[program] && slices.ContainsFunc(argv, ownCluster.MatchString) {
		return
	}
	for _, k := range keepers[program] {
		behind := allIn(argv, k.needs)
		if behind == 0 || !g.remote && startsContainer(program, k.needs) && !stays(argv) {
			continue
		}
		given := inspect.Given{Via: "tool", Into: program + " " + strings.Join(k.needs, " ")}
		for i := behind; i < len(argv); i++ {
			given.Line = g.lineOf(i)
			if k.flags == nil {
				g.pairs(argv[i], given)
				continue
			}
			for _, flag := range k.flags {
				if pair := behindFlag(argv, i, flag, flag == "-e"); pair != "" {
					g.pairs(pair, given)
				}
			}
		}
	}
	for _, o := range options[program] {
		if len(o.needs) == 0 || allIn(argv, o.needs) > 0 {
			g.option(program, argv, o)
		}
	}
}

// startsContainer reports whether a command starts a container beside itself.
func startsContainer(program string, needs []string) bool {
	return (program == "docker" || program == "podman" || program == "nerdctl") && needs[0] != "service"
}

// stays reports whether a container is started again whenever it ends: not one
// that a job starts to try something.
func stays(argv []string) bool {
	return slices.ContainsFunc(argv, func(word string) bool {
		return strings.HasPrefix(word, "--restart") && word != "--restart=no"
	})
}

// option notes the secret behind an option, under the name that another option
// gives it, or else as the password of the tool.
func (g *givenWalk) option(program string, argv []string, o option) {
	into, name, glued := strings.Join(append([]string{program}, o.needs...), " "), "", speaksSQL(program) || program == "mysqldump"
	for i := 1; i < len(argv) && o.name != "" && name == ""; i++ {
		name = behindFlag(argv, i, o.name, false)
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	if o.name == "" {
		name = program + " password"
	}
	for i := 1; i < len(argv); i++ {
		for _, flag := range o.flags {
			value := behindFlag(argv, i, flag, glued)
			switch {
			case value == "":
			case len(o.needs) == 0:
				g.ofClient(program, argv, name, value, g.lineOf(i))
				return
			case o.needs[0] != "login" || !LocalHost(lastOperand(argv)):
				g.add(name, value, inspect.Given{Via: "tool", Into: into, Line: g.lineOf(i)})
				return
			}
		}
	}
}

// pairs reads a word of a command that keeps variables: NAME=value, and several
// with commas between them.
func (g *givenWalk) pairs(word string, given inspect.Given) {
	if strings.HasPrefix(word, "-") || len(word) > maxGivenText {
		return
	}
	word = strings.TrimSuffix(strings.TrimPrefix(word, "Variables={"), "}") // of a function of AWS
	list := []string{word}
	if strings.Count(word, "=") > 1 && strings.Contains(word, ",") && !strings.Contains(word, "://") {
		list = strings.SplitN(word, ",", maxGivenWords)
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
	case word == flag && (!glued || flag == "-e") && i+1 < len(argv) && !strings.HasPrefix(argv[i+1], "-"):
		return argv[i+1]
	}
	return ""
}
