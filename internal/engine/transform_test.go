package engine_test

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// braced are the languages that braces structure.
var braced = map[string]bool{".js": true, ".jsx": true, ".mjs": true, ".cjs": true, ".ts": true, ".tsx": true, ".go": true, ".java": true, ".kt": true, ".php": true, ".cs": true}

// multiline is text that may run over several lines, whose indentation is part
// of what it says.
var multiline = regexp.MustCompile("(?m)`|\"\"\"|'''|<<|@\"|^=begin|\\\\$")

// reindented doubles indentation where it says nothing or twice as much says
// the same.
func reindented(p, s string) string {
	switch e := ext(p); {
	case multiline.MatchString(s):
		return s
	case braced[e], e == ".py", e == ".rb", e == ".xml", e == ".csproj", e == ".tf", e == ".gradle", e == ".kts", e == ".toml":
	case e == ".json" && json.Valid([]byte(s)):
	default:
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = line[:len(line)-len(strings.TrimLeft(line, " \t"))] + line
	}
	return strings.Join(lines, "\n")
}

// leadingLine puts an empty line first, where a first line is not special.
func leadingLine(p, s string) string {
	if strings.HasPrefix(s, "#!") || strings.HasPrefix(s, "<?") || ext(p) == ".xml" || ext(p) == ".php" {
		return s
	}
	return "\n" + s
}

// bait is what a comment may say without meaning it.
var bait = []string{
	`app.listen(3000); app.run(debug=True); http.ListenAndServe(":8080", nil)`,
	`import leftpad; require("leftpad"); from leftpad import pad; using Left.Pad;`,
	`password = "hunter2hunter2"; SECRET_KEY = "kq2!x9vL0pZr7Tn4"; os.environ["NEVER"]`,
	`FROM python:latest`, `release: ./manage.py migrate`, `web: npm run dev`,
}

// comment is how a file says one line without meaning it; "" where it can't.
func comment(p string) (open, end string) {
	base := path.Base(p)
	switch e := ext(p); {
	case braced[e], e == ".gradle", e == ".kts", base == "go.mod", base == "Jenkinsfile":
		return "// ", ""
	case e == ".py", e == ".rb", e == ".sh", e == ".yml", e == ".yaml", e == ".toml", e == ".tf", e == ".properties", e == ".ini", e == ".conf",
		strings.HasPrefix(base, "Dockerfile"), strings.HasPrefix(base, ".env"), base == ".dockerignore", base == ".gitignore", base == "requirements.txt",
		base == "Gemfile", base == "Rakefile", base == "Procfile", base == "Makefile":
		return "# ", ""
	case e == ".xml", e == ".csproj":
		return "<!-- ", " -->"
	}
	return "", ""
}

// commented puts comments full of bait at the beginning and the end.
func commented(p, s string) string {
	open, end := comment(p)
	if open == "" || strings.HasSuffix(s, "\\\n") || strings.Contains(s, "{{") {
		return s
	}
	var b strings.Builder
	for _, line := range bait {
		fmt.Fprintf(&b, "%s%s%s\n", open, line, end)
	}
	head, rest := "", s
	if first, after, ok := strings.Cut(s, "\n"); ok && (strings.HasPrefix(first, "#") || strings.HasPrefix(first, "<?") || ext(p) == ".xml") {
		head, rest = first+"\n", after
	}
	if strings.HasPrefix(strings.TrimSpace(rest), "<?php") { // after a shebang
		return s
	}
	if !strings.HasSuffix(rest, "\n") {
		rest += "\n"
	}
	if ext(p) == ".php" && (head == "" || strings.Contains(rest, "?>")) {
		return s
	}
	return head + b.String() + rest + b.String()
}

// reordered turns the order of keys around where it says nothing.
func reordered(p, s string) string {
	base := path.Base(p)
	switch e := ext(p); {
	case e == ".json" && base != "package-lock.json":
		return reorderedJSON(s)
	case (e == ".yml" || e == ".yaml") && !strings.Contains(s, "{{") && !strings.Contains(s, "&"):
		return reorderedYAML(s)
	case strings.HasPrefix(base, ".env") && !strings.Contains(s, "\"\n") && !strings.Contains(s, "$"):
		lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
		slices.Reverse(lines)
		return strings.Join(lines, "\n") + "\n"
	case base == "Procfile" && !strings.Contains(s, "#"):
		lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
		slices.Reverse(lines)
		return strings.Join(lines, "\n") + "\n"
	}
	return s
}

var topKey = regexp.MustCompile(`^[\w."'-]+:`)

// reorderedYAML turns the top-level keys of each document around.
func reorderedYAML(s string) string {
	documents := strings.SplitAfter(s, "\n---\n")
	for i, d := range documents {
		d, separator, _ := strings.Cut(d, "---\n")
		var chunks []string
		for line := range strings.Lines(d) {
			if topKey.MatchString(line) || len(chunks) == 0 {
				chunks = append(chunks, "")
			}
			if !strings.HasSuffix(line, "\n") {
				line += "\n"
			}
			chunks[len(chunks)-1] += line
		}
		if len(chunks) > 0 && !topKey.MatchString(chunks[0]) || separator != "" {
			return s // begins with what belongs to no key
		}
		slices.Reverse(chunks)
		end := ""
		if strings.HasSuffix(documents[i], "---\n") {
			end = "---\n"
		}
		documents[i] = strings.Join(chunks, "") + end
	}
	return strings.Join(documents, "")
}

