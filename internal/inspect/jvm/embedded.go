package jvm

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// embeddedURL states an engine inside the process whose URL is handed to a
// function of the program's own, which connects: setup("jdbc:h2:mem:shop").
func (f *file) embeddedURL(n syntax.Node) {
	text, ok := f.plainText(n)
	if !ok || !n.Up("argument_list", "value_arguments").OK() || f.isFallback(n) {
		return
	}
	for _, engine := range []string{"jdbc:h2:", "jdbc:hsqldb:", "jdbc:derby:"} {
		if rest, found := strings.CutPrefix(text, engine); found && !strings.HasPrefix(rest, "tcp:") && !strings.HasPrefix(rest, "ssl:") && !strings.HasPrefix(rest, "hsql:") && !strings.HasPrefix(rest, "//") {
			f.embedded = append(f.embedded, n)
		}
	}
}

// embeddedClients states those that no known construction told already.
func (f *file) embeddedClients() {
	for _, n := range f.embedded {
		told := false
		for _, s := range f.Signals {
			client, ok := s.Fact.(inspect.Client)
			told = told || ok && (s.Line <= n.Line() && n.Line() <= s.EndLine || client.Service == inspect.EmbeddedDB && client.Handle.IsLiteral())
		}
		if text, ok := f.plainText(n); ok && !told {
			f.state(n, inspect.Client{Service: inspect.EmbeddedDB, Via: "jdbc", Handle: inspect.LitOf(text)})
		}
	}
}
