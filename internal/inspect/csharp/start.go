package csharp

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// seconds is how long a delay lasts; negative for ever.
func (f *file) seconds(n syntax.Node) (float64, bool) {
	n = f.follow(n)
	if n.Is("invocation_expression") {
		c := f.callOf(n)
		unit, known := map[string]float64{"FromMilliseconds": 0.001, "FromSeconds": 1, "FromMinutes": 60, "FromHours": 3600, "FromDays": 86400}[c.method]
		if text, ok := f.literal(c.arg(0, "value")); ok && known {
			if v, err := strconv.ParseFloat(text, 64); err == nil {
				return v * unit, true
			}
		}
		return 0, false
	}
	if strings.Contains(n.Text(), "Infinite") {
		return -1, true
	}
	if n.Is("binary_expression") && operator(n) == "*" {
		a, okA := f.seconds(n.Field("left"))
		b, okB := f.literal(n.Field("right"))
		if v, err := strconv.ParseFloat(b, 64); okA && okB && err == nil {
			return a * v, true
		}
		return 0, false
	}
	if text, ok := f.literal(n); ok {
		if v, err := strconv.ParseFloat(text, 64); err == nil {
			return v / 1000, true
		}
	}
	return 0, false
}

func isSleep(c call) bool {
	return c.name == "System.Threading.Thread.Sleep" || c.name == "System.Threading.Tasks.Task.Delay"
}

func (f *file) sleepSeconds(c call) inspect.Value {
	if v, ok := f.seconds(c.arg(0)); ok {
		return inspect.Lit(strconv.FormatFloat(v, 'f', -1, 64))
	}
	return inspect.Value{Source: inspect.Unknown}
}

// modelLoads read a model or data set that a program needs to answer.
var modelLoads = map[string]bool{"Microsoft.ML.MLContext().Model.Load": true, "Microsoft.ML.OnnxRuntime.InferenceSession": true}

var (
	seedName = regexp.MustCompile(`^(Seed|Populate|EnsureSeed)\w*$`)
	// DbInitializer.Initialize(context), SeedData.InitializeAsync(services)
	initialise = regexp.MustCompile(`^(Initiali[sz]e|Run)(Async)?$`)
	seeder     = regexp.MustCompile(`(?i)(seed|(db|data|database|context)_?initiali[sz]er)`)
)

// startCall states slow work before the program listens.
func (f *file) startCall(c call) {
	work, via := "", plain(c.name)
	fact := inspect.StartWork{}
	switch {
	case isSleep(c):
		work = "sleep"
		fact.Seconds = f.sleepSeconds(c)
		if loop := retryLoop(c.Node); loop.OK() {
			work = "wait"
			fact.Bounded = bounded(loop)
		} else if c.name == "System.Threading.Tasks.Task.Delay" && !c.Parent().Is("await_expression") && !strings.Contains(c.Parent().Text(), "Wait") {
			return
		} else if inLoop(c.Node) {
			return // the program's own rhythm
		}
	case modelLoads[c.name]:
		work = "load"
	case !c.new && (seedName.MatchString(c.method) || initialise.MatchString(c.method) && seeder.MatchString(lastName(c.object))):
		work, via = "seed", c.method
		if class := lastName(c.object); class != "" && class[0] >= 'A' && class[0] <= 'Z' {
			via = class + "." + c.method
		}
	case requestCall[c.method] && c.object.OK() && f.isHTTPClient(c.object):
		work, via = "request", "System.Net.Http.HttpClient."+c.method
	default:
		return
	}
	if !f.beforeListening(c.Node) || f.inDebugBranch(c.Node) {
		return
	}
	fact.Via, fact.Work, fact.Aside = via, work, work == "seed" && f.storesOnce(c)
	f.state(c.Node, fact)
}

// storesOnce reports whether a call fills the database where nothing is in it yet
// and not at each start, by what stands around it or in the method that it calls.
func (f *file) storesOnce(c call) bool {
	around := enclosingMethod(c.Node)
	if !around.OK() {
		around = f.tree.Root()
	}
	said := func(condition syntax.Node) string { return syntax.FollowedText(condition, f.follow) }
	if syntax.StoresOnce(c.Node, around, said) {
		return true
	}
	called := f.methods[c.method]
	return len(called) == 1 && syntax.AsksBefore(called[0], said)
}

