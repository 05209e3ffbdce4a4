package server

import (
	"fmt"
	"net/http"
	"strings"

	"twelvefold/internal/api"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// apiExamples fill the addresses of the page's examples.
var apiExamples = map[string]string{"id": "1", "audit": "1", "finding": "1", "owner": "acme", "factor": "config", "name": "shop"}

// apiPage describes the API. It is public: so is what it says.
func (s *Server) apiPage(w http.ResponseWriter, r *http.Request) error {
	view := templates.API{
		Page: s.page(r, "API"), Site: s.site(r), Local: s.anonymous,
		Limits: templates.APILimits{Requests: asksOfToken, Misses: missesOfClient, PageUsual: api.UsualLimit, PageMost: api.MostLimit, Tokens: store.MostTokens},
	}
	reader := &viewer{}
	if !s.anonymous && s.signIn != nil && s.recognise(r, reader) == nil { // else it is read by nobody
		view.Page.Login, view.Page.Finds = reader.login, true
	}
	for _, o := range api.Operations() {
		if n := len(view.Groups); n == 0 || view.Groups[n-1].Name != o.Group {
			view.Groups = append(view.Groups, templates.APIGroup{Name: o.Group})
		}
		group := &view.Groups[len(view.Groups)-1]
		group.Operations = append(group.Operations, apiOperation(o, s.anonymous))
	}
	for _, t := range api.Types() {
		of := templates.APIType{Name: t.Name}
		for _, m := range t.Members {
			of.Fields = append(of.Fields, templates.APIField(m))
		}
		view.Types = append(view.Types, of)
	}
	for _, k := range api.Kinds() {
		view.Problems = append(view.Problems, templates.APIProblem{Name: k.Name, Status: k.Status, Title: k.Title, Do: k.Do})
	}
	return s.render(w, r, templates.DescriptionPage(view))
}

func apiOperation(o api.Operation, anonymous bool) templates.APIOperation {
	view := templates.APIOperation{ID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Detail: o.Detail, Needs: string(o.Scope),
		Answers: o.Answers(), List: o.Order != "", Curl: o.Curl(apiExamples, !anonymous)}
	if anonymous && o.Access == api.OfMembers { // there is one, this machine
		view.Curl = strings.Replace(view.Curl, "/installations/1", "/installations/0", 1)
	}
	if view.List {
		view.Detail = strings.TrimSpace(view.Detail + " Ordered " + o.Order + ".")
	}
	for _, name := range o.Parameters() {
		view.Parameters = append(view.Parameters, templates.APIParameter{Name: name, In: "path", Says: o.PathSays(name)})
	}
	for _, q := range o.Query {
		view.Parameters = append(view.Parameters, templates.APIParameter{Name: q.Name, In: "query", Says: q.Says, Of: q.Of, Usual: q.Usual})
	}
	var statuses []string
	for _, status := range o.Statuses() {
		statuses = append(statuses, fmt.Sprint(status))
	}
	view.Statuses = strings.Join(statuses, ", ")
	return view
}

// apiDescription is public, and the same for everybody.
func (s *Server) apiDescription(c *call) (any, error) {
	if s.described != nil {
		return s.described()
	}
	return api.Description(c.site, false)
}
