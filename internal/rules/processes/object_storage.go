package processes

import (
	"fmt"

	"twelvefold/internal/audit"
	"twelvefold/internal/inspect"
	"twelvefold/internal/source"
)

var _ = set.Add(audit.Rule{
	ID:     "processes/object-storage",
	Aspect: "b",
	Type:   audit.Positive,
	Title:  "Files that must last leave the process",
	Why: "What people upload stands in an object store or the database, which every instance sees and no deploy empties: " +
		"instances can be added, replaced and lost.",
	Sources: []string{"12F", "001", "002", "003", "004"},
	Bad: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const multer = require("multer");
const app = express();
app.post("/photos", multer({ dest: "uploads/" }).single("photo"), (req, res) => res.send("ok"));
app.listen(process.env.PORT);
`,
	Good: `
-- package.json --
{"name": "shop", "private": true, "scripts": {"start": "node server.js"}}
-- server.js --
const express = require("express");
const multer = require("multer");
const multerS3 = require("multer-s3");
const app = express();
app.post("/photos", multer({ storage: multerS3({ s3, bucket: process.env.S3_BUCKET }) }).single("photo"), (req, res) => res.send("ok"));
app.listen(process.env.PORT);
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		switch found := storesUploads(c); {
		case found.Found && found.ByDeploy:
			report.Pass(found.At, 0.5, fmt.Sprintf("%s decides where files are kept", found.What))
		case found.Found:
			strength := 1.0
			if found.InPart {
				strength = 0.5
			}
			report.Pass(found.At, strength, fmt.Sprintf("%s keeps files outside of the process", settingName(call(found.What))))
		}
		for w := range audit.Facts[inspect.Workload](c, source.DeployProd) {
			for _, k := range w.Fact.Containers {
				if k.ReadOnlyRoot && c.RunsContainer(w, k) {
					report.Pass(audit.Place{Path: w.File.Path, Line: k.Line, EndLine: k.Line}, 0.5, fmt.Sprintf("The container %s can't write to its own disk", k.Name))
					return
				}
			}
		}
	},
})
