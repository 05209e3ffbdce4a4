package adminprocesses

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/shell"
)

var _ = set.Add(audit.Rule{
	ID:     "admin-processes/ssh-task",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "An admin task runs over ssh on a server",
	Why: "On the server the task meets whatever code, dependencies and variables lie there, not the release's. It leaves " +
		"no record, and only who has the key can repeat it." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{Text: "Run ‹task› as a one-off process of the released image, by the platform's own command, instead of on a server."},
		{Text: "Run the task as a one-off process of the released image, by the platform's own command, instead of on a server."},
	},
	Severity:   audit.High,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "000", "001"},
	Bad: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Procfile --
web: gunicorn shop.wsgi
-- .github/workflows/deploy.yml --
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ssh deploy@app.example.org "cd /srv/shop && python manage.py migrate"
`,
	Good: `
-- requirements.txt --
django==5.0
psycopg==3.1.18
-- Procfile --
web: gunicorn shop.wsgi
-- .github/workflows/deploy.yml --
on: {push: {branches: [main]}}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: heroku run --exit-code python manage.py migrate
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, f := range audit.OfRepository(c.Repo, audit.FilesWithCommands) {
			if !c.Concerns(f) {
				continue
			}
			for s := range f.Of(inspect.WorkflowStep{}, inspect.Target{}, inspect.Script{}, inspect.Command{}) {
				switch fact := s.Fact.(type) {
				case inspect.WorkflowStep:
					judgeAction(audit.Located[inspect.WorkflowStep]{Fact: fact, File: f, Line: s.Line, EndLine: s.EndLine}, report)
					judgeRemotes(c, fact.Commands, f, 0, report)
				case inspect.Target:
					judgeRemotes(c, fact.Commands, f, 0, report)
				case inspect.Script:
					judgeRemotes(c, fact.Command, f, s.Line, report)
				case inspect.Command:
					judgeRemotes(c, []inspect.Command{fact}, f, s.Line, report)
				}
			}
		}
	},
})

// judgeRemotes looks at commands of a file; line is theirs where they have none
// of their own.
func judgeRemotes(c *audit.Component, commands []inspect.Command, file *audit.File, line int, report *audit.Report) {
	for _, command := range commands {
		at := line
		if at == 0 {
			at = command.Line
		}
		judgeRemote(c, command, file, at, report)
	}
}

// remoteActions run a script over ssh, by the action's name without its version.
var remoteActions = regexp.MustCompile(`^(appleboy/ssh-action|garygrossgarten/github-action-ssh|fifsky/ssh-action|cross-the-world/ssh-pipeline|d3rhase/ssh-command-action|matheusvanzan/sshpass-action)$`)

func judgeAction(s audit.Located[inspect.WorkflowStep], report *audit.Report) {
	action, _, _ := strings.Cut(s.Fact.Uses, "@")
	if !remoteActions.MatchString(strings.ToLower(action)) {
		return
	}
	for _, with := range s.Fact.With {
		if with.Name != "script" && with.Name != "command" {
			continue
		}
		if task := taskIn(with.Value.Text); task != "" {
			report.Violation(audit.Place{Path: s.File.Path, Line: with.Line, EndLine: with.Line}, task, fmt.Sprintf("%s runs %s on a server", action, task), audit.Naming("task", task))
		}
	}
}

// judgeRemote looks at ssh host command.
func judgeRemote(c *audit.Component, command inspect.Command, file *audit.File, line int, report *audit.Report) {
	argv := audit.Unwrap(command.Argv)
	if len(argv) > 2 && path.Base(argv[0]) == "sshpass" {
		for i, word := range argv {
			if word == "ssh" {
				argv = argv[i:]
				break
			}
		}
	}
	remote := remoteCommand(argv)
	if shell := readsScript.MatchString(remote); (remote == "" || shell) && len(argv) > 0 && path.Base(argv[0]) == "ssh" {
		for _, r := range command.Redirects {
			switch {
			case r.Text != "": // ssh host <<EOF
				remote += "\n" + r.Text
			case r.Op == "<": // ssh host bash -s < task.sh
				judgeSent(c.Script(r.Target, file), report)
			}
		}
	}
	if remote == "" {
		return
	}
	if task := taskIn(remote); task != "" {
		report.Violation(audit.Place{Path: file.Path, Line: line, EndLine: line}, task, fmt.Sprintf("%s runs %s on a server over ssh", path.Base(file.Path), task), audit.Naming("task", task))
	}
}

