package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// docker knows builds of the checkout, and the services of the Compose file.
func docker(args []string) error {
	switch {
	case args[0] == "push" && len(args) == 2:
		return nil
	case args[0] == "build":
		if args[len(args)-1] != "." {
			return errors.New("the Dockerfile is for the checkout's top")
		}
		if i := slices.Index(args, "--build-arg"); i > 0 {
			return mentions("Dockerfile", "ARG "+strings.SplitN(args[i+1], "=", 2)[0])
		}
		return exists("Dockerfile")
	case args[0] == "compose" && len(args) > 3 && args[1] == "-f":
		return compose(args[2], args[3:])
	}
	return errUnknown
}

// composeFile is what stand-ins and tests read of a Compose file.
type composeFile struct {
	Services map[string]composeService `yaml:"services"`
}

type composeService struct {
	Command     []string          `yaml:"command"`
	Environment map[string]string `yaml:"environment"`
}

func compose(file string, args []string) error {
	var project composeFile
	if err := decode(file, &project); err != nil {
		return err
	}
	if args[0] != "build" {
		if err := mentions(filepath.Join(filepath.Dir(file), ".env"), "POSTGRES_PASSWORD="); err != nil {
			return err
		}
	}
	rest := slices.DeleteFunc(slices.Clone(args[1:]), func(arg string) bool { return strings.HasPrefix(arg, "-") || arg == "100" })
	switch args[0] {
	case "build", "up", "down", "ps":
		if len(rest) > 0 {
			return errUnknown
		}
	case "logs":
		return services(project, rest)
	case "run", "exec":
		if err := services(project, rest[:1]); err != nil {
			return err
		}
		return parsed(rest[1:])
	default:
		return errUnknown
	}
	return nil
}

func services(project composeFile, names []string) error {
	for _, name := range names {
		if _, ok := project.Services[name]; !ok {
			return fmt.Errorf("it has no service %s", name)
		}
	}
	return nil
}

// parsed wants arguments of this program.
func parsed(args []string) error {
	_, err := parse(args, os.Stderr)
	return err
}

// object is a Kubernetes object, as far as commands name it.
type object struct {
	Kind     string `yaml:"kind"`
	Metadata struct {
		Name   string            `yaml:"name"`
		Labels map[string]string `yaml:"labels"`
	} `yaml:"metadata"`
}

// kubernetes lists the objects of the files that a kustomization names.
func kubernetes(dir string) ([]object, error) {
	var list struct {
		Namespace string   `yaml:"namespace"`
		Resources []string `yaml:"resources"`
	}
	if err := decode(filepath.Join(dir, "kustomization.yaml"), &list); err != nil {
		return nil, err
	}
	var objects []object
	for _, name := range list.Resources {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		for _, part := range strings.Split(string(text), "\n---\n") {
			var o object
			if err := yaml.Unmarshal([]byte(part), &o); err != nil {
				return nil, err
			}
			objects = append(objects, o)
		}
	}
	return objects, nil
}

