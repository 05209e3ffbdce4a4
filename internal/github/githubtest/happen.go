package githubtest

import (
	"slices"
	"strings"
)

const noCommit = "0000000000000000000000000000000000000000"

// Push is Commit, and tells of it by webhook: of the push, of a branch that it
// makes, and of open pull requests whose head it moves.
func (s *Server) Push(repository, branch string, changes Files) string {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	before := r.branches[branch]
	after := s.commit(r, branch, changes, s.Now())
	s.announcePush(r, branch, before, after, false)
	return after
}

// ForcePush puts a branch at a commit and tells of it by webhook.
func (s *Server) ForcePush(repository, branch, commit string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	before := r.branches[branch]
	s.move(r, branch, commit)
	s.announcePush(r, branch, before, commit, true)
}

// DeleteBranch takes a branch away and tells of it by webhook.
func (s *Server) DeleteBranch(repository, branch string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	before := r.branches[branch]
	delete(r.branches, branch)
	s.announcePush(r, branch, before, "", true)
}

func (s *Server) announcePush(r *repository, branch, before, after string, forced bool) {
	created, deleted := before == "", after == ""
	if created {
		before = noCommit
		s.announce(event{name: "create", repository: r, more: object{
			"ref": branch, "ref_type": "branch", "master_branch": r.defaultBranch, "description": nil, "pusher_type": "user"}})
	}
	if deleted {
		after = noCommit
		s.announce(event{name: "delete", repository: r, more: object{"ref": branch, "ref_type": "branch", "pusher_type": "user"}})
	}
	var head any
	commits := []object{}
	if c := r.commits[after]; c != nil {
		who := object{"name": c.author, "email": c.author + "@example.org", "username": c.author}
		one := object{"id": c.id, "tree_id": c.tree, "distinct": true, "message": c.message, "timestamp": stamp(c.at), "url": s.URL + "/" + r.full() + "/commit/" + c.id,
			"author": who, "committer": who, "added": []string{}, "removed": []string{}, "modified": []string{}}
		head, commits = one, append(commits, one)
	}
	s.announce(event{name: "push", repository: r, more: object{
		"ref": "refs/heads/" + branch, "before": before, "after": after, "created": created, "deleted": deleted, "forced": forced, "base_ref": nil,
		"compare": s.URL + "/" + r.full() + "/compare", "commits": commits, "head_commit": head, "pusher": object{"name": "octo", "email": "octo@example.org"},
		"repository": s.pushRepository(r),
	}})
	for _, base := range s.repositories {
		for _, p := range base.pulls {
			if p.state == "open" && p.headRepository == r && p.headRef == branch && !deleted {
				s.announcePull(base, p, "synchronize", object{"before": before, "after": after})
			}
		}
	}
}

// Install tells by webhook that an installation was made.
func (s *Server) Install(installation int64) {
	s.changeInstallation(installation, "created")
}

// Uninstall takes an installation away and tells of it.
func (s *Server) Uninstall(installation int64) { s.changeInstallation(installation, "deleted") }

// Suspend suspends an installation and tells of it; Unsuspend takes that back.
func (s *Server) Suspend(installation int64) { s.changeInstallation(installation, "suspend") }

// Unsuspend takes a suspension back.
func (s *Server) Unsuspend(installation int64) { s.changeInstallation(installation, "unsuspend") }

func (s *Server) changeInstallation(id int64, action string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.installations[id]
	if i == nil {
		s.t.Fatalf("githubtest: no installation %d", id)
	}
	i.suspended = action == "suspend" || i.suspended && action != "unsuspend"
	i.gone = action == "deleted"
	list := []object{}
	for _, r := range s.repositories {
		if i.has(r) && !r.gone {
			list = append(list, s.shortRepository(r))
		}
	}
	more := object{"repositories": list}
	if action == "created" {
		more["requester"] = nil
	}
	s.announce(event{name: "installation", action: action, installation: i, more: more})
}

