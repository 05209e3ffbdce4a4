package dependencies

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// naming is one package that a command installs by its name.
type naming struct {
	ecosystem inspect.Ecosystem
	name      string // as its registry compares it
	shown     string
	verb      string // "pip install"
	exact     bool   // at one version
	tool      bool   // a command for the whole system: npm -g
}

// namedInstalls reads the packages that a command installs by name. What it
// takes from a file, a directory or a variable is left out.
func namedInstalls(argv []string) []naming {
	argv = bare(argv)
	if len(argv) < 2 {
		return nil
	}
	tool, args := path.Base(argv[0]), argv[1:]
	switch {
	case tool == "uv" && len(args) > 1 && args[0] == "pip" && args[1] == "install":
		return pypiNames("uv pip install", args[2:])
	case pipName.MatchString(tool) && afterFlags(args) == "install":
		return pypiNames("pip install", args)
	case tool == "gem" && (args[0] == "install" || args[0] == "i"):
		return gemNames(args[1:])
	case tool == "composer" || tool == "composer.phar":
		return composerNames(args)
	case tool == "pecl" && afterFlags(args) == "install":
		return peclNames(args)
	}
	return npmNames(tool, args)
}

// peclNames are the extensions of PHP that a command installs without a version;
// composer.json asks for one as ext-name, a package of the system. What only developers have is left out.
func peclNames(args []string) []naming {
	var list []naming
	for _, word := range args {
		name, version, _ := strings.Cut(word, "-")
		if strings.HasPrefix(word, "-") || word == "install" || version != "" && version[0] >= '0' && version[0] <= '9' || !extensionName.MatchString(name) || debugs[strings.ToLower(name)] {
			continue
		}
		list = append(list, naming{ecosystem: inspect.Composer, name: "php-" + strings.ToLower(name), shown: name, verb: "pecl install"})
	}
	return list
}

var (
	extensionName = regexp.MustCompile(`^[A-Za-z]\w+$`)
	debugs        = words(`xdebug pcov spx phpdbg`)
)

var pipName = regexp.MustCompile(`^pip(\d(\.\d+)?)?$`)

func afterFlags(args []string) string {
	for _, word := range args {
		if !strings.HasPrefix(word, "-") {
			return word
		}
	}
	return ""
}

var (
	pipTakes = words(`-i --index-url --extra-index-url -f --find-links -t --target --prefix --root -c --constraint --trusted-host --timeout --cache-dir -r --requirement --requirements -e --editable
		--platform --python-version --python --progress-bar --upgrade-strategy --no-binary --only-binary --config-settings -C --src --group --proxy --retries --python-preference --index-strategy --default-index --index --resolution --implementation --abi --log --override --overrides`)
	pypiRequirement = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)(\[[^]]*\])?\s*((?:[=<>!~]=?=?|@).*)?$`)
)

func pypiNames(verb string, args []string) []naming {
	var list []naming
	skip := false
	for _, word := range args {
		switch {
		case skip:
			skip = false
			continue
		case strings.HasPrefix(word, "-"):
			skip = pipTakes[word]
			continue
		case word == "install" || strings.ContainsAny(word, "$*`") || wheelFile.MatchString(word):
			continue
		}
		if location, ok := strings.CutPrefix(word, "git+"); ok {
			list = append(list, gitNaming(verb, location))
			continue
		}
		m := pypiRequirement.FindStringSubmatch(word)
		if m == nil || strings.Contains(word, "/") && !strings.Contains(word, "@") {
			continue
		}
		list = append(list, naming{inspect.PyPI, inspect.NormalPyPI(m[1]), m[1], verb, strings.HasPrefix(m[3], "==") && !strings.Contains(m[3], "*"), false})
	}
	return list
}

var wheelFile = regexp.MustCompile(`\.(whl|zip|tar\.gz|tgz|txt|toml)(\[.*\])?$`)

