package portbinding

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// bindOption says how a server's command line is told its port.
type bindOption struct {
	flags    []string // options whose value is a port or an address
	first    bool     // the first word that is no option is the address, after the subcommand
	reads    string   // the variable it takes the port from when no option says one
	settings string   // an option that may say the port in a file
}

var bindOptions = map[string]bindOption{
	"gunicorn":            {flags: []string{"-b", "--bind"}, reads: "PORT", settings: "-c --config"},
	"uvicorn":             {flags: []string{"--port"}, reads: "UVICORN_PORT"},
	"hypercorn":           {flags: []string{"-b", "--bind"}, settings: "-c --config"},
	"granian":             {flags: []string{"--port"}, reads: "GRANIAN_PORT"},
	"daphne":              {flags: []string{"-p", "--port"}},
	"waitress-serve":      {flags: []string{"--port", "--listen"}},
	"waitress":            {flags: []string{"--port", "--listen"}},
	"uwsgi":               {flags: []string{"--http", "--http-socket", "--http11-socket", "--https"}},
	"flask":               {flags: []string{"-p", "--port"}, reads: "FLASK_RUN_PORT"},
	"fastapi":             {flags: []string{"--port"}},
	"streamlit":           {flags: []string{"--server.port"}, reads: "STREAMLIT_SERVER_PORT"},
	"functions-framework": {flags: []string{"--port"}, reads: "PORT"},
	"puma":                {flags: []string{"-p", "--port", "-b", "--bind"}, settings: "-C --config"},
	"next":                {flags: []string{"-p", "--port"}, reads: "PORT"},
	"nuxt":                {flags: []string{"-p", "--port"}, reads: "PORT"},
	"remix-serve":         {flags: []string{"--port"}, reads: "PORT"},
	"react-router-serve":  {flags: []string{"--port"}, reads: "PORT"},
	"json-server":         {flags: []string{"-p", "--port"}},
	"php":                 {flags: []string{"-S"}},
	"manage.py":           {first: true},
}

// binding is the port that a command gives its server.
type binding struct {
	server string // "gunicorn", "manage.py runserver"
	port   string // digits, or "" when it comes from the environment
	env    string // the variable or expression that it comes from
}

// bindingOf reads the port out of a command that starts a known server; ok is
// false when it says none.
func bindingOf(c inspect.Command) (b binding, ok bool) {
	argv := audit.Unwrap(c.Argv)
	if len(argv) > 1 && strings.HasPrefix(path.Base(argv[0]), "python") {
		argv = argv[1:]
	}
	if len(argv) == 0 || !audit.ServesHTTP(c) && path.Base(argv[0]) != "php" {
		return binding{}, false
	}
	option, known := bindOptions[path.Base(argv[0])]
	if !known {
		return binding{}, false
	}
	b.server = path.Base(argv[0])
	if option.first {
		return firstAddress(b, argv[1:])
	}
	for i, word := range argv[1:] {
		name, value, joined := strings.Cut(word, "=")
		if slices.Contains(strings.Fields(option.settings), name) {
			return binding{}, false
		}
		if !slices.Contains(option.flags, name) {
			continue
		}
		if !joined && i+2 < len(argv) {
			value = argv[i+2]
		}
		return b.at(value)
	}
	b.env = option.reads
	return b, option.reads == "PORT"
}

func firstAddress(b binding, args []string) (binding, bool) {
	for i, word := range args {
		if i > 0 && !strings.HasPrefix(word, "-") && strings.HasPrefix(args[0], "runserver") {
			b.server += " " + args[0]
			return b.at(word)
		}
	}
	return b, false
}

// expansion is a variable of the shell, with or without a default.
var expansion = regexp.MustCompile(`\$\{[^}]*\}|\$\w+|\$\([^)]*\)`)

var digits = regexp.MustCompile(`^[0-9]{2,5}$`)

