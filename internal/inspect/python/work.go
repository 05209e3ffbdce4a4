package python

import (
	"bytes"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Work at the wrong time: inside a request, or before the program serves.

// slowCalls are calls that take long, by resolved name.
var slowCalls = map[string]string{
	"django.core.mail.send_mail": "mail", "django.core.mail.send_mass_mail": "mail", "django.core.mail.mail_admins": "mail", "django.core.mail.mail_managers": "mail", "django.core.mail.EmailMessage().send": "mail",
	"django.core.mail.EmailMultiAlternatives().send": "mail", "django.core.mail.message.EmailMessage().send": "mail", "smtplib.SMTP().sendmail": "mail", "smtplib.SMTP().send_message": "mail", "smtplib.SMTP_SSL().sendmail": "mail",
	"smtplib.SMTP_SSL().send_message": "mail", "flask_mail.Mail().send": "mail", "flask.current_app.mail.send": "mail", "fastapi_mail.FastMail().send_message": "mail", "sendgrid.SendGridAPIClient().send": "mail", "emails.Message().send": "mail", "aiosmtplib.send": "mail",
	"boto3.client().send_email": "mail", "boto3.client().send_raw_email": "mail",
	"weasyprint.HTML().write_pdf": "pdf", "pdfkit.from_string": "pdf", "pdfkit.from_url": "pdf", "pdfkit.from_file": "pdf", "xhtml2pdf.pisa.CreatePDF": "pdf", "reportlab.pdfgen.canvas.Canvas": "pdf", "fpdf.FPDF": "pdf",
	"reportlab.platypus.SimpleDocTemplate": "pdf", "PIL.Image.open": "image", "cv2.imread": "image", "wand.image.Image": "image", "imageio.imread": "image", "ffmpeg.input": "video", "moviepy.editor.VideoFileClip": "video",
	"moviepy.VideoFileClip": "video", "time.sleep": "sleep", "asyncio.sleep": "sleep", "gevent.sleep": "sleep", "openpyxl.Workbook": "report", "xlsxwriter.Workbook": "report", "xlwt.Workbook": "report", "pandas.DataFrame().to_excel": "report",
	"pandas.ExcelWriter": "report",
}

// slowWork states long work that a request waits for.
func (p *pythonFile) slowWork(c pyCall) {
	work := slowCalls[c.name]
	if work == "" && p.sendsBySMTP(c) {
		c.name, work = "smtplib.SMTP().send_message", "mail"
	}
	if work == "" {
		return
	}
	if !p.handler(c.Node).OK() {
		def := p.enclosingFunction(c.Node)
		if work != "mail" || !def.OK() || p.atBoot(c.Node, 0) || len(p.besideTasks()) > 0 || def.Field("name").Text() == "handle" {
			return
		}
		if via, _ := p.taskDecoratorOf(def); via == "" && plainly(decorators(def)) {
			p.state(c.Node, inspect.SlowWork{Via: pyVia(c.name), Work: work, Helper: true})
		}
		return
	}
	if c.name == "asyncio.sleep" && p.valueOf(c.args.arg(0)).Text == "0" {
		return // only lets others run
	}
	if via, _ := p.taskDecoratorOf(p.enclosingFunction(c.Node)); via == "" {
		p.state(c.Node, inspect.SlowWork{Via: pyVia(c.name), Work: work})
	}
}

// sendsBySMTP recognises a connection that a function of the program's own made,
// by its name and the library that the file imports.
func (p *pythonFile) sendsBySMTP(c pyCall) bool {
	fn := c.Field("function")
	method := fn.Field("attribute").Text()
	return (method == "send_message" || method == "sendmail") && strings.HasSuffix(strings.ToLower(fn.Field("object").Text()), "smtp") && bytes.Contains(p.tree.Source(), []byte("import smtplib"))
}

// plainly reports whether decorators leave a function to those who call it: they
// only say whose it is, or that a signal calls it.
func plainly(list []syntax.Node) bool {
	for _, d := range list {
		if name, _, _ := strings.Cut(d.Text(), "("); name != "staticmethod" && name != "classmethod" && name != "receiver" {
			return false
		}
	}
	return true
}

var (
	// loadCalls read what is large: models, corpora, tables.
	loadCalls = regexp.MustCompile(`^(transformers\.(pipeline|\w+\.from_pretrained)|sentence_transformers\.SentenceTransformer|torch\.(load|hub\.load|jit\.load)|joblib\.load|pickle\.load|tensorflow\.(keras\.models\.load_model|saved_model\.load)|keras\.models\.load_model|spacy\.load|nltk\.download|whisper\.load_model|pandas\.read_(csv|parquet|pickle|excel|json)|gensim\.models\.[\w.]+\.load(_word2vec_format)?|faiss\.read_index|onnxruntime\.InferenceSession|fasttext\.load_model|diffusers\.\w+\.from_pretrained|easyocr\.Reader|ultralytics\.YOLO|xgboost\.Booster\(\)\.load_model)$`)
	ownWork   = regexp.MustCompile(`^(warm(_?up)?|preload|prefetch|prime|populate|seed|wait_for|wait_until|load_(data|dataset|model|models|index|cache|corpus|embeddings)|build_(index|cache)|fill_cache|init_cache|import_(data|dataset)|download_)(_|$|[a-z])`)
	appMakers = regexp.MustCompile(`^(flask\.Flask|fastapi\.FastAPI|quart\.Quart|sanic\.Sanic|aiohttp\.web\.Application|starlette\.applications\.Starlette|tornado\.web\.Application|django\.core\.(wsgi\.get_wsgi|asgi\.get_asgi)_application|falcon\.(asgi\.)?App|bottle\.Bottle|litestar\.Litestar|gradio\.\w+|connexion\.\w*App)$`)
)

// maxStartWork bounds how many calls inside functions are followed to the
// program's start: each costs a walk over the file.
const maxStartWork = 100

// startWork states slow work at the start of a program that serves: a file
// that makes a web application or listens.
func (p *pythonFile) startWork() {
	serves, last := false, int32(-1) // the last call that starts to serve for ever
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("call") {
			name := p.callee(n)
			serves = serves || appMakers.MatchString(name)
			if l, known := pyListens[name]; known && !l.side {
				serves, last = true, n.Index()
			}
		}
		return true
	})
	if !serves {
		return
	}
	beside, looked := p.besideTasks(), 0
	p.tree.Root().Walk(func(n syntax.Node) bool {
		if !n.Is("call") || p.route(n).OK() || p.debugOnly(n) {
			return true
		}
		fact := inspect.StartWork{Via: pyVia(p.callee(n))}
		c := pyCall{Node: n, name: p.callee(n), args: pyArgsOf(n)}
		fn := n.Field("function")
		own := fn.Text()
		switch {
		case c.name == "time.sleep" || c.name == "asyncio.sleep":
			fact.Work, fact.Seconds = "sleep", p.valueOf(c.args.arg(0))
			if loop := n.Up("while_statement", "for_statement"); loop.OK() && (!p.enclosingFunction(n).OK() || loop.Inside(p.enclosingFunction(n))) {
				fact.Work, fact.Bounded = "wait", loop.Is("for_statement")
				if p.forEver(loop) {
					return true // the program's own work, or a clock
				}
			}
		case loadCalls.MatchString(c.name):
			fact.Work = "load"
		case httpCalls.MatchString(c.name) && !strings.HasSuffix(c.name, "Client") && !strings.HasSuffix(c.name, "ClientSession") && !strings.HasSuffix(c.name, "Request"):
			fact.Work = "request"
		case fn.Is("identifier") && ownWork.MatchString(own) && (p.localFunction(fn).OK() || strings.HasPrefix(c.name, ".") || c.name != ""):
			fact.Via, fact.Work = own, workOfName(own)
		default:
			return true
		}
		def := p.enclosingFunction(n)
		if def.OK() {
			if looked++; looked > maxStartWork || beside[def.Field("name").Text()] {
				return true
			}
		}
		fact.Aside = fact.Work == "seed" && p.storesOnce(n)
		if p.atBoot(n, 0) && (last < 0 || n.Index() < last || def.OK()) && !p.ownCallee(n) {
			p.state(n, fact)
		}
		return true
	})
}

