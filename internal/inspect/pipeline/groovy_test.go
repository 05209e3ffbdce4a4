package pipeline_test

import (
	"strings"
	"testing"

	"twelvefold/internal/inspect"
	"twelvefold/internal/inspect/inspecttest"
)

// TestGroovyInTexts: what Groovy fills in is a variable to who reads the command.
func TestGroovyInTexts(t *testing.T) {
	t.Parallel()
	steps, _ := inspecttest.FactsOf[inspect.WorkflowStep](inspect.Jenkinsfile, `pipeline { stages { stage('D') { steps {
  sh "kubectl set image deploy/web web=acme/web:${env.BUILD_TAG}"
  sh "docker push ${registry.url()}/web:${params['TAG']} && echo ${HOME:-/root}"
} } } }`)
	want := []string{"kubectl set image deploy/web web=acme/web:${BUILD_TAG}", "docker push ${url}/web:${TAG}; echo ${HOME:-/root}"}
	for i, w := range want {
		var got []string
		for _, c := range steps[i].Fact.Commands {
			got = append(got, strings.Join(c.Argv, " "))
		}
		if strings.Join(got, "; ") != w {
			t.Errorf("got %q, want %q", got, w)
		}
	}
}
