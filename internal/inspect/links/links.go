// Package links finds addresses of the developer's own machine that a program
// hands to people: a link in a page or a mail, a redirect, where a payment comes
// back to, a picture's address that is kept. They look alike in all languages and
// in templates, so that they are read as text.
package links

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/prefilter"
)

var marks = sync.OnceValue(func() *prefilter.Set {
	return prefilter.New(prefilter.Texts("://localhost", "://127.0.0.1"), prefilter.If(prefilter.Before(`https?://["']\s*[+.]\s*["']$`), prefilter.Texts("localhost", "127.0.0.1")))
})

const (
	most   = 300 // marks of one file that are looked at: with more it is no program
	around = 160 // bytes before an address that tell what it is for
)

// InText states the links of a template, whose format nothing else reads.
func InText(e *inspect.Emitter, content []byte) {
	scan(content, func(at int, before, address, behind []byte) bool {
		if linked.Match(before) && filledIn.Match(content) {
			state(e, content, at, "", address)
		}
		return true
	})
}

// Scan states the addresses that a file of a program hands out.
func Scan(e *inspect.Emitter, content []byte) {
	scan(content, func(at int, before, address, behind []byte) bool {
		line := bytes.Count(content[:at], []byte{'\n'}) + 1
		if inspect.InComment(content, at) || told(e, line) || called.Match(before) || chosen(content, at) {
			return true
		}
		if name, ok := handedOut(before, address, behind); ok {
			state(e, content, at, name, address)
		}
		return true
	})
}

// scan shows each address of the developer's machine with what stands around it.
func scan(content []byte, show func(at int, before, address, behind []byte) bool) {
	seen := 0
	marks().Each(content, func(_ prefilter.Mark, from, _ int) bool {
		if seen++; seen > most {
			return false
		}
		begin := from
		if content[from] == ':' {
			begin = bytes.LastIndexByte(content[:from], 'h')
			if begin < 0 || from-begin > 5 || !scheme.Match(content[begin:from]) {
				return true
			}
		}
		m := address.Find(content[begin:min(len(content), begin+300)])
		if m == nil {
			return true
		}
		return show(begin, content[max(0, begin-around):begin], m, content[begin+len(m):min(len(content), begin+len(m)+80)])
	})
}

// handedOut reports whether an address is given to people, by what stands before
// and behind it, and what it is given to.
func handedOut(before, address, behind []byte) (name string, ok bool) {
	if linked.Match(before) {
		return "", true
	}
	if redirects.Match(before) {
		return inspect.RedirectName, true
	}
	if m := comesBack.FindSubmatch(before); m != nil {
		return string(m[1]), bytes.Count(address, []byte{'/'}) > 2
	}
	if fallback.Match(before) {
		return "", false
	}
	if m := givenTo.FindSubmatch(before); m != nil {
		if _, ok := inspect.LinkOf(string(m[1]), string(address)); ok {
			return string(m[1]), true
		}
		if origin.Match(address) && linkName.Match(m[1]) && goesOn.Match(behind) {
			return string(m[1]), true
		}
	}
	return "", mailed.Match(address) && (carries.Match(address) || carried.Match(behind)) || keptFile.Match(address)
}

// chosen reports whether what the deploy says decides about an address, or it is
// for developers alone.
func chosen(content []byte, at int) bool {
	from := bytes.LastIndexByte(content[:at], '\n') + 1
	to := len(content)
	if end := bytes.IndexByte(content[at:], '\n'); end >= 0 {
		to = at + end
	}
	return settled.Match(content[from:min(to, from+400)]) || developing.Match(content[max(0, from-240):from])
}

// told reports whether the language's own reader has stated a link of a line.
func told(e *inspect.Emitter, line int) bool {
	return slices.ContainsFunc(e.Signals, func(s inspect.Signal) bool {
		fact, ok := s.Fact.(inspect.Endpoint)
		return ok && s.Line <= line && line <= s.EndLine && fact.Via != "assignment" && fact.Via != "field" && fact.Via != "key"
	})
}

func state(e *inspect.Emitter, content []byte, at int, name string, address []byte) {
	line := bytes.Count(content[:at], []byte{'\n'}) + 1
	if text := strings.TrimRight(string(address), "\"'`"); !told(e, line) {
		if !strings.HasPrefix(text, "http") {
			text = "http://" + text
		}
		e.Emit(line, line, inspect.Endpoint{Via: inspect.LinkVia, Name: name, URL: inspect.LitOf(text)})
	}
}

