package hook_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/hook"
)

// receiver is an HTTPS server on this machine that a sender may reach.
type receiver struct {
	*httptest.Server
	roots *x509.CertPool
	asked atomic.Int32
}

func receives(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{roots: x509.NewCertPool()}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.asked.Add(1)
		body, _ := io.ReadAll(q.Body) // only then the end of a connection ends its context
		q.Body = io.NopCloser(bytes.NewReader(body))
		answer(w, q)
	}))
	r.Config.ErrorLog = nil
	r.StartTLS()
	t.Cleanup(r.Close)
	r.roots.AddCert(r.Certificate())
	return r
}

// allowed lets a sender reach this receiver alone.
func (r *receiver) allowed() func(netip.AddrPort) bool {
	at := netip.MustParseAddrPort(r.Listener.Addr().String())
	return func(a netip.AddrPort) bool { return a == at }
}

func (r *receiver) sender() *hook.Sender {
	return hook.New(hook.Options{Allow: r.allowed(), Roots: r.roots, Limit: 5 * time.Second})
}

const event = "0c7e8a52-6f0e-4a8e-9d0b-0d6f3a1c9b11"

func message(url string) hook.Message {
	return hook.Message{URL: url, ID: event, Event: "test", Body: []byte(`{"type":"test"}`), Secrets: []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}}
}

func send(t *testing.T, s *hook.Sender, m hook.Message) hook.Answer {
	t.Helper()
	a, err := s.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestSignaturesAreThoseOfStandardWebhooks by the example that its libraries share.
func TestSignaturesAreThoseOfStandardWebhooks(t *testing.T) {
	t.Parallel()
	got, err := hook.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if err != nil || got != "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := hook.Sign("nothing of ours", event, time.Now(), nil); err == nil {
		t.Error("anything is a secret")
	}
	one, other := hook.NewSecret(), hook.NewSecret()
	if one == other || !strings.HasPrefix(one, "whsec_") || len(one) != len("whsec_")+44 {
		t.Errorf("%q, %q", one, other)
	}
}

func TestAMessageIsSentOnceAndSigned(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	r := receives(t, func(w http.ResponseWriter, q *http.Request) {
		got, body = q, nil
		body, _ = io.ReadAll(q.Body)
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, "thank\n\x00you")
	})
	m := message(r.URL + "/in?x=1")
	m.Secrets = append(m.Secrets, hook.NewSecret())
	a := send(t, r.sender(), m)
	if !a.OK() || a.Status != 202 || a.Body != "thank you" || a.Again || r.asked.Load() != 1 {
		t.Errorf("%+v, asked %d times", a, r.asked.Load())
	}
	if got.Method != "POST" || got.URL.String() != "/in?x=1" || !bytes.Equal(body, m.Body) || got.Header.Get("Twelvefold-Event") != "test" || got.Header.Get("Twelvefold-Delivery") != event ||
		got.Header.Get("webhook-id") != event || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %q %v", got.Method, got.URL, body, got.Header)
	}
	var seconds int64
	if _, err := fmt.Sscan(got.Header.Get("webhook-timestamp"), &seconds); err != nil || time.Since(time.Unix(seconds, 0)).Abs() > time.Minute {
		t.Errorf("sent at %q", got.Header.Get("webhook-timestamp"))
	}
	signatures := strings.Fields(got.Header.Get("webhook-signature"))
	for i, secret := range m.Secrets {
		if want, _ := hook.Sign(secret, event, time.Unix(seconds, 0), body); len(signatures) != 2 || signatures[i] != want {
			t.Errorf("signed %q, want %s", signatures, want)
		}
	}
}

// TestWhatAnswersMean is the table of the documentation.
func TestWhatAnswersMean(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct{ ok, again, gone bool }{
		200: {ok: true}, 204: {ok: true}, 301: {}, 302: {}, 307: {}, 308: {}, 400: {}, 401: {}, 404: {}, 408: {}, 410: {gone: true}, 422: {},
		429: {again: true}, 500: {again: true}, 502: {again: true}, 503: {again: true}, 504: {again: true},
	} {
		r := receives(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://127.0.0.1:1/elsewhere")
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(status)
		})
		a := send(t, r.sender(), message(r.URL))
		if a.Status != status || a.OK() != want.ok || a.Again != want.again || a.Gone != want.gone || r.asked.Load() != 1 || (a.Wait == 90*time.Second) != want.again {
			t.Errorf("%d: %+v, asked %d times", status, a, r.asked.Load())
		}
		if !a.OK() && !strings.Contains(a.Why, fmt.Sprint(status)) {
			t.Errorf("%d: %q", status, a.Why)
		}
	}
	now := time.Now()
	for value, want := range map[string]time.Duration{"": 0, "-5": 0, "soon": 0, "999999999": 12 * time.Hour, now.Add(time.Hour).UTC().Format(http.TimeFormat): time.Hour} {
		r := receives(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", value)
			w.WriteHeader(503)
		})
		if a := send(t, r.sender(), message(r.URL)); (a.Wait - want).Abs() > 2*time.Second {
			t.Errorf("Retry-After %q: %s", value, a.Wait)
		}
	}
}

