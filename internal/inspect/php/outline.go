package php

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// typeWords are names that may stand for a type of the language.
var typeWords = map[string]bool{
	"array": true, "callable": true, "iterable": true, "bool": true, "boolean": true, "int": true, "integer": true, "float": true, "double": true, "real": true, "string": true, "binary": true, "void": true, "mixed": true, "static": true,
	"false": true, "true": true, "null": true, "object": true, "never": true, "self": true, "parent": true, "enum": true, "unset": true, "list": true, "from": true, "readonly": true,
}

// maxName is the length of the longest name that is looked for, in bytes.
const maxName = 256

// uses tells which of some names, in lower case, the code behind a place
// mentions; ok is false where that takes a parse to say.
func (c sourceCode) uses(names map[string]bool, from int) (used []string, ok bool) {
	const inText, inCode = 1, 2
	found := map[string]int{}
	texts := c.texts
	var buffer [maxName]byte
	for at := from; at < len(c.text); {
		if !inspect.WordByte(c.text[at]) {
			at++
			continue
		}
		start := at
		for at < len(c.text) && inspect.WordByte(c.text[at]) {
			at++
		}
		if at-start > len(buffer) {
			continue
		}
		name := buffer[:at-start]
		for i, b := range c.text[start:at] {
			if b >= 'A' && b <= 'Z' {
				b |= 0x20
			}
			name[i] = b
		}
		if !names[string(name)] || found[string(name)] == inCode {
			continue
		}
		for len(texts) > 0 && texts[0].to <= start {
			texts = texts[1:]
		}
		place := inCode
		for _, t := range texts[:min(len(texts), 40)] { // a text ends before the one that it stands in
			if t.from <= start {
				place = 0
				if t.filled {
					place = inText
				}
				break
			}
		}
		found[string(name)] = max(found[string(name)], place)
	}
	for name := range names {
		switch {
		case found[name] == inText, typeWords[name]:
			return nil, false
		case found[name] == inCode:
			used = append(used, name)
		}
	}
	return used, true
}

var (
	headLine = regexp.MustCompile(`^(<\?(php)?\s*)?(declare\s*\([^()]*\)\s*;\s*)?(namespace\s+[\w\\]+\s*;)?\s*$|^(<\?(php)?\s*)?use\s`)
	declares = regexp.MustCompile(`(?i)\b(class|trait|enum)\b`)
	usedName = regexp.MustCompile(`(?i)(\w+)\s*(?:[,;}]|$)`)
	wholeUse = regexp.MustCompile(`^(<\?(php)?\s*)?use\s[^;]*;\s*$`)
)

// outline is the beginning of a file through what it imports, with the imported
// names that the code mentions behind it; ok is false where its lines don't tell.
func (c sourceCode) outline(content []byte) (head []byte, ok bool) {
	end, names := 0, map[string]bool{}
	for at := 0; at < len(c.text); {
		next := at + bytes.IndexByte(c.text[at:], '\n') + 1
		if next == at {
			next = len(c.text)
		}
		line := c.text[at:next]
		if !headLine.Match(line) {
			break
		}
		if bytes.Contains(line, []byte("use")) && !bytes.Contains(line, []byte("namespace")) {
			stop := bytes.IndexByte(c.text[at:], ';')
			if stop < 0 || stop > 4000 {
				return nil, false
			}
			next = at + stop + 1
			if nl := bytes.IndexByte(c.text[next:], '\n'); nl >= 0 {
				next += nl + 1
			} else {
				next = len(c.text)
			}
			if !wholeUse.Match(c.text[at:next]) || bytes.ContainsFunc(c.text[at:next], func(r rune) bool { return r >= 0x80 }) {
				return nil, false
			}
			for _, m := range usedName.FindAllSubmatch(c.text[at:next], -1) {
				if len(m[1]) > maxName {
					return nil, false
				}
				names[strings.ToLower(string(m[1]))] = true
			}
		}
		if len(bytes.TrimSpace(line)) > 0 {
			end = next
		}
		at = next
	}
	if importsLater(c.text[end:]) {
		return nil, false
	}
	used, ok := c.uses(names, end)
	if !ok || end == 0 {
		return nil, ok
	}
	slices.Sort(used)
	head = append(append([]byte{}, content[:end]...), '\n')
	for _, name := range used {
		head = append(append(head, name...), ';')
	}
	return head, true
}

// importsLater reports whether lines may import or declare a namespace, other
// than a class that uses traits.
func importsLater(rest []byte) bool {
	for _, word := range []string{"use", "namespace"} {
		for from := 0; ; {
			at := bytes.Index(rest[from:], []byte(word))
			if at < 0 {
				break
			}
			at += from
			from = at + len(word)
			if from == len(rest) || rest[from] > ' ' {
				continue
			}
			start := bytes.LastIndexByte(rest[:at], '\n') + 1
			before := bytes.TrimSpace(rest[start:at])
			switch {
			case bytes.HasSuffix(before, []byte("<?php")), bytes.HasSuffix(before, []byte(";")), bytes.HasSuffix(before, []byte("<?")):
				return true
			case len(before) > 0:
			case start == at, word == "namespace", !declares.Match(rest[:at]):
				return true
			}
		}
	}
	return false
}
