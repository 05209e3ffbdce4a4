package dependencies

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"twelvefold/internal/audit"
)

var _ = set.Add(audit.Rule{
	ID:     "dependencies/image-declares-os",
	Aspect: "c",
	Type:   audit.Positive,
	Title:  "The image says what is needed of the operating system",
	Why: "Libraries and programs of the system come from the image or a list beside the code, never from what somebody has " +
		"installed on a host.",
	Sources: []string{"000", "004"},
	Bad: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import subprocess, flask
app = flask.Flask(__name__)
@app.post("/thumbnail")
def thumbnail():
    subprocess.run(["convert", "in.png", "-resize", "64", "out.png"])
-- Dockerfile --
FROM python:3.12-slim
COPY . .
CMD ["gunicorn", "app:app"]
`,
	Good: `
-- requirements.txt --
flask==3.0.0
-- app.py --
import subprocess, flask
app = flask.Flask(__name__)
@app.post("/thumbnail")
def thumbnail():
    subprocess.run(["convert", "in.png", "-resize", "64", "out.png"])
-- Dockerfile --
FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends imagemagick
COPY . .
CMD ["gunicorn", "app:app"]
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		if len(missingTools(c)) > 0 {
			return
		}
		tools := audit.OfComponent(c, toolsOfImage)
		switch list := declaresSystem(c); {
		case tools != nil && len(tools.packages) > 0:
			report.Pass(tools.packages[0], 1, fmt.Sprintf("%s installs the packages of the operating system", path.Base(c.Image.File.Path)))
		case tools != nil && tools.known && !unparsed(c) && hasAll(c, tools):
			at := audit.Place{Path: c.Image.File.Path, Line: c.Image.BaseLine, EndLine: c.Image.BaseLine}
			report.Pass(at, 1, fmt.Sprintf("%s needs nothing of the operating system that %s lacks", c.Name, c.Image.Base))
		case tools == nil && list != nil && !systemHints[strings.ToLower(path.Base(list.Path))] && !strings.HasSuffix(strings.ToLower(list.Path), "dockerfile"):
			report.Pass(audit.Place{Path: list.Path, Line: 1, EndLine: 1}, 1, fmt.Sprintf("%s lists the packages of the operating system", path.Base(list.Path)))
		case tools == nil && understood(c) && !unparsed(c) && len(audit.OfComponent(c, toolNeeds)) == 0:
			strength := 1.0
			if slices.Contains(c.Languages, "Python") {
				strength = 0.5 // whose packages may be the host's own, and bind libraries of its system
			}
			report.Pass(c.Absence(), strength, "All source was read, and it starts no program of the operating system")
		}
	},
})

// hasAll reports whether the image has everything that the component needs of
// its system, of whatever class it is.
func hasAll(c *audit.Component, tools *imageTools) bool {
	for _, need := range audit.OfComponent(c, toolNeeds) {
		if !tools.has(need) {
			return false
		}
	}
	return true
}
