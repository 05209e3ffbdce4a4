package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// uploadMethods are methods of Laravel's uploaded files; the places of the
// directory and the disk.
var uploadMethods = map[string]int{"store": 1, "storeas": 2, "storepublicly": 1, "storepubliclyas": 2}

// cloudDisk are names of disks that lie in an object store.
var cloudDisk = regexp.MustCompile(`(?i)^(s3|gcs|google|azure|minio|r2|spaces|do_spaces|oss|b2|backblaze|cloud|wasabi)([-_]|$)`)

// localDisks are the disks of Laravel's own configuration that lie on the
// machine.
var localDisks = map[string]bool{"local": true, "public": true}

// uploadCall states $request->file('x')->store('dir', 'disk'). Without a disk it is
// the configuration's default.
func (s *script) uploadCall(c call) {
	switch c.method {
	case "do_upload": // CodeIgniter 3
		if written(c.recv) == "$this->upload" {
			s.keptFile(c, "CI_Upload->do_upload", syntax.Node{}, "")
		}
		return
	case "save":
		s.savedImage(c)
		return
	case "disk", "fileattachmentsdisk":
		s.fieldDisk(c)
		return
	case "saveas":
		if strings.HasPrefix(s.resolve(c.recv), `yii\web\UploadedFile`) || fileProperty.MatchString(written(c.recv)) {
			s.keptFile(c, "UploadedFile->saveAs", c.args.at(0), "")
		}
		return
	}
	place, known := uploadMethods[c.method]
	moves := c.method == "move" || c.method == "moveto"
	if !known && !moves || !c.recv.OK() || !s.uploadedFile(c.recv) && !(known && s.livewireFile(c.recv)) {
		return
	}
	if moves {
		if c.args.at(0).OK() {
			s.keptFile(c, "UploadedFile->"+c.Field("name").Text(), c.args.at(0), "")
		}
		return
	}
	at := c.args.at(place, "options", "disk")
	if !at.OK() {
		s.keptFile(c, "UploadedFile->"+c.Field("name").Text(), c.args.at(0), inspect.DefaultDisk)
		return
	}
	disk, ok := s.literal(at)
	if !ok {
		if disk, ok = s.literal(s.find(s.array(at), "disk")); !ok {
			return
		}
	}
	if localDisks[disk] {
		s.keptFile(c, "UploadedFile->"+c.Field("name").Text(), c.args.at(0), disk)
		return
	}
	if !cloudDisk.MatchString(disk) {
		return
	}
	s.state(c.Node, inspect.Store{Purpose: inspect.ForUploads, Via: "UploadedFile->" + c.Field("name").Text(), Store: inspect.StoreOther, Choice: inspect.Lit(disk)})
}

// keptFile states that a person's file is kept at a path of the machine.
func (s *script) keptFile(c call, via string, path syntax.Node, disk string) {
	removed := syntax.Removed(c.Node, path)
	if c.method == "move" {
		removed = syntax.Removed(c.Node, path, c.args.at(1))
	}
	s.state(c.Node, inspect.FileWrite{Via: via, Path: s.valueOf(path), Handler: s.inHandler(c.Node), Upload: true, Temporary: s.namesTemporary(path) || removed, Disk: disk})
}

// fileProperty is what a form's model calls the file that it was given.
var fileProperty = regexp.MustCompile(`(?i)^\$(\w+->)?\w*(file|image|photo|picture|avatar|upload|document|attachment|logo)s?$`)

// savedImage states Image::make($request->file('photo'))->save($path), of
// Intervention's library.
func (s *script) savedImage(c call) {
	path, root := c.args.at(0), c.recv
	if !path.OK() || !c.recv.OK() {
		return
	}
	root = s.follow(root)
	for range 8 {
		if !root.Is("member_call_expression") {
			break
		}
		inner := s.callOf(root)
		if inner.method == "make" || inner.method == "read" {
			break
		}
		root = s.follow(inner.recv)
	}
	if made := s.callOf(root); (made.method == "make" || made.method == "read") && (strings.HasPrefix(made.name, `Intervention\Image\`) || strings.HasPrefix(made.key, "image::")) && s.uploadedFile(made.args.at(0)) {
		s.keptFile(c, "Image->save", path, "")
	}
}

var (
	uploadText = regexp.MustCompile(`^\$request->(file\(|\w+$)|^request\(\)->file\(|\bfile\(|^\$req(uest)?->getUploadedFiles\(|^\$this->request->(getFile(s|Multiple)?|getUploadedFiles?|getData)\(|^\$\w*[fF]orm(\[|->get\()[^;]*->getData\(\)$`)
	uploadName = regexp.MustCompile(`(->file\(\)|request(\(\))?->getFile(s|Multiple)?\(\)|->files->get\(\)|->getUploadedFiles\(\)|\\UploadedFile|\\UploadedFileInterface|\\Request->\w+)$`)
)

// uploadedFile reports whether an expression is a file of a request.
func (s *script) uploadedFile(n syntax.Node) bool {
	if one := s.follow(n); one.Is("subscript_expression") {
		n = one
	}
	for range 4 {
		if !n.Is("subscript_expression") {
			break
		}
		n = s.follow(n.Child(0)) // one of several
	}
	if name := s.resolve(n); name != "" && name != "UploadedFile" && !strings.HasSuffix(name, "->getData()") {
		return uploadName.MatchString(name)
	}
	n = s.follow(n)
	return len(n.Text()) < 200 && (uploadText.MatchString(n.Text()) || s.resolve(n) == "UploadedFile")
}

// diskWrites are methods that write to a disk of Laravel's file storage.
var diskWrites = map[string]bool{"put": false, "putfile": true, "putfileas": true, "append": false, "prepend": false, "writestream": false, "makedirectory": false}

// diskCall states Storage::disk('local')->put($path, …), and what a person gives
// to the default disk: Storage::putFile('dir', $request->file('x')).
func (s *script) diskCall(c call) {
	upload, known := diskWrites[c.method]
	disk := c.recv
	if !known {
		return
	}
	if strings.EqualFold(c.name, facade+"Storage::"+c.method) {
		if upload || s.fromPerson(c.args.at(1)) {
			s.keptFile(c, via(c.name), c.args.at(0), inspect.DefaultDisk)
		}
		return
	}
	if !disk.Is("scoped_call_expression") || !strings.EqualFold(s.callOf(disk).name, facade+"Storage::disk") {
		return
	}
	name, ok := s.literal(argsOf(disk).at(0))
	if !ok {
		return
	}
	if !localDisks[name] && !cloudDisk.MatchString(name) {
		return // another name of the configuration
	}
	if !localDisks[name] {
		s.state(c.Node, inspect.Store{Purpose: inspect.ForUploads, Via: via(c.name), Store: inspect.StoreOther, Choice: inspect.Lit(name)})
		return
	}
	s.state(c.Node, inspect.FileWrite{
		Via: via(c.name), Path: s.valueOf(c.args.at(0)), Append: c.method == "append", Handler: s.inHandler(c.Node), Upload: upload || s.fromPerson(c.args.at(1)), Disk: name,
		Temporary: s.namesTemporary(c.args.at(0)), Settings: s.namesSettings(c.args.at(0)) || s.isMark(c),
	})
}
