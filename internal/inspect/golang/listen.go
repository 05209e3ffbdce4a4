package golang

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

const (
	ginPath   = "github.com/gin-gonic/gin"
	echoPath  = "github.com/labstack/echo"
	fiberPath = "github.com/gofiber/fiber"
)

var goListenCalls = goCallTable{
	"net/http.ListenAndServe":    listenOn(0),
	"net/http.ListenAndServeTLS": listenOn(0),
	"net/http#ListenAndServe":    listenServer("80"),
	"net/http#ListenAndServeTLS": listenServer("443"),

	"net.Listen":               listenNetwork,
	"net#Listen":               func(f *goFile, c goCall) { f.listenNetworkAt(c, 1) },
	"crypto/tls.Listen":        listenNetwork,
	ginPath + "#Run":           func(f *goFile, c goCall) { f.listenOrPort(c, "8080") },
	ginPath + "#RunTLS":        listenOn(0),
	echoPath + "#Start":        listenOn(0),
	echoPath + "#StartTLS":     listenOn(0),
	echoPath + "#StartAutoTLS": listenOn(0),
	echoPath + "#StartServer":  func(f *goFile, c goCall) { f.listen(c, f.serverAddress(c.arg(0)), "80") },
	fiberPath + "#Listen":      listenOn(0),
	fiberPath + "#ListenTLS":   listenOn(0),

	"github.com/valyala/fasthttp.ListenAndServe":    listenOn(0),
	"github.com/valyala/fasthttp.ListenAndServeTLS": listenOn(0),
	"github.com/valyala/fasthttp#ListenAndServe":    listenOn(0),
	"github.com/kataras/iris#Listen":                listenOn(0),
	"github.com/kataras/iris#Run":                   func(f *goFile, c goCall) { f.listenIris(c) },
	"github.com/fvbock/endless.ListenAndServe":      listenOn(0),
	"github.com/urfave/negroni#Run":                 func(f *goFile, c goCall) { f.listenOrPort(c, "8080") },
	"github.com/codegangsta/negroni#Run":            func(f *goFile, c goCall) { f.listenOrPort(c, "8080") },
	"github.com/go-martini/martini#Run":             func(f *goFile, c goCall) { f.listenOrPort(c, "3000") },
	"github.com/go-martini/martini#RunOnAddr":       listenOn(0),
}

// goListening is a listen call until the whole file is known.
type goListening struct {
	call   goCall
	at     ast.Node // the call, or the address that a literal of its server has
	fact   inspect.Listen
	beside bool // runs in a goroutine
	side   bool // serves metrics or profiles by its handler or its function's name
	maybe  bool // something in the call says metrics, profiling or health
}

func listenOn(i int) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		if c.arg(i) != nil {
			f.listen(c, f.fold(c.arg(i)), "80")
		}
	}
}

// listenServer is a method of an http.Server, whose Addr may stand anywhere in
// the file. Port is used when the address is empty.
func listenServer(port string) func(*goFile, goCall) {
	return func(f *goFile, c goCall) {
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if !ok || len(c.Args) > 2 {
			return
		}
		f.listen(c, f.serverAddress(sel.X), port)
	}
}

// serverAddress is the Addr of the http.Server that an expression stands for.
// With no such literal in the file it is Input: someone else made the server.
func (f *goFile) serverAddress(server ast.Expr) goValue {
	lit := f.composite(server, 0)
	if lit == nil {
		lit = f.onlyServer()
	}
	if address := keyed(lit, "Addr"); address != nil {
		return f.fold(address)
	}
	if address := f.assignedField(server, "Addr"); address != nil {
		return f.fold(address)
	}
	if lit == nil {
		return goFrom(inspect.Input)
	}
	return goLit("")
}

// onlyServer is the one literal of type http.Server in the file, or nil.
func (f *goFile) onlyServer() (only *ast.CompositeLit) {
	count := 0
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		if lit, ok := n.(*ast.CompositeLit); ok {
			if pkg, name := f.typeOrigin(lit.Type); pkg == "net/http" && name == "Server" {
				only = lit
				count++
			}
		}
	})
	if count != 1 {
		return nil
	}
	return only
}

// assignedField finds x.field = value for the same x.
func (f *goFile) assignedField(x ast.Expr, field string) (value ast.Expr) {
	id, ok := ast.Unparen(x).(*ast.Ident)
	if !ok || id.Obj == nil {
		return nil
	}
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || assign.Tok != token.ASSIGN || len(assign.Lhs) != len(assign.Rhs) {
			return
		}
		for i, l := range assign.Lhs {
			if sel, ok := l.(*ast.SelectorExpr); ok && sel.Sel.Name == field {
				if owner, ok := sel.X.(*ast.Ident); ok && owner.Obj == id.Obj {
					value = assign.Rhs[i]
				}
			}
		}
	})
	return value
}

