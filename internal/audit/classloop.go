package audit

import (
	"fmt"
	"path"
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// loops is a program whose main work goes on for ever: it polls, takes from a
// queue or sleeps between rounds, and serves nothing. What users install, what
// others import and what nothing starts may have such a loop for whoever calls it.
func (d *decision) loops() (Class, string) {
	if d.c.anchor.container || d.installed() || d.distributed() != "" || d.user != "" && !d.deployed() || d.orchestrates() {
		return "", ""
	}
	part := d.onlyPart()
	entries := map[*File]bool{}
	parses := false
	for e := range FactsIn[inspect.EntryPoint](withFacts[inspect.EntryPoint](d.facts, d.files), source.Prod) {
		entries[e.File] = true
	}
	for i := range FactsIn[inspect.Import](withFacts[inspect.Import](d.facts, d.files), source.Prod) {
		parses = parses || argumentParsers[i.Fact.Path]
	}
	started := map[*File]bool{}
	d.started(func(_ Process, s Step) bool {
		for _, word := range s.Argv {
			if f := d.c.File(path.Join(d.c.Path, word)); f != nil {
				started[f] = true
			}
		}
		return true
	})
	for l := range FactsIn[inspect.EndlessLoop](withFacts[inspect.EndlessLoop](d.facts, d.files), source.Prod) {
		if !d.c.Reaches(l.File.Path) || d.ofOtherCommand(l.File) || part && l.Fact.In != "" {
			continue
		}
		itself := l.Fact.In == "" || entries[l.File] || started[l.File]
		if itself || !parses && (d.deployed() || len(entries) > 0 && l.File.Format != inspect.Go) {
			return Worker, fmt.Sprintf("%s goes round for ever (%s, %s), and nothing in it listens.", l.At(), l.Fact.Via, l.Fact.Does)
		}
	}
	return "", ""
}

// attends is a program that package.json starts and that answers no port: it keeps
// a connection to a service that tells it what to do, as bots do, or lies below a
// root that holds workspaces together, beside the program's other parts.
func (d *decision) attends() (Class, string) {
	if d.c.anchor.container || d.installed() || d.distributed() != "" || d.user != "" || d.orchestrates() {
		return "", ""
	}
	listener := ""
	for i := range FactsIn[inspect.Import](withFacts[inspect.Import](d.facts, d.files), source.Prod) {
		if attending[i.Fact.Path] {
			listener = i.Fact.Path
		}
		if argumentParsers[i.Fact.Path] {
			return "", ""
		}
	}
	root := d.c.Repo.File("package.json")
	part := d.c.Path != "." && root != nil && (declaresWorkspaces(root) || d.c.Repo.Has("pnpm-workspace.yaml"))
	if listener == "" && !part {
		return "", ""
	}
	for s := range Facts[inspect.Script](d.c) {
		if s.Fact.Name != "start" || path.Dir(s.File.Path) != d.c.Path {
			continue
		}
		for _, command := range s.Fact.Command {
			if program := Program(command); !runners[program] {
				continue
			}
			for _, word := range command.Argv[1:] {
				f := d.c.File(path.Join(d.c.Path, word))
				if built := strings.HasSuffix(word, ".js"); strings.HasPrefix(word, "-") || f == nil && !built || f != nil && f.Role != source.Prod {
					continue
				}
				what := "nothing in it listens"
				if listener != "" {
					what = "it attends to " + listener
				}
				return Worker, fmt.Sprintf("%s starts %s, and %s.", s.At(), path.Base(word), what)
			}
		}
	}
	return "", ""
}

// runners run a program's file until it ends.
var runners = map[string]bool{"node": true, "tsx": true, "ts-node": true, "bun": true, "pm2-runtime": true}

// attending are libraries by which a program waits for what others tell it.
var attending = map[string]bool{
	"discord.js": true, "eris": true, "telegraf": true, "node-telegram-bot-api": true, "grammy": true, "@slack/bolt": true, "@slack/socket-mode": true, "whatsapp-web.js": true,
	"@whiskeysockets/baileys": true, "tmi.js": true, "matrix-bot-sdk": true, "mineflayer": true, "mqtt": true, "node-cron": true, "cron": true, "node-schedule": true, "agenda": true,
}
