package inspect

import (
	"bytes"
	"iter"
	"regexp"
	"strings"
)

var (
	sendsMail  = regexp.MustCompile(`(?i)^send\w*mail`)
	mailerName = regexp.MustCompile(`(?i)mail|sender|smtp`)
	mailBefore = regexp.MustCompile(`(?i)(mail|sender|smtp)\w*(\(\))?[?!]?\s*(\.|->)\s*$`)
	mailAfter  = regexp.MustCompile(`(?i)^\w*mail`)
	sendMarks  = [][]byte{[]byte("ail"), []byte("AIL"), []byte("ender"), []byte("mtp"), []byte("MTP")}
)

// MailCalls are the calls of a language's table of slow ones that send mail.
func MailCalls(slow map[string]string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for name, work := range slow {
			if work == "mail" && !yield(name) {
				return
			}
		}
	}
}

// AsksForMail reports whether a call of something of the program's own sends mail
// by its names: of the method, and of what it is called on.
func AsksForMail(receiver, method string) bool {
	return len(method) >= 4 && strings.EqualFold(method[:4], "send") && (sendsMail.MatchString(method) || mailerName.MatchString(receiver))
}

// MayAskForMail agrees with the beginning of such a method's name, "send", in a
// file.
func MayAskForMail(content []byte, from, to int) bool {
	before, after := content[max(0, from-60):from], content[to:min(len(content), to+60)]
	near := content[max(0, from-60):min(len(content), to+60)]
	for _, mark := range sendMarks {
		if bytes.Contains(near, mark) {
			return mailBefore.Match(before) || mailAfter.Match(after)
		}
	}
	return false
}
