package golang

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// reader reads a file whole when it holds a mark of what is stated of Go
// whatever the file imports. What its imports are asked for is told by them: see
// asksImports.
var reader = sync.OnceValue(func() prefilter.Reader {
	words, texts, when, after := prefilter.Words, prefilter.Texts, prefilter.If, prefilter.After
	return prefilter.Reader{
		Comment: "//",
		Marks: prefilter.New(
			prefilter.If(prefilter.After(`^\s*\{`), prefilter.Words("for")), when(inspect.MayAskForMail, prefilter.Fold(texts("send"))),
			prefilter.Origins(), prefilter.Broken(), prefilter.Logins(), prefilter.Logged(), urls(), prefilter.DSNs(), prefilter.Tokens(), when(given, prefilter.Secrets("")),
			when(after(`^\s*\(`), words("main")), when(readsVariable, prefilter.Fold(texts("env"))),
			when(namesQueue, texts("make(chan ")),
			texts("rand.Read(", "rand.Reader", "rand.Text("), words("NewCookieStore", "NewCookieHandler", "GenerateRandomKey"), when(givenMadeUp, texts("=")), when(keyGivenUUID, texts("=")),
			when(identified, texts("sync.Mutex", "sync.RWMutex")),
			texts("[]time.Time"), when(namesKept, texts("map[", "Map[", "Cache[")),
			// the environment's name
			prefilter.Stages(owned), when(owned, prefilter.Fold(words("env", "environment", "app_env", "appenv", "go_env", "goenv", "stage", "deploy_env", "deployenv", "run_mode", "runmode", "env_name", "envname", "environment_name", "environmentname"))),
			when(settles, prefilter.Fold(texts("conf", "cfg", "setting", "option", "opts", "env", "flag", "profile"))),
			when(asksOther, texts(`("`)), texts(`mapstructure:"`, `koanf:"`),
			generated(),
			// own functions that migrate
			when(after(`^\s*\(`), words("Migrate", "RunMigrations", "RunMigration", "MigrateUp", "MigrateDB", "ApplyMigrations", "AutoMigrate", "Migrations", "RunDBMigration", "MigrateDatabase", "CreateTables", "SetupDatabase", "SyncSchema")),
			prefilter.Fold(texts("create table if")),
		),
	}
})

// namesQueue agrees with what is given to a name that drainedQueue asks for.
func namesQueue(content []byte, from, _ int) bool {
	return queueGiven.Match(content[max(0, from-80):from])
}

var queueGiven = regexp.MustCompile(`(?i)(queue|jobs?|outbox|e?mails?|webhooks?)\s*=\s*$`)

// givenMadeUp agrees with the sign by which something is given a text that
// randomMakers makes.
func givenMadeUp(content []byte, _, to int) bool {
	return madeUpAfter.Match(content[to:min(len(content), to+80)])
}

var madeUpAfter = regexp.MustCompile(`(?i)^\s*(\[\]byte\(|string\()?\w*\.?((get|gen|generate|new|make|create)?_?(secure)?_?rand(om)?_?(str|key|secret|bytes|token|hex|alphanumeric|base64)\w*|(generate|gen)_?(random)?_?(secret|secretkey))\(`)

// keyGivenUUID agrees with the sign by which a key of the package is given a
// random identity.
func keyGivenUUID(content []byte, from, to int) bool {
	return keyBefore.Match(content[max(0, from-60):from]) && uuidAfter.Match(content[to:min(len(content), to+60)])
}

var (
	keyBefore = regexp.MustCompile(`(?i)(secret|key)\w*(\s+\[?\]?\w+)?\s*$`)
	uuidAfter = regexp.MustCompile(`(?i)^\s*(\[\]byte\(|string\()?\w*(uuid|xid|ulid|ksuid|nanoid)\w*\.`)
)

// identified agrees with a file in which something may be given an identity.
func identified(content []byte, _, _ int) bool { return givesIdentity.Match(content) }

var givesIdentity = regexp.MustCompile(`(?i)(id|ids|seq|sequence|counter|next|last)\+\+|\b(uuid|xid|ulid|ksuid|nanoid|gonanoid)\.(New|Must|Make)`)

// namesKept agrees with a map in a field that keptName knows.
func namesKept(content []byte, from, _ int) bool {
	return keptField.Match(content[max(0, from-80):from])
}

var keptField = regexp.MustCompile(`(?i)(session|token|cart|basket|otp|login|captcha|verificationcode|challenge)s?(store|storage|data|map|by[a-z]+)?[ \t]+\*?[\w.]*$`)

