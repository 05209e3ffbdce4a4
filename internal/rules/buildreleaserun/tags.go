package buildreleaserun

import (
	"regexp"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
)

// tagKind is what a tag says of the image behind it.
type tagKind int

const (
	unclear tagKind = iota // an expression that the files don't decide
	moving                 // latest, a branch: another image tomorrow
	fixed                  // a commit, a version, a digest
)

var (
	movingTag = regexp.MustCompile(`(?i)^(latest|stable|edge|nightly|main|master|trunk|develop|development|dev|head|prod|production|staging|stage|live|canary|next|preview|beta|alpha|release|current|test)(-[a-z]+)*$`)
	// fixedTag are versions and commits as written: v1.2.3, 1.4, 2024-05-01, 9f3ab12.
	fixedTag = regexp.MustCompile(`(?i)^v?\d+\.\d+([.-][0-9a-z.+-]+)*$|^\d{4}[-.]?\d{2}[-.]?\d{2}|(^|[-_.])[0-9a-f]{7,40}$|\d+\.\d+\.\d+`)
	// fixedSource are expressions that name one commit or one version.
	fixedSource = regexp.MustCompile(`(?i)sha\b|_sha|commit|tag_name|tagname|version|semver|run_number|run_id|build_(number|id)|rev-parse|describe|digest|date|release\.name|timestamp`)
	branchName  = regexp.MustCompile(`(?i)github\.(ref_name|head_ref)|GITHUB_REF_NAME|GITHUB_HEAD_REF|ref_slug|branch`)
	expression  = regexp.MustCompile(`\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*`)
)

// kindOfImage judges an image reference by its tag or digest.
func kindOfImage(image string) tagKind {
	name, tag, digest := audit.SplitImage(masked(image))
	switch {
	case digest != "":
		return fixed
	case tag == "" && strings.Contains(name[strings.LastIndexByte(name, '/')+1:], "$"):
		return unclear // the expression may hold a tag
	case tag == "":
		return moving
	}
	return kindOfTag(tag)
}

// masked writes expressions in an image's name so that nothing in them looks
// like the end of it.
func masked(image string) string {
	return expression.ReplaceAllStringFunc(image, func(e string) string { return strings.NewReplacer(":", "·", "/", "·", "@", "·", " ", "").Replace(e) })
}

func kindOfTag(tag string) tagKind {
	switch {
	case strings.ContainsAny(tag, "${"):
		return kindOfExpression(tag)
	case movingTag.MatchString(tag):
		return moving
	case fixedTag.MatchString(tag):
		return fixed
	}
	return unclear
}

func kindOfExpression(text string) tagKind {
	switch {
	case fixedSource.MatchString(text):
		return fixed
	case branchName.MatchString(text):
		return moving
	}
	return unclear
}

// metadataTags are the rules of docker/metadata-action in each workflow, by the
// workflow's path: one job prepares the tags that another uses.
func metadataTags(repo *audit.Repository) map[string][]string {
	made := map[string][]string{}
	for step := range audit.AllFacts[inspect.WorkflowStep](repo) {
		if strings.HasPrefix(step.Fact.Uses, "docker/metadata-action@") {
			for _, rule := range strings.Split(metadataRules(step.Fact), "\n") {
				if rule = strings.TrimSpace(rule); rule != "" {
					made[step.File.Path] = append(made[step.File.Path], metadataMark+rule)
				}
			}
		}
	}
	return made
}

// metadataRules are the action's rules for tags; without any it takes the
// branch's or the git tag's name.
func metadataRules(s inspect.WorkflowStep) string {
	if rules := strings.TrimSpace(with(s, "tags")); rules != "" {
		return rules
	}
	if len(s.Tags) > 0 || contains(s.Events, "release") || len(s.Branches) == 0 && !contains(s.Events, "schedule") {
		return "type=ref,event=tag"
	}
	return "type=ref,event=branch"
}