// TestReceiversThatFail in every way that one can are told of in a sentence, and
// tried again.
func TestReceiversThatFail(t *testing.T) {
	t.Parallel()
	slow := receives(t, func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	cut := receives(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	none := receives(t, nil)
	none.Close()
	good := receives(t, func(http.ResponseWriter, *http.Request) {})
	stranger := hook.New(hook.Options{Allow: good.allowed()})
	everywhere := func(netip.AddrPort) bool { return true }
	hasty := hook.New(hook.Options{Allow: everywhere, Roots: slow.roots, Limit: 300 * time.Millisecond})
	for name, c := range map[string]struct {
		sender *hook.Sender
		url    string
		why    string
	}{
		"slow":                {hasty, slow.URL, "did not answer within"},
		"cut":                 {cut.sender(), cut.URL, "cut before an answer came"},
		"no TLS":              {hook.New(hook.Options{Allow: everywhere}), strings.Replace(plain.URL, "http:", "https:", 1), "does not speak HTTPS"},
		"nothing there":       {none.sender(), none.URL, "connection was refused"},
		"signed by itself":    {stranger, good.URL, "nobody that is trusted here signed it"},
		"for another name":    {hook.New(hook.Options{Allow: everywhere, Roots: good.roots, Resolver: resolver(t, "127.0.0.1")}), "https://other.test:" + port(good), "it is for another name"},
		"a name of nobody":    {hook.New(hook.Options{Resolver: resolver(t)}), "https://nobody.test/", "can’t be found"},
		"a closed address":    {hook.New(hook.Options{Roots: good.roots}), good.URL, "not public"},
		"a name that is ours": {hook.New(hook.Options{Roots: good.roots, Resolver: resolver(t, "127.0.0.1")}), "https://example.com:" + port(good), "not public"},
	} {
		a := send(t, c.sender, message(c.url))
		if a.OK() || !a.Again || a.Status != 0 || !strings.Contains(a.Why, c.why) || strings.Contains(a.Why, "127.0.0.1") {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if n := good.asked.Load(); n != 0 {
		t.Errorf("a receiver that is not to be trusted was asked %d times", n)
	}
	if a := send(t, good.sender(), message(strings.Replace(good.URL, "https:", "http:", 1))); a.OK() || a.Again {
		t.Errorf("without TLS: %+v", a)
	}
}

// TestALongAnswerIsNotReadWhole however much a receiver sends, as body or as
// headers, packed or not, quickly or slowly.
func TestALongAnswerIsNotReadWhole(t *testing.T) {
	t.Parallel()
	var written atomic.Int64
	endless := receives(t, func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for line := bytes.Repeat([]byte("a"), 32<<10); q.Context().Err() == nil; {
			n, err := w.Write(line)
			written.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	if a := send(t, endless.sender(), message(endless.URL)); !a.OK() || len(a.Body) > 520 || a.Took > 4*time.Second {
		t.Errorf("%d bytes in %s: %s", len(a.Body), a.Took, a.Why)
	}
	if n := written.Load(); n > 64<<20 {
		t.Errorf("%d bytes were taken", n)
	}
	headers := receives(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Long", strings.Repeat("a", 1<<20)) })
	if a := send(t, headers.sender(), message(headers.URL)); a.OK() {
		t.Errorf("a megabyte of headers: %+v", a)
	}
	dripping := receives(t, func(w http.ResponseWriter, q *http.Request) {
		w.WriteHeader(http.StatusOK)
		fmt.Fprint(w, "a")
		w.(http.Flusher).Flush()
		<-q.Context().Done()
	})
	hasty := hook.New(hook.Options{Allow: dripping.allowed(), Roots: dripping.roots, Limit: 300 * time.Millisecond})
	if a := send(t, hasty, message(dripping.URL)); !a.OK() || a.Body != "a" {
		t.Errorf("an answer that never ends, after its status: %+v", a)
	}
}

// TestANameThatChangesGainsNothing: it resolves to a public address when somebody
// looks, and to this machine a moment later.
func TestANameThatChangesGainsNothing(t *testing.T) {
	t.Parallel()
	victim := receives(t, func(http.ResponseWriter, *http.Request) {})
	s := hook.New(hook.Options{Roots: victim.roots, Limit: 500 * time.Millisecond, Resolver: resolver(t, "203.0.113.7", "127.0.0.1")})
	for range 6 { // each resolves anew
		if a := send(t, s, message("https://example.com:"+port(victim))); a.OK() || !strings.Contains(a.Why, "not public") {
			t.Errorf("%+v", a)
		}
	}
	for _, redirect := range []string{victim.URL, "http://169.254.169.254/latest/meta-data/"} {
		first := receives(t, func(w http.ResponseWriter, q *http.Request) {
			http.Redirect(w, q, redirect, http.StatusTemporaryRedirect)
		})
		if a := send(t, first.sender(), message(first.URL)); a.OK() || a.Again || a.Status != 307 {
			t.Errorf("%+v", a)
		}
	}
	if n := victim.asked.Load(); n != 0 {
		t.Errorf("it was reached %d times", n)
	}
}

func TestClosedAddresses(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"8.8.8.8": true, "93.184.215.14": true, "2606:2800:21f:cb07:6820:80da:af6b:8b2c": true, "::ffff:8.8.8.8": true, "2a00:1450:4001::1": true,
		"127.0.0.1": false, "127.8.9.1": false, "0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "169.254.170.2": false, "100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.192": false, "198.18.0.1": false,
		"224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false, "203.0.113.1": false, "198.51.100.1": false,
		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:a9fe:a9fe": false,
		"::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "fec0::1": false, "100::1": false,
	} {
		if got := hook.Public(netip.MustParseAddr(address)); got != public {
			t.Errorf("%s is public: %v", address, got)
		}
	}
	if hook.Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestAddressesThatCanBeNoReceivers(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"https://example.org", "https://example.org/hooks/twelvefold?team=a", "https://example.org:8443/x", "https://93.184.215.14/", "https://[2606:2800:21f::1]/"} {
		if why := hook.WrongURL(good); why != "" {
			t.Errorf("%s: %s", good, why)
		}
	}
	for _, bad := range []string{
		"", "example.org", "http://example.org", "ftp://example.org", "https://", "https:///x", "https:example.org", "javascript:alert(1)", "https://user:secret@example.org", "https://user@example.org",
		"https://example.org/#x", "https://example.org/ x", "https://example.org\\@127.0.0.1/", "https://localhost", "https://LOCALHOST.:8443", "https://app.localhost", "https://127.0.0.1", "https://[::1]/",
		"https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]", "https://[fd00:ec2::254]", "https://example.org/" + strings.Repeat("a", 2000), "https://exa mple.org", "https://%zz", "//example.org",
		"https://example.org:0", "https://example.org:65536/x", "https://example.org:99999999999", "https://.", "https://\xff.org",
	} {
		if hook.WrongURL(bad) == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

// TestPayloadsKeepToTheirSchema which receivers are given.
func TestPayloadsKeepToTheirSchema(t *testing.T) {
	t.Parallel()
	schema := payloadSchema(t)
	score, grade, url := 74.5, "C", "https://twelvefold.example.org/repositories/1"
	whole := hook.Drop{
		Account: "acme", Repository: hook.Repository{ID: 7, FullName: "acme/shop", Private: true, URL: &url}, Branch: "main", Cause: hook.CauseCommit,
		Commit: strings.Repeat("a", 40), Before: strings.Repeat("b", 40), PullRequest: &hook.Pull{Number: 12, Title: "Add mail", Author: "octo"},
		Score: hook.Move{Before: &score, After: &score}, Grade: hook.Grades{Before: &grade}, Opened: 1, Audit: &url,
		Factors:  []hook.Factor{{Factor: "config", Move: hook.Move{Before: &score}}},
		Findings: []hook.Violation{{Rule: "config/hardcoded-credential", Factor: "config", Severity: "critical", Message: "…", Path: "app.py", Line: 3, Fingerprint: strings.Repeat("c", 32)}},
	}
	bare := whole
	bare.PullRequest, bare.Audit, bare.Repository.URL, bare.Factors, bare.Findings = nil, nil, nil, []hook.Factor{}, []hook.Violation{}
	for _, c := range []struct {
		kind string
		data any
		fits bool
	}{{"test", hook.Test{Account: "acme", Message: "x"}, true}, {"score.dropped", whole, true}, {"score.dropped", bare, true}, {"test", whole, false}, {"score.rose", whole, false}} {
		text, err := hook.Payload{Schema: hook.Schema, ID: event, Type: c.kind, Timestamp: time.Unix(1, 0).UTC(), Data: c.data}.Encode()
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); (err == nil) != c.fits {
			t.Errorf("%s: %v\n%s", c.kind, err, text)
		}
	}
}

func payloadSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../../docs/webhook.v1.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func port(r *receiver) string { _, p, _ := net.SplitHostPort(r.Listener.Addr().String()); return p }
