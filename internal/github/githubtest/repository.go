package githubtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// repository is what GitHub has of one.
type repository struct {
	id            int64
	owner         *account
	name          string
	defaultBranch string
	language      string
	topics        []string
	private       bool
	archived      bool
	disabled      bool
	gone          bool
	parent        *repository // of a fork
	*network
	branches, tags map[string]string
	pulls          []*pull
	checks         []*check
	scanning       scanning
	created        time.Time
	pushed         time.Time
	former         []string // names of before, which redirect
	attributes     archiveAttributes
}

// archiveAttributes are what .gitattributes makes of a tarball.
type archiveAttributes struct {
	ignored map[string]bool // export-ignore
	changed map[string]string
}

func (r *repository) full() string { return r.owner.login + "/" + r.name }

// account is a user or an organization.
type account struct {
	id    int64
	login string
	kind  string // "User", "Organization"
}

// pull is a pull request.
type pull struct {
	number         int
	title, author  string
	headRepository *repository // nil when the fork is gone
	headRef        string
	headSHA        string
	baseRef        string
	baseSHA        string
	state          string
	draft, merged  bool
	mergeCommit    string
	created        time.Time
	updated        time.Time
	closed         time.Time
}

// RepositoryOptions are what a repository may have beyond its name.
type RepositoryOptions struct {
	Private, Archived bool
	DefaultBranch     string // "" is main
	Language          string
	Topics            []string
}

// AddRepository makes an empty repository ("owner/name") that an installation
// gives access to, and tells of it by webhook when the installation is told of
// already. It returns the id.
func (s *Server) AddRepository(installation int64, name string, options ...RepositoryOptions) int64 {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, short, found := strings.Cut(name, "/")
	if !found || s.find(name) != nil {
		s.t.Fatalf("githubtest: %q can't be made", name)
	}
	var o RepositoryOptions
	if len(options) > 0 {
		o = options[0]
	}
	if o.DefaultBranch == "" {
		o.DefaultBranch = "main"
	}
	r := &repository{
		id: s.newID(), owner: s.account(owner, "Organization"), name: short, defaultBranch: o.DefaultBranch, language: o.Language, topics: o.Topics, private: o.Private,
		archived: o.Archived, network: newNetwork(), branches: map[string]string{}, tags: map[string]string{}, created: s.Now(), pushed: s.Now(),
	}
	s.repositories = append(s.repositories, r)
	if i := s.installations[installation]; i != nil {
		i.repositories[r.id] = true
		s.announce(event{name: "installation_repositories", action: "added", installation: i, more: object{
			"repository_selection": i.selection(), "repositories_added": []object{s.shortRepository(r)}, "repositories_removed": []object{}, "requester": nil,
		}})
	}
	return r.id
}

// find looks for a repository by name, and by those of before.
func (s *Server) find(name string) *repository {
	for _, r := range s.repositories {
		if !r.gone && strings.EqualFold(r.full(), name) {
			return r
		}
	}
	for _, r := range s.repositories {
		if !r.gone && slices.Contains(r.former, strings.ToLower(name)) {
			return r
		}
	}
	return nil
}

// must is find for helpers.
func (s *Server) must(name string) *repository {
	s.t.Helper()
	r := s.find(name)
	if r == nil {
		s.t.Fatalf("githubtest: no repository %s", name)
	}
	return r
}

// Commit changes files of a branch, which begins where the default branch is,
// and returns the commit. No webhook tells of it: Push does. A change of content Deleted takes
// a file away.
func (s *Server) Commit(repository, branch string, changes Files) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commit(s.must(repository), branch, changes, s.Now())
}

// CommitAt is Commit at a time.
func (s *Server) CommitAt(repository, branch string, at time.Time, changes Files) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commit(s.must(repository), branch, changes, at)
}

func (s *Server) commit(r *repository, branch string, changes Files, at time.Time) string {
	from := r.branches[branch]
	if from == "" {
		from = r.branches[r.defaultBranch]
	}
	var parents []string
	var old map[string]blobRef
	if c := r.commits[from]; c != nil {
		parents, old = []string{from}, c.files
	}
	s.commitsMade++
	message := fmt.Sprintf("Change %s (%d)", strings.Join(slices.Sorted(maps.Keys(changes)), ", "), s.commitsMade)
	if len(message) > 200 {
		message = message[:200]
	}
	c := r.write(r.changed(old, changes), parents, "octo", message, at)
	s.move(r, branch, c.id)
	return c.id
}

// move puts a branch at a commit; open pull requests follow.
func (s *Server) move(r *repository, branch, commit string) {
	r.branches[branch], r.pushed = commit, s.Now()
	for _, base := range s.repositories {
		for _, p := range base.pulls {
			if p.state == "open" && p.headRepository == r && p.headRef == branch {
				p.headSHA, p.updated = commit, s.Now()
			}
		}
	}
}

// Branch puts a branch at a commit, by force if need be, without a webhook.
func (s *Server) Branch(repository, branch, commit string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.move(s.must(repository), branch, commit)
}

// Tag names a commit.
func (s *Server) Tag(repository, tag, commit string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(repository).tags[tag] = commit
}

// HeadOf is the commit that a branch is at, "" if there is no such branch.
func (s *Server) HeadOf(repository, branch string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.must(repository).branches[branch]
}

// Fork copies a repository to another owner and returns the copy's name. It
// is not in any installation.
func (s *Server) Fork(repository, owner string) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	fork := *r
	fork.id, fork.owner, fork.parent, fork.created = s.newID(), s.account(owner, "User"), r, s.Now()
	fork.branches, fork.tags, fork.pulls, fork.checks, fork.former = maps.Clone(r.branches), maps.Clone(r.tags), nil, nil, nil
	s.repositories = append(s.repositories, &fork)
	return fork.full()
}

// ArchiveIgnores leaves paths out of tarballs, as export-ignore does.
func (s *Server) ArchiveIgnores(repository string, paths ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	if r.attributes.ignored == nil {
		r.attributes.ignored = map[string]bool{}
	}
	for _, path := range paths {
		r.attributes.ignored[path] = true
	}
}

// ArchiveChanges gives a path another content in tarballs, as export-subst and
// eol do.
func (s *Server) ArchiveChanges(repository, path, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	if r.attributes.changed == nil {
		r.attributes.changed = map[string]string{}
	}
	r.attributes.changed[path] = content
}
