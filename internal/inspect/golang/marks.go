package golang

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect/prefilter"
)

// reader reads a file whole when it holds a mark of what is stated of Go
// whatever the file imports. What its imports are asked for is told by them: see
// asksImports.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, texts, with, when, after := prefilter.Words, prefilter.Texts, prefilter.With, prefilter.If, prefilter.After
	return prefilter.Reader{
		Comment: "//",
		Marks: prefilter.New(
			prefilter.Broken(), prefilter.URLs(), prefilter.DSNs(), tokens(), secrets(),
			texts("%s://", "%v://"), when(with(`ttp:"`, `ttps:"`, `ws:"`, `wss:"`), texts(`"//`)), when(after("^\\s*:?=\\s*[\"`][a-z]+://"), prefilter.Fold(words("href", "src", "xmlns"))),
			when(after(`^\s*\(`), words("main")), when(readsVariable, prefilter.Fold(texts("env"))),
			// the environment's name
			prefilter.Stages(owned), when(owned, prefilter.Fold(words("env", "environment", "app_env", "appenv", "go_env", "goenv", "stage", "deploy_env", "deployenv", "run_mode", "runmode", "env_name", "envname", "environment_name", "environmentname"))),
			generated(),
		),
	}
})

// parseImports parses a file as far as its imports.
func parseImports(set *token.FileSet, content []byte) (*ast.File, error) {
	return parser.ParseFile(set, "", content, parser.ImportsOnly|parser.SkipObjectResolution)
}

// tokenStart is how a provider's token goes on behind its mark.
var tokenStart = map[string]*regexp.Regexp{
	"gh": regexp.MustCompile(`^([pousr]_[0-9A-Za-z]{8}|ithub_pat_)`), "xox": regexp.MustCompile(`^[abprs]-`), "AKIA": regexp.MustCompile(`^[0-9A-Z]{16}`), "ASIA": regexp.MustCompile(`^[0-9A-Z]{16}`),
	"_test_": regexp.MustCompile(`^[0-9A-Za-z]{8}`), "_live_": regexp.MustCompile(`^[0-9A-Za-z]{8}`), "SG.": regexp.MustCompile(`^[0-9A-Za-z_-]{16}`), "eyJ": regexp.MustCompile(`^[0-9A-Za-z_-]{10}`),
}

// tokens are the marks of secrets that their form gives away.
func tokens() []prefilter.Mark {
	marks := prefilter.Tokens()
	for i, m := range marks {
		if start := tokenStart[m.Text]; start != nil {
			marks[i].If = func(content []byte, _, to int) bool { return start.Match(content[to:min(len(content), to+40)]) }
		}
	}
	return marks
}

// secrets are the marks of credentials: a secret's name that is given a text,
// or a name that is, or that is a parameter of a function.
func secrets() []prefilter.Mark {
	marks := prefilter.Secrets("")
	for i := range marks {
		named := marks[i].If
		marks[i].If = func(content []byte, from, to int) bool { return given(content, from, to) && named(content, from, to) }
	}
	return marks
}

var (
	// givenText is the rest of a name, its type, and the text that it is given.
	givenText = regexp.MustCompile("^[\\w.-]*[\"`]?\\s*\\]?\\s*([\\w.\\[\\]*]+\\s*)?(:?=|:)[\\s(]*(string\\s*|\\[\\d*\\]\\s*[\\w.]+\\s*)?[\\s(]*[\"`]")
	givenName = regexp.MustCompile("^[\\w.-]*[\"`]?\\s*\\]?\\s*([\\w.\\[\\]*]+\\s*)?(:?=|:)[\\s(]*(string\\s*\\(\\s*|\\[\\d*\\]\\s*[\\w.]+\\s*\\(\\s*)?(\\w+)\\s*[,;)}\\n]")
	// givenList is one of several names that are given values at once.
	givenList  = regexp.MustCompile("^\\w*(\\s*,\\s*[\\w.\\[\\]\"]+)*\\s*([\\w.\\[\\]*]+\\s*)?:?=[^=]")
	parameter  = regexp.MustCompile(`^\w*(\s*,\s*\w+)*\s+[\w.\[\]*(]`)
	parametric = regexp.MustCompile(`^func\s+(\w+)\s*(\[[^\]]*\]\s*)?\(`)
	bound      = regexp.MustCompile(`^(\s*,\s*[\w.]+)*\s*([\w.\[\]*]+\s*)?:?=[^=]`)
)

