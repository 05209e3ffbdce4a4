package audit

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// Variable is one line of a component's environment contract: an environment
// variable with where it is read, where it is given and where it is explained.
type Variable struct {
	Name       string
	Secret     bool // the name says so, or a value of it did
	Platform   bool // the platform, the shell or CI sets it: nobody has to
	Required   bool // the program stops or breaks without it, and nothing stands in for it
	Status     VariableStatus
	Reads      []VariableRead  // by path and line
	Given      []VariableGiven // by environment: production first; then by place
	Documented []Place         // in example files and in descriptors that ask for it
}

// VariableStatus says what is wrong with a line of the contract.
type VariableStatus string

// The statuses of a variable.
const (
	VariableFine          VariableStatus = "fine"           // read and provided, or not needed
	VariableNeverProvided VariableStatus = "never-provided" // required, and nothing in the repository gives it
	VariableNeverRead     VariableStatus = "never-read"     // given to the program, whose code reads others and not this one
)

// VariableRead is one read of a variable by the program.
type VariableRead struct {
	At         Place
	Via        string
	Required   bool
	HasDefault bool
	Default    string // masked where it is a secret
}

// VariableGiven is one place that gives a variable to the program.
type VariableGiven struct {
	At          Place
	Environment Environment
	From        string // "secret", "configmap"; "" for a value
	Value       string // masked where it is a secret; "" when only the deploy knows it
	Known       bool   // Value is what the program gets
}

// Variables is the component's environment contract, by name.
func (c *Component) Variables() []Variable { return OfComponent(c, contract) }

func contract(c *Component) []Variable {
	b := contractBuilder{byName: map[string]*Variable{}}
	defaults := settingNames(c)
	for r := range Facts[inspect.EnvRead](c, source.Prod, source.DeployProd) {
		if r.Fact.Name == "" {
			continue
		}
		v := b.variable(r.Fact.Name)
		v.Secret = v.Secret || r.Fact.Secret
		fallback := r.Fact.Fallback
		read := VariableRead{At: r.At(), Via: r.Fact.Via, Required: r.Fact.Required, HasDefault: fallback.Source != inspect.None || r.Fact.Rejected}
		if read.Default, _ = v.shown(fallback); defaults[settingName(r.Fact.Name)] {
			read.Required, read.HasDefault = false, true // the settings of the program give it
		}
		v.Reads = append(v.Reads, read)
		v.Required = v.Required || read.Required && !read.HasDefault
	}
	for _, p := range c.Provided() {
		v := b.variable(p.Name)
		v.give(p.At(), p.Environment, p.From, p.Value)
		if p.File.Format == inspect.AppJSON {
			v.Documented = append(v.Documented, p.At())
		}
	}
	for _, f := range c.Repo.dotenvOf(c) {
		for a := range FactsIn[inspect.EnvAssignment]([]*File{f}, f.Role) {
			v := b.variable(a.Fact.Name)
			if f.Role == source.Example {
				v.Documented = append(v.Documented, a.At())
			} else {
				v.give(a.At(), dotenvEnvironment(c, f), "", a.Fact.Value)
			}
		}
		for m := range FactsIn[inspect.EnvMention]([]*File{f}, source.Example) {
			v := b.variable(m.Fact.Name)
			v.Documented = append(v.Documented, m.At())
		}
	}
	return b.list(c)
}

type contractBuilder struct{ byName map[string]*Variable }

func (b *contractBuilder) variable(name string) *Variable {
	v := b.byName[name]
	if v == nil {
		v = &Variable{Name: name, Secret: inspect.IsSecretName(name), Platform: isGiven(name)}
		b.byName[name] = v
	}
	return v
}

// shown is what may be printed of a value: nothing of a secret, and of a URL
// all but its password. known is false where the file does not tell the value.
func (v *Variable) shown(value inspect.Value) (text string, known bool) {
	v.Secret = v.Secret || value.Secret != nil && value.Secret.Length > 0
	switch {
	case !value.HasText && value.Text == "":
		return "", value.IsLiteral()
	case value.Secret != nil && strings.Contains(value.Text, "://"):
		return value.Text, value.IsLiteral()
	case value.Text != "" && (v.Secret || value.Secret != nil || looksRandom(value.Text) || hidden.MatchString(v.Name) || login.MatchString(v.Name) && strings.Contains(value.Text, ":")):
		return "…", value.IsLiteral()
	}
	return inspect.MaskText(value.Text), value.IsLiteral()
}

var (
	// hidden are names of what opens something though no word says so.
	hidden = regexp.MustCompile(`(?i)(^|_)(salt|pepper|pw|psk|pin|htpasswd|app_?key|encryption|cipher|hmac|dsn|webhook(_?ur[li])?|licen[cs]e(_?key)?|mnemonic|seed_?phrase)$`)
	// login are names of what may be a user with a password behind a colon.
	login = regexp.MustCompile(`(?i)(^|_)(auth|login|admin|user|account|cred|basic)(s|_.*)?$`)
)

var (
	oneToken  = regexp.MustCompile(`[A-Za-z0-9+/=_-]{16,}`)
	tokenPart = regexp.MustCompile(`[A-Za-z0-9+=]{20,}`)
	hasDigit  = regexp.MustCompile(`[0-9]`)
	hasLetter = regexp.MustCompile(`[A-Za-z]`)
)

