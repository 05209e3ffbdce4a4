package golang

import (
	"bytes"
	"go/ast"
	"maps"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
)

// asked is what a file may ask of one import: functions and types, methods of
// what the import makes, and other words. What is all is read whatever it asks.
type asked struct {
	functions, methods map[string]bool
	remote             map[string]bool // functions and methods that are given a literal URL
	words              []string
	all                bool
}

// imports are what the tables ask of imports, by path without version.
var imports = sync.OnceValue(func() map[string]*asked {
	list := map[string]*asked{}
	of := func(path string) *asked {
		if list[path] == nil {
			list[path] = &asked{functions: map[string]bool{}, methods: map[string]bool{}, remote: map[string]bool{}}
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
		slices.Collect(maps.Keys(goCalls)), slices.Collect(maps.Keys(goComposites)), slices.Collect(maps.Keys(goWriterArgs)), slices.Collect(maps.Keys(goLoggers)), slices.Collect(maps.Keys(goSecretArgs)), slices.Collect(maps.Keys(goSigningFields)), slices.Collect(maps.Keys(goHandlerParams)), slices.Collect(maps.Keys(goMiddleware)), slices.Collect(maps.Keys(goPrints)),
		{"os.Getenv", "os.LookupEnv", "os.ExpandEnv", "syscall.Getenv", rotatelogsPath + ".New", ginPath + ".Mode", ginPath + ".DefaultWriter", ginPath + ".DefaultErrorWriter", logrusPath + "#Out"},
		slices.Collect(flagCalls()), slices.Collect(inspect.MailCalls(goSlowCalls)),
	} {
		for _, key := range keys {
			if !strings.HasPrefix(key, "#") {
				add(key)
			}
		}
	}
	for _, path := range slices.Concat(goEnvLoaders, []string{viperPath, koanfPath, koanfEnvPath}) {
		of(path).all = true
	}
	for path := range goPlainLogs {
		of(path)
	}
	for _, path := range []string{"net/http", restyPath} {
		of(path).words = []string{"SetBasicAuth", `uthorization", "`, `-Key", "`, `-KEY", "`, `-Token", "`}
	}
	of(cliPath).words, of(zapPath).words = []string{"EnvVars", "EnvVar", "Sources"}, []string{"OutputPaths"}
	for key := range goRemoteCalls {
		path, name, method := strings.Cut(key, "#")
		if !method {
			dot := strings.LastIndexByte(key, '.')
			path, name = key[:dot], key[dot+1:]
		}
		if path == "net/http" || path == restyPath || path == "github.com/imroc/req" || path == "github.com/gorilla/websocket" {
			delete(of(path).functions, name)
			delete(of(path).methods, name)
			of(path).remote[name] = true
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
	remote := bytes.Contains(content, []byte("://")) || bytes.Contains(content, []byte(`"//`))
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
			if of := known[path]; of != nil && (of.methods[name] || remote && of.remote[name]) {
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
	for start > 0 && inspect.WordByte(text[start-1]) {
		start--
	}
	return text[start:end]
}
