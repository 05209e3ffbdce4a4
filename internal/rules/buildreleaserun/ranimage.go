package buildreleaserun

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// imagesPutToWork lists the component's own images that a pipeline or script
// has a platform or server run, as written. Tests and trial clusters run no
// release.
func imagesPutToWork(c *audit.Component) []deployedImage {
	var list []deployedImage
	own := ownedBy(c)
	for _, s := range scripts(c) {
		if forTests(s) || onTrialCluster(s) || s.step != nil && forReview(s.step.Fact) {
			continue
		}
		add := func(image string, line int) {
			if s.step != nil {
				image = expand(s.step.Fact, image, nil)[0]
			}
			if image = strings.Trim(image, `"'`); image != "" && own(image) {
				list = append(list, deployedImage{image, s.at(line)})
			}
		}
		if s.step != nil {
			for _, with := range s.step.Fact.With {
				if slices.Contains(runningActions[actionName(s.step.Fact)], with.Name) && !strings.ContainsAny(strings.TrimSpace(with.Value.Text), "\n,") {
					add(strings.TrimSpace(with.Value.Text), with.Line)
				}
			}
		}
		for _, command := range remoteSteps(s) {
			for _, image := range runOnServer(command.Argv) {
				add(image, command.Line)
			}
		}
		for _, command := range s.commands {
			if commands, remote := remoteCommands(c, s, command); remote {
				for _, there := range commands {
					for _, image := range runOnServer(there.Argv) {
						add(image, there.Line)
					}
				}
				continue
			}
			for _, image := range runOnPlatform(command.Argv) {
				add(image, command.Line)
			}
		}
		for _, p := range passedOn(s.commands) {
			add(p.Argv[0], p.Line)
		}
	}
	return list
}

// ownedBy tells a component's own images from others': by their names, or
// because its pipeline pushes them.
func ownedBy(c *audit.Component) func(image string) bool {
	pushed := map[string]bool{}
	for _, p := range publications(c) {
		for _, tag := range p.tags {
			if name, _, _ := audit.SplitImage(masked(tag)); name != "" && !strings.HasPrefix(tag, metadataMark) {
				pushed[name] = true
			}
		}
	}
	for _, image := range builtFrom(c) {
		pushed[image] = true
	}
	return func(image string) bool {
		name, _, _ := audit.SplitImage(masked(image))
		return pushed[name] || !strings.ContainsAny(path.Base(name), "${") && owns(c, image)
	}
}

// builtFrom are the images that a workflow builds from the component's own
// directory: what the action that prepares its tags is told.
func builtFrom(c *audit.Component) []string {
	building := map[string]bool{} // workflows, by path
	for step := range audit.AllFacts[inspect.WorkflowStep](c.Repo) {
		if context := with(step.Fact, "context"); c.Path != "." && context != "" && imageAction.MatchString(step.Fact.Uses) && path.Clean(expand(step.Fact, context, nil)[0]) == c.Path {
			building[step.File.Path] = true
		}
	}
	var list []string
	for step := range audit.AllFacts[inspect.WorkflowStep](c.Repo) {
		if building[step.File.Path] && strings.HasPrefix(step.Fact.Uses, "docker/metadata-action@") {
			for _, image := range strings.FieldsFunc(with(step.Fact, "images"), func(r rune) bool { return r == '\n' || r == ',' }) {
				list = append(list, expand(step.Fact, strings.TrimSpace(image), nil)[0])
			}
		}
	}
	return list
}

// forReview reports whether a step only deploys what a pull request shows.
func forReview(step inspect.WorkflowStep) bool {
	return len(step.Events) == 1 && strings.HasPrefix(step.Events[0], "pull_request") || reviewJob.MatchString(step.Job) || reviewJob.MatchString(step.Environment)
}

var reviewJob = regexp.MustCompile(`(?i)(^|[-_ ])(review|preview|pr|local)([-_ ]|$)`)

// runningActions are actions that have a platform run an image, with the names
// of the inputs that say which.
var runningActions = map[string][]string{
	"google-github-actions/deploy-cloudrun": {"image"}, "azure/webapps-deploy": {"images"}, "azure/functions-container-action": {"image"},
	"azure/container-apps-deploy-action": {"imageToDeploy"}, "azure/aci-deploy": {"image"}, "aws-actions/amazon-ecs-render-task-definition": {"image"},
	"awslabs/amazon-app-runner-deploy": {"image"}, "aws-actions/amazon-app-runner-deploy": {"image"}, "johnbeynon/render-deploy-action": {"image"},
}