// kubectl knows what deploys, restarts and asks the objects of deploy/kubernetes.
func kubectl(args []string) error {
	const dir = "deploy/kubernetes"
	objects, err := kubernetes(dir)
	if err != nil {
		return err
	}
	named := func(kind, name string) error {
		if slices.ContainsFunc(objects, func(o object) bool { return strings.EqualFold(o.Kind, kind) && o.Metadata.Name == name }) {
			return nil
		}
		return fmt.Errorf("%s has no %s %s", dir, kind, name)
	}
	namespace := args[0] == "-n"
	if namespace {
		if err := mentions(filepath.Join(dir, "kustomization.yaml"), "namespace: "+args[1]+"\n"); err != nil {
			return err
		}
		args = args[2:]
	}
	switch line := strings.Join(args, " "); {
	case args[0] == "apply" && args[1] == "-k":
		if !strings.HasPrefix(line, "apply -k "+dir) || namespace {
			return errUnknown
		}
		if key, value, ok := strings.Cut(args[len(args)-1], "="); ok {
			if !slices.ContainsFunc(objects, func(o object) bool { return o.Metadata.Labels[key] == value }) {
				return fmt.Errorf("nothing has the label %s", args[len(args)-1])
			}
		}
		return nil
	case line == "create namespace twelvefold":
		return mentions(filepath.Join(dir, "kustomization.yaml"), "namespace: twelvefold\n")
	case !namespace:
		return errors.New("it names no namespace")
	case strings.HasPrefix(line, "create secret generic twelvefold --from-env-file="):
		return secrets(strings.TrimPrefix(args[4], "--from-env-file="))
	case line == "apply -f -": // what the command before it prints
		return nil
	}
	for _, found := range objectName.FindAllStringSubmatch(strings.Join(args, " "), -1) {
		if err := named(found[1], found[2]); err != nil {
			return err
		}
	}
	if i := slices.Index(args, "--"); i > 0 && args[i+1] == "twelvefold" {
		return parsed(args[i+2:])
	}
	if !slices.Contains([]string{"delete", "wait", "rollout", "logs", "exec"}, args[0]) {
		return errUnknown
	}
	return nil
}

// secrets wants a file of variables that git ignores.
func secrets(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := exec.Command("git", "check-ignore", "--quiet", file).Run(); err != nil {
		return fmt.Errorf("git does not ignore %s", file)
	}
	return knownVariables(strings.Fields(string(text)))
}

var objectName = regexp.MustCompile(`\b(job|deployment|service|configmap)[/ ]([a-z-]+)`)

// fly knows what fly.toml names.
func fly(args []string) error {
	if err := exists("fly.toml"); err != nil {
		return err
	}
	switch line := strings.Join(args, " "); {
	case line == "deploy" || line == "logs":
		return nil
	case strings.HasPrefix(line, "apps create "):
		return mentions("fly.toml", fmt.Sprintf("app = %q", args[2]))
	case strings.HasPrefix(line, "secrets set "):
		return knownVariables(slices.DeleteFunc(args[2:], func(arg string) bool { return arg == "--stage" }))
	case strings.HasPrefix(line, "scale count "):
		for _, arg := range args[2:] {
			name, _, _ := strings.Cut(arg, "=")
			if err := mentions("fly.toml", fmt.Sprintf("\n  %s = %q\n", name, name)); err != nil {
				return err
			}
		}
		return nil
	case strings.HasPrefix(line, "ssh console --process-group ") && args[4] == "--command":
		return inside(args[5])
	}
	return errUnknown
}

// heroku knows its own build's variables beside this program's, and the Procfile.
func heroku(args []string) error {
	switch line := strings.Join(args, " "); {
	case strings.HasPrefix(line, "create ") || strings.HasPrefix(line, "buildpacks:add heroku/") || strings.HasPrefix(line, "addons:create heroku-postgresql") || line == "logs --tail":
		return exists("Procfile", "go.mod", "package.json")
	case args[0] == "config:set":
		return knownVariables(slices.DeleteFunc(args[1:], func(arg string) bool { return strings.HasPrefix(arg, "CGO_CFLAGS=") }))
	case args[0] == "ps:scale":
		for _, arg := range args[1:] {
			name, _, _ := strings.Cut(arg, "=")
			if err := mentions("Procfile", name+": twelvefold "+name); err != nil {
				return err
			}
		}
		return nil
	case args[0] == "run" && len(args) == 2:
		return inside(args[1])
	}
	return errUnknown
}

// inside wants a command of this program, as a platform's shell gets it.
func inside(command string) error {
	words := strings.Fields(command)
	if words[0] != "twelvefold" {
		return errUnknown
	}
	return parsed(words[1:])
}

// mentions wants a text in a file.
func mentions(file, text string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !strings.Contains(string(content), text) {
		return fmt.Errorf("%s does not say %q", file, text)
	}
	return nil
}

func decode(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}