// gitNaming is a package that is taken from a repository, by the repository's
// name where no other is given.
func gitNaming(verb, location string) naming {
	if _, egg, ok := strings.Cut(location, "#egg="); ok {
		name, _, _ := strings.Cut(egg, "&")
		return naming{inspect.PyPI, inspect.NormalPyPI(name), name, verb, false, false}
	}
	name, _, _ := strings.Cut(location, "#")
	name = path.Base(strings.TrimSuffix(name, "/"))
	name, ref, _ := strings.Cut(name, "@")
	name = strings.TrimSuffix(name, ".git")
	return naming{inspect.PyPI, inspect.NormalPyPI(name), name, verb, commitID.MatchString(ref), false}
}

var commitID = regexp.MustCompile(`^[0-9a-f]{7,40}$`)

func gemNames(args []string) []naming {
	var list []naming
	exact, skip := false, false
	for i, word := range args {
		switch {
		case skip:
			skip = false
		case word == "-v" || word == "--version":
			exact = i+1 < len(args) && exactVersion.MatchString(args[i+1])
			skip = true
		case strings.HasPrefix(word, "--version="):
			exact = true
		case strings.HasPrefix(word, "-"):
			skip = gemTakes[word]
		case gemName.MatchString(word) && !strings.HasSuffix(word, ".gem"):
			name, version, _ := strings.Cut(word, ":")
			list = append(list, naming{ecosystem: inspect.Gem, name: name, shown: name, verb: "gem install", exact: version != ""})
		}
	}
	for i := range list {
		list[i].exact = list[i].exact || exact
	}
	return list
}

var (
	gemTakes     = words(`-i --install-dir -n --bindir -s --source -p --http-proxy --platform -P --trust-policy -B --build-root`)
	gemName      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]*(:[0-9][0-9A-Za-z.]*)?$`)
	exactVersion = regexp.MustCompile(`^[v=]*\d+(\.\d+)*([.-][0-9A-Za-z.-]+)?$`)
)

func composerNames(args []string) []naming {
	global := false
	for i, word := range args {
		if word == "global" {
			global = true
		}
		if word != "require" {
			continue
		}
		var list []naming
		for _, word := range args[i+1:] {
			name, version, _ := strings.Cut(word, ":")
			if composerName.MatchString(name) {
				list = append(list, naming{inspect.Composer, name, name, "composer require", exactVersion.MatchString(version), global})
			}
		}
		return list
	}
	return nil
}

var composerName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*/[a-z0-9][a-z0-9._-]*$`)

// npmAdds are the words with which a manager of npm's packages adds one by name.
var npmAdds = map[string]map[string]bool{
	"npm": words(`install i add`), "pnpm": words(`add install i`), "yarn": words(`add`), "bun": words(`add install i`),
}

func npmNames(tool string, args []string) []naming {
	adds := npmAdds[tool]
	if adds == nil {
		return nil
	}
	verb, global, skip := "", false, false
	var list []naming
	for _, word := range args {
		switch {
		case skip:
			skip = false
		case word == "-g" || word == "--global" || word == "--location=global":
			global = true
		case strings.HasPrefix(word, "-"):
			skip = takesValue[word]
		case tool == "yarn" && verb == "" && word == "global":
			global = true
		case verb == "":
			if verb = word; !adds[word] {
				return nil
			}
		default:
			if n, ok := npmNaming(word); ok {
				list = append(list, n)
			}
		}
	}
	for i := range list {
		list[i].verb, list[i].tool = tool+" "+verb, global
		if global {
			list[i].verb += " -g"
		}
	}
	return list
}

// npmNaming reads "express", "@nestjs/cli@10", "typescript@latest". A path, a
// URL and a name that holds a variable are none.
func npmNaming(word string) (naming, bool) {
	at := strings.LastIndexByte(word, '@')
	name, version := word, ""
	if at > 0 {
		name, version = word[:at], word[at+1:]
	}
	if !registryName.MatchString(name) || wheelFile.MatchString(word) || strings.Contains(name, "/") && !strings.HasPrefix(name, "@") {
		return naming{}, false
	}
	return naming{ecosystem: inspect.NPM, name: name, shown: name, exact: exactVersion.MatchString(version) || strings.HasPrefix(version, "$")}, true
}
