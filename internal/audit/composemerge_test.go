package audit

import (
	"fmt"
	"testing"

	"golang.org/x/tools/txtar"
)

// TestEffectiveServices: what a service comes to be told by several files, by
// what it extends and by variables.
func TestEffectiveServices(t *testing.T) {
	t.Parallel()
	repo := inspected(t, txtar.Parse([]byte(`-- requirements.txt --
flask==3.0.0
-- app.py --
from flask import Flask
Flask(__name__).run()
-- .env --
COUNT=3
GRACE=45s
STAGE=live
-- docker-compose.yml --
services:
  base:
    build: {context: ., dockerfile: Dockerfile.prod, args: {A: b}}
    restart: always
    healthcheck: {test: [CMD, curl, localhost]}
    stop_signal: SIGQUIT
    stop_grace_period: 20s
    deploy: {replicas: 2}
    secrets: [db]
  web:
    extends: {service: base}
    build: {target: web}
    restart: ${RESTART:-unless-stopped}
    stop_grace_period: ${GRACE:-5s}
    deploy: {replicas: "${COUNT:-1}"}
    env_file: ${STAGE}.env
  unchecked:
    extends: {service: base}
    healthcheck: {test: ["NONE"]}
  none:
    extends: {service: base}
    healthcheck: {test: NONE}
  merged:
    extends: {service: base}
-- docker-compose.prod.yml --
services:
  base:
    restart: on-failure
    healthcheck: {disable: true}
    stop_signal: ${SIGNAL}
    deploy: {replicas: 0}
    secrets: !override [other]
  merged:
    build: {target: slim}
    stop_grace_period: !reset null
    healthcheck: {interval: 5s}
secrets: {db: {file: db.txt}}
`)))
	want := map[string]string{
		"base":      "Dockerfile.prod  on-failure false ${SIGNAL} 20s 0 true [] [other]",
		"web":       "Dockerfile.prod web unless-stopped true SIGQUIT 45s 3 false [live.env] [db]",
		"unchecked": "Dockerfile.prod  always false SIGQUIT 20s 2 false [] [db]",
		"none":      "Dockerfile.prod  always false SIGQUIT 20s 2 false [] [db]",
		"merged":    "Dockerfile.prod slim always true SIGQUIT  2 false [] [db]",
	}
	for _, s := range repo.Components[0].Services(Production) {
		got := fmt.Sprint(s.Dockerfile, " ", s.Target, " ", s.Restart, " ", s.Healthcheck, " ", s.StopSignal, " ", s.GracePeriod, " ", s.Replicas, " ", s.Idle, " ", s.EnvFiles, " ", s.Secrets)
		if got != want[s.Name] {
			t.Errorf("%s: %q, want %q", s.Name, got, want[s.Name])
		}
		delete(want, s.Name)
	}
	if len(want) > 0 {
		t.Error("not among the services:", want)
	}
}
