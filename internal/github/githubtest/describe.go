package githubtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// description is GitHub's own, of all operations and webhooks.
type description struct {
	doc    *openapi3.T
	router routers.Router
}

// descriptionFile is installed by npm ci. The one with references is a sixth of the
// other and loads faster.
const descriptionFile = "node_modules/@octokit/openapi/generated/api.github.com.json"

// load reads the description once for a test binary.
var load = sync.OnceValues(func() (*description, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, descriptionFile))
		if err == nil {
			return parse(data)
		}
		up := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || up == dir {
			return nil, err
		}
		dir = up
	}
})

// describe gives the description, nil where the machine does not have it: CI
// must.
func describe(t testing.TB) *description {
	t.Helper()
	d, err := load()
	if err == nil {
		return d
	}
	if os.Getenv("CI") == "true" || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("GitHub's description can't be read: %v", err)
	}
	t.Log("Skipping the check against GitHub's description: install it with npm ci --ignore-scripts.")
	return nil
}

// wide are the parameters that may hold a slash, behind what comes before them.
var wide = regexp.MustCompile(`/(git/ref|git/matching-refs|compare|contents|tarball|branches)/\{(\w+)\}`)

func parse(data []byte) (*description, error) {
	data, err := trim(data)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, err
	}
	correct(doc)
	router, err := gorillamux.NewRouter(doc)
	return &description{doc, router}, err
}

// correct puts right where the description errs: in one list of installations
// the account is all of a user and an enterprise, rather than one of them; and a
// pull request's fork, or its owner, may be gone.
func correct(doc *openapi3.T) {
	schemas := doc.Components.Schemas
	if path := doc.Paths.Value("/app/installations"); path != nil {
		path.Get.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value.Items = schemas["installation"]
	}
	for _, name := range []string{"pull-request", "pull-request-simple"} {
		if pull := schemas[name]; pull != nil {
			head := pull.Value.Properties["head"].Value.Properties
			for _, part := range []string{"repo", "user"} {
				mayBeGone := *head[part].Value
				mayBeGone.Nullable = true
				head[part] = &openapi3.SchemaRef{Value: &mayBeGone}
			}
		}
	}
}

// reference is what one part of the description says of another.
var reference = regexp.MustCompile(`"\$ref":\s*"#/components/(\w+)/([^"]+)"`)

// trim leaves out of the description what no test asks for: decoding all of it takes
// seconds.
func trim(data []byte) ([]byte, error) {
	var whole struct {
		OpenAPI    json.RawMessage                       `json:"openapi"`
		Info       json.RawMessage                       `json:"info"`
		Paths      map[string]json.RawMessage            `json:"paths"`
		Components map[string]map[string]json.RawMessage `json:"components"`
	}
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, err
	}
	paths, parts := map[string]json.RawMessage{}, map[string]map[string]json.RawMessage{}
	var keep func(text json.RawMessage)
	part := func(kind, name string) {
		if parts[kind] == nil {
			parts[kind] = map[string]json.RawMessage{}
		}
		if text, ok := whole.Components[kind][name]; ok && parts[kind][name] == nil {
			parts[kind][name] = text
			keep(text)
		}
	}
	keep = func(text json.RawMessage) {
		for _, m := range reference.FindAllSubmatch(text, -1) {
			part(string(m[1]), string(m[2]))
		}
	}
	for name, item := range whole.Paths {
		if used(name) {
			paths[wide.ReplaceAllString(name, "/$1/{$2:.+}")] = item
			keep(item)
		}
	}
	for name := range whole.Components["schemas"] {
		if told.MatchString(name) {
			part("schemas", name)
		}
	}
	return json.Marshal(map[string]any{"openapi": whole.OpenAPI, "info": whole.Info, "paths": paths, "components": parts})
}

// told are the payloads of webhooks that can be sent.
var told = regexp.MustCompile(`^webhook-(check-run|check-suite|create$|delete$|github-app-authorization|installation|member-|membership|organization|ping$|pull-request-[a-z]+(-to-draft|-for-review)?$|push$|repository)`)

// used are the operations that a GitHub App of this kind could ask for.
func used(name string) bool { return operations.MatchString(name) }

