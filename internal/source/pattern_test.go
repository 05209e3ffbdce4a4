package source

import (
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"
)

// TestMarksNeverHideAMatch tries texts that a pattern's expression matches:
// each must have one of the pattern's marks.
func TestMarksNeverHideAMatch(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	for _, p := range []pattern{
		testSuffix, testProject, testSourceSet, testName, testClass, docsPlain, dotenvName, exampleCode, exampleConfig, versionedFile, minifiedName,
		generatedName, ciPattern, requirementsFile, composeName, dockerName, entrypointName, packagerHook, settingsFile, settingsStem, seedName, messagesFile,
	} {
		tree, err := syntax.Parse(p.expression.String(), syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		tried := 0
		for range 3000 {
			var b strings.Builder
			writeMatch(&b, tree, random)
			if !p.expression.MatchString(b.String()) {
				continue
			}
			tried++
			if !p.MatchString(b.String()) {
				t.Errorf("%q matches %s but has none of %q", b.String(), p.expression, p.marks)
				break
			}
		}
		if tried < 100 {
			t.Errorf("only %d texts match %s", tried, p.expression)
		}
	}
}

// TestToolConfigIsAskedOfAllThatMatch is the same for the words that stand
// before devToolPattern.
func TestToolConfigIsAskedOfAllThatMatch(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	tree, err := syntax.Parse(devToolPattern.String(), syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	for range 10_000 {
		var b strings.Builder
		writeMatch(&b, tree, random)
		if name := b.String(); devToolPattern.MatchString(name) && !(located{name: name}).toolConfig() {
			t.Fatalf("%q matches the pattern, which is not asked", name)
		}
	}
}

// writeMatch adds a text that an expression matches, anchors left out.
func writeMatch(b *strings.Builder, re *syntax.Regexp, random *rand.Rand) {
	repeat := func(low, high int) {
		for range low + random.IntN(high-low+1) {
			writeMatch(b, re.Sub[0], random)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		i := random.IntN(len(re.Rune)/2) * 2
		if low, high := re.Rune[i], re.Rune[i+1]; low < 0x80 {
			b.WriteRune(low + random.Int32N(min(high, 0x7e)-low+1))
		} else {
			b.WriteRune(low)
		}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte("abc-_."[random.IntN(6)])
	case syntax.OpCapture:
		writeMatch(b, re.Sub[0], random)
	case syntax.OpStar:
		repeat(0, 3)
	case syntax.OpPlus:
		repeat(1, 3)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		high := re.Max
		if high < 0 {
			high = re.Min + 3
		}
		repeat(re.Min, high)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			writeMatch(b, sub, random)
		}
	case syntax.OpAlternate:
		writeMatch(b, re.Sub[random.IntN(len(re.Sub))], random)
	}
}
