package prefilter

import (
	"bytes"
	"iter"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// Condition looks at a place of content.
type Condition = func(content []byte, from, to int) bool

// Words are marks that are whole identifiers.
func Words(list ...string) []Mark {
	var marks []Mark
	for _, text := range list {
		marks = append(marks, Mark{Text: text, Word: true})
	}
	return marks
}

// Texts are marks that may stand anywhere.
func Texts(list ...string) []Mark {
	var marks []Mark
	for _, text := range list {
		marks = append(marks, Mark{Text: text})
	}
	return marks
}

// Fold finds marks in any case of their letters.
func Fold(marks []Mark) []Mark {
	for i := range marks {
		marks[i].Fold = true
	}
	return marks
}

// If gives each mark a condition before that which it has.
func If(condition Condition, marks []Mark) []Mark {
	for i := range marks {
		if marks[i].If == nil {
			marks[i].If = condition
		} else {
			marks[i].If = All(condition, marks[i].If)
		}
	}
	return marks
}

// OfFile gives each mark a condition on the whole file, beside that which it has.
// A condition that looks at all of a file belongs here: If is asked at each place.
func OfFile(condition func(content []byte) bool, marks []Mark) []Mark {
	for i := range marks {
		if inner := marks[i].Whole; inner == nil {
			marks[i].Whole = condition
		} else {
			marks[i].Whole = func(content []byte) bool { return condition(content) && inner(content) }
		}
	}
	return marks
}

// All agrees when all conditions do.
func All(conditions ...Condition) Condition {
	return func(content []byte, from, to int) bool {
		return !slices.ContainsFunc(conditions, func(c Condition) bool { return !c(content, from, to) })
	}
}

// Not agrees when a condition does not.
func Not(condition Condition) Condition {
	return func(content []byte, from, to int) bool { return !condition(content, from, to) }
}

// With agrees when the file holds one of these texts too.
func With(texts ...string) Condition {
	return func(content []byte, _, _ int) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return bytes.Contains(content, []byte(text)) })
	}
}

// Before agrees when a pattern matches the line's text in front of the place.
func Before(pattern string) Condition {
	re := regexp.MustCompile(pattern)
	return func(content []byte, from, _ int) bool {
		line := content[max(bytes.LastIndexByte(content[:from], '\n')+1, from-200):from]
		return re.Match(line)
	}
}

// After agrees when a pattern matches what follows the place.
func After(pattern string) Condition {
	re := regexp.MustCompile(pattern)
	return func(content []byte, _, to int) bool { return re.Match(content[to:min(len(content), to+300)]) }
}

var identifier = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// Names are the marks of resolved names such as "redis.Redis().from_url": a file
// that has one writes each of its identifiers out, where it imports or where it
// uses it. The longest is looked for, then the others.
func Names[V any](table iter.Seq2[string, V]) []Mark {
	var marks []Mark
	seen := map[string]bool{}
	for name := range table {
		all := identifier.FindAllString(name, -1)
		slices.Sort(all)
		all = slices.Compact(all)
		if key := strings.Join(all, "."); seen[key] || len(all) == 0 {
			continue
		} else {
			seen[key] = true
		}
		longest := slices.MaxFunc(all, func(a, b string) int { return len(a) - len(b) })
		m := Mark{Text: longest, Word: true}
		if others := slices.DeleteFunc(all, func(id string) bool { return id == longest }); len(others) > 0 {
			m.Whole = func(content []byte) bool { return holdsAll(content, others) }
		}
		marks = append(marks, m)
	}
	return marks
}

// Modules are the marks of modules that are imported by a text that names them:
// "pg", 'node:fs/promises'.
func Modules(list ...string) []Mark { return If(quoted, Texts(list...)) }

func quoted(content []byte, from, to int) bool {
	return from > 0 && to < len(content) && strings.IndexByte("\"'`:", content[from-1]) >= 0 && strings.IndexByte("\"'`@./", content[to]) >= 0
}

// ModulesOf are the marks of the modules that symbols such as
// "@grpc/grpc-js.Server().bindAsync" start with, in files that write the rest of
// the symbol out too.
func ModulesOf[V any](table iter.Seq2[string, V]) []Mark {
	rest := map[string][][]string{} // by module: the names of each of its symbols
	for symbol := range table {
		scope := symbol[:strings.LastIndexByte(symbol, '/')+1]
		name := symbol[len(scope):]
		end := strings.IndexAny(name, ".(")
		if end < 0 {
			end = len(name)
		}
		rest[scope+name[:end]] = append(rest[scope+name[:end]], identifier.FindAllString(name[end:], -1))
	}
	var marks []Mark
	for module, symbols := range rest {
		marks = append(marks, Mark{Text: module, If: quoted, Whole: func(content []byte) bool {
			return slices.ContainsFunc(symbols, func(names []string) bool { return holdsAll(content, names) })
		}})
	}
	return marks
}

func holdsAll(content []byte, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !bytes.Contains(content, []byte(name)) })
}

