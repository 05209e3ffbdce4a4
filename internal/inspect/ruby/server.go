package ruby

import (
	"net/url"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
	"twelvefold/internal/inspect/syntax"
)

// The configuration files of puma and unicorn, told by what they call at the
// top: the words are too common alone.

// pumaWords are the methods of puma's configuration; true for those that no
// other file of Ruby calls at its top.
var pumaWords = map[string]bool{
	"threads": true, "workers": true, "preload_app!": true, "on_worker_boot": true, "before_fork": false, "worker_timeout": true, "activate_control_app": true, "state_path": true, "stdout_redirect": true,
	"prune_bundler": true, "fork_worker": true, "worker_boot_timeout": true, "worker_shutdown_timeout": true, "force_shutdown_after": true, "rackup": true, "before_worker_boot": true, "on_restart": true, "quiet": false, "tag": false,
	"lowlevel_error_handler": true, "persistent_timeout": true, "first_data_timeout": true, "wait_for_less_busy_worker": true, "nakayoshi_fork": true, "on_booted": true, "after_booted": true, "on_refork": true, "ssl_bind": true, "drain_on_shutdown": true, "raise_exception_on_sigterm": true, "silence_single_worker_warning": true,
	"port": false, "bind": false, "environment": false, "pidfile": false, "plugin": false, "directory": false, "daemonize": false, "max_fast_inline": true, "queue_requests": true, "app": false, "set_default_host": true, "idle_timeout": true, "extra_runtime_dependencies": true,
}

var unicornWords = map[string]bool{
	"worker_processes": true, "stderr_path": true, "stdout_path": true, "working_directory": false, "preload_app": false, "after_fork": false, "before_fork": false, "listen": false, "pid": false, "timeout": false, "check_client_connection": true, "before_exec": true, "user": false, "logger": false, "rewindable_input": true,
}

// serverOf tells puma's and unicorn's configuration from other files.
func (f *rubyFile) serverOf() string {
	if len(f.classes) > 0 {
		return ""
	}
	puma, unicorn, pumaSure, unicornSure := map[string]bool{}, map[string]bool{}, false, false
	for _, c := range f.calls {
		if c.receiver.OK() || c.name == "" || !atTop(c.Node) {
			continue
		}
		if sure, known := pumaWords[c.name]; known {
			puma[c.name] = true
			pumaSure = pumaSure || sure && (c.args.arg(0).OK() || c.block.OK() || strings.HasSuffix(c.name, "!") || c.name == "prune_bundler")
		}
		if sure, known := unicornWords[c.name]; known {
			unicorn[c.name] = true
			unicornSure = unicornSure || sure
		}
		switch c.name {
		case "task", "namespace", "describe", "gem", "resources", "set", "role", "every":
			return ""
		}
	}
	switch {
	case unicornSure && len(unicorn) >= 2 && !puma["threads"] && !puma["workers"]:
		return "unicorn"
	case pumaSure && len(puma) >= 2, puma["port"] && puma["pidfile"], puma["port"] && puma["plugin"], puma["bind"] && puma["environment"]:
		return "puma"
	}
	return ""
}

// serverConfig states what a configuration of puma or unicorn sets.
func (f *rubyFile) serverConfig(c call) {
	if f.server == "" || c.receiver.OK() || !atTop(c.Node) {
		return
	}
	words := pumaWords
	if f.server == "unicorn" {
		words = unicornWords
	}
	if _, known := words[c.name]; !known {
		return
	}
	at := c.args.arg(0)
	key := f.server + "." + c.name
	switch c.name {
	case "port":
		f.say(c.Node, inspect.Listen{Via: key, Host: f.valueOf(c.args.arg(1)), Port: f.valueOf(at), Dev: f.debugOnly(c.Node)})
	case "bind", "listen":
		f.bindAddress(c, key, at)
	case "ssl_bind":
		f.say(c.Node, inspect.Listen{Via: key, Host: f.valueOf(at), Port: f.valueOf(c.args.arg(1)), Dev: f.debugOnly(c.Node)})
	case "activate_control_app":
		if text, ok := f.literal(at); ok && strings.HasPrefix(text, "tcp://") {
			host, port := splitAddress(inspect.Value{}, inspect.LitOf(text))
			f.say(c.Node, inspect.Listen{Via: key, Host: host, Port: port, Side: true})
		}
	case "stdout_redirect", "stdout_path", "stderr_path":
		f.redirect(c, key)
	}
	v := f.valueOf(at)
	if !at.OK() && !c.block.OK() {
		v = inspect.Lit("true")
	}
	if c.block.OK() || v.Source == inspect.None {
		return
	}
	f.say(c.Node, inspect.Setting{Key: key, Value: v, Profile: f.profile(c.Node), Conditional: c.name == "plugin" && askedFor(c.Node)})
}

