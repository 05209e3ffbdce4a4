package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/factor"
	"twelvefold/internal/rules"
)

// secretRules are ours that look for secrets.
var secretRules = []string{"config/client-bundle-secret", "config/credential-file", "config/env-file-committed", "config/hardcoded-credential",
	"config/manifest-secret", "config/provider-token", "config/secret-default"}

// gitleaks looks for secrets: `gitleaks dir`, with its own rules.
func gitleaks(ctx context.Context, program string) (peer, error) {
	version, err := output(ctx, "", program, "version")
	if err != nil {
		return peer{}, err
	}
	return peer{name: "gitleaks", version: strings.TrimSpace(version), rules: secretRules, places: func(ctx context.Context, dir string) ([]audit.Place, error) {
		text, err := output(ctx, dir, program, "dir", ".", "--no-banner", "--exit-code=0", "--report-format=json", "--report-path=-", "--redact")
		if err != nil {
			return nil, err
		}
		var found []struct {
			File      string
			StartLine int
		}
		if err := json.Unmarshal([]byte(text), &found); err != nil {
			return nil, err
		}
		var list []audit.Place
		for _, f := range found {
			list = append(list, audit.Place{Path: relative(dir, f.File), Line: f.StartLine})
		}
		return distinct(list), nil
	}}, nil
}

// suitability is VMware's cloud-suitability-analyzer: patterns of what stands
// in the way of a cloud, each with a place. It names no rule of ours, so its
// findings are compared by their places alone.
func suitability(ctx context.Context, program string) (peer, error) {
	text, err := output(ctx, "", program, "--version")
	if err != nil {
		return peer{}, err
	}
	var all []string
	for _, r := range rules.All() {
		all = append(all, r.ID)
	}
	return peer{name: "cloud-suitability-analyzer", version: strings.TrimSpace(text), rules: all, places: func(ctx context.Context, dir string) ([]audit.Place, error) {
		own, err := os.MkdirTemp("", "eval-csa")
		if err != nil {
			return nil, err
		}
		defer func() { _ = os.RemoveAll(own) }()
		args := []string{"analyze", "--export=csv"}
		for _, what := range []string{"export", "database", "output", "temp"} { // it empties what it works in
			place := filepath.Join(own, what)
			if err := os.Mkdir(place, 0o750); err != nil {
				return nil, err
			}
			args = append(args, "--"+what+"-dir="+place)
		}
		if _, err := output(ctx, own, program, append(args, dir)...); err != nil {
			return nil, err
		}
		return exported(filepath.Join(own, "export"), dir)
	}}, nil
}

// exported reads the places of the CSV files that the analyzer exports. What it
// calls filename is without the directory; fqn is the whole path.
func exported(own, dir string) ([]audit.Place, error) {
	names, err := filepath.Glob(filepath.Join(own, "*.csv"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("it exported no findings")
	}
	var list []audit.Place
	for _, name := range names {
		content, err := os.ReadFile(name) // #nosec G304 -- what the peer just wrote
		if err != nil {
			return nil, err
		}
		reader := csv.NewReader(strings.NewReader(string(content)))
		reader.FieldsPerRecord, reader.LazyQuotes = -1, true
		rows, err := reader.ReadAll()
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		file, line := column(rows[0], "fqn"), column(rows[0], "line")
		if file < 0 || line < 0 {
			continue
		}
		for _, row := range rows[1:] {
			if n, err := strconv.Atoi(row[min(line, len(row)-1)]); err == nil && len(row) > max(file, line) {
				list = append(list, audit.Place{Path: relative(dir, row[file]), Line: n})
			}
		}
	}
	return distinct(list), nil
}

// column is the first whose name begins with a word.
func column(head []string, word string) int {
	return slices.IndexFunc(head, func(name string) bool { return strings.HasPrefix(strings.ToLower(strings.TrimSpace(name)), word) })
}

type verdicts map[factor.Key]judgement

// kit is 12factor-kit, a shell script that gives each factor 0 to 10 points. Its
// bands are taken for verdicts: from 8 excellent, from 4 good and fair, else
// poor.
func kit(_ context.Context, program string) (peer, error) {
	program, err := filepath.Abs(program)
	if err != nil {
		return peer{}, err
	}
	if _, err := os.Stat(program); err != nil {
		return peer{}, err
	}
	return peer{name: "12factor-kit", version: "1.0.0", verdicts: func(ctx context.Context, dir string) (verdicts, error) {
		if err := os.MkdirAll(filepath.Join(dir, ".git"), 0o750); err != nil { // it only looks whether there is one
			return nil, err
		}
		text, err := output(ctx, dir, "bash", program, dir, "-f", "json")
		if err != nil && text == "" {
			return nil, err
		}
		var told struct {
			Factors []struct{ Number, Score int }
		}
		if err := json.Unmarshal([]byte(text), &told); err != nil {
			return nil, fmt.Errorf("what it wrote is no JSON: %w", err)
		}
		said := verdicts{}
		for _, f := range told.Factors {
			if f.Number < 1 || f.Number > 12 {
				continue
			}
			verdict := violated
			switch {
			case f.Score >= 8:
				verdict = satisfied
			case f.Score >= 4:
				verdict = partly
			}
			said[factor.Keys()[f.Number-1]] = verdict
		}
		return said, nil
	}}, nil
}

// relative is a path as the repository has it.
func relative(dir, name string) string {
	if filepath.IsAbs(name) {
		if inside, err := filepath.Rel(dir, name); err == nil {
			name = inside
		}
	}
	return filepath.ToSlash(filepath.Clean(name))
}

// distinct leaves one finding for each line.
func distinct(list []audit.Place) []audit.Place {
	slices.SortFunc(list, func(a, b audit.Place) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
	return slices.Compact(list)
}
