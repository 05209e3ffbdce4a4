package config

import (
	"fmt"
	"slices"
	"strings"
)

// described is a variable with the processes that read it.
type described struct {
	variable
	readers []string
}

// all lists every variable once, required ones first, else in order of the
// structs.
func all() []described {
	var list []described
	for _, p := range processes() {
		for _, v := range variablesOf(p.config) {
			i := slices.IndexFunc(list, func(d described) bool { return d.Name == v.Name })
			if i < 0 {
				list = append(list, described{variable: v})
				i = len(list) - 1
			}
			list[i].readers = append(list[i].readers, p.name)
		}
	}
	slices.SortStableFunc(list, func(a, b described) int {
		if a.Required == b.Required {
			return 0
		}
		if a.Required {
			return -1
		}
		return 1
	})
	return list
}

// helpWidth is how wide a line of Help may be, in columns.
const helpWidth = 76

// Help lists what a process type reads, for its --help: a line or more for each
// variable, with what it means and what it is when unset.
func Help(process string) string {
	var list []variable
	for _, v := range all() {
		if slices.Contains(v.readers, process) {
			list = append(list, v.variable)
		}
	}
	return help(list)
}

// AppHelp is Help for the check of the GitHub App.
func AppHelp() string { return help(variablesOf(&AppCheck{})) }

// DigestHelp is Help for an operator's digest.
func DigestHelp() string { return help(variablesOf(&Digest{})) }

func help(list []variable) string {
	var b strings.Builder
	for _, v := range list {
		text := v.Doc
		switch {
		case v.Required:
			text += " Required."
		case v.Default != "":
			text += " Default: " + v.Default + "."
		}
		const indent = "  "
		fmt.Fprintf(&b, "%s%s\n", indent, v.Name)
		line := indent + indent
		for _, word := range strings.Fields(text) {
			if len(line)+1+len(word) > helpWidth {
				b.WriteString(line + "\n")
				line = indent + indent
			}
			if strings.TrimSpace(line) != "" {
				line += " "
			}
			line += word
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// Table is the variables as a Markdown table, for docs/configuration.md.
func Table() string {
	var b strings.Builder
	b.WriteString("| Variable | Read by | Default | Meaning |\n|---|---|---|---|\n")
	for _, v := range all() {
		standard := "unset"
		switch {
		case v.Required:
			standard = "required"
		case v.Default != "":
			standard = "`" + v.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.Name, strings.Join(v.readers, ", "), standard, v.Doc)
	}
	return b.String()
}

// Example is the content of .env.example: what is required is set, the rest
// stands commented out with its default.
func Example() string {
	var b strings.Builder
	b.WriteString("# Every variable that Twelvefold reads; docs/configuration.md says more.\n# Copy this file to .env and change what you need.\n")
	for _, v := range all() {
		value := v.Default
		if value == "" || v.Required {
			value = v.Example
		}
		comment := "# "
		if v.Required {
			comment = ""
		}
		fmt.Fprintf(&b, "\n# %s Read by: %s.\n%s%s=%s\n", v.Doc, strings.Join(v.readers, ", "), comment, v.Name, value)
	}
	return b.String()
}
