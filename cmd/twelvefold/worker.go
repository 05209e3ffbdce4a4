package main

import (
	"context"
	"log/slog"
	"time"

	"twelvefold/internal/config"
	"twelvefold/internal/github"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/jobs"
	"twelvefold/internal/rules"
	"twelvefold/internal/store"
)

// workerCommand is a worker process: it takes audits from the queue until it is
// told to stop. Any number may run, on any machine.
type workerCommand struct{}

// Help is the long help text.
func (workerCommand) Help() string {
	return `Takes audits from the queue in Postgres until SIGTERM or SIGINT, then finishes
what runs, or returns it to the queue, within SHUTDOWN_GRACE. Any number of
workers may run, on any machines: an audit whose worker died is taken over by
another. Refuses to start on a database that twelvefold migrate has not brought
up to date. Logs to stdout.

Environment:

` + config.Help("worker") + processStatus
}

// Run works until SIGTERM or SIGINT, then finishes or returns what runs.
func (workerCommand) Run(a *app) error {
	settings, err := config.LoadWorker(a.getenv)
	if err != nil {
		return exitCode{2, err}
	}
	log := settings.Logger(a.stdout)
	s, err := openStore(a.ctx, settings.Database, jobs.Connections(int(settings.Concurrency)))
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.CheckSchema(a.ctx); err != nil {
		return err
	}
	// Parsers outlive the signal: an audit that may finish still needs them.
	parsers, err := files.NewPool(context.WithoutCancel(a.ctx), files.PoolOptions{})
	if err != nil {
		return err
	}
	defer parsers.Close()
	worker, err := newWorker(s, parsers, settings, log)
	if err != nil {
		return err
	}
	return worker.Run(a.ctx)
}

func newWorker(s *store.Store, parsers *files.Pool, settings config.Worker, log *slog.Logger) (*jobs.Worker, error) {
	cache, err := s.Signals()
	if err != nil {
		return nil, err
	}
	var app *github.App
	if settings.AppID != 0 {
		app, err = github.New(github.Options{
			AppID: int64(settings.AppID), PrivateKey: settings.PrivateKey.PEM(), URL: string(settings.SiteURL), APIURL: string(settings.APIURL), Limiter: s, Cache: s.Responses(), Log: log,
		})
		if err != nil {
			return nil, err
		}
	}
	rights, err := newRights(s, settings.SignIn, settings.APIURL, log)
	if err != nil {
		return nil, err
	}
	hooks, err := newHooks(settings.SignIn)
	if err != nil {
		return nil, err
	}
	engine := jobs.NewEngine(jobs.EngineOptions{
		Inspector: parsers, Cache: cache, Rules: rules.All(), Local: bool(settings.Local), GitHub: app,
	})
	return jobs.NewWorker(s, engine, jobs.Options{
		GitHub: app, Local: bool(settings.Local), BaseURL: string(settings.BaseURL), Rules: rules.All(), Rights: rights, Version: version, Hooks: hooks,
		Mailer: newMailer(settings.Mail), Compose: jobs.Letters(s, rules.All()),
		Concurrency: int(settings.Concurrency), Grace: time.Duration(settings.Grace), Log: log,
	})
}
