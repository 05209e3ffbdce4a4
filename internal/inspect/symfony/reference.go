package symfony

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/fold"
)

// Read is a variable that a text of the container reads: %env(int:PORT)%.
type Read struct {
	Name     string
	Fallback fold.Value // what is used when it is unset; none without
	Default  bool       // the file gives a fallback, be it null
}

// Parameters are the container's parameters that a file sets, by name, as they
// are written. "env(PORT)" is the fallback of a variable.
type Parameters map[string]string

var reference = regexp.MustCompile(`%%|%env\(([^()%]*)\)%|%([\w.:()\\-]+)%`)

// kernel are parameters that Symfony itself sets: directories of the checkout,
// relative to its root.
var kernel = map[string]fold.Value{
	"kernel.project_dir": fold.Here, "kernel.root_dir": fold.Literal("app"), "kernel.logs_dir": fold.Literal("var/log"), "kernel.cache_dir": fold.Literal("var/cache"),
	"kernel.build_dir": fold.Literal("var/cache"), "kernel.share_dir": fold.Literal("var/share"),
}

// Parameters of the kernel, which a kernel of the program's own may set otherwise.
const (
	LogDirectory   = "kernel.logs_dir"
	CacheDirectory = "kernel.cache_dir"
)

// maxFollowed bounds parameters in parameters.
const maxFollowed = 6

// Expand is what a text of the container's configuration stands for, with the
// variables that it reads. environment is the name of the one that it holds for.
func (p Parameters) Expand(text, environment string) (fold.Value, []Read) {
	return p.expand(text, environment, maxFollowed)
}

func (p Parameters) expand(text, environment string, depth int) (fold.Value, []Read) {
	if !strings.Contains(text, "%") {
		return fold.Literal(text), nil
	}
	if len(text) > inspect.MaxText || depth == 0 {
		return fold.Unknown, nil
	}
	var parts []fold.Value
	var reads []Read
	from := 0
	for _, m := range reference.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > from {
			parts = append(parts, fold.Literal(text[from:m[0]]))
		}
		from = m[1]
		v, more := fold.Literal("%"), []Read(nil)
		switch {
		case m[2] >= 0:
			r := p.read(text[m[2]:m[3]], environment, depth-1)
			if r.Name == "" {
				v = fold.Unknown
				break
			}
			v, more = fold.Read(r.Name, inspect.IsSecretName(r.Name), r.Fallback), []Read{r}
		case m[4] >= 0:
			v, more = p.parameter(text[m[4]:m[5]], environment, depth-1)
		}
		parts, reads = append(parts, v), append(reads, more...)
	}
	if from < len(text) {
		parts = append(parts, fold.Literal(text[from:]))
	}
	if len(parts) == 1 {
		return parts[0], reads
	}
	v := fold.Join(parts...)
	v.Text = strings.TrimPrefix(v.Text, "./") // of %kernel.project_dir%/…
	return v, reads
}

// parameter is what %name% stands for. One that another file sets is an input.
func (p Parameters) parameter(name, environment string, depth int) (fold.Value, []Read) {
	if v, known := kernel[name]; known {
		return v, nil
	}
	if name == "kernel.environment" {
		return fold.Literal(environment), nil
	}
	if text, known := p[name]; known {
		return p.expand(text, environment, depth)
	}
	return fold.Input, nil
}

// reshapes are processors whose result is another text than the variable's.
var reshapes = []string{"json", "base64", "file", "require", "url", "query_string", "csv", "key", "const", "enum", "shuffle", "not"}

// read is the variable behind its processors: "default:app.port:int:PORT".
func (p Parameters) read(expression, environment string, depth int) Read {
	steps := strings.Split(expression, ":")
	r := Read{Name: steps[len(steps)-1]}
	if !variable.MatchString(r.Name) {
		return Read{}
	}
	if text, known := p["env("+r.Name+")"]; known {
		r.Fallback, _ = p.expand(text, environment, max(depth, 0))
		r.Default = true
	}
	steps = steps[:len(steps)-1]
	for i, step := range steps {
		if step != "default" || i+1 >= len(steps) {
			continue
		}
		r.Default = true
		if name := steps[i+1]; name != "" && depth > 0 {
			r.Fallback, _ = p.parameter(name, environment, depth)
			if !r.Fallback.Given() {
				r.Fallback = fold.Value{}
			}
		}
	}
	if slices.ContainsFunc(steps, func(step string) bool { return slices.Contains(reshapes, step) }) {
		r.Fallback = r.Fallback.WithoutText()
	}
	return r
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
