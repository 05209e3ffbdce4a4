package codebase

import (
	"fmt"
	"path"
	"slices"
	"sort"
	"strings"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "codebase/duplicated-code",
	Aspect: "c",
	Type:   audit.Violation,
	Title:  "Apps share code by copying it",
	Why: "A fix in one copy does not reach the others, and after a while they differ without anyone having meant it. What " +
		"several apps need is a library that each declares.",
	Fixes: []audit.Fix{
		{Text: "Move the file into a package of its own, let each app depend on it by name and version, and delete the copies."},
		{For: "JavaScript", Text: "Move it to packages/<name> with a package.json, add the directory to the workspaces, and declare it in each app."},
		{For: "TypeScript", Text: "Move it to packages/<name> with a package.json, add the directory to the workspaces, and declare it in each app."},
		{For: "Python", Text: "Move it to a package with its own pyproject.toml, and declare it in each app as a path, workspace or registry dependency."},
		{For: "Go", Text: "Move it to a package that both programs import; for several modules, to a module of its own."},
		{For: "Java", Text: "Move it to a module of its own in the parent's modules, and add it to each app's dependencies."},
	},
	Severity:   audit.Medium,
	Confidence: audit.HighConfidence,
	Counting:   audit.Each,
	Sources:    []string{"001", "004"},
	Bad:        duplicatedExample("mailer/logger.js", ""),
	Good:       duplicatedExample("packages/logger/index.js", "-- packages/logger/package.json --\n{\"name\": \"logger\", \"version\": \"1.0.0\", \"main\": \"index.js\"}\n"),
	Judge: func(c *audit.Component, report *audit.Report) {
		for _, d := range audit.OfRepository(c.Repo, duplicates) {
			if d.owner != c {
				continue
			}
			confidence := audit.HighConfidence
			if d.likeness < 0.9 {
				confidence = audit.MediumConfidence
			}
			for i, f := range d.files {
				at := audit.Place{Path: f.Path, Line: f.line, EndLine: f.end}
				if i > 0 && i >= maxPlaces {
					break
				}
				report.Violation(at, d.of.Path, d.message(), audit.WithConfidence(confidence), audit.SameCause(d.first.Path+" "+string(confidence)))
			}
		}
	},
})

// duplicatedExample has a logger in an app, and once more elsewhere.
func duplicatedExample(second, more string) audit.Example {
	var logger strings.Builder
	for _, level := range []string{"trace", "debug", "info", "notice", "warn", "error", "fatal", "audit", "access", "metric", "start", "stop"} {
		fmt.Fprintf(&logger, "exports.%[1]s = function %[1]s(message, fields) {\n  const line = format(\"%[1]s\", message, fields)\n  console.log(line, \"%[1]s\")\n}\n", level)
	}
	app := func(name string) string {
		return "-- " + name + "/package.json --\n{\"name\": \"" + name + "\", \"private\": true, \"scripts\": {\"start\": \"node server.js\"}}\n" +
			"-- " + name + "/server.js --\nrequire(\"http\").createServer(app).listen(process.env.PORT)\n"
	}
	first := "-- api/logger.js --\n"
	if more != "" {
		first = "-- README.md --\n" // the package alone has it
	}
	return audit.Example("\n" + app("api") + app("mailer") + first + logger.String() + more + "-- " + second + " --\n" + logger.String())
}

const (
	// minLikeness is the share of lines from which two files are called copies.
	minLikeness = 0.8
	// maxPlaces bounds the places of one finding.
	maxPlaces = 20
	// bucketMarks are the marks by which candidates are found: of two files that
	// have four fifths of their lines in common, one in six hundred shares none.
	bucketMarks = 4
	// maxBucket bounds how many files of one mark are compared with each other.
	maxBucket = 64
)

// sketched is a source file that can be told to be a copy.
type sketched struct {
	*audit.File
	sketch inspect.Sketch
	line   int // the first that counts
	end    int
	owner  *audit.Component
}

// duplicate is what one component has copied from another.
type duplicate struct {
	owner, of *audit.Component
	files     []sketched // of owner, by path
	first     sketched   // what the first of them is a copy of
	likeness  float64    // of the file that is most alike
}

func (d duplicate) message() string {
	name := path.Base(d.files[0].Path)
	text := fmt.Sprintf("%s is a copy of %s", name, d.first.Path)
	if d.files[0].Blob() != d.first.Blob() {
		text = fmt.Sprintf("%s has most of its lines in common with %s", name, d.first.Path)
	}
	switch n := len(d.files) - 1; {
	case n == 1:
		text += ", and so is one more file of this app"
	case n > 1:
		text += fmt.Sprintf(", and so are %d more files of this app", n)
	}
	return text
}

