package digest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How long what strangers wrote may be, in characters.
const (
	nameMost    = 60
	titleName   = 30
	titleMost   = 80
	messageMost = 220
	whyMost     = 160
)

// address is what mail programs make a link of by themselves. Nobody gets one into
// the mail by a title.
var address = regexp.MustCompile(`(?i)\b(?:[a-z][a-z0-9+.-]{1,15}://|www\.|mailto:)\S+`)

// clean is what a stranger wrote on one line: without what is not seen, what turns
// the direction of what follows and what would become a link, shortened.
func clean(text string, most int) string {
	seen := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co) || r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	seen = address.ReplaceAllString(strings.Join(strings.Fields(seen), " "), "[link]")
	return isolated(shortened(seen, most))
}

// shortened keeps so many characters, the last of them an ellipsis where some are
// left out.
func shortened(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return strings.TrimRight(string(runes[:most-1]), " ") + "…"
}

// What text that runs from right to left is enclosed in, so that its neighbours stay
// where they are.
const (
	isolateFirst = "\u2068"
	isolateEnd   = "\u2069"
)

func isolated(text string) string {
	if !strings.ContainsFunc(text, rightToLeft) {
		return text
	}
	return isolateFirst + text + isolateEnd
}

func rightToLeft(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Samaritan, unicode.Mandaic, unicode.Adlam, unicode.Mende_Kikakui)
}

// nameOf is a repository as the account's own people call it: without the owner
// where that is the account.
func nameOf(account, repository string, most int) string {
	if owner, name, ok := strings.Cut(repository, "/"); ok && strings.EqualFold(owner, account) {
		repository = name
	}
	name := clean(repository, most)
	if name == "" {
		return "a repository"
	}
	return name
}
