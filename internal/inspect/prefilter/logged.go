package prefilter

import (
	"bytes"
	"regexp"
)

var (
	// loggedBefore is a call that writes a log, with arguments behind it.
	loggedBefore = regexp.MustCompile(`(?i)(log\w*|console|print\w*|puts|\bpp?|zap|sugar|winston|pino|consola|write(line)?|info)(\(\))?[\w.:>?]*[ (][^;]{0,160}$`)
	// logRoots are texts of which each of its matches holds one, but for Ruby's p.
	logRoots = [][]byte{[]byte("log"), []byte("LOG"), []byte("Log"), []byte("print"), []byte("Print"), []byte("console"), []byte("rite"), []byte("puts"), []byte("info("), []byte("sugar"), []byte("zap"), []byte("p "), []byte("p(")}
)

// maxLogged is how far before a secret's name, in bytes, the call that writes it
// is looked for.
const maxLogged = 200

// Logged are the marks of secrets that a call may write into a log; see package
// logged.
func Logged() []Mark {
	return If(writtenToLog, append(
		Fold(Texts("password", "passwd", "pwd", "passphrase", "secret", "token", "api_key", "apikey", "accesskey", "access_key", "privatekey", "private_key", "credential", "dsn", "_url", "_uri", "databaseur", "dbur", "redisur", "mongour", "mongodbur", "amqpur", "rabbitur", "rabbitmqur", "postgresur", "postgresqlur", "pgur", "sqlur", "brokerur", "connectionstr", "connstr", "conn_str", "config)", "settings)", "cfg)", "conf)", "config,", "settings,", "cfg,", "conf,", "configuration", "authorization", "authheader", "auth_header", "header)", "header,")),
		Texts("process.env", "os.environ", "os.Environ", "System.getenv", "ENV", "req.body", "request.body", "params)", "params.", "params\n", "request.POST", "request.form", "request.json", "request.data", "request->", "_POST", "_REQUEST")...,
	))
}

func writtenToLog(content []byte, from, _ int) bool {
	before := content[max(0, from-maxLogged):from]
	for _, root := range logRoots {
		if bytes.Contains(before, root) {
			return loggedBefore.Match(before)
		}
	}
	return false
}
