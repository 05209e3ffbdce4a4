package server_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
	"twelvefold/internal/store"
	"twelvefold/internal/store/storetest"
)

// BenchmarkPages asks for each page as two readers at once would, each of another
// repository every time, and reports how long half of the answers and 99 of 100
// took, and their size as it is sent. LOAD=huge for 10,000 repositories.
func BenchmarkPages(b *testing.B) {
	load := storetest.Load{Installation: store.Local, Repositories: 200, Audits: 20, Findings: 20}
	if os.Getenv("LOAD") == "huge" {
		load = storetest.Huge()
		load.Installation = store.Local
	}
	s := storetest.New(b)
	storetest.Fill(b, s, load)
	log := slog.New(slog.DiscardHandler)
	queue, err := jobs.NewQueue(s, log)
	if err != nil {
		b.Fatal(err)
	}
	app, err := server.New(server.Options{Store: s, Queue: queue, Rules: rules.All(), Logger: log, Anonymous: true})
	if err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(app)
	b.Cleanup(web.Close)
	rows, err := s.Pool().Query(b.Context(), `SELECT min(id) FROM findings GROUP BY repository_id ORDER BY repository_id`)
	if err != nil {
		b.Fatal(err)
	}
	findings, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		b.Fatal(err)
	}
	for _, page := range []struct{ name, path string }{
		{"organisation", "/"},
		{"ordered", "/?sort=-logs&page={page}"},
		{"narrowed", "/?q=api-{id}&language=Go"},
		{"repository", "/repositories/{id}"},
		{"trend", "/repositories/{id}?trend=3m"},
		{"factor", "/repositories/{id}/factors/config"},
		{"finding", "/repositories/{id}/findings/{finding}"},
		{"audit", "/repositories/{id}/audits/{audit}"},
		{"ledger", "/installations/0/ledger"},
		{"settings", "/installations/0/settings"},
		{"rules", "/rules"},
		{"contract", "/repositories/{id}/env"},
		{"searched", "/search?q=handler+{id}"},
		{"common", "/search?q=value"},
		{"api-repositories", "/api/v1/repositories?sort=-logs&limit=200"},
		{"api-narrowed", "/api/v1/repositories?q=api-{id}&language=Go"},
		{"api-repository", "/api/v1/repositories/{id}"},
		{"api-findings", "/api/v1/findings?limit=200"},
		{"api-factor", "/api/v1/findings?factor=logs&severity=critical"},
		{"api-rule", "/api/v1/findings?rule=config/hardcoded-credential"},
		{"api-nowhere", "/api/v1/findings?rule=no/such-rule"},
		{"api-closed", "/api/v1/findings?state=closed&limit=200"},
		{"api-waived", "/api/v1/findings?state=waived&limit=200"},
		{"api-absent", "/api/v1/findings?factor=codebase&limit=200"},
		{"api-of-repository", "/api/v1/repositories/{id}/findings?state=all&limit=200"},
		{"api-audits", "/api/v1/repositories/{id}/audits?limit=200"},
		{"api-scores", "/api/v1/repositories/{id}/scores?limit=200"},
		{"api-ledger", "/api/v1/installations/0/ledger?accounted=false"},
		{"api-installation", "/api/v1/installations/0"},
		{"api-audit", "/api/v1/audits/{audit}"},
	} {
		b.Run(page.name, func(b *testing.B) {
			answers := make(chan reply, b.N)
			var readers sync.WaitGroup
			for reader := range 2 {
				readers.Go(func() {
					for n := reader; n < b.N; n += 2 {
						id, number := 1+n*37%load.Repositories, 1+n%max(1, load.Repositories/50)
						answers <- read(web.URL + strings.NewReplacer("{id}", fmt.Sprint(id), "{page}", fmt.Sprint(number),
							"{finding}", fmt.Sprint(findings[id-1]), "{audit}", fmt.Sprint(id)).Replace(page.path))
					}
				})
			}
			readers.Wait()
			close(answers)
			var took []time.Duration
			largest := 0
			for a := range answers {
				if a.err != nil {
					b.Fatal(a.err)
				}
				took, largest = append(took, a.took), max(largest, a.bytes)
			}
			slices.Sort(took)
			b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
			b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
			b.ReportMetric(float64(largest)/1000, "kB")
		})
	}
}

type reply struct {
	took  time.Duration
	bytes int // as it is sent
	err   error
}

func read(url string) (a reply) {
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return reply{err: err}
	}
	request.Header.Set("Accept-Encoding", "gzip")
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	a = reply{took: time.Since(began), bytes: len(body), err: err}
	if response.StatusCode != http.StatusOK {
		a.err = fmt.Errorf("%s: %s", url, response.Status)
	}
	return a
}
