package inspect

import (
	"regexp"
	"strings"
)

// EndlessLoop is a loop that only the end of the process ends, and that waits or
// takes work at each round.
type EndlessLoop struct {
	Via  string `json:"via"`          // as it begins: "while True", "for"
	Does string `json:"does"`         // the call that waits or takes: "time.sleep", "redis.blpop"
	In   string `json:"in,omitempty"` // the function that it is in, "" at the top of a file
}

func (EndlessLoop) Kind() Kind { return "endless-loop" }

var (
	endlessCondition = regexp.MustCompile(`(?i)^(true|1|(!|not\s+)[\w.>$?()-]*(stop|shut|cancel|quit|exit|terminat|interrupt|finish|closing|closed)\w*(\(\)|\.is_set\(\)|\.get\(\))?|(this|self|\$this)?[.>@_$-]*(is_?)?(running|alive|keep_?running|keep_?going|active)(\(\)|\.get\(\))?)$`)
	waitCall         = regexp.MustCompile(`(?i)(^|[.:>])(sleep|usleep|nanosleep|time_nanosleep|sleepasync|delay|waitfornexttickasync|settimeout|waitfornotify|poll|pollasync|receive_?messages?(async)?|getupdates|get_updates|get_message|fetch_?messages?|fetch_?next\w*|reserve|dequeue(async)?|try_?dequeue|[bz]?[lr]pop\w*|brpoplpush|blmove|xread\w*|xautoclaim|consume(async)?|claim_?\w*|(next|take|claim|pop)_?(job|task|message)s?)!?$`)
	queueCall        = regexp.MustCompile(`(?i)(queue|jobs?|inbox|consumer|subscriber|subscription|pubsub|mailbox|channel)(\(\))?(\.|->)(get|pop|shift|take|read|recv|receive|wait|wait_for)$`)
	stopWord         = regexp.MustCompile(`(?i)stop|shut_?down|sig(nal|term|int)|interrupt|cancel|quit|terminat|closing|exit|\bdone\b|ctx\.err`)
	asksSomebody     = regexp.MustCompile(`\b(input|raw_input|gets|readline|readLine|ReadLine|ReadKey|prompt|nextLine|getch|getwch|stdin|STDIN|read_line|question|System\.in|pygame|imshow|waitKey|curses|readkey|accept|Accept|scanf|Scanln|ReadString)\b`)
)

// EndlessCondition reports whether a loop with the condition goes on until the
// process is to stop.
func EndlessCondition(text string) bool {
	text = strings.TrimSpace(text)
	for strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text = strings.TrimSpace(text[1 : len(text)-1])
	}
	return endlessCondition.MatchString(text)
}

// Waits reports whether a call lets time pass or takes work from elsewhere, by
// its name: "time.sleep", "queue.get".
func Waits(callee string) bool { return waitCall.MatchString(callee) || queueCall.MatchString(callee) }

// StopWord reports whether a condition asks whether the process is to stop.
func StopWord(text string) bool { return stopWord.MatchString(text) }

// AsksSomebody reports whether code reads what a person types, draws a screen or
// accepts connections.
func AsksSomebody(text string) bool { return asksSomebody.MatchString(text) }
