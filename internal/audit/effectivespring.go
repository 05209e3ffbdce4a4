package audit

import (
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// springProfiles are the profiles that a start command or a deploy's variables
// name, else those whose names say production where the files know one, else
// what the files themselves take when nothing is named, and of programs that an
// image packs those whose names say that they run in one.
func (c *Component) springProfiles() []string {
	files := c.springFiles()
	return files.expanded(c.namedProfiles(files))
}

// namedProfiles are the profiles before those that they bring along.
func (c *Component) namedProfiles(files springFiles) []string {
	split := func(text string) []string {
		return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ',' || r == ' ' })
	}
	if text, ok := c.startOption("-Dspring.profiles.active", "--spring.profiles.active", "-Dquarkus.profile"); ok {
		return split(text)
	}
	for _, name := range []string{"JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"} {
		p, ok := c.ProvidedIn(Production, name)
		if m := profileOption.FindStringSubmatch(p.Value.Text); ok && p.Value.IsLiteral() && m != nil {
			return split(m[1])
		}
	}
	active := c.activeProfiles("SPRING_PROFILES_ACTIVE", "QUARKUS_PROFILE", "MICRONAUT_ENVIRONMENTS")
	if c.localBeside(active) {
		active = productionNames
	}
	own, packed := "", []string(nil)
	for s := range Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		profile := SpringProfile(s.File)
		if profileHolds(s.Fact.Profile+","+profile, files.expanded(active)) {
			return active
		}
		for _, name := range packedNames {
			if namesProfile(s.Fact.Profile+","+profile, name) && !slices.Contains(packed, name) {
				packed = append(packed, name)
			}
		}
		if s.Fact.Key == "spring.profiles.active" && s.Fact.Profile == "" && profile == "" && !unresolved(s.Fact.Value.Text) {
			own = s.Fact.Value.Text
		}
	}
	switch {
	case !slices.Equal(active, productionNames):
	case len(packed) > 0 && c.Image != nil && (own == "" || developerProfile.MatchString(own)):
		return packed
	case own != "":
		return split(own)
	}
	return active
}

// localBeside reports whether a Compose file names the profile of one's own machine
// while the settings know one of production: then that file is for developers.
func (c *Component) localBeside(active []string) bool {
	if len(active) != 1 || active[0] != "local" && active[0] != "localhost" {
		return false
	}
	p, ok := c.ProvidedIn(Production, "SPRING_PROFILES_ACTIVE")
	if !ok || p.File.Format != inspect.Compose || namedProd(p.File.Path) {
		return false
	}
	for s := range Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		if profileHolds(s.Fact.Profile+","+SpringProfile(s.File), productionNames) {
			return true
		}
	}
	return false
}

// DevelopersProfile is a profile for developers that a deploy itself switches on,
// by Spring's variable or in a start command, and the place that says so. What
// such a profile holds is then what production has.
type DevelopersProfile struct {
	Name string // "dev"
	By   string // "SPRING_PROFILES_ACTIVE", "-Dspring.profiles.active"
	At   Place
}

// DevelopersProfile is that of the component; ok is false when a deploy names
// none, or one for production beside it.
func (c *Component) DevelopersProfile() (DevelopersProfile, bool) {
	found := OfComponent(c, findDevelopersProfile)
	return found, found.Name != ""
}

func findDevelopersProfile(c *Component) DevelopersProfile {
	var found DevelopersProfile
	active := c.namedProfiles(c.springFiles())
	if len(active) != 1 || !developerProfile.MatchString(active[0]) || active[0] == "default" {
		return found
	}
	if p, ok := c.ProvidedIn(Production, "SPRING_PROFILES_ACTIVE"); ok && strings.EqualFold(p.Value.Text, active[0]) && p.File.Role.CanViolate() {
		return DevelopersProfile{active[0], p.Name, p.At()}
	}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for _, word := range s.Argv {
				name, given, _ := strings.Cut(word, "=")
				if strings.HasSuffix(name, "spring.profiles.active") && strings.EqualFold(given, active[0]) && p.Deployed() {
					return DevelopersProfile{active[0], name, Place{Path: s.File.Path, Line: s.Line, EndLine: s.Line}}
				}
			}
		}
	}
	return found
}

