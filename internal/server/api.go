package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzhttp"

	"twelvefold/internal/api"
	"twelvefold/internal/store"
)

// call is a request to the API that was let in.
type call struct {
	*http.Request
	api.Ask
	v    *viewer
	op   api.Operation
	site string // the address of this site, without a slash at its end
}

// answer answers a call with what is written as JSON, or as it is where it is
// bytes; or says why not.
type answer func(c *call) (any, error)

// answers are those of all operations, by their ids.
func (s *Server) answers() map[string]answer {
	return map[string]answer{
		"listInstallations": s.apiInstallations, "getInstallation": s.apiInstallation, "listLedger": s.apiLedger,
		"listRepositories": s.apiRepositories, "getRepository": s.apiRepository, "getRepositoryByName": s.apiRepositoryNamed,
		"listScores": s.apiScores, "listVariables": s.apiVariables,
		"listRepositoryAudits": s.apiAudits, "askAudit": s.apiAskAudit, "getAudit": s.apiAudit,
		"listRepositoryFindings": s.apiRepositoryFindings, "listFindings": s.apiFindings, "getFinding": s.apiFinding, "getSARIF": s.apiSARIF,
		"listRules": s.apiRules, "getRule": s.apiRule, "getDescription": s.apiDescription,
	}
}

// addAPI puts the API on the mux. Each operation has an answer and the other way
// round.
func (s *Server) addAPI(mux *http.ServeMux) error {
	// The ETag of what is compressed differs: it is of other bytes.
	compress, err := gzhttp.NewWrapper(gzhttp.SuffixETag(compressed))
	if err != nil {
		return err
	}
	if s.signIn != nil { // else its address is what each reader calls it
		s.described = sync.OnceValues(func() ([]byte, error) { return api.Description(strings.TrimSuffix(s.signIn.BaseURL, "/"), false) })
	}
	answers := s.answers()
	var named http.Handler
	for _, op := range api.Operations() {
		answer := answers[op.ID]
		if answer == nil {
			return fmt.Errorf("the API has no answer for %s", op.ID)
		}
		delete(answers, op.ID)
		handler := s.apiHandler(op, answer)
		switch list, below := strings.CutPrefix(op.Path, "/repositories/{id}/"); {
		case op.ID == "getRepositoryByName":
			named = handler
		case below && op.Method == http.MethodGet:
			handler = orNamed(list, handler, &named)
		}
		mux.Handle(op.Method+" "+api.Prefix+op.Path, compress(handler))
	}
	if len(answers) > 0 {
		return fmt.Errorf("the API has answers without an operation: %v", answers)
	}
	mux.Handle("/api/", compress(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.refuse(w, r, s.apiElsewhere(w, r)) })))
	return nil
}

// orNamed takes what stands before a list's name for an owner where it can be no
// repository: /repositories/acme/env is acme's repository env.
func orNamed(list string, handler http.Handler, named *http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		owner := r.PathValue("id")
		if _, err := strconv.ParseInt(owner, 10, 64); err == nil || strings.Contains(owner, "/") {
			handler.ServeHTTP(w, r)
			return
		}
		r.SetPathValue("owner", owner)
		r.SetPathValue("name", list)
		(*named).ServeHTTP(w, r)
	})
}

// apiElsewhere says why no operation takes a request.
func (s *Server) apiElsewhere(w http.ResponseWriter, r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		_, pattern := s.mux.Handler(other)
		if _, path, found := strings.Cut(pattern, " "+api.Prefix); found {
			w.Header().Set("Allow", strings.Join(api.Allowed(path), ", "))
			return problem{kind: api.NotThatMethod}
		}
	}
	return store.ErrNotFound
}

// apiHandler lets requests in, answers them and renders errors as problems.
func (s *Server) apiHandler(op api.Operation, answer answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		r = r.WithContext(ctx)
		c := &call{Request: r, op: op, v: &viewer{}, site: s.site(r)}
		err := s.letIn(w, c)
		if err == nil {
			err = s.reply(w, c, answer)
		}
		if err != nil {
			s.refuse(w, r, err)
		}
	})
}

// site is the address of this site.
func (s *Server) site(r *http.Request) string {
	switch {
	case s.signIn != nil:
		return strings.TrimSuffix(s.signIn.BaseURL, "/")
	case !s.anonymous && s.setup.BaseURL != "":
		return strings.TrimSuffix(s.setup.BaseURL, "/")
	}
	return "http://" + r.Host // of this machine: see onlyLoopback
}

// accesses are what operations need, as pages do.
var accesses = map[api.Access]access{
	api.Public: public, api.Anybody: signedIn, api.OfPerson: sighted, api.OfReader: reader, api.OfWriter: writer, api.OfMembers: member,
}