// runOnPlatform are the images that a command has a platform run.
func runOnPlatform(argv []string) []string {
	argv = audit.Unwrap(argv)
	if len(argv) < 3 || slices.Contains(argv, "--dry-run") || slices.Contains(argv, "--dry-run=client") {
		return nil
	}
	rest := words(argv[1:])
	has := func(list ...string) bool {
		return len(rest) >= len(list) && slices.Equal(rest[:len(list)], list)
	}
	switch path.Base(argv[0]) {
	case "gcloud":
		for len(rest) > 0 && (rest[0] == "beta" || rest[0] == "alpha") {
			rest = rest[1:]
		}
		if has("run", "deploy") || has("run", "services", "update") || has("run", "jobs", "deploy") || has("run", "jobs", "update") {
			return flagValues(argv, "--image")
		}
	case "az":
		switch {
		case has("webapp", "config", "container", "set"), has("functionapp", "config", "container", "set"), has("webapp", "create"):
			return flagValues(argv, "--docker-custom-image-name", "--container-image-name", "--deployment-container-image-name", "--image", "-c")
		case has("containerapp", "update"), has("containerapp", "create"), has("containerapp", "up"), has("container", "create"):
			return flagValues(argv, "--image", "-i")
		}
	case "fly", "flyctl":
		if has("deploy") {
			return flagValues(argv, "--image", "-i")
		}
	case "aws":
		if has("lambda", "update-function-code") {
			return flagValues(argv, "--image-uri")
		}
	case "kubectl", "oc":
		return setImages(withoutValues(argv[1:], "-n", "--namespace", "--context", "--kubeconfig", "--cluster"))
	case "docker":
		if has("service", "update") {
			return flagValues(argv, "--image")
		}
	}
	return nil
}

// setImages are the images of kubectl set image deployment/shop web=acme/shop:latest.
func setImages(rest []string) []string {
	if len(rest) < 4 || rest[0] != "set" || rest[1] != "image" {
		return nil
	}
	var list []string
	for _, word := range rest[3:] {
		if container, image, ok := strings.Cut(word, "="); ok && !strings.HasPrefix(container, "-") {
			list = append(list, image)
		}
	}
	return list
}

// runOnServer are the images that a command on a server fetches or runs there.
func runOnServer(argv []string) []string {
	if len(argv) < 3 || path.Base(argv[0]) != "docker" && path.Base(argv[0]) != "podman" {
		return nil
	}
	rest := argv[1:]
	if rest[0] == "container" || rest[0] == "image" {
		rest = rest[1:]
	}
	switch {
	case len(rest) < 2:
	case rest[0] == "pull":
		if names := words(rest[1:]); len(names) == 1 {
			return names
		}
	case rest[0] == "run" || rest[0] == "create":
		if names := behindFlags(rest[1:]); len(names) > 0 {
			return names[:1]
		}
	case rest[0] == "service" && rest[1] == "update":
		return flagValues(argv, "--image")
	}
	return nil
}

// behindFlags drops the flags of docker run up to the image. A flag that is not
// known to stand alone has a value.
func behindFlags(args []string) []string {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		flag := args[0]
		args = args[1:]
		alone := strings.Contains(flag, "=") || switches[flag] || !strings.HasPrefix(flag, "--") && (len(flag) > 2 && flagsWithValue.MatchString(flag) || shortSwitches.MatchString(flag))
		if !alone && len(args) > 0 {
			args = args[1:]
		}
	}
	return args
}

var (
	switches       = map[string]bool{"--rm": true, "--detach": true, "--init": true, "--interactive": true, "--tty": true, "--privileged": true, "--read-only": true, "--no-healthcheck": true, "--publish-all": true, "--oom-kill-disable": true, "--quiet": true}
	shortSwitches  = regexp.MustCompile(`^-[ditPq]+$`)
	flagsWithValue = regexp.MustCompile(`^-[pvewmluhc].`) // -p8080:80
)

// passedOn are the images that a script fetches from one registry and pushes to
// another that runs them, each with the line that fetches it.
func passedOn(commands []inspect.Command) []inspect.Command {
	var list []inspect.Command
	pulled := map[string]int{}
	for _, command := range commands {
		argv := audit.Unwrap(command.Argv)
		if len(argv) < 3 || path.Base(argv[0]) != "docker" && path.Base(argv[0]) != "podman" {
			continue
		}
		switch rest := words(argv[1:]); {
		case len(rest) == 2 && rest[0] == "pull":
			pulled[rest[1]] = command.Line
		case len(rest) == 3 && rest[0] == "tag":
			if line, ok := pulled[rest[1]]; ok && runningRegistry.MatchString(rest[2]) {
				list = append(list, inspect.Command{Argv: rest[1:2], Line: line})
			}
		}
	}
	return list
}

// runningRegistry are registries of platforms that run what is pushed there.
var runningRegistry = regexp.MustCompile(`^registry\.(heroku|fly)\.(com|io)/`)
