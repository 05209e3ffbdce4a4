package golang

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// Work at the wrong time: inside a request, or before the program listens.

// goSlowCalls take long, by key.
var goSlowCalls = map[string]string{
	"net/smtp.SendMail": "mail", "github.com/go-gomail/gomail#DialAndSend": "mail", "github.com/go-mail/mail#DialAndSend": "mail", "github.com/wneessen/go-mail#DialAndSend": "mail", "github.com/wneessen/go-mail#DialAndSendWithContext": "mail",
	"github.com/sendgrid/sendgrid-go#Send": "mail", "github.com/mailgun/mailgun-go#Send": "mail", "github.com/jordan-wright/email#Send": "mail", "github.com/aws/aws-sdk-go-v2/service/ses#SendEmail": "mail",
	"github.com/aws/aws-sdk-go/service/ses#SendEmail": "mail", "github.com/xhit/go-simple-mail#Send": "mail", "github.com/resend/resend-go#Send": "mail",
	"github.com/jung-kurt/gofpdf.New": "pdf", "github.com/go-pdf/fpdf.New": "pdf", "github.com/signintech/gopdf#Start": "pdf", "github.com/chromedp/chromedp.Run": "pdf", "github.com/SebastiaanKlippert/go-wkhtmltopdf.NewPDFGenerator": "pdf",
	"github.com/johnfercher/maroto/pkg/pdf.NewMaroto": "pdf", "github.com/disintegration/imaging.Resize": "image", "github.com/disintegration/imaging.Fit": "image", "github.com/disintegration/imaging.Fill": "image",
	"github.com/disintegration/imaging.Thumbnail": "image", "github.com/nfnt/resize.Resize": "image", "github.com/nfnt/resize.Thumbnail": "image", "github.com/h2non/bimg.NewImage": "image", "image.Decode": "image", "image/jpeg.Decode": "image",
	"image/png.Decode": "image", "github.com/davidbyttow/govips/vips.NewImageFromBuffer": "image", "github.com/u2takey/ffmpeg-go.Input": "video", "time.Sleep": "sleep", "github.com/xuri/excelize.NewFile": "report", "github.com/360EntSecGroup-Skylar/excelize.NewFile": "report",
	"github.com/tealeg/xlsx.NewFile": "report",
}

// slowWork states long work that a request waits for.
func (f *goFile) slowWork(c goCall) {
	work := goSlowCalls[c.key()]
	if work == "" && (c.key() == "os/exec.Command" || c.key() == "os/exec.CommandContext") {
		at := 0
		if c.name == "CommandContext" {
			at = 1
		}
		program, _ := f.constant(c.arg(at), 0)
		work = map[string]string{"ffmpeg": "video", "wkhtmltopdf": "pdf", "convert": "image", "magick": "image", "libreoffice": "pdf", "soffice": "pdf"}[program]
	}
	if work == "" {
		f.asksForMail(c)
		return
	}
	if f.handlerAround(c.stack) != nil && !c.inGoroutine() {
		f.emit(c.CallExpr, inspect.SlowWork{Via: c.via(), Work: work})
	} else if fn := c.enclosing(); work == "mail" && fn != nil && !f.besideCall(c) && !f.atBoot(c) {
		f.emit(c.CallExpr, inspect.SlowWork{Via: c.via(), Work: work, Helper: true, In: fn.Name.Name})
	}
}

// asksForMail states a call of something of the program's own that sends mail by
// its name.
func (f *goFile) asksForMail(c goCall) {
	fn := c.enclosing()
	sel, _ := c.Fun.(*ast.SelectorExpr)
	if fn == nil || sel == nil && len(c.name) == len("send") {
		return
	}
	receiver := ""
	if sel != nil {
		receiver = lastGoName(sel.X)
	}
	if own := fn.Recv; own != nil && len(own.List) == 1 && len(own.List[0].Names) == 1 && own.List[0].Names[0].Name == receiver {
		receiver = lastGoName(own.List[0].Type)
	}
	if inspect.AsksForMail(receiver, c.name) {
		f.emit(c.CallExpr, inspect.SlowWork{Via: strings.TrimPrefix(receiver+"."+c.name, "."), Work: "mail", Helper: f.handlerAround(c.stack) == nil, In: fn.Name.Name, Asks: c.name, Beside: f.besideCall(c)})
	}
}

// lastGoName is the last name of an expression: sender in s.sender.
func lastGoName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.CallExpr:
		return lastGoName(x.Fun)
	case *ast.StarExpr:
		return lastGoName(x.X)
	}
	return ""
}

// besideCall reports whether a call stands in a function that somebody else runs,
// another goroutine for one, and that is no handler.
func (f *goFile) besideCall(c goCall) bool {
	if c.inGoroutine() {
		return true
	}
	for i := len(c.stack) - 1; i > 0; i-- {
		if lit, ok := c.stack[i].(*ast.FuncLit); ok {
			if f.handlerVia(lit.Type) != "" {
				return false
			}
			if _, given := c.stack[i-1].(*ast.CallExpr); given {
				return true
			}
		}
	}
	return false
}

var (
	startName = regexp.MustCompile(`(?i)^(warm(_?up)?|preload|prefetch|prime|seed|populate|wait_?for|wait_?until|rebuild|build)([A-Z_]\w*)?$|^load(Data|Dataset|Model|Models|Index|Cache|Corpus|Fixtures|Catalog)\w*$`)
	buildKept = regexp.MustCompile(`(?i)^build(Index|Cache)|^rebuild`)
	buildName = regexp.MustCompile(`(?i)^(re)?build`)
	waitStop  = regexp.MustCompile(`(?i)wait(For|Until)(Signal|Shutdown|Stop|Exit|Interrupt|Termination|Done|Server)`)
)