// retryLoop is the loop around a wait whose other branch leaves it: one that
// tries again until something answers.
func retryLoop(n syntax.Node) syntax.Node {
	caught := n.Up("catch_clause", "lambda_expression", "method_declaration", "local_function_statement")
	for loop := n.Up("while_statement", "do_statement", "for_statement", "method_declaration"); loop.OK() && !loop.Is("method_declaration"); loop = loop.Up("while_statement", "do_statement", "for_statement", "method_declaration") {
		condition := loop.Field("condition").Text()
		if caught.Is("catch_clause") && caught.Inside(loop) || strings.Contains(condition, "!") && !strings.Contains(condition, "ancell") {
			if leaves(loop) || condition != "true" && condition != "" {
				return loop
			}
		}
	}
	return syntax.Node{}
}

// leaves reports whether a loop breaks or returns somewhere.
func leaves(loop syntax.Node) bool {
	found := false
	loop.Walk(func(n syntax.Node) bool {
		found = found || n.Is("break_statement", "return_statement")
		return !found && !n.Is("lambda_expression")
	})
	return found
}

// bounded reports whether a loop counts its tries.
func bounded(loop syntax.Node) bool {
	condition := loop.Field("condition").Text()
	if loop.Is("for_statement") {
		return condition != ""
	}
	if strings.ContainsAny(condition, "<>") {
		return true
	}
	body := loop.Text()
	return regexpAttempts.MatchString(body) && strings.Contains(body, "throw")
}

var regexpAttempts = regexp.MustCompile(`(?i)(attempt|retr(y|ies)|tries)\w*\s*(\+\+|\+=|--|-=|>|<)`)

func inLoop(n syntax.Node) bool {
	loop := n.Up("while_statement", "do_statement", "for_statement", "foreach_statement", "method_declaration", "lambda_expression", "local_function_statement")
	return loop.Is("while_statement", "do_statement", "for_statement", "foreach_statement")
}

// beforeListening reports whether n runs when the program starts and before
// the call that serves.
func (f *file) beforeListening(n syntax.Node) bool {
	if lambda := n.Up("lambda_expression", "anonymous_method_expression", "method_declaration"); lambda.Is("lambda_expression", "anonymous_method_expression") {
		return false // runs when someone calls it
	}
	def := enclosingMethod(n)
	if def.OK() {
		name := def.Field("name").Text()
		if name == "ExecuteAsync" {
			return false // runs beside the server
		}
		if !f.startsFirst(def, 0) {
			return false
		}
	} else if !n.Up("global_statement").OK() {
		return false
	}
	for _, method := range []string{"Run", "RunAsync"} {
		for _, call := range f.calls[method] {
			full, object := f.resolve(call.Field("function")), receiver(call.Field("function")).Text()
			if (hostRuns[full] || full == "" && (object == "app" || object == "host")) && enclosingMethod(call) == def {
				return n.Line() < call.Line()
			}
		}
	}
	return true
}

// startsFirst reports whether a function is run before the program does its
// work: Main itself, what the host runs first, or what these call.
func (f *file) startsFirst(def syntax.Node, depth int) bool {
	name := def.Field("name").Text()
	class := def.Up("class_declaration", "record_declaration")
	switch {
	case isMain(def), (name == "Configure" || name == "ConfigureServices") && class.Field("name").Text() == "Startup":
		return true
	case name == "StartAsync" && f.hasBase(class, "BackgroundService", "IHostedService"):
		return true
	}
	if depth > 2 || len(f.methods[name]) != 1 {
		return false
	}
	for i, call := range f.calls[name] {
		if i > 20 {
			return false
		}
		if f.inDebugBranch(call) {
			continue
		}
		if outer := enclosingMethod(call); outer.OK() && outer != def && f.startsFirst(outer, depth+1) && !inLoop(call) || !outer.OK() && call.Up("global_statement").OK() && !enclosingFunction(call).OK() {
			return true
		}
	}
	return false
}

