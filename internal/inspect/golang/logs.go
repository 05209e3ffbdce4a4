package golang

import (
	"go/ast"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

const (
	lumberjackPath = "gopkg.in/natefinch/lumberjack"
	logrusPath     = "github.com/sirupsen/logrus"
	zapPath        = "go.uber.org/zap"
	zerologPath    = "github.com/rs/zerolog"
	rotatelogsPath = "github.com/lestrrat-go/file-rotatelogs"
)

// goWriterArgs are functions that give a logger its writer: key → argument.
var goWriterArgs = map[string]struct {
	arg        int
	structured bool
}{
	"log.SetOutput":                                      {0, false},
	"log#SetOutput":                                      {0, false},
	"log.New":                                            {0, false},
	"log/slog.NewJSONHandler":                            {0, true},
	"log/slog.NewTextHandler":                            {0, true},
	logrusPath + ".SetOutput":                            {0, false},
	logrusPath + "#SetOutput":                            {0, false},
	zerologPath + ".New":                                 {0, true},
	zerologPath + "/log.Output":                          {0, true},
	zapPath + "/zapcore.AddSync":                         {0, true},
	zapPath + "/zapcore.Lock":                            {0, true},
	"github.com/go-kit/log.NewJSONLogger":                {0, true},
	"github.com/go-kit/log.NewLogfmtLogger":              {0, true},
	"github.com/gorilla/handlers.LoggingHandler":         {0, false},
	"github.com/gorilla/handlers.CombinedLoggingHandler": {0, false},
	"github.com/charmbracelet/log.New":                   {0, false},
}

// goLoggers are loggers with a destination of their own.
var goLoggers = map[string]inspect.LogSink{
	zapPath + ".NewProduction":            {Target: "stderr", Structured: true},
	zapPath + ".NewDevelopment":           {Target: "stderr"},
	zapPath + ".NewExample":               {Target: "stdout", Structured: true},
	"log/syslog.New":                      {Target: "syslog"},
	"log/syslog.NewLogger":                {Target: "syslog"},
	"log/syslog.Dial":                     {Target: "network"},
	"github.com/go-chi/httplog.NewLogger": {Target: "stdout", Structured: true},

	"github.com/labstack/echo/middleware.Logger":     {Target: "stdout", Structured: true},
	"github.com/gofiber/fiber/middleware/logger.New": {Target: "stdout"},
	"github.com/hashicorp/go-hclog.Default":          {Target: "stderr"},
	"sigs.k8s.io/controller-runtime/pkg/log/zap.New": {Target: "stderr", Structured: true},
	"github.com/urfave/negroni.NewLogger":            {Target: "stdout"},
	"github.com/urfave/negroni.Classic":              {Target: "stdout"},
	"github.com/samber/slog-syslog.Option":           {Target: "syslog", Structured: true},

	logrusPath + "/hooks/syslog.NewSyslogHook":              {Target: "syslog"},
	"github.com/bshuster-repo/logrus-logstash-hook.New":     {Target: "network", Structured: true},
	"github.com/bshuster-repo/logrus-logstash-hook.NewHook": {Target: "network", Structured: true},
	"github.com/fluent/fluent-logger-golang/fluent.New":     {Target: "network", Structured: true},
	"cloud.google.com/go/logging.NewClient":                 {Target: "network", Structured: true},
	"github.com/graylog2/go-gelf/gelf.NewUDPWriter":         {Target: "network", Structured: true},
	"github.com/grafana/loki-client-go/loki.New":            {Target: "network", Structured: true},
}

// goPlainLogs are package-level logging functions and where they write when no
// one chose otherwise.
var (
	goPlainLogs = map[string]inspect.LogSink{
		"log":                    {Via: "log", Target: "stderr"},
		"log/slog":               {Via: "log/slog", Target: "stderr", Structured: true},
		logrusPath:               {Via: logrusPath, Target: "stderr"},
		zerologPath + "/log":     {Via: zerologPath + "/log", Target: "stderr", Structured: true},
		"github.com/golang/glog": {Via: "github.com/golang/glog", Target: "stderr"},
		"k8s.io/klog":            {Via: "k8s.io/klog", Target: "stderr"},
		ginPath:                  {Via: ginPath + ".Logger", Target: "stdout"},
	}
	// goMiddleware are middleware that log requests to their default writer.
	goMiddleware = map[string]bool{ginPath + ".Default": true, ginPath + ".Logger": true, ginPath + ".LoggerWithFormatter": true, logrusPath + ".New": true, "log.Default": true, "log/slog.Default": true}
	goPrints     = map[string]bool{"fmt.Print": true, "fmt.Println": true, "fmt.Printf": true}
	plainLogCall = regexp.MustCompile(`^(Print|Fatal|Panic|Info|Warn|Error|Debug|Trace|Log|With)`)
)

// logs states where the file's loggers write: explicit destinations first; a
// logger used with no word about its destination writes to its default.
func (f *goFile) logs() {
	explicit := map[string]bool{}
	plain := map[string]*ast.CallExpr{}
	var printed *ast.CallExpr
	json := f.jsonFormatter()
	f.walk(f.file, func(n ast.Node, _ []ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			c := f.resolve(n)
			if w, ok := goWriterArgs[c.key()]; ok && c.arg(w.arg) != nil {
				explicit[c.pkg] = true
				f.sink(n, c.via(), c.arg(w.arg), w.structured || c.pkg == logrusPath && json)
				return
			}
			if c.key() == rotatelogsPath+".New" {
				f.emit(n, inspect.LogSink{Via: c.via(), Target: "file", Path: f.fold(c.arg(0)).value(), Rotates: true})
				return
			}
			if c.key() == "os/exec.LookPath" {
				if program, ok := f.constant(c.arg(0), 0); ok {
					f.asked[program] = true
				}
			}
			if sink, ok := goLoggers[c.key()]; ok {
				sink.Via = c.via()
				f.emit(n, sink)
				return
			}
			if goPrints[c.key()] && printed == nil {
				printed = n
			}
			if _, ok := goPlainLogs[c.pkg]; ok && !c.method && (goMiddleware[c.key()] || c.pkg != ginPath && plainLogCall.MatchString(c.name)) && plain[c.pkg] == nil {
				plain[c.pkg] = n
			}
		case *ast.AssignStmt:
			f.assignedSink(n, json)
			for _, left := range n.Lhs {
				if sel, ok := left.(*ast.SelectorExpr); ok && (f.packageOf(sel.X) == ginPath || sel.Sel.Name == "Out" || sel.Sel.Name == "Output") {
					explicit[ginPath] = explicit[ginPath] || f.packageOf(sel.X) == ginPath
					pkg, _ := f.origin(sel.X, 0)
					explicit[pkg] = true
				}
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok {
				f.outputPaths(key.Name, n.Value)
			}
		}
	})
	if printed != nil {
		f.emit(printed, inspect.LogSink{Via: "console", Target: "stdout"})
	}
	pkgs := make([]string, 0, len(plain))
	for pkg := range plain {
		pkgs = append(pkgs, pkg)
	}
	slices.Sort(pkgs)
	for _, pkg := range pkgs {
		if !explicit[pkg] {
			sink := goPlainLogs[pkg]
			sink.Structured = sink.Structured || pkg == logrusPath && json
			f.emit(plain[pkg], sink)
		}
	}
}

// jsonFormatter reports whether the file makes logrus write JSON.
func (f *goFile) jsonFormatter() (found bool) {
	if f.imported[logrusPath] {
		f.walk(f.file, func(n ast.Node, _ []ast.Node) {
			if lit, ok := n.(*ast.CompositeLit); ok {
				pkg, name := f.typeOrigin(lit.Type)
				found = found || pkg == logrusPath && name == "JSONFormatter"
			}
		})
	}
	return found
}

// assignedSink reads logger.Out = w (logrus) and gin.DefaultWriter = w.
func (f *goFile) assignedSink(assign *ast.AssignStmt, json bool) {
	if len(assign.Lhs) != len(assign.Rhs) {
		return
	}
	for i, l := range assign.Lhs {
		sel, ok := l.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		f.outputPaths(sel.Sel.Name, assign.Rhs[i])
		if f.packageOf(sel.X) == ginPath && strings.HasPrefix(sel.Sel.Name, "Default") && strings.HasSuffix(sel.Sel.Name, "Writer") {
			f.sink(assign, ginPath+"."+sel.Sel.Name, assign.Rhs[i], false)
		}
		if pkg, _ := f.origin(sel.X, 0); pkg == logrusPath && sel.Sel.Name == "Out" {
			f.sink(assign, logrusPath+".Out", assign.Rhs[i], json)
		}
	}
}

// outputPaths reads zap.Config{OutputPaths: []string{"stdout", "app.log"}}, and
// the same field assigned.
func (f *goFile) outputPaths(field string, value ast.Expr) {
	list, isList := value.(*ast.CompositeLit)
	if !isList || field != "OutputPaths" || !f.imported[zapPath] {
		return
	}
	for _, element := range list.Elts {
		path := f.fold(element)
		switch text, _ := path.text(); text {
		case "stdout", "stderr":
			f.emit(element, inspect.LogSink{Via: zapPath + ".Config", Target: text, Structured: true})
		default:
			f.emit(element, inspect.LogSink{Via: zapPath + ".Config", Target: "file", Path: path.value(), Structured: true})
		}
	}
}

// sink states each destination of a writer that it can name.
func (f *goFile) sink(at ast.Node, via string, writer ast.Expr, structured bool) {
	f.sinkAt(at, via, writer, structured, 0)
}

func (f *goFile) sinkAt(at ast.Node, via string, writer ast.Expr, structured bool, depth int) {
	if depth > maxDepth || !f.step() {
		return
	}
	switch w := ast.Unparen(writer).(type) {
	case *ast.SelectorExpr:
		if f.packageOf(w.X) == "os" && (w.Sel.Name == "Stdout" || w.Sel.Name == "Stderr") {
			f.emit(at, inspect.LogSink{Via: via, Target: strings.ToLower(w.Sel.Name), Structured: structured})
			return
		}
		if b := f.fields[w.Sel.Name]; b != nil && f.ownField(w.Sel.Name) {
			f.sinkBinding(at, via, b, structured, depth)
		}
	case *ast.Ident:
		if w.Obj == nil || f.bindings[w.Obj] == nil {
			return
		}
		before := len(f.e.Signals)
		f.sinkBinding(at, via, f.bindings[w.Obj], structured, depth)
		if len(f.e.Signals) == before && f.opensElsewhere(w) {
			f.emit(at, inspect.LogSink{Via: via, Target: "file", Path: goFrom(inspect.Unknown).value(), Structured: structured})
		}
	case *ast.CallExpr:
		c := f.resolve(w)
		switch c.key() {
		case "os.OpenFile", "os.Create":
			f.sinks[w] = true
			f.emit(at, inspect.LogSink{Via: via, Target: "file", Path: f.fold(c.arg(0)).value(), Structured: structured})
		case "io.MultiWriter":
			for _, a := range c.Args {
				f.sinkAt(at, via, a, structured, depth+1)
			}
		case "bufio.NewWriter", zapPath + "/zapcore.AddSync", zapPath + "/zapcore.Lock", "github.com/mattn/go-colorable.NewColorable":
			f.sinkAt(at, via, c.arg(0), structured, depth+1)
		}
	case *ast.CompositeLit: // zerolog.ConsoleWriter{Out: os.Stderr}
		if out := keyed(w, "Out"); out != nil {
			f.sinkAt(at, via, out, false, depth+1)
		}
	}
}

// opensElsewhere reports whether a variable is declared as a file and given
// what another file's function opens, at a place that nobody chooses here.
func (f *goFile) opensElsewhere(variable *ast.Ident) bool {
	spec, ok := variable.Obj.Decl.(*ast.ValueSpec)
	if !ok {
		return false
	}
	if pkg, name := f.typeOrigin(spec.Type); pkg != "os" || name != "File" {
		return false
	}
	values := f.bindings[variable.Obj].values
	for _, v := range values {
		call, ok := ast.Unparen(v).(*ast.CallExpr)
		if !ok || f.resolve(call).pkg == "os" {
			return false
		}
		for _, arg := range call.Args {
			if value := f.fold(arg).value(); value.Source == inspect.Input || value.FromEnv() {
				return false
			}
		}
	}
	return len(values) > 0
}

func (f *goFile) sinkBinding(at ast.Node, via string, b *goBinding, structured bool, depth int) {
	if f.folding[b] {
		return
	}
	f.folding[b] = true
	defer delete(f.folding, b)
	for _, v := range b.values {
		f.sinkAt(at, via, v, structured, depth+1)
	}
}
