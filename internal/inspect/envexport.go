package inspect

import "strings"

// What files say of the environment to each other. One file states what it
// exports, another what it asks an import for; the audit joins them.

// EnvWrapper is an exported function that reads the variable which its first
// argument names.
type EnvWrapper struct {
	Name     string `json:"name"`               // below the module: "getEnv", "env.get"; "" for the module itself
	Required bool   `json:"required,omitempty"` // the program fails when the variable is unset and no fallback is given

	Prefix   string   `json:"prefix,omitempty"`   // what it puts before the name
	Suffix   string   `json:"suffix,omitempty"`   // and behind it
	Upper    bool     `json:"upper,omitempty"`    // it asks for the name in upper case
	Replaced []string `json:"replaced,omitempty"` // in pairs, what the name has replaced after that: ".", "_"
	Fallback Value    `json:"fallback,omitzero"`  // of its own
	Methods  bool     `json:"methods,omitempty"`  // an object whose methods read too: env.str("X")
}

// Variable is the variable that it reads when it is asked for a name.
func (w EnvWrapper) Variable(name string) string {
	if w.Upper {
		name = strings.ToUpper(name)
	}
	return w.Prefix + strings.NewReplacer(w.Replaced...).Replace(name) + w.Suffix
}

// EnvExport is an exported value that is read from the environment. One that is
// an Input with references alone stands for what they name, the first that knows
// more: an instance for its class, a class for its bases.
//
// Names are those below the module in JavaScript ("PORT", "server.port", "" for
// the module itself) and Python ("settings.port", "Settings.port", "load()"), below
// the package in Go ("Config.Port"), and elsewhere those that the program knows
// it by, with the namespace before a colon: "com.acme:Config.port". Settings that
// a framework hands around have one of its own: "flask:REDIS_URL".
type EnvExport struct {
	Name  string `json:"name"`
	Value Value  `json:"value"`
}

// EnvAsk is a call of an import that is a read of the environment, if the import
// is an EnvWrapper.
type EnvAsk struct {
	Symbol string  `json:"symbol"` // the import with its module as written: "./lib/env.getEnv"
	Read   EnvRead `json:"read"`

	// Optional says that the call gives a fallback, even if that is nothing:
	// env("X", None) of an object that fails otherwise.
	Optional bool `json:"optional,omitempty"`
}

func (EnvWrapper) Kind() Kind { return "env-wrapper" }
func (EnvExport) Kind() Kind  { return "env-export" }
func (EnvAsk) Kind() Kind     { return "env-ask" }

// References that stand in Value.Env until the audit has joined the files: no
// variable's name begins like them.
const (
	askedMark  = "?"
	exportMark = "@"
	partMark   = "@+"
	hereMark   = "#"
)

// AskedVariable refers to a variable that is read if the file's EnvAsk for it is
// a read.
func AskedVariable(name string) string { return askedMark + name }

// ExportOf refers to what another file exports, by its symbol.
func ExportOf(symbol string) string { return exportMark + symbol }

// HereSymbol is the symbol of what a file itself exports by this name.
func HereSymbol(name string) string { return hereMark + name }

// KeySymbol is the symbol of what a library of settings has under a key:
// viper.GetString("db.host"). Which variable that is another file may say, as the
// EnvExport "viper:db.host", or the EnvWrapper "viper:*" for all keys.
func KeySymbol(library, key string) string { return library + ":" + key }

// KeyOf is the library and the key of such a symbol.
func KeyOf(symbol string) (library, key string, ok bool) {
	library, key, ok = strings.Cut(symbol, ":")
	return library, key, ok && (library == "viper" || library == "koanf")
}

// OwnSymbol is the name of what the file itself exports; ok is false for
// another file's symbol.
func OwnSymbol(symbol string) (name string, ok bool) { return strings.CutPrefix(symbol, hereMark) }

// Reference takes a reference of Value.Env apart; asked and export are "" for
// the name of a variable.
func Reference(name string) (asked, export string) {
	if rest, ok := strings.CutPrefix(name, askedMark); ok {
		return rest, ""
	}
	if rest, ok := strings.CutPrefix(name, partMark); ok {
		return "", rest
	}
	if rest, ok := strings.CutPrefix(name, exportMark); ok {
		return "", rest
	}
	return "", ""
}

// IsPart reports whether a reference is only a part of the value that holds it,
// or was changed on the way: its text is not the value's.
func IsPart(name string) bool { return strings.HasPrefix(name, partMark) }

// PartsOf are the variables of what is only a part of a value. It does not write
// in its list.
func PartsOf(names []string) []string {
	for i, name := range names {
		if !strings.HasPrefix(name, exportMark) {
			continue
		}
		list := append(make([]string, 0, len(names)), names[:i]...)
		for _, name := range names[i:] {
			if strings.HasPrefix(name, exportMark) && !IsPart(name) {
				name = partMark + name[len(exportMark):]
			}
			list = append(list, name)
		}
		return list
	}
	return names
}
