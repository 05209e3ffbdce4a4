package inspect

import (
	"bytes"
	"strings"
)

// WordByte reports whether a byte can be part of an identifier of ASCII.
func WordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

// ContainsWord reports whether a word stands in text as a whole identifier.
func ContainsWord[T string | []byte](text T, word string) bool {
	for from := 0; ; {
		at := index(text[from:], word)
		if at < 0 {
			return false
		}
		at += from
		end := at + len(word)
		if (at == 0 || !WordByte(text[at-1])) && (end == len(text) || !WordByte(text[end])) {
			return true
		}
		from = end
	}
}

// SplitHumps puts an underscore where a capital follows a small letter or a
// digit: "db_Password" of "dbPassword".
func SplitHumps(name string) string {
	var split strings.Builder
	split.Grow(len(name) + 4)
	for i := range len(name) {
		b := name[i]
		if i > 0 && b >= 'A' && b <= 'Z' && (name[i-1] >= 'a' && name[i-1] <= 'z' || name[i-1] >= '0' && name[i-1] <= '9') {
			split.WriteByte('_')
		}
		split.WriteByte(b)
	}
	return split.String()
}

func index[T string | []byte](text T, word string) int {
	if b, ok := any(text).([]byte); ok {
		return bytes.Index(b, []byte(word))
	}
	return strings.Index(string(text), word)
}

// WordAround is the whole word that text[from:to] stands in, a byte of also
// counted as one of words: "x-api-key" of "api" with "-".
func WordAround(text []byte, from, to int, also string) (start, end int) {
	in := func(b byte) bool { return WordByte(b) || strings.IndexByte(also, b) >= 0 }
	for from > 0 && in(text[from-1]) {
		from--
	}
	for to < len(text) && in(text[to]) {
		to++
	}
	return from, to
}
