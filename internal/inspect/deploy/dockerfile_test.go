package deploy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/deploy"
	"twelvefold/internal/inspect/inspecttest"
)

func TestDockerfileStages(t *testing.T) {
	t.Parallel()
	got, failed := inspecttest.FactsOf[inspect.Stage](inspect.Dockerfile, inspecttest.NodeDockerfile)
	want := []inspecttest.Found[inspect.Stage]{
		{Line: 4, End: 4, Fact: inspect.Stage{Index: 0, Name: "base", Base: "node:22-slim", Written: "node:${VARIANT}"}},
		{Line: 8, End: 8, Fact: inspect.Stage{Index: 1, Name: "dev", Base: "base", Own: true}},
		{Line: 11, End: 11, Fact: inspect.Stage{Index: 2, Name: "build", Base: "base", Own: true}},
		{Line: 22, End: 22, Fact: inspect.Stage{Index: 3, Name: "final", Base: "base", Own: true, Final: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestDockerfileInstructions(t *testing.T) {
	t.Parallel()
	all, _ := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, inspecttest.NodeDockerfile)
	byLine := map[int]inspecttest.Found[inspect.Instruction]{}
	for _, f := range all {
		byLine[f.Line] = f
	}
	lit := func(name, text string, line int) inspect.EnvEntry {
		return inspect.EnvEntry{Name: name, Value: inspect.Lit(text), Line: line}
	}
	secret := inspect.NewSecret("9f8a7b6c5d4e3f2a")
	want := []inspecttest.Found[inspect.Instruction]{
		{Line: 2, End: 2, Fact: inspect.Instruction{Stage: -1, Name: "ARG", Pairs: []inspect.EnvEntry{lit("NODE_VERSION", "22", 2)}}},
		{Line: 5, End: 6, Fact: inspect.Instruction{Stage: 0, Final: true, Name: "ENV", Pairs: []inspect.EnvEntry{lit("PORT", "3000", 5), lit("NODE_ENV", "production", 6)}}},
		{Line: 9, End: 9, Fact: inspect.Instruction{Stage: 1, Name: "CMD", Start: &inspect.Start{Text: `["npm","run","dev"]`, Line: 9, Commands: []inspect.Command{{Argv: []string{"npm", "run", "dev"}, Line: 9, Last: true}}}}},
		{Line: 13, End: 13, Fact: inspect.Instruction{Stage: 2, Name: "COPY", Args: []string{"package*.json", "./"}}},
		{Line: 14, End: 19, Fact: inspect.Instruction{Stage: 2, Name: "RUN", Secrets: true, Start: &inspect.Start{Shell: true, Text: "npm ci     && npm run build", Line: 16, Commands: []inspect.Command{
			{Argv: []string{"npm", "ci"}, Line: 16},
			{Argv: []string{"npm", "run", "build"}, Line: 19, Conditional: true, Then: true, Last: true},
		}}}},
		{Line: 23, End: 23, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "ARG", Pairs: []inspect.EnvEntry{{Name: "RELEASE", Value: inspect.Value{Source: inspect.Input}, Line: 23}}}},
		{Line: 24, End: 24, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "ENV", Pairs: []inspect.EnvEntry{
			{Name: "RELEASE", Value: inspect.Value{Source: inspect.Input}, Line: 24, Written: "$RELEASE"},
			{Name: "SESSION_SECRET", Value: inspect.Value{Source: inspect.Literal, Text: "9f8a…", HasText: true, Secret: &secret}, Secret: true, Line: 24},
		}}},
		{Line: 25, End: 25, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "COPY", From: "build", Args: []string{"/app/dist", "./dist"}}},
		{Line: 26, End: 26, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "EXPOSE", Args: []string{"3000"}}},
		{Line: 27, End: 27, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "USER", Args: []string{"node"}}},
		{Line: 28, End: 28, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "VOLUME", Args: []string{"/data", "/logs"}}},
		{Line: 29, End: 29, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "STOPSIGNAL", Args: []string{"SIGQUIT"}}},
		{Line: 30, End: 30, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "HEALTHCHECK", Start: &inspect.Start{Shell: true, Text: "curl -f http://localhost:$PORT/healthz || exit 1", Line: 30, Commands: []inspect.Command{
			{Argv: []string{"curl", "-f", "http://localhost:$PORT/healthz"}, Line: 30},
			{Argv: []string{"exit", "1"}, Line: 30, Conditional: true, Last: true, Guard: "! curl -f http://localhost:$PORT/healthz"},
		}}}},
		{Line: 31, End: 31, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "ENTRYPOINT", Start: &inspect.Start{Text: `["tini","--"]`, Line: 31, Commands: []inspect.Command{{Argv: []string{"tini", "--"}, Line: 31, Last: true}}}}},
		{Line: 32, End: 32, Fact: inspect.Instruction{Stage: 3, Final: true, Name: "CMD", Start: &inspect.Start{Shell: true, Text: "node dist/server.js", Line: 32, Commands: []inspect.Command{{Argv: []string{"node", "dist/server.js"}, Line: 32, Last: true}}}}},
	}
	for _, w := range want {
		if diff := cmp.Diff(w, byLine[w.Line]); diff != "" {
			t.Errorf("line %d: %s", w.Line, diff)
		}
	}
}

