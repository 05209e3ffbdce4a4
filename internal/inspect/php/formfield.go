package php

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/syntax"
)

// fieldDisk states a field of Filament's forms whose files go to a disk that the
// code names, whatever the default disk is: FileUpload::make('logo')->disk('public').
func (s *script) fieldDisk(c call) {
	disk, ok := s.literal(c.args.at(0, "name"))
	if !ok || !s.ofForm(c.recv) {
		return
	}
	via := "FileUpload->" + c.Field("name").Text()
	switch {
	case localDisks[disk]:
		s.state(c.Node, inspect.FileWrite{Via: via, Handler: true, Upload: true, Disk: disk})
	case cloudDisk.MatchString(disk):
		s.state(c.Node, inspect.Store{Purpose: inspect.ForUploads, Via: via, Store: inspect.StoreOther, Choice: inspect.Lit(disk)})
	}
}

// ofForm reports whether a chain of calls begins with Filament's field for files.
func (s *script) ofForm(n syntax.Node) bool {
	for range 40 {
		if n.Is("member_call_expression") {
			n = n.Field("object")
			continue
		}
		break
	}
	if !n.Is("scoped_call_expression") {
		return false
	}
	name := s.callOf(n).name
	return strings.HasPrefix(name, `Filament\`) && strings.HasSuffix(name, "::make")
}

// livewireFile reports whether an expression is a property that a component of
// Livewire keeps an uploaded file in.
func (s *script) livewireFile(n syntax.Node) bool {
	if n.Is("variable_name") {
		n = s.follow(n)
	}
	return thisProperty.MatchString(n.Text()) && s.importsPath(`Livewire\WithFileUploads`)
}

var thisProperty = regexp.MustCompile(`^\$this->\w+$`)

// importsPath reports whether the file imports a class.
func (s *script) importsPath(path string) bool {
	for _, used := range s.uses {
		if strings.EqualFold(used, path) {
			return true
		}
	}
	return false
}
