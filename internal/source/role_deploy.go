package source

import (
	"regexp"
	"strings"
)

// Tables and tests for what builds, deploys and develops.

var (
	ciDirectory = words(`.circleci .buildkite .semaphore .teamcity .concourse .ci .tekton .woodpecker .azure-pipelines .gitlab-ci`)
	ciName      = words(`.gitlab-ci.yml .gitlab-ci.yaml .travis.yml appveyor.yml .appveyor.yml bitbucket-pipelines.yml .drone.yml
		.drone.star .woodpecker.yml .cirrus.yml .cirrus.star buildspec.yml buildspec.yaml .goreleaser.yml .goreleaser.yaml
		goreleaser.yml wercker.yml codefresh.yml screwdriver.yaml shippable.yml`)
	ciPattern = namePattern(`^jenkinsfile([._-].*)?$|\.jenkinsfile$|^azure-pipelines?[a-z0-9._-]*\.ya?ml$|^cloudbuild[a-z0-9._-]*\.(ya?ml|json)$|\.gitlab-ci\.ya?ml$`, "jenkinsfile", "azure", "cloudbuild", "gitlab")

	requirementsFile = namePattern(`^(.*[-_.])?requirements([-_.].*)?\.(txt|in|pip)$`, "requirements")
	composeName      = namePattern(`^(.*[._-])?(docker-)?compose([._-].*)?\.ya?ml$`, "compose")
	dockerName       = namePattern(`^(dockerfile|containerfile)([._-].*)?$|\.(dockerfile|containerfile)$`, "docker", "container")
	entrypointName   = namePattern(`^(docker-)?entrypoint([._-].*)?$`, "entrypoint")

	developmentDirectory = words(`dev develop development local localdev minikube kind k3d docker-desktop .devcontainer .gitpod devcontainer localhost`)
	testEnvironment      = words(`test testing e2e`)

	// platformFile are descriptors that a platform or an orchestrator reads.
	platformFile = roles(DeployProd, `procfile fly.toml render.yaml render.yml app.json heroku.yml app.yaml railway.json railway.toml
		vercel.json now.json netlify.toml serverless.yml serverless.yaml serverless.ts samconfig.toml zappa_settings.json
		nixpacks.toml captain-definition apprunner.yaml dockerrun.aws.json chart.yaml kustomization.yaml kustomization.yml
		helmfile.yaml helmfile.yml helmfile.d pulumi.yaml wrangler.toml wrangler.jsonc .dockerignore docker-bake.hcl
		supervisord.conf supervisor.conf supervisord.ini nginx.conf uwsgi.ini gunicorn.conf.py gunicorn_config.py gunicorn.py
		puma.rb crontab caddyfile terragrunt.hcl captain.yml cloudformation.yml cloudformation.yaml project.toml koyeb.yaml
		aptfile .buildpacks .slugignore ecosystem.config.js ecosystem.config.cjs pm2.json process.yml kamal.yml web.config`)
	kubernetesDirectory = words(`k8s kubernetes kube helm charts deploy deployment deployments manifests kustomize overlays argocd gitops
		infra infrastructure terraform ops ansible openshift aws gcp azure cloudformation cdk flux`)
	deployDirectory = words(`.ebextensions .platform .do .aws .kamal .ecs .copilot copilot .chart`)
	terraformFile   = words(`.tf .tfvars`)

	devToolRoot = words(`tools hack dev devtools dev-tools benchmark benchmarks bench profiling devenv eng buildsrc build-logic`)
	asideRoot   = words(`extras extra contrib misc etc`)
	// packagerHook are instructions to PyInstaller: the hyphen keeps programs
	// from importing them.
	packagerHook = namePattern(`^hook-[\w.-]+\.py$`, "hook-")
	devToolName  = words(`tiltfile vagrantfile noxfile.py tox.ini .flake8 .pylintrc mypy.ini .mypy.ini pytest.ini .coveragerc ruff.toml .ruff.toml
		.editorconfig .gitattributes .pre-commit-config.yaml .golangci.yml .golangci.yaml .golangci.toml .rubocop.yml .rubocop_todo.yml
		phpunit.xml phpunit.xml.dist phpstan.neon phpstan.neon.dist psalm.xml sonar-project.properties codecov.yml .codecov.yml
		renovate.json renovate.json5 .renovaterc.json nodemon.json lefthook.yml .lefthook.yml air.toml .air.toml .envrc devbox.json
		skaffold.yaml skaffold.yml dependabot.yml .yamllint .yamllint.yml .markdownlint.json .hadolint.yaml .hadolint.yml
		.browserslistrc .jshintrc .jscsrc .nycrc .istanbul.yml .watchmanconfig .rspec guardfile dangerfile dangerfile.js dangerfile.ts
		overmind.env .swcrc .sequelizerc-dev components.json .lintstagedrc biome.json biome.jsonc .oxlintrc.json dprint.json
		knip.json knip.ts cspell.json .cspell.json typos.toml _typos.toml deny.toml clippy.toml rustfmt.toml .rustfmt.toml
		checkstyle.xml spotbugs.xml pmd.xml .scalafmt.conf .clang-format .swiftlint.yml .stylelintignore .eslintignore .prettierignore
		cypress.json lerna-debug.log commitlint.config.js karma.conf.js protractor.conf.js wallaby.js plopfile.js plopfile.ts`)
	devToolPattern = regexp.MustCompile(`^\.?(eslint|prettier|babel|webpack|rollup|vite|vitest|jest|karma|playwright|cypress|commitlint|lint-?staged|stylelint|postcss|tailwind|tsup|tsdown|esbuild|metro|release|semantic-release|wdio|codecept|nightwatch|cucumber|mocha|ava|nyc|c8|svgo|lage|rspack|rsbuild|craco|unocss|windi|cz|changelog|size-limit|typedoc|graphql-codegen|codegen|orval|openapi-ts|percy|backstop|i18next-parser|i18next-scanner|purgecss|volar)([.-][a-z0-9_-]+)*[.-]conf(ig)?([.-][a-z0-9_-]+)*\.(js|ts|cjs|mjs|mts|cts|json|yml|yaml)$` +
		`|^\.(eslint|prettier|babel|stylelint|commitlint|mocha|lintstaged|release|postcss|swc|nyc|huskyrc|versionrc|c8|solhint|htmlhint|jsbeautify|browserslist|bumpversion|czrc|auto)rc?(\.[a-z]+)?$|^(gulpfile|gruntfile)([.-][a-z0-9_-]+)*\.(js|ts|cjs|mjs|coffee|babel\.js|esm\.js)$`)

	seedName = namePattern(`^seeds?\.(sql|js|ts|mjs|cjs|rb|py|json|php|go|yml|yaml|csv|sh)$|[.-]seed(er)?\.(js|ts|sql)$`, "seed")
	// settingsFile are settings that are chosen by the environment's name:
	// settings/dev.py, config/environments/test.rb, application-dev.yml.
	settingsFile = namePattern(`^(application|appsettings|bootstrap|settings|config|services)[._-](test|testing|e2e|dev|development|local)\.(ya?ml|properties|json|py|toml|js|ts|rb|php|xml)$|^(web|app)\.(test|testing|e2e|dev|development|debug|local)\.config$|^(test|testing|dev|development|local)_settings\.py$|^(settings|config|configuration)_(test|testing|dev|development|local)\.py$`, "test", "e2e", "dev", "local", "debug")
	settingsStem = namePattern(`^(test|testing|e2e|dev|development|local)\.(py|rb|json|json5|ya?ml|js|ts|cjs|exs|toml|php)$`, "test", "e2e", "dev", "local")
)

