package github_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"twelvefold/internal/github"
	"twelvefold/internal/github/githubtest"
)

// TestABusyAppsFailedDeliveriesAreFound: more than a thousand pages of deliveries in
// three days is one in 2.6 seconds. The ledger begins with three days, and again with
// three days as long as it could not list them.
func TestABusyAppsFailedDeliveriesAreFound(t *testing.T) {
	t.Parallel()
	const pages = 1100
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
		list := []map[string]any{}
		for n := range 100 {
			id, status := at*100+n+1, 202
			if at == 0 && n == 0 {
				status = 502
			}
			list = append(list, map[string]any{"id": id, "guid": fmt.Sprintf("guid-%d", id), "delivered_at": time.Now().UTC().Format(time.RFC3339), "status_code": status, "event": "push"})
		}
		if at+1 < pages {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?per_page=100&cursor=%d>; rel="next"`, r.Host, r.URL.Path, at+1))
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(list)
	}))
	t.Cleanup(hub.Close)
	app, err := github.New(github.Options{AppID: 1, PrivateKey: githubtest.New(t).PrivateKey, APIURL: hub.URL})
	if err != nil {
		t.Fatal(err)
	}
	failed, err := app.FailedDeliveries(t.Context(), time.Now().Add(-72*time.Hour))
	if err != nil || len(failed) != 1 {
		t.Errorf("%d failed deliveries, %v", len(failed), err)
	}
}
