package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// fishCompletions tells fish the same names as bash and zsh are told, with what
// --help says of each beside it: every line holds where the command before the
// cursor is the one that it is for.
func fishCompletions(model *kong.Application) string {
	var b strings.Builder
	b.WriteString(fishCommand)
	line := func(path, more string) {
		fmt.Fprintf(&b, "complete -c twelvefold -n %s %s\n", fishQuote("__twelvefold_at "+fishQuote(path)), more)
	}
	var visit func(node *kong.Node, path string)
	visit = func(node *kong.Node, path string) {
		for _, child := range node.Children {
			if !child.Hidden {
				line(path, fmt.Sprintf("-f -a %s -d %s", fishQuote(child.Name), fishQuote(child.Help)))
				visit(child, strings.TrimSpace(path+" "+child.Name))
			}
		}
		for _, argument := range node.Positional {
			if values := choices(argument); len(values) > 0 {
				line(path, "-f -a "+fishQuote(strings.Join(values, " ")))
			}
		}
		for _, flag := range node.Flags {
			switch values := choices(flag.Value); {
			case flag.Hidden, flag.Name == "help":
			case len(values) > 0:
				line(path, fmt.Sprintf("-l %s -x -a %s -d %s", flag.Name, fishQuote(strings.Join(values, " ")), fishQuote(flag.Help)))
			case flag.IsBool():
				line(path, fmt.Sprintf("-l %s -d %s", flag.Name, fishQuote(flag.Help)))
			default:
				line(path, fmt.Sprintf("-l %s -r -d %s", flag.Name, fishQuote(flag.Help)))
			}
		}
		line(path, "-l help -d 'Show help.'")
	}
	visit(model.Node, "")
	return b.String()
}

// fishQuote is a text as one word of fish.
func fishQuote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text) + "'"
}

// fishCommand tells whether the words before the cursor that are no flags name a
// command: those of admin have two.
const fishCommand = `function __twelvefold_at
  set -l path
  for word in (commandline -opc)[2..-1]
    switch $word
      case '-*'
      case '*'
        if test (count $path) -eq 0; or test "$path" = admin
          set path $path $word
        end
    end
  end
  test "$path" = "$argv[1]"
end
`
