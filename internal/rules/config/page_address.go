package config

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

var (
	// developersFile are files whose addresses a build for production leaves out.
	developersFile = regexp.MustCompile(`(?i)[._-](dev|development|local|debug|test)\.[cm]?[jt]sx?$|(^|/)(dev|development|local|server|__\w+__)(/|\.[cm]?[jt]s$)`)
	// spareName are names of addresses that something else is put before.
	spareName = regexp.MustCompile(`(?i)default|fallback|local|dev(_|el|$)|debug|mock|test|proxy`)
	// productionTwin are the words by which builds find what replaces a file.
	productionTwin = []string{"prod", "production"}
)

// heldByPage reports whether a page's constant holds in what visitors load: no
// file stands beside its own that a build for production puts in its place.
func heldByPage(c *audit.Component, e audit.Located[inspect.Endpoint]) bool {
	if !inBrowser(c, e.File) || developersFile.MatchString(e.File.Path) || spareName.MatchString(e.Fact.Name) {
		return false
	}
	ext := path.Ext(e.File.Path)
	stem := strings.TrimSuffix(e.File.Path, ext)
	for _, word := range productionTwin {
		if c.Repo.File(stem+"."+word+ext) != nil || c.Repo.File(path.Join(path.Dir(e.File.Path), word+ext)) != nil {
			return false
		}
	}
	return true
}
