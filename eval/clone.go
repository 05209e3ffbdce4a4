package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// cloned is a repository with the commit of a subject: a clone of the given
// directory, else one that is fetched, its commit alone, from where repositories
// are.
func cloned(ctx context.Context, s *subject, clones, from string) (string, error) {
	dir := filepath.Join(clones, strings.ReplaceAll(s.Repository, "/", "+"), "repo")
	if has(ctx, dir, s.Commit) {
		return dir, nil
	}
	if from == "" {
		return "", fmt.Errorf("%s does not have %s of %s", dir, s.Commit, s.Repository)
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	url := strings.TrimSuffix(from, "/") + "/" + s.Repository
	for _, args := range [][]string{{"init", "--bare", "--quiet"}, {"fetch", "--quiet", "--depth=1", url, s.Commit}} {
		if err := git(ctx, dir, args...); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// fetchTime is more than any subject's commit takes on a slow line.
const fetchTime = 5 * time.Minute

func has(ctx context.Context, dir, commit string) bool {
	if _, err := os.Stat(dir); err != nil {
		return false
	}
	return git(ctx, dir, "cat-file", "-e", commit+"^{tree}") == nil
}

func git(ctx context.Context, dir string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	command := exec.CommandContext(ctx, "git", append([]string{"--git-dir=" + dir}, args...)...) // #nosec G204 -- arguments of this repository's labels
	command.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0")
	out, err := command.CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
