package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// check is a check run.
type check struct {
	id, suite              int64
	app                    int64
	headSHA, name          string
	externalID, detailsURL string
	status, conclusion     string
	title, summary, text   string
	hasOutput              bool
	annotations            []Annotation
	actions                []Action
	started, completed     time.Time
}

// Annotation is one of a check run.
type Annotation struct {
	Path        string  `json:"path"`
	StartLine   int     `json:"start_line"`
	EndLine     int     `json:"end_line"`
	StartColumn *int    `json:"start_column"`
	EndColumn   *int    `json:"end_column"`
	Level       string  `json:"annotation_level"`
	Title       *string `json:"title"`
	Message     string  `json:"message"`
	RawDetails  *string `json:"raw_details"`
}

// Action is a button of a check run.
type Action struct {
	Label       string `json:"label"`
	Description string `json:"description"`
	Identifier  string `json:"identifier"`
}

// Check is a check run as it stands.
type Check struct {
	ID                   int64
	HeadSHA, Name        string
	ExternalID           string
	DetailsURL           string
	Status, Conclusion   string
	Title, Summary, Text string
	Annotations          []Annotation
	Actions              []Action
}

// Checks lists the check runs on a commit, oldest first.
func (s *Server) Checks(repository, commit string) (list []Check) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.must(repository).checks {
		if c.headSHA == commit {
			list = append(list, Check{c.id, c.headSHA, c.name, c.externalID, c.detailsURL, c.status, c.conclusion, c.title, c.summary, c.text, slices.Clone(c.annotations), slices.Clone(c.actions)})
		}
	}
	return list
}

func (s *Server) checkRoutes() []route {
	at := "/repos/{owner}/{repo}/"
	return []route{
		{"POST " + at + "check-runs", "installation", "checks:write", s.createCheck},
		{"PATCH " + at + "check-runs/{id}", "installation", "checks:write", s.updateCheck},
		{"GET " + at + "check-runs/{id}", "installation", "checks:read", s.getCheck},
		{"GET " + at + "check-runs/{id}/annotations", "installation", "checks:read", s.listAnnotations},
		{"GET " + at + "commits/{ref}/check-runs", "installation", "checks:read", s.listChecks},
	}
}

// checkBody is what may be sent of a check run.
type checkBody struct {
	Name        *string    `json:"name"`
	HeadSHA     *string    `json:"head_sha"`
	DetailsURL  *string    `json:"details_url"`
	ExternalID  *string    `json:"external_id"`
	Status      *string    `json:"status"`
	Conclusion  *string    `json:"conclusion"`
	StartedAt   *time.Time `json:"started_at"`
	CompletedAt *time.Time `json:"completed_at"`
	Output      *struct {
		Title       string       `json:"title"`
		Summary     *string      `json:"summary"`
		Text        *string      `json:"text"`
		Annotations []Annotation `json:"annotations"`
	} `json:"output"`
	Actions []Action `json:"actions"`
}

// mistakes are what GitHub refuses and its description does not say.
func (b checkBody) mistakes() (list []string) {
	add := func(wrong bool, text string) {
		if wrong {
			list = append(list, text)
		}
	}
	add(b.Status != nil && *b.Status == "completed" && b.Conclusion == nil, "completed without a conclusion")
	add(b.Conclusion != nil && b.Status != nil && *b.Status != "completed", "a conclusion of what is not completed")
	add(len(b.Actions) > 3, "more than three actions")
	for _, a := range b.Actions {
		add(utf8.RuneCountInString(a.Label) > 20 || utf8.RuneCountInString(a.Description) > 40 || utf8.RuneCountInString(a.Identifier) > 20, "an action that is too long")
	}
	if b.Output == nil {
		return list
	}
	add(b.Output.Title == "" || b.Output.Summary == nil, "an output without title or summary")
	add(utf8.RuneCountInString(b.Output.Title) > 255, "a title of more than 255 characters")
	add(b.Output.Summary != nil && len(*b.Output.Summary) > 65_535 || b.Output.Text != nil && len(*b.Output.Text) > 65_535, "a text of more than 65,535 bytes")
	add(len(b.Output.Annotations) > 50, "more than 50 annotations")
	for _, a := range b.Output.Annotations {
		add(a.Path == "" || a.StartLine < 1 || a.EndLine < a.StartLine, fmt.Sprintf("an annotation of no lines: %+v", a))
		add(len(a.Message) > 64<<10 || a.Title != nil && utf8.RuneCountInString(*a.Title) > 255, "an annotation that is too long")
		add(a.Message == "", "an annotation without a message")
	}
	return list
}

// apply brings what was sent to a check run: annotations are added to those
// that are there.
func (b checkBody) apply(c *check, now time.Time) {
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&c.name, b.Name)
	set(&c.headSHA, b.HeadSHA)
	set(&c.detailsURL, b.DetailsURL)
	set(&c.externalID, b.ExternalID)
	set(&c.status, b.Status)
	if b.Status != nil && *b.Status != "completed" {
		c.conclusion, c.completed = "", time.Time{}
	}
	if b.Conclusion != nil {
		c.status, c.conclusion, c.completed = "completed", *b.Conclusion, now
	}
	if b.StartedAt != nil {
		c.started = *b.StartedAt
	}
	if b.CompletedAt != nil {
		c.completed = *b.CompletedAt
	}
	if b.Output != nil {
		c.hasOutput, c.title = true, b.Output.Title
		set(&c.summary, b.Output.Summary)
		set(&c.text, b.Output.Text)
		c.annotations = append(c.annotations, b.Output.Annotations...)
	}
	if b.Actions != nil {
		c.actions = b.Actions
	}
}

