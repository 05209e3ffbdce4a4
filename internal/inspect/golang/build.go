package golang

import (
	"bytes"
	"go/build/constraint"
	"regexp"
)

// buildConstraint is the condition under which the file is built, as its line
// "//go:build" says, or "".
func (f *goFile) buildConstraint() string {
	head := f.content[:min(len(f.content), f.set.Position(f.file.Package).Offset)]
	if !bytes.Contains(head, []byte("//go:build")) {
		return ""
	}
	for line := range bytes.Lines(head) {
		text := string(bytes.TrimSpace(line))
		if !constraint.IsGoBuild(text) {
			continue
		}
		if expression, err := constraint.Parse(text); err == nil {
			return expression.String()
		}
	}
	return ""
}

// takesTest reports whether the file works on a test that it is handed. One that
// only asks testing.Testing() is no test's.
func (f *goFile) takesTest() bool {
	for _, spec := range f.file.Imports {
		if importPath(spec) == "testing" && spec.Name == nil {
			return testHanded.Match(f.content)
		}
	}
	return false
}

var testHanded = regexp.MustCompile(`[ \t(\]*]testing\.(T|TB|M|F)\b`)
