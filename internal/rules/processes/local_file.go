package processes

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
	ID:     "processes/local-file",
	Aspect: "b",
	Type:   audit.Violation,
	Title:  "Files that must last are written to the process's own disk",
	Why: "The next request may reach an instance that does not have the file, and a replaced container has none of them: " +
		"what people uploaded is gone with the machine.",
	Fixes: []audit.Fix{
		{For: "multer", Text: "Give multer a storage that passes the file on (multer-s3, or memoryStorage and an upload of your own) to a bucket that a variable names, instead of a directory."},
		{For: "Django", Text: `Set STORAGES["default"] (DEFAULT_FILE_STORAGE before Django 4.2) to a backend of django-storages, with the bucket's name from the environment, and write through default_storage or a FileField.`},
		{For: "Rails", Text: "Attach the file with Active Storage, and set config.active_storage.service to a service of config/storage.yml that is S3, GCS or Azure, its bucket from the environment."},
		{For: "disks", Text: "Add a disk in an object store, its bucket from the environment, and let it be the one that what people give is written to."},
		{For: "Strapi", Text: "Install a provider for uploads (@strapi/provider-upload-aws-s3), and let config/plugins.js take the bucket's name from a variable."},
		{For: "Laravel", Text: "Write through Storage, and let the default disk of config/filesystems.php (FILESYSTEM_DISK) be s3 in production."},
		{For: "Symfony", Text: "Write through Flysystem (league/flysystem-bundle) with a storage on S3, GCS or Azure, whose bucket is an %env()%, instead of ‹call›."},
		{For: "Symfony", Text: "Write through Flysystem (league/flysystem-bundle) with a storage on S3, GCS or Azure, whose bucket is an %env()%."},
		{For: "ASP.NET Core", Text: "Pass IFormFile.OpenReadStream() to a blob client (BlobContainerClient, IAmazonS3) whose container the configuration names, instead of a file on the disk."},
		{For: "Gin", Text: "Open the form's file (FileHeader.Open) and pass it to an object store's client, whose bucket a variable names, instead of ‹call›."},
		{Text: "Write what goes into ‹directory› to an object store whose bucket a variable names, and keep the disk for temporary files alone."},
		{Text: "Write the file to an object store whose bucket a variable names, and keep the disk for temporary files alone."},
		{For: "data", Text: "Keep what ‹file› holds in a table or collection of a database that a variable attaches; the file is gone with the container, and other instances never see it."},
		{For: "settings", Text: "Keep settings that the program changes itself in the database, or read them from the environment alone; ‹file› is gone with the container, and other instances never see it."},
		{For: "settings", Text: "Keep settings that the program changes itself in the database, or read them from the environment alone."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const multer = require("multer");
const app = express();
const upload = multer({ dest: "uploads/" });
app.post("/photos", upload.single("photo"), (req, res) => res.send("ok"));
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const multer = require("multer");
const multerS3 = require("multer-s3");
const app = express();
const upload = multer({ storage: multerS3({ s3, bucket: process.env.S3_BUCKET }) });
app.post("/photos", upload.single("photo"), (req, res) => res.send("ok"));
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		settings := rewritesSettings(c, report)
		keptInFiles(c, report)
		store := storesUploads(c)
		written := map[string]bool{}
		for w := range audit.Facts[inspect.FileWrite](c, source.Prod) {
			text := w.Fact.Path.Text
			if w.Fact.Upload {
				written[w.At().String()] = true
			}
			if w.Fact.Temporary || w.Fact.Code || w.Fact.Append || lost.MatchString(text) || byHand.MatchString(w.File.Path) || settings[w.At().String()] ||
				w.Fact.Disk == inspect.DefaultDisk && !defaultDiskHere(c) || store.Found && !(store.Default && besideDisks(c, w.Fact)) && !staysPublic(store, w.Fact) {
				continue
			}
			naming := []audit.Option{audit.WithFix(uploadFix(w.Fact.Via)), audit.Naming("call", call(w.Fact.Via)), audit.Naming("directory", directory(text))}
			if !w.Fact.Upload && !w.Fact.Handler {
				if c.Class == audit.WebService && served(w) {
					report.Violation(w.At(), cmp.Or(directory(text), "files"), fmt.Sprintf("%s writes into the directory that the server hands out, on its own disk", call(w.Fact.Via)), naming...)
					continue
				}
				if message := keptByName(c, w); message != "" {
					report.Violation(w.At(), cmp.Or(directory(text), w.Fact.Keeper, "files"), message, naming...)
					continue
				}
				if name := base(w.File); (keepsFiles.MatchString(strings.TrimSuffix(name, path.Ext(name))) || fileStore.MatchString(w.File.Path) && !otherStore.MatchString(w.File.Path)) && !w.Fact.Path.IsLiteral() {
					report.Violation(w.At(), "files", fmt.Sprintf("%s writes to the local disk in %s", call(w.Fact.Via), name), append(naming, audit.WithConfidence(audit.LowConfidence))...)
				}
				continue
			}
			place, subject := "on the local disk", "files"
			if w.Fact.Upload {
				subject = "uploads"
			}
			if dir := directory(text); dir != "" {
				place, subject = "in "+dir+" on the local disk", dir
			}
			switch {
			case w.Fact.Upload:
				report.Violation(w.At(), subject, fmt.Sprintf("%s keeps what people upload %s", call(w.Fact.Via), place), naming...)
			case text != "":
				report.Violation(w.At(), subject, fmt.Sprintf("%s keeps what a request or job makes %s", call(w.Fact.Via), place), naming...)
			default:
				report.Violation(w.At(), subject, fmt.Sprintf("%s keeps what a request or job makes %s", call(w.Fact.Via), place), append(naming, audit.WithConfidence(audit.LowConfidence))...)
			}
		}
		if store.Found {
			return
		}
		uploadsByDefault(c, report)
		attached := mediaLibrary(c, report)
		attaches := audit.Has(c, func(s inspect.Store) bool { return strings.HasPrefix(s.Via, "ActiveStorage.") })
		for s := range audit.Facts[inspect.Store](c, source.Prod) {
			if s.Fact.Purpose != inspect.ForUploads || s.Fact.Store != inspect.StoreFile || written[s.At().String()] || !holds(c, s) || byHand.MatchString(s.File.Path) ||
				lost.MatchString(s.Fact.Choice.Text) || s.Fact.Via == "rails.active_storage.service" && !attaches || s.Fact.Via == "django.FileField" {
				continue
			}
			if s.Fact.Via == "laravel filesystems.default" && len(s.Fact.Choice.Env) > 0 && localDisksAlone(c) {
				if storesThroughDisks(c) && !attached && len(written) == 0 {
					report.Violation(s.At(), "uploads", fmt.Sprintf("every disk that %s can choose lies on the machine, and so does what people upload", s.Fact.Choice.Env[0]), audit.WithFix("disks"), audit.WithConfidence(audit.MediumConfidence))
				}
				continue
			}
			report.Violation(s.At(), "uploads", fmt.Sprintf("%s keeps what people upload on the local disk", settingName(s.Fact.Via)), audit.WithFix(uploadFix(s.Fact.Via)))
		}
	},
})

