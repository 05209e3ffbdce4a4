package inspect

import (
	"path"
	"regexp"
	"strings"
)

// Format names the language or file format that a file is read as. It is a
// function of the path alone, and part of the cache key.
type Format string

// Text is any other text: only what every file may hold is read of it. FormatOf
// never gives it, for it is also how a file is read whose own format does not
// matter where the file stands.
const Text Format = "text"

// The formats that have an extractor.
const (
	Python     Format = "python"
	JavaScript Format = "javascript"
	TypeScript Format = "typescript"
	TSX        Format = "tsx"
	Go         Format = "go"
	Ruby       Format = "ruby"
	Java       Format = "java"
	Kotlin     Format = "kotlin"
	PHP        Format = "php"
	CSharp     Format = "csharp"
	SQL        Format = "sql"
	Shell      Format = "shell"
	Program    Format = "program" // without an extension, in a directory of programs: of the shell if its first line says so
	Vue        Format = "vue"     // a single-file component: its scripts
	Svelte     Format = "svelte"  // likewise
	Astro      Format = "astro"   // likewise, and the code between its fences

	Dockerfile   Format = "dockerfile"
	YAML         Format = "yaml" // Compose, Kubernetes, Actions: told apart by path and content
	Workflow     Format = "workflow"
	Compose      Format = "compose"
	Procfile     Format = "procfile"
	Fly          Format = "fly"
	DotEnv       Format = "dotenv"
	GitIgnore    Format = "gitignore"
	DockerIgnore Format = "dockerignore"

	PackageJSON   Format = "package.json"
	PackageLock   Format = "package-lock.json"
	PnpmLock      Format = "pnpm-lock.yaml"
	YarnLock      Format = "yarn.lock"
	BunLock       Format = "bun.lock"
	TSConfig      Format = "tsconfig.json"
	PnpmSpace     Format = "pnpm-workspace.yaml"
	PyProject     Format = "pyproject.toml"
	Requirements  Format = "requirements.txt"
	Pipfile       Format = "pipfile"
	PipfileLock   Format = "pipfile.lock"
	PoetryLock    Format = "poetry.lock"
	UVLock        Format = "uv.lock"
	SetupPy       Format = "setup.py"
	SetupCfg      Format = "setup.cfg"
	GoModFile     Format = "go.mod"
	GoSum         Format = "go.sum"
	GoWork        Format = "go.work"
	VersionFile   Format = "version-file" // .tool-versions, runtime.txt: they name the runtime
	NodeFile      Format = "node-version" // .nvmrc, .node-version
	PythonFile    Format = "python-version"
	Gemfile       Format = "gemfile"
	GemfileLock   Format = "gemfile.lock"
	Gemspec       Format = "gemspec"
	RubyFile      Format = "ruby-version"
	JavaFile      Format = "java-version"    // .java-version
	JavaProps     Format = "java-properties" // .sdkmanrc, Heroku's system.properties
	MavenPOM      Format = "pom.xml"
	MavenProps    Format = "maven-properties" // .mvn/wrapper/maven-wrapper.properties
	Gradle        Format = "gradle"           // build.gradle, settings.gradle
	GradleKotlin  Format = "gradle.kts"
	GradleCatalog Format = "libs.versions.toml"
	GradleLock    Format = "gradle.lockfile"
	GradleProps   Format = "gradle.properties" // and gradle-wrapper.properties, gradle-daemon-jvm.properties
	ComposerJSON  Format = "composer.json"
	ComposerLock  Format = "composer.lock"
	MSBuild       Format = "msbuild" // *.csproj, *.fsproj, Directory.Build.props, Directory.Packages.props
	Solution      Format = "solution"
	NuGetLock     Format = "packages.lock.json"
	NuGetConfig   Format = "packages.config"
	NuGetSources  Format = "nuget.config"
	GlobalJSON    Format = "global.json"
	DotnetTools   Format = "dotnet-tools.json"

	SpringProperties Format = "spring-properties" // application*.properties, bootstrap*.properties, microprofile-config.properties
	SpringYAML       Format = "spring-yaml"
	LogXML           Format = "log-xml" // logback, log4j 1 and 2, NLog, log4net
	AppSettings      Format = "appsettings.json"
	WebXML           Format = "web.xml"        // a servlet container's descriptor; web.config of IIS
	JavaXML          Format = "java-xml"       // persistence.xml, hibernate.cfg.xml, Tomcat's context.xml and server.xml, Spring's contexts of beans
	HOCON            Format = "hocon"          // application*.conf of Ktor, Play and Akka
	LogProperties    Format = "log-properties" // log4j.properties, log4j2.properties, logging.properties
	LogConfig        Format = "log-config"     // what Python's dictConfig and fileConfig and log4js are given: logging.yaml, logging.ini, log4js.json
	RailsYAML        Format = "rails-yaml"     // config/{database,cable,storage,cache,queue,sidekiq}.yml
	SymfonyYAML      Format = "symfony-yaml"   // config/packages/**, config/services*.yaml, app/config/*.yml

	ConfigINI  Format = "config.ini" // a program's own settings, of any framework or none: conf/app.ini, config/default.json
	ConfigTOML Format = "config.toml"
	ConfigJSON Format = "config.json"
	ConfigYAML Format = "config.yml"

	AppJSON       Format = "app.json"
	Render        Format = "render.yaml"
	Kamal         Format = "deploy.yml" // config/deploy.yml, config/deploy.staging.yml
	HerokuYAML    Format = "heroku.yml"
	AppEngine     Format = "app.yaml"
	Terraform     Format = "terraform"
	TerraformVars Format = "tfvars"
	Makefile      Format = "makefile"
	Systemd       Format = "systemd"
	Kustomize     Format = "kustomization"
	ChartYAML     Format = "chart.yaml"
	HelmTemplate  Format = "helm-template" // of a chart, filled in: no file's own
	HelmValues    Format = "helm-values"
	Justfile      Format = "justfile"
	Taskfile      Format = "taskfile"
	DOApp         Format = "do-app" // .do/app.yaml
	RailwayTOML   Format = "railway.toml"
	RailwayJSON   Format = "railway.json"
	VercelJSON    Format = "vercel.json"
	NetlifyTOML   Format = "netlify.toml"
	Serverless    Format = "serverless.yml"
	SAMTemplate   Format = "sam-template"

	Action             Format = "action.yml"
	GitLabCI           Format = "gitlab-ci"
	CircleCI           Format = "circleci"
	CloudBuild         Format = "cloudbuild"
	AzurePipelines     Format = "azure-pipelines"
	BitbucketPipelines Format = "bitbucket-pipelines"
	Travis             Format = "travis"
	Jenkinsfile        Format = "jenkinsfile"

	GunicornConf Format = "gunicorn.conf.py" // Python, and gunicorn's settings

	NpmRC          Format = "npmrc"
	PyPIRC         Format = "pypirc"
	Netrc          Format = "netrc"
	GitCredentials Format = "git-credentials"
	PgPass         Format = "pgpass"
	MySQLOptions   Format = "my.cnf" // of clients, with the password to log in with
	HTPasswd       Format = "htpasswd"
	S3Config       Format = "s3cfg"
	DockerConfig   Format = "docker-config" // what docker login writes
	KubeConfig     Format = "kubeconfig"
	AWSCredentials Format = "aws-credentials"
	MasterKey      Format = "master.key" // of Rails' encrypted credentials
	TerraformState Format = "tfstate"
	KeyRing        Format = "data-protection-key" // of ASP.NET: key-<id>.xml
	WebKey         Format = "jwk"                 // of RFC 7517, and what IdentityServer makes for developers
	PuTTYKey       Format = "ppk"

	Supervisor Format = "supervisor"
	UWSGI      Format = "uwsgi"
	Nginx      Format = "nginx"
)