// duplicates lists who has copied from whom. The original is the first by path
// of the files that are alike.
func duplicates(repo *audit.Repository) []duplicate {
	if collection(repo) {
		return nil
	}
	files := sketches(repo)
	type pair struct{ owner, of *audit.Component }
	found := map[pair]*duplicate{}
	for i, original := range nearest(files) {
		if original == nil {
			continue
		}
		f := files[i]
		key := pair{f.owner, original.owner}
		if found[key] == nil {
			found[key] = &duplicate{owner: f.owner, of: original.owner, first: *original}
		}
		d := found[key]
		d.files = append(d.files, f)
		d.likeness = max(d.likeness, f.sketch.Likeness(original.sketch))
	}
	copied := audit.OfRepository(repo, copies)
	var list []duplicate
	for _, d := range found {
		if !slices.ContainsFunc(copied, func(l lookAlike) bool { return within(d.owner, l.dir) && within(d.of, l.of) }) {
			list = append(list, *d)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		if list[i].owner.Path != list[j].owner.Path {
			return list[i].owner.Path < list[j].owner.Path
		}
		return list[i].of.Path < list[j].of.Path
	})
	return list
}

func within(c *audit.Component, dir string) bool {
	return c.Path == dir || strings.HasPrefix(c.Path, dir+"/")
}

// shares reports whether two components are to share code by a package: one of
// them is deployed. Libraries have their reasons to stand alone.
func shares(a, b *audit.Component) bool { return deployed(a) || deployed(b) }

func deployed(c *audit.Component) bool {
	switch c.Class {
	case audit.WebService, audit.Worker, audit.Function, audit.StaticFrontend:
		return true
	}
	return false
}

// Of a collection of samples each stands for itself, with a text that explains
// it, and there are many.
const (
	minCollection = 20
	minExplained  = 0.6
)

func collection(repo *audit.Repository) bool {
	apps, explained := 0, 0
	for _, c := range repo.Components {
		if !deployed(c) && c.Class != audit.CLI {
			continue
		}
		apps++
		if readme(repo, c.Path) || strings.Count(c.Path, "/") > 0 && readme(repo, path.Dir(c.Path)) {
			explained++
		}
	}
	return apps >= minCollection && float64(explained) >= minExplained*float64(apps)
}

func readme(repo *audit.Repository, dir string) bool {
	for _, name := range []string{"README.md", "readme.md", "Readme.md", "README.rst", "README"} {
		if repo.Has(path.Join(dir, name)) {
			return true
		}
	}
	return false
}

// sketches lists the files of all components that can be copies, by path.
func sketches(repo *audit.Repository) []sketched {
	var list []sketched
	for _, c := range repo.Components {
		if c.Class == audit.Infra {
			continue
		}
		for s := range audit.Facts[inspect.Sketch](c, source.Prod) {
			if !givenToAll(s.File.Path) {
				list = append(list, sketched{s.File, s.Fact, s.Line, s.EndLine, c})
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return slices.CompactFunc(list, func(a, b sketched) bool { return a.Path == b.Path })
}

// minTelling is the least number of lines that say something in files that are
// alike, and not equal.
const minTelling = 30

// givenToAll reports whether a file is what a generator or a tool puts into
// each app: its configuration, its migrations, its stubs.
func givenToAll(name string) bool {
	base := strings.ToLower(path.Base(name))
	stem := strings.TrimSuffix(base, path.Ext(base))
	if strings.Contains(base, ".config.") || strings.HasSuffix(stem, "_pb2") || strings.HasSuffix(stem, "_pb2_grpc") || strings.HasSuffix(base, ".pb.go") ||
		strings.HasSuffix(base, ".d.ts") || strings.HasSuffix(stem, "_pb") || stem == "serviceworker" || stem == "registerserviceworker" || stem == "reportwebvitals" || base == "setup.py" || base == "manage.py" || strings.HasPrefix(base, "mavenwrapper") {
		return true
	}
	return slices.ContainsFunc(strings.Split(strings.ToLower(path.Dir(name)), "/"), func(dir string) bool {
		switch dir {
		case "genproto", "generated", "gen", "proto", "protos", "pb", "migrations", "stubs", "vendor", "third_party", "locales", "i18n":
			return true
		}
		return false
	})
}

// nearest finds for each file the first by path of another component that it is
// a copy of, nil for none.
func nearest(files []sketched) []*sketched {
	byMark := map[uint32][]int{}
	result := make([]*sketched, len(files))
	for i := range files {
		f := &files[i]
		marks := f.sketch.First(bucketMarks)
		best := -1
		for _, mark := range marks {
			for _, j := range byMark[mark] {
				other := &files[j]
				if (best >= 0 && j >= best) || other.owner == f.owner || other.Format != f.Format || !shares(f.owner, other.owner) {
					continue
				}
				if other.Blob() == f.Blob() && f.Blob() != "" || alike(f, other) {
					best = j
				}
			}
		}
		if best >= 0 {
			result[i] = &files[best]
		}
		for _, mark := range marks {
			if len(byMark[mark]) < maxBucket {
				byMark[mark] = append(byMark[mark], i)
			}
		}
	}
	return result
}

// alike reports whether two files have most of their lines in common. The
// lengths are compared first: it is cheaper.
func alike(a, b *sketched) bool {
	short, long := min(a.sketch.Lines, b.sketch.Lines), max(a.sketch.Lines, b.sketch.Lines)
	return short >= minTelling && float64(short) >= 0.75*float64(long) && a.sketch.Likeness(b.sketch) >= minLikeness
}