func roles(role Role, list string) map[string]Role {
	m := map[string]Role{}
	for name := range words(list) {
		m[name] = role
	}
	return m
}

// container names a file that describes an image or its services:
// "compose", "dockerfile", "entrypoint", or "".
func (f located) container() string {
	switch {
	case composeName.MatchString(f.name):
		return "compose"
	case dockerName.MatchString(f.name) && f.ext != ".dockerignore" && !codeFile[f.ext]:
		return "dockerfile"
	case entrypointName.MatchString(f.name) && (f.ext == "" || f.ext == ".sh" || f.ext == ".bash"):
		return "entrypoint"
	}
	return ""
}

func ciRole(f located) Role {
	for i, dir := range f.lower {
		if ciDirectory[dir] || dir == "ci" && i == 0 {
			if docsFile[f.ext] {
				return Docs
			}
			return CI
		}
		if (dir == ".github" || dir == ".gitea" || dir == ".forgejo") && i == 0 && i+1 < len(f.lower) {
			switch f.lower[i+1] {
			case "workflows", "actions", "scripts":
				if docsFile[f.ext] {
					return Docs
				}
				return f.besideWorkflows()
			}
			if f.name == "action.yml" || f.name == "action.yaml" {
				return CI
			}
		}
		if dir == ".gitlab" && i+1 < len(f.lower) && (f.lower[i+1] == "ci" || f.lower[i+1] == "workflows") {
			return CI
		}
	}
	if len(f.dirs) <= 2 && (ciName[f.name] || ciPattern.MatchString(f.name)) && directoryRole(f) == "" {
		return CI
	}
	return ""
}

