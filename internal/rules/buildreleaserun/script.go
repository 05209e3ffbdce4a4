package buildreleaserun

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

// script is a list of commands that someone runs beside the program: a step of
// a pipeline, a shell script, a recipe, a script of package.json.
type script struct {
	file     *audit.File
	commands []inspect.Command
	step     *audit.Located[inspect.WorkflowStep] // that it is, or nil
	name     string                               // of the job, target or script, or the file's: "deploy"
}

func (s script) at(line int) audit.Place {
	return audit.Place{Path: s.file.Path, Line: line, EndLine: line}
}

// scripts lists what is run beside the component: by its own files and by those
// that no component owns. Left out is what developers run on their machines.
func scripts(c *audit.Component) []script { return audit.OfComponent(c, findScripts) }

func findScripts(c *audit.Component) []script {
	var list []script
	for _, f := range asideFiles(c) {
		var own []inspect.Command
		for _, s := range f.Signals() {
			switch fact := s.Fact.(type) {
			case inspect.WorkflowStep:
				step := audit.Located[inspect.WorkflowStep]{Fact: fact, File: f, Line: s.Line, EndLine: s.EndLine}
				list = append(list, script{f, fact.Commands, &step, fact.Job})
			case inspect.Target:
				list = append(list, script{f, fact.Commands, nil, fact.Name})
			case inspect.Script:
				list = append(list, script{f, onLine(fact.Command, s.Line), nil, fact.Name})
			case inspect.Command:
				own = append(own, fact)
			}
		}
		if len(own) > 0 {
			list = append(list, script{f, own, nil, strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))})
		}
	}
	return list
}

func onLine(commands []inspect.Command, line int) []inspect.Command {
	list := slices.Clone(commands)
	for i := range list {
		list[i].Line = line
	}
	return list
}

// asideFiles are the files with commands that are the component's or nobody's.
func asideFiles(c *audit.Component) []*audit.File {
	var list []*audit.File
	for _, f := range audit.OfRepository(c.Repo, audit.FilesWithCommands) {
		if c.Concerns(f) {
			list = append(list, f)
		}
	}
	return list
}

// remoteText is the script that a command runs on another machine, over ssh,
// and whether it does: ssh [options] host script, with the script as words or
// as a here-document. A file that is given to it is named instead.
func remoteText(c inspect.Command) (text, file string, ok bool) {
	argv := audit.Unwrap(c.Argv)
	if len(argv) > 2 && path.Base(argv[0]) == "sshpass" {
		if i := slices.Index(argv, "ssh"); i > 0 {
			argv = argv[i:]
		}
	}
	if len(argv) < 2 {
		return "", "", false
	}
	var rest []string
	switch program := path.Base(argv[0]); {
	case program == "ssh":
		rest = behindOptions(argv[1:], "bcDEeFIiJLlmOopQRSWw")
		if len(rest) == 0 {
			return "", "", false
		}
		rest = rest[1:]
	case program == "gcloud" && slices.Contains(argv, "compute") && slices.Contains(argv, "ssh"):
		rest = flagValues(argv, "--command")
	default:
		return "", "", false
	}
	if len(rest) > 0 && !readsScript(rest) {
		return strings.Join(rest, " "), "", true
	}
	for _, r := range c.Redirects {
		switch {
		case r.Text != "":
			text += r.Text
		case r.Op == "<":
			file = r.Target
		}
	}
	return text, file, true
}

// readsScript reports whether the words start a shell that reads its script:
// bash -s, sh -l.
func readsScript(words []string) bool {
	words = strings.Fields(strings.Join(words, " "))
	if words[0] == "sudo" && len(words) > 1 {
		words = words[1:]
	}
	if !shell.IsShellName(words[0]) {
		return false
	}
	for _, word := range words[1:] {
		if word == "-s" || word == "--" {
			return true
		}
		if !strings.HasPrefix(word, "-") || strings.Contains(word, "c") {
			return false
		}
	}
	return true
}

// behindOptions drops leading options, those of the given letters with their
// value.
func behindOptions(args []string, withValue string) []string {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if len(args[0]) == 2 && strings.Contains(withValue, args[0][1:]) && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	return args
}

// remoteCommands are the commands that a command of a script runs on another
// machine, shells within them opened.
func remoteCommands(c *audit.Component, s script, command inspect.Command) ([]inspect.Command, bool) {
	text, file, ok := remoteText(command)
	if !ok {
		return nil, false
	}
	if file != "" {
		f := c.Script(file, s.file)
		if f == nil {
			f = c.Repo.File(path.Clean(file))
		}
		if f == nil {
			return nil, true
		}
		var list []inspect.Command
		for own := range audit.FactsIn[inspect.Command]([]*audit.File{f}, f.Role) {
			list = append(list, own.Fact)
		}
		return opened(onLine(list, command.Line)), true
	}
	commands, _ := shell.Commands(text, command.Line)
	return opened(onLine(commands, command.Line)), true
}

// opened puts the commands of shells that are started with their script in the
// place of these, and drops sudo, su and the like.
func opened(commands []inspect.Command) []inspect.Command {
	var list []inspect.Command
	for _, c := range commands {
		argv := c.Argv
		for len(argv) > 1 && (path.Base(argv[0]) == "sudo" || path.Base(argv[0]) == "nohup") {
			argv = behindOptions(argv[1:], "ugCp")
		}
		c.Argv = argv
		if len(argv) == 0 {
			continue
		}
		if path.Base(argv[0]) == "su" {
			if i := slices.Index(argv, "-c"); i > 0 && i+1 < len(argv) {
				c.Argv = []string{"sh", "-c", argv[i+1]}
			}
		}
		if nested := shell.NestedCommands(c); len(nested) > 0 {
			list = append(list, opened(onLine(nested, c.Line))...)
			continue
		}
		list = append(list, c)
	}
	return list
}

// remoteActions run a script over ssh, by the action's name without its version.
var remoteActions = map[string]bool{
	"appleboy/ssh-action": true, "garygrossgarten/github-action-ssh": true, "fifsky/ssh-action": true, "cross-the-world/ssh-pipeline": true,
	"d3rhase/ssh-command-action": true, "matheusvanzan/sshpass-action": true, "nick-fields/ssh-action": true, "jimcronqvist/action-ssh": true,
	"tiyee/action-ssh": true, "likesistemas/ssh-commands": true, "easingthemes/ssh-deploy": true, "cross-the-world/ssh-scp-ssh-pipelines": true,
}

// actionName is the action of a step in lower case, without its version.
func actionName(step inspect.WorkflowStep) string {
	name, _, _ := strings.Cut(step.Uses, "@")
	return strings.ToLower(name)
}

// remoteSteps are the commands that an action of a step runs on a server.
func remoteSteps(s script) []inspect.Command {
	if s.step == nil || !remoteActions[actionName(s.step.Fact)] {
		return nil
	}
	var list []inspect.Command
	for _, with := range slices.Concat(s.step.Fact.With, s.step.Fact.Env) {
		switch strings.ToLower(with.Name) {
		case "script", "command", "commands", "script_after", "after", "last_ssh":
			line := with.Line
			if strings.Contains(strings.TrimSpace(with.Value.Text), "\n") {
				line++ // a block begins below its key
			}
			commands, _ := shell.Commands(with.Value.Text, line)
			list = append(list, opened(commands)...)
		}
	}
	return list
}
