package processes

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// uploadsByDefault reports frameworks that keep uploads on the disk by themselves
// where nothing says otherwise: Django's fields for files without a MEDIA_ROOT, and
// Strapi without a provider.
func uploadsByDefault(c *audit.Component, report *audit.Report) {
	if c.Class != audit.WebService {
		return
	}
	djangoFields(c, report)
	strapiUploads(c, report)
}

// djangoFields reports the first field of a model for files, in a program whose
// settings name no place for them: Django takes the directory that it was started in.
func djangoFields(c *audit.Component, report *audit.Report) {
	if audit.Has(c, func(s inspect.Store) bool { return s.Via == "django.MEDIA_ROOT" }) || audit.Has(c, func(s inspect.Setting) bool { return s.Key == "MEDIA_ROOT" }) ||
		!audit.Has(c, func(s inspect.Setting) bool { return strings.HasPrefix(s.Key, "INSTALLED_APPS.") }) {
		return
	}
	for s := range audit.Facts[inspect.Store](c, source.Prod) {
		if s.Fact.Via == "django.FileField" && !byHand.MatchString(s.File.Path) && c.Reaches(s.File.Path) {
			report.Violation(s.At(), "uploads", "Files of this field are kept in the directory that the program was started in, as the settings name neither a MEDIA_ROOT nor a storage that Django reads", audit.WithFix("Django"))
			return
		}
	}
}

// strapiUploads reports a Strapi whose media library has no provider installed:
// it keeps what people upload beneath its own directory.
func strapiUploads(c *audit.Component, report *audit.Report) {
	if hasRuntime(c, strapiProvider.MatchString) {
		return
	}
	for d := range audit.Facts[inspect.Dependency](c) {
		if d.Fact.Group == inspect.Runtime && strapiServer[strings.ToLower(d.Fact.Name)] && d.Fact.Ecosystem == inspect.NPM {
			report.Violation(d.At(), "uploads", fmt.Sprintf("%s keeps what people upload in public/uploads on the local disk, as no provider for uploads is installed", d.Fact.Name), audit.WithFix("Strapi"))
			return
		}
	}
}

func hasRuntime(c *audit.Component, named func(string) bool) bool {
	return audit.Has(c, func(d inspect.Dependency) bool { return d.Group == inspect.Runtime && named(d.Name) })
}

var (
	strapiServer   = map[string]bool{"@strapi/strapi": true, "strapi": true}
	strapiProvider = regexp.MustCompile(`provider-upload|upload-provider|upload-plugin|plugin-(media|upload)-`)
)