var (
	fixedRule  = regexp.MustCompile(`type=(semver|pep440|sha|match)|type=ref,event=tag|sha|version`)
	movingRule = regexp.MustCompile(`type=(ref,event=(branch|pr)|schedule|edge)`)
	rawRule    = regexp.MustCompile(`^type=raw,(?:.*,)?value=((?:\$\{\{[^}]*\}\}|[^,])*)`)
)

// kindOfRule judges a rule of docker/metadata-action: "type=sha",
// "type=raw,value=latest".
func kindOfRule(rule string) tagKind {
	if m := rawRule.FindStringSubmatch(rule); m != nil {
		return kindOfTag(m[1])
	}
	switch {
	case fixedRule.MatchString(rule):
		return fixed
	case movingRule.MatchString(rule):
		return moving
	}
	return unclear
}

// reference is a published image with what its tag says.
type reference struct {
	image string
	kind  tagKind
}

// references judges the tags of a publication. One that takes them from
// docker/metadata-action is judged by the action's rules.
func (p publication) references() []reference {
	var list []reference
	for _, tag := range p.tags {
		if rule, ok := strings.CutPrefix(tag, metadataMark); ok {
			list = append(list, reference{"", kindOfRule(rule)})
			continue
		}
		kind := kindOfImage(tag)
		if kind == unclear && len(p.Fact.Tags) > 0 && len(p.Fact.Branches) == 0 && contains(p.Fact.Events, "push") {
			kind = fixed // made for a git tag alone, whatever the expression
		}
		if kind == fixed && p.overwrites(tag) {
			kind = moving
		}
		list = append(list, reference{tag, kind})
	}
	return list
}

// overwrites reports whether a tag is a version that is written in a workflow
// which every push to a branch starts: each puts another image under it.
func (p publication) overwrites(image string) bool {
	_, tag, digest := audit.SplitImage(image)
	return p.Fact.System == "" && !p.Fact.Action && digest == "" && writtenVersion.MatchString(tag) && len(p.Fact.Branches) > 0 && contains(p.Fact.Events, "push") && p.Fact.If == ""
}

// writtenVersion is a version of a release, and no date or commit.
var writtenVersion = regexp.MustCompile(`(?i)^v?\d{1,3}\.\d{1,3}(\.\d{1,3})?$`)

// metadataMark starts a tag that is a rule of docker/metadata-action.
const metadataMark = "metadata:"

var (
	stepOutput = regexp.MustCompile(`^\$\{\{\s*(steps|needs)\.[\w-]+\.outputs\.[\w-]*tags?\s*\}\}$`)
	envContext = regexp.MustCompile(`\$\{\{\s*env\.(\w+)\s*\}\}`)
	echoed     = regexp.MustCompile(`\$\(echo "?\$\{?([A-Za-z_]\w*)\}?"?\)`)
	shellName  = regexp.MustCompile(`\$\{?([A-Za-z_]\w*)\}?`)
)

// expand fills in the variables that the workflow itself gives a value, and the
// rules behind the output of docker/metadata-action.
func expand(s inspect.WorkflowStep, tag string, rules []string) []string {
	if stepOutput.MatchString(tag) && len(rules) > 0 {
		return rules
	}
	value := func(name string) (string, bool) {
		for _, e := range s.Env {
			if e.Name == name && (e.Value.IsLiteral() || e.Value.Text != "") {
				return e.Value.Text, true
			}
		}
		return "", false
	}
	replace := func(pattern *regexp.Regexp) func(string) string {
		return func(text string) string {
			if v, ok := value(pattern.FindStringSubmatch(text)[1]); ok {
				return v
			}
			return text
		}
	}
	tag = echoed.ReplaceAllString(tag, "$$$1")
	tag = envContext.ReplaceAllStringFunc(tag, replace(envContext))
	return []string{shellName.ReplaceAllStringFunc(tag, replace(shellName))}
}
