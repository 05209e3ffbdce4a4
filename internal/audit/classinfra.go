package audit

import (
	"fmt"
	"path"
	"regexp"

	"twelvefold/internal/inspect"
)

// provisioners are libraries in which programs describe infrastructure: the
// CDKs, Pulumi.
var provisioners = regexp.MustCompile(`^(aws-cdk(-lib)?|@aws-cdk/core|cdktf|@pulumi/pulumi|pulumi|Pulumi|Amazon\.CDK(\.Lib)?|software\.amazon\.awscdk:(aws-cdk-lib|core)|com\.pulumi:pulumi|github\.com/aws/aws-cdk-go/awscdk(/v\d+)?|github\.com/pulumi/pulumi/sdk(/v\d+)?|github\.com/hashicorp/terraform-cdk-go/cdktf)$`)

// provisions looks for a program that is run to create infrastructure: a tool
// of those who deploy, whatever arguments it takes.
func (d *decision) provisions() (Class, string) {
	if d.deployed() || d.user != "" || !hasCodeIn(d.c.Files) {
		return "", ""
	}
	for dep := range Facts[inspect.Dependency](d.c) {
		if path.Dir(dep.File.Path) == d.c.Path && dep.Fact.Group == inspect.Runtime && !dep.Fact.Indirect && provisioners.MatchString(dep.Fact.Name) {
			return Infra, fmt.Sprintf("%s depends on %s, in which it describes infrastructure.", dep.At(), dep.Fact.Name)
		}
	}
	return "", ""
}
