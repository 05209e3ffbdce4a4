package github

import (
	"fmt"
	"regexp"
	"time"

	library "github.com/google/go-github/v60/github"
)

// Account is who owns repositories.
type Account struct {
	ID    int64
	Login string
	Type  string // "User" or "Organization"
}

// Installation is the App, installed for an account.
type Installation struct {
	ID              int64
	Account         Account
	Suspended       bool
	Permissions     map[string]string // "contents": "read"
	Events          []string
	AllRepositories bool // rather than selected ones
	UpdatedAt       time.Time
}

// Repository is a repository as it stands.
type Repository struct {
	ID            int64
	Owner         string
	Name          string
	DefaultBranch string
	Language      string // "" if GitHub knows none
	Topics        []string
	Private       bool
	Archived      bool
	Disabled      bool
	Fork          bool
	PushedAt      time.Time // zero: never
}

// Slug gives the repository's owner and name.
func (r Repository) Slug() Slug { return Slug{r.Owner, r.Name} }

// PullRequest is a pull request as it stands.
type PullRequest struct {
	Number         int
	Title          string
	Author         string // login; "ghost" of a deleted account
	State          string // "open" or "closed"
	Draft          bool
	Merged         bool
	HeadSHA        string
	HeadRef        string
	HeadRepository string // "owner/name"; "" when the fork is gone
	BaseSHA        string // the base branch's commit when GitHub last looked
	BaseRef        string
	MergeCommit    string // of a merged one the commit on the base branch; "" of others
	UpdatedAt      time.Time
}

// Slug names a repository in GitHub's paths.
type Slug struct{ Owner, Name string }

// String is "owner/name".
func (s Slug) String() string { return s.Owner + "/" + s.Name }

var (
	slugPart = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)
	shaForm  = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// check refuses what GitHub never calls a repository: it would be another path
// of the API.
func (s Slug) check() error {
	for _, part := range []string{s.Owner, s.Name} {
		if !slugPart.MatchString(part) || part == "." || part == ".." {
			return fmt.Errorf("%w: %q is not the name of a repository", ErrInvalid, s)
		}
	}
	return nil
}

// checkCommit refuses what is not a repository and the ids of its commits.
func (s Slug) checkCommit(commits ...string) error {
	for _, id := range commits {
		if !shaForm.MatchString(id) {
			return fmt.Errorf("%w: %q is not the id of a commit", ErrInvalid, id)
		}
	}
	return s.check()
}

func repositoryOf(r *library.Repository) Repository {
	return Repository{
		ID: r.GetID(), Owner: r.GetOwner().GetLogin(), Name: r.GetName(), DefaultBranch: r.GetDefaultBranch(), Language: r.GetLanguage(), Topics: r.Topics,
		Private: r.GetPrivate(), Archived: r.GetArchived(), Disabled: r.GetDisabled(), Fork: r.GetFork(), PushedAt: r.GetPushedAt().Time,
	}
}

func pullRequestOf(p *library.PullRequest) PullRequest {
	out := PullRequest{
		Number: p.GetNumber(), Title: p.GetTitle(), Author: p.GetUser().GetLogin(), State: p.GetState(), Draft: p.GetDraft(), Merged: p.GetMerged() || p.MergedAt != nil,
		HeadSHA: p.GetHead().GetSHA(), HeadRef: p.GetHead().GetRef(), HeadRepository: p.GetHead().GetRepo().GetFullName(),
		BaseSHA: p.GetBase().GetSHA(), BaseRef: p.GetBase().GetRef(), UpdatedAt: p.GetUpdatedAt().Time,
	}
	if out.Author == "" {
		out.Author = "ghost"
	}
	if out.Merged {
		out.MergeCommit = p.GetMergeCommitSHA()
	}
	return out
}

// installation is what this package reads of an installation. go-github's own
// type knows only the permissions of its day.
type installation struct {
	ID      int64 `json:"id"`
	Account struct {
		ID    int64  `json:"id"`
		Login string `json:"login"`
		Slug  string `json:"slug"` // of an enterprise
		Type  string `json:"type"`
	} `json:"account"`
	SuspendedAt *string           `json:"suspended_at"`
	Permissions map[string]string `json:"permissions"`
	Events      []string          `json:"events"`
	Selection   string            `json:"repository_selection"`
	UpdatedAt   library.Timestamp `json:"updated_at"`
}

func (i installation) noun() Installation {
	login := i.Account.Login
	if login == "" {
		login = i.Account.Slug
	}
	return Installation{
		ID: i.ID, Account: Account{i.Account.ID, login, i.Account.Type}, Suspended: i.SuspendedAt != nil, Permissions: i.Permissions, Events: i.Events,
		AllRepositories: i.Selection == "all", UpdatedAt: i.UpdatedAt.Time,
	}
}

// convert makes nouns of a list.
func convert[From, To any](list []From, one func(From) To) []To {
	out := make([]To, len(list))
	for i, item := range list {
		out[i] = one(item)
	}
	return out
}
