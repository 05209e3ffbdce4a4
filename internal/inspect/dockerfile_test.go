package inspect

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found is a fact with its lines, as tests compare it.
type found[T Fact] struct {
	Line, End int
	Fact      T
}

// factsOf inspects text and keeps the facts of one kind. Beside them it
// returns the reasons of what did not parse.
func factsOf[T Fact](format Format, text string) (facts []found[T], failed []string) {
	for _, s := range File(format, []byte(text)) {
		switch fact := s.Fact.(type) {
		case T:
			facts = append(facts, found[T]{s.Line, s.EndLine, fact})
		case ParseFailed:
			failed = append(failed, fact.Reason)
		}
	}
	return facts, failed
}

const nodeDockerfile = `# syntax=docker/dockerfile:1
ARG NODE_VERSION=22
ARG VARIANT=${NODE_VERSION}-slim
FROM node:${VARIANT} AS base
ENV PORT=3000 \
    NODE_ENV=production

FROM base AS dev
CMD ["npm", "run", "dev"]

FROM base AS build
WORKDIR /app
COPY package*.json ./
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=cache,target=/root/.npm \
    npm ci \
    # the build needs the dev dependencies

    && npm run build
COPY . .

FROM base AS final
ARG RELEASE
ENV RELEASE=$RELEASE SESSION_SECRET=9f8a7b6c5d4e3f2a
COPY --from=build --chown=node:node /app/dist ./dist
EXPOSE $PORT
USER node
VOLUME ["/data", "/logs"]
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=5s CMD curl -f http://localhost:$PORT/healthz || exit 1
ENTRYPOINT ["tini", "--"]
CMD node dist/server.js
`

func TestDockerfileStages(t *testing.T) {
	t.Parallel()
	got, failed := factsOf[Stage](Dockerfile, nodeDockerfile)
	want := []found[Stage]{
		{4, 4, Stage{Index: 0, Name: "base", Base: "node:22-slim", Written: "node:${VARIANT}"}},
		{8, 8, Stage{Index: 1, Name: "dev", Base: "base", Own: true}},
		{11, 11, Stage{Index: 2, Name: "build", Base: "base", Own: true}},
		{22, 22, Stage{Index: 3, Name: "final", Base: "base", Own: true, Final: true}},
	}
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Error(diff, failed)
	}
}

func TestDockerfileInstructions(t *testing.T) {
	t.Parallel()
	all, _ := factsOf[Instruction](Dockerfile, nodeDockerfile)
	byLine := map[int]found[Instruction]{}
	for _, f := range all {
		byLine[f.Line] = f
	}
	lit := func(name, text string, line int) EnvEntry { return EnvEntry{Name: name, Value: Lit(text), Line: line} }
	secret := NewSecret("9f8a7b6c5d4e3f2a")
	want := []found[Instruction]{
		{2, 2, Instruction{Stage: -1, Name: "ARG", Pairs: []EnvEntry{lit("NODE_VERSION", "22", 2)}}},
		{5, 6, Instruction{Stage: 0, Final: true, Name: "ENV", Pairs: []EnvEntry{lit("PORT", "3000", 5), lit("NODE_ENV", "production", 6)}}},
		{9, 9, Instruction{Stage: 1, Name: "CMD", Start: &Start{Text: `["npm","run","dev"]`, Line: 9, Commands: []Command{{Argv: []string{"npm", "run", "dev"}, Line: 9, Last: true}}}}},
		{13, 13, Instruction{Stage: 2, Name: "COPY", Args: []string{"package*.json", "./"}}},
		{14, 19, Instruction{Stage: 2, Name: "RUN", Secrets: true, Start: &Start{Shell: true, Text: "npm ci     && npm run build", Line: 16, Commands: []Command{
			{Argv: []string{"npm", "ci"}, Line: 16},
			{Argv: []string{"npm", "run", "build"}, Line: 19, Conditional: true, Then: true, Last: true},
		}}}},
		{23, 23, Instruction{Stage: 3, Final: true, Name: "ARG", Pairs: []EnvEntry{{Name: "RELEASE", Value: Value{Source: Input}, Line: 23}}}},
		{24, 24, Instruction{Stage: 3, Final: true, Name: "ENV", Pairs: []EnvEntry{
			{Name: "RELEASE", Value: Value{Source: Input}, Line: 24},
			{Name: "SESSION_SECRET", Value: Value{Source: Literal, Text: "9f8a…", HasText: true, Secret: &secret}, Secret: true, Line: 24},
		}}},
		{25, 25, Instruction{Stage: 3, Final: true, Name: "COPY", From: "build", Args: []string{"/app/dist", "./dist"}}},
		{26, 26, Instruction{Stage: 3, Final: true, Name: "EXPOSE", Args: []string{"3000"}}},
		{27, 27, Instruction{Stage: 3, Final: true, Name: "USER", Args: []string{"node"}}},
		{28, 28, Instruction{Stage: 3, Final: true, Name: "VOLUME", Args: []string{"/data", "/logs"}}},
		{29, 29, Instruction{Stage: 3, Final: true, Name: "STOPSIGNAL", Args: []string{"SIGQUIT"}}},
		{30, 30, Instruction{Stage: 3, Final: true, Name: "HEALTHCHECK", Start: &Start{Shell: true, Text: "curl -f http://localhost:$PORT/healthz || exit 1", Line: 30, Commands: []Command{
			{Argv: []string{"curl", "-f", "http://localhost:$PORT/healthz"}, Line: 30},
			{Argv: []string{"exit", "1"}, Line: 30, Conditional: true, Last: true, Guard: "! curl -f http://localhost:$PORT/healthz"},
		}}}},
		{31, 31, Instruction{Stage: 3, Final: true, Name: "ENTRYPOINT", Start: &Start{Text: `["tini","--"]`, Line: 31, Commands: []Command{{Argv: []string{"tini", "--"}, Line: 31, Last: true}}}}},
		{32, 32, Instruction{Stage: 3, Final: true, Name: "CMD", Start: &Start{Shell: true, Text: "node dist/server.js", Line: 32, Commands: []Command{{Argv: []string{"node", "dist/server.js"}, Line: 32, Last: true}}}}},
	}
	for _, w := range want {
		if diff := cmp.Diff(w, byLine[w.Line]); diff != "" {
			t.Errorf("line %d: %s", w.Line, diff)
		}
	}
}

