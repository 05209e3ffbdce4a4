package processes

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/web-volume",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "The app's processes keep a disk of their own",
	Why: "A volume binds the app to one machine: a second instance sees other data or can't start at all, and a deploy has to " +
		"stop the old instance before the new one gets the disk.",
	Fixes: []audit.Fix{
		{For: "Kubernetes", Text: "Move what ‹path› holds into the database or an object store, attached by variables, then run the app as a Deployment without the volume; emptyDir is enough for temporary files."},
		{For: "StatefulSet", Text: "Run ‹name› as a Deployment: nothing in it asks for a disk or a name of its own."},
		{For: "fly", Text: "Move what ‹path› holds into the database or an object store, attached by variables, then remove [mounts], so that machines can be added and replaced."},
		{Text: "Move what ‹path› holds into the database or an object store, attached by variables, then remove the volume."},
		{Text: "Move what the volume holds into the database or an object store, attached by variables, then remove the volume."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "002"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
-- fly.toml --
app = "shop"
[mounts]
source = "photos"
destination = "/data/photos"
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
require("http").createServer(app).listen(process.env.PORT)
-- Dockerfile --
FROM node:22
CMD ["node", "server.js"]
-- fly.toml --
app = "shop"
[env]
S3_BUCKET = "photos"
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		say := func(f *audit.File, v inspect.Volume, who string, options ...audit.Option) {
			name := volumeName(v)
			report.Violation(audit.Place{Path: f.Path, Line: v.Line, EndLine: v.Line}, name,
				fmt.Sprintf("%s keeps %s on a disk that outlives it", who, v.Target), append(options, audit.Naming("path", v.Target))...)
		}
		for s := range audit.Facts[inspect.ComposeService](c, source.DeployProd) {
			if !c.RunsService(s) || datastore.MatchString(s.Fact.Name) || s.Fact.Image == "" && c.EnvironmentOf(s.File) == audit.Development {
				continue
			}
			for _, v := range s.Fact.Volumes {
				if lasts(v) && !ofBackingService(s.File, v) && (v.Type == "volume" || v.Type == "bind" && dataPlace.MatchString(v.Target)) {
					say(s.File, v, s.Fact.Name)
				}
			}
		}
		for w := range audit.Facts[inspect.Workload](c, source.DeployProd) {
			own, disk := 0, false // the line of its image
			for _, container := range w.Fact.Containers {
				if !c.RunsContainer(w, container) || datastore.MatchString(w.Fact.Name) {
					continue
				}
				own = container.Line
				for _, v := range container.Mounts {
					if lasts(v) && (v.Type == "pvc" || v.Type == "hostPath" && dataPlace.MatchString(v.Target)) {
						disk = true
						say(w.File, v, w.Fact.Type+" "+w.Fact.Name, audit.WithFix("Kubernetes"))
					}
				}
			}
			if own > 0 && !disk && w.Fact.Type == "StatefulSet" {
				report.Violation(audit.Place{Path: w.File.Path, Line: own, EndLine: own}, w.Fact.Name, fmt.Sprintf("%s runs as a StatefulSet: its pods are told apart and replaced one by one", w.Fact.Name),
					audit.WithFix("StatefulSet"), audit.Naming("name", w.Fact.Name), audit.WithConfidence(audit.MediumConfidence))
			}
		}
		for app := range audit.Facts[inspect.FlyApp](c, source.DeployProd) {
			for _, v := range app.Fact.Mounts {
				if lasts(v) {
					say(app.File, v, "The app")
				}
			}
		}
		for p := range audit.Facts[inspect.PlatformService](c, source.DeployProd) {
			for _, v := range p.Fact.Disks {
				if lasts(v) {
					say(p.File, v, p.Fact.Name)
				}
			}
		}
	},
})

var (
	// passing are places for what is no data of the app: configuration, keys,
	// temporary files, logs, sockets, code, and files that a build made.
	passing = regexp.MustCompile(`(?i)(^|[/_.-])(te?mp|caches?|run|sockets?|conf|confs|configs?|configuration|settings|certs?|certificates?|ssl|tls|acme|letsencrypt|secrets?|keys?|logs?|node_modules|vendor|venv|bundle|gems?|static|staticfiles|assets|dist|build|web_?root|public_html|themes?|templates?|plugins?|extensions?|overrides?|custom|scripts?|initdb\.d|lost\+found)([/_.-]|$)|\.(sock|ya?ml|json|toml|ini|conf|cnf|env|pem|crt|key|sh|js|ts|py|php|xml|properties|txt)$|^/(etc|tmp|dev|proc|sys|run)(/|$)|/\.(cache|env|aws|ssh|config|docker|npm)\b|^/root/\.|localtime`)
	// datastore is what services are called that keep data for others.
	datastore = regexp.MustCompile(`(?i)(^|[-_])(db|databases?|postgres(ql)?|mysql|mariadb|mongo(db)?|dynamodb|redis|valkey|minio|s3|storage|registry|queue|broker|kafka|rabbitmq|nats|search|elasticsearch)([-_]|$)`)
	// dataPlace are places that a bind mount keeps data in, rather than code.
	dataPlace = regexp.MustCompile(`(?i)(^|[/_.-])(data|databases?|db|sqlite|uploads?|media|storage|files?|attachments?|documents?|images?|photos?|avatars?|backups?|exports?|consume|library|books?|music|repos(itories)?|workspaces?|blobs?|objects?|state)([/_.-]|$)|^/var/(opt|lib)/`)
)

// lasts reports whether a volume holds what the app would miss. A directory for
// data may be in one for configuration: /config/db.
func lasts(v inspect.Volume) bool {
	last := path.Base(strings.TrimRight(v.Target, "/"))
	return !v.ReadOnly && v.Target != "" && (!passing.MatchString(v.Target) || dataPlace.MatchString("/"+last) && !strings.HasPrefix(v.Target, "/tmp")) && !passing.MatchString(last) && !sourceCode(v)
}

// ofBackingService reports whether a volume is one that a backing service of the
// same file keeps its data on: whoever else mounts it keeps nothing there.
func ofBackingService(f *audit.File, v inspect.Volume) bool {
	if v.Type != "volume" || v.Source == "" {
		return false
	}
	for s := range audit.FactsIn[inspect.ComposeService]([]*audit.File{f}, f.Role) {
		if audit.BackingService(s.Fact.Image) != "" && slices.ContainsFunc(s.Fact.Volumes, func(own inspect.Volume) bool { return own.Type == "volume" && own.Source == v.Source }) {
			return true
		}
	}
	return false
}

// sourceCode reports whether a bind mount lays the checkout over the image. Of a
// directory that a variable alone names, only what it is mounted at tells.
func sourceCode(v inspect.Volume) bool {
	if onlyVariable.MatchString(v.Source) {
		return !dataPlace.MatchString(v.Target)
	}
	return v.Type == "bind" && (v.Source == "." || v.Source == "./" || v.Source == ".." || strings.HasPrefix(v.Source, "${PWD}"))
}

// onlyVariable is a source that says nothing of what it is: ${PROJECT_ROOT}.
var onlyVariable = regexp.MustCompile(`^\$(\w+|\{\w*(ROOT|DIR|PATH|HOME|SRC|SOURCE|CODE|REPO|PWD|PROJECT)\w*(:?[-?+][^}]*)?\})/?$`)

// volumeName is what a volume is called, the same in every file that mounts it.
func volumeName(v inspect.Volume) string {
	if v.Type == "volume" && v.Source != "" && !strings.ContainsAny(v.Source, "/{$") {
		return v.Source
	}
	return path.Base(strings.TrimRight(v.Target, "/"))
}
