package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
)

// completionCommand prints what makes a shell complete this command line. The
// script holds all names, so that completing starts no process.
type completionCommand struct {
	Shell string `arg:"" help:"Shell to complete in: bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help says where it goes.
func (completionCommand) Help() string {
	return `Prints a script for the shell's start, from what --help says:

  bash  source <(twelvefold completion bash)      in ~/.bashrc
  zsh   source <(twelvefold completion zsh)       in ~/.zshrc, after compinit
  fish  twelvefold completion fish | source       in ~/.config/fish/config.fish`
}

// Run prints the script.
func (c completionCommand) Run(a *app) error {
	parser, err := newParser(io.Discard)
	if err != nil {
		return err
	}
	script := ""
	switch c.Shell {
	case "fish":
		script = fishCompletions(parser.Model)
	case "zsh":
		script = "autoload -U +X bashcompinit && bashcompinit\n" + completions(parser.Model)
	default:
		script = completions(parser.Model)
	}
	_, err = io.WriteString(a.stdout, script)
	return unwritable("the completions", err)
}

// completions is a function of bash, which zsh understands, too: the commands
// first, then a command's flags, and values where they are a choice.
func completions(model *kong.Application) string {
	var cases, values strings.Builder
	words := map[string][]string{} // command → what may follow
	var visit func(node *kong.Node, path string)
	visit = func(node *kong.Node, path string) {
		for _, child := range node.Children {
			if !child.Hidden {
				below := strings.TrimSpace(path + " " + child.Name)
				words[path] = append(words[path], child.Name)
				visit(child, below)
			}
		}
		for _, argument := range node.Positional {
			words[path] = append(words[path], choices(argument)...)
		}
		for _, flag := range node.Flags {
			if flag.Hidden {
				continue
			}
			words[path] = append(words[path], "--"+flag.Name)
			if !flag.IsBool() { // of any other value the shell offers files
				fmt.Fprintf(&values, "    '%s --%s') words='%s' ;;\n", path, flag.Name, strings.Join(choices(flag.Value), " "))
			}
		}
		fmt.Fprintf(&cases, "    '%s') words='%s' ;;\n", path, strings.Join(append(words[path], "--help"), " "))
	}
	visit(model.Node, "")
	return fmt.Sprintf(completionScript, cases.String(), values.String())
}

// choices are the words that a value is one of, nil where it may be anything. The
// tag complete names those that --help does not list.
func choices(value *kong.Value) (words []string) {
	switch value.Tag.Get("complete") {
	case "factor":
		for _, key := range factor.Keys() {
			words = append(words, string(key))
		}
	case "rule":
		for _, rule := range rules.All() {
			words = append(words, rule.ID)
		}
	default:
		words = value.EnumSlice()
	}
	return words
}

// completionScript completes the word under the cursor. Its command is made of
// the words before it that are no flags, as long as they name one.
const completionScript = `_twelvefold() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path='' words='' prefix='' i
  case "$current" in # zsh leaves --flag=value one word
    --*=*) previous="${current%%%%=*}" prefix="${current%%%%=*}=" current="${current#*=}" ;;
  esac
  if [ "$current" = '=' ]; then current=''; elif [ "$previous" = '=' ]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      -*) ;;
      admin) path='admin' ;;
      *) if [ -z "$path" ] || [ "$path" = admin ]; then path="${path:+$path }${COMP_WORDS[i]}"; fi ;;
    esac
  done
  case "$path" in
%s  esac
  case "$path $previous" in
%s  esac
  COMPREPLY=($(compgen -P "$prefix" -W "$words" -- "$current"))
}
complete -o default -o bashdefault -F _twelvefold twelvefold
`
