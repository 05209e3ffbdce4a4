package processes

import (
	"path"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// uploadStore is what keeps files outside of the process, or lets the deploy
// decide.
type uploadStore struct {
	At       audit.Place
	What     string // what is set up, "multer-s3", or the variable that chooses
	ByDeploy bool   // a variable chooses, and without it the files stay here
	InPart   bool   // files go there, but whether people's do is not known
	Default  bool   // what a variable chooses is Laravel's default disk: calls that name another one, or none, are not about it
	Found    bool
}

// storesUploads tells whether files that people give leave the process. Any way
// out counts: what stays behind beside it is its fallback, or on its way there.
func storesUploads(c *audit.Component) uploadStore { return audit.OfComponent(c, findUploadStore) }

func findUploadStore(c *audit.Component) uploadStore {
	var chosen uploadStore
	decidesNothing := ""
	for s := range audit.Facts[inspect.Store](c, source.Prod) {
		variables := s.Fact.Choice.Env
		switch {
		case selects(s.Fact) && len(variables) > 0 && keptHere(c, variables[0]):
		case s.Fact.Via == "laravel filesystems.default" && localDisksAlone(c):
			if len(variables) > 0 {
				decidesNothing = variables[0]
			}
		case s.Fact.Via == "django.DEFAULT_FILE_STORAGE" && !readsDefaultStorage(c):
		case s.Fact.Purpose != inspect.ForUploads || !holds(c, s) || strings.HasPrefix(s.Fact.Via, "ActiveStorage."):
		case s.Fact.Store == inspect.StoreOther || s.Fact.Store == inspect.StoreDatabase:
			switch {
			case !c.Reaches(s.File.Path):
			case selects(s.Fact) && len(variables) > 0 && !s.Fact.Choice.HasText:
				chosen = uploadStore{At: s.At(), What: variables[0], ByDeploy: true, Found: true}
			default:
				return uploadStore{At: s.At(), What: s.Fact.Via, Found: true}
			}
		case selects(s.Fact) && len(variables) > 0 && !chosen.Found:
			chosen = uploadStore{At: s.At(), What: variables[0], ByDeploy: true, Found: true, Default: s.Fact.Via == "laravel filesystems.default"}
		}
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		if djangoStorage[s.Fact.Key] && (s.Fact.Key != "DEFAULT_FILE_STORAGE" || readsDefaultStorage(c)) && (!s.Fact.Value.IsLiteral() || !strings.HasSuffix(s.Fact.Value.Text, "FileSystemStorage")) {
			return uploadStore{At: s.At(), What: s.Fact.Key, Found: true, ByDeploy: !s.Fact.Value.IsLiteral()}
		}
	}
	if chosen.Found {
		return chosen
	}
	bucket := audit.Has(c, func(r inspect.EnvRead) bool { return bucketVariable.MatchString(r.Name) })
	for client := range audit.Facts[inspect.Client](c, source.Prod) {
		if client.Fact.Service == inspect.ObjectStore && !client.Fact.Debug && c.Reaches(client.File.Path) && !byHand.MatchString(client.File.Path) {
			return uploadStore{At: client.At(), What: client.Fact.Via, Found: true, InPart: !bucket}
		}
	}
	for read := range audit.Facts[inspect.EnvRead](c, source.Prod) {
		if !read.File.Format.IsShell() && !byHand.MatchString(read.File.Path) && read.Fact.Name != decidesNothing && !(decidesNothing != "" && namesDisks(read)) && storageVariable.MatchString(read.Fact.Name) && !keptHere(c, read.Fact.Name) {
			return uploadStore{At: read.At(), What: read.Fact.Name, ByDeploy: true, Found: true}
		}
	}
	return uploadStore{}
}

var (
	djangoStorage = map[string]bool{"STORAGES": true, "STORAGES.default": true, "STORAGES.default.BACKEND": true, "DEFAULT_FILE_STORAGE": true}
	// storageVariable chooses where files go, or says which bucket has them.
	storageVariable = regexp.MustCompile(`(?i)(^|_)(STORAGE|FILE_?STORE|UPLOADS?|ATTACHMENTS?|MEDIA|FILESYSTEM|FILES)_(TYPE|DRIVER|BACKEND|ADAPTER|PROVIDER|ENGINE|SERVICE|KIND|DISK|MODE)$|(^|_)(S3|GCS|AWS|UPLOADS?|STORAGE|MINIO|R2|MEDIA|ATTACHMENTS?)_(\w+_)?BUCKET(_NAME)?$|^AZURE_STORAGE_`)
	bucketVariable  = regexp.MustCompile(`(?i)(^|_)BUCKET(_NAME)?$`)
	// byHand are places of programs that people run.
	byHand = regexp.MustCompile(`(^|/)(scripts?|bin|tools?|commands?|console|tasks?|seeds?|examples?|notebooks?|migrations?|benchmarks?|generators?|fixtures?)/|(^|/)(seed|setup|install)[\w-]*\.\w+$|\.rake$`)
	// hereNames are what settings call a place in the process or on its disk.
	hereNames = regexp.MustCompile(`(?i)^(local(_?(disk|secure|secure_restricted))?|public|disk|file(system)?(_store)?|fs|memory(_store)?|in-?memory|array|sync|async|inline|locmem|null)$`)
)

// readsDefaultStorage reports whether Django reads DEFAULT_FILE_STORAGE, which it
// does before 5.1, by the version that is locked.
func readsDefaultStorage(c *audit.Component) bool {
	for l := range audit.Facts[inspect.Lock](c) {
		for _, p := range l.Fact.Packages {
			if l.Fact.Ecosystem == inspect.PyPI && strings.EqualFold(p.Name, "django") {
				return !withoutDefaultStorage.MatchString(p.Version)
			}
		}
	}
	for d := range audit.Facts[inspect.Dependency](c) {
		if d.Fact.Ecosystem == inspect.PyPI && strings.EqualFold(d.Fact.Name, "django") && d.Fact.Group == inspect.Runtime {
			return !d.Fact.Exact || !withoutDefaultStorage.MatchString(strings.TrimLeft(d.Fact.Constraint, "= "))
		}
	}
	return true
}

// withoutDefaultStorage are versions of Django that don't read DEFAULT_FILE_STORAGE.
var withoutDefaultStorage = regexp.MustCompile(`^(5\.[1-9]|[6-9]\.|[1-9]\d)`)

// selects reports whether a store's choice is which store it is, not where on
// the disk.
func selects(s inspect.Store) bool {
	switch {
	case s.Via == "django.MEDIA_ROOT", s.Store == inspect.StoreFile && s.Purpose == inspect.ForUploads && !strings.HasPrefix(s.Via, "rails.") &&
		!strings.HasPrefix(s.Via, "laravel ") && !strings.HasPrefix(s.Via, "django.") && !strings.HasPrefix(s.Via, "CarrierWave") &&
		!strings.HasPrefix(s.Via, "Paperclip") && !strings.HasPrefix(s.Via, "ActiveStorage"):
		return false
	}
	return true
}

// keptHere reports whether production gives a variable that chooses a store a
// name for a place in the process.
func keptHere(c *audit.Component, variable string) bool {
	p, ok := c.ProvidedIn(audit.Production, variable)
	return ok && p.Value.IsLiteral() && hereNames.MatchString(p.Value.Text)
}

// holds reports whether a store is one that a deploy has.
func holds(c *audit.Component, s audit.Located[inspect.Store]) bool {
	profile := strings.ToLower(s.Fact.Profile)
	return !s.Fact.Debug && (profile == "production" || profile == "prod" || c.InProduction(profile)) && !elsewhere.MatchString(path.Base(s.File.Path))
}

// elsewhere are settings files of environments other than production.
var elsewhere = regexp.MustCompile(`(?i)^(development|dev|test|testing|staging|local|ci)\.\w+$`)

// besideDisks reports whether a call keeps a person's file on the machine
// whatever Laravel's default disk is: it names a disk that the configuration
// puts there, or moves the file to a path.
func besideDisks(c *audit.Component, w inspect.FileWrite) bool {
	if !w.Upload {
		return false
	}
	switch {
	case w.Disk == inspect.DefaultDisk:
		return false
	case w.Disk == "":
		return strings.HasPrefix(w.Via, "UploadedFile->move") || w.Via == "move_uploaded_file" || w.Via == "Image->save" || strings.HasSuffix(w.Via, `\UploadedFile->move`)
	case !audit.Has(c, func(s inspect.Setting) bool { return strings.HasPrefix(s.Key, "disks.") }):
		return true
	}
	return audit.Has(c, func(s inspect.Setting) bool {
		return s.Key == "disks."+w.Disk+".driver" && s.Value.IsLiteral() && s.Value.Text == "local"
	})
}

// storesThroughDisks reports whether code that is named for what people give
// uses Laravel's disks, or anything is kept of a request.
func storesThroughDisks(c *audit.Component) bool {
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		name := base(i.File)
		if strings.HasSuffix(i.Fact.Path, `Facades\Storage`) && !byHand.MatchString(i.File.Path) && keepsFiles.MatchString(strings.TrimSuffix(name, path.Ext(name))) {
			return true
		}
	}
	return audit.Has(c, func(w inspect.FileWrite) bool { return w.Upload && w.Disk != "" && w.Disk != inspect.DefaultDisk })
}
