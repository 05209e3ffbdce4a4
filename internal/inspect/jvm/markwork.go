package jvm

import (
	"bytes"
	"regexp"
	"sync"

	"twelvefold/internal/inspect/prefilter"
)

var (
	stageTexts = sync.OnceValue(func() *prefilter.Set {
		var marks []prefilter.Mark
		for _, stages := range []*regexp.Regexp{developStage, productStage} {
			for text := range expanded(stages) {
				marks = append(marks, prefilter.Mark{Text: `"` + text + `"`, Fold: true, If: compares})
			}
		}
		return prefilter.New(marks)
	})
	stageNames = sync.OnceValue(func() *prefilter.Set {
		var marks []prefilter.Mark
		for name := range expanded(stageName) {
			marks = append(marks, prefilter.Mark{Text: name, Fold: true, Word: true})
		}
		return prefilter.New(marks, names(expanded(profileCalls)), prefilter.Words("activeProfiles", "getActiveProfiles", "acceptsProfiles", "matchesProfiles"),
			prefilter.If(prefilter.With("System"), prefilter.Words("getProperty")))
	})
)

var (
	argumentOf = regexp.MustCompile(`(\w+)\s*\((?:(?:[^()"\n]|"[^"\n]*")*,)?\s*$`)
	comparing  = regexp.MustCompile(`^(\w*[eE]quals\w*|contains\w*|any\w*|accepts\w*|matches\w*|\w*[oO]f|asList|if|when|while|switch|in)$`)
	alone      = regexp.MustCompile(`^\s*[,)]`)
)

// compares agrees with a text that is not the argument of a call which surely
// compares nothing.
func compares(content []byte, from, to int) bool {
	m := argumentOf.FindSubmatch(content[max(bytes.LastIndexByte(content[:from], '\n')+1, from-200):from])
	return m == nil || comparing.Match(m[1]) || !alone.Match(content[to:min(len(content), to+100)])
}

// asksStage reports whether a file may compare the environment's name with
// another.
func asksStage(content []byte) bool { return stageTexts().In(content) && stageNames().In(content) }

// javaBoots and kotlinBoots are the marks of what runs when the program starts.
var (
	javaBoots = sync.OnceValue(func() *prefilter.Set {
		return prefilter.New(bootMarks(), prefilter.OfFile(busyConstructor, names(keys(controllerAnnotations))), prefilter.If(prefilter.After(`^\s*\{`), prefilter.Words("static")))
	})
	kotlinBoots = sync.OnceValue(func() *prefilter.Set {
		return prefilter.New(bootMarks(), prefilter.If(prefilter.After(`^\s*\{`), prefilter.Words("init")), prefilter.Words("object"), prefilter.If(prefilter.With("io.ktor."), prefilter.Texts("Application")))
	})
)

func bootMarks() []prefilter.Mark {
	return append(names(keys(bootAnnotations), keys(bootBases), keys(bootEvents), keys(serverRuns), each("org.springframework.context.event.EventListener")), prefilter.Words("main")...)
}

// booted agrees with a file in which something runs when the program starts.
func booted(kotlin bool) func(content []byte) bool {
	return func(content []byte) bool { return boots(content, kotlin) }
}

func boots(content []byte, kotlin bool) bool {
	if kotlin {
		return kotlinBoots().In(content)
	}
	return javaBoots().In(content)
}

// saves are the marks of data being stored.
var saves = sync.OnceValue(func() *prefilter.Set {
	return prefilter.New(prefilter.Words("save", "saveAll", "insert", "insertMany", "persist"))
})

// seeds reports whether a file may store data when the program starts.
func seeds(content []byte, kotlin bool) bool {
	for _, store := range []string{"Repository", "EntityManager", "org.springframework.data."} {
		if bytes.Contains(content, []byte(store)) {
			return saves().In(content) && boots(content, kotlin)
		}
	}
	return false
}

var (
	className = regexp.MustCompile(`\b(?:class|record|enum)\s+(\w+)`)
	called    = regexp.MustCompile(`(\w+)\s*\(`)
	literals  = regexp.MustCompile(`'(\\.|[^'\\\n])'|"(\\.|[^"\\\n])*"`)
)

// busyConstructor agrees with a file of which a constructor calls something
// beside another constructor.
func busyConstructor(content []byte) bool {
	content = literals.ReplaceAll(content, nil)
	for _, class := range className.FindAllSubmatch(content, 20) {
		for rest := content; ; {
			at := bytes.Index(rest, class[1])
			if at < 0 {
				break
			}
			newly := bytes.HasSuffix(bytes.TrimRight(rest[:at], " \t\r\n"), []byte("new"))
			rest = rest[at+len(class[1]):]
			code := bytes.TrimLeft(rest, " \t\r\n")
			if !newly && len(code) > 0 && code[0] == '(' && busy(code) {
				return true
			}
		}
	}
	return false
}

// busy reports whether a constructor's body, behind its parameters, calls
// something.
func busy(code []byte) bool {
	code = code[enclosed(code, '(', ')'):]
	open := bytes.IndexAny(code, "{;")
	if open < 0 || code[open] == ';' {
		return open < 0
	}
	code = code[open:]
	for _, call := range called.FindAllSubmatch(code[:enclosed(code, '{', '}')], -1) {
		if name := string(call[1]); name != "super" && name != "this" && name != "requireNonNull" && name != "notNull" {
			return true
		}
	}
	return false
}

// enclosed is the length of what brackets enclose, with them.
func enclosed(code []byte, opens, closes byte) int {
	depth := 0
	for i, b := range code {
		switch b {
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(code)
}