// at takes the port out of "8000", ":8000", "tcp://[::]:$PORT" and the like.
func (b binding) at(address string) (binding, bool) {
	port := expansion.ReplaceAllString(address, "\x00")
	if i := strings.LastIndex(port, ":"); i >= 0 {
		port = port[i+1:]
	}
	switch {
	case strings.Contains(port, "\x00"):
		all := expansion.FindAllString(address, -1)
		b.env = all[len(all)-1]
		return b, true
	case digits.MatchString(port) && !strings.HasPrefix(address, "unix:"):
		b.port = port
		return b, true
	}
	return b, false
}

// bound is a binding with where it is written.
type bound struct {
	binding
	place audit.Place
}

// bindings lists the ports that the component's running commands give their
// servers. What only some branch of a script does is left out.
func bindings(c *audit.Component) []bound {
	var list []bound
	for _, p := range c.Running() {
		list = append(list, bindingsOf(c, p)...)
	}
	return list
}

// bindingsOf lists those of one process.
func bindingsOf(c *audit.Component, p audit.Process) []bound {
	var list []bound
	for _, s := range c.RunSteps(p) {
		if !s.Certain() && !s.Exec {
			continue
		}
		if b, ok := bindingOf(s.Command); ok {
			list = append(list, bound{b, audit.Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}})
		}
		list = append(list, uwsgiSockets(c, s)...)
		list = append(list, rubySockets(c, s)...)
	}
	return list
}

// uwsgiSockets are the addresses in the uwsgi.ini that a step names.
func uwsgiSockets(c *audit.Component, s audit.Step) []bound {
	if audit.Program(s.Command) != "uwsgi" {
		return nil
	}
	var list []bound
	speaks := map[*audit.File]bool{} // HTTP through its socket, rather than uwsgi's own protocol
	for setting := range audit.Facts[inspect.Setting](c) {
		speaks[setting.File] = speaks[setting.File] || setting.Fact.Key == "uwsgi.protocol" && strings.HasPrefix(setting.Fact.Value.Text, "http")
	}
	for setting := range audit.Facts[inspect.Setting](c) {
		if setting.File.Format != inspect.UWSGI || !names(s.Argv, setting.File) {
			continue
		}
		switch setting.Fact.Key {
		case "uwsgi.http", "uwsgi.http-socket", "uwsgi.http11-socket", "uwsgi.https":
		case "uwsgi.socket":
			if !speaks[setting.File] {
				continue
			}
		default:
			continue
		}
		b := binding{server: "uwsgi"}
		if setting.Fact.Value.FromEnv() {
			b.env = strings.Join(setting.Fact.Value.Env, " ")
			list = append(list, bound{b, setting.At()})
		} else if b, ok := b.at(setting.Fact.Value.Text); ok {
			list = append(list, bound{b, setting.At()})
		}
	}
	return list
}

// rubySockets are the ports in the settings of puma or unicorn that a step
// names, or in config/puma.rb, which puma and Rails find by themselves.
func rubySockets(c *audit.Component, s audit.Step) []bound {
	program := audit.Program(s.Command)
	if program != "puma" && program != "rails" && program != "unicorn" && program != "unicorn_rails" {
		return nil
	}
	if b, ok := bindingOf(s.Command); ok && (b.port != "" || b.env != "") {
		return nil // the command line wins
	}
	var list []bound
	for l := range audit.Facts[inspect.Listen](c) {
		server, _, ok := strings.Cut(l.Fact.Via, ".")
		if !ok || l.Fact.Side || l.Fact.Dev || server != "unicorn" && (server != "puma" || path.Base(l.File.Path) != "puma.rb" && !names(s.Argv, l.File)) || server == "unicorn" && !names(s.Argv, l.File) {
			continue
		}
		b := binding{server: server}
		switch port := l.Fact.Port; {
		case len(port.Env) > 0:
			b.env = strings.Join(port.Env, " ")
			list = append(list, bound{b, l.At()})
		case port.IsLiteral() && digits.MatchString(port.Text):
			b.port = port.Text
			list = append(list, bound{b, l.At()})
		}
	}
	return list
}

func names(argv []string, f *audit.File) bool {
	for _, word := range argv {
		if path.Base(word) == path.Base(f.Path) {
			return true
		}
	}
	return false
}
