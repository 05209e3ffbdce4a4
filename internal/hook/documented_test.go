package hook_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/hook"
)

// TestTheDocumentedExampleIsOne of the schema, and says what the verification in the
// documentation needs.
func TestTheDocumentedExampleIsOne(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```json\n")
	example, _, found := strings.Cut(rest, "```")
	if !found || !json.Valid([]byte(example)) {
		t.Fatalf("no example: %q", example)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(example))
	if err != nil {
		t.Fatal(err)
	}
	if err := payloadSchema(t).Validate(document); err != nil {
		t.Error(err)
	}
}

// TestTheDocumentedCheckAcceptsWhatIsSent and nothing else: the documentation's own
// Python, asked for each case.
func TestTheDocumentedCheckAcceptsWhatIsSent(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skipped: python3 is not installed")
	}
	text, err := os.ReadFile("../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```python\n")
	code, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("no code is documented")
	}
	former, secret := hook.NewSecret(), hook.NewSecret()
	var headers http.Header
	var body []byte
	r := receives(t, func(_ http.ResponseWriter, q *http.Request) {
		headers = q.Header
		body, _ = io.ReadAll(q.Body)
	})
	m := message(r.URL)
	m.Secrets = []string{secret, former}
	send(t, r.sender(), m)
	late := headers.Clone()
	late.Set("webhook-timestamp", fmt.Sprint(time.Now().Add(-6*time.Minute).Unix()))
	for name, c := range map[string]struct {
		secret  string
		headers http.Header
		body    string
		genuine string
	}{
		"by the secret": {secret, headers, string(body), "True"}, "by the former one": {former, headers, string(body), "True"},
		"by another": {hook.NewSecret(), headers, string(body), "False"}, "another body": {secret, headers, string(body) + " ", "False"}, "late": {secret, late, string(body), "False"},
	} {
		ask := fmt.Sprintf("\nprint(genuine(%q, {'webhook-id': %q, 'webhook-timestamp': %q, 'webhook-signature': %q}, %q.encode()))\n",
			c.secret, c.headers.Get("webhook-id"), c.headers.Get("webhook-timestamp"), c.headers.Get("webhook-signature"), c.body)
		out, err := exec.CommandContext(t.Context(), python, "-c", code+ask).CombinedOutput() // #nosec G204 -- the documentation's
		if err != nil || strings.TrimSpace(string(out)) != c.genuine {
			t.Errorf("%s: %s, %v", name, out, err)
		}
	}
}