// startWork states slow work that the program does before it listens.
func (f *goFile) startWork() {
	if len(f.listens) == 0 {
		return
	}
	f.walk(f.file, func(n ast.Node, stack []ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		c := f.resolve(call)
		c.stack = stack
		fact, ok := f.workOf(c)
		if ok && !c.inGoroutine() && f.atBoot(c) && f.routeAround(stack) == nil && f.comesBefore(c.CallExpr, c.enclosing(), 4) {
			f.emit(call, fact)
		}
	})
}

// workOf tells what slow work a call is, of whatever time.
func (f *goFile) workOf(c goCall) (inspect.StartWork, bool) {
	fact := inspect.StartWork{Via: c.via()}
	switch {
	case c.key() == "time.Sleep":
		fact.Work, fact.Seconds = "sleep", f.seconds(c.arg(0))
		if loop, bounded := innerLoop(c.stack); loop {
			fact.Work, fact.Bounded = "wait", bounded
		}
	case c.key() == "net/http.Get" || c.key() == "net/http.Post":
		fact.Work = "request"
	case !c.method && c.pkg == "" && f.funcs[c.name] == nil:
		return fact, false // a conversion, or of a file that is not seen
	case startName.MatchString(c.name) && !waitStop.MatchString(c.name) && (!buildName.MatchString(c.name) || buildKept.MatchString(c.name)) && !standard(c.pkg):
		fact.Work = workOfName(c.name)
	}
	return fact, fact.Work != ""
}

// standard reports whether a package is of the standard library.
func standard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return pkg != "" && !strings.Contains(first, ".")
}

func workOfName(name string) string {
	switch lower := strings.ToLower(name); {
	case strings.HasPrefix(lower, "seed"), strings.HasPrefix(lower, "populate"):
		return "seed"
	case strings.HasPrefix(lower, "wait"):
		return "wait"
	case strings.HasPrefix(lower, "build"), strings.HasPrefix(lower, "rebuild"):
		return "build"
	}
	return "load"
}

// innerLoop reports whether a call stands in a loop of its function, and
// whether the loop ends by itself.
func innerLoop(stack []ast.Node) (loop, bounded bool) {
	for i := len(stack) - 1; i >= 0; i-- {
		switch n := stack[i].(type) {
		case *ast.ForStmt:
			return true, n.Cond != nil
		case *ast.RangeStmt:
			return true, true
		case *ast.FuncDecl, *ast.FuncLit:
			return false, false
		}
	}
	return false, false
}

var durations = map[string]float64{"Nanosecond": 1e-9, "Microsecond": 1e-6, "Millisecond": 1e-3, "Second": 1, "Minute": 60, "Hour": 3600}

// seconds is a duration such as 5 * time.Second, as a number of seconds.
func (f *goFile) seconds(e ast.Expr) inspect.Value {
	product, ok := ast.Unparen(e).(*ast.BinaryExpr)
	unit, number := e, ast.Expr(nil)
	if ok && product.Op == token.MUL {
		unit, number = product.Y, product.X
		if sel, isUnit := ast.Unparen(number).(*ast.SelectorExpr); isUnit && f.packageOf(sel.X) == "time" {
			unit, number = number, unit
		}
	}
	sel, ok := ast.Unparen(unit).(*ast.SelectorExpr)
	if !ok || f.packageOf(sel.X) != "time" || durations[sel.Sel.Name] == 0 {
		return f.fold(e).value()
	}
	count := 1.0
	if number != nil {
		v := f.fold(number)
		text, _ := v.text()
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || v.source() != inspect.Literal {
			return v.value()
		}
		count = n
	}
	return inspect.Lit(strconv.FormatFloat(count*durations[sel.Sel.Name], 'f', -1, 64))
}

// functionAt is the function declaration around a position, or nil. A listen
// call's own stack is gone when the whole file is known.
func (f *goFile) functionAt(pos token.Pos) *ast.FuncDecl {
	for _, decl := range f.file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Pos() <= pos && pos < fn.End() {
			return fn
		}
	}
	return nil
}

// comesBefore reports whether a listen call comes after a call in fn: later in
// fn, or after a call of fn.
func (f *goFile) comesBefore(call *ast.CallExpr, fn *ast.FuncDecl, depth int) bool {
	if fn == nil {
		return true // a package variable's initial value
	}
	for _, l := range f.listens {
		if !l.side && l.call.Pos() > call.End() && f.functionAt(l.call.Pos()) == fn {
			return true
		}
	}
	if depth == 0 {
		return false
	}
	if fn.Recv != nil {
		return false
	}
	for _, caller := range f.callersOf(fn.Name.Name) {
		if !f.step() {
			return false
		}
		if caller.in != fn && f.comesBefore(caller.call, caller.in, depth-1) {
			return true
		}
	}
	return false
}

// goCaller is a call of a function of this file that its caller waits for.
type goCaller struct {
	call *ast.CallExpr
	in   *ast.FuncDecl
}

func (f *goFile) callersOf(name string) []goCaller {
	if f.callers == nil {
		f.callers = map[string][]goCaller{}
		f.walk(f.file, func(n ast.Node, stack []ast.Node) {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return
			}
			if id, ok := call.Fun.(*ast.Ident); ok && f.funcs[id.Name] != nil {
				c := goCall{CallExpr: call, stack: stack}
				if !c.inGoroutine() {
					f.callers[id.Name] = append(f.callers[id.Name], goCaller{call, c.enclosing()})
				}
			}
		})
	}
	return f.callers[name]
}