// TestOnBuild: what a later build runs is read like what this one does.
func TestOnBuild(t *testing.T) {
	t.Parallel()
	have(t, inspect.Dockerfile, "FROM node\nENV A=1\nONBUILD RUN [\"npm\", \"ci\"]\nONBUILD RUN npm ci \\\n  && npm test\nONBUILD COPY --from=alpine:3.20 /a /b\nONBUILD ENV API_TOKEN=hunter2hunter2 B=$A\nONBUILD USER app\nRUN echo $API_TOKEN\nONBUILD CMD node .\n", func(in inspect.Instruction) string {
		if !in.OnBuild {
			return in.Name
		}
		text := fmt.Sprint(in.Name, " ", in.From, in.Args)
		for _, p := range in.Pairs {
			text += fmt.Sprint(" ", p.Name, "=", p.Value.Text, "@", p.Line)
		}
		if in.Start != nil {
			for _, c := range in.Start.Commands {
				text += fmt.Sprint(" ", c.Line, ":", strings.Join(c.Argv, " "))
			}
		}
		return text
	}, "2-2 ENV", "3-3 ONBUILD RUN [] 3:npm ci", "4-5 ONBUILD RUN [] 4:npm ci 4:npm test", "6-6 ONBUILD COPY alpine:3.20[/a /b]",
		"7-7 ONBUILD ENV [] API_TOKEN=hun…@7 B=1@7", "8-8 ONBUILD USER [app]", "9-9 RUN", "10-10 ONBUILD CMD [] 10:node .")
}

// TestStagesByPlatform: the stages of one machine are the image's.
func TestStagesByPlatform(t *testing.T) {
	t.Parallel()
	have(t, inspect.Dockerfile, "FROM node AS base-amd64\nRUN a\nFROM arm64v8/node AS base-arm64\nRUN b\nARG TARGETARCH\nFROM base-${TARGETARCH}${TARGETVARIANT}\nRUN c\n", func(in inspect.Instruction) string {
		return fmt.Sprint(in.Name, " ", in.Final)
	}, "2-2 RUN true", "4-4 RUN false", "5-5 ARG false", "7-7 RUN true")
	have(t, inspect.Dockerfile, "FROM node AS run-amd64\nFROM run-$TARGETARCH\n", func(s inspect.Stage) string { return s.Base + " " + s.Written }, "1-1 node ", "2-2 run-amd64 run-$TARGETARCH")
	have(t, inspect.Dockerfile, "FROM node\nFROM x-$TARGETARCH\n", func(s inspect.Stage) string { return fmt.Sprint(s.Base, " ", s.Own) }, "1-1 node false", "2-2 x-$TARGETARCH false")
}

