package stories

import (
	"fmt"
	"strings"

	"twelvefold/internal/factor"
	"twelvefold/templates"
)

// What a stranger may write into a name, a path, a message or a reason.
const (
	script   = `<script>alert("1")</script>`
	image    = `"><img src=x onerror='alert(1)'>&amp;`
	reversed = "invoice\u202egpj.exe" // RIGHT-TO-LEFT OVERRIDE, never ended
	hidden   = "pay\u200bments\u2060\ufeff-api"
	emoji    = "👩‍👩‍👧‍👦🏳️‍🌈 déploiement 部署 نشر"
	lines    = "first line\nsecond line\r\n\tthird line"
)

// unbroken is a name of 300 characters that nothing breaks.
var unbroken = strings.Repeat("unbroken", 37) + "name"

// hostiles are all of them, to be dealt out in turn.
var hostiles = []string{script, image, reversed, hidden, emoji, lines, unbroken, "`" + script + "` `" + unbroken + "`"}

// nasty is the nth of them, from whatever number.
func nasty(n int) string { return hostiles[n%len(hostiles)] }

// Scores that are none.
const (
	unknown = -1
	absent  = -2
)

// scores are those of the twelve factors, in order.
type scores [12]float64

var (
	good  = scores{100, 92, 88, 95, 100, 86, 90, absent, 78, 85, 97, unknown}
	mixed = scores{84, 62, 41, 71, 90, 28, 100, unknown, 55, 88, 96, absent}
	bad   = scores{60, 35, 12, 48, 52, 8, 71, 44, 29, 58, 33, 50}
	tool  = scores{100, 81, 93, absent, 76, absent, absent, absent, 88, unknown, 64, absent}
)

// level is a score's band, and what of it is shown.
func level(score float64) (templates.Level, float64) {
	switch score {
	case unknown:
		return templates.UnknownLevel, 0
	case absent:
		return templates.NotApplicable, 0
	}
	return templates.LevelOf(score), score
}

// strip is a row of cells that lead to the factors of a page; "" for nowhere.
func strip(s scores, base string) (strip templates.Strip) {
	for i, f := range factor.All() {
		cell := templates.Cell{Factor: f}
		cell.Level, cell.Score = level(s[i])
		if base != "" {
			cell.Href = base + "#" + string(f.Key)
		}
		strip[i] = cell
	}
	return strip
}

func points(f float64) *float64 { return &f }

// commit is the id of the nth commit.
func commit(n int) string { return strings.Repeat(fmt.Sprintf("%08x", 0x9e3779b9*uint32(n+1)), 5) }

// acme is the account that the stories are about.
var acme = templates.Account{Name: "acme", Settings: at("settings", usual), Ledger: at("ledger", usual), Digest: at("digest-settings", usual)}

// stranger is an account with a name that wants to break the page.
var stranger = templates.Account{Name: unbroken, Settings: at("settings", hostile), Ledger: at("ledger", hostile), Digest: at("digest-settings", hostile)}