// parseImports parses a file as far as its imports.
func parseImports(set *token.FileSet, content []byte) (*ast.File, error) {
	return parser.ParseFile(set, "", content, parser.ImportsOnly|parser.SkipObjectResolution)
}

// urls are the marks of literals that are URLs: with a password, or given to a
// name that says where a service is. What is called by one is told by the call.
func urls() []prefilter.Mark {
	return prefilter.If(func(content []byte, from, to int) bool {
		return prefilter.HasUserinfo(content, from, to) || givenURL(content, from)
	}, prefilter.URLs())
}

var (
	urlName = regexp.MustCompile("([\\w.-]+)[\"`]?\\s*\\]?(\\s+[\\w.*\\[\\]]+)?\\s*:?$")
)

// givenURL agrees with a URL that is given to a name: one of several, or one
// that says where a service is.
func givenURL(content []byte, from int) bool {
	before := content[max(0, from-160):from]
	literal := bytes.TrimRightFunc(before, func(r rune) bool { return r < 0x80 && inspect.WordByte(byte(r)) || strings.ContainsRune("+.:-", r) })
	scheme := string(before[len(literal):])
	before = bytes.TrimRight(literal, "\"`( \t\r\n")
	before = bytes.TrimRight(bytes.TrimSuffix(before, []byte("fmt.Sprintf")), " \t\r\n")
	if len(before) == 0 {
		return true
	}
	switch before[len(before)-1] {
	case ',':
		return true
	case '=', ':':
		m := urlName.FindSubmatch(before[max(0, len(before)-80) : len(before)-1])
		return m == nil || namesService(string(m[1]), scheme) || m[2] != nil && namesService(strings.TrimSpace(string(m[2])), scheme)
	}
	return false
}

func namesService(name, scheme string) bool {
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 && namesService(name[dot+1:], scheme) {
		return true
	}
	if _, endpoint := inspect.EndpointOf("", name, scheme+"://service.corp"); endpoint {
		return true
	}
	if _, link := inspect.LinkOf(name, scheme+"://service.corp/reset/"); link {
		return true
	}
	_, handle := inspect.HandleOf(name, scheme+"://service.corp")
	return handle
}

// comparedText is the rest of a name, and the text that it is compared with.
var comparedText = regexp.MustCompile(`^\w*\s*[!=]=\s*"`)

var (
	// givenText is the rest of a name, its type, and the text that it is given.
	givenText = regexp.MustCompile("^[\\w.-]*([\"`]\\s*\\]?\\s*|\\s*\\]?\\s*([\\w.\\[\\]*]+\\s*)?)(:?=|:)[\\s(]*(string\\s*|\\[\\d*\\]\\s*[\\w.]+\\s*)?[\\s(]*[\"`]")
	givenName = regexp.MustCompile("^[\\w.-]*([\"`]\\s*\\]?\\s*|\\s*\\]?\\s*([\\w.\\[\\]*]+\\s*)?)(:?=|:)[\\s(]*(string\\s*\\(\\s*|\\[\\d*\\]\\s*[\\w.]+\\s*\\(\\s*)?(\\w+)\\s*[,;)}\\n]")
	// givenList is one of several names that are given values at once.
	givenList = regexp.MustCompile("^\\w*(\\s*,\\s*[\\w.\\[\\]\"]+)*\\s*([\\w.\\[\\]*]+\\s*)?:?=[^=]")
	// fieldTag is a line up to within the tag of a field.
	fieldTag   = regexp.MustCompile("^\\s*\\w+(\\s*,\\s*\\w+)*\\s+[^\\s\"=:(][^\"`=:(]*`[^`]*$")
	parameter  = regexp.MustCompile(`^\w*(\s*,\s*\w+)*\s+[\w.\[\]*(]`)
	parametric = regexp.MustCompile(`^func\s+(\w+)\s*(\[[^\]]*\]\s*)?\(`)
	bound      = regexp.MustCompile(`^(\s*,\s*[\w.]+)*\s*([\w.\[\]*]+\s*)?:?=[^=]`)
)