// slowCalls are work that takes long, by resolved name; slowMethods by a
// method's own name, where the file uses the namespace.
var (
	slowCalls = map[string]string{
		"System.Net.Mail.SmtpClient().Send": "mail", "System.Net.Mail.SmtpClient().SendMailAsync": "mail", "MailKit.Net.Smtp.SmtpClient().Send": "mail", "MailKit.Net.Smtp.SmtpClient().SendAsync": "mail", "SendGrid.SendGridClient().SendEmailAsync": "mail", "SendGrid.ISendGridClient().SendEmailAsync": "mail",
		"Microsoft.AspNetCore.Identity.UI.Services.IEmailSender().SendEmailAsync": "mail", "SixLabors.ImageSharp.Image.Load": "image", "SixLabors.ImageSharp.Image.LoadAsync": "image", "SkiaSharp.SKBitmap.Decode": "image", "ImageMagick.MagickImage": "image",
		"ClosedXML.Excel.XLWorkbook": "report", "OfficeOpenXml.ExcelPackage": "report", "DinkToPdf.HtmlToPdfDocument": "pdf",
	}
	slowMethods = []struct{ method, namespace, work string }{
		{"GeneratePdf", "QuestPDF", "pdf"}, {"RenderHtmlAsPdf", "IronPdf", "pdf"}, {"PdfDataAsync", "PuppeteerSharp", "pdf"}, {"PdfAsync", "PuppeteerSharp", "pdf"}, {"Mutate", "SixLabors.ImageSharp", "image"},
		{"ProcessAsynchronously", "FFMpegCore", "video"}, {"ProcessSynchronously", "FFMpegCore", "video"}, {"SendEmailAsync", "", "mail"},
	}
)

// slowCall states work inside a handler that belongs on a queue.
func (f *file) slowCall(c call) {
	work, via := slowCalls[c.name], plain(c.name)
	if work == "" && isSleep(c) && c.Parent().Is("await_expression", "expression_statement") {
		work = "sleep"
	}
	for _, slow := range slowMethods {
		if work == "" && c.method == slow.method && c.object.OK() && (slow.namespace != "" && f.importsUnder(slow.namespace) || slow.namespace == "" && strings.Contains(strings.ToLower(lastName(c.object)), "mail")) {
			work, via = slow.work, strings.TrimPrefix(slow.namespace+"."+slow.method, ".")
		}
	}
	method := enclosingMethod(c.Node)
	switch {
	case f.inDebugBranch(c.Node):
	case work != "" && f.handler(c.Node).OK():
		f.state(c.Node, inspect.SlowWork{Via: via, Work: work})
	case !method.OK():
	case work == "mail" && !f.besideRequests(c, method):
		f.state(c.Node, inspect.SlowWork{Via: via, Work: work, Helper: true, In: method.Field("name").Text()})
	}
	receiver := lastName(c.object)
	if receiver == "" || receiver == "this" {
		receiver = c.Up("class_declaration", "record_declaration").Field("name").Text()
	}
	if slowCalls[c.name] == "" && (method.OK() || f.handler(c.Node).OK()) && !f.inDebugBranch(c.Node) && (work == "" || !f.handler(c.Node).OK()) && inspect.AsksForMail(receiver, c.method) {
		f.state(c.Node, inspect.SlowWork{Via: strings.TrimPrefix(receiver+"."+c.method, "."), Work: "mail", Helper: !f.handler(c.Node).OK(), In: method.Field("name").Text(), Asks: c.method, Beside: f.besideRequests(c, method)})
	}
}

// besideRequests reports whether nobody waits for a call, or something that is no
// request: a lambda that is given to others, a consumer, a service in the background.
func (f *file) besideRequests(c call, method syntax.Node) bool {
	for fn := enclosingFunction(c.Node); fn.OK() && fn != method; fn = enclosingFunction(fn) {
		if fn.Parent().Is("argument") && !f.isHandler(fn) {
			return true
		}
	}
	class := c.Up("class_declaration", "record_declaration")
	if f.hasBase(class, append(slices.Sorted(maps.Keys(consumerBases)), "BackgroundService", "IHostedService", "IJob", "IInvocable")...) {
		return true
	}
	return strings.HasSuffix(c.method, "Async") && c.Parent().Is("expression_statement", "assignment_expression")
}