var operations = regexp.MustCompile(`^(/app|/app-manifests/.*|/app/.*|/installation/repositories|/user|/user/installations.*|/user/memberships/orgs/.*|/rate_limit` +
	`|/repos/\{owner\}/\{repo\}(|/(git|check-runs|check-suites|commits|compare|pulls|tarball|branches|contents|tags|code-scanning/sarifs)(/.*)?))$`)

// byID is an operation that works and is not described: it is that of the path
// by name.
var byID = regexp.MustCompile(`^/repositories/\d+`)

// find looks for the operation of a request.
func (d *description) find(r *http.Request) (*openapi3filter.RequestValidationInput, error) {
	r = r.Clone(r.Context())
	u := *r.URL
	u.Path = byID.ReplaceAllString(u.Path, "/repos/by/id")
	u.RawPath, u.Host, u.Scheme = "", "", ""
	r.URL = &u
	route, params, err := d.router.FindRoute(r)
	if err != nil {
		return nil, err
	}
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true},
	}, nil
}

// request fails the test for a request that GitHub does not describe.
func (d *description) request(t testing.TB, r *http.Request, body []byte) {
	if d == nil {
		return
	}
	input, err := d.find(r)
	if err != nil {
		t.Errorf("githubtest: GitHub describes no %s %s: %v", r.Method, r.URL.Path, err)
		return
	}
	if bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		body = nil
	}
	input.Request.Body, input.Request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if len(body) == 0 {
		input.Request.Body = http.NoBody
	}
	if err := openapi3filter.ValidateRequest(context.Background(), input); err != nil {
		t.Errorf("githubtest: %s: the request is not as GitHub describes it: %v\n%.2000s", operation(input), short(err), body)
	}
	known := map[string]bool{}
	for _, p := range input.Route.Operation.Parameters {
		known[p.Value.Name] = true
	}
	for name := range r.URL.Query() {
		if !known[name] {
			t.Errorf("githubtest: %s has no parameter %s", operation(input), name)
		}
	}
}

// response fails the test for an answer that is not as GitHub's are. Of raw
// contents only the operation is described, of errors not all statuses.
func (d *description) response(t testing.TB, r *http.Request, got *httptest.ResponseRecorder) {
	if d == nil {
		return
	}
	input, err := d.find(r)
	if err != nil {
		return // told with the request
	}
	options := *input.Options
	options.IncludeResponseStatus = got.Code < 300
	options.ExcludeResponseBody = strings.Contains(got.Header().Get("Content-Type"), ".raw")
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.Code, Header: got.Header(), Body: io.NopCloser(bytes.NewReader(got.Body.Bytes())), Options: &options,
	})
	if err != nil {
		t.Errorf("githubtest: %s: the answer %d is not as GitHub describes it: %v", operation(input), got.Code, short(err))
	}
}

// webhook fails the test for a payload that is not as GitHub's are.
func (d *description) webhook(t testing.TB, name, action string, payload []byte) {
	if d == nil {
		return
	}
	schema := "webhook-" + strings.ReplaceAll(name, "_", "-")
	if action != "" {
		schema += "-" + strings.ReplaceAll(action, "_", "-")
	}
	ref := d.doc.Components.Schemas[schema]
	if ref == nil {
		t.Errorf("githubtest: GitHub describes no %s", schema)
		return
	}
	var value any
	if err := json.Unmarshal(payload, &value); err != nil {
		t.Errorf("githubtest: %s: %v", schema, err)
		return
	}
	if err := ref.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		t.Errorf("githubtest: %s: the payload is not as GitHub describes it: %v", schema, short(err))
	}
}

func operation(input *openapi3filter.RequestValidationInput) string {
	return fmt.Sprintf("%s (%s %s)", input.Route.Operation.OperationID, input.Request.Method, input.Request.URL.Path)
}

// short leaves schemas and values out of an error: the reasons and the places
// stay.
func short(err error) string {
	var lines []string
	skip := false
	for _, line := range strings.Split(err.Error(), "\n") {
		text := strings.TrimSpace(line)
		switch {
		case text == "Schema:" || text == "Value:":
			skip = true
		case strings.HasPrefix(text, "|") || line != "" && line[0] != ' ':
			skip = false
		}
		if !skip && text != "" {
			lines = append(lines, text)
		}
	}
	text := strings.Join(lines, " ")
	return text[:min(len(text), 4000)]
}