// given agrees with a secret's name that may be given a text of this file.
func given(content []byte, from, to int) bool {
	rest := content[to:min(len(content), to+400)]
	if start := content[max(bytes.LastIndexByte(content[:from], '\n')+1, from-400):from]; bytes.IndexByte(start, '`') >= 0 && fieldTag.Match(start) {
		return false
	}
	line, _, _ := bytes.Cut(rest, []byte{'\n'})
	gives := bytes.IndexByte(line, '=') >= 0 || bytes.IndexByte(line, ':') >= 0
	if gives && (givenText.Match(rest) || comparedText.Match(rest)) {
		return true
	}
	if gives {
		if m := givenName.FindSubmatch(rest); m != nil && isBound(content, string(m[5])) {
			return true
		}
	}
	start := from
	for start > 0 && inspect.WordByte(content[start-1]) {
		start--
	}
	beside := bytes.HasSuffix(bytes.TrimRight(content[max(0, start-40):start], " \t\r\n"), []byte(",")) || bytes.HasPrefix(bytes.TrimLeft(rest[wordEnd(rest):], " \t\r\n"), []byte(","))
	if beside && gives {
		if m := givenList.FindIndex(rest); m != nil && several(rest[m[1]-1:]) {
			return true
		}
	}
	return parameter.Match(rest) && isParameter(content, from)
}

// several reports whether text starts with more than one value.
func several(text []byte) bool {
	depth := 0
	for _, b := range text {
		switch b {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case ',':
			if depth == 0 {
				return true
			}
		case '"', '\'', '`':
			if depth == 0 {
				return true // what is in it may look like anything
			}
		case '\n':
			if depth <= 0 {
				return false
			}
		}
	}
	return true
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
	depth := 1
	for _, b := range content[start+len(m[0]) : at] {
		if b == '(' {
			depth++
		} else if b == ')' {
			if depth--; depth == 0 {
				return false
			}
		}
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
		if (at == 0 || !inspect.WordByte(content[at-1])) && (from == len(content) || !inspect.WordByte(content[from])) && found(at, from) {
			return true
		}
	}
}

// wordEnd is the length of the word that text starts with.
func wordEnd(text []byte) int {
	end := 0
	for end < len(text) && inspect.WordByte(text[end]) {
		end++
	}
	return end
}

var askedByName = regexp.MustCompile("^\\w*(\\s*\\.\\s*\\w+)?\\s*(\\[[^\\]]*\\])?\\s*\\(\\s*[\"`][A-Z]")

// readsVariable agrees with a function of an environment that is asked for a
// name: see foreignWrapper.
func readsVariable(content []byte, from, to int) bool {
	if from >= 3 && string(content[from-3:from]) == "Set" && (from == 3 || !inspect.WordByte(content[from-4])) {
		return false
	}
	return askedByName.Match(content[to:min(len(content), to+120)])
}

var (
	// settled is a line up to a name of settings: a type, a field, what a function
	// gives, a name that is given them, what is given to something else.
	settled = regexp.MustCompile(`^(type\s+\w*|func\s.*\)\s*\(?\*?[\w.]*|\s*(var\s+)?\w+(\s*,\s*\w+)*\s+\*?[\w.]*|[^"` + "`" + `]*([=:,(]|return)\s*[*&]?[\w.]*|\s+[\w.]*|var\s+\w*)$`)
	// goesOn is the rest of such a name where it does not stand alone.
	goesOn   = regexp.MustCompile("^\\w*(\\.\\w|\\(|\\{|\\s*[,)}=\\n`]|\\s+(struct|\\*?\\w))")
	askedFor = regexp.MustCompile(`^[A-Z][A-Z0-9_]+"`)
	asksWord = regexp.MustCompile(`(\w+)\s*$`)
)

// settles agrees with a name of settings that other files may ask for: see
// goExports.
func settles(content []byte, from, to int) bool {
	start := max(bytes.LastIndexByte(content[:from], '\n')+1, from-300)
	return !bytes.Contains(content[start:from], []byte("//")) && settled.Match(content[start:from]) && goesOn.Match(content[to:min(len(content), to+80)])
}

// asksOther agrees with a call that may read a variable in another file: see
// askedBy.
func asksOther(content []byte, from, to int) bool {
	if !askedFor.Match(content[to:min(len(content), to+80)]) {
		return false
	}
	m := asksWord.FindSubmatch(content[max(0, from-80):from])
	return m != nil && asksName.Match(m[1])
}

var owner = regexp.MustCompile(`(?i)(conf|cfg|setting|env|app|opts|options)\w*$`)

// owned agrees with a field of settings: see settingsOwner.
func owned(content []byte, from, _ int) bool {
	before, field := bytes.CutSuffix(bytes.TrimRight(content[max(0, from-80):from], " \t\r\n"), []byte("."))
	return field && owner.Match(lastWord(before))
}

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
