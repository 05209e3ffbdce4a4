package inspect

import "bytes"

// InComment reports whether an offset's line begins as a comment does.
func InComment(content []byte, at int) bool {
	line := bytes.TrimLeft(content[bytes.LastIndexByte(content[:at], '\n')+1:at], " \t")
	for _, mark := range [...]string{"//", "#", "*", "/*", "--", "<!--"} {
		if bytes.HasPrefix(line, []byte(mark)) {
			return true
		}
	}
	return false
}
