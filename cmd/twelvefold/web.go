package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"twelvefold/internal/config"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/server"
)

// webConns bounds the web process's connections to Postgres.
const webConns = 8

// webCommand serves the pages.
type webCommand struct{}

// Help is the long help text.
func (webCommand) Help() string {
	return `Listens on PORT until SIGTERM or SIGINT, then finishes open requests within
SHUTDOWN_GRACE. Refuses to start on a database that twelvefold migrate has not
brought up to date. /healthz says that the process lives, /readyz that its
database answers. Logs to stdout.

Environment:

` + config.Help("web") + processStatus
}

// Run serves until the context ends.
func (webCommand) Run(a *app) error {
	settings, err := config.LoadWeb(a.getenv)
	if err != nil {
		return exitCode{2, err}
	}
	logger := settings.Logger(a.stdout)
	database, err := openStore(a.ctx, settings.Database, webConns)
	if err != nil {
		return err
	}
	defer database.Close()
	if err := database.CheckSchema(a.ctx); err != nil {
		return err
	}
	queue, err := jobs.NewQueue(database, logger)
	if err != nil {
		return err
	}
	signIn, err := newSignIn(database, settings, logger)
	if err != nil {
		return err
	}
	hooks, err := newHooks(settings.SignIn)
	if err != nil {
		return err
	}
	pages, err := server.New(server.Options{
		Store: database, Queue: queue, Rules: rules.All(), Logger: logger,
		GitHub:    server.GitHub{AppID: int64(settings.AppID), WebhookSecret: []byte(settings.WebhookSecret.Reveal())},
		Setup:     server.Setup{BaseURL: string(settings.BaseURL), SiteURL: string(settings.SiteURL), APIURL: string(settings.APIURL)},
		SignIn:    signIn,
		MailFrom:  settings.From.Address,
		Hooks:     hooks,
		Version:   version,
		Anonymous: settings.Anonymous == config.AnonymousLoopback,
	})
	if err != nil {
		return err
	}
	listener, err := listen(settings)
	if err != nil {
		return err
	}
	logger.Info("web listens", "address", listener.Addr().String())
	return serve(a.ctx, listener, pages, time.Duration(settings.Grace), logger)
}

// listen opens the port: on every address, or on this machine's own alone
// while pages are shown without sign-in.
func listen(settings config.Web) (net.Listener, error) {
	listener, err := net.Listen("tcp", settings.Address())
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("port %d is taken: stop what listens there, or set PORT to a free one", settings.Port)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("port %d is not for this user to listen on: set PORT to one above 1023", settings.Port)
	}
	return nil, fmt.Errorf("port %d can't be listened on: %w", settings.Port, err)
}

// serve answers requests until ctx ends, then lets open ones finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration, logger *slog.Logger) error {
	httpServer := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the web process stopped listening: %w", err)
	case <-ctx.Done():
	}
	logger.Info("web stops: open requests may finish", "grace", grace.String())
	// A little is kept of the grace for closing what is still open after it.
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace*9/10)
	defer cancel()
	if err := httpServer.Shutdown(drain); err != nil {
		logger.Warn("requests were cut off at the end of the grace period")
		if err := httpServer.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
			return err
		}
	}
	logger.Info("web stopped")
	return nil
}
