package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// deliverActions deploy or publish by themselves, by the action's name without
// its version.
var deliverActions = map[string]bool{
	"akhileshns/heroku-deploy": true, "aws-actions/amazon-ecs-deploy-task-definition": true, "google-github-actions/deploy-cloudrun": true,
	"google-github-actions/deploy-appengine": true, "azure/webapps-deploy": true, "azure/k8s-deploy": true, "azure/container-apps-deploy-action": true,
	"digitalocean/app_action": true, "digitalocean/app_action/deploy": true, "amondnet/vercel-action": true, "cloudflare/wrangler-action": true,
	"einaregilsson/beanstalk-deploy": true, "serverless/github-action": true, "goreleaser/goreleaser-action": true, "bervproject/railway-deploy": true,
	"render-examples/deploy-to-render": true, "johnbeynon/render-deploy-action": true,
}

// deliverCommands are programs that deploy or publish when told by these words.
var deliverCommands = map[string][]string{
	"flyctl": {"deploy"}, "fly": {"deploy"}, "kubectl": {"apply", "set", "rollout"}, "helm": {"upgrade"}, "kamal": {"deploy"}, "docker": {"push"},
	"podman": {"push"}, "buildah": {"push"}, "gcloud": {"deploy"}, "serverless": {"deploy"}, "sls": {"deploy"}, "railway": {"up"}, "vercel": {"deploy"},
	"heroku": {"container:release", "container:push"}, "eb": {"deploy"}, "cdk": {"deploy"}, "sam": {"deploy"}, "copilot": {"deploy"}, "skaffold": {"run"},
	"argocd": {"sync"}, "ko": {"apply", "resolve"}, "zappa": {"deploy", "update"}, "wrangler": {"deploy"},
}

// Delivers names what a step deploys or publishes with, "" when it doesn't.
func Delivers(step inspect.WorkflowStep) string {
	action, _, _ := strings.Cut(step.Uses, "@")
	action = strings.ToLower(action)
	switch {
	case deliverActions[action]:
		return action
	case step.System == "travis" && action != "":
		return travisProviders(action)
	case action == "docker/build-push-action" || action == "docker/bake-action":
		if push := stepInput(step, "push"); push.HasText && push.Text != "false" || push.Source == inspect.Input {
			return action
		}
		if outputs := stepInput(step, "outputs"); strings.Contains(outputs.Text, "push=true") {
			return action
		}
	case action == "superfly/flyctl-actions" && strings.Contains(stepInput(step, "args").Text, "deploy"):
		return action
	}
	for _, command := range step.Commands {
		argv := Unwrap(command.Argv)
		if len(argv) < 2 || slices.Contains(argv, "--dry-run") {
			continue
		}
		program := path.Base(argv[0])
		for _, word := range deliverCommands[program] {
			if slices.Contains(argv[1:], word) {
				return program + " " + word
			}
		}
		if program == "docker" && slices.Contains(argv, "build") && slices.Contains(argv, "--push") {
			return "docker build --push"
		}
		if program == "git" && argv[1] == "push" && slices.ContainsFunc(argv[2:], func(word string) bool {
			return word == "heroku" || word == "dokku" || strings.Contains(word, "git.heroku.com")
		}) {
			return "git push " + argv[2]
		}
	}
	return ""
}

// travisProviders is what a provider of Travis's deploys does, as others say it.
func travisProviders(provider string) string {
	switch provider {
	case "releases":
		return "gh release"
	case "npm":
		return "npm publish"
	}
	return "deploy to " + provider
}

func stepInput(step inspect.WorkflowStep, name string) inspect.Value {
	for _, with := range step.With {
		if with.Name == name {
			return with.Value
		}
	}
	return inspect.Value{}
}
