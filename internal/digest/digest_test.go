package digest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"twelvefold/internal/digest"
	"twelvefold/internal/factor"
	"twelvefold/templates"
	"twelvefold/templates/stories"
)

var (
	now    = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	states = []string{"usual", "empty", "huge", "hostile", "quiet", "first", "rules", "waits", "fails"}
)

func composed(t *testing.T, state string) digest.Mail {
	t.Helper()
	return compose(t, stories.Digest(state, now))
}

func compose(t *testing.T, d digest.Digest) digest.Mail {
	t.Helper()
	m, err := digest.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTheSubjectSaysTheNews(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]string{
		"usual": "acme: 82 (−3). payments-api dropped config to 41",
		"empty": "acme: no repositories yet",
		"waits": "acme: no score yet",
		"fails": "acme: no audit has succeeded yet",
		"quiet": "acme: 82. A quiet week",
		"first": "acme: 82. First audit of 3 repositories",
		"rules": "acme: 82 (−3). storefront raised logs to 96",
		"huge":  "acme-international-…: 82 (−3). acme/payments-api fell to 61",
	} {
		if got := composed(t, state).Subject; got != want {
			t.Errorf("%s: %q, want %q", state, got, want)
		}
	}
	d := stories.Digest("usual", now)
	for _, step := range []struct {
		want   string
		change func()
	}{
		{"payments-api fell to 61", func() { d.Worse.Factor.Key = "" }},
		{"storefront raised logs to 96", func() { d.Worse = nil }},
		{"12 new findings", func() { d.Better = nil }},
		{"9 findings gone", func() { d.Opened = digest.Counts{} }},
		{"An audit failed", func() { d.Closed = digest.Counts{} }},
		{"2 waivers lapse within a week", func() { d.Failing = 0 }},
		{"1 waiver lapses within a week", func() { d.Lapsing = d.Lapsing[:1] }},
		{"A quiet week", func() { d.Lapsing = nil }},
	} {
		step.change()
		if got := compose(t, d).Subject; !strings.HasSuffix(got, ". "+step.want) {
			t.Errorf("%q, want %q", got, step.want)
		}
	}
}

func TestAQuietWeekSaysSoInOneLine(t *testing.T) {
	t.Parallel()
	m := composed(t, "quiet")
	const says = "A quiet week: no score moved, and no finding was opened or closed."
	if strings.Count(m.Text, says) != 1 || strings.Count(m.HTML, ">"+says+"</p>") != 1 || strings.Contains(m.Text, "THIS WEEK") {
		t.Error(m.Text)
	}
	if stories.Digest("quiet", now).Changed() || !stories.Digest("usual", now).Changed() || stories.Digest("waits", now).Changed() {
		t.Error("only if changed: what changed is told wrongly")
	}
}

