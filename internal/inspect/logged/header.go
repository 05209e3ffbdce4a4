package logged

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// bearers are the variables among arguments that a function's code gives the
// Authorization header of a request.
func bearers(arguments, body string) map[string]bool {
	if body == "" || !MayBeHeader(arguments) {
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
	// givenHeader is a variable that is given the header whole.
	givenHeader  = regexp.MustCompile(`([A-Za-z_]\w*)\s*(?::\s*\w+\??\s*)?:?=\s*[^;\n=]{0,60}(?:(?:[("'\[]\s*|\()["'](?i:authorization)["']|HttpHeaders\.AUTHORIZATION|HeaderNames\.Authorization)\s*[)\]]{1,2}(?:\s*(?:as string|\?\? *""|!!)?)[ \t]*(?:;|\n|$)`)
	headersName  = regexp.MustCompile(`^["'` + "`" + `](?i:authorization)["'` + "`" + `]$|^(\w+\.)?(AUTHORIZATION|HeaderAuthorization)$`)
	headerReader = regexp.MustCompile(`(?i)(^|[.>:])(get|header|getheader|getfirst|getheaderstring|get_header|headerline|getheaderline)$`)
	// headerName is what people call that header.
	headerName = regexp.MustCompile(`(?i)^(auth(orization)?|bearer)_?header(_?value)?$`)
	// headersField is a field of a request's headers.
	headersField = regexp.MustCompile(`(?i)headers?(\?)?(\.|\[\s*["'])authorization(["']\s*\])?$`)
)
