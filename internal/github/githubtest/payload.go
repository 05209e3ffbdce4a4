package githubtest

import (
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"time"
)

func stamp(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format("2006-01-02T15:04:05Z")
}

func nodeID(kind string, id any) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s%v", kind, id))
}

// links adds addresses below a base to an object.
func links(into object, base, names string) {
	for _, pair := range strings.Fields(names) {
		name, rest, _ := strings.Cut(pair, "=")
		into[name] = base + rest
	}
}

func (s *Server) user(a *account) object {
	if a == nil {
		return nil
	}
	o := object{
		"login": a.login, "id": a.id, "node_id": nodeID("User", a.id), "gravatar_id": "", "type": a.kind, "user_view_type": "public", "site_admin": false,
		"avatar_url": fmt.Sprintf("%s/avatars/u/%d", s.URL, a.id), "html_url": s.URL + "/" + a.login,
	}
	links(o, s.APIURL+"/users/"+a.login, `url= followers_url=/followers following_url=/following{/other_user} gists_url=/gists{/gist_id} starred_url=/starred{/owner}{/repo}
		subscriptions_url=/subscriptions organizations_url=/orgs repos_url=/repos events_url=/events{/privacy} received_events_url=/received_events`)
	return o
}

func (s *Server) shortRepository(r *repository) object {
	return object{"id": r.id, "node_id": nodeID("Repository", r.id), "name": r.name, "full_name": r.full(), "private": r.private}
}

func (s *Server) repository(r *repository) object {
	o := s.shortRepository(r)
	api, web := s.APIURL+"/repos/"+r.full(), s.URL+"/"+r.full()
	links(o, api, `url= archive_url=/{archive_format}{/ref} assignees_url=/assignees{/user} blobs_url=/git/blobs{/sha} branches_url=/branches{/branch}
		collaborators_url=/collaborators{/collaborator} comments_url=/comments{/number} commits_url=/commits{/sha} compare_url=/compare/{base}...{head}
		contents_url=/contents/{+path} contributors_url=/contributors deployments_url=/deployments downloads_url=/downloads events_url=/events forks_url=/forks
		git_commits_url=/git/commits{/sha} git_refs_url=/git/refs{/sha} git_tags_url=/git/tags{/sha} hooks_url=/hooks issue_comment_url=/issues/comments{/number}
		issue_events_url=/issues/events{/number} issues_url=/issues{/number} keys_url=/keys{/key_id} labels_url=/labels{/name} languages_url=/languages
		merges_url=/merges milestones_url=/milestones{/number} notifications_url=/notifications{?since,all,participating} pulls_url=/pulls{/number}
		releases_url=/releases{/id} stargazers_url=/stargazers statuses_url=/statuses/{sha} subscribers_url=/subscribers subscription_url=/subscription
		tags_url=/tags teams_url=/teams trees_url=/git/trees{/sha}`)
	links(o, web, "html_url= clone_url=.git svn_url=")
	topics := r.topics
	if topics == nil {
		topics = []string{}
	}
	visibility, language := "public", any(nil)
	if r.private {
		visibility = "private"
	}
	if r.language != "" {
		language = r.language
	}
	maps.Copy(o, object{
		"owner": s.user(r.owner), "description": nil, "fork": r.parent != nil, "default_branch": r.defaultBranch, "git_url": "git" + strings.TrimPrefix(web, "http") + ".git",
		"ssh_url": "git@github.example:" + r.full() + ".git", "homepage": nil, "language": language, "topics": topics, "archived": r.archived, "disabled": r.disabled,
		"mirror_url": nil, "license": nil, "visibility": visibility, "size": 0, "forks": 0, "forks_count": 0, "stargazers_count": 0, "watchers": 0, "watchers_count": 0,
		"open_issues": 0, "open_issues_count": 0, "network_count": 0, "subscribers_count": 0, "has_issues": true, "has_projects": true, "has_wiki": true, "has_pages": false,
		"has_downloads": true, "has_discussions": false, "allow_forking": true, "is_template": false, "web_commit_signoff_required": false,
		"pushed_at": stamp(r.pushed), "created_at": stamp(r.created), "updated_at": stamp(r.created),
	})
	return o
}

// pushRepository is a repository as in the payload of a push, whose times are
// numbers.
func (s *Server) pushRepository(r *repository) object {
	o := s.repository(r)
	o["created_at"], o["pushed_at"] = r.created.Unix(), r.pushed.Unix()
	return o
}

func (s *Server) installation(i *installation) object {
	o := object{
		"id": i.id, "account": s.user(i.account), "repository_selection": i.selection(), "app_id": s.AppID, "app_slug": s.Slug, "client_id": s.ClientID,
		"target_id": i.account.id, "target_type": i.account.kind, "permissions": i.permissions, "events": s.events, "created_at": stamp(i.created), "updated_at": stamp(i.created),
		"single_file_name": nil, "suspended_by": nil, "suspended_at": nil, "has_multiple_single_files": false, "single_file_paths": []string{},
		"access_tokens_url": fmt.Sprintf("%s/app/installations/%d/access_tokens", s.APIURL, i.id), "repositories_url": s.APIURL + "/installation/repositories",
		"html_url": fmt.Sprintf("%s/organizations/%s/settings/installations/%d", s.URL, i.account.login, i.id),
	}
	if i.suspended {
		o["suspended_at"], o["suspended_by"] = stamp(s.Now()), s.user(i.account)
	}
	return o
}

