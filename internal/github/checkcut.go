package github

import (
	"strings"
	"time"
	"unicode/utf8"
)

// What GitHub takes of a check run; what is longer it refuses as a whole.
// See https://docs.github.com/en/rest/checks/runs.
const (
	mostTitle             = 255      // characters
	mostText              = 65_535   // bytes, of summary and text each
	mostMessage           = 64 << 10 // bytes
	mostActions           = 3
	mostActionLabel       = 20 // characters
	mostActionDescription = 40
	mostActionIdentifier  = 20
)

// cutNote ends a text that is cut.
const cutNote = "\n\n… cut here: GitHub shows no more."

// cut keeps a check to GitHub's limits. A conclusion makes it completed, and a
// completed one has a time.
func (c Check) cut(now time.Time) Check {
	c.Title = cutRunes(c.Title, mostTitle)
	c.Summary, c.Text = cutText(c.Summary), cutText(c.Text)
	if c.Conclusion != "" || c.Status == "completed" {
		c.Status = "completed"
		if c.Conclusion == "" {
			c.Conclusion = "neutral"
		}
		if c.CompletedAt.IsZero() {
			c.CompletedAt = now
		}
	}
	if c.Title == "" && (c.Summary != "" || c.Text != "" || len(c.Annotations) > 0) {
		c.Title = cutRunes(c.Name, mostTitle)
	}
	c.Annotations = convert(c.Annotations, Annotation.cut)
	c.Actions = convert(c.Actions[:min(len(c.Actions), mostActions)], func(a Action) Action {
		return Action{cutRunes(a.Label, mostActionLabel), cutRunes(a.Description, mostActionDescription), cutRunes(a.Identifier, mostActionIdentifier)}
	})
	return c
}

func (a Annotation) cut() Annotation {
	a.StartLine = max(a.StartLine, 1)
	a.EndLine = max(a.EndLine, a.StartLine)
	a.Title, a.Message = cutRunes(a.Title, mostTitle), cutBytes(a.Message, mostMessage)
	return a
}

// cutText shortens Markdown behind a line, so that no markup is left open in
// the middle of one.
func cutText(text string) string {
	if len(text) <= mostText {
		return text
	}
	text = cutBytes(text, mostText-len(cutNote))
	if at := strings.LastIndexByte(text, '\n'); at > len(text)/2 {
		text = text[:at]
	}
	return text + cutNote
}

// cutBytes shortens a text to so many bytes, between characters.
func cutBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// cutRunes shortens a text to so many characters, the last of which then says
// so.
func cutRunes(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
