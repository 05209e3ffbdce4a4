package server

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/excerpt"
	"twelvefold/internal/store"
	"twelvefold/templates"
)

// relatedPlaces is how many further places of a finding its page lists.
const relatedPlaces = 50

func findingHref(repository, finding int64) string {
	return fmt.Sprintf("%s/findings/%d", repositoryHref(repository), finding)
}

// idOf is a number of the path.
func idOf(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil {
		return 0, store.ErrNotFound
	}
	return id, nil
}

// lifeOf is the finding that the path names, with what its audits looked at.
func (s *Server) lifeOf(r *http.Request, o store.Overview) (life store.Life, causes map[int64]store.Cause, err error) {
	id, err := idOf(r, "finding")
	if err != nil {
		return life, nil, err
	}
	if life, err = s.store.Life(r.Context(), o.Installation, o.ID, id); err != nil {
		return life, nil, err
	}
	audits := []int64{life.FirstSeenAudit, life.LastSeenAudit}
	if life.ClosedByAudit != nil {
		audits = append(audits, *life.ClosedByAudit)
	}
	for _, a := range life.Absences {
		audits = append(audits, a.ClosedBy, a.ReopenedBy)
	}
	causes, err = s.store.Causes(r.Context(), o.Installation, o.ID, audits)
	return life, causes, err
}

// findingPage shows one finding. ?code=1 has the excerpt in it, ?at= that of a
// related place.
func (s *Server) findingPage(w http.ResponseWriter, r *http.Request) error {
	o := viewerOf(r.Context()).seen
	life, causes, err := s.lifeOf(r, o)
	if err != nil {
		return err
	}
	waivers, err := s.waiversOf(r, o)
	if err != nil {
		return err
	}
	view := s.findingView(r, o, life, causes)
	if life.ClosedByAudit == nil {
		waivers.next = findingHref(o.ID, life.ID)
		s.fill(&view.Item, life.Finding.Finding, waivers)
		if view.Worth, err = s.worthOf(r, o, life); err != nil {
			return err
		}
	}
	if r.URL.Query().Get("code") != "" {
		excerpt, err := s.excerptOf(r, o, life, causes[life.LastSeenAudit].Commit)
		if err != nil {
			return err
		}
		view.Excerpt = &excerpt
	}
	return s.render(w, r, templates.FindingPage(view))
}

// findingView is what a page shows of a finding beside its waiver, worth and code.
func (s *Server) findingView(r *http.Request, o store.Overview, life store.Life, causes map[int64]store.Cause) templates.Finding {
	href := findingHref(o.ID, life.ID)
	commit := causes[life.LastSeenAudit].Commit
	at := s.hostedOf(o.Repository, commit)
	rule := s.byID[life.Rule]
	view := templates.Finding{
		Page: s.page(r, headline(life.Message)), Repository: templates.Link{Href: repositoryHref(o.ID), Text: o.FullName()},
		Component: templates.Link{Href: componentHref(repositoryHref(o.ID), life.Component), Text: componentName(life.Component)},
		Factor:    factorOf(life.Factor), FactorHref: factorHref(o.ID, life.Factor, "", 1),
		Item: s.findingItem(life.Finding, at), Asks: codeOf(life.Fix), Place: at.place(life.Place), Commit: commit,
		Code: href + "/code", WithCode: href + "?code=1#code", More: max(0, len(life.Related)-relatedPlaces),
	}
	if life.Branch != o.DefaultBranch {
		view.Former = life.Branch
	}
	if line := life.Place.Line; line > 0 {
		view.CodeLines = min(min(excerpt.Around, line-1)+1+excerpt.Around, 2*excerpt.Around+1)
	}
	if life.Closed == nil {
		view.Example = exampleOf(rule, life.Place.Path)
	}
	for i, p := range life.Related[:min(relatedPlaces, len(life.Related))] {
		place := templates.RelatedPlace{Place: at.place(p)}
		if readable(p) {
			place.WithCode, place.Code = fmt.Sprintf("%s?code=1&at=%d", href, i+1), fmt.Sprintf("%s/code?at=%d", href, i+1)
		}
		view.Related = append(view.Related, place)
	}
	view.History, view.Comebacks = s.historyOf(o, life, causes), life.Absent-len(life.Absences)
	if life.ClosedByAudit != nil {
		view.Closed = &view.History[len(view.History)-1]
	}
	return view
}

