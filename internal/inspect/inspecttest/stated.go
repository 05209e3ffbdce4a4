package inspecttest

import (
	"encoding/json"
	"fmt"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// Stated writes a file's signals, one a line, as tests compare them:
// "4 dependency {…}", "4-6 …", with single quotes for JSON's double ones.
func Stated(format inspect.Format, content string) string {
	var b strings.Builder
	for _, s := range files.File(format, []byte(content)) {
		var fact strings.Builder
		encoder := json.NewEncoder(&fact)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(s.Fact); err != nil {
			panic(err)
		}
		lines := fmt.Sprint(s.Line)
		if s.EndLine != s.Line {
			lines = fmt.Sprintf("%d-%d", s.Line, s.EndLine)
		}
		fmt.Fprintf(&b, "%s %s %s\n", lines, s.Fact.Kind(), strings.ReplaceAll(strings.TrimSpace(fact.String()), `"`, `'`))
	}
	return strings.TrimSpace(b.String())
}
