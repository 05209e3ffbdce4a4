package ruby

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// requests are calls that wait for another server's answer.
var requests = regexp.MustCompile(`^(Net::HTTP\.(get|get_response|post|post_form|start)|HTTParty\.(get|post|put)|Faraday\.(get|post|new\.get|new\.post)|RestClient\.(get|post|put|delete)|HTTP\.(get|post|head)|Excon\.(get|post|new\.get)|Typhoeus\.(get|post)|URI\.open|OpenURI\.open_uri)$`)

// loads read a data set as a whole.
var loads = map[string]bool{"CSV.read": true, "CSV.foreach": true, "CSV.table": true, "Roo::Spreadsheet.open": true, "MaxMind::DB.new": false, "TensorFlow::Graph.new": true, "OnnxRuntime::Model.new": true, "Torch.load": true, "Marshal.load": true}

// startCall states slow work that the program does before it serves: what runs
// at the top of an initializer, a server's configuration or a program.
func (f *rubyFile) startCall(c call) {
	work := ""
	switch {
	case c.name == "sleep" || c.name == "Kernel.sleep":
		if c.Up("while", "until", "while_modifier", "until_modifier").OK() || inBlockOf(c.Node, "loop", "times", "each", "retry", "until").OK() || c.Up("rescue").OK() {
			return // a wait, or a clock
		}
		work = "sleep"
	case (c.method == "get" || c.method == "post" || c.method == "put" || c.method == "open" || c.method == "start" || strings.HasPrefix(c.method, "get_") || c.method == "post_form" || c.method == "open_uri" || c.method == "head" || c.method == "delete") && requests.MatchString(c.name):
		work = "request"
	case c.name == "Rails.application.load_seed" || c.name == "Rake::Task[].invoke" && f.taskOf(c) == "db:seed":
		work = "seed"
	case c.name == "Rake::Task[].invoke" && strings.HasPrefix(f.taskOf(c), "assets:precompile"):
		work = "build"
	case loads[c.name]:
		work = "load"
	default:
		return
	}
	if f.rake || f.tests || f.debugOnly(c.Node) || !f.atBoot(c.Node, 3) || f.script {
		return
	}
	fact := inspect.StartWork{Via: c.name, Work: work}
	if work == "sleep" {
		fact.Seconds = f.valueOf(c.args.arg(0))
	}
	f.say(c.Node, fact)
}

func (f *rubyFile) taskOf(c call) string {
	task, _ := f.literal(elementKey(c.receiver))
	return task
}

// holdsTests reports whether the file holds tests.
func (f *rubyFile) holdsTests() bool {
	for _, c := range f.calls {
		if (c.name == "describe" || c.name == "RSpec.describe" || c.name == "RSpec.configure" || c.name == "feature") && (c.block.OK()) {
			return true
		}
	}
	return f.requires["minitest"] || f.requires["rspec"] || f.requires["test"] || f.requires["spec_helper"] || f.requires["rails_helper"] || f.requires["test_helper"]
}

// isScript reports whether the file is a program that neither serves nor takes
// jobs: what it does first is what it is for.
func (f *rubyFile) isScript() bool {
	if strings.HasPrefix(string(f.tree.Source()[:min(2, len(f.tree.Source()))]), "#!") {
		return !f.listens()
	}
	if f.railsFile || f.server != "" || f.sinatra {
		return false
	}
	for _, c := range f.calls {
		if strings.HasPrefix(c.name, "Rails.application.config") || strings.HasPrefix(c.name, "Rails.configuration") || strings.HasPrefix(c.name, "Rails.application.configure") || strings.HasSuffix(c.name, ".configure") && c.block.OK() {
			return false
		}
	}
	return !f.listens()
}

func (f *rubyFile) listens() bool {
	for _, c := range f.calls {
		if _, known := listeners[c.name]; known || c.method == "run!" {
			return true
		}
	}
	return false
}

// waitLoop states a loop that sleeps until something answers, at the start.
func (f *rubyFile) waitLoop(n syntax.Node) {
	condition := n.Field("condition")
	body := n.Field("body")
	if condition.Is("true", "false") || f.rake || f.tests || !f.atBoot(n, 3) {
		return
	}
	sleeps := false
	for _, c := range f.callsWithin(body) {
		sleeps = sleeps || c.name == "sleep"
	}
	if body.Is("identifier", "call") {
		sleeps = sleeps || f.callName(body) == "sleep"
	}
	asks := false
	condition.Walk(func(x syntax.Node) bool {
		if x.Is("call") {
			m := x.Field("method").Text()
			asks = asks || readyMethod.MatchString(m)
		}
		if x.Is("identifier") {
			asks = asks || readyMethod.MatchString(x.Text())
		}
		return true
	})
	if !sleeps || !asks || !f.once("wait "+condition.Text()[:min(60, len(condition.Text()))]) {
		return
	}
	bounded := strings.ContainsAny(condition.Text(), "<>") || inBlockOf(n, "timeout").OK()
	f.Emit(n.Line(), n.EndLine(), inspect.StartWork{Via: loopWord(n), Work: "wait", Bounded: bounded})
}

