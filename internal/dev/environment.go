package dev

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// environment is what the processes see.
type environment map[string]string

func inherited() environment {
	env := environment{}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		env[name] = value
	}
	return env
}

func (e environment) get(name string) string { return e[name] }

// otherwise sets a variable that the caller left unset.
func (e environment) otherwise(name, value string) {
	if e[name] == "" {
		e[name] = value
	}
}

// putFirst makes dir the first place where programs are looked up.
func (e environment) putFirst(dir string) {
	e["PATH"] = strings.TrimSuffix(dir+string(filepath.ListSeparator)+e["PATH"], string(filepath.ListSeparator))
}

func (e environment) list() []string {
	list := make([]string, 0, len(e))
	for name, value := range e {
		list = append(list, name+"="+value)
	}
	slices.Sort(list)
	return list
}
