package server_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"twelvefold/internal/jobs"
	"twelvefold/internal/server"
	"twelvefold/internal/store/storetest"
)

// TestStrangersWriteNoLogOfTheirOwn: what comes with a webhook that nobody signed is
// a stranger's text, of up to the 64 kB that the web process takes of headers.
func TestStrangersWriteNoLogOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	queue, err := jobs.NewQueue(s, log)
	if err != nil {
		t.Fatal(err)
	}
	app, err := server.New(server.Options{Store: s, Queue: queue, Logger: log, GitHub: server.GitHub{AppID: 4321, WebhookSecret: []byte(webhookSecret)}})
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/webhooks/github", strings.NewReader("{}"))
	request.Header.Set("X-GitHub-Event", strings.Repeat("x", 60_000))
	answer := httptest.NewRecorder()
	app.ServeHTTP(answer, request)
	if answer.Code != 401 || said.Len() > 10_000 {
		t.Errorf("%d; one unsigned request of a stranger writes %d bytes to the log", answer.Code, said.Len())
	}
}