// byName are formats told by a file's whole base name, in lower case.
var byName = map[string]Format{
	"procfile": Procfile, "fly.toml": Fly, ".gitignore": GitIgnore, ".dockerignore": DockerIgnore,
	"package.json": PackageJSON, "package-lock.json": PackageLock, "npm-shrinkwrap.json": PackageLock,
	"pnpm-lock.yaml": PnpmLock, "yarn.lock": YarnLock, "bun.lock": BunLock, "pnpm-workspace.yaml": PnpmSpace,
	"pyproject.toml": PyProject, "pipfile": Pipfile, "pipfile.lock": PipfileLock, "poetry.lock": PoetryLock,
	"uv.lock": UVLock, "setup.py": SetupPy, "setup.cfg": SetupCfg,
	"go.mod": GoModFile, "go.sum": GoSum, "go.work": GoWork,
	".nvmrc": NodeFile, ".node-version": NodeFile, ".python-version": PythonFile, ".tool-versions": VersionFile,
	"runtime.txt": VersionFile, "supervisord.conf": Supervisor,

	"rakefile": Ruby, "config.ru": Ruby, "gemfile": Gemfile, "gems.rb": Gemfile, "gemfile.lock": GemfileLock, "gems.locked": GemfileLock, ".ruby-version": RubyFile,
	"pom.xml": MavenPOM, "maven-wrapper.properties": MavenProps, "build.gradle": Gradle, "settings.gradle": Gradle,
	"build.gradle.kts": GradleKotlin, "settings.gradle.kts": GradleKotlin, "libs.versions.toml": GradleCatalog,
	"gradle.lockfile": GradleLock, "gradle.properties": GradleProps, "gradle-wrapper.properties": GradleProps, "gradle-daemon-jvm.properties": GradleProps,
	".java-version": JavaFile, ".sdkmanrc": JavaProps, "system.properties": JavaProps,
	"web.xml": WebXML, "web.config": WebXML, "app.config": WebXML, "connectionstrings.config": WebXML, "appsettings.config": WebXML,
	"persistence.xml": JavaXML, "hibernate.cfg.xml": JavaXML, "context.xml": JavaXML, "server.xml": JavaXML, "beans.xml": JavaXML,
	"log4j.properties": LogProperties, "log4j2.properties": LogProperties, "logging.properties": LogProperties, "microprofile-config.properties": SpringProperties,
	"composer.json": ComposerJSON, "composer.lock": ComposerLock, "packages.lock.json": NuGetLock, "packages.config": NuGetConfig, "global.json": GlobalJSON, "nuget.config": NuGetSources, "dotnet-tools.json": DotnetTools,

	"app.json": AppJSON, "render.yaml": Render, "render.yml": Render, "heroku.yml": HerokuYAML, "app.yaml": AppEngine,
	"makefile": Makefile, "gnumakefile": Makefile, "kustomization.yaml": Kustomize, "kustomization.yml": Kustomize, "kustomization": Kustomize,
	"justfile": Justfile, ".justfile": Justfile, "taskfile.yml": Taskfile, "taskfile.yaml": Taskfile, "taskfile.dist.yml": Taskfile, "taskfile.dist.yaml": Taskfile,
	"action.yml": Action, "action.yaml": Action, "railway.toml": RailwayTOML, "railway.json": RailwayJSON, "vercel.json": VercelJSON, "now.json": VercelJSON, "netlify.toml": NetlifyTOML,
	"serverless.yml": Serverless, "serverless.yaml": Serverless, "template.yaml": SAMTemplate, "template.yml": SAMTemplate, "sam.yaml": SAMTemplate, "sam.yml": SAMTemplate, "cloudformation.yml": SAMTemplate, "cloudformation.yaml": SAMTemplate,
	"chart.yaml": ChartYAML, "values.yaml": HelmValues, "values.yml": HelmValues,
}

