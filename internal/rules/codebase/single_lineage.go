package codebase

import "twelvefold/internal/audit"

var _ = set.Add(audit.Rule{
	ID:     "codebase/single-lineage",
	Aspect: "a",
	Type:   audit.Positive,
	Title:  "The app is in the tree once",
	Why: "One directory with one history means that a fix made once is made everywhere. Whether another repository holds " +
		"a copy, a tree alone can't tell: without the owner's other repositories this is half of the evidence.",
	Sources: []string{"12F", "000", "001", "004"},
	Bad: `
-- shop-old/app.py --
from flask import Flask
import cart
app = Flask(__name__)
app.run()
-- shop-old/cart.py --
def add(cart, item): return cart + [item]
-- shop-old/requirements.txt --
flask==3.0.0
-- shop/app.py --
from flask import Flask
import cart
app = Flask(__name__)
app.run(host="0.0.0.0")
-- shop/cart.py --
def add(cart, item): return cart + [item]
-- shop/requirements.txt --
flask==3.0.0
`,
	Good: `
-- app.py --
from flask import Flask
app = Flask(__name__)
app.run(host="0.0.0.0")
-- requirements.txt --
flask==3.0.0
`,
	Judge: func(c *audit.Component, report *audit.Report) {
		switch {
		case len(audit.OfRepository(c.Repo, copies)) > 0 || len(audit.OfRepository(c.Repo, relatives)) > 0:
		case c.Repo.Siblings != nil:
			report.Pass(c.Absence(), 1, "Neither a directory of the tree nor another repository of the owner looks like a second copy of an app")
		default:
			report.Pass(c.Absence(), 0.5, "No directory of the tree looks like a second copy of an app")
		}
	},
})
