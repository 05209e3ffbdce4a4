package manifest

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// Gemfile reads a Gemfile or gems.rb: gems with their groups, sources and
// platforms, Ruby's version, other Gemfiles. It is parsed, never run: names are
// followed to their only assignment in the file, and to the list that a block
// is given one after the other.
func Gemfile(e *inspect.Emitter, content []byte) error {
	tree, names, err := rubySource(content)
	if tree == nil {
		return err
	}
	g := &gemfile{e: e, names: names}
	e.Emit(1, 1, inspect.Manifest{Ecosystem: inspect.Gem, Manager: "bundler"})
	tree.Root().Walk(func(n syntax.Node) bool {
		g.library = g.library || n.Text() == "gemspec" && n.Is("identifier") || n.Is("call") && n.Field("method").Text() == "gemspec"
		return !g.library
	})
	tree.Root().Walk(func(n syntax.Node) bool {
		if n.Is("identifier") && n.Text() == "gemspec" && n.FieldName() == "" {
			e.Emit(n.Line(), n.EndLine(), inspect.RequirementsInclude{Path: "*.gemspec"})
		}
		switch {
		case n.Is("call") && !n.Field("receiver").OK():
			g.call(n)
		case n.Is("string"):
			g.credential(n)
		}
		return true
	})
	return err
}

// rubySource parses a manifest that is a program, and binds its names.
func rubySource(content []byte) (*syntax.Tree, rubyNames, error) {
	if len(bytes.TrimSpace(content)) == 0 {
		return nil, nil, nil
	}
	tree, err := syntax.Parse(syntax.Ruby, content)
	if tree == nil {
		return nil, nil, err
	}
	names := rubyNames{}
	tree.Root().Walk(func(n syntax.Node) bool {
		if left := n.Field("left"); n.Is("assignment") && left.Is("identifier", "constant") {
			names[left.Text()] = append(names[left.Text()], n.Field("right"))
		}
		return true
	})
	return tree, names, err
}

// credential states a password in the URL of a source or repository.
func (g *gemfile) credential(n syntax.Node) {
	text, _ := g.names.text(n)
	urlCredential(g.e, n.Line(), n.EndLine(), text)
}

// urlCredential states the password in a URL, if there is one.
func urlCredential(e *inspect.Emitter, line, end int, text string) {
	masked, password, ok := inspect.MaskURL(text)
	if !ok || !strings.Contains(masked, "://") {
		return
	}
	scheme, rest, _ := strings.Cut(masked, "://")
	_, host, _ := strings.Cut(rest, "@")
	host, _, _ = strings.Cut(host, "/")
	e.Emit(line, end, inspect.Credential{Name: scheme + "://" + host, Via: "url", Secret: inspect.NewSecret(password), Host: host})
}

type gemfile struct {
	e     *inspect.Emitter
	names rubyNames

	library bool // its own gems are in a gemspec: what else stands here is for its developers
}

func (g *gemfile) call(n syntax.Node) {
	arguments := rubyArguments(n)
	switch n.Field("method").Text() {
	case "gem":
		g.gem(n, arguments)
	case "ruby":
		if versions := g.versions(arguments, 0); len(versions) > 0 {
			g.e.Emit(n.Line(), n.EndLine(), inspect.RuntimeVersion{Runtime: "ruby", Version: strings.Join(versions, ", "), Via: "Gemfile"})
		}
	case "eval_gemfile":
		if file, ok := g.names.text(arguments.at(0)); ok {
			g.e.Emit(n.Line(), n.EndLine(), inspect.RequirementsInclude{Path: path.Clean(file)})
		}
	case "gemspec":
		dir, _ := g.names.text(arguments.named["path"])
		g.e.Emit(n.Line(), n.EndLine(), inspect.RequirementsInclude{Path: path.Join(dir, "*.gemspec")})
	}
}

// versions are the constraints among positional arguments, from a place on.
func (g *gemfile) versions(a rubyArgs, from int) []string {
	var list []string
	for _, n := range a.positional[min(from, len(a.positional)):] {
		list = append(list, g.names.texts(n)...)
	}
	return list
}

var exactGem = regexp.MustCompile(`^(=\s*)?\d[\w.-]*$`)

