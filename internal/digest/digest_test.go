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
	"twelvefold/templates"
	"twelvefold/templates/stories"
)

var (
	now    = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	states = []string{"usual", "empty", "huge", "hostile", "quiet", "first", "rules", "waits"}
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
		"quiet": "acme: 82. A quiet week",
		"first": "acme: 82. 3 repositories audited for the first time",
		"rules": "acme: 82 (−3). storefront raised logs to 96",
		"huge":  "acme-international-payments-and-logisti…: 82 (−3). acme/payments-api dropped config to 41",
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
		{"2 waivers lapse this week", func() { d.Closed = digest.Counts{} }},
		{"1 waiver lapses this week", func() { d.Lapsing = d.Lapsing[:1] }},
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
	const says = "A quiet week: no score moved, and no finding came or went."
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
	if n := utf8.RuneCountInString(m.Subject); n > 140 {
		t.Errorf("a subject of %d characters", n)
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
	light := regexp.MustCompile(`--(on-)?(satisfied|mostly|partly|weak|violated): (?:light-dark\()?(#[0-9a-f]{6})`)
	found := light.FindAllStringSubmatch(string(sheet), -1)
	if len(found) != 10 {
		t.Fatalf("%d colours", len(found))
	}
	for _, colour := range found {
		property := "background-color:"
		if colour[1] != "" {
			property = ";color:"
		}
		if !strings.Contains(m.HTML, property+colour[3]) {
			t.Errorf("%s%s is %s on the pages and not in the mail", colour[1], colour[2], colour[3])
		}
	}
}

// What became of the mail before is told, in a quiet week, too.
func TestTheMailBeforeIsToldOf(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]digest.Digest{
		"The digest before this one may not have arrived": {Doubt: true}, "The digest before this one could not be sent": {Lost: true},
	} {
		d.Account, d.Repositories, d.Audited = "acme", 3, 3
		m, err := digest.Compose(d)
		if err != nil || !strings.Contains(m.Text, want) || !strings.Contains(m.HTML, want) {
			t.Errorf("%s: %v\n%s", want, err, m.Text)
		}
	}
}
