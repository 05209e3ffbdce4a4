package shell

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// destination is what ssh connects to, as written, and the place of the word
// behind it; 0 where there is none.
func destination(argv []string) (to string, rest int) {
	for i := 1; i < len(argv); i++ {
		word := argv[i]
		switch {
		case word == "--":
		case strings.HasPrefix(word, "-"):
			if len(word) == 2 && strings.Contains("BbcDEeFIiJLlmOopQRSWw", word[1:]) {
				i++
			}
		default:
			return word, i + 1
		}
	}
	return "", 0
}

// nearby reports whether ssh connects to this machine, or to a virtual one on it.
func nearby(to string, argv []string) bool {
	for _, word := range argv {
		if strings.Contains(word, "vagrant") {
			return true
		}
	}
	return LocalHost(to)
}

// LocalHost reports whether a host, with a user or a port, is a developer's own
// machine, or a virtual one on it.
func LocalHost(to string) bool { return localHost.MatchString(to) }

var localHost = regexp.MustCompile(`(?i)^(ssh://)?([^@]*@)?(localhost|127(\.\d+){3}|\[?::1\]?|0\.0\.0\.0|host\.docker\.internal|[\w.-]*vagrant[\w.-]*|[\w.-]+\.(local|localhost|test|internal\.test)|192\.168\.(56|33|50)\.\d+)([:/].*)?$|^vagrant@`)

// sshpass reads the password before the command that sshpass serves, and finds
// that command.
func (g *givenWalk) sshpass(argv []string) (command int) {
	secret, at := "", 0
	n := 1
	for ; n < len(argv) && strings.HasPrefix(argv[n], "-"); n++ {
		switch word := argv[n]; {
		case word == "-p" && n+1 < len(argv):
			n++
			secret, at = argv[n], n
		case strings.HasPrefix(word, "-p"):
			secret, at = word[2:], n
		case word == "-f" || word == "-d" || word == "-P":
			n++
		}
	}
	if n < len(argv) && secret != "" {
		g.ofClient("sshpass", argv[n:], "sshpass password", secret, g.lineOf(at))
	}
	return n
}

// clientVariables are what clients read their password from.
var clientVariables = map[string]bool{"PGPASSWORD": true, "MYSQL_PWD": true, "SSHPASS": true}

// ofClient notes the password that a client signs in with; one of this machine's
// own services is nobody's.
func (g *givenWalk) ofClient(program string, argv []string, name, text string, line int) {
	if program == "sshpass" || name == "SSHPASS" {
		if !connects(argv) {
			return
		}
		program = "sshpass"
	}
	if program == "" {
		return
	}
	g.add(name, text, inspect.Given{Via: "client", Into: program, Host: hostOfClient(argv), Line: line})
}

// connects reports whether a command that sshpass serves reaches another machine.
func connects(argv []string) bool {
	if len(argv) == 0 {
		return false
	}
	switch path.Base(argv[0]) {
	case "ssh", "scp", "rsync", "sftp", "ssh-copy-id":
	default:
		return false
	}
	for _, word := range argv[1:] {
		if strings.Contains(word, "vagrant") || !strings.HasPrefix(word, "-") && LocalHost(word) {
			return false
		}
	}
	return true
}

// hostOfClient is the host that a client of a database or over ssh is told, or "".
func hostOfClient(argv []string) string {
	if len(argv) > 0 {
		switch path.Base(argv[0]) {
		case "ssh":
			to, _ := destination(argv)
			return to[strings.LastIndexByte(to, '@')+1:]
		case "scp", "rsync", "sftp", "ssh-copy-id":
			for _, word := range argv[1:] {
				if at := strings.LastIndexByte(word, '@'); at >= 0 {
					host, _, _ := strings.Cut(word[at+1:], ":")
					return host
				}
			}
		}
	}
	for i := range argv {
		for _, flag := range []string{"--host", "-h", "-S"} {
			if host := behindFlag(argv, i, flag, false); host != "" {
				return host
			}
			if flag == "-h" && len(argv[i]) > 3 && strings.HasPrefix(argv[i], "-h") {
				return argv[i][2:]
			}
		}
	}
	return ""
}
