package audit

import (
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

// FilesWithCommands are the files of a repository in which commands stand that
// deploy: pipelines, scripts, recipes. Ask for them by OfRepository.
func FilesWithCommands(repo *Repository) []*File {
	var list []*File
	for _, f := range repo.Files {
		if !f.Role.CanViolate() || f.Role == source.DeployDev {
			continue
		}
		for range f.Of(inspect.WorkflowStep{}, inspect.Target{}, inspect.Script{}, inspect.Command{}) {
			list = append(list, f)
			break
		}
	}
	return list
}