// OfProfile reports whether a file is the one that Spring reads for a profile.
func (d DevelopersProfile) OfProfile(f *File) bool {
	return d.Name != "" && SpringProfile(f) == d.Name
}

// SpringProfile is the profile that Spring reads a settings file for, by its name:
// "dev" of application-dev.yml, "" for the settings of all and for other files.
func SpringProfile(f *File) string {
	if f.Format != inspect.SpringYAML && f.Format != inspect.SpringProperties {
		return ""
	}
	_, profile, _ := strings.Cut(strings.ToLower(strings.TrimSuffix(path.Base(f.Path), path.Ext(f.Path))), "-")
	return profile
}

// packedNames are what people call the profile of a program in a container, where
// none is called production.
var packedNames = []string{"docker", "container", "compose", "kubernetes", "k8s", "cloud"}

// developerProfile is what files take on a developer's own machine.
var developerProfile = regexp.MustCompile(`(?i)^(default|dev|develop|development|local|localhost|h2|test)$`)

// namesProfile reports whether an expression of profiles asks for one by name.
func namesProfile(expression, name string) bool {
	return slices.Contains(strings.FieldsFunc(strings.ToLower(expression), func(r rune) bool { return strings.ContainsRune(",|&() ", r) }), name)
}

// profileOption is the profiles that a variable with options of Java names.
var profileOption = regexp.MustCompile(`-Dspring\.profiles\.active=([\w.,-]+)`)

// springFiles is what Spring's own settings say about profiles and files.
type springFiles struct {
	groups   map[string][]string // profiles that a profile brings along, by its name
	includes []string            // profiles that are always active, below the others
	imported map[*File]*File     // files that spring.config.import names, with one that does
}

func (c *Component) springFiles() springFiles {
	out := springFiles{groups: map[string][]string{}, imported: map[*File]*File{}}
	for s := range Facts[inspect.Setting](c, source.Prod, source.DeployProd) {
		key, value := strings.ToLower(s.Fact.Key), s.Fact.Value
		if !strings.HasPrefix(key, "spring.") || !value.IsLiteral() {
			continue
		}
		names := strings.FieldsFunc(value.Text, func(r rune) bool { return r == ',' || r == ' ' })
		if rest, ok := strings.CutPrefix(key, "spring.profiles.group."); ok {
			group, _, _ := strings.Cut(rest, ".")
			out.groups[group] = append(out.groups[group], strings.Fields(strings.ToLower(strings.Join(names, " ")))...)
		} else if (key == "spring.profiles.include" || strings.HasPrefix(key, "spring.profiles.include.")) && s.Fact.Profile == "" {
			out.includes = append(out.includes, strings.Fields(strings.ToLower(strings.Join(names, " ")))...)
		} else if key == "spring.config.import" || strings.HasPrefix(key, "spring.config.import.") {
			for _, name := range names {
				if f := c.springImport(name); f != nil && f != s.File {
					out.imported[f] = s.File
				}
			}
		}
	}
	return out
}

// springImport is the file that an import names, nil when it is not one of the
// component's.
func (c *Component) springImport(name string) *File {
	for _, prefix := range []string{"optional:", "classpath:", "file:", "./", "/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	for _, f := range c.Files {
		if (f.Format == inspect.SpringYAML || f.Format == inspect.SpringProperties) && f.Role.CanViolate() && (f.Path == name || strings.HasSuffix(f.Path, "/"+name)) {
			return f
		}
	}
	return nil
}

// expanded are profiles with those that are always active before them, and
// behind each those of its group.
func (s springFiles) expanded(active []string) []string {
	var list []string
	var add func(name string, depth int)
	add = func(name string, depth int) {
		if depth > maxDepth || slices.Contains(list, name) {
			return
		}
		list = append(list, name)
		for _, member := range s.groups[name] {
			add(member, depth+1)
		}
	}
	for _, name := range append(slices.Clone(s.includes), active...) {
		add(name, 0)
	}
	return list
}

