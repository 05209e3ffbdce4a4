package deploy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

func TestDockerfileMounts(t *testing.T) {
	t.Parallel()
	const file = `ARG DIR=/wheels
FROM python:3.12 AS builder
FROM python:3.12
ARG DIR=/wheels
RUN --mount=type=cache,target=/root/.cache --mount=type=bind,from=builder,source=${DIR},target=/w pip install /w/*
RUN --mount=target=/src,rw make -C /src
RUN --mount=type=secret,id=token cat /run/secrets/token
RUN --mount=from=ghcr.io/acme/tool:1.2,src=/tool,dst=/tool /tool run
`
	got, failed := inspecttest.FactsOf[inspect.Instruction](inspect.Dockerfile, file)
	if failed != nil {
		t.Fatal(failed)
	}
	mounts := map[int][]inspect.Mount{}
	for _, i := range got {
		if len(i.Fact.Mounts) > 0 {
			mounts[i.Line] = i.Fact.Mounts
		}
	}
	want := map[int][]inspect.Mount{
		5: {{From: "builder", Source: "/wheels", Target: "/w"}},
		6: {{Target: "/src"}},
		8: {{From: "ghcr.io/acme/tool:1.2", Source: "/tool", Target: "/tool"}},
	}
	if diff := cmp.Diff(want, mounts); diff != "" {
		t.Error(diff)
	}
}
