package dependencies

import (
	"path"
	"strings"

	"twelvefold/internal/audit"
)

// imageTools is what is known of the operating system inside an image.
type imageTools struct {
	words    []string // what its build names, in lower case: packages, files, URLs
	base     string   // base name of the base image
	tag      string
	known    bool          // the base's contents are known
	open     bool          // whole directories of programs come from elsewhere
	packages []audit.Place // where system packages are installed
}

// toolsOfImage reads the component's image; nil when it has none.
func toolsOfImage(c *audit.Component) *imageTools {
	if c.Image == nil {
		return nil
	}
	name, tag, _ := audit.SplitImage(strings.ToLower(c.Image.Base))
	t := &imageTools{base: path.Base(name), tag: tag}
	if strings.Contains(name, "distroless") {
		t.base = "distroless"
	}
	if strings.Contains(name, "mcr.microsoft.com/dotnet") {
		t.base = "dotnet"
	}
	t.known = knownBases[t.base] && (strings.Count(name, "/") < 2 || t.base == "distroless" || t.base == "dotnet" || strings.HasPrefix(name, "docker.io/") || strings.HasPrefix(name, "public.ecr.aws/docker"))
	for _, command := range audit.OfComponent(c, making) {
		if command.when != inImageStage || command.at.Path != c.Image.File.Path && !strings.HasSuffix(command.at.Path, ".sh") {
			continue
		}
		for _, word := range command.Argv {
			t.words = append(t.words, strings.ToLower(word))
		}
		if systemInstall(command.Argv) {
			t.packages = append(t.packages, command.at)
		}
	}
	for _, i := range c.Image.Instructions {
		switch i.Fact.Name {
		case "RUN":
			if i.Fact.Start != nil {
				t.words = append(t.words, strings.Fields(strings.ToLower(i.Fact.Start.Text))...)
			}
		case "ARG", "ENV":
			for _, pair := range i.Fact.Pairs {
				t.words = append(t.words, strings.Fields(strings.ToLower(pair.Value.Text))...)
			}
		case "COPY", "ADD":
			for _, word := range i.Fact.Args {
				t.words = append(t.words, strings.ToLower(word))
				t.open = t.open || i.Fact.From != "" && programDirectories[strings.TrimSuffix(word, "/")]
			}
			t.words = append(t.words, strings.ToLower(i.Fact.From))
		}
	}
	return t
}

var programDirectories = words(`/ /usr /usr/bin /usr/local /usr/local/bin /bin /opt /nix /nix/store`)

// systemInstall reports whether a command installs packages of the operating
// system.
func systemInstall(argv []string) bool {
	argv = audit.Unwrap(argv)
	if len(argv) < 3 {
		return false
	}
	switch path.Base(argv[0]) {
	case "apt-get", "apt", "aptitude", "yum", "dnf", "microdnf", "zypper", "tdnf":
		return contains(argv, "install")
	case "apk":
		return contains(argv, "add")
	case "install_packages":
		return true
	}
	return false
}

// has reports whether the build of the image names one of the packages, or
// brings what can't be told.
func (t *imageTools) has(need toolNeed) bool {
	if t.open && !need.lib || t.inBase(need) {
		return true
	}
	for _, word := range t.words {
		for _, part := range need.any {
			if strings.Contains(word, strings.ToLower(part)) && (len(part) > 3 || exactPart(word, part)) {
				return true
			}
		}
	}
	return false
}

// exactPart looks for a short name as a whole part of a word: "git" in
// "git-core" and "git=1:2", not in "digital".
func exactPart(word, part string) bool {
	for _, piece := range strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("/-_=:.,;@|&()\"'", r) }) {
		if piece == part {
			return true
		}
	}
	return false
}

var (
	knownBases = words(`python node ruby golang php openjdk eclipse-temurin amazoncorretto debian ubuntu alpine distroless scratch dotnet bun deno nginx pypy busybox`)
	// fullImages have the tools of buildpack-deps, unless their tag says slim or
	// alpine.
	fullImages = words(`python node ruby golang pypy`)
	fullTools  = words(`bash curl wget git ssh scp sftp ssh-keygen svn hg gcc g++ make patch unzip file gpg bzip2 xz openssl convert identify mogrify composite magick ps perl python3 python sqlite3 mysql_config`)
	fullLibs   = words(`libmysqlclient libpq imagemagick libmagic`)
	baseTools  = map[string]map[string]bool{
		"php": words(`bash curl xz gcc g++ make file perl openssl`), "eclipse-temurin": words(`bash curl wget gpg openssl`), "openjdk": words(`bash`), "amazoncorretto": words(`bash curl`),
		"nginx": words(`bash curl openssl nginx`), "debian": words(`bash perl`), "ubuntu": words(`bash perl`), "dotnet": words(`bash`), "bun": words(`bash bun`), "deno": words(`bash deno`),
		"python": words(`bash python python3 pip`), "node": words(`bash node npm npx yarn`), "ruby": words(`bash ruby gem bundle`), "golang": words(`bash go git gcc make`), "pypy": words(`bash`),
	}
	alpineTools = words(`wget nc unzip ping nslookup ps vi less traceroute ifconfig ip bzip2 xz ssl_client crond httpd telnet bc`)
)

// inBase reports whether the base image itself has what is needed.
func (t *imageTools) inBase(need toolNeed) bool {
	small := strings.Contains(t.tag, "alpine") || strings.Contains(t.tag, "slim") || t.base == "alpine" || t.base == "busybox"
	switch {
	case fullImages[t.base] && !small:
		return need.lib && fullLibs[need.name] || !need.lib && fullTools[need.name] || baseTools[t.base][need.name]
	case strings.Contains(t.tag, "alpine") || t.base == "alpine" || t.base == "busybox":
		return !need.lib && (alpineTools[need.name] || need.name != "bash" && baseTools[t.base][need.name])
	}
	return !need.lib && baseTools[t.base][need.name]
}
