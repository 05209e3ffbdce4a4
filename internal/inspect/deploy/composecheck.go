package deploy

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/document"
)

// checkURL is the address that a health check's command asks, with its line:
// the first word of the command that is one, "" for none.
func (c *composeReader) checkURL(n *yaml.Node) (url string, line int) {
	items := c.Sequence(n)
	if items == nil && n != nil {
		items = []*yaml.Node{n}
	}
	for _, item := range items {
		for _, word := range strings.FieldsFunc(document.Text(item), func(r rune) bool { return strings.ContainsRune(" \t\n\"'|&;()", r) }) {
			if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
				return inspect.MaskText(interpolate(word).folded), item.Line
			}
		}
	}
	return "", 0
}
