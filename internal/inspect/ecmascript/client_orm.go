package ecmascript

import (
	"strings"

	"twelvefold/internal/inspect"
)

type clientReader = func(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value)

// drizzleClient reads drizzle(url | { connection } | options); one that is
// given a client states nothing more.
func drizzleClient(service inspect.Service) clientReader {
	return func(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
		options := f.object(c.arg(0))
		if f.property(options, "client").OK() || !options.OK() && strings.HasSuffix(f.symbol(c.arg(0)), "()") {
			return "", inspect.Value{}
		}
		if v := f.property(options, "connection"); v.OK() {
			return service, f.handle(v)
		}
		handle := f.handle(c.arg(0))
		if handle.Source == inspect.Unknown || handle.Source == inspect.None {
			return "", inspect.Value{} // most likely a client of another file
		}
		return service, handle
	}
}

// mikroClient reads the options of an ORM's package for one engine.
func mikroClient(service inspect.Service) clientReader {
	return func(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
		_, handle := engineClient(f, c)
		if handle.Source == inspect.None && service == inspect.SQLite {
			handle = f.value(f.property(f.object(c.arg(0)), "dbName"))
		}
		return service, handle
	}
}

// optionClient reads the address from one option.
func optionClient(service inspect.Service, option string) clientReader {
	return func(f *ecmaFile, c ecmaCall) (inspect.Service, inspect.Value) {
		v := f.property(f.object(c.arg(0)), option)
		return service, f.handle(v)
	}
}
