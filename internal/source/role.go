package source

// Role is what part a file plays in the repository. Only Prod, CI and the
// deploy roles can violate a factor.
type Role string

// The roles of rules.md A2.
const (
	Prod       Role = "prod"
	Test       Role = "test"
	Example    Role = "example"
	Docs       Role = "docs"
	Vendored   Role = "vendored"
	Generated  Role = "generated"
	Minified   Role = "minified"
	I18n       Role = "i18n"
	Template   Role = "template"
	DevTool    Role = "dev-tool"
	CI         Role = "ci"
	DeployDev  Role = "deploy-dev"
	DeployProd Role = "deploy-prod"
	Migration  Role = "migration"
	Seed       Role = "seed"
)

// CanViolate reports whether a file of this role can break a factor.
func (r Role) CanViolate() bool {
	return r == Prod || r == CI || r == DeployDev || r == DeployProd
}