// historyOf is a finding's life, oldest first: when it came, went, came back and
// was seen last. It ends with when it went, if it did.
func (s *Server) historyOf(o store.Overview, life store.Life, causes map[int64]store.Cause) (list []templates.Event) {
	add := func(what string, id int64) {
		e := templates.Event{What: what, At: causes[id].At, Audit: auditHref(o.ID, id)}
		e.Cause, e.By = s.hostedOf(o.Repository, causes[id].Commit).cause(causes[id])
		list = append(list, e)
	}
	add("First seen", life.FirstSeenAudit)
	newest := life.FirstSeenAudit
	for _, a := range life.Absences {
		add("Gone", a.ClosedBy)
		add("Back", a.ReopenedBy)
		newest = a.ReopenedBy
	}
	if life.LastSeenAudit != newest {
		add("Last seen", life.LastSeenAudit)
	}
	if life.ClosedByAudit != nil {
		add("Gone", *life.ClosedByAudit)
	}
	return list
}

// componentName is a component's path as a sentence has it.
func componentName(path string) string {
	if path == "." {
		return "at the root"
	}
	return path
}

// headline is a message without the marks of code, for the document's title.
func headline(message string) string {
	text := []rune(strings.ReplaceAll(oneLine(message), "`", ""))
	if len(text) > 120 {
		return string(text[:119]) + "…"
	}
	return string(text)
}

var fragment = regexp.MustCompile("`([^`]+)`")

// codeOf is what of a fix is code that somebody may paste: more than a name.
func codeOf(fix string) (list []string) {
	for _, m := range fragment.FindAllStringSubmatch(fix, -1) {
		if strings.ContainsAny(m[1], " =(") {
			list = append(list, m[1])
		}
	}
	return list
}

// worthOf is what the component's score gains without the finding.
func (s *Server) worthOf(r *http.Request, o store.Overview, life store.Life) (*templates.Worth, error) {
	if o.Latest == nil || o.Latest.ID != life.LastSeenAudit || templates.Gain(life.Gain) == "" {
		return nil, nil
	}
	card, err := s.store.FactorCardOf(r.Context(), o.Installation, o.Latest.ID, life.Factor, life.Component)
	if err != nil {
		return nil, err
	}
	if card == nil || card.Component.Score == nil {
		return nil, nil
	}
	before := *card.Component.Score
	worth := templates.Worth{
		Gain: life.Gain, Before: before, After: before + life.Gain, Component: card.Component.Name, Weight: life.Weight(),
		Weighs:       weighs(life.Finding.Finding),
		FactorWeight: audit.FactorWeight(life.Factor), FactorScore: card.Score.Score, Card: factorCard(life.Component, card.Score),
	}
	for _, a := range card.Score.Aspects {
		if a.Aspect != life.Aspect {
			continue
		}
		worth.Aspect, worth.AspectWeight = a.Title, a.Weight
		for _, p := range a.Penalties {
			if p.Rule == life.Rule {
				worth.Count, worth.Takes, worth.Formula = p.Count, p.Amount, formulaOf(p)
			}
		}
	}
	return &worth, nil
}

// weighs writes a finding's weight out.
func weighs(f audit.Finding) string {
	severity := audit.Finding{Severity: f.Severity, Confidence: audit.HighConfidence}.Weight()
	confidence := audit.Finding{Severity: audit.Critical, Confidence: f.Confidence}.Weight()
	return fmt.Sprintf("%g for %s severity × %g for %s confidence = %g", severity, f.Severity, confidence, f.Confidence, f.Weight())
}

// exampleOf is the rule's example as a diff, where it is of the finding's
// language: what both have under the same name and is not alike.
func exampleOf(rule audit.Rule, at string) templates.Example {
	good := map[string]string{}
	for _, f := range exampleFiles(rule.Good) {
		good[f.Name] = f.Content
	}
	for _, f := range exampleFiles(rule.Bad) {
		mended, both := good[f.Name]
		if both && mended != f.Content && languageOf(f.Name) == languageOf(at) {
			return templates.Example{File: f.Name, Lines: diff(strings.Split(f.Content, "\n"), strings.Split(mended, "\n"))}
		}
	}
	return templates.Example{}
}

// languageOf tells files of one language from those of another: by the ending, or
// the name where there is none.
func languageOf(name string) string {
	if ext := path.Ext(name); ext != "" {
		return ext
	}
	return path.Base(name)
}

// diff is the lines of two texts, those removed before those added.
func diff(a, b []string) (list []templates.DiffLine) {
	common := make([][]int, len(a)+1) // of the longest common part of what follows
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			list = append(list, templates.DiffLine{Sign: " ", Text: a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			list = append(list, templates.DiffLine{Sign: "-", Text: a[i]})
			i++
		default:
			list = append(list, templates.DiffLine{Sign: "+", Text: b[j]})
			j++
		}
	}
	return list
}
