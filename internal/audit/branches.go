package audit

import (
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/inspect"
)

// BranchDeploy is a branch that a push to deploys: what is on it is what runs.
type BranchDeploy struct {
	Branch      string // "production"
	Exists      bool   // the repository is known to have it; a clone of one branch knows no other
	Via         string // what deploys: "flyctl deploy", "render"
	Environment string // the deployment environment that the descriptor names, or ""
	At          Place
}

// DeployedBranches lists the branches that a workflow or a platform deploys
// when someone pushes to them, by branch and place. A workflow that runs for
// every branch binds none. Patterns stand for the branches that they match.
func (r *Repository) DeployedBranches() []BranchDeploy {
	var list []BranchDeploy
	for s := range AllFacts[inspect.WorkflowStep](r) {
		via := Delivers(s.Fact)
		if via == "" || s.Fact.Manual { // a person decides what waits for one
			continue
		}
		for _, branch := range r.PushedBranches(s.Fact) {
			list = append(list, BranchDeploy{branch, slices.Contains(r.Branches, branch), via, s.Fact.Environment, s.At()})
		}
	}
	for s := range AllFacts[inspect.PlatformService](r) {
		if branch := s.Fact.Branch; branch != "" && !unresolved(branch) {
			list = append(list, BranchDeploy{branch, slices.Contains(r.Branches, branch), s.Fact.Platform, "", s.At()})
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].Branch != list[j].Branch {
			return list[i].Branch < list[j].Branch
		}
		return list[i].At.before(list[j].At)
	})
	return list
}

// onBranch is a condition of GitHub Actions that asks for one branch.
var onBranch = regexp.MustCompile(`github\.(?:ref|ref_name|base_ref)\s*==\s*['"](?:refs/heads/)?([^'"]+)['"]`)

// PushedBranches lists the branches whose pushes reach a step: those that its
// workflow names and its condition does not leave out. A workflow that runs for
// every branch names none.
func (r *Repository) PushedBranches(step inspect.WorkflowStep) []string {
	if !slices.Contains(step.Events, "push") {
		return nil
	}
	asked := onBranch.FindAllStringSubmatch(step.If, -1)
	if len(step.Branches)+len(step.BranchesIgnore) == 0 && len(step.Tags)+len(step.TagsIgnore) > 0 {
		return nil // a filter of tags alone leaves no branch
	}
	var list []string
	for _, m := range asked {
		if (len(step.Branches) == 0 || branchMatches(step.Branches, m[1])) && !branchMatches(step.BranchesIgnore, m[1]) {
			list = append(list, m[1])
		}
	}
	if len(asked) > 0 {
		return list
	}
	for _, pattern := range step.Branches {
		if !strings.ContainsAny(pattern, "*?+[!") && !unresolved(pattern) {
			list = append(list, pattern)
		}
	}
	for _, branch := range r.Branches {
		if !slices.Contains(list, branch) && len(step.Branches) > 0 && !matchesAll(step.Branches) && branchMatches(step.Branches, branch) {
			list = append(list, branch)
		}
	}
	return list
}

// matchesAll reports whether patterns leave no branch out.
func matchesAll(patterns []string) bool {
	return slices.Contains(patterns, "**") || slices.Contains(patterns, "*")
}

// branchMatches applies the patterns of on.push.branches in their order, as
// GitHub does: a later "!pattern" takes a branch out again.
func branchMatches(patterns []string, branch string) bool {
	matched := false
	for _, pattern := range patterns {
		glob, not := strings.CutPrefix(pattern, "!")
		if glob == branch || matchSegments(strings.Split(glob, "/"), strings.Split(branch, "/")) || loose(glob, branch) {
			matched = !not
		}
	}
	return matched
}

// loose matches patterns whose ** stands beside other characters of a segment:
// "release**".
func loose(glob, branch string) bool {
	if !strings.Contains(glob, "**") {
		return false
	}
	ok, err := path.Match(strings.ReplaceAll(strings.ReplaceAll(glob, "/", "\x00"), "**", "*"), strings.ReplaceAll(branch, "/", "\x00"))
	return err == nil && ok
}
