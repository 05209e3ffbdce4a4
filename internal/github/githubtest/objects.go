package githubtest

import (
	"bytes"
	"crypto/sha1" // #nosec G505 -- git's ids
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Files are contents by path. What is no plain file is made by Link, Executable,
// Submodule and Deleted.
type Files map[string]string

// The first byte of a content that is not a plain file's.
const (
	linkMark       = "\x00link:"
	executableMark = "\x00executable:"
	submoduleMark  = "\x00submodule:"
)

// Deleted takes a path away, and all that is below it.
const Deleted = "\x00deleted"

// Link is a symbolic link.
func Link(target string) string { return linkMark + target }

// Executable is a program.
func Executable(content string) string { return executableMark + content }

// Submodule is a submodule at a commit.
func Submodule(commit string) string { return submoduleMark + commit }

// blobRef is a file of a commit.
type blobRef struct {
	mode string // "100644", "100755", "120000", "160000"
	id   string
}

// entry is one of a tree.
type entry struct {
	name, mode, id string
}

func (e entry) kind() string {
	switch e.mode {
	case "040000":
		return "tree"
	case "160000":
		return "commit"
	}
	return "blob"
}

// commit is a git commit.
type commit struct {
	id, tree, message, author string
	parents                   []string
	at                        time.Time
	files                     map[string]blobRef
}

// network is what a repository and its forks share: objects of git.
type network struct {
	blobs   map[string][]byte
	trees   map[string][]entry
	commits map[string]*commit
	raw     map[string][]byte // trees and commits as git stores them, with "tree 12" and a zero byte before
}

func newNetwork() *network {
	return &network{blobs: map[string][]byte{}, trees: map[string][]entry{}, commits: map[string]*commit{}, raw: map[string][]byte{}}
}

// keep names what git stores as a tree or a commit, and keeps it.
func (n *network) keep(kind string, data []byte) string {
	id := hashObject(kind, data)
	n.raw[id] = append(fmt.Appendf(nil, "%s %d\x00", kind, len(data)), data...)
	return id
}

func hashObject(kind string, data []byte) string {
	h := sha1.New() // #nosec G401 -- as above
	fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// add keeps a content and says how a commit names it.
func (n *network) add(content string) blobRef {
	ref := blobRef{mode: "100644"}
	for mark, mode := range map[string]string{linkMark: "120000", executableMark: "100755", submoduleMark: "160000"} {
		if rest, ok := strings.CutPrefix(content, mark); ok {
			ref.mode, content = mode, rest
			break
		}
	}
	if ref.mode == "160000" {
		ref.id = content
		return ref
	}
	ref.id = hashObject("blob", []byte(content))
	n.blobs[ref.id] = []byte(content)
	return ref
}

// changed are a commit's files with changes applied.
func (n *network) changed(old map[string]blobRef, changes Files) map[string]blobRef {
	files := maps.Clone(old)
	if files == nil {
		files = map[string]blobRef{}
	}
	for _, path := range slices.Sorted(maps.Keys(changes)) {
		if changes[path] == Deleted {
			maps.DeleteFunc(files, func(name string, _ blobRef) bool { return name == path || strings.HasPrefix(name, path+"/") })
			continue
		}
		files[path] = n.add(changes[path])
	}
	return files
}

// writeTree makes tree objects of files. paths are sorted and all begin with
// the directory.
func (n *network) writeTree(files map[string]blobRef, paths []string, dir string) string {
	var list []entry
	for i := 0; i < len(paths); {
		name, _, below := strings.Cut(paths[i][len(dir):], "/")
		if !below {
			f := files[paths[i]]
			list = append(list, entry{name, f.mode, f.id})
			i++
			continue
		}
		end := i
		for end < len(paths) && strings.HasPrefix(paths[end], dir+name+"/") {
			end++
		}
		list = append(list, entry{name, "040000", n.writeTree(files, paths[i:end], dir+name+"/")})
		i = end
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.sortName(), b.sortName()) })
	var data bytes.Buffer
	for _, e := range list {
		fmt.Fprintf(&data, "%s %s\x00", strings.TrimPrefix(e.mode, "0"), e.name)
		id, _ := hex.DecodeString(e.id)
		data.Write(id)
	}
	id := n.keep("tree", data.Bytes())
	n.trees[id] = list
	return id
}

// sortName is what git sorts by: a directory's name with a slash.
func (e entry) sortName() string {
	if e.mode == "040000" {
		return e.name + "/"
	}
	return e.name
}

// write makes a commit. Paths that a directory and a file share are not for
// tests to make.
func (n *network) write(files map[string]blobRef, parents []string, author, message string, at time.Time) *commit {
	// Sorted as directories need it: all that is below one stands together.
	paths := slices.SortedFunc(maps.Keys(files), func(a, b string) int {
		return strings.Compare(strings.ReplaceAll(a, "/", "\x00"), strings.ReplaceAll(b, "/", "\x00"))
	})
	at = at.UTC().Truncate(time.Second)
	c := &commit{tree: n.writeTree(files, paths, ""), message: message, author: author, parents: parents, at: at, files: files}
	var text strings.Builder
	fmt.Fprintf(&text, "tree %s\n", c.tree)
	for _, parent := range parents {
		fmt.Fprintf(&text, "parent %s\n", parent)
	}
	person := fmt.Sprintf("%s <%s@example.org> %d +0000", author, author, at.Unix())
	fmt.Fprintf(&text, "author %s\ncommitter %s\n\n%s\n", person, person, message)
	c.id = n.keep("commit", []byte(text.String()))
	n.commits[c.id] = c
	return c
}

// ancestors are a commit and all before it.
func (n *network) ancestors(id string) map[string]bool {
	seen, todo := map[string]bool{}, []string{id}
	for len(todo) > 0 {
		id, todo = todo[len(todo)-1], todo[:len(todo)-1]
		c := n.commits[id]
		if c == nil || seen[id] {
			continue
		}
		seen[id] = true
		todo = append(todo, c.parents...)
	}
	return seen
}

// mergeBase is a newest common ancestor, nil for none.
func (n *network) mergeBase(a, b string) *commit {
	ofA := n.ancestors(a)
	var common []string
	for id := range n.ancestors(b) {
		if ofA[id] {
			common = append(common, id)
		}
	}
	for _, id := range slices.Sorted(slices.Values(common)) {
		newest := !slices.ContainsFunc(common, func(other string) bool { return other != id && n.ancestors(other)[id] })
		if newest {
			return n.commits[id]
		}
	}
	return nil
}

// listTree lists a tree as git ls-tree -t does.
func (n *network) listTree(id string, recursive bool, prefix string, visit func(path string, e entry) bool) bool {
	for _, e := range n.trees[id] {
		if !visit(prefix+e.name, e) {
			return false
		}
		if recursive && e.mode == "040000" && !n.listTree(e.id, true, prefix+e.name+"/", visit) {
			return false
		}
	}
	return true
}