// given agrees with a secret's name that may be given a text of this file.
func given(content []byte, from, to int) bool {
	rest := content[to:min(len(content), to+400)]
	if givenText.Match(rest) {
		return true
	}
	if m := givenName.FindSubmatch(rest); m != nil && isBound(content, string(m[4])) {
		return true
	}
	start := from
	for start > 0 && wordByte(content[start-1]) {
		start--
	}
	beside := bytes.HasSuffix(bytes.TrimRight(content[max(0, start-40):start], " \t\r\n"), []byte(",")) || bytes.HasPrefix(bytes.TrimLeft(rest[wordEnd(rest):], " \t\r\n"), []byte(","))
	return beside && givenList.Match(rest) || parameter.Match(rest) && isParameter(content, from)
}

// isBound reports whether a file gives a name a value.
func isBound(content []byte, name string) bool {
	return inWords(content, name, func(from, to int) bool { return bound.Match(content[to:min(len(content), to+200)]) })
}

// isParameter agrees with a place in the parameters of a function that the file
// calls.
func isParameter(content []byte, at int) bool {
	start := bytes.LastIndex(content[max(0, at-2000):at], []byte("func "))
	if start < 0 {
		return false
	}
	start += max(0, at-2000)
	m := parametric.FindSubmatch(content[start:at])
	if m == nil {
		return false
	}
	name := string(m[1])
	return inWords(content, name, func(from, to int) bool {
		return !bytes.HasSuffix(content[:from], []byte("func ")) && bytes.HasPrefix(bytes.TrimLeft(content[to:min(len(content), to+20)], " \t"), []byte("("))
	})
}

