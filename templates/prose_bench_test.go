package templates

import "testing"

// BenchmarkSpans takes a sentence apart as a page with fifty findings does for each.
func BenchmarkSpans(b *testing.B) {
	const sentence = "SESSION_SECRET has a real value in config/production.env and is read at server.js:12 by every process that starts, whatever the deploy says (see `process.env`)."
	for b.Loop() {
		spans(sentence)
	}
}
