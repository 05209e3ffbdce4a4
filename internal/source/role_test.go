package source

import (
	"strings"
	"testing"
)

// paths lists paths by the role that they must have. Most are from real
// repositories, or traps built after them.
var paths = map[Role]string{
	Prod: `
		src/assets/libs/chart/draw.js static/libs/orders.js
		src/DemoApp/Program.cs src/benchmark/run.py app/Benchmarking/rank.py src/App/Program.cs
		main.go cmd/server/main.go app.py src/index.ts package.json package-lock.json go.mod go.sum
		pyproject.toml requirements.txt requirements/base.txt requirements/production.txt Makefile Justfile
		contest.py latest.js src/protest.ts attestation/verify.go app/testing-center/views.py src/ab-tests/run.ts
		greatest_test_score.py src/Latest.java src/main/java/com/example/demo/DemoApplication.java
		src/main/kotlin/org/test/App.kt server/src/main/java/com/acme/test/Api.java
		app/vendor/models.py apps/marketplace/vendor/views.py src/vendor/service.ts
		src/sample/encoder.py internal/sample/rate.go app/demo/views.py sample_rate.py resample.py blood_sample.py
		app/docs/views.py src/docs/api.ts apps/docs/app/page.tsx website/manage.py website/app.py
		packages/i18n/package.json packages/i18n/tsconfig.json i18n/index.ts src/i18n/loader.ts lang/parser/lexer.go src/locales/index.ts
		build/package.go build/webpack.ts dist/systemd.py target/market.go
		src/tools/search.py internal/tools/agent.go scripts/device_sync.py scripts/deploy.sh scripts/release.sh
		tasks.py app/tasks.py app/management/commands/seed_db.py random_seed.py
		.env .env.production production.env backend/.env.docker .gitignore .npmrc .nvmrc .python-version tsconfig.json
		security.py src/history.tsx changes.go authors.rb config/packages/security.yaml config/packages/prod/cache.yaml config/services.yaml notice.ts
		next.config.js nuxt.config.ts knexfile.js turbo.json pnpm-workspace.yaml
		templates/index.html templates/emails/welcome.html app/templates/base.html src/stories/feed.ts
		src/features/cart/index.ts src/spec/openapi.go app/catalog/specs/models.py
		internal/inspect/dockerfile.go migrate.py src/migration-service/index.ts
		create-20200101.js token_gen.py db_connect.ts app/generator/pdf.py wsgi.py settings.py config/settings/base.py
		config/settings/production.py application.yml application-prod.yml appsettings.Production.json Web.Release.config
		tester.go kubernetes/deploy-and-test.sh scripts/latest.sh src/mockingbird/song.py entrypoint.py compose.ts config/database.yml app/overrides/local.py
		public/index.html static/app.js assets/js/main.js internal/latest/latest.go internal/contest/run.go api-1.2/app.js releases-2024.1.0/main.go`,
	Test: `
		main_test.go internal/store/store_test.go test/app.js tests/test_views.py tests/__init__.py app/tests.py
		app/test_models.py app/models_test.py conftest.py src/conftest.py src/a.test.ts src/a.spec.tsx src/a.test-d.ts
		src/Button.stories.tsx src/Button.story.js __tests__/x.js src/__mocks__/fs.js spec/models/user_spec.rb
		spec/support/helpers.rb core/spec/support/login.rb spec/rails_helper.rb e2e/login.ts cypress/e2e/a.cy.js
		testdata/x.yaml internal/x/testdata/go.mod fixtures/server.js src/test/java/com/acme/AppTest.java
		src/androidTest/java/A.kt src/commonTest/kotlin/A.kt src/integrationTest/java/A.java lib/FooTests.cs
		src/Catalog.UnitTests/A.cs src/Catalog.FunctionalTests/Setup.cs Basket.Tests/Basket.Tests.csproj
		src/Benchmark/Program.cs src/Mapper.Benchmarks/A.cs src/TestApp/Program.cs perf/Mapper.PerformanceTests/A.cs
		integration-tests/run.sh load_tests/locust.py apps/web-e2e/src/a.ts test.py test.js src/setupTests.ts jest.setup.ts
		requirements-test.txt requirements/test.txt test-requirements.txt .env.test .env.testing .env.tests .env.unit-tests .env.dusk
		docker-compose.test.yml Dockerfile.test docker-compose.e2e.yml test/.env tests/Dockerfile
		config/environments/test.rb settings/test.py application-test.yml appsettings.Test.json config/test.json config/packages/test/framework.yaml config/services_test.yaml
		features/login.feature features/step_definitions/a.rb playwright/a.ts run.bats tests/docs/readme.py
		.github/workflows/ui-tests/cypress.config.js .github/scripts/release.test.js
		bin/test-routes.sh scripts/e2e_login.sh run-api-tests.sh scripts/test_e2e.sh
		dojo/settings/unittests.py internal/dbtest/dbtest.go pkg/httptest/server.go src/__snapshots__/a.snap pkg/testing/fake.go test/examples/a.py`,
	Example: `
		src/Mapper.Sample/Program.cs src/SampleApp/Program.cs src/Acme.Web.Demo/Program.cs
		examples/app/main.py example/main.go demo/app.py samples/a.js packages/ui/examples/a.tsx packages/ui/example/a.tsx
		_examples/x/main.go .env.example .env.sample .env.dist .env.template .env.prod.example .env-example example.env env.example sample.env
		backend/.env.example config.example.yml config/database.yml.example settings_example.py docker-compose.example.yml
		wp-config-sample.php parameters.yml.dist src/config.sample.js examples/x/Dockerfile examples/k8s/a.yaml tutorial/step1/app.py`,
	Docs: `
		README.md docs/index.md docs/conf.py docs/requirements.txt doc/api.rst website/docusaurus.config.js website/src/pages/index.tsx
		LICENSE LICENSE-MIT LICENSE-APACHE-2.0 CHANGELOG NOTICE.txt mkdocs.yml .readthedocs.yaml CONTRIBUTING.rst app/README.md src/notes.adoc
		packages/ui/docs/x.ts .github/PULL_REQUEST_TEMPLATE.md .github/workflows/README.md documentation/a/b.py requirements-docs.txt content/post.mdx
		README.zh-CN CODEOWNERS docs/examples/a.py`,
	Vendored: `
		node_modules/x/index.js web/node_modules/x/test/a.js public/vendor/backpack/colorbox/package.json public/packages/select2/composer.json vendor/github.com/a/b/c.go vendor/modules.txt services/a/vendor/github.com/x/y.go
		api/vendor/composer/autoload.php api/vendor/autoload.php public/vendor/jquery.js third_party/x/y.c third-party/a.py bower_components/a.js
		.yarn/releases/yarn-4.cjs ios/Pods/A/a.m .venv/lib/a.py venv/lib/python3.9/site-packages/a.py env/lib/python3.9/site-packages/a.py
		pip/_vendor/a.py gradlew gradlew.bat mvnw .mvn/wrapper/MavenWrapperDownloader.java gradle/wrapper/gradle-wrapper.properties
		src/wwwroot/lib/x/a.js static/jquery-3.6.0.js js/bootstrap-4.1.js public/plugins/pdfjs-5.2.133/web/debugger.mjs public/plugins/codemirror-5.17.0/mode/dockerfile.js
		public/assets/libs/simplebar/simplebar.esm.js static/plugins/select2/i18n/de.js`,
	Generated: `
		api/v1/x.pb.go gen/x_pb2.py x_pb2_grpc.py api/x.pb.gw.go a_grpc_pb.js src/schema.generated.ts src/types.gen.ts zz_generated.deepcopy.go
		templates/home_templ.go src/__generated__/a.ts lib/generated/a.py dist/index.js dist/main.d.ts packages/a/dist/a.mjs
		build/static/js/main.js target/classes/a.xml .next/server/a.js src/genproto/demo.go Form1.Designer.cs a.g.dart api_generated.go`,
	Minified: `
		static/app.min.js a-min.js wwwroot/scripts/redoc.standalone.js lib/chart.umd.js css/x.min.css public/main.bundle.js public/app.js.map js/1.chunk.js public/app.3f2a9c1b.js assets/index-4b8f0c2de1.css`,
	I18n: `
		locales/en.json src/locales/de/common.json config/locales/en.yml app/i18n/fr.json translations/messages.de.yml lang/en/auth.php
		locale/de/LC_MESSAGES/django.po src/i18n/en.ts src/locales/zh-CN.js src/main/resources/messages_de.properties messages.properties Strings.resx
		resources/lang/de/a.php src/locales/pt-BR/index.ts`,
	Template: `
		{{cookiecutter.project_slug}}/manage.py {{ cookiecutter.x }}/docker-compose.yml lib/generators/app/templates/index.js nginx.conf.j2
		templates/Dockerfile.tmpl rails/Gemfile.tt chart/templates/_helpers.tpl _templates/new/a.js default.conf.template stubs/model.stub`,
	DevTool: `
		src/server-dev.ts cmd/run_local.py extras/profiling/benchmarks.py contrib/tools/gen.go packaging/hooks/hook-shop.py
		.vscode/settings.json .idea/x.xml .husky/pre-commit tools/gen.go hack/build.sh jest.config.js .eslintrc.js eslint.config.mjs volar.config.js .prettierrc
		babel.config.js webpack.config.js webpack.prod.config.js vite.config.ts gulpfile.js Gruntfile.js Tiltfile Vagrantfile noxfile.py tox.ini .flake8
		scripts/dev.sh scripts/dev/setup.py scripts/dev-server.js .pre-commit-config.yaml .golangci.yml .github/dependabot.yml renovate.json
		requirements-dev.txt requirements/local.txt dev-requirements.txt benchmarks/a.py .storybook/main.ts vitest.config.mts frontend/tailwind.config.js
		playwright.config.ts skaffold.yaml nodemon.json .editorconfig packages/a/jest.config.ts webpack.config.prod.js .envrc .mocharc.json .semgrep/a.yaml .worktree/run.sh`,
	CI: `
		.github/workflows/ci.yml .github/workflows/test.yml .github/actions/setup/action.yml .github/composite/deploy/action.yaml .gitlab-ci.yml .circleci/config.yml Jenkinsfile
		Jenkinsfile.release azure-pipelines.yml azure-pipelines-release.yml .travis.yml .buildkite/pipeline.yml cloudbuild.yaml .drone.yml ci/build.sh
		.gitlab/ci/test.yml docker-compose.ci.yml .goreleaser.yml bitbucket-pipelines.yml .ci/run`,
	DeployDev: `
		test-migrations/docker-compose.yml docker-compose.dev.yml docker-compose.override.yml compose.override.yaml docker-compose-local.yml compose.local.yaml local.yml.local.yml
		Dockerfile.dev dev.Dockerfile Dockerfile-dev .devcontainer/devcontainer.json .devcontainer/Dockerfile .devcontainer/post.sh Procfile.dev Procfile.windows
		k8s/overlays/dev/kustomization.yaml k8s/overlays/local/a.yaml kind-config.yaml deploy/minikube/app.yaml chart/values-dev.yaml
		compose/local/django/Dockerfile docker/dev/docker-compose.yml docker/develop/docker-compose.yml .env.development .env.local .flaskenv .gitpod.yml .devcontainer/backend.env .worktree/docker-compose.yml
		config/settings/local.py config/env/development.js config/environments/development.rb config/packages/dev/monolog.yaml config/services_dev.yaml app/config/config_dev.yml application-dev.yml appsettings.Development.json Web.Debug.config dev/docker-compose.yml`,
	DeployProd: `
		Dockerfile docker/Dockerfile Dockerfile.prod prod.Dockerfile Containerfile docker-compose.yml docker-compose.prod.yml compose.yaml
		Procfile fly.toml fly.staging.toml render.yaml app.json k8s/app.yaml kubernetes/deploy.yml helm/values.yaml charts/x/templates/a.yaml
		deploy/app.yaml deployment/prod.yml manifests/svc.yaml infra/main.tf terraform/x.tfvars supervisord.conf etc/supervisord.conf .dockerignore
		serverless.yml vercel.json netlify.toml docker-entrypoint.sh docker/entrypoint.sh entrypoint nginx.conf docker/nginx/default.conf
		compose/production/django/Dockerfile k8s/overlays/prod/a.yaml kustomization.yaml Chart.yaml gunicorn.conf.py systemd/app.service heroku.yml`,
	Migration: `
		migrations/0001_initial.py app/migrations/0001_initial.py db/migrate/20200101_a.rb alembic/versions/a.py db/schema.rb prisma/migrations/1/a.sql
		src/main/resources/db/migration/V1__a.sql Migrations/20200101_Init.cs database/migrations/2020_a.php internal/migration/1.sql`,
	Seed: `
		seeds/users.js seed.sql db/seeds.rb prisma/seed.ts database/seeders/A.php app/fixtures/initial_data.json src/user.seed.ts DatabaseSeeder.php`,
}

func TestRoleOf(t *testing.T) {
	t.Parallel()
	for want, list := range paths {
		for _, path := range splitPaths(list) {
			if got := RoleOf(path); got != want {
				t.Errorf("RoleOf(%q) = %s, want %s", path, got, want)
			}
		}
	}
}

// splitPaths splits at white space outside of {{ }}.
func splitPaths(list string) []string {
	var out []string
	depth, start := 0, 0
	for i := 0; i <= len(list); i++ {
		switch {
		case i == len(list) || depth == 0 && strings.ContainsRune(" \t\n", rune(list[i])):
			if i > start {
				out = append(out, list[start:i])
			}
			start = i + 1
		case list[i] == '{':
			depth++
		case list[i] == '}':
			depth--
		}
	}
	return out
}

func TestRoleOfIsTotal(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"", ".", "/", "a//b", "../x", strings.Repeat("test/", 5000) + "x", "\x00", "ü/ü.py", "a\nb.md"} {
		if RoleOf(path) == "" {
			t.Errorf("RoleOf(%q) is empty", path)
		}
	}
}
