package manifest

import (
	"strings"

	"twelvefold/internal/inspect"
)

// NodeVersion reads .nvmrc and .node-version.
func NodeVersion(e *inspect.Emitter, content []byte) error {
	return versionLine(e, content, "node", ".nvmrc")
}

// PythonVersion reads .python-version.
func PythonVersion(e *inspect.Emitter, content []byte) error {
	return versionLine(e, content, "python", ".python-version")
}

// versionLine emits the first line that is not a comment.
func versionLine(e *inspect.Emitter, content []byte, runtime, via string) error {
	for i, line := range versionLines(content) {
		if line != "" {
			e.Emit(i+1, i+1, inspect.RuntimeVersion{Runtime: runtime, Version: strings.Fields(line)[0], Via: via})
			return nil
		}
	}
	return nil
}

// VersionFile reads .tool-versions ("nodejs 20.1.0") and Heroku's runtime.txt
// ("python-3.12.1").
func VersionFile(e *inspect.Emitter, content []byte) error {
	for i, line := range versionLines(content) {
		words := strings.Fields(line)
		switch {
		case len(words) >= 2:
			if runtime := toolRuntime[words[0]]; runtime != "" {
				e.Emit(i+1, i+1, inspect.RuntimeVersion{Runtime: runtime, Version: words[1], Via: ".tool-versions"})
			}
		case len(words) == 1:
			name, version, ok := strings.Cut(words[0], "-")
			if runtime := toolRuntime[name]; ok && runtime != "" {
				e.Emit(i+1, i+1, inspect.RuntimeVersion{Runtime: runtime, Version: version, Via: "runtime.txt"})
			}
		}
	}
	return nil
}

var toolRuntime = map[string]string{
	"node": "node", "nodejs": "node", "python": "python", "go": "go", "golang": "go", "ruby": "ruby", "java": "java", "php": "php",
	"dotnet": "dotnet", "dotnet-core": "dotnet",
}

// versionLines are the first lines of a file, without comments and spaces.
func versionLines(content []byte) []string {
	lines := strings.SplitN(strings.TrimPrefix(string(content), "\xef\xbb\xbf"), "\n", 200)
	for i, line := range lines {
		line, _, _ = strings.Cut(line, "#")
		lines[i] = strings.TrimSpace(line)
	}
	return lines
}
