package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// longest is how many lines a sheet has at the most.
const longest = 300

func TestEverySheetIsJoinedInOrder(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("static/css/*.css")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sheets: %v", err)
	}
	var named []string
	for _, name := range sheets {
		named = append(named, filepath.Join("static", "css", name+".css"))
	}
	slices.Sort(named)
	if !slices.Equal(named, files) {
		t.Errorf("the sheets are %q, and there are the files %q", named, files)
	}
	if last := len(sheets) - 1; sheets[0] != "tokens" || sheets[last-1] != "preferences" || sheets[last] != "print" {
		t.Errorf("tokens come first, preferences and print last: %q", sheets)
	}

	assets, err := Load(Stylesheet)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	assets.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, assets.URL(Stylesheet), nil))
	served := answer.Body.Bytes()
	if kind := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || !strings.HasPrefix(kind, "text/css") {
		t.Fatalf("the stylesheet: status %d, %s", answer.Code, kind)
	}
	for _, name := range sheets {
		content, err := os.ReadFile(filepath.Join("static", "css", name+".css"))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(content, []byte("\n")); n >= longest {
			t.Errorf("%s.css has %d lines: split it by page", name, n)
		}
		rest, ok := bytes.CutPrefix(served, content)
		if !ok {
			t.Errorf("%s.css does not follow what comes before it", name)
		}
		served = rest
		if assets.URL("css/"+name+".css") != "" {
			t.Errorf("%s.css is served alone, too", name)
		}
	}
	if len(served) != 0 {
		t.Errorf("the stylesheet goes on with %.80q", served)
	}
}
