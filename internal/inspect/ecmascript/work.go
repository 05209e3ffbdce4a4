package ecmascript

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Work at the wrong time: inside a request, or before the program listens.

// slowCalls are calls that take long, by symbol.
var slowCalls = map[string]string{
	"@sendgrid/mail.send": "mail", "@sendgrid/mail.sendMultiple": "mail", "resend.Resend().emails.send": "mail", "postmark.ServerClient().sendEmail": "mail", "mailgun-js().messages().send": "mail",
	"@aws-sdk/client-ses.SendEmailCommand": "mail", "@aws-sdk/client-ses.SendRawEmailCommand": "mail", "aws-sdk.SES().sendEmail": "mail", "email-templates().send": "mail",
	"puppeteer.launch": "pdf", "puppeteer-core.launch": "pdf", "playwright.chromium.launch": "pdf", "pdfkit": "pdf", "html-pdf.create": "pdf", "html-pdf-node.generatePdf": "pdf", "pdfmake": "pdf", "pdf-creator-node.create": "pdf",
	"wkhtmltopdf": "pdf", "@react-pdf/renderer.renderToStream": "pdf", "@react-pdf/renderer.renderToBuffer": "pdf",
	"sharp": "image", "jimp.read": "image", "jimp.Jimp.read": "image", "gm": "image", "imagemagick.convert": "image", "canvas.createCanvas": "image",
	"fluent-ffmpeg": "video", "exceljs.Workbook": "report", "xlsx.write": "report", "xlsx.writeFile": "report",
	"timers/promises.setTimeout": "sleep", "delay": "sleep",
}

var mailer = regexp.MustCompile(`(?i)(transport(er)?|mail(er|service)?|smtp|nodemailer)$`)

// readSlowWork states long work that a request waits for.
func (f *ecmaFile) readSlowWork(c ecmaCall) {
	work := slowCalls[c.callee]
	switch {
	case c.method == "sendMail" && (strings.Contains(c.callee, "nodemailer") || mailer.MatchString(lastOf(c.recv))):
		work = "mail"
	case work == "" && f.sleeps(c) && c.node.Parent().Is("await_expression"):
		work = "sleep"
	}
	if work == "mail" && !f.servesRequest(c.node) {
		if fn := ecmaEnclosing(c.node); fn.OK() && c.node.Parent().Is("await_expression", "return_statement", "arrow_function") && !f.atBoot(c.node) {
			f.say(c.node, inspect.SlowWork{Via: mailVia(c), Work: work, Helper: true})
		}
		return
	}
	if work == "" || !f.servesRequest(c.node) || work == "sleep" && sleepName.MatchString(ecmaFunctionName(ecmaEnclosing(c.node))) {
		return // a function that sleeps for others is stated where it is called
	}
	f.say(c.node, inspect.SlowWork{Via: mailVia(c), Work: work})
}

// mailVia is the name of what works, as written where no import tells it.
func mailVia(c ecmaCall) string {
	if c.callee != "" {
		return c.callee
	}
	if text := c.node.Field("function").Text(); len(text) <= 60 && !strings.ContainsAny(text, "\n(") {
		return text
	}
	return c.method
}

var sleepName = regexp.MustCompile(`(?i)^(sleep|delay|wait|pause|timeout)(ms|for|seconds)?$`)

// sleeps reports whether a call only lets time pass: of a timer turned into a
// promise, here or in a function of this file.
func (f *ecmaFile) sleeps(c ecmaCall) bool {
	switch c.callee {
	case "timers/promises.setTimeout", "delay", "sleep-promise":
		return true
	case "setTimeout": // promisify(setTimeout)(ms), which symbol() sees through
		return len(c.args) == 1
	}
	if c.callee == "Promise" && c.fresh {
		return f.timerPromise(c.node)
	}
	fn := f.function(c.node.Field("function"))
	if !fn.OK() {
		return c.callee != "" && sleepName.MatchString(lastStep(c.callee)) && len(c.args) == 1
	}
	made := ecmaBare(f.returned(fn))
	return made.Is("new_expression") && made.Field("constructor").Text() == "Promise" && f.timerPromise(made)
}

// timerPromise recognises new Promise(resolve => setTimeout(resolve, ms)).
func (f *ecmaFile) timerPromise(n syntax.Node) bool {
	executor := f.function(ecmaBare(n.Field("arguments").Child(0)))
	params := ecmaParameters(executor)
	body := executor.Field("body")
	if body.Is("statement_block") {
		if list := ecmaChildren(body); len(list) == 1 && list[0].Is("expression_statement", "return_statement") {
			body = list[0].Child(0)
		}
	}
	return len(params) > 0 && body.Is("call_expression") && f.symbol(body.Field("function")) == "setTimeout" && ecmaBare(body.Field("arguments").Child(0)).Text() == params[0].Text()
}

