package server

import "fmt"

// auditHref is the page of an audit.
func auditHref(repository, audit int64) string {
	return fmt.Sprintf("%s/audits/%d", repositoryHref(repository), audit)
}
