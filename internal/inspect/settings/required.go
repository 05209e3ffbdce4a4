package settings

import (
	"bytes"
	"regexp"

	"twelvefold/internal/inspect"
)

// How the calls that load a settings file end a program where it is missing.
var (
	// failsBranch is Go's branch for an error, behind the call or in its own if; what
	// it does stands in the group.
	failsBranch = regexp.MustCompile(`^[^\n{]*(?:\n\s*if \w+ != nil |; \w+ != nil )\{\s*\n((?:[^\n}]*\n){1,4})`)
	// readsBranch is the same behind viper's name, where the call that reads comes later.
	readsBranch = regexp.MustCompile(`^(?s:.{0,700}?)\.ReadInConfig\(\)[^\n{]*(?:\n\s*if \w+ != nil |; \w+ != nil )\{\s*\n((?:[^\n}]*\n){1,4})`)
	// ends is what a branch ends the program, or the function, by.
	ends = regexp.MustCompile(`\b(panic|os\.Exit)\(|\.(Fatal|Panic)\w*\(|(^|\s)(throw|raise)\b|process\.exit\(|return\b[^\n]*\w*[eE]rr`)
	// forgives is said of a file that may be missing, or that is made where it is.
	forgives = regexp.MustCompile(`(?i)IsNotExist|ErrNotExist|NotFoundError|NoEnt\b|exists?(Sync)?\(|file_exists|is_file\(|is_readable\(|isfile\(|isSet\(|ignoreIfM|os\.Stat\(`)

	// keptResult is the variable that JavaScript keeps a load's result in.
	keptResult = regexp.MustCompile(`(?:const|let|var)\s+(?:(\w+)|\{\s*error\s*\})\s*=\s*(?:[\w.]+\()?(?:require\(["'])?$`)
	failedLoad = regexp.MustCompile(`^(?s:.{0,300}?)\bif\s*\(\s*!?\s*(?:(\w+)\.)?error\b[^\n]*\n?((?:[^\n}]*\n?){1,6})`)
	phpLoad    = regexp.MustCompile(`^(?s:.{0,300}?)->load\(\)`)

	// takesFile is what stands before the name of a file that has to be there.
	takesFile = map[inspect.Format]*regexp.Regexp{
		inspect.Python: regexp.MustCompile(`\bopen\(\s*$`),
		inspect.Ruby:   regexp.MustCompile(`\b(YAML\.(load|load_file|safe_load|unsafe_load_file)|JSON\.load_file|JSON\.parse|File\.(read|open))\(?\s*(File\.(read|open)\(\s*)?$`),
	}
	takesModule = regexp.MustCompile(`(\brequire\(|\bfrom|\bimport|\breadFileSync\()\s*$`)
	namesFile   = regexp.MustCompile(`\.SetConfigFile\(\s*$`)
	goTakes     = regexp.MustCompile(`\.(ReadFile|Open|Load|LoadFile|DecodeFile|LoadConfigFile|ReadConfig)\(\s*$`)

	// mayBeSkipped begins a block that isn't always run, or whose errors are heard.
	mayBeSkipped = regexp.MustCompile(`^\s*(\}\s*)?(if|else|elif|elsif|unless|switch|case|when|try|begin|catch|rescue)\b`)
	// ownCondition stands before a load on its own line that may not be run, other
	// than Go's if that takes its error.
	ownCondition = regexp.MustCompile(`\b(if|unless|try)\b[^=]*$|&&\s*$|\?\s*$|\|\|\s*$|\b(if|unless)\s*\([^)]*\)`)
)

const (
	beforeLoad = 400 // of bytes before a load, in which it may be told to be optional
	behindLoad = 900 // of bytes behind it, in which the program may be ended
	maxHigher  = 40  // of lines, in which a block around it is looked for
)

// isRequired reports whether a program can't go on without the settings file that
// it loads at a mark from one offset to another: its library or language throws
// where the file is missing, or the code ends the program then, and no condition
// stands around it.
func isRequired(format inspect.Format, mark int, content []byte, from, to int) bool {
	before, behind := content[max(0, from-beforeLoad):from], content[to:min(len(content), to+behindLoad)]
	if at := quoteBefore(content, from); mark == configPath {
		before = content[max(0, at-beforeLoad):at]
	}
	if skipped(before) {
		return false
	}
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	switch format {
	case inspect.Go:
		return goRequires(mark, line, before, behind)
	case inspect.JavaScript, inspect.TypeScript, inspect.TSX:
		switch mark {
		case configPath:
			return takesModule.Match(line) && !forgives.Match(before)
		case dotenvName:
			return jsEnds(line, content[from:to], behind)
		}
	case inspect.PHP:
		return mark == dotenvObject && phpLoad.Match(behind) && !forgives.Match(before) && !forgives.Match(behind[:min(len(behind), 200)])
	case inspect.Ruby:
		return (mark == dotenvName || mark == dotenvRead) && bytes.Contains(content[from:to], []byte("!")) || mark == railsName || mark == configPath && takesFile[format].Match(line) && !forgives.Match(before)
	case inspect.Java, inspect.Kotlin:
		return mark == dotenvName || mark == dotenvObject && !forgives.Match(behind[:min(len(behind), 200)])
	case inspect.Python:
		return mark == configPath && takesFile[format].Match(line) && !forgives.Match(before)
	}
	return false
}

func goRequires(mark int, line, before, behind []byte) bool {
	branch := failsBranch
	switch mark {
	case viperName:
		branch = readsBranch
	case configPath:
		if namesFile.Match(line) {
			branch = readsBranch
		} else if !goTakes.Match(line) {
			return false
		}
	case dotenvName:
	default:
		return false
	}
	m := branch.FindSubmatch(behind)
	return m != nil && ends.Match(m[1]) && !forgives.Match(m[0]) && !forgives.Match(before)
}

// jsEnds reports whether a program throws where dotenv has found no file. What Node
// itself loads has to be there.
func jsEnds(line, call, behind []byte) bool {
	if bytes.Contains(call, []byte("loadEnvFile")) {
		return true
	}
	kept, failed := keptResult.FindSubmatch(line), failedLoad.FindSubmatch(behind)
	return kept != nil && failed != nil && bytes.Equal(kept[1], failed[1]) && ends.Match(failed[0])
}

// quoteBefore is the offset of the quote that opens the text which a mark stands in.
func quoteBefore(content []byte, at int) int {
	for i := at - 1; i >= 0 && i > at-longestPath && content[i] != '\n'; i-- {
		if bytes.IndexByte([]byte("\"'`"), content[i]) >= 0 {
			return i
		}
	}
	return at
}

// skipped reports whether what stands before a load says that it isn't always run,
// or that its error is heard: a condition on its line, a block around it by the
// lines' indentation, or a return shortly above.
func skipped(before []byte) bool {
	lines := bytes.Split(before, []byte{'\n'})
	own := lines[len(lines)-1]
	if ownCondition.Match(own) || mayBeSkipped.Match(own) && !bytes.Contains(own, []byte("=")) {
		return true
	}
	indent := indentOf(own)
	for i := len(lines) - 2; i >= 0 && i > len(lines)-maxHigher && indent > 0; i-- {
		line := lines[i]
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if len(lines)-i < 8 && bytes.Contains(line, []byte("return")) && indentOf(line) > indent {
			return true
		}
		if indentOf(line) < indent {
			if indent = indentOf(line); mayBeSkipped.Match(line) {
				return true
			}
		}
	}
	return false
}

func indentOf(line []byte) int {
	return len(line) - len(bytes.TrimLeft(line, " \t"))
}