// Remove takes a repository out of an installation and tells of it.
func (s *Server) Remove(installation int64, repository string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, r := s.installations[installation], s.must(repository)
	delete(i.repositories, r.id)
	s.announce(event{name: "installation_repositories", action: "removed", installation: i, more: object{
		"repository_selection": i.selection(), "repositories_added": []object{}, "repositories_removed": []object{s.shortRepository(r)}, "requester": nil}})
}

// Give puts a repository into an installation and tells of it.
func (s *Server) Give(installation int64, repository string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, r := s.installations[installation], s.must(repository)
	i.repositories[r.id] = true
	s.announce(event{name: "installation_repositories", action: "added", installation: i, more: object{
		"repository_selection": i.selection(), "repositories_added": []object{s.shortRepository(r)}, "repositories_removed": []object{}, "requester": nil}})
}

// Rename gives a repository another name of the same owner and tells of it. The old
// name redirects.
func (s *Server) Rename(repository, name string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	old := r.name
	r.former = append(r.former, strings.ToLower(r.full()))
	r.name = name
	s.announce(event{name: "repository", action: "renamed", repository: r, more: object{"changes": object{"repository": object{"name": object{"from": old}}}}})
}

// Transfer gives a repository to another owner and tells of it.
func (s *Server) Transfer(repository, owner string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	old := r.owner
	r.former = append(r.former, strings.ToLower(r.full()))
	r.owner = s.account(owner, "Organization")
	from := object{"organization": s.organization(old)}
	if old.kind == "User" {
		from = object{"user": s.user(old)}
	}
	s.announce(event{name: "repository", action: "transferred", repository: r, more: object{"changes": object{"owner": object{"from": from}}}})
}

func (s *Server) organization(a *account) object {
	base := s.APIURL + "/orgs/" + a.login
	return object{"login": a.login, "id": a.id, "node_id": nodeID("Organization", a.id), "url": base, "repos_url": base + "/repos", "events_url": base + "/events",
		"hooks_url": base + "/hooks", "issues_url": base + "/issues", "members_url": base + "/members{/member}", "public_members_url": base + "/public_members{/member}",
		"avatar_url": s.URL + "/avatars/" + a.login, "description": "", "html_url": s.URL + "/" + a.login}
}

// SetRepository changes a repository by the action of that name ("archived",
// "unarchived", "privatized", "publicized", "deleted") and tells of it.
func (s *Server) SetRepository(repository, action string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	switch action {
	case "archived", "unarchived":
		r.archived = action == "archived"
	case "privatized", "publicized":
		r.private = action == "privatized"
	case "deleted":
	default:
		s.t.Fatalf("githubtest: no action %q of a repository", action)
	}
	s.announce(event{name: "repository", action: action, repository: r})
	if action == "deleted" {
		r.gone = true
		for _, base := range s.repositories {
			for _, p := range base.pulls {
				if p.headRepository == r {
					p.headRepository = nil
				}
			}
		}
	}
}

// SetDefaultBranch makes another branch the default one and tells of it.
func (s *Server) SetDefaultBranch(repository, branch string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	old := r.defaultBranch
	r.defaultBranch = branch
	s.announce(event{name: "repository", action: "edited", repository: r, more: object{"changes": object{"default_branch": object{"from": old}}}})
}

// RerunCheck presses "Re-run" of a check run; RerunSuite that of all checks of a commit;
// PressButton a button that the App made.
func (s *Server) RerunCheck(repository string, id int64) {
	s.askCheck(repository, id, "rerequested", nil)
}

// PressButton presses a button of a check run by its identifier.
func (s *Server) PressButton(repository string, id int64, identifier string) {
	s.askCheck(repository, id, "requested_action", object{"requested_action": object{"identifier": identifier}})
}

