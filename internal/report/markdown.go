package report

import (
	"regexp"
	"strings"
)

// unseenSpace has no width: behind it GitHub begins no link and no mention.
const unseenSpace = "\u200b"

var markdownSigns = strings.NewReplacer("\\", "\\\\", "`", "\\`", "|", "\\|", "<", "&lt;", ">", "&gt;", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "#", "\\#"+unseenSpace,
	"@", "@"+unseenSpace, "\r", " ", "\n", " ")

// bareLink are the beginnings of what GitHub makes links of without any markup:
// addresses, names of hosts, and numbers of issues.
var bareLink = regexp.MustCompile(`(?i)(\w:)(//)|(www)(\.)|\b(gh)(-\d)`)

// markdown is text of a foreign repository that Markdown shows as it is: no
// markup, no link, and nobody is mentioned by it.
func markdown(text string) string {
	return bareLink.ReplaceAllString(markdownSigns.Replace(text), "${1}${3}${5}"+unseenSpace+"${2}${4}${6}")
}

var codeSigns = strings.NewReplacer("`", "'", "|", "\\|", "\r", " ", "\n", " ")

// code is the same within backquotes in a table.
func code(text string) string { return codeSigns.Replace(text) }
