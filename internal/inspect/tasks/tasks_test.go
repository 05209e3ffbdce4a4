package tasks_test

import (
	"fmt"
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

// told is a target in one line: name < needs | commands with their lines.
func told(f inspecttest.Found[inspect.Target]) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d-%d %s", f.Line, f.End, f.Fact.Name)
	if len(f.Fact.Needs) > 0 {
		b.WriteString(" < " + strings.Join(f.Fact.Needs, " "))
	}
	for _, c := range f.Fact.Commands {
		fmt.Fprintf(&b, " | %d:%s", c.Line, strings.Join(c.Argv, " "))
		if c.Guard != "" {
			b.WriteString(" [" + c.Guard + "]")
		}
	}
	if len(f.Fact.EnvFiles) > 0 {
		b.WriteString(" env " + strings.Join(f.Fact.EnvFiles, " "))
	}
	return b.String()
}

func check(t *testing.T, format inspect.Format, text, want string) {
	t.Helper()
	got, failed := inspecttest.FactsOf[inspect.Target](format, text)
	var lines []string
	for _, f := range got {
		lines = append(lines, told(f))
	}
	if said := strings.Join(lines, "\n"); said != strings.TrimSpace(want) || failed != nil {
		t.Errorf("%s\nstates\n%s\n%v\nwant\n%s", text, said, failed, want)
	}
}

func TestMakefile(t *testing.T) {
	t.Parallel()
	check(t, inspect.Makefile, `# builds
APP := shop
IMAGE = registry/$(APP)
VERSION ?= $(shell git describe)
include .env.production
-include local.mk
export

.PHONY: build migrate
.DEFAULT_GOAL := build

build: lint $(APP)/main.go | bin # not a command
	@echo "building $(IMAGE):$(VERSION)"
	-docker build \
		-t $(IMAGE) . && \
	docker push $(IMAGE)

migrate: ; DATABASE_URL=postgres://app@db/app ./bin/migrate up

prod: ENV = production
prod staging: build
	$(MAKE) migrate
ifdef FORCE
	./deploy --force $@
else
	for i in 1 2; do echo $$i; done
endif

%.o: %.c
	cc -c $< -o $@

define sync
rsync a b
@ssh host restart
endef

deploy:
	$(call sync)
	VALUE=$$(cat x) run $(wildcard *.go) # $(APP)
`, `
12-16 build < lint shop/main.go bin | 13:git describe | 13:echo building registry/shop:$(git describe) | 14:docker build -t registry/shop . | 16:docker push registry/shop env .env.production
18-18 migrate | 18:./bin/migrate up env .env.production
21-26 prod < build | 22:make migrate | 24:./deploy --force prod [ifdef FORCE] | 26:echo $i [else] env .env.production
21-26 staging < build | 22:make migrate | 24:./deploy --force staging [ifdef FORCE] | 26:echo $i [else] env .env.production
29-30 %.o < %.c | 30:cc -c ${make} -o ${make} env .env.production
37-39 deploy | 33:rsync a b | 34:ssh host restart | 39:cat x | 39:run ${wildcard} env .env.production`)
}

// TestWhatMakeFillsIn: what only make can tell is a variable, not a text.
func TestWhatMakeFillsIn(t *testing.T) {
	t.Parallel()
	check(t, inspect.Makefile, `ENV = dev
APP = early
prod: ENV = live
prod: TAG += $(APP)-1
prod: push
	deploy $(ENV) $(TAG) $(APP)
push: image
	push $(ENV) $(APP)
image:
	build $(ENV)
lint:
	lint $(ENV)
test-%: MODE = test
test-unit:
	run $(MODE) $(APP)
app: $(wildcard *.go) main.c | bin
	cc -o $@ $< $^ $? $(@D)
bin/%.o: src/%.c
	cc $< -o $@ $*
one two: in.txt | dir
	cp $< $@ $^
$(BINS): bin/%: %.go
	go build -o $@ $<
MODE = plain
APP = late
`, `
5-6 prod < push | 6:deploy live late-1 late
7-8 push < image | 8:push ${ENV} late
9-10 image | 10:build ${ENV}
11-12 lint | 12:lint dev
14-15 test-unit | 15:run ${MODE} late
16-17 app < ${wildcard} main.c bin | 17:cc -o app ${make} ${make} ${make} ${make}
18-19 bin/%.o < src/%.c | 19:cc ${make} -o ${make} ${make}
20-21 one < in.txt dir | 21:cp in.txt one in.txt
20-21 two < in.txt dir | 21:cp in.txt two in.txt
22-23 ${BINS} < %.go | 23:go build -o ${make} ${make}`)
	got, _ := inspecttest.FactsOf[inspect.Credential](inspect.Makefile, "release: export API_TOKEN := a1b2c3d4e5f6a7b8\nrelease:\n\t./release\n")
	if len(got) != 1 || got[0].Line != 1 || got[0].Fact.Name != "API_TOKEN" {
		t.Errorf("a secret of one target: %+v", got)
	}
}

