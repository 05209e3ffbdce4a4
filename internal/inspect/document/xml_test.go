package document_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect/document"
)

// outline writes elements as "name@line-end key@line=value \"text\"@line".
func outline(e *document.Element) string {
	var b strings.Builder
	e.Walk(func(e *document.Element) bool {
		fmt.Fprintf(&b, "%s@%d-%d", e.Name, e.Line, e.End)
		for _, a := range e.Attrs {
			fmt.Fprintf(&b, " %s@%d=%s", a.Name, a.Line, a.Value)
		}
		if e.Text() != "" {
			fmt.Fprintf(&b, " %q@%d", e.Text(), e.TextLine())
		}
		b.WriteByte('\n')
		return true
	})
	return b.String()
}

func TestReadXML(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, content, want, err string }{
		{"lines", "<?xml version=\"1.0\"?>\n<a\n  b='1'\n  x:type=\"2\">\n\n text\n <!-- <c/> --><d/>\n</a>\n", "a@2-8 b@3=1 type@4=2 \"text\"@6\nd@7-7\n", ""},
		{"byte order mark", "\ufeff<a>x</a>", "a@1-1 \"x\"@1\n", ""},
		{"Latin 1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>f\xfcr</a>", "a@1-1 \"für\"@1\n", ""},
		{"character data", "<a><![CDATA[<b>&]]></a>", "a@1-1 \"<b>&\"@1\n", ""},
		{"entities stay", "<!DOCTYPE a [<!ENTITY e \"eeee\"><!ENTITY f SYSTEM \"file:///etc/passwd\">]><a>&e;&f;&amp;</a>", "a@1-1 \"&e;&f;&\"@1\n", ""},
		{"unclosed", "<a>\n<b>\n<c></b>\n", "a@1-4\nb@2-3\nc@3-3\n", ""},
		{"half a tag", "<a>\n<b", "a@1-2\n", "line 2: unexpected EOF"},
		{"no element", "text", "", "the document has no element"},
		{"second root", "<a/><b/>", "a@1-1\n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root, err := document.ReadXML([]byte(test.content))
			if got := outline(root); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			if got := fmt.Sprint(err); test.err != "" && got != test.err || test.err == "" && err != nil {
				t.Errorf("error %q, want %q", got, test.err)
			}
		})
	}
}

func TestReadXMLBoundsDepth(t *testing.T) {
	t.Parallel()
	root, err := document.ReadXML([]byte(strings.Repeat("<a>", 50_000) + strings.Repeat("</a>", 50_000)))
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for e := root; e != nil; e = e.Get("a") {
		depth++
	}
	if depth != document.MaxDepth {
		t.Errorf("%d levels are kept, want %d", depth, document.MaxDepth)
	}
}
