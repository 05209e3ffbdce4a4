//go:build cgo

package ruby_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
)

// TestHostileRuby must return: each text is one that makes following names, or
// walking up and down, go round in circles or far too often.
func TestHostileRuby(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	chain := "v0 = ENV[\"A\"]\n"
	double := "s0 = \"xxxxxxxxxxxxxxxx\"\n"
	methods, classes := "", ""
	for i := range 2000 {
		chain += fmt.Sprintf("v%d = v%d\n", i+1, i)
		double += fmt.Sprintf("s%d = \"#{s%d}#{s%d}\"\n", i+1, i, i)
		methods += fmt.Sprintf("def m%d = m%d + m%d\n", i, (i+1)%2000, (i+7)%2000)
		classes += fmt.Sprintf("class C%d < C%d; def perform = C%d.perform_later; end\n", i, (i+1)%2000, i)
	}
	texts := map[string]string{
		"cycles":     "a = b\nb = a\n@x = @y\n@y = @x\nA = B\nB = A\nclass D < D; end\ndef f = g\ndef g = f\nRedis.new(url: a)\nRedis.new(url: f)\nENV[A] || a\n",
		"chain":      chain + "Redis.new(url: v2000)\n",
		"doubling":   double + "PASSWORD = s40\n",
		"methods":    methods + "system(m0)\nm0\n",
		"one name":   repeat("def a = a\n", 3000) + repeat("a\n", 3000),
		"classes":    classes,
		"parens":     repeat("(", 3000) + "1" + repeat(")", 3000),
		"calls":      "a" + repeat(".b(", 1500) + "1" + repeat(")", 1500),
		"members":    "a" + repeat(".b", 5000),
		"conditions": repeat("if Rails.env.production?\n", 1500) + "x\n" + repeat("end\n", 1500),
		"or":         "x = ENV[\"A\"]" + repeat(" || ENV[\"B\"]", 2000) + "\n",
		"ternaries":  "x = " + repeat("Rails.env.test? ? 1 : ", 1500) + "2\n",
		"blocks":     repeat("configure do |config|\n", 1000) + "config.cache_store = :memory_store\n" + repeat("end\n", 1000),
		"heredocs":   repeat("a(<<~A, <<~B)\n", 500) + repeat("x\nA\ny\nB\n", 500),
		"hashes":     repeat("a = { password: ", 1500) + "1" + repeat("}", 1500),
		"globals":    "$g = {}\n" + repeat("get(\"/\") { $g[params[:id]] = 1 }\n", 2000),
		"traps":      repeat("trap(\"TERM\") { @stop = true }\nuntil @stop do end\n", 800),
		"execs":      repeat("system(\"which a\")\nsystem(\"a\")\n", 2000),
		"unclosed":   "class A\n  def b\n    \"#{x\n" + repeat("do |x|\n", 1000),
		"after end":  "a = 1\n__END__\n" + repeat("(", 10_000),
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range files.File(inspect.Ruby, []byte(text)) {
				if s.Line < 1 || s.EndLine < s.Line {
					t.Fatalf("lines %d to %d", s.Line, s.EndLine)
				}
			}
		})
	}
}

// TestFollowingIsBounded reads what would take for ever if a name were
// followed each time that it is asked for.
func TestFollowingIsBounded(t *testing.T) {
	t.Parallel()
	source := "a0 = ENV[\"A\"]\n"
	for i := range 300 {
		source += fmt.Sprintf("a%d = a%d || a%d || a%d\n", i+1, i, max(0, i-1), max(0, i-2))
	}
	if len(files.File(inspect.Ruby, []byte(source))) == 0 {
		t.Error("states nothing")
	}
}