// Secrets are the marks of credentials: a secret's name, and behind it what
// gives it a text, as a language writes that.
func Secrets(given string) []Mark {
	re := regexp.MustCompile("^(?:" + given + ")")
	var marks []Mark
	for _, root := range inspect.SecretRoots() {
		marks = append(marks, Mark{Text: root, Fold: true, If: func(content []byte, from, to int) bool {
			_, end := Span(content, from, to, "")
			if !re.Match(content[end:min(len(content), end+300)]) {
				return false
			}
			for _, others := range []string{"", "-", "-."} {
				if inspect.IsSecretName(string(around(content, from, to, others))) {
					return true
				}
			}
			return false
		}})
	}
	return marks
}

// around is the name that a place of content is in: letters, digits,
// underscores, and the bytes of others.
func around(content []byte, from, to int, others string) []byte {
	from, to = Span(content, from, to, others)
	return content[from:to]
}

// maxName is how far, in bytes, a name is followed to either side.
const maxName = 80

// Span is where the name that a place is in starts and ends: letters, digits,
// underscores, and the bytes of others.
func Span(content []byte, from, to int, others string) (start, end int) {
	in := func(b byte) bool { return inspect.WordByte(b) || strings.IndexByte(others, b) >= 0 }
	for start = from; start > 0 && from-start < maxName && in(content[start-1]); {
		start--
	}
	for end = to; end < len(content) && end-to < maxName && in(content[end]); {
		end++
	}
	return start, end
}

var (
	userinfo = regexp.MustCompile(`^[^/@:\s]*:[^/@\s]+@`)
	shown    = regexp.MustCompile(`(?i)\b(href|src|xmlns(:\w+)?)["']?\s*[=:]\s*\{?$`)
)

// HasUserinfo agrees with a URL's "://" that a user's name and password follow.
func HasUserinfo(content []byte, _, to int) bool {
	return userinfo.Match(content[to:min(len(content), to+200)])
}

// URLs are the marks of literals that are URLs: of services, with passwords. In
// prose a URL follows a space; what links and images are given is for browsers.
func URLs() []Mark {
	return If(func(content []byte, from, to int) bool {
		if HasUserinfo(content, from, to) {
			return true
		}
		for from > 0 && (inspect.WordByte(content[from-1]) || strings.IndexByte("+-.:", content[from-1]) >= 0) {
			from--
		}
		return from == 0 || strings.IndexByte("\"'`})", content[from-1]) >= 0 && !shown.Match(content[max(0, from-24):from-1])
	}, Texts("://"))
}

// LocalLinks are the marks of links to a developer's machine in what is written.
func LocalLinks() []Mark {
	return If(Before(`(?i)href\s*=\s*\\?["']?https?$`), Texts("://localhost", "://127.0.0.1", "://0.0.0.0"))
}

// Origins are the marks of lists of pages that may call: a name for that, with
// one of the pages behind it.
func Origins() []Mark {
	return If(After(`(?s)^[^;]{0,200}https?://`), Fold(Texts("origin", "cors")))
}

// Stages are the marks of questions about the environment that a program runs
// in, by a flag's name: isProduction, settings.IS_TEST. A condition looks at the
// whole name; nil agrees.
func Stages(asked Condition) []Mark {
	return If(func(content []byte, from, to int) bool {
		from, to = Span(content, from, to, "?")
		return inspect.StageOfFlag(string(content[from:to])) != "" && (asked == nil || asked(content, from, to))
	}, Fold(Texts("dev", "prod", "test", "stag", "local")))
}

// tokenStarts is how a provider's token goes on behind its mark.
var tokenStarts = map[string]string{
	"_live_": `^[0-9A-Za-z]{8}`, "_test_": `^[0-9A-Za-z]{8}`, "AKIA": `^[0-9A-Z]{16}`, "ASIA": `^[0-9A-Z]{16}`, "gh": `^([pousr]_[0-9A-Za-z]{8}|ithub_pat_)`,
	"xox": `^[abprs]-`, "AIza": `^[0-9A-Za-z_-]{4}`, "SG.": `^[0-9A-Za-z_-]{16}`, "PRIVATE KEY": `^-`, "eyJ": `^[0-9A-Za-z_-]{10}`,
}

// Tokens are the marks of secrets that their form gives away, whatever they are
// given to.
func Tokens() []Mark {
	marks := Texts(inspect.TokenMarks()...)
	for i, m := range marks {
		if start := tokenStarts[m.Text]; start != "" {
			marks[i].If = After(start)
		}
	}
	return marks
}

// stageNamed is the name of an environment as a text or a member is written.
var stageNamed = regexp.MustCompile("(?i)[\"'`.](" + inspect.StageNames + ")\\b")

// NearStage agrees with a place that the name of an environment stands beside.
func NearStage(content []byte, from, to int) bool {
	return stageNamed.Match(content[max(0, from-80):min(len(content), to+400)])
}

// Broken are the marks of files that are no program yet: of a conflict in a
// merge, of a template, of binary data.
func Broken() []Mark {
	marks := Texts("<<<<<<< ", ">>>>>>> ", "{{cookiecutter", "{{ cookiecutter", "\x00")
	return append(marks, If(Before(`^$`), Texts("{%", "<%", "{{"))...)
}
