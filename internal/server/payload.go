package server

import (
	"encoding/json"
	"time"

	"twelvefold/internal/store"
)

// payload is what is read of deliveries: GitHub's names, and only what handlers
// use. What an event does not have is zero.
type payload struct {
	Action       string         `json:"action"`
	Installation installationIn `json:"installation"`
	Repository   repositoryIn   `json:"repository"`
	Sender       accountIn      `json:"sender"`
}

type accountIn struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Slug  string `json:"slug"` // of an enterprise
	Type  string `json:"type"`
}

type installationIn struct {
	ID      int64     `json:"id"`
	Account accountIn `json:"account"`
}

type repositoryIn struct {
	ID            int64     `json:"id"`
	Name          string    `json:"name"`
	FullName      string    `json:"full_name"`
	Owner         accountIn `json:"owner"`
	DefaultBranch string    `json:"default_branch"`
	Private       bool      `json:"private"`
	Archived      bool      `json:"archived"`
	Fork          bool      `json:"fork"`
	Topics        []string  `json:"topics"`
	PushedAt      instant   `json:"pushed_at"`
}

// noun is the repository as the store takes it.
func (r repositoryIn) noun() store.GitHubRepository {
	owner := r.Owner.Login
	if owner == "" { // lists of an installation's repositories have only the full name
		owner, _ = cutName(r.FullName)
	}
	return store.GitHubRepository{ID: r.ID, Owner: owner, Name: r.Name, DefaultBranch: r.DefaultBranch, Private: r.Private, Archived: r.Archived, Fork: r.Fork, Topics: r.Topics}
}

// noun is the installation as the store takes it. Most events tell only its id:
// then its account is the repository's owner.
func (p payload) installation() store.Installation {
	account := p.Installation.Account
	if account.ID == 0 {
		account = p.Repository.Owner
	}
	if account.Login == "" {
		account.Login = account.Slug
	}
	return store.Installation{ID: p.Installation.ID, Account: account.Login, AccountID: account.ID, AccountType: account.Type}
}

// instant is a time as GitHub writes it: seconds in push events, text elsewhere.
type instant struct{ time.Time }

// UnmarshalJSON takes both; anything else is the zero time.
func (i *instant) UnmarshalJSON(data []byte) error {
	var seconds int64
	if json.Unmarshal(data, &seconds) == nil && seconds > 0 {
		i.Time = time.Unix(seconds, 0).UTC()
		return nil
	}
	var text string
	if json.Unmarshal(data, &text) == nil {
		i.Time, _ = time.Parse(time.RFC3339, text)
	}
	return nil
}