func TestDockerfileStart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       inspect.Start
	}{
		{"heredoc script", "RUN <<EOF\nset -e\nnpm ci\nEOF", inspect.Start{Shell: true, Text: "set -e\nnpm ci\n", Line: 3, Commands: []inspect.Command{
			{Argv: []string{"set", "-e"}, Line: 3}, {Argv: []string{"npm", "ci"}, Line: 4, Last: true}}}},
		{"heredoc of another language", "RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF", inspect.Start{Shell: true, Text: "#!/usr/bin/env python3\nprint(1)\n", Line: 3}},
		{"heredoc as a command's input", "RUN python3 <<EOF\nprint(1)\nEOF", inspect.Start{Shell: true, Text: "python3 <<EOF\nprint(1)\nEOF", Line: 2, Commands: []inspect.Command{
			{Argv: []string{"python3"}, Line: 2, Last: true, Redirects: []inspect.Redirect{{Op: "<<", Target: "EOF"}}}}}},
		{"PowerShell", "SHELL [\"powershell\", \"-Command\"]\nRUN Get-Item $env:X; if (Test-Path x) { rm x }", inspect.Start{Shell: true, Text: "Get-Item $env:X; if (Test-Path x) { rm x }", Line: 3}},
		{"single quotes are no exec form", "CMD ['node', 'a.js']", inspect.Start{Shell: true, Text: "['node', 'a.js']", Line: 2, Commands: []inspect.Command{
			{Argv: []string{"[node,", "a.js]"}, Line: 2, Last: true}}}},
		{"a shell in exec form", `CMD ["sh", "-c", "./migrate && exec ./app"]`, inspect.Start{Text: `["sh","-c","./migrate && exec ./app"]`, Line: 2, Commands: []inspect.Command{
			{Argv: []string{"sh", "-c", "./migrate && exec ./app"}, Line: 2, Last: true}}}},
		{"secrets", `CMD ["app", "--password", "hunter2hunter2"]`, inspect.Start{Text: `["app","--password","hun…"]`, Line: 2, Commands: []inspect.Command{
			{Argv: []string{"app", "--password", "hun…"}, Line: 2, Last: true}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, "FROM x\n"+tt.text+"\n")
			if len(got) == 0 || failed != nil {
				t.Fatal(got, failed)
			}
			if diff := cmp.Diff(&tt.want, got[len(got)-1].Fact.Start); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The exec chain of a final stage: what is built FROM is part of it, what is
// copied from is not (rules.md E.8).
func TestDockerfileFinalChain(t *testing.T) {
	t.Parallel()
	got, _ := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, `FROM python:3.13 AS base
ENV A=1
FROM base AS dev
CMD ["python", "app.py"]
FROM golang:1.26 AS tools
RUN go build
FROM BASE
COPY --from=tools /go/bin/x /x
CMD ["gunicorn", "app"]
`)
	want := map[int]bool{2: true, 4: false, 6: false, 8: true, 9: true}
	for _, f := range got {
		if f.Fact.Final != want[f.Line] {
			t.Errorf("line %d: final %v", f.Line, f.Fact.Final)
		}
	}
}

func TestDockerfileKeepsWhatCanBeRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		base       string
		starts     int
	}{
		{"template", "FROM {{ image }}:{{ tag }}\n{% if dev %}\nRUN pip install debugpy\n{% endif %}\nCMD [\"app\"]\n", "{{ image }}:{{ tag }}", 2},
		{"unterminated heredoc", "FROM a:1\nRUN <<EOF\nCMD [\"app\"]\n", "a:1", 1},
		{"unknown instruction", "FROM a:1\nRUNN x\nCMD [\"app\"]\n", "a:1", 1},
		{"no FROM", "RUN x\n", "", 0},
		{"empty", "", "", 0},
		{"only a comment", "# nothing\n", "", 0},
		{"binary", "\x00\x01\x02FROM\xff\xfe", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stages, failed := inspecttest.FactsOf[inspect.Stage](inspect.Dockerfile, tt.text)
			if len(failed) != 1 {
				t.Errorf("failures %q, want one", failed)
			}
			if tt.base != "" && (len(stages) != 1 || stages[0].Fact.Base != tt.base) {
				t.Errorf("stages %v", stages)
			}
			instructions, _ := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, tt.text)
			starts := 0
			for _, f := range instructions {
				if f.Fact.Start != nil {
					starts++
				}
			}
			if starts != tt.starts {
				t.Errorf("%d starts, want %d", starts, tt.starts)
			}
		})
	}
}

// TestDockerfileFailuresAreTheSameEachTime holds what the library words anew at
// every run: its guess at what was meant.
func TestDockerfileFailuresAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	for range 50 {
		_, failed := inspecttest.FactsOf[inspect.Stage](inspect.Dockerfile, "FROM a:1\na: b\n")
		if want := []string{"line 2: unknown instruction: a:"}; !slices.Equal(failed, want) {
			t.Fatalf("failures %q, want %q", failed, want)
		}
	}
}

