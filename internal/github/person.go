package github

import (
	"context"

	library "github.com/google/go-github/v60/github"
)

// Person is somebody who signed in.
type Person struct {
	ID        int64
	Login     string
	Name      string // may be ""
	Email     string // "" unless public
	AvatarURL string
}

// People asks as somebody who signed in: with that person's token, and without
// the App's key. It is safe for concurrent use.
type People struct{ app *App }

// NewPeople makes one of the options that are not the App's own. It does not use
// the network.
func NewPeople(o Options) (*People, error) {
	app, err := keyless(o)
	if err != nil {
		return nil, err
	}
	return &People{app}, nil
}

// Person asks who a person is. ErrForbidden: the token is no longer good; so with the
// other questions of a person.
func (p *People) Person(ctx context.Context, accessToken string) (Person, error) {
	got, _, err := p.as(accessToken).Users.Get(ctx, "")
	if err != nil {
		return Person{}, tidy(err)
	}
	return Person{got.GetID(), got.GetLogin(), got.GetName(), got.GetEmail(), got.GetAvatarURL()}, nil
}

// PersonInstallations lists the App's installations that a person may see
// anything of.
func (p *People) PersonInstallations(ctx context.Context, accessToken string) ([]Installation, error) {
	type answer struct {
		Installations []installation `json:"installations"`
	}
	api := p.as(accessToken)
	list, err := pages(ctx, func(ctx context.Context, page library.ListOptions) ([]installation, *library.Response, error) {
		got, response, err := get[answer](ctx, api, pathOf("user/installations", page))
		return got.Installations, response, err
	})
	return convert(list, installation.noun), err
}

// PersonRepository is a repository that a person may read.
type PersonRepository struct {
	ID    int64
	Write bool // the person may push to it, or more
}

// PersonRepositories lists an installation's repositories that a person may
// read. ErrNotFound: none of them, or no such installation.
func (p *People) PersonRepositories(ctx context.Context, accessToken string, installation int64) ([]PersonRepository, error) {
	api := p.as(accessToken)
	list, err := pages(ctx, func(ctx context.Context, page library.ListOptions) ([]*library.Repository, *library.Response, error) {
		got, response, err := api.Apps.ListUserRepos(ctx, installation, &page)
		if err != nil {
			return nil, response, err
		}
		return got.Repositories, response, nil
	})
	return convert(list, func(r *library.Repository) PersonRepository {
		may := r.GetPermissions()
		return PersonRepository{r.GetID(), may["push"] || may["maintain"] || may["admin"]}
	}), err
}

// OwnsOrganization asks whether a person is an owner of an organization.
// ErrNotFound: the person is no member; ErrForbidden: the organization keeps the
// App from asking.
func (p *People) OwnsOrganization(ctx context.Context, accessToken, login string) (bool, error) {
	if err := (Slug{login, "repository"}).check(); err != nil {
		return false, err
	}
	got, _, err := p.as(accessToken).Organizations.GetOrgMembership(ctx, "", login)
	if err != nil {
		return false, tidy(err)
	}
	return got.GetState() == "active" && got.GetRole() == "admin", nil
}

// File reads one file at a commit, of at most so many bytes, as Client.File does
// and with the person's own rights.
func (p *People) File(ctx context.Context, accessToken string, at Slug, commit, name string, most int64) ([]byte, error) {
	return (&Client{app: p.app, api: p.as(accessToken)}).File(ctx, at, commit, name, most)
}

// as is the client of a person. Nothing of it is kept.
func (p *People) as(accessToken string) *library.Client {
	return p.app.library(asPerson{accessToken}, 0)
}
