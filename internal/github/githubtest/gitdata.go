package githubtest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Server) repositoryRoutes() []route {
	return []route{
		{"GET /repositories/{id}", "installation", "metadata:read", s.repositoryByID},
		{"GET /repos/{owner}/{repo}", "installation", "metadata:read", s.getRepository},
	}
}

func (s *Server) gitRoutes() []route {
	at := "GET /repos/{owner}/{repo}/"
	return []route{
		{at + "git/ref/{ref...}", "installation", "contents:read", s.getRef},
		{at + "git/matching-refs/{ref...}", "installation", "contents:read", s.matchingRefs},
		{at + "git/trees/{sha}", "installation", "contents:read", s.getTree},
		{at + "git/blobs/{sha}", "installation", "contents:read", s.getBlob},
		{at + "commits", "installation", "contents:read", s.listCommits},
		{at + "commits/{ref}", "installation", "contents:read", s.getCommit},
		{at + "compare/{basehead...}", "installation", "contents:read", s.compare},
		{at + "tarball/{ref...}", "installation", "contents:read", s.tarball},
	}
}

func (s *Server) byID(q *query) (*repository, error) {
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	for _, r := range s.repositories {
		if r.id == id && !r.gone && q.sees(r) {
			return r, nil
		}
	}
	return nil, notFound
}

func (s *Server) repositoryByID(q *query) (int, any, error) {
	r, err := s.byID(q)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.repository(r), nil
}

func (s *Server) getRepository(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.repository(r), nil
}

// full is the repository that a path names, which must have a commit.
func (q *query) full() (*repository, error) {
	r, err := q.repository()
	if err == nil && len(r.commits) == 0 {
		err = isEmpty
	}
	return r, err
}

func (s *Server) refObject(r *repository, ref, commit string) object {
	api := s.APIURL + "/repos/" + r.full() + "/git/"
	return object{"ref": ref, "node_id": nodeID("Ref", ref), "url": api + ref, "object": object{"sha": commit, "type": "commit", "url": api + "commits/" + commit}}
}

// refs are all references by name.
func (r *repository) refs() map[string]string {
	all := map[string]string{}
	for name, commit := range r.branches {
		all["refs/heads/"+name] = commit
	}
	for name, commit := range r.tags {
		all["refs/tags/"+name] = commit
	}
	return all
}

func (s *Server) getRef(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	name := "refs/" + q.PathValue("ref")
	if commit, ok := r.refs()[name]; ok {
		return http.StatusOK, s.refObject(r, name, commit), nil
	}
	return 0, nil, notFound
}

func (s *Server) matchingRefs(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	list, all := []object{}, r.refs()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(name, "refs/"+q.PathValue("ref")) {
			list = append(list, s.refObject(r, name, all[name]))
		}
	}
	return http.StatusOK, list, nil
}

// commit finds what a branch, a tag or an id names.
func (r *repository) commit(name string) *commit {
	for _, id := range []string{r.branches[name], r.tags[name], name} {
		if c := r.commits[id]; c != nil {
			return c
		}
	}
	return nil
}

func (s *Server) getTree(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	id := q.PathValue("sha")
	if c := r.commit(id); c != nil {
		id = c.tree
	}
	if _, ok := r.trees[id]; !ok {
		return 0, nil, notFound
	}
	api := s.APIURL + "/repos/" + r.full() + "/git/"
	list, truncated := []object{}, false
	r.listTree(id, q.URL.Query().Get("recursive") != "", "", func(path string, e entry) bool {
		if len(list) >= s.truncateAt {
			truncated = true
			return false
		}
		one := object{"path": path, "mode": e.mode, "type": e.kind(), "sha": e.id}
		switch e.kind() {
		case "blob":
			one["size"], one["url"] = len(r.blobs[e.id]), api+"blobs/"+e.id
		case "tree":
			one["url"] = api + "trees/" + e.id
		}
		list = append(list, one)
		return true
	})
	return http.StatusOK, object{"sha": id, "url": api + "trees/" + id, "tree": list, "truncated": truncated}, nil
}

func (s *Server) getBlob(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	content, ok := r.blobs[q.PathValue("sha")]
	if !ok {
		return 0, nil, notFound
	}
	if !strings.Contains(q.Header.Get("Accept"), ".raw") {
		s.t.Errorf("githubtest: blobs are only given raw")
		return 0, nil, problem{http.StatusUnprocessableEntity, "Unsupported"}
	}
	return http.StatusOK, rawAnswer{"application/vnd.github.v3.raw; charset=utf-8", content}, nil
}

func (s *Server) getCommit(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	c := r.commit(q.PathValue("ref"))
	if c == nil {
		return 0, nil, problem{http.StatusUnprocessableEntity, "No commit found for SHA: " + q.PathValue("ref")}
	}
	return http.StatusOK, s.commitObject(r, c), nil
}

// listCommits lists what a branch has, newest first.
func (s *Server) listCommits(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	name := q.URL.Query().Get("sha")
	if name == "" {
		name = r.defaultBranch
	}
	head := r.commit(name)
	if head == nil {
		return 0, nil, notFound
	}
	since, _ := time.Parse(time.RFC3339, q.URL.Query().Get("since"))
	until, errUntil := time.Parse(time.RFC3339, q.URL.Query().Get("until"))
	var all []*commit
	for id := range r.ancestors(head.id) {
		c := r.commits[id]
		if c.at.Before(since) || errUntil == nil && c.at.After(until) {
			continue
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *commit) int {
		if order := b.at.Compare(a.at); order != 0 {
			return order
		}
		if r.ancestors(a.id)[b.id] { // a child before its parent
			return -1
		}
		return 1
	})
	list := []object{}
	for _, c := range page(q, all) {
		list = append(list, s.commitObject(r, c))
	}
	return http.StatusOK, list, nil
}

func (s *Server) compare(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	from, to, found := strings.Cut(q.PathValue("basehead"), "...")
	base, head := r.commit(from), r.commit(to)
	if !found || base == nil || head == nil {
		return 0, nil, notFound
	}
	common := r.mergeBase(base.id, head.id)
	if common == nil {
		return 0, nil, problem{http.StatusNotFound, "No common ancestor between " + from + " and " + to + "."}
	}
	ofBase, ofHead := r.ancestors(base.id), r.ancestors(head.id)
	var ahead []*commit
	behind := 0
	for id := range ofHead {
		if !ofBase[id] {
			ahead = append(ahead, r.commits[id])
		}
	}
	for id := range ofBase {
		if !ofHead[id] {
			behind++
		}
	}
	slices.SortFunc(ahead, func(a, b *commit) int { return a.at.Compare(b.at) })
	status := map[[2]bool]string{{false, false}: "identical", {true, false}: "ahead", {false, true}: "behind", {true, true}: "diverged"}[[2]bool{len(ahead) > 0, behind > 0}]
	list := []object{}
	for _, c := range page(q, ahead) {
		list = append(list, s.commitObject(r, c))
	}
	web := s.URL + "/" + r.full() + "/compare/" + from + "..." + to
	return http.StatusOK, object{
		"url": s.APIURL + "/repos/" + r.full() + "/compare/" + from + "..." + to, "html_url": web, "permalink_url": web, "diff_url": web + ".diff", "patch_url": web + ".patch",
		"base_commit": s.commitObject(r, base), "merge_base_commit": s.commitObject(r, common), "status": status, "ahead_by": len(ahead), "behind_by": behind,
		"total_commits": len(ahead), "commits": list, "files": []object{},
	}, nil
}
