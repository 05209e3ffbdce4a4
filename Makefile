# The commands of this project. `make` alone lists them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The grammars' C is built without its assertions: see docs/architecture.md.
# One value everywhere, so that the build cache serves builds and tests alike.
export CGO_ENABLED := 1
export CGO_CFLAGS := -O2 -g0 -DNDEBUG
export GOFLAGS := -mod=readonly -trimpath -buildvcs=false

VERSION := $(shell git describe --always --dirty --tags 2>/dev/null || echo development)
LDFLAGS := -s -w -X main.version=$(VERSION)

# Git repositories that `make run` audits: this checkout when empty.
REPO ?=

# Packages whose work is done by several goroutines or processes at once.
RACE := ./internal/child ./internal/dev ./internal/github/... ./internal/inspect/files ./internal/inspect/syntax ./internal/jobs ./internal/localpg/... ./internal/server ./internal/store

SOURCE_DIRS := cmd deploy eval internal templates web migrations
ASSETS := web/static/vendor/htmx.min.js

.PHONY: help
help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: prerequisites assets ## Build the program to bin/twelvefold
	go build -ldflags '$(LDFLAGS)' -o bin/twelvefold ./cmd/twelvefold

.PHONY: run
run: build ## Run everything and audit this checkout (REPO="dir …" for others, PORT=n)
	@exec bin/twelvefold dev $(REPO)

.PHONY: test
test: prerequisites assets peers ## Run all tests
	@go test -v -run TestEachTestHasItsOwnMigratedDatabase ./internal/localpg/pgtest \
		| sed -n 's/^.*skipped: /Skipping the tests on Postgres: /p' | sort -u
	go test ./...
	cd deploy/test && go test ./...

# A directory of bare clones (owner+name/repo) of the development subjects.
SUBJECTS ?=

.PHONY: clones
clones:
	@[ -n "$(SUBJECTS)" ] || { echo "Name a directory of bare clones called owner+name/repo: make subjects SUBJECTS=…"; exit 1; }

.PHONY: subjects
subjects: clones ## Compare the components of the development subjects (SUBJECTS=directory of clones)
	SUBJECTS='$(SUBJECTS)' go test -count=1 -run 'TestSubjects$$' -v ./internal/audit

.PHONY: overlooked
overlooked: clones ## Read all source of the subjects with and without the prefilter (minutes)
	SUBJECTS='$(SUBJECTS)' go test -count=1 -timeout 60m -run OfSubjects ./internal/inspect/files

.PHONY: eval
eval: ## Measure the findings against the labels (SUBJECTS=directory of clones; beside peers with GITLEAKS=, CSA=, KIT=path)
	go run ./eval -clones '$(or $(SUBJECTS),.dev/subjects)' $(if $(GITLEAKS),-gitleaks '$(GITLEAKS)') $(if $(CSA),-csa '$(CSA)') \
		$(if $(KIT),-12factor-kit '$(KIT)') -write docs/accuracy.md -figures internal/rules/measured.json

# Address of the server that `make lighthouse` measures: that of `make run`.
URL ?= http://127.0.0.1:8080

.PHONY: lighthouse
lighthouse: web/lighthouse/node_modules/.package-lock.json ## Measure the pages of a running `make run` (URL=its address)
	cd web/lighthouse && node measure.mjs '$(URL)'

web/lighthouse/node_modules/.package-lock.json: web/lighthouse/package.json web/lighthouse/package-lock.json
	npm ci --prefix web/lighthouse --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: check
check: prerequisites assets format vet fresh layers test race ## Run everything that CI runs

.PHONY: format
format: ## Check the format of the Go files
	@unformatted="$$(gofmt -l $(wildcard $(SOURCE_DIRS)))"; \
	[ -z "$$unformatted" ] || { echo "Not formatted (run gofmt -w):"; echo "$$unformatted"; exit 1; }

