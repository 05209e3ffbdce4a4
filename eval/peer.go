package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"twelvefold/internal/audit"
	"twelvefold/internal/source"
)

// peer is another program that is run on the same commits. None is part of
// this one: the path of each is given.
type peer struct {
	name, version string
	rules         []string // ours that it looks for, too; none: it says nothing of places
	places        func(ctx context.Context, dir string) ([]audit.Place, error)
	verdicts      func(ctx context.Context, dir string) (verdicts, error)
}

// peerTime is what a peer may take for one subject, on a machine that is busy, too.
const peerTime = 10 * time.Minute

// measured is what a peer came to, beside this program on the same subjects and
// the same rules.
type measured struct {
	peer       peer
	subjects   int
	left       []string // subjects that it could not be run on, with the reason
	its, ours  tally
	itsFactors agreement
	ourFactors agreement
}

// peersOf are those whose paths are given.
func peersOf(ctx context.Context, o options) ([]peer, error) {
	var list []peer
	for _, p := range []struct {
		path string
		make func(context.Context, string) (peer, error)
	}{{o.gitleaks, gitleaks}, {o.csa, suitability}, {o.kit, kit}} {
		if p.path == "" {
			continue
		}
		made, err := p.make(ctx, p.path)
		if err != nil {
			return nil, err
		}
		list = append(list, made)
	}
	return list, nil
}

// measurePeers runs every peer on the subjects' commits.
func measurePeers(ctx context.Context, o options, outcomes []outcome) ([]measured, error) {
	peers, err := peersOf(ctx, o)
	if err != nil || len(peers) == 0 {
		return nil, err
	}
	list := make([]measured, len(peers))
	for i, p := range peers {
		list[i].peer = p
	}
	for _, outcome := range outcomes {
		dir, err := os.MkdirTemp("", "eval-peer")
		if err != nil {
			return nil, err
		}
		missing := checkOut(ctx, o, outcome.subject, dir)
		for i := range list {
			err := missing
			if err == nil {
				err = list[i].run(ctx, outcome, dir)
			}
			if ctx.Err() != nil {
				return nil, errors.Join(ctx.Err(), os.RemoveAll(dir))
			}
			if err != nil {
				list[i].left = append(list[i].left, fmt.Sprintf("%s: %v", outcome.subject.Repository, err))
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// checkOut writes a subject's files into a directory, those that the clone has:
// a peer sees what this program sees. Links are left out.
func checkOut(ctx context.Context, o options, s *subject, dir string) error {
	from, err := cloned(ctx, s, o.clones, o.from)
	if err != nil {
		return err
	}
	snapshot, err := source.OpenGit(ctx, from, s.Commit, source.Limits{})
	if err != nil {
		return err
	}
	defer snapshot.Close()
	for _, f := range snapshot.Files {
		if f.Mode != source.Regular && f.Mode != source.Executable {
			continue
		}
		content, err := snapshot.Read(ctx, f)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil { // absent, or a pointer to what is kept elsewhere
			continue
		}
		to := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
			return err
		}
		if err := os.WriteFile(to, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// run runs the peer on one subject and judges it by the labels.
func (m *measured) run(ctx context.Context, o outcome, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, peerTime)
	defer cancel()
	if m.peer.places != nil {
		places, err := m.peer.places(ctx, dir)
		if err != nil {
			return err
		}
		m.its.add(placesTally(o.subject, places, m.peer.rules))
		byRule := tallies([]outcome{o}, m.exists(), func(audit.Severity) bool { return true })
		for _, id := range m.peer.rules {
			m.ours.add(byRule[id])
		}
	}
	if m.peer.verdicts != nil {
		if err := m.agree(ctx, o, dir); err != nil {
			return err
		}
	}
	m.subjects++
	return nil
}

// agree compares the peer's and this program's verdicts with the person's.
func (m *measured) agree(ctx context.Context, o outcome, dir string) error {
	for _, c := range o.subject.Components {
		card, ok := scorecardOf(o.audit, c)
		if !ok {
			continue
		}
		said, err := m.peer.verdicts(ctx, filepath.Join(dir, filepath.FromSlash(c.Path)))
		if err != nil {
			return err
		}
		for _, score := range card.Factors {
			person, labelled := c.Factors[score.Factor]
			if its, ok := said[score.Factor]; ok && labelled && person != unknown {
				m.itsFactors.note(person, its)
				m.ourFactors.note(person, judgementOf(score))
			}
		}
	}
	return nil
}

// placesTally judges places by the labels of some rules: right at a violation,
// wrong at a trap, else unjudged.
func placesTally(s *subject, places []audit.Place, ruleIDs []string) tally {
	var t tally
	of := func(id string, more ...string) bool {
		return slices.ContainsFunc(append(more, id), func(id string) bool { return slices.Contains(ruleIDs, id) })
	}
	right, fell := map[int]bool{}, map[int]bool{}
	for _, v := range s.Violations {
		if !of(v.Rule, v.Or...) || v.Severity == audit.Info {
			continue
		}
		found, exactly := false, false
		for i, at := range places {
			for _, wanted := range v.places() {
				if at.Path == wanted.Path {
					here := wanted.Line == 0 || close(at.Line, wanted.Line)
					found, exactly, right[i] = true, exactly || here, right[i] || here
				}
			}
		}
		if v.Sure {
			t.labels++
			if found {
				t.found++
			}
			if exactly {
				t.exact++
			}
		}
	}
	for _, trap := range s.Traps {
		if !of(trap.Rule) {
			continue
		}
		t.traps++
		hit := false
		for i, at := range places {
			if at.Path == trap.Path && close(at.Line, trap.Line) && !right[i] {
				hit, fell[i] = true, true
			}
		}
		if hit {
			t.fell++
		}
	}
	t.right, t.wrong = len(trueOf(right)), len(fell)
	t.unjudged = len(places) - t.right - t.wrong
	return t
}

func (m *measured) exists() map[string]bool {
	set := map[string]bool{}
	for _, id := range m.peer.rules {
		set[id] = true
	}
	return set
}

func trueOf(list map[int]bool) (keys []int) {
	for i, ok := range list {
		if ok {
			keys = append(keys, i)
		}
	}
	return keys
}

// output runs a program for what it writes.
func output(ctx context.Context, dir, program string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...) // #nosec G204 -- given on the command line
	command.Dir, command.WaitDelay = dir, time.Second
	var said, complaint strings.Builder
	command.Stdout, command.Stderr = &said, &complaint
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("it took longer than %s", peerTime)
		}
		text := strings.TrimSpace(complaint.String())
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(program), err, text[max(0, len(text)-200):])
	}
	return said.String(), nil
}
