package githubtest

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

func (s *Server) pullRoutes() []route {
	at := "GET /repos/{owner}/{repo}/"
	return []route{
		{at + "pulls", "installation", "pull_requests:read", s.listPulls},
		{at + "pulls/{number}", "installation", "pull_requests:read", s.getPull},
		{at + "commits/{sha}/pulls", "installation", "pull_requests:read", s.pullsOf},
	}
}

// PullRequest says what to open.
type PullRequest struct {
	Title, Author string
	Head          string // "owner/name" of a fork; "" is the repository itself
	Branch        string // of the head
	Base          string // "" is the default branch
	Draft         bool
}

// OpenPullRequest opens a pull request, tells of it by webhook and returns its
// number.
func (s *Server) OpenPullRequest(repository string, o PullRequest) int {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	base := s.must(repository)
	head := base
	if o.Head != "" {
		head = s.must(o.Head)
	}
	if o.Base == "" {
		o.Base = base.defaultBranch
	}
	if o.Title == "" {
		o.Title = "Change " + o.Branch
	}
	if o.Author == "" {
		o.Author = "octo"
	}
	sha := head.branches[o.Branch]
	if sha == "" || base.branches[o.Base] == "" {
		s.t.Fatalf("githubtest: no branch to open a pull request of: %+v", o)
	}
	now := s.Now()
	p := &pull{number: len(base.pulls) + 1, title: o.Title, author: o.Author, headRepository: head, headRef: o.Branch, headSHA: sha, baseRef: o.Base,
		baseSHA: base.branches[o.Base], state: "open", draft: o.Draft, created: now, updated: now}
	base.pulls = append(base.pulls, p)
	s.announcePull(base, p, "opened", nil)
	return p.number
}

func (s *Server) announcePull(base *repository, p *pull, action string, more object) {
	all := object{"number": p.number, "pull_request": s.wholePull(base, p)}
	for name, value := range more {
		all[name] = value
	}
	s.announce(event{name: "pull_request", action: action, repository: base, more: all})
}

// mustPull is for helpers.
func (s *Server) mustPull(name string, number int) (*repository, *pull) {
	s.t.Helper()
	r := s.must(name)
	if number < 1 || number > len(r.pulls) {
		s.t.Fatalf("githubtest: %s has no pull request %d", name, number)
	}
	return r, r.pulls[number-1]
}

// Merge merges a pull request by a merge commit, tells of both by webhook and
// returns the commit.
func (s *Server) Merge(repository string, number int) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r, p := s.mustPull(repository, number)
	base, head := r.commits[r.branches[p.baseRef]], r.commits[p.headSHA]
	files := base.files
	if common := r.mergeBase(base.id, head.id); common != nil {
		files = merged(common.files, base.files, head.files)
	}
	c := r.write(files, []string{base.id, head.id}, "octo", "Merge pull request #"+strconv.Itoa(number), s.Now())
	s.move(r, p.baseRef, c.id)
	p.state, p.merged, p.mergeCommit, p.closed, p.updated = "closed", true, c.id, s.Now(), s.Now()
	s.announcePull(r, p, "closed", nil)
	s.announcePush(r, p.baseRef, base.id, c.id, false)
	return c.id
}

// merged are files with a head's changes since the common commit.
func merged(common, base, head map[string]blobRef) map[string]blobRef {
	files := map[string]blobRef{}
	for path, f := range base {
		if now, ok := head[path]; ok || common[path] != f {
			if ok && common[path] == f {
				f = now
			}
			files[path] = f
		}
	}
	for path, f := range head {
		if _, was := common[path]; !was {
			files[path] = f
		}
	}
	return files
}

// SetPullRequest closes, reopens or makes ready by the action of that name
// ("closed", "reopened", "ready_for_review", "converted_to_draft"), and tells of it.
func (s *Server) SetPullRequest(repository string, number int, action string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r, p := s.mustPull(repository, number)
	p.updated = s.Now()
	switch action {
	case "closed":
		p.state, p.closed = "closed", s.Now()
	case "reopened":
		p.state = "open"
		p.closed = time.Time{}
	case "ready_for_review", "converted_to_draft":
		p.draft = action == "converted_to_draft"
	default:
		s.t.Fatalf("githubtest: no action %q of a pull request", action)
	}
	s.announcePull(r, p, action, nil)
}

// Rebase puts a pull request on another base branch, and tells of it.
func (s *Server) Rebase(repository string, number int, base string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r, p := s.mustPull(repository, number)
	old, oldSHA := p.baseRef, p.baseSHA
	p.baseRef, p.baseSHA, p.updated = base, r.branches[base], s.Now()
	s.announcePull(r, p, "edited", object{"changes": object{"base": object{"ref": object{"from": old}, "sha": object{"from": oldSHA}}}})
}

func (s *Server) listPulls(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	state := q.URL.Query().Get("state")
	var all []*pull
	for _, p := range slices.Backward(r.pulls) {
		if state == "all" || p.state == "open" && state != "closed" || p.state == state {
			all = append(all, p)
		}
	}
	return http.StatusOK, s.pullObjects(r, page(q, all)), nil
}

func (s *Server) pullObjects(r *repository, list []*pull) []object {
	out := []object{}
	for _, p := range list {
		out = append(out, s.pull(r, p))
	}
	return out
}

func (s *Server) getPull(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	number, _ := strconv.Atoi(q.PathValue("number"))
	if number < 1 || number > len(r.pulls) {
		return 0, nil, notFound
	}
	return http.StatusOK, s.wholePull(r, r.pulls[number-1]), nil
}

// pullsOf lists the pull requests that a commit came with.
func (s *Server) pullsOf(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	id := q.PathValue("sha")
	if r.commits[id] == nil {
		return 0, nil, problem{http.StatusUnprocessableEntity, "No commit found for SHA: " + id}
	}
	var all []*pull
	for _, p := range r.pulls {
		ofBase := r.ancestors(p.baseSHA)
		if p.mergeCommit == id || r.ancestors(p.headSHA)[id] && !ofBase[id] {
			all = append(all, p)
		}
	}
	return http.StatusOK, s.pullObjects(r, page(q, all)), nil
}