// staysPublic reports whether an upload is put where the server hands it out: then
// it is kept there, whatever else goes to an object store, unless the deploy says
// which of them.
func staysPublic(store uploadStore, w inspect.FileWrite) bool {
	return w.Upload && !store.ByDeploy && !store.Default && publicPlace.MatchString(w.Path.Text)
}

// publicPlace is a directory of what a server hands out, and not for a moment.
var publicPlace = regexp.MustCompile(`(?i)^(\.?/)?(\w+/)?(public|static|wwwroot)/(\w+/)*(uploads?|images?|img|avatars?|files?|media|photos?|pictures?|products?|docs|documents?|attachments?|assets)(/|$)`)

// served reports whether code that runs while requests are served writes into
// the directory that the server hands out. What an installation, a build or a
// cache leaves there can be made again.
func served(w audit.Located[inspect.FileWrite]) bool {
	text := w.Fact.Path.Text
	return (w.Fact.Served || w.File.Format == inspect.PHP && strings.HasPrefix(text, "public/")) && !madeAgain.MatchString(text) && !madeAgain.MatchString(w.File.Path)
}

// keptByName says of a write beneath the handlers that it keeps what people gave, as
// the function around it or the directory is named; "" where neither is.
func keptByName(c *audit.Component, w audit.Located[inspect.FileWrite]) string {
	if c.Class != audit.WebService && c.Class != audit.Worker || !c.Reaches(w.File.Path) {
		return ""
	}
	text := w.Fact.Path.Text
	keeps := w.Fact.Keeper != "" && !w.Fact.Path.IsLiteral() && !drawn.MatchString(text)
	switch dir := directory(text); {
	case keeps && dir != "":
		return fmt.Sprintf("%s keeps what %s is given in %s on the local disk", call(w.Fact.Via), w.Fact.Keeper, dir)
	case keeps:
		return fmt.Sprintf("%s keeps what %s is given on the local disk", call(w.Fact.Via), w.Fact.Keeper)
	case peoplesDirectory.MatchString(text):
		return fmt.Sprintf("%s writes into %s on the local disk", call(w.Fact.Via), dir)
	}
	return ""
}

