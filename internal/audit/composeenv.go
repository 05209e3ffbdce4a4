package audit

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/inspect"
)

// resolved is a file's signals with the variables of a Compose file's images,
// builds, replicas and the like filled in from the .env beside it (guard G5 of
// rules.md), and with what services take over from other files, as Compose does
// it itself. What stays unknown stays as written.
func (r *Repository) resolved(f *File) []inspect.Signal {
	if !hasFact[inspect.ComposeService](f) {
		return f.Signals()
	}
	values := r.composeValues(f)
	signals := make([]inspect.Signal, len(f.Signals())) // the original belongs to every file of the same content
	for i, s := range f.Signals() {
		if service, ok := s.Fact.(inspect.ComposeService); ok {
			service = r.extended(f, service, 0)
			if image := fill(service.Image, values); image != service.Image {
				service.ImageDefault = image
			}
			for _, field := range []*string{&service.Context, &service.Dockerfile, &service.Target, &service.Restart, &service.StopSignal, &service.GracePeriod, &service.Memory} {
				*field = fill(*field, values)
			}
			if service.ReplicasOf != "" {
				count, err := strconv.Atoi(fill(service.ReplicasOf, values))
				service.Replicas, service.Idle = count, err == nil && count == 0
			}
			service.EnvFiles = slices.Clone(service.EnvFiles)
			for i, name := range service.EnvFiles {
				service.EnvFiles[i] = fill(name, values)
			}
			s.Fact = service
		}
		signals[i] = s
	}
	return signals
}

// composeValues are the variables that Compose fills into a file: those of the
// .env beside it, over them those of the file that includes it. The shell of
// whoever deploys stands above all, and is not in the repository.
func (r *Repository) composeValues(f *File) map[string]string {
	values := map[string]string{}
	seen := map[string]bool{}
	for depth := 0; f != nil && !seen[f.Path] && depth < maxDepth; depth++ {
		seen[f.Path] = true
		maps.Copy(values, r.dotenv(path.Join(path.Dir(f.Path), ".env")))
		f = r.includedBy[f.Path]
	}
	return values
}

// findIncludes notes which Compose file includes which. A file that several
// include is run by itself as often as by them: it keeps its own role.
func (r *Repository) findIncludes() {
	r.includedBy, r.bases = map[string]*File{}, map[string]bool{}
	for file := range AllFacts[inspect.ComposeFile](r) {
		for _, name := range file.Fact.Include {
			name = path.Join(path.Dir(file.File.Path), name)
			if _, twice := r.includedBy[name]; twice || !r.Has(name) || name == file.File.Path {
				r.includedBy[name] = nil
				continue
			}
			r.includedBy[name] = file.File
		}
	}
}

// dotenv is the plain values of a dotenv file, in which a value may use those
// before it; none when there is no such file.
func (r *Repository) dotenv(name string) map[string]string {
	f := r.File(name)
	if f == nil {
		return nil
	}
	values := map[string]string{}
	for _, s := range f.Signals() {
		e, ok := s.Fact.(inspect.EnvAssignment)
		if !ok || e.Value.Secret != nil {
			continue
		}
		switch v := resolveVariables(e.Value, values); {
		case v.IsLiteral():
			values[e.Name] = v.Text
		case v.FromEnv() && v.HasText && !strings.Contains(v.Text, "$"):
			values[e.Name] = v.Text
		}
	}
	return values
}
