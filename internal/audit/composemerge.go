package audit

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// extended is a service with what it builds on in other files, as "extends"
// has it: what it states itself stands, the rest comes from there.
func (r *Repository) extended(f *File, s inspect.ComposeService, depth int) inspect.ComposeService {
	if s.ExtendsFile == "" || depth > maxDepth {
		return s
	}
	base := r.File(path.Join(path.Dir(f.Path), s.ExtendsFile))
	if base == nil || base == f {
		return s
	}
	for _, signal := range base.Signals() {
		from, ok := signal.Fact.(inspect.ComposeService)
		if !ok || from.Name != s.ExtendsName {
			continue
		}
		from = r.extended(base, from, depth+1)
		from.EnvFiles = slices.Clone(from.EnvFiles)
		from.DependsOn, from.Awaits = nil, nil // not inherited
		if from.Build && path.Dir(base.Path) != path.Dir(f.Path) {
			from.Context = relative(path.Dir(f.Path), path.Join(path.Dir(base.Path), from.Context))
		}
		for i, name := range from.EnvFiles {
			from.EnvFiles[i] = relative(path.Dir(f.Path), path.Join(path.Dir(base.Path), name))
		}
		if !plainCompose(base) {
			r.bases[base.Path+" "+from.Name] = true
		}
		merged := mergeServices(from, s)
		merged.ExtendsFile = "" // done
		return merged
	}
	return s
}

// relative is a directory of the repository as seen from another.
func relative(from, to string) string {
	if from == "." {
		return to
	}
	up := strings.Repeat("../", strings.Count(from, "/")+1)
	if rest, ok := strings.CutPrefix(to, from+"/"); ok {
		return rest
	}
	return up + to
}

// mergeServices is a service under another that states more of it, as Compose
// merges files: single values are replaced, lists are joined, variables and
// mounts are replaced by their names.
func mergeServices(base, over inspect.ComposeService) inspect.ComposeService {
	m := base
	m.Name, m.Stated, m.Reset = over.Name, over.Stated, over.Reset
	if over.Image != "" {
		m.Image, m.ImageDefault, m.ImageLine = over.Image, over.ImageDefault, over.ImageLine
	}
	if over.Build {
		m.Build = true
		m.Context, m.Dockerfile, m.Target = cmp.Or(over.Context, base.Context), cmp.Or(over.Dockerfile, base.Dockerfile), cmp.Or(over.Target, base.Target)
	}
	if over.Entrypoint != nil {
		m.Entrypoint, m.Command = over.Entrypoint, nil // as in an image, a new entrypoint drops the command
	}
	if over.Command != nil {
		m.Command = over.Command
	}
	m.Environment = mergeNamed(base.Environment, over.Environment, func(e inspect.EnvEntry) string { return e.Name })
	m.BuildArgs = mergeNamed(base.BuildArgs, over.BuildArgs, func(e inspect.EnvEntry) string { return e.Name })
	m.Sticky = mergeNamed(base.Sticky, over.Sticky, func(e inspect.EnvEntry) string { return e.Name })
	m.Volumes = mergeNamed(base.Volumes, over.Volumes, func(v inspect.Volume) string { return v.Target })
	m.EnvFiles = joinLists(base.EnvFiles, over.EnvFiles)
	m.Ports = joinLists(base.Ports, over.Ports)
	m.DependsOn, m.Awaits = joinLists(base.DependsOn, over.DependsOn), joinLists(base.Awaits, over.Awaits)
	m.Secrets = joinLists(base.Secrets, over.Secrets)
	m.Configs = joinLists(base.Configs, over.Configs)
	m.Profiles = joinLists(base.Profiles, over.Profiles)
	m.StopSignal, m.GracePeriod = cmp.Or(over.StopSignal, base.StopSignal), cmp.Or(over.GracePeriod, base.GracePeriod)
	m.Memory, m.Restart = cmp.Or(over.Memory, base.Memory), cmp.Or(over.Restart, base.Restart)
	if over.Replicas != 0 || over.ReplicasOf != "" || over.Idle {
		m.Replicas, m.ReplicasOf, m.Idle = over.Replicas, over.ReplicasOf, over.Idle
	}
	if slices.Contains(over.Stated, "healthcheck") { // also to switch it off
		m.Healthcheck = over.Healthcheck
	}
	m.Init, m.Watch = base.Init || over.Init, base.Watch || over.Watch
	m.ExtendsFile, m.ExtendsName = over.ExtendsFile, over.ExtendsName
	return reset(m, over)
}

