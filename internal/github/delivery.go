package github

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	library "github.com/google/go-github/v60/github"
)

// Delivery is one attempt to deliver a webhook.
type Delivery struct {
	ID           int64  // of the attempt
	GUID         string // of what is delivered: X-GitHub-Delivery, the same in every attempt
	Event        string
	Action       string // "" of events that have none
	DeliveredAt  time.Time
	StatusCode   int // what the webhook answered; 0 when it did not
	Installation int64
	Repository   int64 // 0 for events of none
}

// Undelivered are, of attempts newest first, those of deliveries that no attempt
// delivered, of each the newest; and how many deliveries the attempts are of.
func Undelivered(attempts []Delivery) (failed []Delivery, deliveries int) {
	delivered, seen := map[string]bool{}, map[string]bool{}
	for _, d := range attempts {
		delivered[d.GUID] = delivered[d.GUID] || d.delivered()
	}
	for _, d := range attempts {
		if !delivered[d.GUID] && !seen[d.GUID] {
			failed, seen[d.GUID] = append(failed, d), true
		}
	}
	return failed, len(delivered)
}

// delivered reports whether the webhook took it.
func (d Delivery) delivered() bool { return d.StatusCode >= 200 && d.StatusCode < 300 }

type delivery struct {
	ID             int64             `json:"id"`
	GUID           string            `json:"guid"`
	DeliveredAt    library.Timestamp `json:"delivered_at"`
	StatusCode     int               `json:"status_code"`
	Event          string            `json:"event"`
	Action         *string           `json:"action"`
	InstallationID *int64            `json:"installation_id"`
	RepositoryID   *int64            `json:"repository_id"`
}

func (d delivery) noun() Delivery {
	value := func(id *int64) int64 {
		if id == nil {
			return 0
		}
		return *id
	}
	out := Delivery{
		ID: d.ID, GUID: d.GUID, Event: d.Event, DeliveredAt: d.DeliveredAt.Time, StatusCode: d.StatusCode,
		Installation: value(d.InstallationID), Repository: value(d.RepositoryID),
	}
	if d.Action != nil {
		out.Action = *d.Action
	}
	return out
}

// deliveries asks for one page of attempts, newest first.
func (a *App) deliveries(ctx context.Context, n int, cursor string) (list []delivery, next string, err error) {
	path := fmt.Sprintf("app/hook/deliveries?per_page=%d", n)
	if cursor != "" {
		path += "&cursor=" + url.QueryEscape(cursor)
	}
	list, response, err := get[[]delivery](ctx, a.self, path)
	if err := tidy(err); statusOf(err) == 404 {
		return nil, "", nil // an App without a webhook
	} else if err != nil {
		return nil, "", err
	}
	return list, response.Cursor, nil
}

// FailedDeliveries lists what no attempt since then delivered, of each the
// newest attempt, oldest first. GitHub knows three days of them.
func (a *App) FailedDeliveries(ctx context.Context, since time.Time) ([]Delivery, error) {
	attempts, err := a.deliveriesSince(ctx, since)
	if err != nil {
		return nil, err
	}
	failed, _ := Undelivered(attempts)
	slices.Reverse(failed)
	return failed, nil
}

// deliveriesSince lists attempts, newest first, at most mostPage pages of them.
// New ones that come meanwhile don't move the cursor.
func (a *App) deliveriesSince(ctx context.Context, since time.Time) (all []Delivery, err error) {
	cursor := ""
	for range mostPage {
		list, next, err := a.deliveries(ctx, pageSize, cursor)
		if err != nil {
			return nil, err
		}
		for _, d := range list {
			if d.DeliveredAt.Before(since) {
				return all, nil
			}
			all = append(all, d.noun())
		}
		if next == "" || next == cursor {
			return all, nil
		}
		cursor = next
	}
	return all, nil
}

// Redeliver asks GitHub to deliver again what one attempt failed to.
func (a *App) Redeliver(ctx context.Context, id int64) error {
	_, _, err := a.self.Apps.RedeliverHookDelivery(ctx, id)
	if accepted := new(library.AcceptedError); errors.As(err, &accepted) {
		return nil
	}
	return tidy(err)
}
