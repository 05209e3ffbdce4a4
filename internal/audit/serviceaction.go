package audit

import (
	"strings"

	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// serviceActions are the actions that start a backing service beside a job, by
// the image that they stand for and the input that says its version.
var serviceActions = map[string]struct{ image, version string }{
	"supercharge/mongodb-github-action": {"mongo", "mongodb-version"}, "superchargejs/mongodb-github-action": {"mongo", "mongodb-version"},
	"supercharge/redis-github-action": {"redis", "redis-version"}, "superchargejs/redis-github-action": {"redis", "redis-version"},
	"ankane/setup-postgres": {"postgres", "postgres-version"}, "ikalnytskyi/action-setup-postgres": {"postgres", "postgres-version"}, "harmon758/postgresql-action": {"postgres", "postgresql version"},
	"ankane/setup-mysql": {"mysql", "mysql-version"}, "shogo82148/actions-setup-mysql": {"mysql", "mysql-version"}, "mirromutth/mysql-action": {"mysql", "mysql version"},
	"ankane/setup-mariadb": {"mariadb", "mariadb-version"}, "ankane/setup-mongodb": {"mongo", "mongodb-version"}, "getong/mariadb-action": {"mariadb", "mariadb version"},
}

// actionImages calls add with the image that each such step of CI stands for, for
// every run of its matrix. A step that says no version takes the action's own.
func (c *Component) actionImages(add func(image string, f *File, line int)) {
	for _, f := range c.Workflows() {
		for s := range FactsIn[inspect.WorkflowStep]([]*File{f}, source.CI) {
			name, _, _ := strings.Cut(strings.ToLower(s.Fact.Uses), "@")
			action, ok := serviceActions[name]
			if !ok {
				continue
			}
			for _, run := range eachRun(s.Fact) {
				for _, with := range run.With {
					if with.Name == action.version && with.Value.IsLiteral() && !strings.Contains(with.Value.Text, "${{") {
						add(action.image+":"+with.Value.Text, f, max(with.Line, s.Line))
					}
				}
			}
		}
	}
}
