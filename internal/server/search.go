package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"twelvefold/internal/store"
	"twelvefold/templates"
)

// foundOfGroup is how many repositories, findings and rules a search shows each.
const foundOfGroup = 10

// findingsOfList is how many findings it shows to who asks for more, ?findings=100.
const findingsOfList = 100

// search finds repositories, open findings and rules by what was typed, ?q=.
func (s *Server) search(w http.ResponseWriter, r *http.Request) error {
	typed := typedQuestion(r.URL.Query().Get("q"))
	title := "Search"
	if typed != "" {
		title = typed + " · Search"
	}
	most := foundOfGroup
	switch r.URL.Query().Get("findings") {
	case "":
	case strconv.Itoa(findingsOfList):
		most = findingsOfList
	default:
		return store.ErrNotFound
	}
	view := templates.Search{Page: s.page(r, title), Query: typed}
	view.Page.Query = typed
	if typed == "" {
		return s.render(w, r, templates.SearchPage(view))
	}
	sight := viewerOf(r.Context()).sight
	ids, err := s.accountsAsked(r.Context(), sight, "")
	if err != nil {
		return err
	}
	var repositories []store.Standing
	var findings []store.FoundFinding
	group, ctx := errgroup.WithContext(r.Context())
	group.Go(func() (err error) {
		repositories, err = s.store.SearchRepositories(ctx, sight, ids, typed, foundOfGroup+1)
		return err
	})
	group.Go(func() error {
		sum, err := s.sum(ctx, sight, ids)
		if err != nil {
			return err
		}
		findings, err = s.store.SearchFindings(ctx, sight, total(sum.Open), typed, most+1)
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if view.CutFindings = len(findings) > most; view.CutFindings && most < findingsOfList {
		view.MoreFindings = "/search?" + url.Values{"q": {typed}, "findings": {strconv.Itoa(findingsOfList)}}.Encode()
	}
	if len(repositories) > foundOfGroup {
		view.MoreRepositories = "/?q=" + url.QueryEscape(typed)
	}
	for _, found := range repositories[:min(len(repositories), foundOfGroup)] {
		view.Repositories = append(view.Repositories, foundRepository(found))
	}
	for _, found := range findings[:min(len(findings), most)] {
		view.Findings = append(view.Findings, templates.FoundFinding{
			Severity: string(found.Severity), Message: found.Message, Href: foundHref(found),
			Location: location(found.Place), Repository: found.FullName, Rule: found.Rule,
		})
	}
	rules := ruleFilter{words: wordsOf(typed)}.of(s.rules)
	view.Rules, view.MoreRules = len(rules), ""
	if len(rules) > foundOfGroup {
		rules, view.MoreRules = rules[:foundOfGroup], rulesHref(typed)
	}
	for _, rule := range rules {
		view.FoundRules = append(view.FoundRules, s.ruleItem(rule, factorOf(rule.Factor())))
	}
	return s.render(w, r, templates.SearchPage(view))
}

// typedQuestion is what of a question is looked at and shown again.
func typedQuestion(q string) string {
	q = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(q[:min(len(q), 4*longestFilter)], " "))
	q = strings.TrimSpace(q)
	for len(q) > longestFilter {
		_, size := utf8.DecodeLastRuneInString(q)
		q = q[:len(q)-size]
	}
	return q
}

func foundRepository(o store.Standing) templates.FoundRepository {
	return templates.FoundRepository{Name: o.FullName(), Href: repositoryHref(o.ID), Audited: o.Audit != 0, Score: o.Score, Grade: o.Grade, Strip: standingStrip(o, nil)}
}

// foundHref is where a finding that was found is read.
func foundHref(f store.FoundFinding) string { return findingHref(f.Repository, f.ID) }