func (s *Server) askCheck(repository string, id int64, action string, more object) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	at := slices.IndexFunc(r.checks, func(c *check) bool { return c.id == id })
	if at < 0 {
		s.t.Fatalf("githubtest: no check run %d", id)
	}
	c := r.checks[at]
	if action == "rerequested" {
		c.status, c.conclusion = "queued", ""
	}
	o := s.checkObject(r, c)
	if o["details_url"] == nil {
		o["details_url"] = o["html_url"]
	}
	o["check_suite"] = s.suite(r, c.suite, c.headSHA)
	all := object{"check_run": o}
	for name, value := range more {
		all[name] = value
	}
	s.announce(event{name: "check_run", action: action, repository: r, more: all})
}

// RerunSuite presses "Re-run all checks" of a commit.
func (s *Server) RerunSuite(repository, commit string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.must(repository)
	suite := s.newID()
	for _, c := range r.checks {
		if c.headSHA == commit {
			suite = c.suite
			c.status, c.conclusion = "queued", ""
		}
	}
	o := s.suite(r, suite, commit)
	delete(o, "repository")
	head := r.commits[commit]
	who := object{"name": head.author, "email": head.author + "@example.org"}
	o["head_commit"] = object{"id": head.id, "tree_id": head.tree, "message": head.message, "timestamp": stamp(head.at), "author": who, "committer": who}
	o["latest_check_runs_count"], o["check_runs_url"] = 1, o["url"].(string)+"/check-runs"
	s.announce(event{name: "check_suite", action: "rerequested", repository: r, more: object{"check_suite": o}})
}

func (s *Server) suite(r *repository, id int64, commit string) object {
	branch := any(nil)
	for name, at := range r.branches {
		if at == commit {
			branch = name
		}
	}
	return object{
		"id": id, "node_id": nodeID("CheckSuite", id), "head_branch": branch, "head_sha": commit, "status": "queued", "conclusion": nil, "before": noCommit, "after": commit,
		"url": s.APIURL + "/repos/" + r.full() + "/check-suites", "created_at": stamp(s.Now()), "updated_at": stamp(s.Now()), "app": s.application(), "pull_requests": []object{},
		"repository": s.repository(r),
	}
}

// Member tells that somebody joined ("added") or left ("removed") a repository.
func (s *Server) Member(repository, login, action string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.announce(event{name: "member", action: action, repository: s.must(repository), more: object{"member": s.user(s.account(login, "User"))}})
}

// OrganizationMember tells that somebody joined ("member_added") or left
// ("member_removed") an organization with an installation.
func (s *Server) OrganizationMember(installation int64, login, action string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.installations[installation]
	s.announce(event{name: "organization", action: action, installation: i, more: object{
		"organization": s.organization(i.account),
		"membership": object{"url": s.APIURL + "/orgs/" + i.account.login + "/memberships/" + login, "state": "active", "role": "member", "organization_url": s.APIURL + "/orgs/" + i.account.login,
			"user": s.user(s.account(login, "User"))},
	}})
}

// TeamMember tells that somebody joined ("added") or left ("removed") a team of
// an organization with an installation.
func (s *Server) TeamMember(installation int64, login, action string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	i, team := s.installations[installation], s.APIURL+"/teams/1"
	s.announce(event{name: "membership", action: action, installation: i, more: object{
		"organization": s.organization(i.account), "member": s.user(s.account(login, "User")), "scope": "team",
		"team": object{"id": 1, "node_id": nodeID("Team", 1), "name": "Makers", "slug": "makers", "description": nil, "privacy": "closed", "permission": "pull",
			"notification_setting": "notifications_enabled", "parent": nil, "url": team, "html_url": s.URL + "/orgs/" + i.account.login + "/teams/makers",
			"members_url": team + "/members{/member}", "repositories_url": team + "/repos"},
	}})
}

// Revoke takes back what a person allowed the App: no token works any more.
func (s *Server) Revoke(login string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(login)
	s.announce(event{name: "github_app_authorization", action: "revoked", more: object{"sender": s.user(s.account(login, "User"))}})
}
