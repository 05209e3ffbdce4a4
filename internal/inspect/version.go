package inspect

import (
	"embed"
	"encoding/binary"
	"go/scanner"
	"go/token"
	"hash"
	"hash/fnv"
	"io/fs"
	"runtime/debug"
	"strings"
	"sync"
)

//go:embed *.go */*.go
var ownSource embed.FS

// Version is part of every cache key: whenever the same bytes could give other
// signals, it is another number. It is derived from the code of this package and the
// extractors below it, its
// comments and tests left out, and from the versions of the modules it is built
// with, so that nobody can forget to raise it. It is positive.
var Version = sync.OnceValue(func() int32 {
	sum := fnv.New64a()
	err := fs.WalkDir(ownSource, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "inspecttest/") {
			return err
		}
		content, err := ownSource.ReadFile(path)
		addTokens(sum, content)
		return err
	})
	if err != nil {
		panic("inspect: its own source is not embedded: " + err.Error())
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			_, _ = sum.Write([]byte(module.Path + "@" + module.Version + "\n")) // a hash never fails
		}
	}
	var digest [8]byte
	return int32(binary.BigEndian.Uint64(sum.Sum(digest[:0]))>>33) | 1
})

// addTokens adds Go code without its comments and its layout.
func addTokens(sum hash.Hash, content []byte) {
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", files.Base(), len(content)), content, nil, 0)
	for {
		_, kind, text := s.Scan()
		if kind == token.EOF {
			return
		}
		if kind == token.SEMICOLON {
			text = "" // written or implied by a line's end
		}
		_, _ = sum.Write([]byte(kind.String() + " " + text + "\n")) // a hash never fails
	}
}