// besideWorkflows tells the tests that people keep among the workflows that
// run them from what a workflow or an action is made of.
func (f located) besideWorkflows() Role {
	if codeFile[f.ext] {
		if role := directoryRole(f); role != "" {
			return role
		}
		if role := testNameRole(f); role != "" {
			return role
		}
	}
	return CI
}

// packageRequirementRole tells what a pip requirements file is for, which its
// content does not.
func packageRequirementRole(f located) Role {
	inDirectory := len(f.lower) > 0 && f.lower[len(f.lower)-1] == "requirements" && (f.ext == ".txt" || f.ext == ".in" || f.ext == ".pip")
	if !inDirectory && !requirementsFile.MatchString(f.name) || directoryRole(f) != "" {
		return ""
	}
	switch {
	case hasWord(f.name, "test", "tests", "testing", "e2e"):
		return Test
	case hasWord(f.name, "doc", "docs"):
		return Docs
	case hasWord(f.name, "dev", "devel", "development", "local", "lint", "linting", "debug", "typing", "tools", "black", "style"):
		return DevTool
	case hasWord(f.name, "ci"):
		return CI
	}
	return Prod
}

// environment tells which environment's settings a file holds, by its name or
// by the directory of settings that it stands in.
func (f located) environment() (Role, bool) {
	if n := len(f.lower); n > 2 && f.lower[n-3] == "config" && f.lower[n-2] == "packages" && settingsDirectory[f.lower[n-1]] { // Symfony's
		return settingsRole(f.lower[n-1]), true
	}
	named := settingsFile.MatchString(f.name)
	if !named && settingsStem.MatchString(f.name) && len(f.lower) > 0 {
		switch f.lower[len(f.lower)-1] {
		case "settings", "environments", "config", "conf", "environment", "configs", "env", "envs":
			named = true
		}
	}
	if !named {
		return "", false
	}
	return settingsRole(f.name), true
}

// settingsDirectory are directories of the settings of an environment that is
// not deployed.
var settingsDirectory = words(`test testing e2e dev development local`)

func settingsRole(name string) Role {
	if hasWord(name, "test", "testing", "e2e") {
		return Test
	}
	return DeployDev
}

// developmentRole tells descriptors of a developer's own deploy.
func developmentRole(f located) Role {
	if environment, ok := f.environment(); ok {
		return environment
	}
	if len(f.lower) > 0 && (f.lower[0] == ".devcontainer" || f.lower[0] == ".gitpod") || f.name == ".gitpod.yml" || f.name == ".gitpod.dockerfile" || f.name == ".devcontainer.json" {
		return DeployDev
	}
	descriptor := f.container() != "" || strings.HasPrefix(f.name, "procfile") || platformFile[f.name] != "" || f.kubernetes() || f.kamal() ||
		strings.HasPrefix(f.name, "values") && (f.ext == ".yaml" || f.ext == ".yml")
	switch {
	case strings.HasPrefix(f.name, "kind") && hasWord(f.name, "kind") && (f.ext == ".yaml" || f.ext == ".yml"),
		strings.HasSuffix(f.name, ".local.yml") || strings.HasSuffix(f.name, ".local.yaml"):
		return DeployDev
	case !descriptor:
		return ""
	case hasWord(f.name, "test", "tests", "testing", "e2e"):
		return Test
	case hasWord(f.name, "ci"):
		return CI
	case hasWord(f.name, "dev", "develop", "development", "local", "override", "debug", "devcontainer", "minikube", "kind"), f.forDevelopment(),
		f.name == "procfile.windows" || f.name == "procfile.macos": // for a developer's own machine: platforms run Linux
		return DeployDev
	}
	return ""
}