// inWords reports whether a word stands somewhere where found agrees.
func inWords(content []byte, word string, found func(from, to int) bool) bool {
	for from := 0; ; {
		at := bytes.Index(content[from:], []byte(word))
		if at < 0 {
			return false
		}
		at += from
		from = at + len(word)
		if (at == 0 || !wordByte(content[at-1])) && (from == len(content) || !wordByte(content[from])) && found(at, from) {
			return true
		}
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// wordEnd is the length of the word that text starts with.
func wordEnd(text []byte) int {
	end := 0
	for end < len(text) && wordByte(text[end]) {
		end++
	}
	return end
}

var askedByName = regexp.MustCompile("^\\w*(\\s*\\.\\s*\\w+)?\\s*(\\[[^\\]]*\\])?\\s*\\(\\s*[\"`][A-Z]")

// readsVariable agrees with a function of an environment that is asked for a
// name: see foreignWrapper.
func readsVariable(content []byte, from, to int) bool {
	if from >= 3 && string(content[from-3:from]) == "Set" && (from == 3 || !wordByte(content[from-4])) {
		return false
	}
	return askedByName.Match(content[to:min(len(content), to+120)])
}

var owner = regexp.MustCompile(`(?i)(conf|cfg|setting|env|app|opts|options)\w*\s*\.\s*$`)

// owned agrees with a field of settings: see settingsOwner.
func owned(content []byte, from, _ int) bool { return owner.Match(content[max(0, from-80):from]) }

// generated are the marks of methods of clients that are generated, and have no
// path of their own.
func generated() []prefilter.Mark {
	var marks []prefilter.Mark
	for key := range goCalls {
		if name, ok := strings.CutPrefix(key, "#"); ok {
			before := `\.\s*$`
			if name == "Create" {
				before = `\.\s*Schema\s*\.\s*$`
			}
			re := regexp.MustCompile(before)
			marks = append(marks, prefilter.If(func(content []byte, from, _ int) bool { return re.Match(content[max(0, from-80):from]) }, prefilter.Words(name))...)
		}
	}
	return marks
}

// asked is what a file may ask of one import: functions and types, methods of
// what the import makes, and other words. What is all is read whatever it asks.
type asked struct {
	functions, methods map[string]bool
	words              []string
	all                bool
}

// imports are what the tables ask of imports, by path without version.
var imports = sync.OnceValue(func() map[string]*asked {
	list := map[string]*asked{}
	of := func(path string) *asked {
		if list[path] == nil {
			list[path] = &asked{functions: map[string]bool{}, methods: map[string]bool{}}
		}
		return list[path]
	}
	add := func(key string) {
		if path, method, ok := strings.Cut(key, "#"); ok {
			of(path).methods[method] = true
		} else {
			dot := strings.LastIndexByte(key, '.')
			of(key[:dot]).functions[key[dot+1:]] = true
		}
	}
	for _, keys := range [][]string{
		slices.Collect(maps.Keys(goCalls)), slices.Collect(maps.Keys(goComposites)), slices.Collect(maps.Keys(goWriterArgs)), slices.Collect(maps.Keys(goLoggers)), slices.Collect(maps.Keys(goSecretArgs)), slices.Collect(maps.Keys(goHandlerParams)),
		{"os.Getenv", "os.LookupEnv", "os.ExpandEnv", "syscall.Getenv", rotatelogsPath + ".New", ginPath + ".Mode", ginPath + ".DefaultWriter", ginPath + ".DefaultErrorWriter", logrusPath + "#Out"},
		{viperPath + ".BindEnv", viperPath + "#BindEnv", viperPath + ".AutomaticEnv", viperPath + "#AutomaticEnv"},
	} {
		for _, key := range keys {
			if !strings.HasPrefix(key, "#") {
				add(key)
			}
		}
	}
	for _, path := range goEnvLoaders {
		of(path).all = true
	}
	for path := range goPlainLogs {
		of(path)
	}
	of(cliPath).words, of(zapPath).words = []string{"EnvVars", "EnvVar", "Sources"}, []string{"OutputPaths"}
	// These state literal URLs, which are marks themselves.
	for key := range goRemoteCalls {
		path, name, method := strings.Cut(key, "#")
		if !method {
			dot := strings.LastIndexByte(key, '.')
			path, name = key[:dot], key[dot+1:]
		}
		if path == "net/http" || path == restyPath || path == "github.com/imroc/req" || path == "github.com/gorilla/websocket" {
			delete(of(path).functions, name)
			delete(of(path).methods, name)
		}
	}
	return list
})

const awsPath = "github.com/aws/aws-sdk-go"

// asksImports reports whether a file may ask its imports for something that is
// stated.
func asksImports(content []byte, file *ast.File) bool {
	f := &goFile{file: file, imports: map[string]string{}, imported: map[string]bool{}}
	f.readImports()
	known, asks := imports(), false
	for path := range f.imported {
		of := known[path]
		if of != nil && (of.all || slices.ContainsFunc(of.words, func(word string) bool { return bytes.Contains(content, []byte(word)) })) || envPackage.MatchString(goName(path)) {
			return true
		}
		if strings.HasPrefix(path, awsPath) {
			for _, r := range resourceFields {
				if inWords(content, r.field, func(_, to int) bool { return bytes.HasPrefix(bytes.TrimLeft(content[to:], " \t"), []byte(":")) }) {
					return true
				}
			}
		}
		asks = asks || of != nil
	}
	return asks && f.mentionsAsked(content[f.file.Name.End():], known)
}

// mentionsAsked looks behind every dot for what an import is asked for.
func (f *goFile) mentionsAsked(content []byte, known map[string]*asked) bool {
	for at := 0; ; at++ {
		dot := bytes.IndexByte(content[at:], '.')
		if dot < 0 {
			return false
		}
		at += dot
		name := string(firstWord(content[at+1:]))
		if name == "" {
			continue
		}
		if of := known[f.imports[string(lastWord(content[:at]))]]; of != nil && of.functions[name] {
			return true
		}
		if path := f.imports[string(lastWord(content[:at]))]; path != "" {
			if _, logs := goPlainLogs[path]; logs && plainLogCall.MatchString(name) {
				return true
			}
		}
		for path := range f.imported {
			if of := known[path]; of != nil && of.methods[name] {
				return true
			}
		}
	}
}

func firstWord(text []byte) []byte {
	start := 0
	for start < len(text) && text[start] <= ' ' {
		start++
	}
	return text[start : start+wordEnd(text[start:])]
}

func lastWord(text []byte) []byte {
	end := len(text)
	for end > 0 && text[end-1] <= ' ' {
		end--
	}
	start := end
	for start > 0 && wordByte(text[start-1]) {
		start--
	}
	return text[start:end]
}