func listenNetwork(f *goFile, c goCall) { f.listenNetworkAt(c, 0) }

// listenNetworkAt is net.Listen with the network at index i: only TCP is a port.
func (f *goFile) listenNetworkAt(c goCall, i int) {
	network, ok := f.constant(c.arg(i), 0)
	if !ok || !strings.HasPrefix(network, "tcp") || c.arg(i+1) == nil {
		return
	}
	address := f.fold(c.arg(i + 1))
	if text, has := address.text(); has && address.source() == inspect.Literal && strings.HasSuffix(text, ":0") {
		return // asks the system for a free port
	}
	f.listen(c, address, "")
}

// listenOrPort is a framework whose run method reads PORT when it has no address.
func (f *goFile) listenOrPort(c goCall, fallback string) {
	if len(c.Args) > 0 {
		f.listen(c, f.fold(c.Args[0]), "80")
		return
	}
	f.listen(c, goValue{
		{Source: inspect.Literal, Text: ":", Has: true},
		{Source: inspect.Env, Text: fallback, Has: true, Env: []string{"PORT"}},
	}, fallback)
}

func (f *goFile) listenIris(c goCall) {
	if address, ok := f.is(c.arg(0), "github.com/kataras/iris.Addr"); ok {
		f.listen(c, f.fold(address.arg(0)), "8080")
	}
}

var sideWords = regexp.MustCompile(`(?i)metric|pprof|prom(http|etheus)|debug|health|profil|telemetry|diagnos`)

// listen notes a listen call on a folded address.
func (f *goFile) listen(c goCall, address goValue, port string) {
	host, number := goSplitAddress(address, port)
	l := goListening{call: c, at: c.CallExpr, fact: inspect.Listen{Via: c.via(), Host: host, Port: number}, beside: c.inGoroutine()}
	l.maybe = mentionsName(c.CallExpr, sideWords)
	if server, ok := c.Fun.(*ast.SelectorExpr); ok && c.method {
		literal := f.composite(server.X, 0)
		if handler := keyed(literal, "Handler"); handler != nil {
			l.side = f.servesMetrics(handler)
		}
		if written := keyed(literal, "Addr"); written != nil && (number.IsLiteral() || host.IsLiteral() && host.Text != "") {
			l.at = written
		}
	}
	for _, a := range c.Args {
		l.side = l.side || f.servesMetrics(a)
	}
	if fn := c.enclosing(); fn != nil {
		l.side = l.side || sideWords.MatchString(fn.Name.Name)
	}
	// The default mux with net/http/pprof imported serves profiles.
	if last := c.arg(len(c.Args) - 1); f.imported["net/http/pprof"] && c.key() == "net/http.ListenAndServe" && isNil(last) && l.beside {
		l.side = true
	}
	f.listens = append(f.listens, l)
}

// servesMetrics reports whether a handler is Prometheus's.
func (f *goFile) servesMetrics(handler ast.Expr) bool {
	c, ok := handler.(*ast.CallExpr)
	return ok && strings.HasSuffix(f.resolve(c).pkg, "/promhttp")
}

func isNil(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "nil"
}

// finishListens states the listen calls. One that only mentions metrics or
// profiling is on the side when it runs beside another.
func (f *goFile) finishListens() {
	for _, l := range f.listens {
		l.fact.Side = l.side || l.maybe && l.beside && len(f.listens) > 1
		f.emit(l.at, l.fact)
	}
}

// goSplitAddress parts "host:port" where pieces may come from the environment.
// Port stands in for an address that names none.
func goSplitAddress(address goValue, port string) (host, number inspect.Value) {
	for i := len(address) - 1; i >= 0; i-- {
		p := address[i]
		if p.Source != inspect.Literal && !(p.Source == inspect.Env && p.Has && len(address) == 1) {
			continue
		}
		colon := strings.LastIndexByte(p.Text, ':')
		if colon < 0 {
			continue
		}
		left, right := p, p
		left.Text, right.Text = p.Text[:colon], p.Text[colon+1:]
		before := append(append(goValue{}, address[:i]...), left)
		after := append(goValue{right}, address[i+1:]...)
		return trim(before).value(), trim(after).value()
	}
	if len(address) == 1 && address[0].Source != inspect.Literal {
		return address.value(), address.value() // host and port in one setting
	}
	if text, has := address.text(); has && address.source() == inspect.Literal && text != "" {
		return address.value(), inspect.Lit(port)
	}
	if address.source() != inspect.Literal {
		return address.value(), address.value()
	}
	return inspect.Lit(""), inspect.Lit(port)
}

// trim drops empty literals beside other pieces: they say nothing.
func trim(v goValue) goValue {
	var kept goValue
	for _, p := range v {
		if p.Source != inspect.Literal || p.Text != "" {
			kept = append(kept, p)
		}
	}
	if kept == nil {
		return goLit("")
	}
	return kept
}