func TestDockerfileStart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       Start
	}{
		{"heredoc script", "RUN <<EOF\nset -e\nnpm ci\nEOF", Start{Shell: true, Text: "set -e\nnpm ci\n", Line: 3, Commands: []Command{
			{Argv: []string{"set", "-e"}, Line: 3}, {Argv: []string{"npm", "ci"}, Line: 4, Last: true}}}},
		{"heredoc of another language", "RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF", Start{Shell: true, Text: "#!/usr/bin/env python3\nprint(1)\n", Line: 3}},
		{"heredoc as a command's input", "RUN python3 <<EOF\nprint(1)\nEOF", Start{Shell: true, Text: "python3 <<EOF\nprint(1)\nEOF", Line: 2, Commands: []Command{
			{Argv: []string{"python3"}, Line: 2, Last: true, Redirects: []Redirect{{"<<", "EOF"}}}}}},
		{"PowerShell", "SHELL [\"powershell\", \"-Command\"]\nRUN Get-Item $env:X; if (Test-Path x) { rm x }", Start{Shell: true, Text: "Get-Item $env:X; if (Test-Path x) { rm x }", Line: 3}},
		{"single quotes are no exec form", "CMD ['node', 'a.js']", Start{Shell: true, Text: "['node', 'a.js']", Line: 2, Commands: []Command{
			{Argv: []string{"[node,", "a.js]"}, Line: 2, Last: true}}}},
		{"a shell in exec form", `CMD ["sh", "-c", "./migrate && exec ./app"]`, Start{Text: `["sh","-c","./migrate && exec ./app"]`, Line: 2, Commands: []Command{
			{Argv: []string{"sh", "-c", "./migrate && exec ./app"}, Line: 2, Last: true}}}},
		{"secrets", `CMD ["app", "--password", "hunter2hunter2"]`, Start{Text: `["app","--password","hun…"]`, Line: 2, Commands: []Command{
			{Argv: []string{"app", "--password", "hun…"}, Line: 2, Last: true}}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := factsOf[Instruction](Dockerfile, "FROM x\n"+tt.text+"\n")
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
	got, _ := factsOf[Instruction](Dockerfile, `FROM python:3.13 AS base
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
			stages, failed := factsOf[Stage](Dockerfile, tt.text)
			if len(failed) != 1 {
				t.Errorf("failures %q, want one", failed)
			}
			if tt.base != "" && (len(stages) != 1 || stages[0].Fact.Base != tt.base) {
				t.Errorf("stages %v", stages)
			}
			instructions, _ := factsOf[Instruction](Dockerfile, tt.text)
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
		_, failed := factsOf[Stage](Dockerfile, "FROM a:1\na: b\n")
		if want := []string{"line 2: unknown instruction: a:"}; !slices.Equal(failed, want) {
			t.Fatalf("failures %q, want %q", failed, want)
		}
	}
}

func TestDockerfileVariables(t *testing.T) {
	t.Parallel()
	secret := NewSecret("s3cr3t-valu3-1")
	password := NewSecret("hunter2x")
	tests := []struct {
		name, text string
		want       Value
	}{
		{"quoted", `ENV X="a b"`, Lit("a b")},
		{"old form", "ENV X a b", Lit("a b")},
		{"from another ENV", "ENV HOME=/app\nENV X=$HOME/bin", Lit("/app/bin")},
		{"unknown variable", "ENV X=$PATH:/bin", Value{Source: Input}},
		{"build argument with a default", "ARG V=3\nENV X=v$V", Value{Source: Input, Text: "v3", HasText: true}},
		{"secret in an argument", "ARG API_TOKEN=s3cr3t-valu3-1\nENV X_TOKEN=$API_TOKEN", Value{Source: Input, Text: "s3c…", HasText: true, Secret: &Secret{Masked: "…"}}},
		{"secret", "ENV X_TOKEN=s3cr3t-valu3-1", Value{Source: Literal, Text: "s3c…", HasText: true, Secret: &secret}},
		{"password in a URL", "ENV X=postgres://app:hunter2x@db/app", Value{Source: Literal, Text: "postgres://app:…@db/app", HasText: true, Secret: &password}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, failed := factsOf[Instruction](Dockerfile, "FROM x:1\n"+tt.text)
			if failed != nil {
				t.Fatal(failed)
			}
			value := got[len(got)-1].Fact.Pairs[0].Value
			if tt.name == "secret in an argument" { // only the mask is known by then
				if strings.Contains(value.Text, "valu3") || value.Source != Input {
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
	got, _ := factsOf[Instruction](Dockerfile, text)
	for _, f := range got {
		if len(f.Fact.Pairs[0].Value.Text) > maxExpansion {
			t.Fatalf("a value grew to %d bytes", len(f.Fact.Pairs[0].Value.Text))
		}
	}
}
