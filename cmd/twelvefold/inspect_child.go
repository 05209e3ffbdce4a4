package main

import (
	"twelvefold/internal/inspect/files"
)

// inspectChildCommand is a parser process that an audit starts from its own
// binary; see inspect.Pool. Ctrl-C reaches it too and is ignored, since main
// has caught it: the parent decides when its parsers end.
type inspectChildCommand struct{}

// Run serves the parent until its end of the pipe closes.
func (inspectChildCommand) Run(a *app) error { return files.Child(a.stdin, a.stdout) }
