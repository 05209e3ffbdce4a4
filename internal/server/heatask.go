package server

import (
	"net/url"
	"slices"
	"strconv"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/store"
)

// heatAsk is what of the heat map is asked for.
type heatAsk struct {
	account string
	choice  store.Choice // without whose it is
	order   store.Order
	page    int // from 1
}

// orders are the names of orders, and whether their first look is descending.
func orders() map[string]bool {
	by := map[string]bool{store.ByName: false, store.ByScore: false, store.ByChange: false, store.ByFindings: true, store.ByAudited: true}
	for _, key := range factor.Keys() {
		by[string(key)] = false
	}
	return by
}

// heatAsked reads the query; what it can't be is not found.
func heatAsked(query url.Values) (ask heatAsk, err error) {
	ask = heatAsk{account: query.Get("account"), page: 1, order: store.Order{By: store.ByScore, Days: 7}}
	ask.choice = store.Choice{Text: atMost(query.Get("q"), 200), Language: atMost(query.Get("language"), 40), Grade: atMost(query.Get("grade"), 40), Class: audit.Class(atMost(query.Get("class"), 40)),
		Topic: atMost(query.Get("topic"), 100), Archived: query.Get("archived") != ""}
	if sort := query.Get("sort"); sort != "" {
		descending, name := sort[0] == '-', sort
		if descending {
			name = sort[1:]
		}
		if _, known := orders()[name]; !known {
			return ask, store.ErrNotFound
		}
		ask.order.By, ask.order.Descending = name, descending
	}
	if text := query.Get("days"); text != "" {
		if ask.order.Days, err = strconv.Atoi(text); err != nil || !slices.Contains(store.ChangeDays(), ask.order.Days) {
			return ask, store.ErrNotFound
		}
	}
	if text := query.Get("page"); text != "" {
		if ask.page, err = strconv.Atoi(text); err != nil || ask.page < 1 || ask.page > 1<<20 {
			return ask, store.ErrNotFound
		}
	}
	return ask, nil
}

// atMost is at most so many bytes of a text, whole characters.
func atMost(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xc0 == 0x80 {
		most--
	}
	return text[:most]
}

// sorted is the same ordered by something else, or the other way round where it
// is ordered by that.
func (a heatAsk) sorted(by string) heatAsk {
	descending := orders()[by]
	if a.order.By == by {
		descending = !a.order.Descending
	}
	a.order.By, a.order.Descending, a.page = by, descending, 1
	return a
}

func (a heatAsk) at(page int) heatAsk {
	a.page = page
	return a
}

// query is what leads back to the same; defaults are left out.
func (a heatAsk) query() url.Values {
	q := url.Values{}
	set := func(name, value, usual string) {
		if value != usual {
			q.Set(name, value)
		}
	}
	set("account", a.account, "")
	set("q", a.choice.Text, "")
	set("language", a.choice.Language, "")
	set("grade", a.choice.Grade, "")
	set("class", string(a.choice.Class), "")
	set("topic", a.choice.Topic, "")
	if a.choice.Archived {
		q.Set("archived", "1")
	}
	set("sort", a.sort(), store.ByScore)
	set("days", strconv.Itoa(a.order.Days), "7")
	set("page", strconv.Itoa(a.page), "1")
	return q
}

// ofAccount is the query that asks for the same account alone.
func (a heatAsk) ofAccount() url.Values {
	return heatAsk{account: a.account, order: store.Order{By: store.ByScore, Days: 7}, page: 1}.query()
}

func (a heatAsk) sort() string {
	if a.order.Descending {
		return "-" + a.order.By
	}
	return a.order.By
}

func (a heatAsk) href() string {
	if q := a.query().Encode(); q != "" {
		return "/?" + q
	}
	return "/"
}
