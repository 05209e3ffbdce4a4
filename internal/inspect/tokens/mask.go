package tokens

import (
	"bytes"

	"twelvefold/internal/inspect"
)

// Mask is a text with its tokens masked, in as many lines as it has.
func Mask(content []byte) []byte {
	var masked []byte
	from := 0
	for _, f := range apart(look(content)) {
		masked = append(masked, content[from:f.from]...)
		token := content[f.from:f.to]
		first, _, several := bytes.Cut(token, []byte{'\n'})
		if several {
			first = nil // a key: its first line says only that
		}
		masked = append(masked, inspect.Mask(string(first))...)
		masked = append(masked, bytes.Repeat([]byte{'\n'}, bytes.Count(token, []byte{'\n'}))...)
		from = f.to
	}
	return append(masked, content[from:]...)
}
