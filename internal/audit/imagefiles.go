package audit

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Held is what is known of a path of an image.
type Held int

// What is known of a path: that something may bring it which can't be told from
// the repository, that a file of the repository is there, or that nothing is.
const (
	HeldUnknown Held = iota
	HeldFile
	HeldNothing
)

// plainImages are official images of languages and systems on which a program is
// put: they bring no file of the names that programs have, outside of the
// system's own directories.
var plainImages = map[string]bool{
	"python": true, "node": true, "ruby": true, "golang": true, "openjdk": true, "eclipse-temurin": true, "rust": true, "elixir": true, "erlang": true,
	"alpine": true, "debian": true, "ubuntu": true, "amazoncorretto": true, "java": true, "perl": true, "maven": true, "gradle": true, "pypy": true,
	"dotnet/aspnet": true, "dotnet/runtime": true, "dotnet/sdk": true,
}

// systemPath are directories that a base or its packages fill; /usr/src is for programs.
var systemPath = regexp.MustCompile(`^/usr$|^/(usr/(bin|sbin|lib\w*|local|share|include|games)|bin|sbin|lib|lib64|etc|opt|var/lib|root|tmp|dev|proc|run)(/|$)`)

// bringers are programs of a build that may bring files of any name.
var bringers = regexp.MustCompile(`^(git|curl|wget|unzip|tar|composer|django-admin|rails|rsync|gsutil|gcloud|aws|ln|mv|cp|npx|pnpx|bunx|dotnet|cargo|make|cmake|envsubst|tee|install|mvn|mvnw|gradle|gradlew|7z|busybox|\.|\.\./.*|\./.*|python\d?|node|ruby|perl)$`)

// InImage tells what the component's image has at a path: a file of the
// repository, with where it was copied and whether anything may have changed its
// mode. Whatever a stage, a command, a base or a build before the image's may
// bring is unknown.
func (c *Component) InImage(name string) (held Held, f *File, changed bool) {
	if c.Image == nil {
		return HeldUnknown, nil, false
	}
	h := imageHolds{c: c, context: c.BuildContext(), made: map[string]bool{}}
	if !h.plainBase() || strings.ContainsAny(name, "$*?[") {
		return HeldUnknown, nil, false
	}
	if !path.IsAbs(name) {
		workdir := c.Image.Workdir()
		if workdir == "" {
			return HeldUnknown, nil, false
		}
		name = path.Join(workdir, name)
	}
	if systemPath.MatchString(name) {
		return HeldUnknown, nil, false
	}
	for _, i := range c.Image.Instructions {
		h.instruction(i.Fact, path.Clean(name))
	}
	switch {
	case h.found != nil && !h.unknown:
		return HeldFile, h.found, h.changed
	case h.unknown || h.found != nil || h.copies == 0:
		return HeldUnknown, nil, false
	}
	return HeldNothing, nil, false
}

// Workdir is the directory that the image starts in, "" where its base decides.
func (i *Image) Workdir() string {
	dir := ""
	for _, in := range i.Instructions {
		if in.Fact.Name == "WORKDIR" && len(in.Fact.Args) > 0 {
			dir = joined(dir, in.Fact.Args[0])
		}
	}
	return dir
}

// joined is a directory after WORKDIR, "" where that is not known.
func joined(dir, to string) string {
	switch {
	case strings.Contains(to, "$"):
		return ""
	case path.IsAbs(to):
		return path.Clean(to)
	case dir == "":
		return ""
	}
	return path.Join(dir, to)
}

// imageHolds follows an image's instructions for one path.
type imageHolds struct {
	c                *Component
	context, workdir string
	made             map[string]bool // directories that are there for sure
	found            *File
	copies           int
	unknown, changed bool
}

func (h *imageHolds) plainBase() bool {
	name, _, _ := SplitImage(strings.ToLower(h.c.Image.Base))
	name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
	name = strings.TrimPrefix(name, "mcr.microsoft.com/")
	return plainImages[name]
}

func (h *imageHolds) instruction(i inspect.Instruction, name string) {
	switch i.Name {
	case "WORKDIR":
		if len(i.Args) > 0 {
			if h.workdir = joined(h.workdir, i.Args[0]); h.workdir == "" {
				h.unknown = true
			}
			h.made[h.workdir] = true
		}
	case "COPY", "ADD":
		h.copy(i, name)
	case "RUN":
		h.run(i, name)
	default:
		h.unknown = h.unknown || strings.HasPrefix(i.Name, "ONBUILD")
	}
}

// run is what a command of the build may do to the path.
func (h *imageHolds) run(i inspect.Instruction, name string) {
	if i.Start == nil {
		return
	}
	bind := slices.ContainsFunc(i.Mounts, func(m inspect.Mount) bool { return Under(name, path.Clean("/"+m.Target)) })
	h.unknown = h.unknown || h.found == nil && (bind || len(i.Inline) > 0)
	for _, command := range i.Start.Commands {
		if len(command.Argv) == 0 {
			continue
		}
		program := path.Base(command.Argv[0])
		h.changed = h.changed || program == "chmod" || program == "install"
		h.unknown = h.unknown || h.found == nil && (bringers.MatchString(program) || len(command.Redirects) > 0 && strings.Contains(i.Start.Text, path.Base(name)))
	}
}

func (h *imageHolds) copy(i inspect.Instruction, name string) {
	if len(i.Args) < 2 {
		return
	}
	h.copies++
	written := i.Args[len(i.Args)-1]
	to := joined(h.workdir, written)
	if to == "" {
		h.unknown = true
		return
	}
	directory := strings.HasSuffix(written, "/") || path.Base(written) == "." || h.made[to] || len(i.Args) > 2
	if !Under(name, to) {
		return
	}
	for _, from := range i.Args[:len(i.Args)-1] {
		h.source(i, from, to, name, directory)
	}
	if directory {
		h.made[to] = true
	}
}

// source is one source of COPY to a directory or file that holds the path.
func (h *imageHolds) source(i inspect.Instruction, from, to, name string, directory bool) {
	if i.From != "" || strings.ContainsAny(from, "$*?[<") || strings.Contains(from, "://") || len(i.Inline) > 0 || i.Name == "ADD" && unpacked.MatchString(from) {
		h.unknown = true
		return
	}
	at := path.Join(h.context, strings.TrimPrefix(path.Clean("/"+from), "/"))
	f := h.c.Repo.File(at)
	switch {
	case f != nil:
		if !directory && name == to || name == path.Join(to, path.Base(at)) {
			h.hold(f, i.Chmod)
		}
	case h.c.Repo.hasDir(at) || at == ".":
		h.made[to] = true
		rel := strings.TrimPrefix(strings.TrimPrefix(name, to), "/")
		if inner := h.c.Repo.File(path.Join(at, rel)); inner != nil {
			if by, _ := h.c.LeftOut(inner.Path); by != nil {
				h.unknown = true
				return
			}
			h.hold(inner, i.Chmod)
		} else if dir := path.Dir(path.Join(at, rel)); dir != "." && !h.c.Repo.hasDir(dir) {
			h.unknown = true // a directory that a build makes
		}
	default:
		h.unknown = true // made before the image is built
	}
}

// hold notes the file that a copy has put at the path, over all that was there.
func (h *imageHolds) hold(f *File, chmod bool) {
	h.found, h.unknown, h.changed = f, false, chmod || f.Mode == source.Symlink
}

// unpacked are files that ADD takes apart.
var unpacked = regexp.MustCompile(`\.(tar|tgz|tar\.\w+|txz|tbz2?)$`)
