package audit

import "strings"

func tagWords(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

var (
	// toolTags are set by no build of a program: mage sets its own, the others
	// are there to keep a file out.
	toolTags = tagWords(`mage ignore ignored exclude excluded never none skip tool tools generate generator codegen gen wireinject`)

	// testTags are set by those who test.
	testTags = tagWords(`test tests testing e2e e2etest e2etests e2e_test e2e_tests integration integ unit functional acceptance smoke conformance
		bench benchmark benchmarks stress loadtest fuzz gofuzz mock mocks mocking testdata testtools testutil testutils testhelper testhelpers`)

	// editions are set by those who build another edition of the program, maybe
	// elsewhere.
	editions = tagWords(`prod production release enterprise ent ee pro commercial saas cloud hosted oss`)

	// compilerTags are set by platforms and compilers.
	compilerTags = tagWords(`aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 wasip2 wasm windows zos
		386 amd64 amd64p32 arm arm64 arm64be armbe loong64 mips mips64 mips64le mips64p32 mips64p32le mipsle ppc ppc64 ppc64le riscv riscv64 s390
		s390x sparc sparc64 unix cgo gc gccgo tinygo gopherjs race msan asan purego noasm nounsafe safe netgo netcgo osusergo static
		static_build appengine appenginevm appengine_gen boringcrypto fips fips140 amd64v1 amd64v2 amd64v3 amd64v4`)
)

// testTag reports whether a tag is set by those who test: "e2e",
// "integration_tests".
func testTag(tag string) bool {
	tag = strings.ToLower(tag)
	return testTags[tag] || strings.HasSuffix(tag, "_test") || strings.HasSuffix(tag, "_tests") || strings.HasSuffix(tag, "_e2e") || strings.HasPrefix(tag, "e2e_")
}

// compilerTag reports whether a tag is set by a platform, a compiler or its
// version: "linux", "cgo", "go1.22", "goexperiment.arenas".
func compilerTag(tag string) bool {
	return compilerTags[tag] || strings.HasPrefix(tag, "go1.") || strings.HasPrefix(tag, "goexperiment.")
}
