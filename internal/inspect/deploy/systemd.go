package deploy

import (
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// Systemd reads a .service unit: a Process with what runs before it in its
// Start, or a PlatformService "job" for a unit that runs once; Settings
// "systemd.Key" for what the catalogue asks of units. Other .service files,
// D-Bus's for one, state nothing.
func Systemd(e *inspect.Emitter, content []byte) error {
	u := readUnit(string(shell.PlainText(content)))
	if u.main != nil {
		u.start(e)
	}
	for _, s := range u.settings {
		e.Emit(s.line, s.line, inspect.Setting{Key: "systemd." + s.key, Value: inspect.LiteralOf(s.key, s.text)})
	}
	for _, entry := range u.env {
		e.Emit(entry.Line, entry.Line, inspect.Setting{Key: "systemd.Environment." + entry.Name, Value: entry.Value})
	}
	return nil
}

// start states what a unit runs.
func (u unit) start(e *inspect.Emitter) {
	start := inspect.Start{Text: inspect.MaskText(u.main.text), Line: u.main.line}
	end := u.main.line
	for _, before := range u.before {
		start.Commands = append(start.Commands, unitCommands(before)...)
	}
	commands := unitCommands(*u.main)
	if len(start.Commands) > 0 { // only what comes last is what the service is
		for i := range start.Commands {
			start.Commands[i].Last = false
		}
	}
	start.Commands = append(start.Commands, commands...)
	name := u.name
	if name == "" && len(commands) > 0 {
		name = programName(commands[0].Argv)
	}
	if strings.EqualFold(u.kind, "oneshot") {
		e.Emit(u.main.line, end, inspect.PlatformService{Platform: "systemd", Name: name, Type: "job", Start: &start, Env: u.env})
	} else {
		e.Emit(u.main.line, end, inspect.Process{Name: name, Start: start})
	}
}

// programName is what a command is called: the script's name behind an
// interpreter.
func programName(argv []string) string {
	name := path.Base(argv[0])
	switch strings.TrimRight(name, "0123456789.") {
	case "python", "node", "ruby", "php", "java", "sh", "bash", "env", "perl", "dotnet":
		for _, word := range argv[1:] {
			if !strings.HasPrefix(word, "-") && !strings.Contains(word, "=") {
				return path.Base(word)
			}
		}
	}
	return name
}

type unitLine struct {
	key, text string
	line      int
}

type unit struct {
	name, kind string
	before     []unitLine // ExecStartPre
	main       *unitLine  // the last ExecStart
	settings   []unitLine
	env        []inspect.EnvEntry
}

// unitSettings are the keys of [Service] that rules ask for.
var unitSettings = map[string]bool{
	"Type": true, "PIDFile": true, "KillMode": true, "KillSignal": true, "TimeoutStopSec": true, "TimeoutSec": true, "StandardOutput": true, "StandardError": true,
	"EnvironmentFile": true, "Restart": true, "ExecStop": true, "SendSIGKILL": true, "WorkingDirectory": true,
}

func readUnit(text string) unit {
	var u unit
	section := ""
	for _, l := range unitLines(text) {
		if strings.HasPrefix(l.text, "[") {
			section = strings.Trim(l.text, "[] \t")
			continue
		}
		key, value, ok := strings.Cut(l.text, "=")
		if !ok || section != "Service" {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		l := unitLine{key, value, l.line}
		switch {
		case key == "ExecStart" && value == "": // takes back those before it
			u.main = nil
		case key == "ExecStart" && u.main != nil: // only a oneshot has several
			u.before, u.main = append(u.before, *u.main), &l
		case key == "ExecStart":
			u.main = &l
		case key == "ExecStartPre" && value != "":
			u.before = append(u.before, l)
		case key == "Environment":
			u.env = append(u.env, unitEnvironment(l)...)
		case key == "SyslogIdentifier":
			u.name = value
		}
		if key == "Type" {
			u.kind = value
		}
		if unitSettings[key] && value != "" {
			u.settings = append(u.settings, l)
		}
	}
	return u
}

// unitLines joins lines that end in a backslash and drops comments, also those
// between joined lines.
func unitLines(text string) []unitLine {
	var list []unitLine
	var open *unitLine
	for i, raw := range strings.Split(text, "\n") {
		line := strings.TrimSpace(raw)
		if line == "" && open == nil || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		body, continued := strings.CutSuffix(line, `\`)
		if open != nil && len(open.text) < inspect.MaxText {
			open.text += " " + body
		} else if open == nil {
			open = &unitLine{text: body, line: i + 1}
		}
		if !continued {
			list = append(list, *open)
			open = nil
		}
	}
	if open != nil {
		list = append(list, *open)
	}
	return list
}

// unitCommands is an Exec line: split into words without a shell, behind the
// signs that change how it is run; %i and the like stay.
func unitCommands(l unitLine) []inspect.Command {
	text := strings.TrimLeft(l.text, "@-:+!|")
	if signs := l.text[:len(l.text)-len(text)]; strings.Contains(signs, "@") { // the second word is what the program is called
		if words := strings.SplitN(text, " ", 3); len(words) == 3 {
			text = words[0] + " " + words[2]
		} else {
			text = words[0]
		}
	}
	start := shell.WordsOf(strings.ReplaceAll(text, "$$", "$"), l.line)
	if len(start.Commands) > 1 { // no shell: ";" behind a blank separates, all else is words
		for i := range start.Commands {
			start.Commands[i].Last = i == len(start.Commands)-1
		}
	}
	if start.Commands == nil { // a packager's ${pkg.name} is nothing to a shell
		if argv := strings.Fields(text); len(argv) > 0 {
			start.Commands = []inspect.Command{{Argv: inspect.MaskWords(argv), Line: l.line, Last: true}}
		}
	}
	var commands []inspect.Command
	for _, c := range start.Commands {
		if strings.HasPrefix(l.text, "-") {
			c.Guard = "" // its failure is ignored: what follows runs all the same
		}
		if len(c.Argv) > 0 {
			commands = append(commands, c)
		}
	}
	return commands
}

// unitEnvironment reads Environment="A=b" C=d.
func unitEnvironment(l unitLine) []inspect.EnvEntry {
	var list []inspect.EnvEntry
	rest := l.text
	for rest != "" {
		word := ""
		if quote := rest[0]; quote == '"' || quote == '\'' {
			end := strings.IndexByte(rest[1:], quote)
			if end < 0 {
				return list
			}
			word, rest = rest[1:1+end], rest[2+end:]
		} else {
			word, rest, _ = strings.Cut(rest, " ")
			if name, value, ok := strings.Cut(word, "="); ok && len(value) > 0 && (value[0] == '"' || value[0] == '\'') { // A="b c"
				whole := value + " " + rest
				if end := strings.IndexByte(whole[1:], value[0]); end >= 0 {
					word, rest = name+"="+whole[1:1+end], whole[2+end:]
				}
			}
		}
		rest = strings.TrimLeft(rest, " \t")
		if name, value, ok := strings.Cut(word, "="); ok && shell.IsVariableName(name) {
			list = append(list, inspect.EnvEntry{Name: name, Value: inspect.LiteralOf(name, value), Secret: inspect.IsSecretName(name), Line: l.line})
		}
	}
	return list
}