// gem states one gem, or each of a list that a block is given.
func (g *gemfile) gem(n syntax.Node, a rubyArgs) {
	constraint := strings.Join(g.versions(a, 1), ", ")
	d := inspect.Dependency{Ecosystem: inspect.Gem, Constraint: constraint, Group: inspect.Runtime, Exact: exactGem.MatchString(constraint)}
	groups, platforms := g.around(n)
	for _, key := range []string{"group", "groups"} {
		groups = append(groups, g.names.texts(a.named[key])...)
	}
	for _, key := range []string{"platform", "platforms"} {
		platforms = append(platforms, g.names.texts(a.named[key])...)
	}
	if d.Group, d.In = groupOfGem(groups); g.library {
		d.Group = inspect.Dev
	}
	if len(platforms) > 0 {
		d.Marker = "platforms: " + strings.Join(platforms, ", ")
	}
	g.origin(&d, n, a)
	for _, text := range g.names.texts(a.named["require"]) {
		if text != "false" && text != "true" && text != "" {
			d.Requires = append(d.Requires, text)
		}
	}
	for _, name := range g.names.each(a.at(0)) {
		d.Name = name
		g.e.Emit(n.Line(), n.EndLine(), d)
	}
}

// origin reads where a gem comes from: its own options, or a block around it.
func (g *gemfile) origin(d *inspect.Dependency, n syntax.Node, a rubyArgs) {
	from := func(kind, location string) {
		d.Origin, d.Location = kind, inspect.MaskText(location)
	}
	for _, key := range []string{"ref", "tag"} {
		if _, ok := g.names.text(a.named[key]); ok {
			d.Exact = true
		}
	}
	switch {
	case a.named["path"].OK():
		text, _ := g.names.text(a.named["path"])
		from("path", text)
	case a.named["git"].OK():
		text, _ := g.names.text(a.named["git"])
		from("git", text)
	case a.named["github"].OK():
		text, _ := g.names.text(a.named["github"])
		if !strings.Contains(text, "/") {
			text += "/" + text
		}
		from("git", "https://github.com/"+text)
	case a.named["gist"].OK(), a.named["bitbucket"].OK(), a.named["gitlab"].OK():
		from("git", "")
	default:
		for outer := n.Up("call"); outer.OK(); outer = outer.Up("call") {
			if !n.Inside(outer.Field("block")) {
				continue
			}
			if kind := outer.Field("method").Text(); kind == "path" || kind == "git" || kind == "github" {
				text, _ := g.names.text(rubyArguments(outer).at(0))
				if kind == "github" {
					kind, text = "git", "https://github.com/"+text
				}
				from(kind, text)
				return
			}
		}
	}
}

// around are the groups and platforms of the blocks around a gem.
func (g *gemfile) around(n syntax.Node) (groups, platforms []string) {
	for outer := n.Up("call"); outer.OK(); outer = outer.Up("call") {
		if !n.Inside(outer.Field("block")) {
			continue
		}
		list := &groups
		switch outer.Field("method").Text() {
		case "group", "groups":
		case "platform", "platforms":
			list = &platforms
		default:
			continue
		}
		for _, at := range rubyArguments(outer).positional {
			*list = append(*list, g.names.texts(at)...)
		}
	}
	return groups, platforms
}

var devGroup = regexp.MustCompile(`^(development|dev|test|testing|ci|lint|linting|linters?|rubocop|docs?|documentation|metrics|benchmarks?|cucumber|tools|tooling|debug|debugging|danger|style|code_quality|quality|security|rspec|guard|local|typecheck|sorbet|steep|profile|profiling|monitoring_dev|coverage|release|deploy|deployment|capistrano)$`)

// groupOfGem tells what a gem's groups are for: development only if each of
// them is.
func groupOfGem(groups []string) (inspect.Group, string) {
	if len(groups) == 0 {
		return inspect.Runtime, ""
	}
	group := inspect.Dev
	for _, name := range groups {
		if !devGroup.MatchString(name) {
			group = inspect.Runtime
		}
	}
	if group == inspect.Runtime && strings.Join(groups, "") == "default" {
		return group, ""
	}
	return group, strings.Join(groups, ", ")
}
