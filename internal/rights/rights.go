// Package rights knows what people who signed in may see: what GitHub says. Its
// answers are kept in Postgres for minutes; so are the people's tokens, sealed.
// The web process asks when a page needs it, the worker before that.
package rights

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"twelvefold/internal/github"
	"twelvefold/internal/seal"
	"twelvefold/internal/store"
)

const (
	// Fresh is how old an answer of GitHub's may be.
	Fresh = 5 * time.Minute
	// Stale is how old it may be while GitHub is away.
	Stale = time.Hour
	// soon is how old answers are that the worker asks for anew, so that pages
	// need not wait.
	soon = 3 * time.Minute
	// watched is how long after a page its reader's rights are kept fresh.
	watched = 30 * time.Minute
	// asksAtOnce bounds whom one run of the worker asks for.
	asksAtOnce = 200
	// patience is how long a page waits for GitHub, and askWithin how long asking
	// may go on behind it.
	patience  = 6 * time.Second
	askWithin = time.Minute
	// rest is how long GitHub is left alone after it did not answer.
	rest = 15 * time.Second
	// asksInARow is how often GitHub is asked while events tell of something newer.
	asksInARow = 4
	// installationsAtATime are asked for of one person.
	installationsAtATime = 4
)

// ErrSignIn says that GitHub no longer takes a person's tokens, or that they are
// gone: the person has to sign in again.
var ErrSignIn = errors.New("the person has to sign in again")

// ErrAway says that GitHub could not be asked, and that no answer is kept that
// could do instead.
var ErrAway = errors.New("GitHub can't be asked what the person may see")

// ErrSpent says that a person's own questions to GitHub are used up, and that the
// last answer is too old: it must not last longer because of that, as anybody can
// spend them at will.
var ErrSpent = errors.New("GitHub answers no more questions of this person for now")

// errMoving says that no answer was as new as what events told meanwhile.
var errMoving = errors.New("what the person may see changed each time it was asked for")

// Options are what a Service is made from.
type Options struct {
	Store  *store.Store
	People *github.People
	OAuth  *github.OAuth
	Keys   *seal.Keys
	Log    *slog.Logger
	Now    func() time.Time // nil: time.Now
}

// Service is safe for concurrent use.
type Service struct {
	store     *store.Store
	people    *github.People
	oauth     *github.OAuth
	keys      *seal.Keys
	log       *slog.Logger
	now       func() time.Time
	asks      singleflight.Group // by person
	refreshes chan struct{}      // a place for each token that is refreshed: each holds a connection

	mu    sync.Mutex
	away  time.Time           // until then GitHub is not asked
	spent map[int64]time.Time // until then GitHub is not asked for a person: who goes on asking is shut out
}

// refreshesAtOnce bounds the connections to Postgres that wait for GitHub.
const refreshesAtOnce = 2

// New makes a Service. It uses neither database nor network.
func New(o Options) *Service {
	s := &Service{store: o.Store, people: o.People, oauth: o.OAuth, keys: o.Keys, log: o.Log, now: o.Now, refreshes: make(chan struct{}, refreshesAtOnce), spent: map[int64]time.Time{}}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// Answer is what a person may see.
type Answer struct {
	Sight store.Sight
	Since time.Time // zero, or how old the answer is that does because GitHub is away
}

// Of answers what a person may see. Errors are ErrSignIn, ErrAway, ErrSpent, or
// the database's.
func (s *Service) Of(ctx context.Context, person int64) (Answer, error) {
	asked, _, err := s.store.RightsAsked(ctx, person, s.now().Add(-Stale))
	if err != nil {
		return Answer{}, err
	}
	if s.now().Sub(asked) < Fresh {
		return Answer{Sight: store.As(person, asked)}, nil
	}
	problem := s.askFor(ctx, person)
	if errors.As(problem, new(github.RateLimited)) {
		return Answer{}, errors.Join(ErrSpent, problem)
	}
	if problem != nil && !passing(problem) {
		return Answer{}, problem
	}
	since := s.now().Add(-Stale)
	asked, oldest, err := s.store.RightsAsked(ctx, person, since)
	switch {
	case err != nil:
		return Answer{}, err
	case problem == nil: // whatever an event took away meanwhile is missing
		return Answer{Sight: store.As(person, s.now().Add(-Fresh))}, nil
	case !oldest.IsZero():
		return Answer{Sight: store.As(person, since), Since: oldest}, nil
	case asked.After(since):
		return Answer{Sight: store.As(person, since), Since: asked}, nil
	}
	return Answer{}, errors.Join(ErrAway, problem)
}

// passing reports whether an error says that GitHub can't be asked just now.
func passing(err error) bool {
	return errors.As(err, new(github.Unavailable)) || errors.As(err, new(github.RateLimited)) || errors.Is(err, context.DeadlineExceeded)
}

// askFor asks and waits for the answer a page's time; the asking goes on without
// it. Whoever asks for the same person gets the same answer.
func (s *Service) askFor(ctx context.Context, person int64) error {
	s.mu.Lock()
	resting := s.now().Before(s.away)
	s.mu.Unlock()
	if resting {
		return github.Unavailable{Err: errors.New("it did not answer a moment ago")}
	}
	answer := s.asks.DoChan(keyOf(person), func() (any, error) {
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), askWithin)
		defer cancel()
		return nil, s.ask(within, person)
	})
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return github.Unavailable{Err: errors.New("it did not answer in time")}
	case got := <-answer:
		return got.Err
	}
}