// TestRulesAreKeptApart has what new rules did told beside what people did.
func TestRulesAreKeptApart(t *testing.T) {
	t.Parallel()
	text := strings.Join(strings.Fields(composed(t, "rules").Text), " ")
	for _, want := range []string{
		"12 repositories were audited under new rules for the first time.",
		"Of the −3.1 this week, −2.4 came with those audits",
		"moved the score by −0.8, which is not counted as this week’s change",
		"The rules have changed since 29 repositories were last audited.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
}

func TestAHugeWeekIsAShortMail(t *testing.T) {
	t.Parallel()
	m := composed(t, "huge")
	if len(m.HTML) > 40_000 || strings.Count(m.Text, "\n") > 110 {
		t.Errorf("%d bytes of HTML, %d lines of text", len(m.HTML), strings.Count(m.Text, "\n"))
	}
	for _, more := range []string{"and 9\u202f312 more", "and 212 more", "and 1\u202f235 more"} {
		if !strings.Contains(m.Text, more) || !strings.Contains(m.HTML, more) {
			t.Errorf("%q is not said", more)
		}
	}
}

func TestStrangersWriteNothingButText(t *testing.T) {
	t.Parallel()
	m := composed(t, "hostile")
	tag := regexp.MustCompile(`(?i)<(script|img)|onerror='|href="(?:https://evil|javascript)`)
	if found := tag.FindString(strings.ReplaceAll(m.HTML, "&#39;", "&apos;")); found != "" {
		t.Errorf("the HTML has %q", found)
	}
	for part, text := range map[string]string{"subject": m.Subject, "HTML": m.HTML, "text": m.Text} {
		if strings.Contains(text, "evil") {
			t.Errorf("the %s has the address that a title holds", part)
		}
		for i, r := range text {
			switch {
			case r == '\u2068' || r == '\u2069': // ours
			case r == '\n' && part != "subject":
			case r == '\t' && part == "HTML":
			case unicode.In(r, unicode.Cc, unicode.Cf) || r == utf8.RuneError:
				t.Fatalf("the %s has %U at %d", part, r, i)
			}
		}
		if strings.Count(text, "\u2068") != strings.Count(text, "\u2069") {
			t.Errorf("the %s leaves a direction open", part)
		}
	}
}

// TestTheSubjectIsShort tries names and news of all lengths: what lists of mails show
// has the figures, and the news whole.
func TestTheSubjectIsShort(t *testing.T) {
	t.Parallel()
	for _, state := range states {
		if m := composed(t, state); utf8.RuneCountInString(m.Subject) >= 60 {
			t.Errorf("%s: %q", state, m.Subject)
		}
	}
	factors := factor.All()
	for _, letter := range []string{"a", "ש", "🙂", "e\u0301"} {
		for _, account := range []int{1, 14, 39, 300} {
			for _, repository := range []int{1, 14, 30, 200} {
				for _, f := range append(factors[:], factor.Factor{}) {
					d := stories.Digest("usual", now)
					d.Account, d.Worse.Repository, d.Worse.Factor = strings.Repeat(letter, account), "else/"+strings.Repeat(letter, repository), f
					d.Worse.To, d.Worse.FactorTo, d.Score = 100, 100, &d.Worse.To
					m := compose(t, d).Subject
					if utf8.RuneCountInString(m) >= 60 || !strings.Contains(m, ": 100 (−3). ") || !strings.HasSuffix(m, " to 100") || strings.HasPrefix(m, ":") {
						t.Errorf("%d, %d, %s: %d characters: %q", account, repository, f.Key, utf8.RuneCountInString(m), m)
					}
				}
			}
		}
	}
}

// TestFiguresStandOnNoFill holds that no text lies on a band's colour: what makes mails
// dark may turn the ink and leave the fill.
func TestFiguresStandOnNoFill(t *testing.T) {
	t.Parallel()
	filled := regexp.MustCompile(`style="[^"]*background-color:(#[0-9a-f]{6})[^"]*">([^<]*)<`)
	for _, state := range states {
		for _, found := range filled.FindAllStringSubmatch(composed(t, state).HTML, -1) {
			switch text := strings.TrimSpace(found[2]); {
			case found[1] == "#fbfbf9", found[1] == "#f2f2ee": // paper, and what is sunken in it: both are inverted
			case text != "&#160;" && text != "\u00a0":
				t.Errorf("%s: %q stands on %s", state, text, found[1])
			}
		}
	}
}

// TestAWeekInWhichAuditsFailed is one in which something happened, and says what.
func TestAWeekInWhichAuditsFailed(t *testing.T) {
	t.Parallel()
	d := stories.Digest("quiet", now)
	d.Unaudited = []digest.Unaudited{{Repository: "acme/mirror", Failed: true, Why: "It is too large."}}
	if d.Changed() {
		t.Error("what has failed for long is a change")
	}
	if d.Failing = 1; !d.Changed() {
		t.Error("who gets only what changed is not told that audits fail")
	}
	if m := compose(t, d); m.Subject != "acme: 82. An audit failed" || strings.Contains(m.Text, "quiet") || !strings.Contains(m.Text, "No score moved, and no finding was opened or closed. An audit failed.") {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
	m := composed(t, "fails")
	for _, want := range []string{"No audit has succeeded yet.\n", "- mirror: No audit has succeeded yet. GitHub no longer has", "- new-service: Never audited."} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("%q is not said:\n%s", want, m.Text)
		}
	}
	if strings.Contains(m.Text, "has been audited yet") {
		t.Error(m.Text)
	}
}

// TestWhatMovedWithoutACommit is no quiet week: the score beside it is another one than
// the mail before had.
func TestWhatMovedWithoutACommit(t *testing.T) {
	t.Parallel()
	d, by := stories.Digest("quiet", now), -8.04
	d.Again, d.AgainBy = 1, &by
	if !d.Changed() {
		t.Error("who gets only what changed is not told")
	}
	want := "The score of 1 repository moved without a commit, as when a waiver begins or ends. Over all that is −8, which is not counted as this week’s change."
	if m := compose(t, d); m.Subject != "acme: 82. 1 score moved without a commit" || strings.Contains(m.Text, "quiet") || !strings.Contains(strings.Join(strings.Fields(m.Text), " "), want) {
		t.Errorf("%s\n%s", m.Subject, m.Text)
	}
}