// events are those that the App is told of.
var events = []string{"check_run", "check_suite", "create", "delete", "member", "membership", "organization", "public", "pull_request", "push", "repository"}

func (s *Server) application() object {
	return object{
		"id": s.AppID, "slug": s.Slug, "node_id": nodeID("App", s.AppID), "client_id": s.ClientID, "owner": s.user(s.account("twelvefold", "Organization")), "name": "Twelvefold (test)",
		"description": "", "external_url": "https://twelvefold.example", "html_url": s.URL + "/apps/" + s.Slug, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
		"permissions": s.permissions, "events": s.events, "installations_count": len(s.installations),
	}
}

func (s *Server) commitObject(r *repository, c *commit) object {
	api := s.APIURL + "/repos/" + r.full()
	who := object{"name": c.author, "email": c.author + "@example.org", "date": stamp(c.at)}
	parents := []object{}
	for _, p := range c.parents {
		parents = append(parents, object{"sha": p, "url": api + "/commits/" + p, "html_url": s.URL + "/" + r.full() + "/commit/" + p})
	}
	author := s.user(s.account(c.author, "User"))
	return object{
		"url": api + "/commits/" + c.id, "sha": c.id, "node_id": nodeID("Commit", c.id), "html_url": s.URL + "/" + r.full() + "/commit/" + c.id,
		"comments_url": api + "/commits/" + c.id + "/comments", "author": author, "committer": author, "parents": parents,
		"commit": object{"url": api + "/git/commits/" + c.id, "author": who, "committer": who, "message": c.message, "comment_count": 0,
			"tree": object{"sha": c.tree, "url": api + "/git/trees/" + c.tree}},
	}
}

func (s *Server) pull(base *repository, p *pull) object {
	api, web := fmt.Sprintf("%s/repos/%s", s.APIURL, base.full()), fmt.Sprintf("%s/%s/pull/%d", s.URL, base.full(), p.number)
	own, issue := fmt.Sprintf("%s/pulls/%d", api, p.number), fmt.Sprintf("%s/issues/%d", api, p.number)
	author := s.user(s.account(p.author, "User"))
	side := func(r *repository, ref, sha string) object {
		if r == nil {
			return object{"label": "unknown:" + ref, "ref": ref, "sha": sha, "user": nil, "repo": nil}
		}
		return object{"label": r.owner.login + ":" + ref, "ref": ref, "sha": sha, "user": s.user(r.owner), "repo": s.repository(r)}
	}
	o := object{
		"id": int64(p.number) + base.id*1000, "node_id": nodeID("PullRequest", p.number), "number": p.number, "title": p.title, "state": p.state, "draft": p.draft, "locked": false,
		"user": author, "body": nil, "labels": []object{}, "milestone": nil, "active_lock_reason": nil, "assignee": nil, "assignees": []object{},
		"requested_reviewers": []object{}, "requested_teams": []object{}, "author_association": "MEMBER", "auto_merge": nil,
		"created_at": stamp(p.created), "updated_at": stamp(p.updated), "closed_at": stamp(p.closed), "merged_at": nil, "merge_commit_sha": nil,
		"head": side(p.headRepository, p.headRef, p.headSHA), "base": side(base, p.baseRef, p.baseSHA),
		"comments_url": issue + "/comments", "statuses_url": api + "/statuses/" + p.headSHA, "review_comment_url": api + "/pulls/comments{/number}", "issue_url": issue,
	}
	links(o, own, "url= commits_url=/commits review_comments_url=/comments")
	links(o, web, "html_url= diff_url=.diff patch_url=.patch")
	link := func(href any) object { return object{"href": href} }
	o["_links"] = object{
		"self": link(own), "html": link(web), "issue": link(issue), "comments": link(o["comments_url"]), "review_comments": link(o["review_comments_url"]),
		"review_comment": link(o["review_comment_url"]), "commits": link(o["commits_url"]), "statuses": link(o["statuses_url"]),
	}
	if p.merged {
		o["merged_at"], o["merge_commit_sha"] = stamp(p.closed), p.mergeCommit
	}
	return o
}

// wholePull is a pull request asked for alone.
func (s *Server) wholePull(base *repository, p *pull) object {
	o := s.pull(base, p)
	maps.Copy(o, object{
		"merged": p.merged, "mergeable": nil, "rebaseable": nil, "mergeable_state": "unknown", "merged_by": nil, "comments": 0, "review_comments": 0,
		"maintainer_can_modify": false, "commits": 1, "additions": 1, "deletions": 0, "changed_files": 1,
	})
	if p.merged {
		o["merged_by"] = s.user(base.owner)
	}
	return o
}
