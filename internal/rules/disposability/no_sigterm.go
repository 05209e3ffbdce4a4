package disposability

import (
	"fmt"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "disposability/no-sigterm",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "Nothing happens on SIGTERM",
	Why: "Every deploy and every scale-down stops processes with SIGTERM. A program that does not hear it drops the " +
		"requests and jobs in its hands, or hangs until it is killed.",
	Fixes: []audit.Fix{
		{For: "switched off", Text: "Turn ‹call› on again, or handle SIGTERM where the program starts: stop accepting work, finish what is in hand, close connections and exit 0."},
		{For: "worker", Text: "On SIGTERM take no more work, finish what is in hand or give it back, close connections and exit 0."},
		{For: "NestJS", Text: "Call app.enableShutdownHooks() before app.listen()."},
		{For: "Spring Boot", Text: "Set server.shutdown: graceful with spring.lifecycle.timeout-per-shutdown-phase (from 2.3 on), or take Spring Boot 3.4 or later, whose default it is."},
		{For: "Spring Boot before 2.3", Text: "Move to a Spring Boot that drains: from 2.3 on with server.shutdown=graceful, from 3.4 on by itself. Until then pause the server's connector and wait for its threads on ContextClosedEvent."},
		{For: "uwsgi", Text: "Set die-on-term = true in uwsgi.ini; or hook-master-start = unix_signal:15 gracefully_kill_them_all, which finishes the requests in hand."},
		{For: "JavaScript", Text: `Keep what listen() returns, and process.on("SIGTERM", () => server.close(() => process.exit(0))).`},
		{For: "Python", Text: "Start the application under gunicorn or uvicorn, which drain by themselves; or handle it: signal.signal(signal.SIGTERM, …) and stop the server there."},
		{For: "Go gRPC", Text: "In main: ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM); call the gRPC server's Serve in a goroutine, wait for <-ctx.Done(), and call its GracefulStop. os.Interrupt alone is SIGINT."},
		{For: "Go handler", Text: "Have a server := &http.Server{…} with the address and the handler. In main: ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM); call server.ListenAndServe in a goroutine, wait for <-ctx.Done(), and call server.Shutdown with a context of its own that has a timeout. os.Interrupt alone is SIGINT."},
		{For: "Go", Text: "In main: ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM); start the server in a goroutine, wait for <-ctx.Done(), and call its Shutdown with a context of its own that has a timeout. os.Interrupt alone is SIGINT."},
		{Text: "On SIGTERM stop accepting work, finish what is in hand, close connections and exit 0."},
	},
	Severity:   audit.High,
	Confidence: audit.MediumConfidence,
	Counting:   audit.Once,
	Sources:    []string{"12F", "000", "001", "002", "004"},
	Bad: `
-- go.mod --
module example.com/hello

go 1.26
-- main.go --
package main

import "net/http"

func main() { http.ListenAndServe(":8080", nil) }
`,
	Good: `
-- go.mod --
module example.com/hello

go 1.26
-- main.go --
package main

import (
	"context"
	"net/http"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	server := &http.Server{Addr: ":8080"}
	go server.ListenAndServe()
	<-ctx.Done()
	server.Shutdown(context.Background())
}
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if at, ok := uwsgiReloads(c); ok {
			report.Violation(at, "uwsgi", "uwsgi takes SIGTERM for an order to reload, so each stop ends with the kill", audit.WithSeverity(audit.Medium), audit.WithFix("uwsgi"))
			return
		}
		if s := springServerOf(c); s.fate == lost {
			message := "server.shutdown is immediate, so a deploy cuts off the requests in hand"
			if s.version != "" {
				message = fmt.Sprintf("Spring Boot %s cuts off the requests in hand on SIGTERM: nothing sets server.shutdown to graceful", s.version)
			}
			fix := "Spring Boot"
			if s.before {
				fix, message = "Spring Boot before 2.3", fmt.Sprintf("Spring Boot %s cuts off the requests in hand on SIGTERM, and knows no setting against it", s.version)
			}
			report.Violation(s.place, "Spring Boot", message, audit.WithSeverity(audit.Medium), audit.WithFix(fix))
			return
		}
		if off, ok := deaf(c); ok {
			report.Violation(off.At(), off.Fact.Via, fmt.Sprintf("%s is switched off, and nothing else handles SIGTERM", off.Fact.Via), audit.WithFix("switched off"), audit.Naming("call", off.Fact.Via))
			return
		}
		place, via, ok := rawLoop(c)
		if !ok || handledElsewhere(c) {
			return
		}
		other, late := "", false
		for _, h := range handlers(c) {
			switch {
			case hears(h, "SIGTERM"):
				return
			case h.Fact.Late && slices.Contains(h.Fact.Signals, "SIGTERM"):
				place, late = h.At(), true
			case other == "" && !late && (hears(h, "SIGINT") || hears(h, "SIGKILL")):
				place, other = h.At(), strings.Join(h.Fact.Signals, " and ")
			}
		}
		var options []audit.Option
		if c.Class != audit.WebService {
			options = append(options, audit.WithFix("worker"))
		} else if fix := goFix(via); fix != "" {
			options = append(options, audit.WithFix(fix))
		}
		if c.WhollyRead() {
			options = append(options, audit.WithConfidence(audit.HighConfidence)) // no handler can hide in what nobody read
		}
		if late {
			report.Violation(place, via, fmt.Sprintf("SIGTERM is asked for behind the call that serves, where nothing gets while it does: a deploy cuts off what %s serves", via), options...)
			return
		}
		if other != "" {
			report.Violation(place, via, fmt.Sprintf("%s handled and SIGTERM is not, so a deploy cuts off what %s serves", are(other), via), options...)
			return
		}
		report.Violation(place, via, fmt.Sprintf("nothing handles SIGTERM, so a deploy cuts off what %s serves", via), options...)
	},
})

// are is "SIGINT is" and "SIGINT and SIGHUP are".
func are(names string) string {
	if strings.Contains(names, " and ") {
		return names + " are"
	}
	return names + " is"
}

// goFix is how a server of Go is stopped by what it is served with: gin's Run and
// net/http's own functions keep the server that one would shut down.
func goFix(via string) string {
	switch {
	case strings.HasPrefix(via, "google.golang.org/grpc"):
		return "Go gRPC"
	case strings.HasPrefix(via, "net/http."), strings.HasPrefix(via, "github.com/gin-gonic/gin.Run"):
		return "Go handler"
	}
	return ""
}