// byExtension are formats told by the extension, in lower case.
var byExtension = map[string]Format{
	".py": Python, ".js": JavaScript, ".mjs": JavaScript, ".cjs": JavaScript, ".jsx": JavaScript,
	".ts": TypeScript, ".mts": TypeScript, ".cts": TypeScript, ".tsx": TSX, ".vue": Vue, ".svelte": Svelte, ".astro": Astro, ".go": Go,
	".rb": Ruby, ".rake": Ruby, ".ru": Ruby, ".gemspec": Gemspec, ".java": Java, ".kt": Kotlin, ".kts": Kotlin, ".gradle": Gradle, ".php": PHP, ".phtml": PHP, ".php5": PHP, ".cs": CSharp, ".sql": SQL,
	".csproj": MSBuild, ".fsproj": MSBuild, ".vbproj": MSBuild, ".props": MSBuild, ".targets": MSBuild, ".sln": Solution, ".slnx": Solution,
	".tf": Terraform, ".tfvars": TerraformVars, ".mk": Makefile, ".just": Justfile, ".service": Systemd,
	".sh": Shell, ".bash": Shell, ".yml": YAML, ".yaml": YAML,
}

// dockerfileName is a Dockerfile of several: Dockerfile.worker, Dockerfile_worker.
var dockerfileName = regexp.MustCompile(`^dockerfile[._-]`)