// sleepTime is how long a call sleeps, in seconds, where the file tells.
func (f *ecmaFile) sleepTime(c ecmaCall) inspect.Value {
	at := c.arg(0)
	if c.callee == "Promise" {
		c.node.Walk(func(n syntax.Node) bool {
			if n.Is("call_expression") && f.symbol(n.Field("function")) == "setTimeout" {
				at = n.Field("arguments").Child(1)
			}
			return true
		})
	}
	v := f.value(at)
	if ms, err := strconv.ParseFloat(v.Text, 64); err == nil && v.HasText {
		v.Text = strconv.FormatFloat(ms/1000, 'f', -1, 64)
	}
	return v
}

var (
	startWork = regexp.MustCompile(`(?i)^(warm|preload|prefetch|prime|populate|hydrate)|^(seed|wait_?(for|until)|validate|build|load|import|generate|rebuild|fill)[A-Z_]|^seed$|^data_?creator$|^validate$`)
	waitCalls = map[string]bool{
		"wait-on": true, "wait-port": true, "tcp-port-used.waitUntilUsed": true, "tcp-port-used.waitUntilUsedOnHost": true, "wait-for-it": true,
	}
	loadCalls = regexp.MustCompile(`^(@tensorflow/tfjs(-node(-gpu)?)?\.(loadLayersModel|loadGraphModel)|@(xenova|huggingface)/transformers\.pipeline|onnxruntime-node\.InferenceSession\.create|tesseract\.js\.createWorker|fasttext.*\.load)$`)
	// loadsFew are names of functions that may as well read one row: loadUsers is as
	// likely a loop over files as a SELECT.
	loadsFew   = regexp.MustCompile(`(?i)^load_?`)
	largeThing = regexp.MustCompile(`(?i)(data|dataset|models?|index(es)?|cache|corpus|embeddings|fixtures|catalog(ue)?|all)$`)
	lengthy    = regexp.MustCompile(`(?i)(^fetch|axios|\.forEach|readFile|createReadStream|insertMany|bulkCreate|bulkWrite|createMany|Promise\.all)`)
	settings   = regexp.MustCompile(`(?i)(config|env|environment|settings?|secrets?|options|plugins?|routes?|modules?|middlewares?|controllers?|models|commands|events|handlers|listeners|schema|locales?|translations?|i18n|fonts?|wasm|session|app|server|certs?|certificates?|keys?|url|path|info|args)$`)
)

// readStartWork states slow work that the program waits for before it listens:
// it is awaited, or done synchronously, where a listen call comes later.
func (f *ecmaFile) readStartWork() {
	var listens []syntax.Node
	for _, s := range f.said {
		if l, ok := s.fact.(inspect.Listen); ok && !l.Side && !l.Dev {
			listens = append(listens, f.tree.At(int(s.node)))
		}
	}
	if len(listens) == 0 {
		return
	}
	for _, c := range f.calls {
		if fact, ok := f.workOf(c); ok && !f.debugOnly(c.node) && !f.servesRequest(c.node) && f.beforeListen(c.node, listens, 4) {
			once := f.storesOnce(c, fact)
			if fact.Aside = once && fact.Work == "seed"; !once || fact.Aside {
				f.say(c.node, fact)
			}
		}
		if seconds, ok := f.listensLater(c, listens); ok && !f.debugOnly(c.node) {
			f.say(c.node, inspect.StartWork{Via: "setTimeout", Work: "sleep", Seconds: seconds})
		}
	}
}

// storesOnce reports whether a call fills the database where nothing is in it yet
// and not at each start, by what stands around it or in the function that it calls.
func (f *ecmaFile) storesOnce(c ecmaCall, fact inspect.StartWork) bool {
	if fact.Work != "seed" && fact.Work != "load" {
		return false
	}
	around := ecmaEnclosing(c.node)
	if !around.OK() {
		around = f.tree.Root()
	}
	said := func(condition syntax.Node) string { return syntax.FollowedText(condition, f.given) }
	return syntax.StoresOnce(c.node, around, said) || syntax.AsksBefore(f.function(c.node.Field("function")), said)
}

// given is what a name was given where that is known.
func (f *ecmaFile) given(id syntax.Node) syntax.Node {
	if b := f.lookup(id); b != nil {
		return b.value
	}
	return syntax.Node{}
}

// worksLong reports whether the function that a call calls is in this file and
// goes through a loop, asks another service or reads what is in files.
func (f *ecmaFile) worksLong(c ecmaCall) bool {
	long := false
	f.function(c.node.Field("function")).Walk(func(n syntax.Node) bool {
		if n.Is("for_statement", "for_in_statement", "while_statement", "do_statement") {
			long = true
		} else if n.Is("call_expression") {
			name := n.Field("function").Text()
			long = long || lengthy.MatchString(name)
		}
		return !long
	})
	return long
}

