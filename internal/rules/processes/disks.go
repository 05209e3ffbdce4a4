package processes

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// diskAdapters are the packages without which Laravel has no disk of a driver:
// its skeleton lists such disks in every program, and installs none of them.
var diskAdapters = map[string][]string{
	"s3":        {"league/flysystem-aws-s3-v3", "league/flysystem-aws-s3-v2", "league/flysystem-async-aws-s3"},
	"rackspace": {"league/flysystem-rackspace"},
	"sftp":      {"league/flysystem-sftp", "league/flysystem-sftp-v3"},
}

// localDisksAlone reports whether every disk of Laravel's configuration that
// works lies on the machine: then it decides nothing which of them is the default.
func localDisksAlone(c *audit.Component) bool { return audit.OfComponent(c, findLocalDisksAlone) }

func findLocalDisksAlone(c *audit.Component) bool {
	disks := 0
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		if !strings.HasPrefix(s.Fact.Key, "disks.") || !strings.HasSuffix(s.Fact.Key, ".driver") {
			continue
		}
		if !s.Fact.Value.IsLiteral() || s.Fact.Value.Text != "local" && !withoutAdapter(c, s.Fact.Value.Text) {
			return false
		}
		disks++
	}
	return disks > 0
}

// defaultDiskHere reports whether Laravel's default disk lies on the machine,
// whatever a variable says: no other works, or the configuration names it. Without
// a list of disks the framework's own holds, which has one of S3.
func defaultDiskHere(c *audit.Component) bool {
	for s := range audit.Facts[inspect.Store](c, source.Prod) {
		if s.Fact.Via == "laravel filesystems.default" {
			return s.Fact.Store == inspect.StoreFile && (len(s.Fact.Choice.Env) == 0 || localDisksAlone(c))
		}
	}
	return withoutAdapter(c, "s3")
}

// withoutAdapter reports whether nothing installs what a driver of Laravel's needs.
func withoutAdapter(c *audit.Component, driver string) bool {
	packages, known := diskAdapters[driver]
	if !known || !hasRuntime(c, func(name string) bool { return name == "laravel/framework" }) {
		return false
	}
	for _, name := range packages {
		if hasRuntime(c, func(other string) bool { return strings.EqualFold(other, name) }) || locks(c, name) {
			return false
		}
	}
	return true
}

// locks reports whether a lock of Composer's brings a package.
func locks(c *audit.Component, name string) bool {
	return audit.Has(c, func(l inspect.Lock) bool {
		if l.Ecosystem != inspect.Composer {
			return false
		}
		for _, p := range l.Packages {
			if strings.EqualFold(p.Name, name) {
				return true
			}
		}
		return false
	})
}

// namesDisks reports whether a variable is read for Laravel's disks: by their
// list, or as the name of one.
func namesDisks(read audit.Located[inspect.EnvRead]) bool {
	if strings.HasSuffix(read.Fact.Name, "_DISK") {
		return true
	}
	for s := range audit.FactsIn[inspect.Setting]([]*audit.File{read.File}, read.File.Role) {
		if strings.HasPrefix(s.Fact.Key, "disks.") {
			return true
		}
	}
	return false
}

// mediaLibrary reports Spatie's Media Library where every disk that it can be
// given lies on the machine, and whether it does: it keeps what is attached to
// models on a disk of its own choice, public unless something says otherwise.
func mediaLibrary(c *audit.Component, report *audit.Report) bool {
	if !localDisksAlone(c) || !attachesMedia(c) {
		return false
	}
	disk, at := "public", audit.Place{}
	for d := range audit.Facts[inspect.Dependency](c) {
		if d.Fact.Ecosystem == inspect.Composer && d.Fact.Group == inspect.Runtime && d.Fact.Name == "spatie/laravel-medialibrary" {
			at = d.At()
		}
	}
	for s := range audit.Facts[inspect.Setting](c, source.Prod) {
		if mediaFile[path.Base(s.File.Path)] && mediaDisk[s.Fact.Key] {
			at, disk = s.At(), cmp.Or(s.Fact.Value.Text, disk)
		}
	}
	if at.Path == "" {
		return false
	}
	report.Violation(at, "uploads", fmt.Sprintf("Media Library keeps what people upload on the disk %s, and every disk that is installed lies on the machine", disk), audit.WithFix("disks"))
	return true
}

// attachesMedia reports whether a model takes files from Media Library.
func attachesMedia(c *audit.Component) bool {
	for i := range audit.Facts[inspect.Import](c, source.Prod) {
		if strings.HasPrefix(i.Fact.Path, `Spatie\MediaLibrary\`) && mediaModel[i.Fact.Path[strings.LastIndexByte(i.Fact.Path, '\\')+1:]] && !byHand.MatchString(i.File.Path) {
			return true
		}
	}
	return false
}

var (
	mediaFile  = map[string]bool{"media-library.php": true, "medialibrary.php": true, "laravel-medialibrary.php": true}
	mediaDisk  = map[string]bool{"disk_name": true, "default_filesystem": true, "defaultFilesystem": true}
	mediaModel = map[string]bool{"HasMedia": true, "InteractsWithMedia": true, "HasMediaTrait": true, "HasMediaConversions": true}
)