// readsScript matches a shell that reads what it is to do: bash -s.
var readsScript = regexp.MustCompile(`^(sudo )?(/bin/)?(ba|da|z)?sh( -\w+)*$`)

// judgeSent looks at a script that is sent to a server to be run there.
func judgeSent(f *audit.File, report *audit.Report) {
	if f == nil {
		return
	}
	for command := range audit.FactsIn[inspect.Command]([]*audit.File{f}, f.Role) {
		if by, _, found := migrates(command.Fact); found {
			report.Violation(command.At(), by, fmt.Sprintf("%s runs %s on a server over ssh", path.Base(f.Path), by))
		}
	}
}

// remoteCommand is what ssh is told to run behind its options and the host.
func remoteCommand(argv []string) string {
	if len(argv) > 3 && argv[0] == "gcloud" && slices.Contains(argv, "compute") && slices.Contains(argv, "ssh") {
		for i, word := range argv {
			if value, ok := strings.CutPrefix(word, "--command="); ok {
				return value
			}
			if word == "--command" && i+1 < len(argv) {
				return argv[i+1]
			}
		}
	}
	if len(argv) < 3 || path.Base(argv[0]) != "ssh" {
		return ""
	}
	const withValue = "-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w"
	args := argv[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		if len(args[0]) == 2 && strings.Contains(withValue, args[0]) && len(args) > 1 {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) < 2 {
		return "" // opens a session
	}
	return strings.Join(args[1:], " ")
}

// consoles are interactive sessions and one-off scripts of frameworks.
var consoles = regexp.MustCompile(`\b(manage\.py (shell|shell_plus|dbshell|createsuperuser|loaddata|flush)|rails (console|runner|c)|artisan tinker|flask shell|node scripts/[\w./-]+|python3? scripts/[\w./-]+|psql|mysql|mongosh?|redis-cli)\b`)

// insideImage are commands that run the rest as a process of the release, on
// whatever host it is: that the host is reached by ssh is a matter of deploying.
var insideImage = regexp.MustCompile(`\b(docker(-compose| compose)? (.* )?(exec|run)|kubectl (.* )?(exec|run|create job)|podman (exec|run)|dokku (run|enter)|heroku run|docker stack deploy)\b`)

// taskIn names the first admin task of a script, "" for none.
func taskIn(script string) string {
	start := inspect.Command{Argv: []string{"sh", "-c", script}}
	for _, command := range shell.NestedCommands(start) {
		line := strings.Join(command.Argv, " ")
		if insideImage.MatchString(line) {
			continue
		}
		if by, _, found := migrates(command); found {
			return by
		}
		if name, ok := migrationByScript(command); ok {
			return name
		}
		if task := consoles.FindString(line); task != "" && path.Base(audit.Program(command)) != "echo" && !strings.HasPrefix(line, "pg_isready") {
			return task
		}
	}
	return ""
}

// migrationByScript recognises npm run migrate and make migrate, whose text is
// on the server.
func migrationByScript(command inspect.Command) (string, bool) {
	argv := command.Argv
	if len(argv) < 2 {
		return "", false
	}
	switch path.Base(argv[0]) {
	case "npm", "yarn", "pnpm", "make", "bun":
		last := argv[len(argv)-1]
		if migrationName.MatchString(last) {
			return path.Base(argv[0]) + " " + last, true
		}
	}
	return "", false
}

var migrationName = regexp.MustCompile(`^(db[:-])?(migrate|migrations?|migrate[:-](up|latest|deploy|prod|production))$|^migrations?[:-](run|up)$`)