// storesOnce reports whether a call fills the database where nothing is in it yet
// and not at each start, by what stands around it or in the function that it calls.
func (p *pythonFile) storesOnce(n syntax.Node) bool {
	around := p.enclosingFunction(n)
	if !around.OK() {
		around = p.tree.Root()
	}
	said := func(condition syntax.Node) string { return syntax.FollowedText(condition, p.follow) }
	return syntax.StoresOnce(n, around, said) || syntax.AsksBefore(p.localFunction(n.Field("function")), said)
}

// forEver reports whether a loop has no end.
func (p *pythonFile) forEver(loop syntax.Node) bool {
	condition := loop.Field("condition")
	if !loop.Is("while_statement") || !condition.Is("true", "integer") {
		return false
	}
	ends := false
	loop.Field("body").Walk(func(n syntax.Node) bool {
		ends = ends || n.Is("break_statement", "return_statement", "raise_statement") || n.Is("call") && pyExits[p.callee(n)]
		return !ends && !n.Is("function_definition")
	})
	return !ends
}

// ownCallee leaves out a function's inner work where the call of the function
// is stated by its name.
func (p *pythonFile) ownCallee(n syntax.Node) bool {
	def := p.enclosingFunction(n)
	return def.OK() && ownWork.MatchString(def.Field("name").Text())
}

// besideTasks are the names that threads and tasks of the event loop are given:
// functions that run beside the program.
func (p *pythonFile) besideTasks() map[string]bool {
	names := map[string]bool{}
	p.tree.Root().Walk(func(c syntax.Node) bool {
		if c.Is("call") && besideCalls[p.callee(c)] {
			c.Field("arguments").Walk(func(n syntax.Node) bool {
				if n.Is("identifier") {
					names[n.Text()] = true
				}
				return !n.Is("call") || n.Parent() == c.Field("arguments")
			})
		}
		return true
	})
	return names
}

var besideCalls = map[string]bool{
	"threading.Thread": true, "asyncio.create_task": true, "asyncio.ensure_future": true, "multiprocessing.Process": true, "gevent.spawn": true,
}

func workOfName(name string) string {
	switch {
	case strings.HasPrefix(name, "seed"), strings.HasPrefix(name, "populate"):
		return "seed"
	case strings.HasPrefix(name, "wait"):
		return "wait"
	case strings.HasPrefix(name, "build"):
		return "build"
	}
	return "load"
}