// bindAddress states bind "tcp://0.0.0.0:3000" and listen 8080. A socket of
// the file system has no port.
func (f *rubyFile) bindAddress(c call, via string, at syntax.Node) {
	v := f.valueOf(at)
	fact := inspect.Listen{Via: via, Dev: f.debugOnly(c.Node)}
	text := v.Text
	if !v.HasText { // what is written before the first thing put in
		text = f.leading(at)
	}
	if strings.HasPrefix(text, "unix:") || strings.HasPrefix(text, "/") || strings.Contains(text, ".sock") {
		return
	}
	if host, port, ok := f.addressParts(at); ok {
		fact.Host, fact.Port = host.Kept(false), port.Kept(false)
		f.say(c.Node, fact)
		return
	}
	fact.Port = v
	if v.HasText {
		fact.Host, fact.Port = addressOf(v)
	}
	f.say(c.Node, fact)
}

// addressOf parts a listening address.
func addressOf(v inspect.Value) (host, port inspect.Value) {
	text := v.Text
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		text = u.Host
	}
	host, port = v, v
	if at := strings.LastIndex(text, ":"); at >= 0 {
		host.Text, port.Text = text[:at], text[at+1:]
		return host, port
	}
	if strings.Trim(text, "0123456789") == "" {
		port.Text = text
		return inspect.Value{}, port
	}
	host.Text = text
	return host, inspect.Value{}
}

// leading is the text that an expression surely starts with.
func (f *rubyFile) leading(n syntax.Node) string {
	n = f.follow(n)
	if first := n.Child(0); n.Is("string") && first.Is("string_content") {
		return first.Text()
	}
	return ""
}

// addressParts parts "tcp://#{host}:#{port}?x=1" where it is put together.
func (f *rubyFile) addressParts(n syntax.Node) (host, port fold.Value, ok bool) {
	n = f.follow(n)
	if !n.Is("string") {
		return fold.Value{}, fold.Value{}, false
	}
	var parts [2][]fold.Value
	side := 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Is("interpolation") {
			parts[side] = append(parts[side], f.evaluate(c.Child(0)))
			continue
		}
		text := c.Text()
		if _, rest, scheme := strings.Cut(text, "://"); scheme {
			text = rest
		}
		before, after, colon := strings.Cut(text, ":")
		if side == 0 && colon {
			parts[0] = addText(parts[0], before)
			side, text = 1, after
		}
		if cut := strings.IndexAny(text, "?/"); cut >= 0 {
			parts[side] = addText(parts[side], text[:cut])
			break
		}
		parts[side] = addText(parts[side], text)
	}
	if side == 0 || len(parts[1]) == 0 {
		return fold.Value{}, fold.Value{}, false
	}
	if len(parts[0]) > 0 {
		host = fold.Join(parts[0]...)
	}
	return host, fold.Join(parts[1]...), true
}

func addText(parts []fold.Value, text string) []fold.Value {
	if text == "" {
		return parts
	}
	return append(parts, fold.Literal(text))
}

// redirect states the log files that a server writes its output into.
func (f *rubyFile) redirect(c call, via string) {
	for i, path := range c.args.positional {
		v := f.valueOf(path)
		if i > 1 || v.Source == inspect.None || path.Is("true", "false") {
			continue
		}
		target := fileTarget(v)
		f.say(path, inspect.LogSink{Via: via, Target: target, Path: v, Debug: f.debugOnly(c.Node)})
	}
}