// TestWhatComesInWhichOrder has what happened before what is announced, and figures whole.
func TestWhatComesInWhichOrder(t *testing.T) {
	t.Parallel()
	m := composed(t, "huge")
	html := regexp.MustCompile(`<h2[^>]*>([^<]*)`)
	var titles []string
	for _, found := range html.FindAllStringSubmatch(m.HTML, -1) {
		titles = append(titles, found[1])
	}
	if got := strings.Join(titles, "|"); got != "Three things to know|This week|New, critical or high|Not audited|Waivers that lapse by 30 November|New rules" {
		t.Error(got)
	}
	at := -1
	for _, title := range titles {
		next := strings.Index(m.Text, "\n"+strings.ToUpper(title)+"\n")
		if next <= at {
			t.Errorf("%s is not in its place:\n%s", title, m.Text)
		}
		at = next
	}
	for _, figure := range []string{"49\u202f548 findings", "5\u202f491 repositories", "588\u202f446 open findings"} {
		if !strings.Contains(strings.Join(strings.FieldsFunc(m.Text, func(r rune) bool { return r == ' ' || r == '\n' }), " "), figure) {
			t.Errorf("%q is not in one piece:\n%s", figure, m.Text)
		}
	}
}

func TestTheTextIsNarrow(t *testing.T) {
	t.Parallel()
	for _, state := range states {
		m := composed(t, state)
		for _, line := range strings.Split(m.Text, "\n") {
			long := utf8.RuneCountInString(line) > 78
			if long && strings.Contains(strings.TrimLeft(line, " -"), " ") || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: %q", state, line)
			}
		}
		if len(m.HTML) > 100_000 {
			t.Errorf("%s: %d bytes: Gmail cuts off what is behind 102 kB", state, len(m.HTML))
		}
	}
	if text := composed(t, "usual").Text; !strings.Contains(text, " III ▰▰▱▱▱ 41      IV ▰▰▰▰▱ 71\n") || !strings.Contains(text, "VIII ░░░░░ ?\n") || !strings.Contains(text, "XII ····· –\n") {
		t.Error(text)
	}
}

// TestCodeIsMarkedAsOnThePages has names of files and variables look like code, whether
// or not the message marks them.
func TestCodeIsMarkedAsOnThePages(t *testing.T) {
	t.Parallel()
	d := stories.Digest("usual", now)
	d.Win.Message = "The committed .env.production has SECRET_KEY_BASE, and `" + strings.Repeat("x", 300)
	m := compose(t, d)
	if !strings.Contains(m.HTML, ">.env.production</code>") || !strings.Contains(m.Text, "`SECRET_KEY_BASE`") || strings.Count(m.Text, "`")%2 != 0 {
		t.Error(m.Text)
	}
}

// TestBothPartsSayTheSame holds that the text lacks nothing that the HTML says.
func TestBothPartsSayTheSame(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`href="([^"]*)"`)
	for _, state := range states {
		m := composed(t, state)
		for _, found := range link.FindAllStringSubmatch(m.HTML, -1) {
			if !strings.Contains(m.Text, found[1]) {
				t.Errorf("%s: %s is in the HTML alone", state, found[1])
			}
		}
	}
	without := stories.Digest("usual", now)
	without.Home, without.Settings, without.Unsubscribe, without.Worse.Href, without.Better.Href, without.Win.Href = "", "", "", "", "", ""
	without.Worst, without.Unaudited, without.Lapsing = nil, nil, nil
	if m := compose(t, without); strings.Contains(m.HTML, "<a") {
		t.Error("without addresses there are links")
	}
}

// TestCellsHaveThePagesColours holds the mail's fills to the design tokens.
func TestCellsHaveThePagesColours(t *testing.T) {
	t.Parallel()
	sheet, err := os.ReadFile("../../web/static/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	d := stories.Digest("usual", now)
	for i, score := range []float64{90, 75, 55, 35, 10} {
		d.Strip[i].Level, d.Strip[i].Score = templates.LevelOf(score), score
	}
	m := compose(t, d)
	light := regexp.MustCompile(`--(satisfied|mostly|partly|weak|violated): (?:light-dark\()?(#[0-9a-f]{6})`)
	found := light.FindAllStringSubmatch(string(sheet), -1)
	if len(found) != 5 {
		t.Fatalf("%d colours", len(found))
	}
	for _, colour := range found {
		if !strings.Contains(m.HTML, "background-color:"+colour[2]) {
			t.Errorf("%s is %s on the pages and not in the mail", colour[1], colour[2])
		}
	}
}

// What became of the mail before is told, in a quiet week, too.
func TestTheMailBeforeIsToldOf(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]digest.Digest{
		"The digest before this one may not have arrived": {Doubt: true}, "The digest before this one could not be sent": {Lost: true},
	} {
		d.Account, d.Repositories, d.Audited, d.Scored = "acme", 3, 3, 3
		m, err := digest.Compose(d)
		if err != nil || !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, want) {
			t.Errorf("%s: %v\n%s", want, err, m.Text)
		}
	}
}
