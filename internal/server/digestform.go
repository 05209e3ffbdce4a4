package server

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"twelvefold/internal/store"
	"twelvefold/templates"
)

// foundForDigest is how many repositories are listed to choose from.
const foundForDigest = 50

// zoneNames are the time zones that the form offers: those of tz's zone.tab, a line
// each.
//
//go:embed zones.txt
var zoneNames string

// digestTyped is what somebody filled in.
type digestTyped struct {
	address       string
	weekday, hour int
	zone          string
	some          bool // chosen repositories alone
	repositories  []int64
	changed       bool
	text          string // that repositories are looked for by
	asked         bool
	wrongs        digestWrongs
}

type digestWrongs struct{ Address, When, Repositories string }

func (t digestTyped) wrong() bool { return t.wrongs != digestWrongs{} }

// keptDigest is the form of a subscription, or of none: Monday at nine.
func (s *Server) keptDigest(ctx context.Context, v *viewer, d store.Subscription, known bool) (*digestTyped, error) {
	if known {
		return &digestTyped{address: d.Address, weekday: d.When.Weekday, hour: d.When.Hour, zone: d.When.Zone,
			some: d.Repositories != nil, repositories: d.Repositories, changed: d.OnlyIfChanged}, nil
	}
	person, err := s.store.Person(ctx, v.person)
	return &digestTyped{address: person.Email, weekday: 1, hour: 9, zone: time.UTC.String()}, err
}

// readDigest reads what somebody filled in: as it was typed, with what is wrong with
// it, and what is wanted if nothing is. Which repositories are seen is not its to say.
func readDigest(form url.Values) (digestTyped, store.Wanted) {
	typed := digestTyped{address: strings.TrimSpace(form.Get("address")), zone: form.Get("zone"), some: form.Get("about") == "some",
		changed: form.Get("changed") != "", text: oneLine(form.Get("q"))}
	var wrongDay, wrongHour error
	typed.weekday, wrongDay = strconv.Atoi(form.Get("weekday"))
	typed.hour, wrongHour = strconv.Atoi(form.Get("hour"))
	for _, value := range form["repository"] {
		if id, err := strconv.ParseInt(value, 10, 64); err == nil && !slices.Contains(typed.repositories, id) {
			typed.repositories = append(typed.repositories, id)
		}
	}
	wanted := store.Wanted{Address: typed.address, When: store.Weekly{Weekday: typed.weekday, Hour: typed.hour, Zone: typed.zone}, OnlyIfChanged: typed.changed}
	if !store.AddressLike(typed.address) {
		typed.wrongs.Address = "Write one plain address, as in ada@example.com."
	}
	if wrongDay != nil || wrongHour != nil || wanted.When.Check() != nil {
		typed.wrongs.When = "Choose a day, an hour and a time zone."
	}
	return typed, wanted
}

func (s *Server) digestForm(ctx context.Context, v *viewer, typed digestTyped) (form templates.DigestForm, err error) {
	form = templates.DigestForm{Address: typed.address, Zones: zones(typed.zone), Some: typed.some, OnlyIfChanged: typed.changed}
	form.Wrongs.Address, form.Wrongs.When, form.Wrongs.Repositories = typed.wrongs.Address, typed.wrongs.When, typed.wrongs.Repositories
	for day := 1; day <= 7; day++ {
		form.Weekdays = append(form.Weekdays, templates.Choice{Value: strconv.Itoa(day), Says: time.Weekday(day % 7).String(), Chosen: day == typed.weekday})
	}
	for hour := range 24 {
		form.Hours = append(form.Hours, templates.Choice{Value: strconv.Itoa(hour), Says: fmt.Sprintf("%02d:00", hour), Chosen: hour == typed.hour})
	}
	form.Find, err = s.digestFind(ctx, v, typed)
	return form, err
}

// zones are the time zones by part of the world, with one that the list lacks on top.
func zones(chosen string) []templates.ZoneGroup {
	groups := []templates.ZoneGroup{{Name: "Everywhere", Zones: []templates.Choice{{Value: "UTC", Says: "UTC", Chosen: chosen == "UTC"}}}}
	found := chosen == "UTC"
	for _, name := range strings.Fields(zoneNames) {
		part, place, _ := strings.Cut(name, "/")
		if last := groups[len(groups)-1]; last.Name != part {
			groups = append(groups, templates.ZoneGroup{Name: part})
		}
		last := &groups[len(groups)-1]
		last.Zones = append(last.Zones, templates.Choice{Value: name, Says: strings.ReplaceAll(place, "_", " "), Chosen: name == chosen})
		found = found || name == chosen
	}
	if !found && (store.Weekly{Weekday: 1, Zone: chosen}).Check() == nil {
		groups[0].Zones = append(groups[0].Zones, templates.Choice{Value: chosen, Says: chosen, Chosen: true})
	}
	return groups
}

// digestFind lists the repositories that are chosen, and those that a text finds.
func (s *Server) digestFind(ctx context.Context, v *viewer, typed digestTyped) (find templates.DigestFind, err error) {
	find = templates.DigestFind{Action: digestHref(v.of.ID), Text: typed.text, Asked: typed.asked, Most: store.MostDigestRepositories}
	accounts := []int64{v.of.ID}
	chosen := typed.repositories[:min(len(typed.repositories), store.MostDigestRepositories)]
	ids, err := s.store.Chosen(ctx, store.Choice{Sight: v.sight, Accounts: accounts, Text: typed.text}, store.Order{By: store.ByName})
	if err != nil {
		return find, err
	}
	ids = slices.DeleteFunc(ids, func(id int64) bool { return slices.Contains(chosen, id) })
	find.More = max(0, len(ids)-foundForDigest)
	list, err := s.store.Standings(ctx, v.sight, accounts, slices.Concat(chosen, ids[:len(ids)-find.More]))
	if err != nil {
		return find, err
	}
	for _, o := range list {
		choice := templates.Choice{Value: strconv.FormatInt(o.ID, 10), Says: o.FullName(), Chosen: slices.Contains(chosen, o.ID)}
		if choice.Chosen {
			find.Chosen = append(find.Chosen, choice)
			continue
		}
		find.Found = append(find.Found, choice)
	}
	return find, nil
}