func TestMakefileSecrets(t *testing.T) {
	t.Parallel()
	got, _ := inspecttest.FactsOf[inspect.Credential](inspect.Makefile, `DB_PASSWORD = hunter2hunter2
export DSN := postgres://app:hunter2x@db.internal/app
API_TOKEN ?= a1b2c3d4e5f6
SECRET = $(shell cat secret)
PASSWORD_FILE = x
# SECRET_KEY = a1b2c3d4e5f6
`)
	if len(got) != 2 || got[0].Line != 1 || got[0].Fact.Name != "DB_PASSWORD" || got[1].Line != 2 || got[1].Fact.Host != "db.internal" {
		t.Errorf("%+v", got)
	}
	for _, s := range files.File(inspect.Makefile, []byte("run:\n\tDB_PASSWORD=hunter2hunter2 ./run --token a1b2c3d4e5f6\n")) {
		if text := fmt.Sprintf("%+v", s); strings.Contains(text, "hunter2hunter2") || strings.Contains(text, "a1b2c3d4e5f6") {
			t.Errorf("a secret is kept: %s", text)
		}
	}
}

func TestPhony(t *testing.T) {
	t.Parallel()
	got, _ := inspecttest.FactsOf[inspect.Target](inspect.Makefile, "a:\n\tls\nb:\n\tls\n.PHONY: b\n")
	if len(got) != 2 || got[0].Fact.Phony || !got[1].Fact.Phony {
		t.Errorf("%+v", got)
	}
}

func TestJustfile(t *testing.T) {
	t.Parallel()
	check(t, inspect.Justfile, `set dotenv-load
version := "1.2"
export PORT := "8000"

# run it
[private]
@serve port="8000" *args: build (migrate "up")
  uvicorn app:app --port {{ port }} \
    --reload
  echo {{ uppercase(version) }}

build:
    docker build .

script:
    #!/usr/bin/env bash
    set -e
    if true; then ls; fi

py:
    #!/usr/bin/env python
    import os
`, `
7-10 serve < build migrate | 8:uvicorn app:app --port ${port} --reload | 10:echo ${uppercase} env .env
12-13 build | 13:docker build . env .env
15-18 script | 17:set -e | 18:true | 18:ls [true] env .env
20-22 py env .env`)
}

func TestTaskfile(t *testing.T) {
	t.Parallel()
	check(t, inspect.Taskfile, `version: '3'
dotenv: ['.env']
tasks:
  default: go run .
  build:
    deps: [lint, {task: gen}]
    cmds:
      - go build -o {{.OUT}} .
      - task: pack
      - cmd: |
          echo a
          echo b
        silent: true
  env:
    dotenv: [prod.env]
    cmd: ./migrate
`, `
4-4 default | 4:go run . env .env
5-13 build < lint gen pack | 8:go build -o {{.OUT}} . | 11:echo a | 12:echo b env .env
14-16 env | 16:./migrate env .env prod.env`)
}

func TestHostile(t *testing.T) {
	t.Parallel()
	repeat := strings.Repeat
	doubling := "A0 = xx\n"
	for i := 1; i < 40; i++ {
		doubling += fmt.Sprintf("A%d = $(A%d)$(A%d)\n", i, i-1, i-1)
	}
	for name, text := range map[string]string{
		"references": "a:\n\t" + repeat("$(", 200_000), "dollars": "a:\n\t" + repeat("$", 200_000), "doubling": doubling + "a: $(A39)\n\techo $(A39)\n", "doubled now": strings.ReplaceAll(doubling, " =", " :=") + "a:\n\techo $(A39)\n",
		"itself": "A = $(A)\na:\n\t$(A)\n", "continued": "a:" + repeat("\\\n", 100_000), "conditionals": repeat("ifdef A\n", 50_000) + "a:\n\tls\n", "endifs": repeat("endif\n", 50_000),
		"define": repeat("define A\n", 50_000), "targets": repeat("a ", 50_000) + ":\n" + repeat("\tls\n", 5_000), "rules": repeat("a: b\n\tls\n", 20_000), "colons": repeat(":", 100_000), "tabs": repeat("\t", 100_000),
		"blocks": "define A\n" + repeat("ls\n", 5_000) + "endef\na:\n" + repeat("\t$(A)\n", 2_000), "braces": repeat("{{", 100_000), "just": repeat("a:\n  ls\n", 20_000), "just blank": "a:\n" + repeat(" \n", 100_000), "guards": repeat("ifeq (a,b)\n", 5000) + "a:\n" + repeat("\tls\n", 5_000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []inspect.Format{inspect.Makefile, inspect.Justfile, inspect.Taskfile} {
				for _, s := range files.File(format, []byte(text)) {
					if s.Line < 1 || s.EndLine < s.Line {
						t.Fatalf("lines %d to %d", s.Line, s.EndLine)
					}
				}
			}
		})
	}
}
