package manifest

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"

	"twelvefold/internal/inspect"
)

var (
	requirementName = regexp.MustCompile(`^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*`)
	pypiExact       = regexp.MustCompile(`^===?\s*[^\s,*]+$`)
	eggName         = regexp.MustCompile(`[#&]egg=([A-Za-z0-9._-]+)`)
	archive         = regexp.MustCompile(`^\S+\.(whl|tar\.gz|tar\.bz2|zip)(\s*;.*)?$`)
	optionName      = regexp.MustCompile(`^(--[a-z-]+|-[a-z])`)
	wheelName       = regexp.MustCompile(`([A-Za-z0-9._]+?)-\d[^/]*\.(whl|tar\.gz|zip)(#.*)?$`)
)

// requirement reads one PEP 508 requirement: "name[extra] >=1,<2 ; marker" or
// "name @ url". ok is false when it is none.
func requirement(text string, group inspect.Group) (d inspect.Dependency, ok bool) {
	m := requirementName.FindStringSubmatch(text)
	if m == nil {
		return d, false
	}
	d = inspect.Dependency{Ecosystem: inspect.PyPI, Name: inspect.NormalPyPI(m[1]), Group: group}
	for _, extra := range strings.Split(m[2], ",") {
		if extra = strings.TrimSpace(extra); extra != "" {
			d.Extras = append(d.Extras, extra)
		}
	}
	rest := text[len(m[0]):]
	if url, direct := strings.CutPrefix(rest, "@"); direct {
		url, marker, _ := strings.Cut(url, " ;")
		d.Marker = strings.TrimSpace(marker)
		d.Origin, d.Location = pypiLocation(strings.TrimSpace(url))
		return d, true
	}
	constraint, marker, _ := strings.Cut(rest, ";")
	d.Marker = strings.TrimSpace(marker)
	constraint = strings.TrimSpace(constraint)
	if strings.HasPrefix(constraint, "(") && strings.HasSuffix(constraint, ")") {
		constraint = strings.TrimSpace(constraint[1 : len(constraint)-1])
	}
	if constraint != "" && !strings.ContainsAny(constraint[:1], "=<>!~") {
		return inspect.Dependency{}, false
	}
	d.Constraint, d.Exact = constraint, pypiExact.MatchString(constraint)
	return d, true
}

// pypiLocation tells what sort of place a package comes from, and the place
// without credentials.
func pypiLocation(url string) (origin, location string) {
	switch {
	case strings.HasPrefix(url, "git+") || strings.HasPrefix(url, "hg+") || strings.HasPrefix(url, "svn+") || strings.HasPrefix(url, "git@") || strings.HasSuffix(url, ".git"):
		return "git", inspect.MaskText(url)
	case strings.HasPrefix(url, "file:") || !strings.Contains(url, "://"):
		return "path", url
	}
	return "url", inspect.MaskText(url)
}

// locatedRequirement reads a requirement that is a place: a URL, a path, or
// "git+https://…#egg=name". Its name may be unknown.
func locatedRequirement(text string, group inspect.Group) inspect.Dependency {
	text, marker, _ := strings.Cut(text, " ;")
	d := inspect.Dependency{Ecosystem: inspect.PyPI, Group: group, Marker: strings.TrimSpace(marker)}
	text = strings.TrimSpace(text)
	if m := eggName.FindStringSubmatch(text); m != nil {
		d.Name = inspect.NormalPyPI(m[1])
	} else if m := wheelName.FindStringSubmatch(text[strings.LastIndex(text, "/")+1:]); m != nil {
		d.Name = inspect.NormalPyPI(m[1])
	} else if strings.HasPrefix(text, "git+") {
		d.Name = inspect.NormalPyPI(repositoryOf(text))
	}
	d.Origin, d.Location = pypiLocation(text)
	return d
}

// repositoryOf is the last part of a repository's URL: of
// "git+https://host/owner/name.git@v1" it is "name".
func repositoryOf(url string) string {
	url, _, _ = strings.Cut(url, "#")
	name := url[strings.LastIndex(url, "/")+1:]
	name, _, _ = strings.Cut(name, "@")
	return strings.TrimSuffix(name, ".git")
}