// trialDirectory are directories of what is only started to try something:
// "test-migrations".
var trialDirectory = regexp.MustCompile(`^(tests?|testing)[-_]`)

// forDevelopment reports whether the file stands in a directory of a
// developer's own deploy, or in a hidden one that no platform reads.
func (f located) forDevelopment() bool {
	for _, dir := range f.lower {
		if developmentDirectory[dir] || testEnvironment[dir] || trialDirectory.MatchString(dir) || dir[0] == '.' && !deployDirectory[dir] {
			return true
		}
	}
	return false
}

// kubernetes reports whether the file is a manifest by its place.
func (f located) kubernetes() bool {
	manifest := f.ext == ".yaml" || f.ext == ".yml"
	for _, dir := range f.lower {
		if manifest && (kubernetesDirectory[dir] || deployDirectory[dir]) || f.ext == ".json" && (dir == "k8s" || dir == "kubernetes" || dir == "cloudformation") {
			return true
		}
	}
	return false
}

// kamal reports whether the file is Kamal's descriptor of a deploy, or of one
// of its destinations: config/deploy.staging.yml.
func (f located) kamal() bool {
	n := len(f.lower)
	return n > 0 && f.lower[n-1] == "config" && strings.HasPrefix(f.name, "deploy.") && (f.ext == ".yml" || f.ext == ".yaml")
}

func deployRole(f located) Role {
	switch {
	case platformFile[f.name] != "":
		return platformFile[f.name]
	case f.container() != "", f.kubernetes(), f.kamal(), terraformFile[f.ext],
		strings.HasPrefix(f.name, "procfile."), strings.HasPrefix(f.name, "fly.") && f.ext == ".toml",
		f.ext == ".dockerignore", f.ext == ".service", strings.HasSuffix(f.name, ".tf.json"), strings.HasSuffix(f.name, ".pkr.hcl"),
		f.ext == ".nomad", strings.HasSuffix(f.name, ".nomad.hcl"),
		strings.HasPrefix(f.name, "pulumi.") && f.ext == ".yaml",
		strings.HasPrefix(f.name, "supervisor") && (f.ext == ".conf" || f.ext == ".ini"),
		strings.HasPrefix(f.name, "ecs-task") && f.ext == ".json", strings.HasPrefix(f.name, "task-definition") && f.ext == ".json":
		return DeployProd
	}
	for _, dir := range f.lower {
		if deployDirectory[dir] || (dir == "docker" || dir == "nginx") && (f.ext == ".conf" || f.ext == ".sh" || f.ext == ".ini") {
			return DeployProd
		}
	}
	return ""
}

func devToolRole(f located) Role {
	for i, dir := range f.lower {
		if dir[0] == '.' || devToolRoot[dir] && (i == 0 || i == 1 && asideRoot[f.lower[0]]) {
			return DevTool
		}
	}
	if len(f.lower) > 0 && (f.lower[0] == "scripts" || f.lower[0] == "script") {
		next := f.name
		if len(f.lower) > 1 {
			next = f.lower[1]
		}
		if hasWord(next, "dev", "develop", "development", "local") || strings.HasPrefix(next, "dev") && !strings.HasPrefix(next, "device") {
			return DevTool
		}
	}
	if devToolName[f.name] || developersStart.MatchString(f.name) || f.toolConfig() || packagerHook.MatchString(f.name) {
		return DevTool
	}
	return ""
}

// developersStart are programs that start the server for its developers:
// "server-dev.ts", "run_local.py". A dev-server.js of a bundler's template is left
// out: images do start it.
var developersStart = regexp.MustCompile(`^(server|start|run|serve)[-_.](dev|devel|development|local)\.(js|ts|mjs|cjs|mts|py|go|rb|php)$`)

// toolConfig reports whether a file configures a tool, by a pattern that only
// hidden files and those of these words can match.
func (f located) toolConfig() bool {
	possible := f.name != "" && f.name[0] == '.' || strings.Contains(f.name, "conf") || strings.HasPrefix(f.name, "gulp") || strings.HasPrefix(f.name, "grunt")
	return possible && devToolPattern.MatchString(f.name)
}
