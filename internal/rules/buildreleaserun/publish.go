package buildreleaserun

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// publication is a step of a workflow that makes an artefact and hands it on.
type publication struct {
	audit.Located[inspect.WorkflowStep]
	what string   // "an image", "a package"
	tags []string // of an image, expressions filled in as far as the workflow says
}

// publications lists the steps that publish the component's artefact. One for
// every entry of a matrix publishes each component's.
func publications(c *audit.Component) []publication {
	var list []publication
	metadata := metadataTags(c.Repo)
	for step := range audit.AllFacts[inspect.WorkflowStep](c.Repo) {
		if c.File(step.File.Path) == nil && !ofMatrix(step.Fact) {
			continue
		}
		if c.Class != audit.StaticFrontend && pagesAction.MatchString(step.Fact.Uses) {
			continue // the documentation of what runs elsewhere
		}
		if p, ok := publishes(step, metadata[step.File.Path]); ok {
			list = append(list, p)
		}
	}
	return list
}

func ofMatrix(step inspect.WorkflowStep) bool {
	for _, with := range step.With {
		if strings.Contains(with.Value.Text, "matrix.") && (with.Name == "file" || with.Name == "context" || with.Name == "tags") {
			return true
		}
	}
	return strings.Contains(step.Run, "matrix.") && strings.Contains(step.Run, "docker ")
}

var (
	imageAction   = regexp.MustCompile(`(?i)(^|/)(build-push(-action)?|publish-docker-github-action|docker-build-push|kaniko-action|buildah-push|push-to-registry|action-buildpacks?-cli)@`)
	packageAction = regexp.MustCompile(`(?i)^(goreleaser/goreleaser-action|pypa/gh-action-pypi-publish|softprops/action-gh-release|ncipollo/release-action|actions/upload-release-asset|js-devtools/npm-publish|changesets/action|cycjimmy/semantic-release-action)@`)
	deployAction  = regexp.MustCompile(`(?i)^(akhileshns/heroku-deploy|azure/webapps-deploy|google-github-actions/deploy-(cloudrun|appengine|cloud-functions)|aws-actions/amazon-ecs-deploy-task-definition|cloudflare/(pages|wrangler)-action|peaceiris/actions-gh-pages|actions/deploy-pages|jamesives/github-pages-deploy-action|amondnet/vercel-action|nwtgck/actions-netlify)@`)
	pagesAction   = regexp.MustCompile(`(?i)^(peaceiris/actions-gh-pages|actions/deploy-pages|jamesives/github-pages-deploy-action)@`)
	trialRun      = regexp.MustCompile(`--snapshot|--skip[= ]publish|--dry-run`)
	notPushed     = regexp.MustCompile(`^(false|no|)$`)
)

// publishes reads one step. Tests' uploads and builds that stay on the runner
// publish nothing.
func publishes(step audit.Located[inspect.WorkflowStep], rules []string) (publication, bool) {
	s := step.Fact
	p := publication{Located: step}
	switch {
	case imageAction.MatchString(s.Uses):
		push, outputs := with(s, "push"), with(s, "outputs")
		if notPushed.MatchString(push) && !strings.Contains(outputs, "push") && strings.Contains(s.Uses, "build-push-action") {
			return p, false
		}
		p.what = "an image"
		if strings.Contains(outputs, "push-by-digest") {
			return p, true // a later step names it
		}
		for _, tag := range strings.FieldsFunc(with(s, "tags"), func(r rune) bool { return r == '\n' || r == ',' }) {
			p.tags = append(p.tags, expand(s, strings.TrimSpace(tag), rules)...)
		}
		return p, true
	case len(s.Bakes) > 0:
		if p.tags = baked(s, rules); len(p.tags) == 0 {
			return p, false
		}
		p.what = "an image"
		return p, true
	case packageAction.MatchString(s.Uses):
		p.what = "a package"
		return p, !trialRun.MatchString(with(s, "args")) || strings.Contains(with(s, "args"), "||")
	case deployAction.MatchString(s.Uses):
		p.what = "a deploy"
		return p, true
	}
	for _, c := range s.Commands {
		what, tags := publishCommand(c.Argv)
		if what == "" {
			continue
		}
		if p.what == "" {
			p.what = what
		}
		for _, tag := range tags {
			p.tags = append(p.tags, expand(s, tag, rules)...)
		}
	}
	return p, p.what != ""
}