// reset drops what an override file takes back with !reset, and what !override
// replaces as a whole.
func reset(m, over inspect.ComposeService) inspect.ComposeService {
	for _, key := range over.Reset {
		switch key {
		case "ports":
			m.Ports = over.Ports
		case "volumes":
			m.Volumes = over.Volumes
		case "environment":
			m.Environment = over.Environment
		case "env_file":
			m.EnvFiles = over.EnvFiles
		case "depends_on":
			m.DependsOn, m.Awaits = over.DependsOn, over.Awaits
		case "command":
			m.Command = over.Command
		case "entrypoint":
			m.Entrypoint = over.Entrypoint
		case "build":
			m.Build, m.Context, m.Dockerfile, m.Target = over.Build, over.Context, over.Dockerfile, over.Target
		case "profiles":
			m.Profiles = over.Profiles
		case "secrets":
			m.Secrets = over.Secrets
		case "configs":
			m.Configs = over.Configs
		case "deploy":
			m.Replicas, m.ReplicasOf, m.Idle, m.Restart, m.Memory = over.Replicas, over.ReplicasOf, over.Idle, over.Restart, over.Memory
		case "image":
			m.Image, m.ImageDefault = over.Image, over.ImageDefault
		case "restart":
			m.Restart = over.Restart
		case "stop_signal":
			m.StopSignal = over.StopSignal
		case "stop_grace_period":
			m.GracePeriod = over.GracePeriod
		}
	}
	return m
}

func mergeNamed[T any](base, over []T, name func(T) string) []T {
	var list []T
	for _, b := range base {
		if !slices.ContainsFunc(over, func(o T) bool { return name(o) == name(b) }) {
			list = append(list, b)
		}
	}
	return append(list, over...)
}

func joinLists(base, over []string) []string {
	list := slices.Clone(base)
	for _, text := range over {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// Service is a Compose service as one environment runs it: the plain file with
// what the environment's own file says over it.
type Service struct {
	inspect.ComposeService
	Environment Environment
	Files       []Located[inspect.ComposeService] // that state it, the plain one first
}

// Services are the component's Compose services in one environment. For
// development that is the plain file with docker-compose.override.yml or a file
// named for development over it; for production the plain file with one named
// so, or alone when it is what is deployed. Services of other environments' own
// files are left out.
func (c *Component) Services(environment Environment) []Service {
	var list []Service
	index := map[string]int{}
	meant, laidOver := map[*File]bool{}, map[*File]bool{} // by Compose file: a file has many services
	holds := func(f *File) bool {
		if _, known := meant[f]; !known {
			meant[f] = !plainCompose(f) && c.composeIn(f, environment) || plainCompose(f) && c.EnvironmentOf(f) == environment
		}
		return meant[f]
	}
	overlaid := func(f *File) bool {
		if _, known := laidOver[f]; !known {
			laidOver[f] = c.hasOverlay(f, environment)
		}
		return laidOver[f]
	}
	for _, plain := range []bool{true, false} {
		for s := range Facts[inspect.ComposeService](c) {
			isPlain := plainCompose(s.File)
			if isPlain != plain || !isPlain && !holds(s.File) || c.Repo.bases[s.File.Path+" "+s.Fact.Name] {
				continue
			}
			key := path.Dir(s.File.Path) + " " + s.Fact.Name
			i, known := index[key]
			switch {
			case known:
				list[i].ComposeService = mergeServices(list[i].ComposeService, s.Fact)
				list[i].Files = append(list[i].Files, s)
			case !isPlain || holds(s.File) || overlaid(s.File):
				index[key] = len(list)
				list = append(list, Service{s.Fact, environment, []Located[inspect.ComposeService]{s}})
			}
		}
	}
	return list
}

// composeIn reports whether a Compose file is laid over the plain one in an
// environment: one named for staging is not, in production.
func (c *Component) composeIn(f *File, environment Environment) bool {
	return c.EnvironmentOf(f) == environment && (environment != Production || environmentOfPath(path.Base(f.Path)) != Testing)
}

// plainCompose reports whether a Compose file is the one that others are laid over.
func plainCompose(f *File) bool {
	stem, _, _ := strings.Cut(strings.ToLower(path.Base(f.Path)), ".")
	return strings.Count(path.Base(f.Path), ".") == 1 && (stem == "docker-compose" || stem == "compose")
}

// hasOverlay reports whether a file of the environment lies beside a plain one
// and names one of its services without saying what it runs.
func (c *Component) hasOverlay(plain *File, environment Environment) bool {
	for s := range Facts[inspect.ComposeService](c) {
		if s.File.Path != plain.Path && path.Dir(s.File.Path) == path.Dir(plain.Path) && c.composeIn(s.File, environment) &&
			!plainCompose(s.File) && s.Fact.Image == "" && !s.Fact.Build {
			return true
		}
	}
	return false
}
