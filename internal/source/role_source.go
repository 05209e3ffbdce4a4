package source

import (
	"regexp"
	"slices"
	"strings"
)

// Tables and tests for what is not the project's own production source.

func words(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

var (
	codeFile = words(`.go .py .js .mjs .cjs .jsx .ts .mts .cts .tsx .vue .svelte .astro .rb .php .java .kt .kts .scala
		.groovy .cs .fs .vb .rs .swift .c .cc .cpp .h .ex .exs .erl .clj .dart .pl .lua .sh .bash .ps1`)
	serverCode  = words(`.go .py .rb .php .java .kt .scala .cs .ex .exs .rs`)
	dataFile    = words(`.json .yml .yaml .xml .sql .csv .tsv .toml .gz .zip .txt`)
	jvmLanguage = words(`java kotlin scala groovy`)

	// codeDirectory are directories below which "demo" or "sample" is a word of
	// the product's own domain.
	codeDirectory = words(`src app apps lib libs internal pkg cmd server client backend frontend api`)
	packageRoot   = words(`packages libs modules crates plugins extensions services apps`)
)

// Tests.
var (
	testDirectory = words(`test tests __tests__ __test__ e2e testdata __fixtures__ cypress __mocks__ mocks mock
		__snapshots__ testing testutil testutils testhelper testhelpers testsupport test-utils test_utils test-util
		test_util test-helpers test_helpers test-helper test-data test_data test-fixtures test_fixtures test-support
		test_support test-resources test_resources playwright unittest unittests androidtest integrationtest
		integrationtests functionaltests test-environment test-environments test_environments test-env test-envs test-setup test-stack storybook-static __stories__`)
	// railsDummy are the applications inside which an engine's specs run.
	railsDummy = words(`dummy dummy_app dummy-app test_app test-app rails_app`)
	// testSuffix needs a word that makes "tests" tests: "ab-tests" may be a product.
	testSuffix = namePattern(`^(.+[-_.])?(unit|integration|int|functional|func|acceptance|e2e|smoke|load|perf|performance|system|app|api|ui|contract|regression|component|browser|stress)[-_.]?tests?$|[-_.]e2e$|^e2e[-_.]`, "test", "e2e")
	// testProject is a .NET project of tests: "Catalog.UnitTests", "Basket.Tests".
	testProject   = namePattern(`^(Test|Perf)App$|^Benchmarks?$|\.(Benchmarks?|PerformanceTests?|TestApp)$|[a-z0-9]\.?(Unit|Functional|Integration|Acceptance)?Tests$|\.(Test|Tests|Specs|UnitTest|FunctionalTest|IntegrationTest)$|\.Tests?(Console|App|Host|Utilities|Common|Data|Helpers)$`, "Test", "Specs", "App", "Benchmark")
	testSourceSet = namePattern(`^test$|^[a-z][A-Za-z0-9]*Tests?$|^testFixtures$|^testDebug$`, "est")

	// goTestPackage helps the tests of another package, as net/http/httptest does.
	goTestPackage = namePattern(`^(db|pg|sql|my|store|storage|database|postgres|mysql|redis|mongo|http|grpc|server|client|api|app|auth|net|file|fs|mail|smtp|git|iam|log|queue|cache)test$`, "test")

	testName = namePattern(`_test\.(go|py|rb|exs|dart|php|lua|c|cc|cpp|rs|sh)$|_spec\.(rb|js|ts|lua)$`+
		`|^test_[^/]*\.(py|rb)$|^(test|e2e)[-_][^/]*\.sh$|[-_](tests|e2e|smoke[-_]test)\.sh$|^(unit)?tests?\.(py|js|ts|mjs|cjs|jsx|tsx|rb|php|sh)$|^(conftest|doctest)\.py$|^(spec|rails|test)_helper\.rb$`+
		`|[.-](test|tests|spec|e2e|e2e-spec|e2e-test|int-test|cy|stories|story|mock|test-d|bench)\.(js|jsx|ts|tsx|mjs|cjs|mts|cts|vue|svelte|mdx)$`+
		`|^setup-?tests?\.(js|ts|tsx)$|^(jest|vitest|mocha)[.-]?(setup|global-?setup|global-?teardown)[a-z.-]*\.(js|ts|mjs|cjs)$`+
		`|\.bats$|^.*\.http$`, "test", "spec", "e2e", "cy.", "stor", "mock", "bench", "jest", "mocha", "helper", ".bats", ".http")
	testClass = namePattern(`[a-z0-9](Tests?|TestCase|Spec|Specs|IT)\.(java|kt|scala|groovy|cs|fs|vb|php|swift)$`, "Test", "Spec", "IT.")
)

// Examples and documentation.
var (
	exampleAnywhere  = words(`examples _examples __examples__`)
	exampleDirectory = words(`example _example sample samples demo demos playground tutorial tutorials quickstart quickstarts
		sample-manifests example-manifests sample-apps example-apps sample-app example-app sample-code sample-configs example-configs code-samples code-examples`)
	// exampleProject is a .NET project that shows how a library is used.
	exampleProject = namePattern(`^SampleApp$|[A-Za-z0-9]\.(Samples?|Demo|SampleApp)$`, "Sample", "Demo")
	docsDirectory  = words(`docs doc documentation wiki docs-site doc-site`)
	docsFile       = words(`.md .mdx .markdown .rst .adoc .asciidoc .mkd .org .textile .rdoc .pod`)
	docsName       = words(`mkdocs.yml mkdocs.yaml .readthedocs.yml .readthedocs.yaml readthedocs.yml docusaurus.config.js
		docusaurus.config.ts typedoc.json typedoc.js book.toml doxyfile codeowners citation.cff .mailmap`)
	docsPlain = namePattern(`^(readme|licen[sc]e|copying|notice|authors|contributors|changelog|changes|history|contributing|security|maintainers|patents|unlicense)([-._](mit|apache|bsd|gpl|lgpl|mpl|[0-9.]+|[a-z]{2}(-[a-z]{2})?))*(\.txt)?$`, "readme", "licen", "copying", "notice", "author", "contribut", "change", "history", "security", "maintainers", "patents")

	dotenvName    = namePattern(`^\.env([.-].*)?$|^\.flaskenv$|\.env$|^(dot)?env[._-](example|sample|template|dist|tmpl|defaults?)$|\.env[._-](example|sample|template|dist|tmpl|defaults?)$`, "env")
	exampleEnv    = regexp.MustCompile(`(^|[._-])(example|sample|template|dist|tmpl|tpl|defaults?|schema|skel|skeleton|blank|empty)([._-]|$)`)
	exampleCode   = namePattern(`\.(example|sample)\.|[-_]example\.|-sample\.php$`, "example", "sample")
	exampleConfig = namePattern(`(^|[._-])(example|sample)([._-]|$)`, "example", "sample")
)

// Translations.
var (
	i18nDirectory = words(`locales locale i18n translations translation lang langs l10n intl _locales`)
	i18nData      = words(`.json .yml .yaml .po .pot .mo .properties .ftl .xlf .xliff .arb .php .toml .json5 .xml .ini .csv .strings`)
	i18nFile      = words(`.po .pot .mo .xlf .xliff .arb .ftl .strings .resx`)
	// packageConfig configures a package that has the name of translations.
	packageConfig = regexp.MustCompile(`^(package(-lock)?|tsconfig[a-z.-]*|jsconfig|project|composer|turbo|deno)\.json$|^(pyproject|cargo)\.toml$`)
	messagesFile  = namePattern(`^(messages|strings|labels)(_[a-z]{2,3}(_[a-z]{2,4})?)?\.properties$`, ".properties")
	languageCode  = regexp.MustCompile(`^[a-z]{2,3}([-_]([a-z]{2,4}|[0-9]{3}))?$`)
)

var (
	vendoredDirectory = words(`node_modules bower_components jspm_packages third_party third-party thirdparty 3rdparty
		_vendor _vendored .yarn pods carthage godeps site-packages .venv venv virtualenv .virtualenv .bundle .pnpm-store web_modules`)
	vendorChild     = words(`composer bin bundle cache assets gems plugins autoload.php modules.txt github.com golang.org`)
	publicDirectory = words(`public static assets wwwroot`) // Laravel and others publish what packages bring in vendor and packages below
	packagesOf      = words(`libs plugins`)                 // of a page, each in a directory of its own
	assetFile       = words(`.js .mjs .css .scss .less .map .woff .woff2 .ttf .svg .eot`)
	versionedFile   = namePattern(`^[a-z][a-z.-]*[-.]v?\d+\.\d+(\.\d+)?([.-](min|slim|umd|esm))?\.(js|css)$`, ".js", ".css")

	// versionedDirectory holds one release of somebody's package: "pdfjs-5.2.133".
	versionedDirectory = namePattern(`^[a-z][a-z.-]*[-@.]v?\d+\.\d+(\.\d+)+$`, ".")

	minifiedName  = namePattern(`[.-]min\.(js|mjs|cjs|css)$|\.bundle\.(js|css)$|\.(js|mjs|cjs|css)\.map$|\.chunk\.(js|css)$|\.(standalone|umd|iife)\.(js|mjs|cjs)$`, "min.", "bundle", ".map", "chunk", "standalone", "umd", "iife")
	hashedName    = regexp.MustCompile(`[.-]([0-9a-f]{8,32})\.(js|css)$`)
	generatedName = namePattern(`\.pb(\.gw|\.validate|\.micro)?\.go$|_pb2(_grpc)?\.pyi?$|_pb\.(js|ts|d\.ts|rb|php)$|_(grpc|grpc_web|connect|services)_pb\.(js|ts|d\.ts|rb)$|_grpc\.pb\.go$`+
		`|\.(generated|gen|g|designer)\.(go|ts|tsx|js|py|cs|dart|java|kt|rs|graphql|d\.ts|vb)$|_generated\.(go|ts|js|py|rs|dart)$|^zz_generated|_templ\.go$|\.connect\.go$|\.freezed\.dart$|^bindata\.go$|^generated\.(go|ts|js|py)$`, "pb", "gen", "designer", ".g.", "_templ", "connect", "freezed", "bindata")
	generatedDirectory = words(`__generated__ generated genproto autogenerated .next .nuxt .output .svelte-kit .parcel-cache .turbo .angular
		.docusaurus __pycache__ .pytest_cache .mypy_cache .ruff_cache .terraform .serverless .gradle lcov-report htmlcov .nyc_output .eggs`)
	outputFile  = words(`.js .mjs .cjs .css .html .ts .map .json .woff .woff2 .svg .whl .gz .zip .jar`)
	buildOutput = words(`static lib libs classes generated intermediates tmp resources`)

	templateFile      = words(`.tt .j2 .jinja .jinja2 .tmpl .tpl .gotmpl .mustache .cookiecutter .eta .stub .template .twig-template`)
	templateDirectory = words(`_templates plop-templates cookiecutter stubs`)
)

// minified tells what a bundler squeezed: by its marks, or by a content hash
// in its name, which has a letter where a date has none.
func (f located) minified() bool {
	if minifiedName.MatchString(f.name) {
		return true
	}
	if f.ext != ".js" && f.ext != ".css" {
		return false
	}
	hash := hashedName.FindStringSubmatch(f.name)
	return hash != nil && strings.ContainsAny(hash[1], "abcdef") && strings.ContainsAny(hash[1], "0123456789")
}

// vendored tells third-party code. "vendor" is also a word of commerce, so it
// counts at the root, before a host name or a package manager's own
// directories, and for assets.
func (f located) vendored() bool {
	for i, dir := range f.lower {
		switch {
		case vendoredDirectory[dir]:
			return true
		case dir == "vendor" || dir == "vendors":
			next := f.name
			if i+1 < len(f.lower) {
				next = f.lower[i+1]
			}
			below := i+1 < len(f.lower)
			if i == 0 || publicDirectory[f.lower[i-1]] || vendorChild[next] || below && strings.Contains(next, ".") || assetFile[f.ext] {
				return true
			}
		case dir == "wrapper" && i > 0 && (f.lower[i-1] == "gradle" || f.lower[i-1] == ".mvn"):
			return true
		case i > 0 && (dir == "lib" && f.lower[i-1] == "wwwroot" || dir == "packages" && f.lower[i-1] == "public" && i+1 < len(f.lower)):
			return true
		case assetFile[f.ext] && versionedDirectory.MatchString(dir):
			return true
		case assetFile[f.ext] && packagesOf[dir] && i+1 < len(f.lower) && f.handedOut(i):
			return true
		}
	}
	switch f.name {
	case "gradlew", "gradlew.bat", "mvnw", "mvnw.cmd":
		return true
	}
	return versionedFile.MatchString(f.name)
}

// handedOut reports whether the directory at a place of the path lies below one
// that a server hands out as it is: what is kept there by packages comes from
// others, as public/assets/libs/simplebar does.
func (f located) handedOut(place int) bool {
	above := f.lower[:place]
	return slices.ContainsFunc(above, func(dir string) bool { return publicDirectory[dir] }) && !slices.Contains(above, "src")
}

// generated tells what a program wrote. "build" and "dist" are also where
// people keep build scripts and packaging, so only typical output counts there.
func (f located) generated() bool {
	for i, dir := range f.lower {
		child := ""
		if i+1 < len(f.lower) {
			child = f.lower[i+1]
		}
		switch {
		case generatedDirectory[dir]:
			return true
		case dir == "dist":
			if outputFile[f.ext] && f.name != "package.json" {
				return true
			}
		case dir == "build":
			if buildOutput[child] && outputFile[f.ext] {
				return true
			}
		case dir == "target":
			if child == "classes" || strings.HasPrefix(child, "generated-") || child == "debug" || child == "release" {
				return true
			}
		}
	}
	return generatedName.MatchString(f.name)
}

// template tells files that are filled in before they mean anything. Views
// under templates/ are the application's own and are not meant.
func (f located) template() bool {
	if strings.Contains(f.path, "{{") || strings.Contains(f.path, "{%") || strings.Contains(f.path, "__name__") {
		return true
	}
	generators := false
	for _, dir := range f.lower {
		if templateDirectory[dir] || generators && (dir == "templates" || dir == "files") {
			return true
		}
		generators = generators || dir == "generators" || dir == "schematics" || dir == "generator"
	}
	return templateFile[f.ext] && !dotenvName.MatchString(f.name)
}