// drawn are directories of pictures that are made again whenever they are asked for.
var drawn = regexp.MustCompile(`(?i)graph|chart|plot|metric|report|stat(s|istics)`)

// peoplesDirectory is a directory of what people gave, by its name.
var peoplesDirectory = regexp.MustCompile(`(?i)(^|/)(uploads?|uploaded|attachments?|avatars?|user[_-]?(files|content|images|photos))/`)

var madeAgain = regexp.MustCompile(`(?i)console|command|install|setup|migrat|seed|build|bundl|minif|compil|asset|manifest|sitemap|robots|swagger|openapi|theme|plugin|module|update|cache|thumb|storage-link|startup|program\.cs|provider|generat|publish|vendor|lang|translat|\.(js|css|json)$`)

// keepsFiles is what files are called whose code keeps what people gave: what
// handlers call, and does not see the request itself.
var keepsFiles = word(`attachments?`, `uploads?`, `uploader`, `avatars?`, `assets?`, `images?`, `photos?`, `pictures?`, `media`, `documents?`)

// fileStore are places of a kind of storage that puts files on the disk, beside
// which there may be others: storage/local.go, LocalFileStorage.cs.
var fileStore = regexp.MustCompile(`(?i)(^|/)(storages?|file_?stor(e|age)s?|blob_?stor(e|age)s?)/(local|disk|file|fs|file_?system)([_-]?(disk|file|fs|storage|store|system|provider|driver|adapter|service|backend))*\.\w+$|(^|/)(local|disk|file|fs|local_?file|file_?system)[_-]?(storage|file_?store)([_-]?(service|provider|driver|adapter|backend|impl))*\.\w+$`)

// otherStore are stores of what is no file of people's.
var otherStore = regexp.MustCompile(`(?i)cache|session|token|log|config|setting|secret|cookie|state|queue|lock`)

// lost are places for what may be lost, log files, and what is no disk.
var lost = regexp.MustCompile(`(?i)^(/var)?/tmp(/|$)|^/dev/|^/run/|^/proc/|(^|/)(tmp|temp|cache)/|\.(log|lock|pid|tmp)$`)

// directory is the directory of a path as far as it is known.
func directory(text string) string {
	if text == "" {
		return ""
	}
	if dir := path.Dir(text); dir != "." && dir != "/" {
		return dir
	}
	return strings.TrimSuffix(text, "/")
}

// settingName is what people call the setting or class that keeps uploads.
func settingName(via string) string {
	if name, ok := strings.CutPrefix(via, "django."); ok {
		return "`" + strings.ToUpper(name) + "`"
	}
	for _, prefix := range []string{"rails.", "laravel "} {
		if name, ok := strings.CutPrefix(via, prefix); ok {
			return "`" + name + "`"
		}
	}
	return "`" + via + "`"
}

// uploadFix is whose fix fits a setting or library, "" for that of the place.
func uploadFix(via string) string {
	switch {
	case strings.HasPrefix(via, "multer"):
		return "multer"
	case strings.HasPrefix(via, "django."):
		return "Django"
	case strings.HasPrefix(via, "rails."), strings.HasPrefix(via, "ActiveStorage."):
		return "Rails"
	case strings.HasPrefix(via, "laravel "):
		return "Laravel"
	}
	return ""
}

// call is how code writes a call, without the path or namespace of its module.
func call(via string) string {
	if strings.HasPrefix(via, "@") {
		return via
	}
	via = via[strings.LastIndexAny(via, "/\\")+1:]
	names := strings.Split(via, ".")
	if n := len(names); n > 3 {
		names = names[n-2:]
	}
	if len(names) == 2 && names[0] == "DependencyInjection" {
		names = names[1:]
	}
	return strings.Join(names, ".")
}