// reorderedJSON turns the lines of the outermost object's simple values around.
func reorderedJSON(s string) string {
	var keys map[string]json.RawMessage
	if json.Unmarshal([]byte(s), &keys) != nil || len(keys) < 2 {
		return s
	}
	decoder := json.NewDecoder(strings.NewReader(s))
	var order []string
	depth := 0
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if _, isKey := keys[v]; depth == 1 && isKey && !slices.Contains(order, v) {
				order = append(order, v)
			}
		}
	}
	var b strings.Builder
	b.WriteString("{\n")
	slices.Reverse(order)
	for i, key := range order {
		fmt.Fprintf(&b, "  %q: %s", key, keys[key])
		if i+1 < len(order) {
			b.WriteString(",")
		}
		b.WriteString("\n")
	}
	return b.String() + "}\n"
}

var importLine = regexp.MustCompile(`^(import |from \w|using [\w.]+;|use [\w\\]+;|const \w+ = require\(|\t"[\w./-]+"$)`)

// importsReversed turns each run of imports around.
func importsReversed(p, s string) string {
	switch ext(p) {
	case ".py", ".js", ".ts", ".tsx", ".mjs", ".go", ".java", ".kt", ".php", ".cs":
	default:
		return s
	}
	lines := strings.Split(s, "\n")
	for i := 0; i < len(lines); i++ {
		j := i
		for j < len(lines) && importLine.MatchString(lines[j]) && !strings.Contains(lines[j], "__future__") && !strings.ContainsAny(lines[j][len(lines[j])-1:], `{(,\`) {
			j++
		}
		slices.Reverse(lines[i:j])
		i = max(i, j)
	}
	return strings.Join(lines, "\n")
}

var functionStart = regexp.MustCompile(`^(def |async def |func |function |async function |fun )`)

// functionsReversed turns each run of functions around that blank lines part.
func functionsReversed(p, s string) string {
	var chunks []string
	for _, chunk := range strings.Split(strings.TrimRight(s, "\n"), "\n\n") {
		if n := len(chunks); n > 0 && (strings.HasPrefix(chunk, " ") || strings.HasPrefix(chunk, "\t")) {
			chunks[n-1] += "\n\n" + chunk // inside what began before
			continue
		}
		chunks = append(chunks, chunk)
	}
	for i := 0; i < len(chunks); i++ {
		j := i
		for j < len(chunks) && functionStart.MatchString(strings.TrimLeft(chunks[j], "\n")) && complete(chunks[j]) {
			j++
		}
		slices.Reverse(chunks[i:j])
		i = max(i, j)
	}
	return strings.Join(chunks, "\n\n") + "\n"
}

// complete reports whether a chunk's brackets and quotes close, so that it can
// stand elsewhere.
func complete(s string) bool {
	return strings.Count(s, "{") == strings.Count(s, "}") && strings.Count(s, "(") == strings.Count(s, ")") && strings.Count(s, "`")%2 == 0 && strings.Count(s, `"""`)%2 == 0
}

// withUnrelated adds what has nothing to do with how the program is built or run.
func withUnrelated(m *mini) bool {
	for p, content := range map[string]string{
		"LICENSE": "MIT License\n", "CHANGELOG.md": "# 1.0\n\nListens on port 3000: `app.listen(3000)`.\n", "docs/guide.md": "```sh\nexport SECRET_KEY=abcdefgh12345678\n```\n",
		"docs/logo.png": "\x89PNG\r\n\x1a\n\x00\x00\x00", ".editorconfig": "root = true\n", "notes/README.md": "# Notes\n", "notes/minutes.txt": "web: npm start\n",
		"tests/test_unrelated.py": "import os\n\nAPI_KEY = 'kq2!x9vL0pZr7Tn4'\n\ndef test_nothing():\n    assert os.environ['HOME']\n",
		"tests/unrelated.test.js": "const app = require('express')();\napp.listen(3000);\n", "SECURITY.md": "Mail us.\n", ".github/ISSUE_TEMPLATE/bug.md": "What happened?\n",
	} {
		if _, taken := m.files[p]; taken {
			continue
		}
		m.files[p] = content
	}
	return true
}

var apart = regexp.MustCompile(`-apart\d+(\.ya?ml)`)

// documentsApart gives each document of a Kubernetes file a file of its own.
func documentsApart(m *mini) bool {
	changed := false
	for p, content := range m.files {
		documents := strings.Split(content, "\n---\n")
		if e := ext(p); e != ".yml" && e != ".yaml" || len(documents) < 2 || !strings.Contains(content, "apiVersion:") || strings.Contains(content, "{{") {
			continue
		}
		delete(m.files, p)
		for i, d := range documents {
			m.files[fmt.Sprintf("%s-apart%d%s", strings.TrimSuffix(p, path.Ext(p)), i, path.Ext(p))] = d + "\n"
		}
		changed = true
	}
	return changed
}

// rename changes names wherever they stand, in paths too: those that begin with
// a marker which stands in nothing else.
func rename(m *mini, from, to string) bool {
	begins := regexp.MustCompile(`(^|[^a-z])` + from) // drizzle is a library's name
	capitals := strings.NewReplacer(strings.ToUpper(from[:1])+from[1:], strings.ToUpper(to[:1])+to[1:], strings.ToUpper(from), strings.ToUpper(to))
	replace := func(text string) string { return capitals.Replace(begins.ReplaceAllString(text, "${1}"+to)) }
	changed := false
	renamed := map[string]string{}
	for p, content := range m.files {
		if strings.Contains(content, to) {
			return false
		}
		renamed[replace(p)] = replace(content)
		changed = changed || replace(p+" "+content) != p+" "+content
	}
	for p := range m.symlinks {
		delete(m.symlinks, p)
		m.symlinks[replace(p)] = true
	}
	m.files = renamed
	return changed
}
