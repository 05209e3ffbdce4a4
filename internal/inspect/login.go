package inspect

import (
	"regexp"
	"strings"
)

// A Comparison is something that a program compares with a text of its own:
// `r.Password == "…"`. Left is the code of what is compared.
type Comparison struct{ Left, Text string }

// Login finds among comparisons that hold together the one of the password with
// which a user of a name in the code logs in: who reads it can. It returns the
// comparison's index and the name that is compared, and -1 where they are none.
func Login(compared []Comparison) (index int, name string) {
	index, user := -1, false
	for i, c := range compared {
		if ofSettings.MatchString(c.Left) {
			return -1, "" // whether the settings are still those that were shipped
		}
		switch words := lastWords(c.Left); {
		case strings.TrimSpace(c.Text) == "":
			return -1, "" // whether something was given
		case loginPassword.MatchString(words):
			index, name = i, words
		case loginUser.MatchString(words):
			user = true
		}
	}
	if !user || index < 0 || notTyped[strings.ToLower(compared[index].Text)] {
		return -1, ""
	}
	return index, name
}

var (
	loginUser     = regexp.MustCompile(`(?i)^(.*[._]|.*[a-z])?(user|usr|uname|login|log_?in_?name|e?mail(_?address)?|account)(_?(name|id))?$|^(name|id)$`)
	loginPassword = regexp.MustCompile(`(?i)^(.*[._]|.*[a-z])?(password|passwd|passphrase|pass_?word|pass|pwd)$`)
	ofSettings    = regexp.MustCompile(`(?i)(^|[^a-z])(config(uration)?|cfg|conf|settings?|options?|opts|env|environ|environment|defaults?|getenv|typeof)([^a-z]|$)`)
	lastName      = regexp.MustCompile(`([A-Za-z_]\w*)\W*$`)
	cleaned       = regexp.MustCompile(`(\.(trim|strip|toString|toLowerCase|lower|downcase|Trim|ToLower|TrimSpace|orEmpty|text|value|Text|Value|val|getText)|\[0\])?\s*(\(\s*\))?[!?]*$`)
)

// notTyped are texts that say what became of a password.
var notTyped = map[string]bool{"null": true, "undefined": true, "none": true, "nil": true, "true": true, "false": true, "required": true, "hidden": true, "text": true, "password": true}

// lastWords is what code is called: the last name in it, past what cleans it.
func lastWords(code string) string {
	code = strings.TrimSpace(code)
	for {
		short := strings.TrimSpace(cleaned.ReplaceAllString(code, ""))
		if short == code || short == "" {
			break
		}
		code = short
	}
	m := lastName.FindStringSubmatch(code)
	if m == nil {
		return ""
	}
	return strings.TrimPrefix(m[1], "get")
}

// userName is what people call a user of a database.
var userName = regexp.MustCompile(`^[A-Za-z][\w.-]{0,31}$`)

// NamesUser reports whether a text may be the name of a database's user, and no
// sentence, path or pattern.
func NamesUser(text string) bool { return userName.MatchString(text) }
