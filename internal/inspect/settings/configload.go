package settings

import (
	"bytes"
	"regexp"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

// environmentReads are texts by which a program asks its environment, or a
// library that lets variables replace settings.
var environmentReads = sync.OnceValue(func() *prefilter.Set {
	return prefilter.New(
		prefilter.Texts("AutomaticEnv", "BindEnv", "env.Provider", "cleanenv", "envconfig", "Dynaconf", "AddEnvironmentVariables", "os.environ", "os.getenv", "os.Getenv",
			"os.LookupEnv", "os.ExpandEnv", "System.getenv", "$_ENV", "$_SERVER", "process.env"),
		prefilter.If(prefilter.Before(`(^|\W)$`), prefilter.Texts("ENV[", "ENV.fetch", "getenv(")),
	)
})

// notReplacing are variables that are read beside settings and replace none.
var notReplacing = regexp.MustCompile(`^\W{0,8}(NODE_ENV|ENV|APP_ENV|RAILS_ENV|PORT|HOST|HOME|PWD|DEBUG|LOG_LEVEL|GIN_MODE|[A-Z_]*CONFIG[A-Z_]*|config\.)`)

// nodeConfig is what Node's package config reads, which has a file of its own
// for the variables that replace settings.
const nodeConfig = "config/*"

// What a mark of a load is known by.
const (
	configPath = iota // the end of a path
	viperName         // viper's name without its ending
	railsName         // Rails' name of a file in config
	nodePackage
	dotenvName   // a dotenv file that a program loads by its name, or .env without one
	dotenvRead   // the same by a call that may name it by any expression, or without parentheses
	dotenvObject // .env, of an object of a library that then loads it
)

// configLoads are the marks of settings that a program's file names: the ends
// of paths, and the calls of libraries that find settings by themselves.
var configLoads = sync.OnceValue(func() *prefilter.Set {
	known := func(id int, marks []prefilter.Mark) []prefilter.Mark {
		for i := range marks {
			marks[i].ID = id
		}
		return marks
	}
	return prefilter.New(
		known(configPath, prefilter.Texts(".ini", ".cfg", ".toml", ".json", ".json5", ".yml", ".yaml")),
		known(viperName, prefilter.Texts("SetConfigName(")),
		known(railsName, prefilter.Texts("config_for(")),
		known(dotenvName, prefilter.Texts("Dotenv.load(", "Dotenv.load!(", "Dotenv.overload(", "Dotenv.overload!(", "load_dotenv(", "dotenv_values(", "dotenv.config(",
			`dotenv").config(`, "dotenv').config(", "godotenv.Load(", "godotenv.Overload(", "process.loadEnvFile(")),
		known(dotenvObject, prefilter.If(prefilter.Before(`\bDotenv(Factory)?::$`), prefilter.Texts("createImmutable(", "createUnsafeImmutable(", "createMutable(", "createUnsafeMutable("))),
		known(dotenvObject, prefilter.Texts(`new Dotenv\Dotenv(`, `new \Dotenv\Dotenv(`, "Dotenv.configure()")),
		known(dotenvRead, prefilter.If(prefilter.After(`^\s*(\n|$|["'])`), prefilter.Texts("Dotenv.load!", "Dotenv.overload!", "Dotenv.load", "Dotenv.overload"))),
		known(dotenvRead, prefilter.If(prefilter.Before(`\.$`), prefilter.Texts("read_env("))),
		known(nodePackage, prefilter.If(loadsPackage, prefilter.Texts(`"config"`, "'config'"))),
	)
})

var (
	requires, required = prefilter.Before(`require\(\s*$`), prefilter.After(`^\s*\)`)
	imports, imported  = prefilter.Before(`from\s+$`), prefilter.After(`^\s*;?\s*($|\n)`)

	viperArgument = regexp.MustCompile("^\\s*[\"`]([\\w.-]+)")
	railsArgument = regexp.MustCompile(`^\s*[:"']([\w-]+)`)

	withoutArgument = regexp.MustCompile(`^\s*\)`)
	dotenvArgument  = regexp.MustCompile("^[^)\\n]*?[\"'`](?:\\./)?([\\w./-]*\\.env[\\w.-]*)[\"'`]")
)

func loadsPackage(content []byte, from, to int) bool {
	return requires(content, from, to) && required(content, from, to) || imports(content, from, to) && imported(content, from, to)
}

// maxLoads bounds the settings files that one file names.
const maxLoads = 20

// ConfigLoads states the settings files that a program's file of a format names.
// words tells that paths stand between blanks, as in a Dockerfile, and not in quotes.
func ConfigLoads(e *inspect.Emitter, format inspect.Format, content []byte, words bool) {
	told := map[string]bool{}
	env := sync.OnceValue(func() bool { return asksEnvironment(content) })
	configLoads().Each(content, func(m prefilter.Mark, from, to int) bool {
		name := loadedName(m.ID, content, to, words)
		if name != "" && !told[name] && !inspect.InComment(content, from) {
			told[name] = true
			line := 1 + bytes.Count(content[:from], []byte{'\n'})
			e.Emit(line, line, inspect.ConfigLoad{Name: name, Env: name != nodeConfig && env(), Required: isRequired(format, m.ID, content, from, to)})
		}
		return len(told) < maxLoads
	})
}

// loadedName is the file that a mark which ends there names, or "".
func loadedName(mark int, content []byte, to int, words bool) string {
	switch behind := content[to:min(len(content), to+longestPath)]; mark {
	case configPath:
		if text := quotedBefore(content, to, words); text != "" && inspect.NamesConfig(text) {
			return text
		}
	case viperName:
		if m := viperArgument.FindSubmatch(behind); m != nil {
			return string(m[1]) + ".*"
		}
	case railsName:
		if m := railsArgument.FindSubmatch(behind); m != nil {
			return "config/" + string(m[1]) + ".yml"
		}
	case dotenvName:
		if m := dotenvArgument.FindSubmatch(behind); m != nil {
			return string(m[1])
		}
		if withoutArgument.Match(behind) {
			return ".env"
		}
	case dotenvRead:
		if m := dotenvArgument.FindSubmatch(behind); m != nil {
			return string(m[1])
		}
		return ".env"
	case dotenvObject:
		return ".env"
	case nodePackage:
		return nodeConfig
	}
	return ""
}

// longestPath bounds the path of a settings file.
const longestPath = 160

// quotedBefore is the text that ends before a quote at this offset and begins
// after one, or "".
func quotedBefore(content []byte, end int, words bool) string {
	if end < len(content) && !bytes.ContainsRune([]byte("\"'`"), rune(content[end])) && !(words && bytes.ContainsRune([]byte(" \t\r\n,]:"), rune(content[end]))) {
		return ""
	}
	for i := end - 1; i >= 0 && i > end-longestPath; i-- {
		switch content[i] {
		case '\n':
			if words {
				return string(content[i+1 : end])
			}
			return ""
		case '"', '\'', '`':
			return string(content[i+1 : end])
		case ' ', '\t', '=', ',', '[':
			if words {
				return string(content[i+1 : end])
			}
		}
	}
	return ""
}

// asksEnvironment reports whether a file reads variables other than the name
// of the environment.
func asksEnvironment(content []byte) bool {
	asks := false
	environmentReads().Each(content, func(_ prefilter.Mark, from, to int) bool {
		asks = !inspect.InComment(content, from) && !notReplacing.Match(content[to:min(len(content), to+40)])
		return !asks
	})
	return asks
}