// always are the extensions that no name makes anything else of.
var always = map[string]Format{".go": Go, ".java": Java, ".kt": Kotlin, ".cs": CSharp, ".jsx": JavaScript, ".tsx": TSX}

// textTemplate are the extensions of what becomes a file once it is filled in.
var textTemplate = map[string]bool{".erb": true, ".j2": true, ".jinja": true, ".jinja2": true, ".tmpl": true, ".tpl": true, ".gotmpl": true, ".mustache": true}

// FormatOf tells a file's format from its path; "" when no extractor reads it.
func FormatOf(name string) Format {
	if f := always[path.Ext(name)]; f != "" {
		return f
	}
	dir, base := path.Split(name)
	lower := strings.ToLower(base)
	ext := path.Ext(lower)
	if f := credentialFormat(dir, lower, ext); f != "" {
		return f
	}
	if f := pipelineFormat(dir, lower, ext); f != "" {
		return f
	}
	if f, ok := byName[lower]; ok {
		return f
	}
	if f := gradleFile(lower); f != "" {
		return f
	}
	if f := byExtension[ext]; f != "" && f != YAML {
		return f // dockerfile.go and procfile.py are programs
	}
	switch {
	case lower == "dockerfile" || lower == "containerfile" || strings.HasPrefix(lower, "dockerfile") && dockerfileName.MatchString(lower) && ext != ".dockerignore" || ext == ".dockerfile":
		return Dockerfile
	case ext == ".dockerignore":
		return DockerIgnore
	case strings.HasPrefix(lower, "procfile."):
		return Procfile
	case strings.HasSuffix("/"+dir, "/.kamal/") && (lower == "secrets" || strings.HasPrefix(lower, "secrets.") || lower == "secrets-common"):
		return DotEnv
	case strings.HasSuffix("/"+dir, "/.kamal/hooks/") && ext == "":
		return Shell
	case strings.HasPrefix(lower, ".env") && textTemplate[ext]:
		return "" // a deploy fills it in
	case lower == ".env" || strings.HasPrefix(lower, ".env.") || strings.HasPrefix(lower, ".env-") || ext == ".env" || envFile.MatchString(lower) && !programDir.MatchString(dir):
		return DotEnv
	case (ext == ".yml" || ext == ".yaml") && strings.HasSuffix(dir, ".github/workflows/"):
		return Workflow
	case (ext == ".yml" || ext == ".yaml") && (strings.HasPrefix(lower, "docker-compose") || strings.HasPrefix(lower, "compose.") || strings.HasPrefix(lower, "compose-")):
		return Compose
	case ext == ".conf" && strings.HasSuffix(dir, ".service.d/"):
		return Systemd
	case ext == ".txt" && (strings.HasPrefix(lower, "requirements") || strings.HasSuffix(strings.TrimSuffix(lower, ext), "requirements") || strings.HasSuffix(dir, "requirements/")),
		ext == ".in" && strings.HasPrefix(lower, "requirements"):
		return Requirements
	case strings.HasPrefix(lower, "fly.") && ext == ".toml":
		return Fly
	case strings.HasPrefix(lower, "tsconfig") && ext == ".json" || lower == "jsconfig.json":
		return TSConfig
	case strings.HasPrefix(lower, "supervisor") && (ext == ".conf" || ext == ".ini"):
		return Supervisor
	case isNginx(dir, lower):
		return Nginx
	case isSpring(lower) && ext == ".properties":
		return SpringProperties
	case isSpring(lower) && (ext == ".yml" || ext == ".yaml"):
		return SpringYAML
	case isYAML(ext) && isServed(dir):
		return SpringYAML
	case ext == ".properties" && isServed(dir):
		return SpringProperties
	case isSpring(lower) && ext == ".conf":
		return HOCON
	case ext == ".config" && (strings.HasPrefix(lower, "web.") || strings.HasPrefix(lower, "app.")):
		return WebXML // web.Release.config: what a release changes
	case isLogXML(lower, ext):
		return LogXML
	case ext == ".xml" && (strings.HasPrefix(lower, "applicationcontext") || strings.HasPrefix(lower, "spring") || strings.HasSuffix(lower, "-context.xml") || strings.HasSuffix(lower, "-servlet.xml")):
		return JavaXML
	case ext == ".json" && strings.HasPrefix(lower, "appsettings"):
		return AppSettings
	case (strings.HasPrefix(lower, "log") || strings.HasPrefix(lower, "serilog")) && logConfigName.MatchString(lower):
		return LogConfig
	case ext == ".yml" && strings.HasSuffix(dir, "config/") && railsYAML[lower]:
		return RailsYAML
	case isYAML(ext) && isSymfony(dir, lower):
		return SymfonyYAML
	case ext == ".json" && (strings.Contains(lower, "patch") || strings.Contains(dir, "overlays/")):
		return YAML // JSON is YAML: a patch of Kustomize
	case ext == ".gemspec":
		return Gemspec
	case (ext == ".yaml" || ext == ".yml") && strings.HasPrefix(lower, "values"):
		return HelmValues
	case isYAML(ext) && (strings.HasSuffix(strings.TrimSuffix(lower, ext), "-values") || strings.HasSuffix(strings.TrimSuffix(lower, ext), ".values")):
		return HelmValues
	case strings.HasPrefix(lower, "makefile.") && ext != ".am" && ext != ".in":
		return Makefile
	case base == "artisan", base == "console" && strings.HasSuffix(dir, "bin/"), base == "spark" && dir == "":
		return PHP
	case isBake(lower, ext):
		return Bake
	case isNomad(lower, ext):
		return Nomad
	case lower == "entrypoint" || lower == "docker-entrypoint" || ServiceRun(name):
		return Shell
	}
	if f := configFormat(dir, lower, ext); f != "" {
		return f
	}
	if ext == "" && (scriptDirs[path.Base(dir)] || starter.MatchString(lower)) && byExtension[ext] == "" {
		return Program
	}
	if ext == ".ini" && !otherINI[lower] {
		return UWSGI // whatever it is called: what has no section [uwsgi] states nothing
	}
	return byExtension[ext]
}

