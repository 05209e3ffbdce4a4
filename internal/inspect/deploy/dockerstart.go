package deploy

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// start reads the command of RUN, CMD, ENTRYPOINT or HEALTHCHECK. skip is how
// many words stand between the instruction's flags and the command.
func (d *dockerfileReader) start(node *parser.Node, words []string, skip int) *inspect.Start {
	if node.Attributes["json"] {
		start := shell.ExecOf(words, node.StartLine)
		if len(start.Commands) > 0 {
			start.Text = jsonWords(start.Commands[0].Argv)
		}
		return &start
	}
	text, line := d.shellText(node, 1+len(node.Flags)+skip)
	if script, ok := heredocScript(node, text); ok {
		start := inspect.Start{Shell: true, Text: inspect.MaskText(script), Line: line + 1}
		if interpreter, _ := shell.Shebang(script); d.bashLike && (interpreter == "" || shell.IsShellName(interpreter)) {
			start.Commands, _ = shell.Commands(script, line+1)
		}
		return &start
	}
	if !d.bashLike {
		return &inspect.Start{Shell: true, Text: inspect.MaskText(text), Line: line}
	}
	start := shell.StartOf(text, line)
	start.Text = strings.ReplaceAll(start.Text, "\\\n", "")
	return &start
}

// jsonWords is the exec form of words.
func jsonWords(words []string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(words) != nil {
		return strings.Join(words, " ")
	}
	return strings.TrimSpace(b.String())
}

// heredocScript is the script of "RUN <<EOF", and of "RUN <<EOF bash -e": nothing
// but a shell and its options stands beside the heredoc, so its content is what
// runs.
func heredocScript(node *parser.Node, text string) (script string, ok bool) {
	if len(node.Heredocs) == 0 || !strings.HasPrefix(text, "<<") {
		return "", false
	}
	if _, behind, found := strings.Cut(strings.SplitN(text, "\n", 2)[0], " "); found {
		if words := strings.Fields(behind); len(words) > 0 && !readsScript(words) {
			return "", false // another program reads it
		}
	}
	doc := node.Heredocs[0]
	if doc.Chomp {
		return parser.ChompHeredocContent(doc.Content), true
	}
	return doc.Content, true
}

// shellOptions are options that leave a shell reading its script from standard
// input: -e, -eux, -o pipefail, -s.
var shellOptions = regexp.MustCompile(`^(?:[-+][abefhklmnpstuvxBCEHPT]*o?|pipefail|errexit|nounset|xtrace)$`)

func readsScript(words []string) bool {
	return shell.IsShellName(path.Base(words[0])) && !slices.ContainsFunc(words[1:], func(word string) bool { return !shellOptions.MatchString(word) })
}

// shellText is an instruction's text as a shell would read it, without its
// first words, and the line that it starts on. The parser joins continued
// lines and drops comments between them; here they stay as continued lines, so
// that each command keeps its line.
func (d *dockerfileReader) shellText(node *parser.Node, words int) (text string, line int) {
	var b strings.Builder
	open := true // the line before continues on this one
	for n := node.StartLine; n <= node.EndLine && n <= len(d.lines); n++ {
		raw := d.lines[n-1]
		if n > node.StartLine && open && (strings.TrimSpace(raw) == "" || strings.HasPrefix(strings.TrimSpace(raw), "#")) {
			b.WriteString("\\\n")
			continue
		}
		if open {
			raw, open = d.continued(raw)
			if open {
				b.WriteString(raw + "\\\n")
				continue
			}
		}
		b.WriteString(raw + "\n")
	}
	return dropWords(strings.TrimRight(b.String(), "\\\n"), words, node.StartLine)
}

// continued cuts the continuation character off a line.
func (d *dockerfileReader) continued(raw string) (line string, open bool) {
	trimmed := strings.TrimRight(raw, " \t")
	n := len(trimmed)
	if n == 0 || trimmed[n-1] != d.escape || n > 1 && trimmed[n-2] == d.escape {
		return raw, false
	}
	return trimmed[:n-1], true
}

// dropWords cuts words off the front of text, counting lines.
func dropWords(text string, words, line int) (rest string, at int) {
	skipSpace := func() {
		for len(text) > 0 {
			switch {
			case strings.HasPrefix(text, "\\\n"):
				line++
				text = text[2:]
			case text[0] == '\n':
				line++
				text = text[1:]
			case text[0] == ' ' || text[0] == '\t':
				text = text[1:]
			default:
				return
			}
		}
	}
	skipSpace()
	for range words {
		end := strings.IndexAny(text, " \t\n")
		if slash := strings.Index(text, "\\\n"); slash >= 0 && (end < 0 || slash < end) {
			end = slash
		}
		if end < 0 {
			return "", line
		}
		text = text[end:]
		skipSpace()
	}
	return text, line
}

// inline are the files that COPY <<NAME writes, with the commands of those
// that are shell scripts.
func (d *dockerfileReader) inline(node *parser.Node) []inspect.Inline {
	var list []inspect.Inline
	line := node.StartLine + 1
	for _, doc := range node.Heredocs {
		content := doc.Content
		if doc.Chomp {
			content = parser.ChompHeredocContent(content)
		}
		file := inspect.Inline{Name: doc.Name}
		interpreter, _ := shell.Shebang(content)
		if shell.IsShellName(interpreter) || interpreter == "" && strings.HasSuffix(doc.Name, ".sh") {
			file.Commands, _ = shell.Commands(content, line)
		}
		list = append(list, file)
		line += strings.Count(doc.Content, "\n") + 1
	}
	return list
}

// onBuild reads the instruction that an image built FROM this one will run. It
// changes nothing of this image: no variable, no start.
func (d *dockerfileReader) onBuild(in inspect.Instruction, node *parser.Node, expression string) {
	in.Args = []string{inspect.MaskText(expression)}
	if inner, err := parseDockerfile([]byte(expression + "\n")); err == nil && inner != nil && len(inner.AST.Children) == 1 {
		reader := &dockerfileReader{lines: []string{expression}, escape: d.escape, bashLike: d.bashLike, meta: d.meta}
		reader.stages = []dockerStage{{scope: d.current().scope.inherit()}}
		reader.read(inner.AST.Children[0])
		for _, p := range reader.pending {
			own := p.Instruction
			own.Stage, own.OnBuild = in.Stage, true
			own.Name = "ONBUILD " + own.Name // who reads instructions of this image asks for their names
			d.emitInstruction(node, moved(own, node.StartLine-1))
			return
		}
	}
	d.emitInstruction(node, in)
}

// moved is an instruction whose lines begin further down.
func moved(in inspect.Instruction, by int) inspect.Instruction {
	for i := range in.Pairs {
		in.Pairs[i].Line += by
	}
	if in.Start != nil {
		in.Start.Line += by
		for i := range in.Start.Commands {
			in.Start.Commands[i].Line += by
		}
	}
	return in
}
