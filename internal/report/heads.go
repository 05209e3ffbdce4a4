package report

import (
	"fmt"
	"strings"
)

// Head is one of several pull requests that have the same commit as their head.
type Head struct {
	Line       string // "refs/pull/12"
	BaseBranch string
	Title      string // of its own check
}

func (h Head) number() string { return "#" + strings.TrimPrefix(h.Line, "refs/pull/") }

// Titled is its title as that of the check that all of them share.
func (h Head) Titled() string { return h.number() + ": " + h.Title }

// Heads says which pull requests a check speaks of, and which of them it shows.
func Heads(list []Head, shown int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "This commit is the head of %d pull requests, and a commit has one check: it says the worst of them, what is so of %s.\n\n| Pull request | Into | |\n|---|---|---|\n",
		len(list), list[shown].number())
	for _, h := range list {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", h.number(), code(h.BaseBranch), markdown(h.Title))
	}
	b.WriteString("\n")
	return b.String()
}
