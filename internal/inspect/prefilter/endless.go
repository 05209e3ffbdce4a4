package prefilter

// Endless are the marks of loops that go on until the process is to stop; see
// inspect.EndlessCondition.
func Endless() []Mark {
	return append(
		If(After(`^[\s(]*((true|True|TRUE|1)\b|!|not\s|[\w.$>@-]*([Rr]unning|[Aa]live|[Gg]oing|[Aa]ctive))`), Words("while")),
		append(If(After(`^\s*\(\s*;\s*(true\s*)?;`), Words("for")), If(After(`^\s*(do\b|\{)`), Words("loop"))...)...,
	)
}
