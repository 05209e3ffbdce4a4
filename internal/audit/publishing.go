package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

var (
	// publishAction are actions that push an image, or attach what was built to a
	// release, by the names that their authors give such things.
	publishAction = regexp.MustCompile(`(?i)^[^@]*(build-(and-)?push|publish-docker|docker-publish|docker-push|push-to-registry|kaniko|buildah-push|buildx-push|ecr-push|push-ecr|docker-ecr|pack-publish|aws-ecr/build|aws-ecr-build|gcr/build-and-push|aws-ecs/deploy|gcp-cloud-run/deploy|heroku/deploy|k8s/create-or-update|kubernetes/create-or-update|helm/upgrade|docker/publish|setup-vercel-deploy)`)
	releaseAction = regexp.MustCompile(`(?i)^([^@]*/)?(action-gh-release|release-action|actions-upload-release-asset|upload-release-asset|upload-release-action|semantic-release-action|action-semantic-release|create-release|gh-action-pypi-publish|release-please-action|jreleaser|chart-releaser-action|npm-publish)@`)
	notDelivering = regexp.MustCompile(`(?i)pages|release-drafter|release-notes|mkdocs|setup-|login|changelog|codeql|dependency`)
	publishWord   = regexp.MustCompile(`(?i)(^|[^a-z])(deploy(ment|s)?|publish(es)?|release|push|rollout|ship|promote)([^a-z]|$)`)
)

// publishes names what a step hands an image or a package to others with.
func publishes(step inspect.WorkflowStep) string {
	action, _, _ := strings.Cut(step.Uses, "@")
	switch {
	case strings.HasPrefix(action, "docker/b"):
		if pushesImage(step) {
			return action
		}
	case strings.HasPrefix(step.Uses, "./"):
	case step.Uses != "" && publishAction.MatchString(step.Uses) && stepInput(step, "push").Text != "false":
		return action
	case calledElsewhere.MatchString(step.Uses) && pushesImage(step):
		return action
	case step.Uses != "" && releaseAction.MatchString(step.Uses):
		return action
	case step.System == "azure" && step.Uses != "":
		return azureTask(step)
	}
	for _, command := range step.Commands {
		if what := publishCommand(Unwrap(command.Argv)); what != "" {
			return what
		}
	}
	return ""
}

// calledElsewhere are workflows of another repository that a job calls: one that
// is given push pushes, whatever it is called.
var calledElsewhere = regexp.MustCompile(`^[^./][^@]*/\.github/workflows/[^@]+@`)

var pushOutput = regexp.MustCompile(`push=(true|\$\{\{)|type=registry|push-by-digest=true`)

// pushesImage reports whether Docker's own actions push, in the ways of their versions.
func pushesImage(step inspect.WorkflowStep) bool {
	push := stepInput(step, "push")
	if pushOutput.MatchString(stepInput(step, "outputs").Text) || pushOutput.MatchString(stepInput(step, "set").Text) {
		return true
	}
	if strings.HasPrefix(step.Uses, "docker/build-push-action@v1") {
		return push.Text != "false" && stepInput(step, "repository").Source != inspect.None
	}
	return push.Source == inspect.Input || push.HasText && push.Text != "false"
}

// azureTask names a task of Azure Pipelines that deploys or publishes.
func azureTask(step inspect.WorkflowStep) string {
	task, _, _ := strings.Cut(step.Uses, "@")
	switch strings.ToLower(task) {
	case "docker":
		if command := stepInput(step, "command").Text; command != "" && !strings.Contains(strings.ToLower(command), "push") {
			return ""
		}
		return "the task Docker"
	case "kubernetesmanifest", "kubernetes", "helmdeploy", "azurewebapp", "azurermwebappdeployment", "azurefunctionapp", "azurecontainerapps", "azurewebappcontainer", "azurestaticwebapp", "servicefabricdeploy":
		return "the task " + task
	}
	return ""
}

// publishCommand names a command that pushes an image or hands on a package.
func publishCommand(argv []string) string {
	if len(argv) == 0 || slices.Contains(argv, "--dry-run") || slices.Contains(argv, "--snapshot") {
		return ""
	}
	if program := path.Base(argv[0]); program == "semantic-release" || program == "release-it" {
		return program
	}
	program, words := path.Base(argv[0]), plainWords(argv[1:])
	line := " " + strings.Join(words, " ") + " "
	for _, phrase := range publishPhrases[program] {
		if strings.HasPrefix(line, " "+phrase+" ") {
			return program + " " + phrase
		}
	}
	switch program {
	case "docker", "nerdctl", "podman":
		if slices.ContainsFunc(argv, func(word string) bool {
			return word == "--push" || strings.HasPrefix(word, "--output=") && pushOutput.MatchString(word)
		}) {
			return program + " build --push"
		}
	case "mvn", "mvnw", "gradle", "gradlew":
		for _, word := range words {
			if publishGoal.MatchString(word) {
				return program + " " + word
			}
		}
	case "dotnet":
		if slices.Contains(words, "publish") && slices.ContainsFunc(argv, func(word string) bool {
			return strings.Contains(word, "PublishProfile=DefaultContainer") || strings.HasPrefix(word, "/t:PublishContainer") || strings.HasPrefix(word, "-t:PublishContainer")
		}) {
			return "dotnet publish"
		}
	}
	return ""
}

// publishPhrases are the words that a program publishes or deploys at, as they
// follow its name.
var publishPhrases = map[string][]string{
	"docker":  {"compose push", "push", "image push", "buildx imagetools create", "stack deploy", "manifest push"},
	"podman":  {"manifest push", "push"},
	"crane":   {"push", "copy", "tag"},
	"skopeo":  {"copy"},
	"ko":      {"build", "publish", "resolve", "apply"},
	"pack":    {"build --publish"},
	"gh":      {"release create", "release upload"},
	"azd":     {"deploy", "up"},
	"az":      {"webapp deploy", "webapp up", "containerapp update", "containerapp up", "acr build", "functionapp deployment", "aks"},
	"aws":     {"ecs update-service", "lambda update-function-code", "elasticbeanstalk update-environment", "deploy create-deployment", "apprunner start-deployment", "cloudformation deploy"},
	"gcloud":  {"run deploy", "app deploy", "builds submit", "functions deploy", "deploy releases create", "run services update"},
	"fastapi": {"deploy"}, "modal": {"deploy"}, "doctl": {"apps create-deployment", "apps update"}, "render": {"deploys create"},
	"netlify": {"deploy"}, "cap": {"production deploy"}, "dep": {"deploy"}, "nomad": {"job run", "run"}, "oc": {"apply", "rollout", "start-build"},
	"werf": {"converge"}, "helmfile": {"apply", "sync"}, "kustomize": {"edit set image"}, "goreleaser": {"release"}, "terraform": {"apply"},
	"waypoint": {"up", "deploy"}, "cf": {"push"}, "pulumi": {"up"}, "scalingo": {"deploy"}, "clever": {"deploy"}, "vercel": {"--prod"}, "jreleaser": {"full-release"},
	"helm": {"push"},
}

var publishGoal = regexp.MustCompile(`(?i)^:?([a-z:-]*:)?(deploy|publish[a-z]*|jib|bootBuildImage|dockerPush[a-z]*|azure-webapp:deploy|appengine[a-z]*deploy|jib:build)$`)

// plainWords are the words of a command line that are no flags.
func plainWords(args []string) []string {
	var words []string
	for _, word := range args {
		if !strings.HasPrefix(word, "-") {
			words = append(words, word)
		}
	}
	return words
}