// baked are the tags of the targets of bake that are pushed. What the metadata
// action names stands above those of the file.
func baked(s inspect.WorkflowStep, rules []string) []string {
	var list []string
	for _, target := range s.Bakes {
		if !slices.ContainsFunc(target.Outputs, func(o string) bool { return strings.Contains(o, "push=true") || strings.Contains(o, "type=registry") }) {
			continue
		}
		if len(rules) > 0 && strings.Contains(with(s, "files"), "outputs.bake-file") {
			list = append(list, rules...)
			continue
		}
		for _, tag := range target.Tags {
			list = append(list, expand(s, tag, rules)...)
		}
	}
	return list
}

func with(s inspect.WorkflowStep, name string) string {
	for _, w := range s.With {
		if w.Name == name {
			return w.Value.Text
		}
	}
	return ""
}

// publishCommand tells what a command hands on, and under which tags.
func publishCommand(argv []string) (what string, tags []string) {
	argv = audit.Unwrap(argv)
	if len(argv) < 2 {
		return "", nil
	}
	program, rest := path.Base(argv[0]), words(argv[1:])
	first, second := "", ""
	if len(rest) > 0 {
		first = rest[0]
	}
	if len(rest) > 1 {
		second = rest[1]
	}
	switch program {
	case "docker", "podman", "buildah", "nerdctl":
		return pushCommand(argv, first, second, rest)
	case "fly", "flyctl", "kamal", "railway", "vercel", "netlify", "serverless", "sls", "sam", "eb", "cdk", "copilot", "wrangler":
		if first == "deploy" || first == "up" {
			return "a deploy", nil
		}
	case "heroku":
		if first == "container:push" || first == "container:release" {
			return "an image", nil
		}
	case "gcloud":
		if first == "builds" && second == "submit" || (first == "run" || first == "app") && second == "deploy" {
			return "an image", flagValues(argv, "--tag", "-t", "--image")
		}
	case "goreleaser":
		if first == "release" && !trialRun.MatchString(strings.Join(argv, " ")) {
			return "a package", nil
		}
	case "npm", "pnpm", "yarn", "poetry", "uv", "cargo", "twine", "gem", "hatch", "flit":
		if (first == "publish" || first == "upload" || first == "push") && !trialRun.MatchString(strings.Join(argv, " ")) {
			return "a package", nil
		}
	case "ko":
		if first == "build" || first == "publish" || first == "apply" {
			return "an image", nil
		}
	case "mvn", "mvnw", "gradle", "gradlew":
		if first == "deploy" || first == "publish" || strings.HasPrefix(first, "jib") {
			return "a package", nil
		}
	case "git":
		if first == "push" && (second == "heroku" || second == "dokku") {
			return "a deploy", nil
		}
	}
	return "", nil
}

func pushCommand(argv []string, first, second string, rest []string) (string, []string) {
	switch {
	case first == "push" && second != "":
		return "an image", rest[1:2]
	case (first == "compose" || first == "image") && second == "push":
		return "an image", nil
	case first == "buildx" && second == "imagetools" && len(rest) > 2 && rest[2] == "create":
		return "an image", flagValues(argv, "-t", "--tag")
	case (first == "build" || first == "buildx") && pushed(argv):
		return "an image", flagValues(argv, "-t", "--tag")
	}
	return "", nil
}

func pushed(argv []string) bool {
	for _, word := range argv {
		if word == "--push" || strings.HasPrefix(word, "--output=") && strings.Contains(word, "push=true") {
			return true
		}
	}
	return false
}

func flagValues(argv []string, names ...string) []string {
	var list []string
	for i, word := range argv {
		name, value, joined := strings.Cut(word, "=")
		for _, wanted := range names {
			switch {
			case name != wanted:
			case joined:
				list = append(list, value)
			case i+1 < len(argv):
				list = append(list, argv[i+1])
			}
		}
	}
	return list
}
