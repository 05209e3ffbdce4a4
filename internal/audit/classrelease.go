package audit

import (
	"path"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// distributed names what says that users install the program or package
// themselves, "" when nothing does.
func (d *decision) distributed() string {
	if d.given == nil {
		given := d.givenOut()
		d.given = &given
	}
	return *d.given
}

func (d *decision) givenOut() string {
	for _, m := range d.manifests() {
		if !m.Fact.Private && (m.Fact.Publishable || len(m.Fact.Bin) > 0) && m.Fact.Packaging != "web" && m.Fact.Packaging != "war" && !d.servedPackage(m) && !d.untypedSite(m) {
			return m.File.Path
		}
		if m.Fact.Ecosystem == inspect.Gem && m.File.Format == inspect.Gemspec {
			return m.File.Path
		}
	}
	m := moduleAt(d.c.Repo, d.c.Path)
	for _, f := range d.c.Files {
		if base := path.Base(f.Path); (base == ".goreleaser.yml" || base == ".goreleaser.yaml") && (m == nil || len(m.mains) > 0) && !d.releasedSite() {
			return f.Path
		}
	}
	if m != nil && len(m.mains) == 0 && m.library && mainLanguage(d.c) == "Go" {
		return path.Join(m.dir, "go.mod") // others import it: nothing here could start it
	}
	return ""
}

// releasedSite reports whether a program whose binaries are released is a site all
// the same: it is written on a web framework, listens, and keeps its data in a
// database. A command has a server for one of its uses, and no need of those.
func (d *decision) releasedSite() bool {
	framework, commands := false, false
	for i := range FactsIn[inspect.Import](withFacts[inspect.Import](d.facts, d.files), source.Prod) {
		framework = framework || i.File.Format == inspect.Go && slices.ContainsFunc(goFrameworks, func(name string) bool { return strings.HasPrefix(i.Fact.Path, name) })
		commands = commands || i.Fact.Path != "flag" && argumentParsers[i.Fact.Path]
	}
	if !framework || commands {
		return false
	}
	for l := range FactsIn[inspect.Listen](withFacts[inspect.Listen](d.facts, d.files), source.Prod) {
		if !l.Fact.Side {
			return Has(d.c, func(c inspect.Client) bool { return !c.Debug && siteStores[c.Service] })
		}
	}
	return false
}

// goFrameworks are what sites in Go are written on.
var goFrameworks = []string{
	"github.com/gin-gonic/gin", "github.com/labstack/echo", "github.com/gofiber/fiber", "github.com/go-chi/chi", "github.com/gorilla/mux", "github.com/kataras/iris", "github.com/beego/beego", "github.com/astaxie/beego", "github.com/gobuffalo/buffalo", "github.com/revel/revel", "github.com/gogf/gf", "github.com/zeromicro/go-zero/rest",
}

// siteStores are services that programs keep their data in.
var siteStores = map[inspect.Service]bool{inspect.Database: true, inspect.Postgres: true, inspect.MySQL: true, inspect.SQLite: true, inspect.MongoDB: true}

// untypedSite reports whether a composer.json without a type, which makes a
// library of it by the letter, is that of a site: its lock is committed beside a
// page that a server starts with.
func (d *decision) untypedSite(m Located[inspect.Manifest]) bool {
	return m.File.Format == inspect.ComposerJSON && m.Fact.Packaging == "" && d.c.Repo.Has(path.Join(path.Dir(m.File.Path), "composer.lock")) && d.frontController() != nil
}

// servedPackage reports whether a Python package is one only because its tool
// writes so into every pyproject.toml: it makes an application and depends on
// the server that runs it, installs no command, and nothing here publishes it.
func (d *decision) servedPackage(m Located[inspect.Manifest]) bool {
	if m.File.Format != inspect.PyProject || m.Fact.Library || len(m.Fact.Bin) > 0 {
		return false
	}
	served := Has(d.c, func(x inspect.Dependency) bool {
		return x.Ecosystem == inspect.PyPI && x.Group == inspect.Runtime && x.In == "" && pythonServers[x.Name]
	})
	if !served || d.c.Repo.publishesPython() {
		return false
	}
	for h := range FactsIn[inspect.Handler](withFacts[inspect.Handler](d.facts, d.files), source.Prod) {
		if !h.Fact.Lambda && h.File.Format == inspect.Python {
			return true
		}
	}
	return false
}
