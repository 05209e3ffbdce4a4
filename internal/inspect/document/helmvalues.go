package document

import (
	"regexp"
	"slices"
)

var helmValue = regexp.MustCompile(`(?:^|[^\w])\$?\.(Values|Chart|Release|Capabilities)((?:\.[A-Za-z_][A-Za-z0-9_-]*)+)`)

// maxHelmValues bounds the values kept of one text.
const maxHelmValues = 16

// HelmValues are the values that a template's text asks for, in its order:
// ".Values.image.tag", ".Chart.AppVersion". Nil for what is no template.
func HelmValues(text string) []string {
	if !IsTemplated(text) {
		return nil
	}
	var list []string
	for _, m := range helmValue.FindAllStringSubmatch(text, maxHelmValues) {
		if name := "." + m[1] + m[2]; !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