.PHONY: vet
vet: assets ## Run go vet and staticcheck
	go vet ./...
	go tool staticcheck ./...

.PHONY: layers
layers: ## Check which package imports which
	go test ./internal/architecture

.PHONY: race
race: assets ## Run the concurrent packages' tests under the race detector, but those that only wear out parsers or look at pages
	go test -race -skip 'Hostile|Overlooks|EveryFormatSurvives|Mutations|InABrowser|EveryLinkLeads' $(foreach package,$(RACE),$(if $(wildcard $(package:/...=)),$(package)))

.PHONY: generate
generate: ## Generate the code that is generated
	go tool templ generate
	go generate ./...

# Compares the tree before and after, so that it also works on changes that are
# not committed yet.
.PHONY: fresh
fresh: ## Check that the generated files are what their sources say
	@git rev-parse --git-dir >/dev/null 2>&1 || { \
		echo "Skipping the check of generated files: this is not a git checkout."; [ "$$CI" != true ]; exit; }; \
	state() { git status --porcelain; git diff; }; \
	before="$$(state)"; $(MAKE) --no-print-directory generate && after="$$(state)" || exit 1; \
	[ "$$before" = "$$after" ] || { echo "Generated files were out of date; now they are not: commit them."; git status --short; exit 1; }

.PHONY: clean
clean: ## Remove what was built (the data in .dev stay)
	rm -rf bin node_modules web/lighthouse/node_modules web/static/vendor

# What a machine must have. Go fetches the Go version that go.mod names.
.PHONY: prerequisites
prerequisites:
	@need() { command -v "$$1" >/dev/null 2>&1 || { echo "$$2" >&2; exit 1; }; }; \
	need go "Go is missing: install Go 1.26 or newer from https://go.dev/dl/."; \
	need "$$(go env CC | cut -d' ' -f1)" "A C compiler is missing: install gcc or clang (Debian: apt-get install gcc libc6-dev)."; \
	need node "Node.js is missing: install version 20 or newer from https://nodejs.org/."; \
	need npm "npm is missing: install it with Node.js (Debian: apt-get install npm)."; \
	node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { \
		echo "Node.js $$(node --version) is too old: install version 20 or newer." >&2; exit 1; }

.PHONY: assets
assets: $(ASSETS)

web/static/vendor/htmx.min.js: node_modules/.package-lock.json
	@mkdir -p $(@D)
	cp node_modules/htmx.org/dist/htmx.min.js $@

node_modules/.package-lock.json: package.json package-lock.json
	@echo "npm ci"; npm ci --ignore-scripts --no-audit --no-fund --loglevel=silent || { \
		echo "The npm packages can't be fetched: check the network and npm's registry (npm ci --ignore-scripts says more)." >&2; exit 1; }
	@touch $@

# Programs that the tests talk to. Root on Debian gets them installed; others
# are told, once, what is left out. CI must not leave out anything.
.PHONY: peers
peers:
	@apt() { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 && { \
		echo "Installing $$1 for the tests."; \
		{ apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$$1"; } >/dev/null 2>&1; }; }; \
	has_postgres() { [ -n "$$TWELVEFOLD_POSTGRES_BIN$$TEST_DATABASE_URL" ] || command -v initdb || ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | grep .; }; \
	has_postgres >/dev/null 2>&1 || apt postgresql || true; \
	need() { for name in $$3; do ! command -v "$$name" >/dev/null 2>&1 || return 0; done; \
		apt "$$1" || [ "$$CI" != true ] || { echo "$$1 is missing, and CI=true lets no part of the tests be left out: install $$1." >&2; return 1; }; \
		command -v "$$1" >/dev/null 2>&1 || echo "Skipping $$2: install $$1."; }; \
	need chromium "the browser test" "chromium chromium-browser google-chrome" && \
	need curl "the commands of docs/api.md" curl && need jq "the commands of docs/api.md" jq && \
	need zsh "completions in zsh" zsh && need fish "completions in fish" fish
