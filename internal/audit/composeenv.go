package audit

import (
	"path"
	"regexp"

	"twelvefold/internal/inspect"
)

// resolved is a file's signals with the variables of a Compose file's images,
// builds and environment filled in from the .env beside it (guard G5 of
// rules.md), and with what services take over from other files, as Compose does
// it itself. What stays unknown stays as written.
func (r *Repository) resolved(f *File) []inspect.Signal {
	if !hasFact[inspect.ComposeService](f) {
		return f.Signals
	}
	values := r.dotenv(path.Join(path.Dir(f.Path), ".env"))
	signals := make([]inspect.Signal, len(f.Signals)) // the original belongs to every file of the same content
	for i, s := range f.Signals {
		if service, ok := s.Fact.(inspect.ComposeService); ok {
			if image := fill(service.Image, values); image != service.Image {
				service.ImageDefault = image
			}
			service = r.extended(f, service, 0)
			service.Context, service.Dockerfile = fill(service.Context, values), fill(service.Dockerfile, values)
			s.Fact = service
		}
		signals[i] = s
	}
	return signals
}

// dotenv is the plain values of a dotenv file; none when there is no such file.
func (r *Repository) dotenv(name string) map[string]string {
	f := r.File(name)
	if f == nil {
		return nil
	}
	values := map[string]string{}
	for _, s := range f.Signals {
		if e, ok := s.Fact.(inspect.EnvAssignment); ok && e.Value.IsLiteral() && e.Value.Secret == nil {
			values[e.Name] = e.Value.Text
		}
	}
	return values
}

var composeVariable = regexp.MustCompile(`\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))`)

// fill replaces ${NAME}, ${NAME:-default} and $NAME where a value is known.
func fill(text string, values map[string]string) string {
	return composeVariable.ReplaceAllStringFunc(text, func(variable string) string {
		m := composeVariable.FindStringSubmatch(variable)
		if value := values[m[1]+m[3]]; value != "" {
			return value
		}
		if m[2] != "" {
			return m[2]
		}
		return variable
	})
}