// sent reads and checks a body.
func (q *query) sent() (b checkBody, err error) {
	if err := q.decode(&b); err != nil {
		return b, err
	}
	if wrong := b.mistakes(); len(wrong) > 0 {
		q.s.t.Errorf("githubtest: %s %s: %v", q.Method, q.URL.Path, wrong)
		return b, problem{http.StatusUnprocessableEntity, fmt.Sprintf("Invalid request: %v", wrong)}
	}
	return b, nil
}

func (s *Server) createCheck(q *query) (int, any, error) {
	r, err := q.repository()
	if err != nil {
		return 0, nil, err
	}
	b, err := q.sent()
	if err != nil {
		return 0, nil, err
	}
	if b.HeadSHA == nil || r.commits[*b.HeadSHA] == nil {
		return 0, nil, problem{http.StatusUnprocessableEntity, "No commit found for SHA"}
	}
	c := &check{id: s.newID(), app: s.AppID, status: "queued", started: s.Now()}
	for _, other := range r.checks {
		if other.headSHA == *b.HeadSHA {
			c.suite = other.suite
		}
	}
	if c.suite == 0 {
		c.suite = s.newID()
	}
	b.apply(c, s.Now())
	r.checks = append(r.checks, c)
	return http.StatusCreated, s.checkObject(r, c), nil
}

// named is the check run that a path names.
func (q *query) named() (*repository, *check, error) {
	r, err := q.repository()
	if err != nil {
		return nil, nil, err
	}
	id, _ := strconv.ParseInt(q.PathValue("id"), 10, 64)
	at := slices.IndexFunc(r.checks, func(c *check) bool { return c.id == id })
	if at < 0 {
		return nil, nil, notFound
	}
	return r, r.checks[at], nil
}

func (s *Server) updateCheck(q *query) (int, any, error) {
	r, c, err := q.named()
	if err != nil {
		return 0, nil, err
	}
	b, err := q.sent()
	if err != nil {
		return 0, nil, err
	}
	if b.HeadSHA != nil {
		return 0, nil, problem{http.StatusUnprocessableEntity, "head_sha can't be changed"}
	}
	b.apply(c, s.Now())
	return http.StatusOK, s.checkObject(r, c), nil
}

func (s *Server) getCheck(q *query) (int, any, error) {
	r, c, err := q.named()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, s.checkObject(r, c), nil
}

func (s *Server) listAnnotations(q *query) (int, any, error) {
	r, c, err := q.named()
	if err != nil {
		return 0, nil, err
	}
	list := []object{}
	for _, a := range page(q, c.annotations) {
		list = append(list, object{
			"path": a.Path, "start_line": a.StartLine, "end_line": a.EndLine, "start_column": a.StartColumn, "end_column": a.EndColumn, "annotation_level": a.Level,
			"title": a.Title, "message": a.Message, "raw_details": a.RawDetails, "blob_href": s.APIURL + "/repos/" + r.full() + "/contents/" + a.Path,
		})
	}
	return http.StatusOK, list, nil
}

func (s *Server) listChecks(q *query) (int, any, error) {
	r, err := q.full()
	if err != nil {
		return 0, nil, err
	}
	commit := r.commit(q.PathValue("ref"))
	if commit == nil {
		return 0, nil, problem{http.StatusUnprocessableEntity, "No commit found for SHA: " + q.PathValue("ref")}
	}
	values := q.URL.Query()
	var all []*check
	for _, c := range slices.Backward(r.checks) {
		if c.headSHA != commit.id || values.Has("check_name") && values.Get("check_name") != c.name || values.Has("app_id") && values.Get("app_id") != strconv.FormatInt(c.app, 10) {
			continue
		}
		latest := values.Get("filter") != "all"
		if latest && slices.ContainsFunc(all, func(newer *check) bool { return newer.name == c.name && newer.app == c.app }) {
			continue
		}
		all = append(all, c)
	}
	list := []object{}
	for _, c := range page(q, all) {
		list = append(list, s.checkObject(r, c))
	}
	return http.StatusOK, object{"total_count": len(all), "check_runs": list}, nil
}

func (s *Server) checkObject(r *repository, c *check) object {
	own := fmt.Sprintf("%s/repos/%s/check-runs/%d", s.APIURL, r.full(), c.id)
	text := func(value string) any {
		if value == "" {
			return nil
		}
		return value
	}
	output := object{"title": nil, "summary": nil, "text": nil, "annotations_count": len(c.annotations), "annotations_url": own + "/annotations"}
	if c.hasOutput {
		output["title"], output["summary"], output["text"] = c.title, c.summary, text(c.text)
	}
	app := s.application()
	app["id"] = c.app
	return object{
		"id": c.id, "node_id": nodeID("CheckRun", c.id), "head_sha": c.headSHA, "name": c.name, "external_id": c.externalID, "url": own,
		"html_url": fmt.Sprintf("%s/%s/runs/%d", s.URL, r.full(), c.id), "details_url": text(c.detailsURL), "status": c.status, "conclusion": text(c.conclusion),
		"started_at": stamp(c.started), "completed_at": stamp(c.completed), "output": output, "check_suite": object{"id": c.suite}, "app": app, "pull_requests": []object{},
	}
}