// developmentGroup reports whether a group of that name holds what only the
// project's own developers need.
func developmentGroup(name string) bool {
	for _, part := range strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' }) {
		if developmentWords[part] {
			return true
		}
	}
	return false
}

var developmentWords = map[string]bool{
	"dev": true, "devel": true, "develop": true, "development": true, "test": true, "tests": true, "testing": true, "lint": true, "linting": true,
	"linters": true, "doc": true, "docs": true, "documentation": true, "typing": true, "types": true, "type": true, "mypy": true, "pyright": true,
	"format": true, "formatting": true, "ci": true, "debug": true, "tool": true, "tools": true, "tooling": true, "check": true, "checks": true,
	"bench": true, "benchmark": true, "release": true, "local": true, "coverage": true, "cov": true, "style": true, "quality": true, "nox": true,
	"tox": true, "pytest": true, "e2e": true, "qa": true, "precommit": true, "commit": true, "notebook": true, "jupyter": true, "profiling": true,
}

// groupOf is the group of a named extra or dependency group.
func groupOf(name string) inspect.Group {
	if developmentGroup(name) {
		return inspect.Dev
	}
	return inspect.Optional
}

// RequirementsFile reads pip's requirements format. What it is for (tests,
// development) only its path tells: see source.RoleOf.
func RequirementsFile(e *inspect.Emitter, content []byte) error {
	e.Emit(1, 1, inspect.Manifest{Ecosystem: inspect.PyPI, Manager: "pip"})
	r := &requirementsReader{e: e, all: newLocked(), pinned: true}
	var first error
	for _, line := range logicalLines(content) {
		if err := r.line(line); err != nil && first == nil {
			first = err
		}
	}
	r.finish()
	return first
}

// requirementsReader reads the lines of one requirements file.
type requirementsReader struct {
	e        *inspect.Emitter
	compiled bool // the header names pip-compile or uv
	from     []string
	pinned   bool // every requirement so far allows one version only
	pending  []pendingRequirement
	all      *locked
}

type pendingRequirement struct {
	line, end int
	fact      inspect.Dependency
	direct    bool // asked for by an input file, as a "# via" comment says
	via       bool // has a "# via" comment
}

// logicalLine is a line with those that it continues on.
type logicalLine struct {
	text      string
	comment   string // after "#", without it
	line, end int
}

