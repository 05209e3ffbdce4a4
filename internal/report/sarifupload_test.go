package report

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"twelvefold/internal/audit"
	"twelvefold/internal/rules"
)

// unpacked is the log of an upload.
func unpacked(t *testing.T, u Upload) (text []byte, log sarifLog) {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(u.Gzip))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &log); err != nil {
		t.Fatal(err)
	}
	return text, log
}

// ofAction is the fingerprint that GitHub's action makes where a log has none.
var ofAction = regexp.MustCompile(`(?m)\n +"primaryLocationLineHash": .*$`)

func first(text []byte, _ sarifLog) []byte { return text }

// TestAlertsStayTheSameWhenLinesMove and two findings are never one: GitHub matches
// alerts by primaryLocationLineHash, which its API, unlike its action, does not make up.
func TestAlertsStayTheSameWhenLinesMove(t *testing.T) {
	t.Parallel()
	a := *hostile()
	a.Findings = slices.Clone(a.Findings)
	for range 2 { // no audit has these
		twin := a.Findings[0]
		twin.Place.Line += 7
		a.Findings = append(a.Findings, twin)
	}
	alerts := func(a *audit.Audit) (list []string) {
		u, err := UploadOf(a, rules.All(), "v1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		_, log := unpacked(t, u)
		for _, r := range log.Runs[0].Results {
			alert := r.Fingerprints["primaryLocationLineHash"]
			if !strings.HasPrefix(alert, r.Fingerprints["twelvefoldFinding/v1"]+":") || slices.Contains(list, alert) {
				t.Errorf("%s of %v", alert, r.Fingerprints)
			}
			list = append(list, alert)
		}
		return list
	}
	was := alerts(&a)
	for i := range a.Findings {
		if at := &a.Findings[i].Place; at.Line > 0 {
			at.Line += 100
		}
	}
	if is := alerts(&a); !slices.Equal(is, was) || len(was) != len(a.Findings) {
		t.Errorf("%v became %v", was, is)
	}
	_, log := sarifOf(t, &a) // of the command line, the action makes it of the line
	for _, r := range log.Runs[0].Results {
		if _, has := r.Fingerprints["primaryLocationLineHash"]; has != (r.Locations[0].Physical.Region == nil) {
			t.Errorf("the command line prints %v at %+v", r.Fingerprints, r.Locations[0])
		}
	}
}

// TestAnUploadIsTheCommandLinesSARIF with a category of its own, and what tells alerts apart.
func TestAnUploadIsTheCommandLinesSARIF(t *testing.T) {
	t.Parallel()
	schema := sarifSchema(t)
	for _, a := range append(examples(t), hostile()) {
		u, err := UploadOf(a, rules.All(), "v1.2.3")
		if err != nil {
			t.Fatal(err)
		}
		text, log := unpacked(t, u)
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v", a.Repository, err)
		}
		if d := log.Runs[0].Details; d == nil || d.ID != "twelvefold/" {
			t.Errorf("%s: the category is %+v", a.Repository, d)
		}
		printed := ofAction.ReplaceAll(first(sarifOf(t, a)), nil)
		without := strings.Replace(string(ofAction.ReplaceAll(text, nil)), "   \"automationDetails\": {\n    \"id\": \"twelvefold/\"\n   },\n", "", 1)
		if without != string(printed) {
			t.Errorf("%s: an upload says something else than the command line", a.Repository)
		}
		if u.Findings != len(a.Findings) || u.LeftOut != 0 {
			t.Errorf("%s: %d findings, %d left out", a.Repository, u.Findings, u.LeftOut)
		}
		if again, _ := UploadOf(a, rules.All(), "v1.2.3"); !bytes.Equal(again.Gzip, u.Gzip) {
			t.Errorf("%s: not the same bytes twice", a.Repository)
		}
	}
}

// TestAnUploadKeepsToGitHubsLimits by leaving out the least severe, and says so.
func TestAnUploadKeepsToGitHubsLimits(t *testing.T) {
	t.Parallel()
	many := *hostile()
	list := many.Findings
	many.Findings = nil
	for i := range sarifResults + 10 {
		f := list[i%len(list)]
		f.Fingerprint = fmt.Sprintf("%032x", i)
		f.Severity = audit.Severities()[i%5]
		many.Findings = append(many.Findings, f)
	}
	u, err := UploadOf(&many, rules.All(), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	if _, log := unpacked(t, u); len(log.Runs[0].Results) != sarifResults || u.Findings != sarifResults || u.LeftOut != 10 || len(u.Gzip) > uploadBytes {
		t.Errorf("%d results, %d findings, %d left out, %d bytes", len(log.Runs[0].Results), u.Findings, u.LeftOut, len(u.Gzip))
	}
	for i := range many.Findings[:2000] { // a text that no compression makes small
		many.Findings[i].Message = fmt.Sprintf("%x", bytes.Repeat([]byte{byte(i), byte(i >> 8), byte(i * 7)}, 9))
	}
	many.Findings = many.Findings[:2000]
	empty := many
	empty.Findings = nil
	least, err := UploadOf(&empty, rules.All(), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	most := len(least.Gzip) + 20_000
	u, err = uploadWithin(&many, rules.All(), "v1.2.3", most)
	if err != nil {
		t.Fatal(err)
	}
	_, log := unpacked(t, u)
	if len(u.Gzip) > most || u.LeftOut == 0 || u.Findings+u.LeftOut != 2000 || len(log.Runs[0].Results) != u.Findings {
		t.Errorf("%d bytes of %d, %d findings, %d left out", len(u.Gzip), most, u.Findings, u.LeftOut)
	}
	if first, last := log.Runs[0].Results[0], log.Runs[0].Results[u.Findings-1]; first.Properties["severity"] != "critical" || last.Properties["severity"] == "info" {
		t.Errorf("the most severe is %v, the least that was kept %v", first.Properties["severity"], last.Properties["severity"])
	}
	notes := log.Runs[0].Invocations[0].Notifications
	if want := fmt.Sprintf("%d findings are left out, the least severe ones: GitHub takes 10 MB. JSON has them all.", u.LeftOut); notes[len(notes)-1].Message.Text != want {
		t.Errorf("it says %q", notes[len(notes)-1].Message.Text)
	}
	if _, err := uploadWithin(&empty, rules.All(), "v1.2.3", 100); err == nil {
		t.Error("rules alone that are too large are no error")
	}
}