// listensLater tells by how much a timer puts off the listen call inside of it,
// in seconds: setTimeout(() => app.listen(3000), 30000).
func (f *ecmaFile) listensLater(c ecmaCall, listens []syntax.Node) (inspect.Value, bool) {
	if c.method != "" || c.node.Field("function").Text() != "setTimeout" {
		return inspect.Value{}, false
	}
	within := slices.ContainsFunc(listens, func(l syntax.Node) bool { return l.Inside(c.arg(0)) })
	delay := f.value(c.arg(1))
	ms, err := strconv.ParseFloat(delay.Text, 64)
	if !within || !delay.IsLiteral() || err != nil || ms <= 0 {
		return inspect.Value{}, false
	}
	return inspect.Lit(strconv.FormatFloat(ms/1000, 'f', -1, 64)), true
}

// workOf tells what slow work a call is, of whatever time.
func (f *ecmaFile) workOf(c ecmaCall) (inspect.StartWork, bool) {
	name := c.method
	if name == "" {
		name = c.node.Field("function").Text()
	}
	via := c.callee
	if via == "" {
		via = name
	}
	fact := inspect.StartWork{Via: via}
	switch {
	case waitCalls[c.callee]:
		fact.Work, fact.Bounded = "wait", f.property(f.object(c.arg(0)), "timeout").OK()
	case loadCalls.MatchString(c.callee):
		fact.Work = "load"
	case !f.awaited(c.node):
		return fact, false
	case f.sleeps(c):
		fact.Work, fact.Seconds = "sleep", f.sleepTime(c)
	case httpCall.MatchString(c.callee):
		fact.Work = "request"
	case startWork.MatchString(name) && !settings.MatchString(name) && !f.readsEnvOnly(c):
		if fact.Work = workOfName(name); loadsFew.MatchString(name) && !largeThing.MatchString(name) && !f.worksLong(c) {
			fact.Work = ""
		}
	}
	return fact, fact.Work != ""
}

// readsEnvOnly leaves out what belongs to a library: only the program's own
// functions are told by their names.
func (f *ecmaFile) readsEnvOnly(c ecmaCall) bool {
	return c.callee != "" && !ownModule(c.callee) && !f.function(c.node.Field("function")).OK()
}

func workOfName(name string) string {
	switch lower := strings.ToLower(name); {
	case strings.HasPrefix(lower, "seed"), strings.HasPrefix(lower, "populate"), strings.HasPrefix(lower, "datacreator"), strings.HasPrefix(lower, "data_creator"):
		return "seed"
	case strings.HasPrefix(lower, "wait"):
		return "wait"
	case strings.HasPrefix(lower, "validate"):
		return "validate"
	case strings.HasPrefix(lower, "build"), strings.HasPrefix(lower, "generate"), strings.HasPrefix(lower, "rebuild"):
		return "build"
	}
	return "load"
}

// awaited reports whether what is around a call waits for it: by await, or by
// doing the rest in its then.
func (f *ecmaFile) awaited(n syntax.Node) bool {
	p := n.Parent()
	for p.Is("parenthesized_expression", "as_expression", "non_null_expression") {
		p = p.Parent()
	}
	return p.Is("await_expression") || p.Is("member_expression") && p.Field("property").Text() == "then" && p.Parent().Is("call_expression")
}

// beforeListen reports whether a listen call runs after n and in the same
// flow: later in the function around n, in the then of n, or later than a call
// of that function.
func (f *ecmaFile) beforeListen(n syntax.Node, listens []syntax.Node, depth int) bool {
	fn := ecmaEnclosing(n)
	for fn.OK() && (ecmaCalledInPlace(fn) || fn.Parent().Is("arguments") && thenCallback(fn)) {
		fn = ecmaEnclosing(fn)
	}
	for _, l := range listens {
		if !f.burn() {
			return false
		}
		if l.Index() <= n.Index() {
			continue
		}
		if !fn.OK() || l.Inside(fn) {
			return true
		}
	}
	if !fn.OK() || depth == 0 {
		return false
	}
	for _, call := range f.callsOf(fn) {
		if !f.burn() {
			return false
		}
		if f.awaited(call) && !call.Inside(fn) && f.beforeListen(call, listens, depth-1) {
			return true
		}
	}
	return false
}

func thenCallback(fn syntax.Node) bool {
	target := fn.Parent().Parent().Field("function")
	return target.Is("member_expression") && target.Field("property").Text() == "then"
}

// callsOf are the calls of a function of this file.
func (f *ecmaFile) callsOf(fn syntax.Node) []syntax.Node {
	if f.called == nil {
		f.called = map[int32][]syntax.Node{}
		for _, c := range f.calls {
			if target := f.function(c.node.Field("function")); target.OK() {
				f.called[target.Index()] = append(f.called[target.Index()], c.node)
			}
		}
	}
	return f.called[fn.Index()]
}
