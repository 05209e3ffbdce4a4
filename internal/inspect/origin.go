package inspect

import (
	"regexp"
	"strings"
)

// OriginVia is the Via of an Endpoint that is a list of the pages which may
// call: its URL is one of them.
const OriginVia = "origins"

var (
	// originName are names of lists of the pages that may call.
	originName = regexp.MustCompile(`(?i)^[_$]*(cors_?)?(allow(ed)?|trusted|white_?listed|valid|permitted|accepted)_?(cors_?)?origins?(_?list)?$|^[_$]*(backend_?)?cors_?(allow(ed)?_?)?origins?(_?(white|allow)_?list)?$|^[_$]*(cors|origins?)_?(white|allow)_?list$|^[_$]*cors_?allow(ed)?$`)
	originURL  = regexp.MustCompile(`^https?://[^/\s]+/?$`)
	// toolPages are pages of everybody that try interfaces out.
	toolPages = regexp.MustCompile(`(?i)(^|\.)(apollographql\.com|swagger\.io|hoppscotch\.io|postman\.com|graphql\.org|altairgraphql\.dev|telegram\.org|portal\.azure\.com|appleid\.apple\.com|accounts\.google\.com)$`)
)

// IsOriginName reports whether something of this name holds the pages that may
// call: "allowedOrigins", "CORS_ORIGIN_WHITELIST".
func IsOriginName(name string) bool { return originName.MatchString(name) }

// IsOriginHeader reports whether an HTTP header says which pages may call.
func IsOriginHeader(name string) bool {
	return strings.EqualFold(name, "Access-Control-Allow-Origin")
}

// OriginsOf reads a whole list of pages that may call, each a literal; ok is
// false where the list lets everybody in, or names nobody.
func OriginsOf(texts []string) (fact Endpoint, ok bool) {
	local := ""
	for _, text := range texts {
		for part := range strings.SplitSeq(text, ",") {
			part = strings.TrimSpace(part)
			if part == "*" || part == "http://*" || part == "https://*" || strings.HasPrefix(part, "${") {
				return Endpoint{}, false
			}
			host := HTTPHost(part)
			switch {
			case host == "" || !originURL.MatchString(part) || toolPages.MatchString(host):
			case host == "localhost" || strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "0.0.0.0") || host == "host.docker.internal":
				if local == "" {
					local = part
				}
			case fact.URL.Text == "":
				fact.URL = Lit(part)
			}
		}
	}
	if fact.URL.Text == "" {
		fact.URL = Lit(local)
	}
	fact.Via = OriginVia
	return fact, fact.URL.Text != ""
}

// OriginsGrow reports whether a file adds to the list of this name, or takes it
// only where nothing else is given.
func OriginsGrow(content, name string) bool {
	if name == "" {
		return false
	}
	quoted := regexp.QuoteMeta(name)
	grows := regexp.MustCompile(`(\.\.\.|\*)\s*(this\.|self\.)?` + quoted + `\b|\b` + quoted + `\s*(\.\s*(push|unshift|concat|append|extend|insert|add|addAll|Add|AddRange)\b|\+=|\+\s|<<)|append\(\s*` + quoted + `\b|(\|\||\?\?|\bor|\belse|\?[^:\n?]*:)\s*` + quoted + `\b`)
	return grows.MatchString(content)
}
