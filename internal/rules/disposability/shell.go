package disposability

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
)

// interpreter is what runs a line of the shell, told apart by whether it replaces
// itself with the line's last command. Measured with sh -c "true && sleep 3":
// bash 5.2 does unless the command is redirected or piped, BusyBox 1.35 always
// does, dash 0.5.12 never. None does in a script file.
type interpreter string

const (
	bash         interpreter = "bash"
	ash          interpreter = "BusyBox"
	dash         interpreter = "dash"
	unknownShell interpreter = ""
)

// shellNamed is the shell of a program's name; "sh" is what the image has.
func shellNamed(name string, image *audit.Image) interpreter {
	switch path.Base(name) {
	case "bash":
		return bash
	case "ash", "busybox":
		return ash
	case "dash":
		return dash
	}
	return systemShell(image)
}

// systemShell is /bin/sh of an image, by its base.
func systemShell(image *audit.Image) interpreter {
	if image == nil {
		return unknownShell
	}
	for i := len(image.Instructions) - 1; i >= 0; i-- {
		if f := image.Instructions[i].Fact; f.Name == "SHELL" && len(f.Args) > 0 && path.Base(f.Args[0]) == "bash" {
			return bash
		}
	}
	name := strings.ToLower(image.Base)
	if strings.Contains(name, "alpine") || strings.Contains(name, "busybox") {
		return ash
	}
	for _, system := range []string{"fedora", "centos", "rocky", "almalinux", "/ubi", "amazonlinux", "oraclelinux", "redhat", "opensuse", "archlinux"} {
		if strings.Contains(name, system) {
			return bash
		}
	}
	name, _, _ = strings.Cut(name, "@")
	name = strings.TrimPrefix(strings.TrimPrefix(name, "docker.io/"), "library/")
	name, _, _ = strings.Cut(name, ":")
	if debianImages[name] || strings.HasPrefix(name, "mcr.microsoft.com/dotnet/") || strings.HasPrefix(name, "ghcr.io/astral-sh/uv") {
		return dash
	}
	return unknownShell
}

// debianImages are official images on Debian or Ubuntu, whose sh is dash.
var debianImages = map[string]bool{
	"debian": true, "ubuntu": true, "python": true, "node": true, "golang": true, "ruby": true, "php": true, "rust": true, "openjdk": true,
	"eclipse-temurin": true, "maven": true, "gradle": true, "perl": true, "elixir": true, "erlang": true, "buildpack-deps": true, "nginx": true,
	"oven/bun": true, "denoland/deno": true, "pypy": true,
}
