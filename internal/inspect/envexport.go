package inspect

import "strings"

// What files say of the environment to each other. One file states what it
// exports, another what it asks an import for; the audit joins them.

// EnvWrapper is an exported function that reads the variable which its first
// argument names.
type EnvWrapper struct {
	Name     string `json:"name"`               // below the module: "getEnv", "env.get"; "" for the module itself
	Required bool   `json:"required,omitempty"` // the program fails when the variable is unset and no fallback is given
}

// EnvExport is an exported value that is read from the environment.
type EnvExport struct {
	Name  string `json:"name"` // below the module: "PORT", "server.port"; "" for the module itself
	Value Value  `json:"value"`
}

// EnvAsk is a call of an import that is a read of the environment, if the import
// is an EnvWrapper.
type EnvAsk struct {
	Symbol string  `json:"symbol"` // the import with its module as written: "./lib/env.getEnv"
	Read   EnvRead `json:"read"`
}

func (EnvWrapper) Kind() Kind { return "env-wrapper" }
func (EnvExport) Kind() Kind  { return "env-export" }
func (EnvAsk) Kind() Kind     { return "env-ask" }

// References that stand in Value.Env until the audit has joined the files: no
// variable's name begins like them.
const (
	askedMark  = "?"
	exportMark = "@"
)

// AskedVariable refers to a variable that is read if the file's EnvAsk for it is
// a read.
func AskedVariable(name string) string { return askedMark + name }

// ExportOf refers to what another file exports, by its symbol.
func ExportOf(symbol string) string { return exportMark + symbol }

// Reference takes a reference of Value.Env apart; asked and export are "" for
// the name of a variable.
func Reference(name string) (asked, export string) {
	if rest, ok := strings.CutPrefix(name, askedMark); ok {
		return rest, ""
	}
	if rest, ok := strings.CutPrefix(name, exportMark); ok {
		return "", rest
	}
	return "", ""
}
