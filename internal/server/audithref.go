package server

import "fmt"

// auditHref is the address of the page of one audit of a repository.
func auditHref(repository, audit int64) string {
	return fmt.Sprintf("%s/audits/%d", repositoryHref(repository), audit)
}