// startOptions are the settings that running processes are started with, as
// --key=value or -Dkey=value, "" where they differ.
func (c *Component) startOptions() map[string]string {
	options := map[string]string{}
	for _, p := range c.Running() {
		for _, s := range c.RunSteps(p) {
			for _, word := range s.Argv {
				name, given, ok := strings.Cut(word, "=")
				key := strings.TrimPrefix(strings.TrimPrefix(name, "--"), "-D")
				if !ok || key == name || !s.Certain() && !s.Exec {
					continue
				}
				if known, twice := options[key]; unresolved(given) || twice && known != given {
					given = ""
				}
				options[key] = given
			}
		}
	}
	return options
}

// lastPart is the last word of a dotted key.
func lastPart(key string) string { return key[strings.LastIndexByte(key, '.')+1:] }

// springLayers are Spring's, Quarkus' and Micronaut's application files.
func (c *Component) springLayers() layers {
	active := c.springProfiles()
	imported := c.springFiles().imported
	l := layers{framework: "spring", ordered: true, options: c.startOptions(), holds: func(profile string) bool { return profileHolds(profile, active) },
		variable: func(key string) []string {
			relaxed := strings.NewReplacer(".", "_", "-", "", "[", "_", "]", "")
			return []string{strings.ToUpper(relaxed.Replace(key)), strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(key))}
		}}
	rank := map[*File]int{}
	for _, f := range c.Files {
		if f.Format != inspect.SpringProperties && f.Format != inspect.SpringYAML || f.Role == source.Test || f.Role == source.Example {
			continue
		}
		l.all = append(l.all, f)
		stem, _, _ := strings.Cut(strings.ToLower(path.Base(f.Path)), ".")
		name, profile, profiled := strings.Cut(stem, "-")
		importer := imported[f]
		if c.Repo.isServed[f] || importer == nil && !springFile(f) {
			continue // another's, or one that comes below
		}
		if profiled && importer == nil && !slices.Contains(active, profile) || !profiled && !f.Role.CanViolate() {
			continue
		}
		if name == "application" {
			rank[f]++ // above bootstrap
		}
		if i := slices.Index(active, profile); profiled && i >= 0 {
			rank[f] += 10 * (i + 1) // the later profile holds
		} else if importer != nil {
			rank[f] += 5 // above who imports it, below profiles
		}
		if f.Format == inspect.SpringProperties {
			rank[f] += 2
		}
		l.files = append(l.files, f)
	}
	for _, s := range c.Repo.served[c] { // above all that the application has itself
		stem, _, _ := strings.Cut(strings.ToLower(path.Base(s.file.Path)), ".")
		rank[s.file] = 1000
		name := applicationName(c)
		if strings.HasPrefix(stem, "application") {
			name = "application"
		}
		if profile, profiled := strings.CutPrefix(stem, name+"-"); profiled {
			i := slices.Index(active, profile)
			if i < 0 {
				continue
			}
			rank[s.file] += 10 * (i + 1)
		}
		if s.app {
			rank[s.file]++
		}
		l.files = append(l.files, s.file)
	}
	sort.SliceStable(l.files, func(i, j int) bool { return rank[l.files[i]] < rank[l.files[j]] })
	return l
}

// InProduction reports whether what a file states for a profile of Spring holds
// in production; what it states for none does.
func (c *Component) InProduction(profile string) bool {
	return profile == "" || profileHolds(profile, OfComponent(c, (*Component).springProfiles))
}

// profileHolds evaluates a profile expression as far as people write them:
// names, "!name", alternatives behind commas or |, conjunctions behind &.
func profileHolds(expression string, active []string) bool {
	for _, alternative := range strings.FieldsFunc(strings.ToLower(expression), func(r rune) bool { return r == ',' || r == '|' }) {
		all := true
		for _, name := range strings.Split(alternative, "&") {
			name = strings.Trim(name, " ()")
			not := strings.HasPrefix(name, "!")
			all = all && slices.Contains(active, strings.TrimPrefix(name, "!")) != not
		}
		if all {
			return true
		}
	}
	return false
}
