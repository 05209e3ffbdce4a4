package deploy

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Nginx emits an Affinity for each directive of an upstream that has one, and a
// Setting "nginx.directive" for where it logs, what it listens on and whether
// it stays in the foreground. A path that is a stream (/dev/stdout) is kept as
// written; what a variable decides is Input.
func Nginx(e *inspect.Emitter, content []byte) error {
	var words, blocks []string
	line := 1
	lines := []int{}
	text := shell.PlainText(content)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\n':
			line++
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == ';':
			nginxDirective(e, words, lines, blocks)
			words, lines = nil, nil
			i++
		case c == '{':
			blocks = append(blocks, strings.Join(words, " "))
			words, lines = nil, nil
			i++
		case c == '}':
			if len(blocks) == 0 {
				return inspect.ParseError(line, "a block is closed that was not opened")
			}
			blocks, words, lines = blocks[:len(blocks)-1], nil, nil
			i++
		default:
			start, from := i, line
			i, line = nginxWord(text, i, line)
			words, lines = append(words, strings.Trim(string(text[start:i]), `"'`)), append(lines, from)
		}
	}
	return nil
}

// nginxWord is the end of the word that starts at i, and the line there. A
// quoted word ends at its quote, ${name} is part of a word.
func nginxWord(text []byte, i, line int) (end, endLine int) {
	if quote := text[i]; quote == '"' || quote == '\'' {
		for i++; i < len(text) && text[i] != quote; i++ {
			if text[i] == '\\' {
				i++
			}
			if i < len(text) && text[i] == '\n' {
				line++
			}
		}
		return min(i+1, len(text)), line
	}
	for ; i < len(text); i++ {
		if text[i] == '$' && i+1 < len(text) && text[i+1] == '{' {
			for i < len(text) && text[i] != '}' && text[i] != '\n' {
				i++
			}
			if i == len(text) || text[i] == '\n' {
				return i, line
			}
			continue
		}
		if strings.IndexByte(" \t\r\n;{}", text[i]) >= 0 {
			break
		}
	}
	return i, line
}

// nginxSettings are the directives that rules ask for.
var nginxSettings = map[string]bool{"access_log": true, "error_log": true, "listen": true, "daemon": true, "pid": true, "proxy_pass": true, "fastcgi_pass": true, "uwsgi_pass": true, "worker_processes": true}

func nginxSetting(e *inspect.Emitter, words []string, lines []int) {
	if len(words) < 2 || !nginxSettings[words[0]] {
		return
	}
	text := strings.Join(words[1:], " ")
	value := inspect.LitOf(inspect.MaskText(text))
	if strings.Contains(text, "${") || strings.HasPrefix(text, "$") || strings.Contains(text, "{{") {
		value = inspect.Value{Source: inspect.Input, Text: inspect.MaskText(text)}
	}
	e.Emit(lines[0], lines[len(lines)-1], inspect.Setting{Key: "nginx." + words[0], Value: value})
}

func nginxDirective(e *inspect.Emitter, words []string, lines []int, blocks []string) {
	if len(words) == 0 {
		return
	}
	nginxSetting(e, words, lines)
	if len(blocks) == 0 {
		return
	}
	group, ok := strings.CutPrefix(blocks[len(blocks)-1], "upstream ")
	if !ok {
		return
	}
	via := ""
	switch words[0] {
	case "ip_hash":
		via = "ip_hash"
	case "sticky":
		if len(words) > 1 {
			via = "sticky " + words[1]
		}
	case "hash":
		if len(words) > 1 && (strings.Contains(words[1], "remote_addr") || strings.Contains(words[1], "cookie_") || strings.Contains(words[1], "session")) {
			via = "hash " + words[1]
		}
	}
	if via != "" {
		e.Emit(lines[0], lines[len(lines)-1], inspect.Affinity{Via: via, Of: group})
	}
}
