package audit

import (
	"testing"

	"twelvefold/internal/inspect"
)

func TestProcessTitle(t *testing.T) {
	t.Parallel()
	procfile := &File{}
	procfile.Path, procfile.Format = "Procfile", inspect.Procfile
	scripts := &File{}
	scripts.Path, scripts.Format = "package.json", inspect.PackageJSON
	chart := &File{}
	chart.Path, chart.Format = "chart/templates/web.yaml", inspect.YAML
	for _, test := range []struct {
		process Process
		want    string
	}{
		{Process{Name: "image", Image: true, File: procfile}, "the image"},
		{Process{Name: "start", File: scripts}, "npm start"},
		{Process{Name: "web", File: procfile}, "web"},
		{Process{Name: `{{ include "shop.fullname" . }}`, File: chart}, "chart/templates/web.yaml"},
	} {
		if got := test.process.Title(); got != test.want {
			t.Errorf("title of %s: %q, want %q", test.process.Name, got, test.want)
		}
	}
}