// letIn finds out for whom a call is, and holds it to its operation.
func (s *Server) letIn(w http.ResponseWriter, c *call) error {
	query, err := url.ParseQuery(c.URL.RawQuery)
	if err != nil {
		return problem{kind: api.BadParameter, detail: "The query of the address can’t be read: a percent sign begins two hexadecimal digits, and parameters are separated by &."}
	}
	if tokenIn(query) {
		return problem{kind: api.TokenInURL}
	}
	needs := accesses[c.op.Access]
	if needs != public {
		if err := s.authorize(w, c); err != nil {
			return err
		}
	}
	var wrong []api.Parameter
	if c.Ask, wrong = c.op.Read(c.URL.Path, query); len(wrong) > 0 {
		return problem{kind: api.BadParameter, parameters: wrong}
	}
	if needs >= sighted {
		if err := s.see(c.Context(), c.v); err != nil {
			return err
		}
	}
	if needs >= reader {
		id, err := s.named(c, needs)
		if err == nil {
			err = s.enter(c.Context(), c.v, needs, id)
		}
		if err != nil {
			return err
		}
	}
	return readBody(w, c)
}

// named is the id of the repository or the installation that a path names.
func (s *Server) named(c *call, needs access) (int64, error) {
	text := c.PathValue("id")
	if owner, name, found := strings.Cut(text, "/"); found && needs != member {
		return s.store.SeenNamed(c.Context(), c.v.sight, owner, name)
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, store.ErrNotFound
	}
	return id, nil
}

// mostBody bounds a body, in bytes.
const mostBody = 4096

// readBody holds a call's body to its operation: no member is known yet.
func readBody(w http.ResponseWriter, c *call) error {
	if c.op.Body == nil {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, c.Body, mostBody))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return problem{kind: api.TooLarge}
	case err != nil:
		return problem{kind: api.BadBody, detail: "The body could not be read to its end."}
	case len(body) == 0:
		return nil
	}
	if kind, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return problem{kind: api.NotJSON}
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		return problem{kind: api.BadBody}
	}
	var wrong []api.Parameter
	for name := range members {
		wrong = append(wrong, api.Parameter{Name: atMost(name, 100), In: "body", Why: "There is no such member: the body is an empty object, or nothing."})
	}
	if len(wrong) > 0 {
		return problem{kind: api.BadMember, parameters: api.First(wrong)}
	}
	return nil
}

// reply answers a call that was let in.
func (s *Server) reply(w http.ResponseWriter, c *call, answer answer) error {
	value, err := answer(c)
	if err != nil {
		return err
	}
	content, ready := value.([]byte)
	if !ready {
		if content, err = encoded(value); err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("Content-Type", c.op.Media)
	h.Set("Cache-Control", "private, no-cache")
	if next := nextOf(value); next != "" {
		h.Set("Link", "<"+next+`>; rel="next"`)
	}
	switch v := value.(type) {
	case api.Asked:
		h.Set("Location", v.Audits)
		h.Set("Cache-Control", "no-store")
	default:
		tag := tagOf(content)
		h.Set("ETag", tag)
		if had := matching(c.Header.Get("If-None-Match"), tag); had != "" {
			h.Set("ETag", had)
			h.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	w.WriteHeader(c.op.Status)
	_, _ = w.Write(content) // the reader may have gone; there is no one to tell
	return nil
}

func encoded(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return text.Bytes(), err
}

// pageOfList is what lists have alike.
type pageOfList interface{ Behind() string }

func nextOf(value any) string {
	if list, ok := value.(pageOfList); ok {
		return list.Behind()
	}
	return ""
}

// compressed ends the ETag of what is sent compressed.
const compressed = "-gzip"

func tagOf(content []byte) string {
	sum := sha256.Sum256(content)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// matching is which of the tags that a reader has is a content's, compressed or
// not; "" for none.
func matching(had, tag string) string {
	for one := range strings.SplitSeq(had, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		switch {
		case one == "*":
			return tag
		case one == tag, strings.Replace(one, compressed+`"`, `"`, 1) == tag:
			return one
		}
	}
	return ""
}

// listed makes a page of a list of what was asked for: of one item more than the
// page has, so that it is known whether the list goes on.
func listed[T, U any](c *call, list []T, make func(T) U, key func(T) api.Key) api.List[U] {
	page := api.List[U]{Items: []U{}}
	if len(list) > c.Limit {
		list = list[:c.Limit]
		page.Next = c.next(key(list[len(list)-1]))
	}
	for _, item := range list {
		page.Items = append(page.Items, make(item))
	}
	return page
}

// next is the address of the page behind a key.
func (c *call) next(k api.Key) *string {
	query := c.URL.Query()
	query.Set("cursor", c.CursorAt(k))
	next := c.site + c.URL.EscapedPath() + "?" + query.Encode()
	return &next
}

// key reads the call's cursor.
func (c *call) key(kinds string) (api.Key, error) {
	k, err := c.Key(kinds)
	if err != nil {
		return nil, problem{kind: api.BadCursor}
	}
	return k, nil
}

// at is an address of the API, or of this site where it is a page's.
func (c *call) at(format string, arguments ...any) string {
	return c.site + api.Prefix + fmt.Sprintf(format, arguments...)
}

func (c *call) places(of, page string) api.Places {
	return api.Places{URL: c.site + api.Prefix + of, Page: c.site + page}
}

func orNull[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}

// all is a list that is never null.
func all[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