// scriptDirs are what directories of programs are called, whose files need no
// extension.
var scriptDirs = map[string]bool{"bin": true, "sbin": true, "script": true, "scripts": true, "docker": true, ".docker": true, "deploy": true, "libexec": true}

// starter is what a program is called that starts a container, wherever it lies.
var starter = regexp.MustCompile(`^(start|run|boot|init|launch|entrypoint)[_-](container|docker|server|web|app|service)$`)

// envFile is a dotenv file that is not hidden, as docker run --env-file is given
// one, and the one to copy it from.
var envFile = regexp.MustCompile(`^(env|(dot)?env[._-](example|sample|template|dist|tmpl|defaults?))$`)

// programDir are directories in which a file called env is a program.
var programDir = regexp.MustCompile(`(^|/)(s?bin|scripts?|libexec)/$`)

// IsShell reports whether files of the format are scripts of the shell.
func (f Format) IsShell() bool { return f == Shell || f == Program }

// ServiceRun reports whether a path is the script by which s6 or runit starts a
// service: "etc/services.d/web/run".
func ServiceRun(name string) bool {
	dir, base := path.Split(name)
	if base != "run" {
		return false
	}
	switch path.Base(path.Dir(path.Dir(dir))) {
	case "services.d", "s6-rc.d", "s6", "sv", "runit", "service":
		return true
	}
	return false
}

func isYAML(ext string) bool { return ext == ".yml" || ext == ".yaml" }

// gunicornName are the names that gunicorn's settings have, which are Python.
var gunicornName = regexp.MustCompile(`^gunicorn([._-](conf|config|cfg|settings|prod|production|dev|docker|staging|default))*\.py$`)

