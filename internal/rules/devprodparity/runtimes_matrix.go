package devprodparity

import (
	"regexp"
	"slices"
	"strings"

	"twelvefold/internal/inspect"
)

// matrixValue is what a workflow fills in for each run of a job.
var matrixValue = regexp.MustCompile(`\$\{\{\s*matrix\.([\w-]+)\s*\}\}`)

// eachRun is a text as every run of a job's matrix has it; nothing where what
// it asks for is not written in the workflow.
func eachRun(step inspect.WorkflowStep, text string) (list []string) {
	for _, run := range step.Runs {
		whole := true
		one := matrixValue.ReplaceAllStringFunc(text, func(expression string) string {
			value, ok := run[matrixValue.FindStringSubmatch(expression)[1]]
			whole = whole && ok
			return value
		})
		if !whole || strings.Contains(one, "${{") {
			return nil
		}
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// several are the statements of the runs of a matrix, each of which stands for
// all of them; nothing where one can't be read.
func several(texts []string, read func(text string) (statement, bool)) (list []statement) {
	var written []string
	for _, text := range texts {
		s, ok := read(text)
		if !ok || !s.exact() {
			return nil
		}
		list, written = append(list, s), append(written, s.written)
	}
	for i := range list {
		list[i].written, list[i].several = strings.Join(written, ", "), len(list) > 1
	}
	return list
}
