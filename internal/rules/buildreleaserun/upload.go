package buildreleaserun

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// uploads lists the copies of source files onto a server that a script makes.
func uploads(c *audit.Component, s script) []inPlace {
	var list []inPlace
	add := func(line int, tool, from string) {
		if what := sourceOf(c, from); what != "" {
			list = append(list, inPlace{at: s.at(line), subject: tool + " of source", what: quoted(tool), where: "to copy " + what + " onto a server",
				confidence: audit.HighConfidence})
		}
	}
	if s.step != nil {
		if from, line, tool := uploadAction(s.step); tool != "" {
			add(line, tool, path.Join(".", s.step.Fact.Dir, from))
		}
	}
	dir := "."
	if s.step != nil && s.step.Fact.Dir != "" {
		dir = s.step.Fact.Dir
	}
	for _, command := range s.commands {
		argv := audit.Unwrap(command.Argv)
		if len(argv) == 2 && argv[0] == "cd" && len(dir) < maxPath {
			dir = path.Join(dir, argv[1])
		}
		sources, to, tool := upload(argv)
		for _, from := range sources {
			before := len(list)
			add(command.Line, tool, path.Join(dir, workspace(from)))
			if len(list) > before {
				list[before].releases = releaseDirectory.MatchString(to)
				break
			}
		}
	}
	return list
}

// maxPath is how long a path is followed: one that changes into directories for
// ever costs its square.
const maxPath = 4096

var workspaceName = regexp.MustCompile(`^(\$\{\{\s*github\.workspace\s*\}\}|\$\{?(GITHUB_WORKSPACE|PWD|CI_PROJECT_DIR|WORKSPACE|BITBUCKET_CLONE_DIR)\}?|\$\(pwd\)|` + "`pwd`" + `)/?`)

// workspace is a path with the pipeline's name of the checkout left out.
func workspace(name string) string {
	name = workspaceName.ReplaceAllString(name, "./")
	return strings.TrimSuffix(strings.TrimSuffix(name, "*"), "/.")
}

// upload reads rsync, scp and uploads over FTP: what they copy, and where to.
func upload(argv []string) (from []string, to, tool string) {
	if len(argv) > 2 && path.Base(argv[0]) == "sshpass" {
		if i := slices.IndexFunc(argv, func(word string) bool { return word == "rsync" || word == "scp" }); i > 0 {
			argv = argv[i:]
		}
	}
	if len(argv) < 2 {
		return nil, "", ""
	}
	switch program := path.Base(argv[0]); program {
	case "rsync":
		rest := withoutValues(argv[1:], "-e", "--rsh", "--exclude", "--include", "--filter", "-f", "--exclude-from", "--files-from", "--password-file", "--rsync-path", "--chown", "--chmod", "--port")
		if n := len(rest); n > 1 && remotePath(rest[n-1]) && !slices.ContainsFunc(rest[:n-1], remotePath) && !slices.Contains(argv, "--dry-run") {
			return rest[:n-1], rest[n-1], program
		}
	case "scp":
		rest := withoutValues(argv[1:], "-i", "-P", "-o", "-F", "-c", "-l", "-S", "-J")
		if n := len(rest); n > 1 && remotePath(rest[n-1]) && !slices.ContainsFunc(rest[:n-1], remotePath) {
			return rest[:n-1], rest[n-1], program
		}
	case "lftp", "ncftpput":
		for _, word := range argv {
			if m := mirrorUpload.FindStringSubmatch(word); m != nil {
				return []string{m[1]}, "", program
			}
		}
		if program == "ncftpput" && slices.Contains(argv, "-R") {
			return argv[len(argv)-1:], "", program
		}
	case "git":
		if rest := words(argv[1:]); len(rest) > 1 && rest[0] == "ftp" && (rest[1] == "push" || rest[1] == "init") {
			return []string{"."}, "", "git ftp"
		}
	}
	return nil, "", ""
}

var (
	mirrorUpload = regexp.MustCompile(`mirror (?:-\S+ )*(?:-R|--reverse)\S* (?:-\S+ )*(\S+)`)
	remoteHost   = regexp.MustCompile(`^[^/:]+:[^:]*$|^[^/]*\$\{?[^/]*\}?:|^rsync://|^[^/]*::`)
)

// remotePath reports whether a word of rsync or scp is on another host.
func remotePath(word string) bool { return remoteHost.MatchString(word) }

// withoutValues are the words that are neither flags nor the values of these.
func withoutValues(args []string, withValue ...string) []string {
	var list []string
	for i := 0; i < len(args); i++ {
		switch {
		case slices.Contains(withValue, args[i]):
			i++
		case !strings.HasPrefix(args[i], "-"):
			list = append(list, args[i])
		}
	}
	return list
}

// uploadActions copy files onto a server, by the action's name; with the input
// that says which, all when it is left out.
var uploadActions = map[string][]string{
	"samkirkland/ftp-deploy-action": {"local-dir"}, "samkirkland/web-deploy": {"source-path"}, "sebastianpopp/ftp-action": {"localdir"},
	"airvzxf/ftp-deployment-action": {"local_dir"}, "easingthemes/ssh-deploy": {"source"}, "burnett01/rsync-deployments": {"path"},
	"contention/rsync-deployments": {"path"}, "up9cloud/action-rsync": {"source"}, "appleboy/scp-action": {"source"},
	"garygrossgarten/github-action-scp": {"local"}, "wlixcc/sftp-deploy-action": {"local_path"}, "kevinpainchaud/simple-git-ftp-action": {},
	"milanmk/actions-file-deployer": {"local-path"}, "dylanmann/ftp-action": {"local"}, "swillner/rsync-deploy-action": {},
}

// uploadAction reads a step that copies files onto a server by an action.
func uploadAction(step *audit.Located[inspect.WorkflowStep]) (from string, line int, tool string) {
	name := actionName(step.Fact)
	inputs, ok := uploadActions[name]
	if !ok {
		return "", 0, ""
	}
	line = step.Line
	for _, with := range slices.Concat(step.Fact.With, step.Fact.Env) {
		key := strings.ToLower(with.Name)
		if key == "dry-run" && with.Value.Text == "true" {
			return "", 0, ""
		}
		if slices.Contains(inputs, key) {
			from, line = strings.TrimSpace(with.Value.Text), with.Line
			if i := strings.IndexAny(from, ",\n"); i >= 0 {
				from = from[:i]
			}
		}
	}
	return workspace(strings.Trim(from, `"'`)), line, name
}

// sourceOf names the source that a path holds: the whole tree, or a directory
// or file of the component's code; "" for what a build made, for descriptors
// and data.
func sourceOf(c *audit.Component, from string) string {
	from = path.Clean(from)
	if from == "." {
		return "the work tree"
	}
	for _, f := range c.Files {
		if f.Role == source.Prod && isSource(f) && (f.Path == from || strings.HasPrefix(f.Path, from+"/")) {
			return from
		}
	}
	return ""
}

func isSource(f *audit.File) bool {
	switch f.Format {
	case inspect.Python, inspect.JavaScript, inspect.TypeScript, inspect.TSX, inspect.Go, inspect.Ruby, inspect.PHP, inspect.Java, inspect.Kotlin, inspect.CSharp:
		return true
	}
	return false
}