// pipelineFormat tells what runs pipelines, platforms' descriptors that only
// their directory tells, and gunicorn's settings.
func pipelineFormat(dir, base, ext string) Format {
	dir = strings.ToLower(dir)
	switch {
	case isYAML(ext) && (base == ".gitlab-ci"+ext || strings.HasSuffix(base, ".gitlab-ci"+ext) || strings.Contains("/"+dir, "/.gitlab/ci/")):
		return GitLabCI
	case isYAML(ext) && strings.HasSuffix("/"+dir, "/.circleci/"):
		return CircleCI
	case (isYAML(ext) || ext == ".json") && strings.HasPrefix(base, "cloudbuild"):
		return CloudBuild
	case isYAML(ext) && (strings.HasPrefix(base, "azure-pipeline") || strings.Contains("/"+dir, "/.azure-pipelines/")):
		return AzurePipelines
	case isYAML(ext) && strings.HasPrefix(base, "bitbucket-pipelines"):
		return BitbucketPipelines
	case isYAML(ext) && base == ".travis"+ext:
		return Travis
	case isYAML(ext) && strings.HasPrefix(base, "deploy.") && strings.HasSuffix("/"+dir, "/config/"):
		return Kamal
	case base == "jenkinsfile" || strings.HasPrefix(base, "jenkinsfile.") && ext != ".md" || ext == ".jenkinsfile":
		return Jenkinsfile
	case isYAML(ext) && strings.HasSuffix("/"+dir, "/.do/"):
		return DOApp
	case isYAML(ext) && (strings.HasPrefix(base, "app.") && strings.Count(base, ".") == 2 || base == "app.yml"):
		return AppEngine
	case strings.HasPrefix(base, "gunicorn") && gunicornName.MatchString(base):
		return GunicornConf
	}
	return ""
}

// gradleFile tells Gradle's scripts, catalogs and locks of any name.
func gradleFile(base string) Format {
	switch {
	case strings.HasSuffix(base, ".gradle.kts"):
		return GradleKotlin
	case strings.HasSuffix(base, ".versions.toml"):
		return GradleCatalog
	case strings.HasSuffix(base, "gradle.lockfile"):
		return GradleLock
	}
	return ""
}

// logConfigName are the names that people give to what a logging library is
// handed: logging.yaml, logging.ini, log_config.json, logging_prod.conf.
var logConfigName = regexp.MustCompile(`^((log4js|serilog)([._-]\w+)?\.json|(logging|logger|log)s?([._-]?(conf|config|configuration|settings))?([._-](prod|production|docker))?\.(json|ya?ml|ini|conf|cfg))$`)

// isLogXML tells the configuration of a logging library by its name.
func isLogXML(base, ext string) bool {
	switch {
	case strings.HasPrefix(base, "nlog"), strings.HasPrefix(base, "log4net"):
		return ext == ".config" || ext == ".xml"
	}
	return ext == ".xml" && (strings.HasPrefix(base, "logback") || strings.HasPrefix(base, "log4j"))
}

// isSpring tells Spring's configuration by its name, profiles included:
// application-prod.yml.
func isSpring(base string) bool {
	stem, _, _ := strings.Cut(base, ".")
	return stem == "application" || stem == "bootstrap" || strings.HasPrefix(stem, "application-") || strings.HasPrefix(stem, "bootstrap-")
}

// railsYAML are the files of a Rails application's config directory that say
// which services it uses.
var railsYAML = map[string]bool{
	"database.yml": true, "cable.yml": true, "storage.yml": true, "cache.yml": true, "queue.yml": true, "sidekiq.yml": true, "mongoid.yml": true, "redis.yml": true, "secrets.yml": true,
	"recurring.yml": true, "schedule.yml": true, "resque.yml": true, "anycable.yml": true, "sidekiq_cron.yml": true,
}

// symfonyName are the files of Symfony's container beside config/packages.
var symfonyName = regexp.MustCompile(`^(config|services|parameters|security)([._-][\w-]+)*\.ya?ml$`)

// isSymfony tells the configuration of Symfony's container by its place: that
// of an environment in a directory of its name, of version 3 in app/config.
func isSymfony(dir, base string) bool {
	dir = "/" + dir
	switch {
	case strings.Contains(dir, "/config/packages/"):
		return true
	case strings.HasSuffix(dir, "/app/config/"):
		return symfonyName.MatchString(base)
	case strings.HasSuffix(dir, "/config/"):
		return symfonyName.MatchString(base) && !strings.HasPrefix(base, "config") && !strings.HasPrefix(base, "security")
	}
	return false
}

// isNginx tells nginx's configuration by its name or directory.
func isNginx(dir, base string) bool {
	base = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(base, ".template"), ".tmpl"), ".j2")
	return base == "nginx.conf" || path.Ext(base) == ".conf" && (strings.Contains(strings.ToLower(dir), "nginx") || strings.HasPrefix(base, "nginx"))
}

// CacheKey names what was inspected: the same bytes read as the same format
// state the same. A cache adds Version.
type CacheKey struct {
	Blob   string
	Format Format
}