// waitRetry states a rescue that sleeps and tries again, at the start.
func (f *rubyFile) waitRetry(n syntax.Node) {
	clause := n.Up("rescue")
	if !clause.OK() || f.rake || f.tests || f.script || f.debugOnly(n) || !f.atBoot(n, 3) {
		return
	}
	for _, c := range f.callsWithin(clause) {
		if c.name == "sleep" || c.name == "Kernel.sleep" {
			condition := n.Up("if_modifier", "unless_modifier", "if", "unless")
			f.Emit(c.Line(), max(c.Line(), n.EndLine()), inspect.StartWork{Via: "retry", Work: "wait", Bounded: condition.OK() && condition.Inside(clause)})
			return
		}
	}
}

var readyMethod = regexp.MustCompile(`(?i)(ready|available|connected?|alive|up|active|reachable|ping|responds?|listening|exists?|open|online|healthy|migrated)\??$`)

var (
	slowCalls = map[string]string{
		"Pony.mail": "mail", "Mail.deliver": "mail", "Net::SMTP.start": "mail", "Mail.new.deliver": "mail", "Mail.new.deliver!": "mail", "sleep": "sleep", "Kernel.sleep": "sleep",
		"Prawn::Document.new": "pdf", "Prawn::Document.generate": "pdf", "PDFKit.new": "pdf", "WickedPdf.new": "pdf", "Grover.new": "pdf", "HexaPDF::Document.new": "pdf", "Ferrum::Browser.new": "pdf", "CombinePDF.load": "pdf", "Gotenberg::Client.new": "pdf",
		"MiniMagick::Image.open": "image", "MiniMagick::Image.read": "image", "MiniMagick::Image.new": "image", "Magick::Image.read": "image", "Magick::ImageList.new": "image", "ImageProcessing::MiniMagick.source": "image", "ImageProcessing::Vips.source": "image", "Vips::Image.new_from_file": "image", "Vips::Image.new_from_buffer": "image", "MiniMagick::Tool::Convert.new": "image", "RTesseract.new": "image",
		"FFMPEG::Movie.new": "video", "Axlsx::Package.new": "report", "Spreadsheet::Workbook.new": "report", "WriteXLSX.new": "report", "Caxlsx::Package.new": "report",
	}
	deliverMethods = map[string]bool{"deliver_now": true, "deliver_now!": true, "deliver": true, "deliver!": true}
)

// slowCall states work inside a request handler that belongs on a queue.
func (f *rubyFile) slowCall(c call) {
	work := slowCalls[c.name]
	if c.name == "render" && (c.args.arg(-1, "pdf").OK()) {
		work = "pdf"
	}
	if work == "" || !f.servesRequest(c.Node) || inBlockOf(c.Node, "perform_later").OK() {
		return
	}
	f.say(c.Node, inspect.SlowWork{Via: c.name, Work: work})
}

// mailCall states UserMailer.welcome(user).deliver_now in a request handler,
// and the old form UserMailer.welcome(user).deliver.
func (f *rubyFile) mailCall(c call) {
	if !deliverMethods[c.method] || !c.receiver.OK() {
		return
	}
	if !f.servesRequest(c.Node) {
		if strings.HasPrefix(c.method, "deliver_now") && f.ofModel(c.Node) {
			f.say(c.Node, inspect.SlowWork{Via: "ActionMailer." + c.method, Work: "mail", Helper: true})
		}
		return
	}
	if c.method == "deliver" || c.method == "deliver!" {
		from := f.follow(c.receiver)
		root := from.Field("receiver")
		for root.Is("call") {
			root = root.Field("receiver")
		}
		if !mailerClass.MatchString(constantPath(root)) {
			return
		}
	}
	f.say(c.Node, inspect.SlowWork{Via: "ActionMailer." + c.method, Work: "mail"})
}

// ofModel reports whether code stands in a method of a class that is neither a
// handler's nor a job's.
func (f *rubyFile) ofModel(n syntax.Node) bool {
	fn, _ := f.servedBy(n)
	class := n.Up("class")
	return !fn.OK() && n.Up("method").OK() && class.OK() && !asideClass.MatchString(class.Field("name").Text()+" "+class.Field("superclass").Text())
}

var asideClass = regexp.MustCompile(`Job|Worker|Mailer|Task|Command|Cli\b|CLI`)

var mailerClass = regexp.MustCompile(`(Mailer|Notifier|Mail)$`)

// loopWord is "until" or "while".
func loopWord(n syntax.Node) string {
	if strings.HasPrefix(n.Kind(), "until") {
		return "until"
	}
	return "while"
}
