package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// block is a fenced block of a document.
type block struct {
	line     int // of its first line of text less one: that of the fence, from 1
	language string
	text     string
	output   string // what its commands printed, once they ran
}

// blocksOf lists the fenced blocks of a document.
func blocksOf(text string) []block {
	var list []block
	var fence string
	for i, line := range strings.SplitAfter(text, "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence == "" && strings.HasPrefix(trimmed, "```"):
			fence = trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
			list = append(list, block{line: i + 1, language: strings.TrimLeft(trimmed, "`")})
		case fence != "" && trimmed == fence:
			fence = ""
		case fence != "":
			list[len(list)-1].text += line
		}
	}
	return list
}

// shown are the languages of blocks that hold no commands but those that
// embedded finds.
var shown = []string{"text", "output", "go", "txtar", "json", "yaml", "toml", "dockerfile", "html", "http", "js", "php", "py", "rb", "diff", "sql", "xml", "python"}

// badBlocks says what could hide a command: a block without a language, with one
// that nobody knows, or one that is indented instead of fenced.
func badBlocks(text string, blocks []block) (wrong []string) {
	for i, b := range blocks {
		switch {
		case b.language != "sh" && !slices.Contains(shown, b.language):
			wrong = append(wrong, fmt.Sprintf("%d: a block of %q: say sh for commands, else one of %v", b.line, b.language, shown))
		case b.language == "output" && (i == 0 || blocks[i-1].language != "sh"):
			wrong = append(wrong, fmt.Sprintf("%d: output of nothing: it must follow a block of sh", b.line))
		}
	}
	before, list := "", false
	for i, line := range strings.Split(prose(text), "\n") {
		if strings.TrimSpace(before) == "" && strings.HasPrefix(line, "    ") && strings.TrimSpace(line) != "" && !list {
			wrong = append(wrong, fmt.Sprintf("%d: an indented block: fence it, with its language", i+1))
		}
		if strings.TrimSpace(line) != "" {
			list = listItem.MatchString(line) || list && strings.HasPrefix(line, " ")
		}
		before = line
	}
	return wrong
}

var listItem = regexp.MustCompile(`^\s*([-*+]|\d+\.)\s`)

// prose is a document with its fenced blocks emptied, line by line the same.
func prose(text string) string {
	lines := strings.Split(text, "\n")
	for _, b := range blocksOf(text) {
		for i := b.line - 1; i <= b.line+strings.Count(b.text, "\n") && i < len(lines); i++ {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n")
}

// embedded is a command of this program in a pipeline or hook of YAML.
var embedded = regexp.MustCompile(`(?m)^ *(?:- )?(?:run: |entry: )?(twelvefold .+)$`)

// commands is the script that a block has people run, "" for none.
func (b block) commands() string {
	switch b.language {
	case "sh":
		return b.text
	case "yaml":
		var list []string
		for _, found := range embedded.FindAllStringSubmatch(b.text, -1) {
			list = append(list, found[1])
		}
		return strings.Join(list, "\n")
	}
	return ""
}

// inline lists the spans of code in a document's prose, with their lines.
func inline(text string) map[int][]string {
	found := map[int][]string{}
	text = prose(text)
	for _, at := range span.FindAllStringSubmatchIndex(text, -1) {
		line := 1 + strings.Count(text[:at[0]], "\n")
		found[line] = append(found[line], strings.Join(strings.Fields(text[at[2]:at[3]]), " "))
	}
	return found
}

var span = regexp.MustCompile("`([^`]+)`")

// link is a place that a document leads to.
type link struct {
	line   int
	target string
}

var linkForm = regexp.MustCompile(`\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)`)

// linksOf lists the links of a document that stand in its prose.
func linksOf(text string) []link {
	text = span.ReplaceAllStringFunc(prose(text), func(code string) string { return strings.Repeat("_", len(code)) })
	var list []link
	for _, at := range linkForm.FindAllStringSubmatchIndex(text, -1) {
		list = append(list, link{1 + strings.Count(text[:at[0]], "\n"), text[at[2]:at[3]]})
	}
	return list
}

var (
	heading  = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	dropped  = regexp.MustCompile(`[^\p{L}\p{N}\p{M}_\- ]`)
	linkText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// anchorsOf are the fragments that GitHub gives a document's headings.
func anchorsOf(text string) map[string]bool {
	anchors, times := map[string]bool{}, map[string]int{}
	for _, found := range heading.FindAllStringSubmatch(prose(text), -1) {
		name := linkText.ReplaceAllString(found[1], "$1")
		name = strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(name), ""), " ", "-")
		anchor := name
		if times[name] > 0 {
			anchor = fmt.Sprintf("%s-%d", name, times[name])
		}
		times[name]++
		anchors[anchor] = true
	}
	return anchors
}
