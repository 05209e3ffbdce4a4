package backingservices

import (
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// connections is what .NET names its connection strings by, as variables.
const connections = "connectionstrings__"

// neverRead reports whether a connection string of .NET's settings is none that
// the program asks for: it asks for others by their names.
func neverRead(c *audit.Component, handle audit.Located[inspect.ServiceHandle]) bool {
	name := strings.ReplaceAll(strings.ToLower(handle.Fact.Name), ":", "__")
	if handle.File.Format != inspect.AppSettings || !strings.HasPrefix(name, connections) {
		return false
	}
	others := false
	for read := range audit.Facts[inspect.EnvRead](c) {
		asked := strings.ToLower(read.Fact.Name)
		switch {
		case asked == name, asked == "" && strings.HasPrefix(read.Fact.Via, "IConfiguration"):
			return false
		case strings.HasPrefix(asked, connections):
			others = true
		}
	}
	return others
}
