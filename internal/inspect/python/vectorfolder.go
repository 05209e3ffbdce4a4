package python

import (
	"regexp"
	"strings"

	"twelvefold/internal/inspect"
)

// vectorFolders are calls that open a store of vectors in a folder, with the place
// of its path (-1: by name alone).
var vectorFolders = map[string]struct {
	place int
	names []string
}{
	"chromadb.PersistentClient": {0, []string{"path"}}, "qdrant_client.QdrantClient": {-1, []string{"path"}}, "lancedb.connect": {0, []string{"uri"}}, "lancedb.connect_async": {0, []string{"uri"}},
	"langchain_chroma.Chroma": {-1, chromaNames}, "langchain_chroma.Chroma.from_documents": {-1, chromaNames}, "langchain_chroma.Chroma.from_texts": {-1, chromaNames},
	"langchain_community.vectorstores.Chroma": {-1, chromaNames}, "langchain_community.vectorstores.Chroma.from_documents": {-1, chromaNames}, "langchain_community.vectorstores.Chroma.from_texts": {-1, chromaNames},
	"langchain.vectorstores.Chroma": {-1, chromaNames}, "langchain.vectorstores.Chroma.from_documents": {-1, chromaNames},
	"langchain_community.vectorstores.FAISS.from_documents().save_local": {0, []string{"folder_path"}}, "langchain_community.vectorstores.FAISS.from_texts().save_local": {0, []string{"folder_path"}},
	"langchain_community.vectorstores.FAISS.load_local().save_local": {0, []string{"folder_path"}},
}

var chromaNames = []string{"persist_directory"}

// addsVectors is in a file whose functions put something into such a store.
var addsVectors = regexp.MustCompile(`(?m)^[ \t]+.*\.(add_documents|aadd_documents|add_texts|aadd_texts|from_documents|from_texts|save_local|upsert)\(|^[ \t]+.*(collection|table)\w*\.add\(`)

// vectorFolder states the folder that a store of vectors is kept in, where this
// file adds to it: one that is only read may come with the code.
func (p *pythonFile) vectorFolder(c pyCall) {
	folder, known := vectorFolders[c.name]
	if !known || !p.enclosingFunction(c.Node).OK() && !p.handlersBeside() || !addsVectors.MatchString(p.tree.Root().Text()) || p.debugOnly(c.Node) {
		return
	}
	at := c.args.arg(folder.place, folder.names...)
	path := p.valueOf(at)
	if b := p.lookup(at.Text(), c.Node); at.Is("identifier") && b != nil && b.param.OK() {
		path = p.valueOf(b.param.Field("value"))
	}
	if path.IsLiteral() && path.Text != "" && !strings.Contains(path.Text, "://") && path.Text != ":memory:" {
		p.state(c.Node, inspect.FileWrite{Via: inspect.VectorVia, Path: path})
	}
}

// handlersBeside reports whether the file serves requests itself.
func (p *pythonFile) handlersBeside() bool { return len(p.findServing()) > 0 }