func logicalLines(content []byte) []logicalLine {
	var lines []logicalLine
	var parts []string // of the line being joined
	l := logicalLine{}
	number := 0
	for raw := range strings.Lines(plainText(content)) {
		number++
		raw = strings.TrimRight(raw, "\r\n")
		text, comment := raw, ""
		if trimmed := strings.TrimSpace(raw); strings.HasPrefix(trimmed, "#") {
			text, comment = "", trimmed[1:]
		} else if at := commentAt(raw); at >= 0 {
			text, comment = raw[:at], raw[at+2:]
		}
		if l.line == 0 {
			l.line = number
		}
		if l.end = number; comment != "" {
			l.comment = comment
		}
		part, continued := strings.CutSuffix(text, `\`)
		if parts = append(parts, part); !continued {
			l.text = strings.Join(parts, "")
			lines = append(lines, l)
			parts, l = parts[:0], logicalLine{}
		}
	}
	if len(parts) > 0 {
		l.text = strings.Join(parts, "")
		lines = append(lines, l)
	}
	return lines
}

// commentAt is where white space and "#" begin a comment, or -1.
func commentAt(line string) int {
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && (line[i-1] == ' ' || line[i-1] == '\t') {
			return i - 1
		}
	}
	return -1
}

// plainText is a text without its byte order mark. pip takes UTF-16 too, as
// PowerShell writes it.
func plainText(content []byte) string {
	order := binary.ByteOrder(binary.LittleEndian)
	switch {
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		order = binary.BigEndian
	case !bytes.HasPrefix(content, []byte("\xff\xfe")):
		return strings.TrimPrefix(string(content), "\xef\xbb\xbf")
	}
	units := make([]uint16, 0, len(content)/2)
	for content = content[2:]; len(content) > 1; content = content[2:] {
		units = append(units, order.Uint16(content))
	}
	return string(utf16.Decode(units))
}

func (r *requirementsReader) line(l logicalLine) error {
	text := strings.TrimSpace(l.text)
	if comment := strings.TrimSpace(l.comment); comment != "" {
		if text == "" {
			r.comment(comment)
			return nil
		}
		defer r.comment(comment)
	}
	switch {
	case text == "":
		return nil
	case strings.HasPrefix(text, "-"):
		r.option(text, l)
		return nil
	}
	text, _, _ = strings.Cut(text, " --") // --hash=…, --config-settings …
	text = strings.TrimSpace(text)
	d, ok := requirement(text, inspect.Runtime)
	if !ok || archive.MatchString(text) && d.Origin == "" {
		if !archive.MatchString(text) && !strings.ContainsAny(text, "/:") && !strings.HasPrefix(text, ".") {
			return inspect.ParseError(l.line, "this is no requirement")
		}
		d = locatedRequirement(text, inspect.Runtime)
	}
	r.require(d, l)
	return nil
}

func (r *requirementsReader) require(d inspect.Dependency, l logicalLine) {
	r.pinned = r.pinned && (d.Exact || d.Origin != "")
	r.pending = append(r.pending, pendingRequirement{line: l.line, end: l.end, fact: d})
}

// comment takes what pip-compile and uv note: a header, and who asks for the
// requirement above.
func (r *requirementsReader) comment(text string) {
	lower := strings.ToLower(text)
	switch {
	case len(r.pending) == 0:
		r.compiled = r.compiled || strings.Contains(lower, "autogenerated by pip-compile") || strings.Contains(lower, "autogenerated by uv") ||
			strings.Contains(lower, "generated by pip-compile")
		for _, word := range strings.Fields(text) {
			if r.compiled && compiledFrom.MatchString(word) {
				r.from = append(r.from, word)
			}
		}
	case strings.HasPrefix(lower, "via"), r.pending[len(r.pending)-1].via:
		last := &r.pending[len(r.pending)-1]
		last.via = true
		asker := strings.TrimSpace(strings.TrimPrefix(lower, "via"))
		if strings.HasPrefix(asker, "-r") || strings.HasSuffix(asker, ".in") || strings.Contains(asker, "pyproject") || strings.Contains(asker, "setup.") || strings.Contains(asker, "(") {
			last.direct = true
		}
	}
}

func (r *requirementsReader) option(text string, l logicalLine) {
	name := optionName.FindString(text) // of "-rbase.txt" it is "-r"
	value := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text[len(name):]), "="))
	switch name {
	case "-r", "--requirement":
		r.e.Emit(l.line, l.end, inspect.RequirementsInclude{Path: value})
	case "-c", "--constraint":
		r.e.Emit(l.line, l.end, inspect.RequirementsInclude{Path: value, Constraint: true})
	case "-e", "--editable":
		d := locatedRequirement(value, inspect.Runtime)
		if m := placeExtras.FindStringSubmatch(d.Location); d.Origin == "path" && m != nil {
			d.Location, d.Extras = m[1], strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' || r == ' ' })
		}
		r.require(d, l)
	}
}

// compiledFrom is what a requirements file is compiled from.
var compiledFrom = regexp.MustCompile(`^[\w./-]*(\.in|pyproject\.toml)$`)

// placeExtras takes "./sub[dev,test]" apart.
var placeExtras = regexp.MustCompile(`^(.*)\[([\w., -]*)\]$`)

func (r *requirementsReader) finish() {
	lock := r.compiled && r.pinned
	for _, p := range r.pending {
		p.fact.Indirect = lock && p.via && !p.direct
		r.e.Emit(p.line, p.end, p.fact)
		r.all.add(p.fact.Name, strings.TrimLeft(p.fact.Constraint, "= "), !p.fact.Indirect)
	}
	if lock {
		r.e.Emit(1, 1, inspect.Lock{Ecosystem: inspect.PyPI, Manager: "pip-compile", Packages: r.all.packages(), Rooted: true, From: r.from})
	}
}
