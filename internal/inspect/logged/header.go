package logged

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// bearers are the variables among arguments that a function's code gives the
// Authorization header of a request.
func bearers(arguments, body string) map[string]bool {
	if body == "" || len(body) > maxBody || !MayBeHeader(arguments) {
		return nil
	}
	var names map[string]bool
	for _, m := range givenHeader.FindAllStringSubmatch(body, -1) {
		if names == nil {
			names = map[string]bool{}
		}
		names[m[1]] = true
	}
	return names
}

// maxBody bounds the function in which variables are looked for, in bytes: it is read
// for each call that may write one.
const maxBody = 8000

// MayBeHeader reports whether arguments may name the header by which somebody
// proves who they are, so that the code around says what a name in them holds.
func MayBeHeader(arguments string) bool {
	lower := strings.ToLower(arguments)
	return strings.Contains(lower, "header") || strings.Contains(lower, "auth") || strings.Contains(lower, "bearer")
}

// readsHeader reports whether a call reads that header: getHeader("Authorization").
func readsHeader(callee, inner string) bool {
	return headerReader.MatchString(callee) && headersName.MatchString(strings.TrimSpace(inner))
}

// header notes what a call read that stands alone in the arguments.
func (s *scan) header(from int, whole string) {
	if rest := s.text[s.at:]; !s.refuses && joinOf(rest) == "" && !strings.HasPrefix(rest, "[") && s.alone(from) {
		s.found = append(s.found, inspect.SecretLogged{What: strings.Join(strings.Fields(whole), ""), Content: "token"})
	}
}

var (
	// givenHeader is a variable that is given the header whole, by nothing around it.
	givenHeader = regexp.MustCompile(`([A-Za-z_]\w*)\s*(?::\s*\w+\??\s*)?:?=\s*(?:await\s+)?(?:[$@]?[\w?.>:-]|\(\)){0,60}(?:` +
		`(?:\.|->|::|^)?(?i:get(?:_?header)?|getfirst|getheaderstring|header|getheaderline)\(\s*(?:["'](?i:authorization)["']|HttpHeaders\.AUTHORIZATION|HeaderNames\.Authorization)\s*\)|` +
		`(?i:headers)\??\.?\[["'](?i:authorization)["']\]|headers\??\.authorization|\$_SERVER\[["']HTTP_AUTHORIZATION["']\])` +
		`(?:\s*(?:as string|\?\? *(?:""|'')|!!)?)[ \t]*(?:;|\n|$)`)
	headersName = regexp.MustCompile(`^["'` + "`" + `](?i:authorization)["'` + "`" + `]$|^(\w+\.)?(AUTHORIZATION|HeaderAuthorization)$`)
	// headerReader is a call that reads one, of what people call requests and headers.
	headerReader = regexp.MustCompile(`(?i)(^|[.>:])(getheader|get_header|getheaderstring|getheaderline|headerline|header)$|(^|[.>:])(headers?|request|req|ctx|c|r)(\(\))?\??(\.|->)get(first)?$`)
	// headersField is a field of a request's headers.
	headersField = regexp.MustCompile(`^(?:\w+\.)?(?:req|request|ctx|event|r|c|handshake)\??\.(?:\w+\.)?headers\??(?:\.authorization|\??\.?\[\s*["'](?i:authorization)["']\s*\])$|^headers\??\.authorization$`)
)
