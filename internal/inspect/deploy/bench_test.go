package deploy_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/inspect/inspecttest"
)

func BenchmarkDeploy(b *testing.B) {
	values := "image:\n  repository: registry/shop\n  tag: 1.2.3\nenv:\n  - name: MODE\n    value: production\n"
	var many strings.Builder
	for i := range 200 {
		many.WriteString("app" + strings.Repeat("x", i%20) + ":\n" + strings.ReplaceAll("  "+values, "\n", "\n  ") + "\n")
	}
	for format, text := range map[inspect.Format]string{
		inspect.YAML: strings.Repeat(inspecttest.KubernetesManifests+"---\n", 20), inspect.Kustomize: overlay, inspect.HelmValues: many.String(), inspect.Workflow: inspecttest.DeployWorkflow,
		inspect.Compose: inspecttest.WebCompose, inspect.Dockerfile: inspecttest.NodeDockerfile, inspect.Shell: inspecttest.Entrypoint,
	} {
		b.Run(string(format), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				files.File(format, []byte(text))
			}
		})
	}
}