var (
	scheme  = regexp.MustCompile(`^https?$`)
	address = regexp.MustCompile("^(?:https?://)?(?:localhost|127\\.0\\.0\\.1)(?::\\d+)?(?:/[^\"'`\\s<>)\\\\]*|[\"'`])")
	origin  = regexp.MustCompile("[\"'`]$|^[^/]*//[^/]*/$")
	// linked stands before a link of a page or a mail.
	linked = regexp.MustCompile(`(?i)href\s*=\s*\\?["']?$`)
	// redirects stands before the address that a browser is sent to.
	redirects = regexp.MustCompile("(?i)(?:\\bheader\\(\\s*[\"']location:\\s*|(?:res|resp|response|ctx|reply|c|http)\\.(?:redirect|sendRedirect)\\(\\s*(?:[\\w.]+\\s*,\\s*){0,2}[\"'`]|\\b(?:HttpResponseRedirect|RedirectResponse|redirect_to|redirect)\\(?\\s*(?:url\\s*=\\s*)?f?[\"'])$")
	// comesBack is a name for where a payment or a sign-in leads back to.
	comesBack = regexp.MustCompile("(?i)\\b((?:success|cancel|return|fail(?:ure)?|back|notify)_?ur[li])[\"']?\\s*(?:=>|[:=(])\\s*[$f@]?[\"'`]$")
	givenTo   = regexp.MustCompile("\\b(\\w+)[\"']?\\s*(?:=>|:=|[:=])\\s*(?:[$f@]?[\"'`]|[\"']https?://[\"']\\s*[+.]\\s*[\"'])$")
	linkName  = regexp.MustCompile(`(?i)^(?:\w*link|abs_?url|absolute_?url|(?:reset|verif\w*|confirm\w*|activat\w*|invite?)\w*ur[li])$`)
	goesOn    = regexp.MustCompile(`(?i)^\s*[+.]\s*[\w$.>-]*(?:link|reverse|path|reset|verif|confirm|activat|token|uid)`)
	// mailed is a path that mails lead to, carries and carried what they carry there.
	mailed  = regexp.MustCompile(`(?i)^[^/]*//[^/]*/.*(?:reset|verif|confirm|activat|invit|forgot|magic|password)`)
	carries = regexp.MustCompile(`[/=?&](?:\$?\{|#\{|<%=|%s|%v|\$\w)`)
	carried = regexp.MustCompile("(?i)^[\"'`]\\s*(?:[+.,%]|<<)\\s*[\\w$.>()\\[-]*(?:token|otp|hash|code|key|uuid|uid)")
	// keptFile is the address of a file that people uploaded, or that stands for one.
	keptFile = regexp.MustCompile(`(?i)^[^/]*//[^/]*/(?:[\w-]+/)?(?:storage|media|uploads?|images?|avatars?|photos?)/(?:.*\.(?:png|jpe?g|svg|gif|webp|pdf)$|$|[^"'\s]*[${#])`)
	// called stands before what the program asks for itself.
	called = regexp.MustCompile("(?i)(?:fetch|axios|ajax|\\.get|\\.post|\\.put|\\.patch|\\.delete|\\.request|\\.head|urlopen|getForObject|postForObject|exchange|Async|curl_init|file_get_contents|HttpGet|HttpPost|goto|visit|print|println|printf|console\\.\\w+|log\\w*(?:\\.\\w+)?|echo)\\(?\\s*[$f@]?[\"'`][^\"'`\\n]*$")
	// fallback stands before what counts where nothing is set.
	fallback = regexp.MustCompile("(?:\\|\\||\\?\\?|\\?:|\\?|\\bor|\\belse)\\s*\\(?[$f@]?[\"'`]$")
	settled  = regexp.MustCompile(`(?i)\benv\b|getenv|environ|process\.env|import\.meta|config[.(]|settings\.|configuration|\bdefault\b[^.]|\|\||\?\?|isdev|development|production|swagger|openapi|example|cors|origins?\b|@(?:value|server|crossorigin)`)
	// developing says that what follows is for developers.
	developing = regexp.MustCompile(`(?i)is_?dev(elopment)?\b|is_?local\b|env\.(development|local|test)|NODE_ENV|APP_ENV|\bDEBUG\b|is_?prod(uction)?\b|["'](?:dev|development|local|production|prod)["']|#if DEBUG`)
	// filledIn is in a template.
	filledIn = regexp.MustCompile(`\{\{|\{%|<%|\$\{|th:\w+=|@\w+\(|#\{`)
)