// looksRandom reports whether a value may be a secret whatever its variable is
// called: what is printed for people can't be taken back.
func looksRandom(text string) bool {
	if whole := oneToken.FindString(text); whole == text && random(text) {
		return true
	}
	return slices.ContainsFunc(tokenPart.FindAllString(text, 32), random) // of an address, behind a scheme
}

func random(text string) bool {
	return hasDigit.MatchString(text) && hasLetter.MatchString(text) && inspect.NewSecret(text).Entropy >= 3.3
}

func (v *Variable) give(at Place, environment Environment, from string, value inspect.Value) {
	g := VariableGiven{At: at, Environment: environment, From: from}
	if from == "" {
		g.Value, g.Known = v.shown(value)
	}
	v.Secret = v.Secret || from == "secret"
	if !slices.Contains(v.Given, g) {
		v.Given = append(v.Given, g)
	}
}

// list finishes the contract: example files alone make no line of it.
func (b *contractBuilder) list(c *Component) []Variable {
	readable := b.readable(c)
	var list []Variable
	for _, v := range b.byName {
		if len(v.Reads) == 0 && len(v.Given) == 0 {
			continue
		}
		sort.SliceStable(v.Reads, func(i, j int) bool { return v.Reads[i].At.before(v.Reads[j].At) })
		sort.SliceStable(v.Given, func(i, j int) bool {
			if a, b := environmentRank(v.Given[i].Environment), environmentRank(v.Given[j].Environment); a != b {
				return a < b
			}
			return v.Given[i].At.before(v.Given[j].At)
		})
		sort.SliceStable(v.Documented, func(i, j int) bool { return v.Documented[i].before(v.Documented[j]) })
		v.Documented = slices.Compact(v.Documented)
		v.mask()
		switch {
		case v.Required && !v.Platform && len(v.Given) == 0 && !c.Repo.givesVariable(v):
			v.Status = VariableNeverProvided
		case len(v.Reads) == 0 && readable && v.seemsUnread(c):
			v.Status = VariableNeverRead
		default:
			v.Status = VariableFine
		}
		list = append(list, *v)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// mask hides all values of a variable that any of its places showed to be a secret.
func (v *Variable) mask() {
	if !v.Secret {
		return
	}
	for i := range v.Reads {
		v.Reads[i].Default = masked(v.Reads[i].Default)
	}
	for i := range v.Given {
		v.Given[i].Value = masked(v.Given[i].Value)
	}
}

func masked(text string) string {
	if text == "" || strings.Contains(text, ":…@") {
		return text
	}
	return "…"
}

// readable reports whether the program's reads are seen well enough to say that
// a variable is not among them: some of those which it is given are read, and
// no framework reads settings by names of its own making.
func (b *contractBuilder) readable(c *Component) bool {
	if len(c.Languages) == 0 || replacesSettings[c.Languages[0]] {
		return false
	}
	given, read, unread := 0, 0, 0
	for _, v := range b.byName {
		switch {
		case len(v.Given) == 0 || readByRuntime(v.Name):
			continue
		case len(v.Reads) > 0:
			read++
		case v.seemsUnread(c):
			unread++
		}
		given++
	}
	return read > 0 && 2*unread <= given
}

// replacesSettings are languages whose frameworks let a variable replace any
// setting.
var replacesSettings = map[string]bool{"Java": true, "Kotlin": true, "C#": true}

func environmentRank(e Environment) int {
	return slices.Index([]Environment{Production, Development, Testing}, e)
}

// dotenvOf are the dotenv files that a component's developers find: its own,
// and example files of the directories around it.
func (r *Repository) dotenvOf(c *Component) []*File {
	var list []*File
	for _, f := range withFacts[inspect.EnvAssignment](r.facts, r.Files) {
		if f.Format != inspect.DotEnv || f.Role != source.Example && !f.Role.CanViolate() {
			continue
		}
		around := f.Role == source.Example && Under(c.Path, f.Dir())
		if around || c.File(f.Path) != nil {
			list = append(list, f)
		}
	}
	return list
}

// dotenvEnvironment is the environment that a dotenv file is for: its name's,
// else development's.
func dotenvEnvironment(c *Component, f *File) Environment {
	switch {
	case f.Role == source.CI:
		return Testing
	case dotenvOfDeploy.MatchString(f.Path):
		return Production
	}
	return Development
}

var dotenvOfDeploy = regexp.MustCompile(`(?i)(^|[/._-])(prod|production|live)([._-]|$)`)

// settingNames are the keys that settings files give a value to, as variables
// of frameworks that read both by one name.
func settingNames(c *Component) map[string]bool {
	names := map[string]bool{}
	for _, s := range OfComponent(c, (*Component).EffectiveSettings) {
		if name := settingName(s.Key); (s.Framework == "spring" || s.Framework == "dotnet") && !asksForItself(s.Value, name) {
			names[name] = true
		}
	}
	return names
}

// asksForItself reports whether a setting only names the variable that would set it
// without the file: jwt.secret: ${JWT_SECRET}.
func asksForItself(v inspect.Value, name string) bool {
	return v.FromEnv() && !v.HasText && len(v.Env) == 1 && settingName(v.Env[0]) == name
}

// settingName is a key or a variable as those frameworks compare them.
func settingName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", ".", "", "-", "", ":", "").Replace(name))
}