// ask asks GitHub what a person may see and keeps it.
func (s *Service) ask(ctx context.Context, person int64) error {
	if until := s.spentUntil(person); s.now().Before(until) {
		return github.RateLimited{Until: until}
	}
	for range asksInARow { // again when an event made the answer old
		began, err := s.store.Clock(ctx)
		if err != nil {
			return err
		}
		asked := s.now()
		answer, err := s.fetch(ctx, person)
		if err != nil {
			return s.failed(ctx, person, err)
		}
		whole, err := s.store.KeepRights(ctx, person, answer, began, asked)
		if err != nil || whole {
			return err
		}
	}
	// An empty page would be taken for the truth.
	return github.Unavailable{Err: errMoving}
}

func (s *Service) spentUntil(person int64) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent[person]
}

// spend notes until when GitHub answers no questions of a person.
func (s *Service) spend(person int64, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	maps.DeleteFunc(s.spent, func(_ int64, over time.Time) bool { return !now.Before(over) })
	if most := now.Add(time.Hour); until.After(most) {
		until = most
	}
	s.spent[person] = until
}

// Again is when to ask again after an error that is ErrSpent; the zero time where
// that is not known.
func Again(err error) time.Time {
	var limited github.RateLimited
	errors.As(err, &limited)
	return limited.Until
}

// failed notes why GitHub gave no answer.
func (s *Service) failed(ctx context.Context, person int64, err error) error {
	var limited github.RateLimited
	if errors.As(err, &limited) {
		s.spend(person, limited.Until)
	}
	switch {
	case errors.As(err, new(github.Unavailable)):
		s.mu.Lock()
		s.away = s.now().Add(rest)
		s.mu.Unlock()
		s.log.WarnContext(ctx, "GitHub can't be asked for rights", "person", person, "error", err)
	case errors.Is(err, ErrSignIn), passing(err):
		s.log.InfoContext(ctx, "a person's rights are not refreshed", "person", person, "error", err)
	}
	return err
}

// fetch asks for everything that a person may see. A token that GitHub refuses
// is refreshed once.
func (s *Service) fetch(ctx context.Context, person int64) (store.Rights, error) {
	access, err := s.access(ctx, person, "")
	if err != nil {
		return nil, err
	}
	installations, err := s.people.PersonInstallations(ctx, access)
	if errors.Is(err, github.ErrForbidden) {
		if access, err = s.access(ctx, person, access); err != nil {
			return nil, err
		}
		installations, err = s.people.PersonInstallations(ctx, access)
	}
	if errors.Is(err, github.ErrForbidden) {
		return nil, errors.Join(ErrSignIn, s.Forget(ctx, person))
	}
	if err != nil {
		return nil, err
	}
	return s.repositories(ctx, person, access, installations)
}

// repositories asks for those of each installation.
func (s *Service) repositories(ctx context.Context, person int64, access string, installations []github.Installation) (store.Rights, error) {
	answer := store.Rights{}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(installationsAtATime)
	for _, i := range installations {
		if i.Suspended {
			continue
		}
		group.Go(func() error {
			right, err := s.right(ctx, person, access, i)
			if errors.Is(err, github.ErrNotFound) || errors.Is(err, github.ErrForbidden) { // gone or suspended since
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			answer[i.ID] = right
			return nil
		})
	}
	return answer, group.Wait()
}

// right asks for what a person may do in one installation.
func (s *Service) right(ctx context.Context, person int64, access string, i github.Installation) (right store.Right, err error) {
	list, err := s.people.PersonRepositories(ctx, access, i.ID)
	if err != nil {
		return right, err
	}
	for _, r := range list {
		right.Repositories = append(right.Repositories, r.ID)
		if r.Write {
			right.Writes = append(right.Writes, r.ID)
		}
	}
	if i.Account.Type != "Organization" {
		right.Administers = i.Account.ID == person
		return right, nil
	}
	right.Administers, err = s.people.OwnsOrganization(ctx, access, i.Account.Login)
	if errors.Is(err, github.ErrNotFound) || errors.Is(err, github.ErrForbidden) { // no member, or GitHub does not tell
		return right, nil
	}
	return right, err
}

// Refresh asks anew for people who look at pages just now and whose answers are
// getting old. It stops when GitHub can't be asked.
func (s *Service) Refresh(ctx context.Context) (asked int, err error) {
	now := s.now()
	people, err := s.store.PeopleToAsk(ctx, now.Add(-watched), now.Add(-soon), asksAtOnce)
	if err != nil {
		return 0, err
	}
	for _, person := range people {
		err := s.ask(ctx, person)
		switch {
		case errors.As(err, new(github.RateLimited)), errors.Is(err, ErrSignIn), errors.Is(err, errMoving): // of this person alone
		case err != nil:
			return asked, err
		default:
			asked++
		}
	}
	return asked, nil
}
