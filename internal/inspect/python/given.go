package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect/syntax"
)

// savesGiven reports whether a call saves a file that a form brought, by the
// method of Werkzeug's class: of form.photo.data, or of something whose filename
// the same function asks for. What has a name of its own elsewhere is told by that.
func (p *pythonFile) savesGiven(c pyCall) bool {
	function := c.Field("function")
	if !function.Is("attribute") || function.Field("attribute").Text() != "save" || !c.args.arg(0, "dst").OK() || strings.HasPrefix(c.name, "PIL.") || strings.HasPrefix(c.name, "django.") {
		return false
	}
	receiver, path := function.Field("object"), c.args.arg(0, "dst")
	def := p.enclosingFunction(c.Node)
	if !def.OK() || !namesPath(p, path) {
		return false
	}
	if from, to := def.Span(); to-from > longHandler {
		return false
	}
	if formData.MatchString(receiver.Text()) {
		return true
	}
	if !receiver.Is("identifier") {
		return false
	}
	made := p.follow(receiver)
	return formData.MatchString(made.Text()) || !(made.Is("call") && ownClass.MatchString(made.Field("function").Text())) && asksFilename(def, receiver.Text())
}

// ownClass is a class that an object is made of, so that it came from nobody.
var ownClass = regexp.MustCompile(`(^|\.)[A-Z]\w*$`)

// formData is a field of a form of WTForms.
var formData = regexp.MustCompile(`^(self\.)?\w*[fF]orm\.\w+\.data$`)

// asksFilename reports whether a function asks for name.filename, which files of
// a form have.
func asksFilename(def syntax.Node, name string) (found bool) {
	def.Field("body").Walk(func(n syntax.Node) bool {
		found = found || n.Is("attribute") && n.Field("attribute").Text() == "filename" && n.Field("object").Text() == name && !(n.Parent().Is("assignment") && n.Parent().Field("left") == n)
		return !found
	})
	return found
}

// namesPath reports whether an expression is made as paths are: joined, put
// together of texts, or named for one. Fields of models have a method save, too.
func namesPath(p *pythonFile, n syntax.Node) bool {
	for range 2 {
		text := n.Text()
		if n.Is("string", "concatenated_string", "binary_operator") || n.Is("call") && (strings.Contains(text, "join(") || strings.HasPrefix(text, "str(") || strings.Contains(text, "Path(") || strings.Contains(text, ".format(")) {
			return true
		}
		if n.Is("identifier", "attribute") && pathName.MatchString(text) {
			return true
		}
		n = p.follow(n)
	}
	return false
}

var pathName = regexp.MustCompile(`(?i)(path|dest|destination|filepath|target|save_to|location)$`)
