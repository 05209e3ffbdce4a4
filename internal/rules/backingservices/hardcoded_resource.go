package backingservices

import (
	"fmt"
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "backing-services/hardcoded-resource",
	Aspect: "a",
	Type:   audit.Violation,
	Title:  "The bucket, queue or region stands in the code",
	Why: "Staging writes into production's bucket, and another account, region or customer needs a change of code and a new " +
		"build, because the name is part of the program." +
		" Too few of these were seen in real repositories to be measured, so that the finding is advisory: shown, not scored.",
	Fixes: []audit.Fix{
		{For: "region", Text: "Leave the region out of the call: SDKs of AWS read AWS_REGION by themselves."},
		{For: "Python", Text: `Pass os.environ["‹variable›"] to the call, and list the variable in .env.example.`},
		{For: "JavaScript", Text: "Pass process.env.‹variable› to the call, and list the variable in .env.example."},
		{For: "Go", Text: `Pass os.Getenv("‹variable›") to the call, refuse to start when it is empty, and list the variable in .env.example.`},
		{For: "Ruby", Text: `Pass ENV.fetch("‹variable›") to the call, and list the variable in .env.example.`},
		{Text: "Read the ‹what› from one environment variable, such as ‹variable›, and list it in .env.example."},
		{Text: "Read the name from one environment variable, and list it in .env.example."},
	},
	Severity:   audit.Medium,
	Confidence: audit.LowConfidence,
	Counting:   audit.Each,
	Sources:    []string{"12F", "001", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const { S3Client, PutObjectCommand } = require("@aws-sdk/client-s3");
const s3 = new S3Client({});
require("http").createServer((req, res) => {
  s3.send(new PutObjectCommand({ Bucket: "acme-production-photos", Key: req.url, Body: req })).then(() => res.end());
}).listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const { S3Client, PutObjectCommand } = require("@aws-sdk/client-s3");
const s3 = new S3Client({});
require("http").createServer((req, res) => {
  s3.send(new PutObjectCommand({ Bucket: process.env.S3_BUCKET, Key: req.url, Body: req })).then(() => res.end());
}).listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		for r := range audit.Facts[inspect.Resource](c, source.Prod) {
			name := r.Fact.Name
			if !name.IsLiteral() || noResource.MatchString(name.Text) || inspect.IsPlaceholder(name.Text) || byTheWay(r.File.Path) || otherHands.MatchString(r.File.Path) ||
				ownTopology(r.Fact) || replaced(c, r.File, r.Fact.Via) || overridden(c, r.File, r.Fact.Via) {
				continue
			}
			report.Violation(r.At(), r.Fact.What+" "+name.Text, fmt.Sprintf("The %s %s is part of the program", r.Fact.What, name.Text), resourceFix(r.Fact)...)
		}
	},
})

var (
	noResource = regexp.MustCompile(`^(auto|local(host)?|dummy|test|fake|none|default|global|us-east-1-local)?$|[{}$%]|^\*`)
	otherHands = regexp.MustCompile(`(^|/)(tasks|seeds?|cmd/seed[^/]*)/|\.rake$`)
)

// ownTopology reports whether a name is the program's own inside of a broker or
// store that is attached as a whole: RabbitMQ's queues, Kafka's topics, Redis'
// keys. A URL or ARN names somebody's account.
func ownTopology(r inspect.Resource) bool {
	if r.What != "queue" && r.What != "topic" || strings.Contains(r.Name.Text, "://") || strings.HasPrefix(r.Name.Text, "arn:") {
		return false
	}
	via := strings.ToLower(r.Via)
	for _, cloud := range []string{"aws", "boto3", "sqs", "sns", "kinesis", "azure", "pubsub", "google"} {
		if strings.Contains(via, cloud) {
			return false
		}
	}
	return true
}

// resourceFix names the variable that a resource would be read from, by what it is.
func resourceFix(r inspect.Resource) []audit.Option {
	switch {
	case r.What == "region":
		return []audit.Option{audit.WithFix("region")}
	case r.What == "arn":
		return nil
	case strings.Contains(r.Name.Text, "://"):
		return []audit.Option{audit.Naming("what", r.What), audit.Naming("variable", audit.VariableName(r.What+"_URL"))}
	}
	return []audit.Option{audit.Naming("what", r.What), audit.Naming("variable", audit.VariableName(r.What+"_NAME"))}
}
