package buildreleaserun

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "build-release-run/self-update",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "The app replaces its own code while it runs",
	Why: "What runs then differs from what was released: the next restart from the image takes the update back, a second " +
		"instance never got it, and whoever can reach the update can run code.",
	Fixes: []audit.Fix{
		{Text: "Let an update be a new release: publish an image or package, and show in the app only that one is available. Remove the code that downloads and loads files."},
		{For: "PHP", Text: "Publish updates as an image or archive, let the app only say that one is available, and remove the code that downloads and includes a script; then the code can be read-only for the web server."},
	},
	Severity:   audit.Medium,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F"},
	Bad: `
-- composer.json --
{"name": "acme/shop", "require": {"slim/slim": "^4.0"}}
-- public/index.php --
<?php
$app = Slim\Factory\AppFactory::create();
$app->run();
-- app/update.php --
<?php
file_put_contents('data/update.php', file_get_contents('https://updates.acme.dev/latest'));
require 'data/update.php';
`,
	Good: `
-- composer.json --
{"name": "acme/shop", "require": {"slim/slim": "^4.0"}}
-- public/index.php --
<?php
$app = Slim\Factory\AppFactory::create();
$app->run();
-- app/update.php --
<?php
$latest = file_get_contents('https://updates.acme.dev/version');
echo $latest > VERSION ? 'There is an update.' : '';
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
			if !w.Fact.Code || dataFile[strings.ToLower(path.Ext(w.Fact.Path.Text))] || derived.MatchString(w.Fact.Path.Text) || derived.MatchString(pluginWord.ReplaceAllString(w.File.Path, "")) && !ownSource.MatchString(w.Fact.Path.Text) {
				continue
			}
			what := cmp.Or(w.Fact.Path.Text, "a file")
			if strings.ContainsAny(what, "\n`") {
				what = "a file"
			}
			report.Violation(w.At(), what, fmt.Sprintf("%s writes %s and then runs it as code", path.Base(w.File.Path), what))
		}
		for i := range audit.Facts[inspect.Import](c, source.Prod) {
			if strings.Contains(i.Fact.Path, "pdate") && updaters.MatchString(i.Fact.Path) {
				report.Violation(i.At(), i.Fact.Path, fmt.Sprintf("%s updates the running program with %s", path.Base(i.File.Path), i.Fact.Path))
			}
		}
	},
})

// dataFile are the ends of files that hold data, though a loader takes them too.
var dataFile = map[string]bool{".json": true, ".json5": true, ".yml": true, ".yaml": true, ".toml": true, ".ini": true, ".env": true, ".txt": true, ".csv": true, ".xml": true}

var (
	// derived are files that a program makes of its own code or settings:
	// caches, compiled templates, proxies, configuration that is a script.
	derived = regexp.MustCompile(`(?i)cache|compil|template|(^|[^a-z])(tmp|temp|view|views|proxy|proxies|container|config|configuration|settings|params|parameters|locale|locales|lang|translations?|manifest|install|installer|setup|playground|sandbox|plugins?|scratch|generated|routes?)([^a-z]|$)`)
	// pluginWord in the name of the file that writes takes nothing back: whoever
	// gives it its plugins changes what runs.
	pluginWord = regexp.MustCompile(`(?i)plugins?`)
	// ownSource is a path among the program's own sources, whoever writes there.
	ownSource = regexp.MustCompile(`^(\./)?(app|lib|src)/.`)
	// updaters are libraries that replace the program with another version.
	updaters = regexp.MustCompile(`^github\.com/(minio/selfupdate|inconshreveable/go-update|rhysd/go-github-selfupdate|creativeprojects/go-selfupdate|sanbornm/go-selfupdate|fynelabs/selfupdate|equinox-io/equinox)(/|$)|^(auto-git-update|auto-updater)$|^(Codedge\\Updater|VisualAppeal\\AutoUpdate)(\\|$)`)
)