func TestDockerfileVariables(t *testing.T) {
	t.Parallel()
	secret := inspect.NewSecret("s3cr3t-valu3-1")
	password := inspect.NewSecret("hunter2x")
	tests := []struct {
		name, text string
		want       inspect.Value
	}{
		{"quoted", `ENV X="a b"`, inspect.Lit("a b")},
		{"old form", "ENV X a b", inspect.Lit("a b")},
		{"from another ENV", "ENV HOME=/app\nENV X=$HOME/bin", inspect.Lit("/app/bin")},
		{"unknown variable", "ENV X=$PATH:/bin", inspect.Value{Source: inspect.Input}},
		{"build argument with a default", "ARG V=3\nENV X=v$V", inspect.Value{Source: inspect.Input, Text: "v3", HasText: true}},
		{"secret in an argument", "ARG API_TOKEN=s3cr3t-valu3-1\nENV X_TOKEN=$API_TOKEN", inspect.Value{Source: inspect.Input, Text: "s3c…", HasText: true, Secret: &inspect.Secret{Masked: "…"}}},
		{"secret", "ENV X_TOKEN=s3cr3t-valu3-1", inspect.Value{Source: inspect.Literal, Text: "s3c…", HasText: true, Secret: &secret}},
		{"password in a URL", "ENV X=postgres://app:hunter2x@db/app", inspect.Value{Source: inspect.Literal, Text: "postgres://app:…@db/app", HasText: true, Secret: &password}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, "FROM x:1\n"+tt.text)
			if failed != nil {
				t.Fatal(failed)
			}
			value := got[len(got)-1].Fact.Pairs[0].Value
			if tt.name == "secret in an argument" { // only the mask is known by then
				if strings.Contains(value.Text, "valu3") || value.Source != inspect.Input {
					t.Error(value)
				}
				return
			}
			if diff := cmp.Diff(tt.want, value); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDockerfileExpansionIsBounded(t *testing.T) {
	t.Parallel()
	text := "FROM x:1\nENV A0=aaaaaaaaaaaaaaaa\n"
	for i := range 60 {
		n := string(rune('0'+i/10)) + string(rune('0'+i%10))
		text += "ENV B" + n + "=${A0}${A0}\nENV A0=$B" + n + "$B" + n + "\n"
	}
	got, _ := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, text)
	for _, f := range got {
		if len(f.Fact.Pairs[0].Value.Text) > deploy.MaxExpansion {
			t.Fatalf("a value grew to %d bytes", len(f.Fact.Pairs[0].Value.Text))
		}
	}
}

func TestDockerfileInlineFiles(t *testing.T) {
	t.Parallel()
	text := "FROM alpine\nCOPY <<entry.sh <<conf /app/\n./migrate\nexec ./serve\nentry.sh\nport=1\nconf\nCOPY <<EOF /start\n#!/bin/sh\nrun\nEOF\nONBUILD RUN npm ci && npm run build\nONBUILD COPY . /app\nONBUILD CMD [\"x\"]\nCMD [\"/start\"]\n"
	got := inspecttest.Told[inspect.Instruction](inspect.Dockerfile, text)
	want := `2-7 {"stage":0,"final":true,"name":"COPY","args":["<<entry.sh","<<conf","/app/"],"inline":[{"name":"entry.sh","commands":[{"argv":["./migrate"],"line":3},{"argv":["./serve"],"line":4,"exec":true,"last":true}]},{"name":"conf"}]}
8-11 {"stage":0,"final":true,"name":"COPY","args":["<<EOF","/start"],"inline":[{"name":"EOF","commands":[{"argv":["run"],"line":10,"last":true}]}]}
12-12 {"stage":0,"final":true,"name":"ONBUILD RUN","start":{"shell":true,"text":"npm ci && npm run build","commands":[{"argv":["npm","ci"],"line":12},{"argv":["npm","run","build"],"line":12,"conditional":true,"last":true,"then":true}],"line":12},"onBuild":true}
13-13 {"stage":0,"final":true,"name":"ONBUILD COPY","args":[".","/app"],"onBuild":true}
14-14 {"stage":0,"final":true,"name":"ONBUILD CMD","start":{"text":"[\"x\"]","commands":[{"argv":["x"],"line":14,"last":true}],"line":14},"onBuild":true}
15-15 {"stage":0,"final":true,"name":"CMD","start":{"text":"[\"/start\"]","commands":[{"argv":["/start"],"line":15,"last":true}],"line":15}}`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
