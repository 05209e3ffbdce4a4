package inspect

import (
	"path"
	"strings"
)

// Format names the language or file format that a file is read as. It is a
// function of the path alone, and part of the cache key.
type Format string

// The formats that have an extractor.
const (
	Python     Format = "python"
	JavaScript Format = "javascript"
	TypeScript Format = "typescript"
	TSX        Format = "tsx"
	Go         Format = "go"
	Shell      Format = "shell"

	Dockerfile   Format = "dockerfile"
	YAML         Format = "yaml" // Compose, Kubernetes, Actions: told apart by path and content
	Workflow     Format = "workflow"
	Compose      Format = "compose"
	Procfile     Format = "procfile"
	Fly          Format = "fly"
	DotEnv       Format = "dotenv"
	GitIgnore    Format = "gitignore"
	DockerIgnore Format = "dockerignore"

	PackageJSON  Format = "package.json"
	PackageLock  Format = "package-lock.json"
	PnpmLock     Format = "pnpm-lock.yaml"
	YarnLock     Format = "yarn.lock"
	BunLock      Format = "bun.lock"
	TSConfig     Format = "tsconfig.json"
	PnpmSpace    Format = "pnpm-workspace.yaml"
	PyProject    Format = "pyproject.toml"
	Requirements Format = "requirements.txt"
	Pipfile      Format = "pipfile"
	PipfileLock  Format = "pipfile.lock"
	PoetryLock   Format = "poetry.lock"
	UVLock       Format = "uv.lock"
	SetupPy      Format = "setup.py"
	SetupCfg     Format = "setup.cfg"
	GoModFile    Format = "go.mod"
	GoSum        Format = "go.sum"
	GoWork       Format = "go.work"
	VersionFile  Format = "version-file" // .tool-versions, runtime.txt: they name the runtime
	NodeFile     Format = "node-version" // .nvmrc, .node-version
	PythonFile   Format = "python-version"
	Supervisor   Format = "supervisor"
	UWSGI        Format = "uwsgi"
	Nginx        Format = "nginx"
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
}

// byExtension are formats told by the extension, in lower case.
var byExtension = map[string]Format{
	".py": Python, ".js": JavaScript, ".mjs": JavaScript, ".cjs": JavaScript, ".jsx": JavaScript,
	".ts": TypeScript, ".mts": TypeScript, ".cts": TypeScript, ".tsx": TSX, ".go": Go,
	".sh": Shell, ".bash": Shell, ".yml": YAML, ".yaml": YAML,
}

// FormatOf tells a file's format from its path; "" when no extractor reads it.
func FormatOf(name string) Format {
	dir, base := path.Split(name)
	lower := strings.ToLower(base)
	if f, ok := byName[lower]; ok {
		return f
	}
	ext := path.Ext(lower)
	if f := byExtension[ext]; f != "" && f != YAML {
		return f // dockerfile.go and procfile.py are programs
	}
	switch {
	case lower == "dockerfile" || lower == "containerfile" || strings.HasPrefix(lower, "dockerfile.") && ext != ".dockerignore" || ext == ".dockerfile":
		return Dockerfile
	case ext == ".dockerignore":
		return DockerIgnore
	case strings.HasPrefix(lower, "procfile."):
		return Procfile
	case lower == ".env" || strings.HasPrefix(lower, ".env.") || strings.HasPrefix(lower, ".env-") || ext == ".env":
		return DotEnv
	case (ext == ".yml" || ext == ".yaml") && strings.HasSuffix(dir, ".github/workflows/"):
		return Workflow
	case (ext == ".yml" || ext == ".yaml") && (strings.HasPrefix(lower, "docker-compose") || strings.HasPrefix(lower, "compose.") || strings.HasPrefix(lower, "compose-")):
		return Compose
	case ext == ".txt" && (strings.HasPrefix(lower, "requirements") || strings.HasSuffix(strings.TrimSuffix(lower, ext), "requirements") || strings.HasSuffix(dir, "requirements/")),
		ext == ".in" && strings.HasPrefix(lower, "requirements"):
		return Requirements
	case strings.HasPrefix(lower, "fly.") && ext == ".toml":
		return Fly
	case strings.HasPrefix(lower, "tsconfig") && ext == ".json" || lower == "jsconfig.json":
		return TSConfig
	case strings.HasPrefix(lower, "supervisor") && (ext == ".conf" || ext == ".ini"):
		return Supervisor
	case strings.Contains(lower, "uwsgi") && ext == ".ini":
		return UWSGI
	case isNginx(dir, lower):
		return Nginx
	case lower == "entrypoint" || lower == "docker-entrypoint":
		return Shell
	}
	return byExtension[ext]
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
