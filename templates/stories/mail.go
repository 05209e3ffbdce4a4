package stories

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/a-h/templ"

	"twelvefold/internal/digest"
	"twelvefold/internal/factor"
	"twelvefold/templates"
)

// mail is the weekly mail in each of its states, as a document of its own.
func mail() (list []Story) {
	for _, state := range []string{usual, empty, huge, hostile, "quiet", "first", "rules", "waits", "fails"} {
		list = append(list, Story{View: "mail", State: state, Mail: true, Render: func(p templates.Page) templ.Component {
			return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
				m, err := digest.Compose(Digest(state, p.Now))
				if err == nil {
					_, err = io.WriteString(w, m.HTML)
				}
				return err
			})
		}})
	}
	return list
}

// factorAt is the nth factor, from 1.
func factorAt(n int) factor.Factor { return factor.All()[n-1] }

// site is where the addresses of a mail lead.
const site = "https://twelvefold.example.com"

// week is one of which everything can be told.
func week(now time.Time) digest.Digest {
	return digest.Digest{
		Account: "acme", From: now.AddDate(0, 0, -7), To: now, LapseBy: now.AddDate(0, 0, 7),
		Home: site + "/", Settings: site + "/installations/1/digest", Unsubscribe: site + "/unsubscribe/9f2c",
		Repositories: 42, Audited: 41, Scored: 41, Findings: 214, Severe: 23, Score: points(82.4), Change: points(-3.1), Strip: strip(mixed, ""),
		Worse: &digest.Turn{Repository: "acme/payments-api", Href: site + "/repositories/3/audits/99", From: 74.2, To: 61.8, Factor: factorAt(3), FactorFrom: 88, FactorTo: 41,
			Commit: commit(1), Number: 512, Title: "Read the keys of the bank from config.yml", By: "bob"},
		Better: &digest.Turn{Repository: "acme/storefront", Href: site + "/repositories/4/audits/98", From: 80.4, To: 91.2, Factor: factorAt(11), FactorFrom: 40, FactorTo: 96,
			Commit: commit(2), Number: 77, Title: "Log to stdout", By: "ada"},
		Win: &digest.Win{Repository: "acme/ledger-worker", Href: site + "/repositories/5/findings/1201", Message: "`celery` is started with `--autoreload`, so that a change of a file restarts it under load.",
			Severity: "high", Factor: factorAt(9), Gain: 7.2},
		Opened: digest.Counts{2, 1, 6, 3}, Closed: digest.Counts{0, 4, 3, 1, 1},
		Worst: []digest.Finding{
			{Repository: "acme/payments-api", Href: site + "/repositories/3/findings/1310", Message: "`BANK_KEY` is written into `config.yml`.", Severity: "critical", Factor: factorAt(3)},
			{Repository: "acme/payments-api", Href: site + "/repositories/3/findings/1311", Message: "`DATABASE_URL` falls back to a password of development.", Severity: "critical", Factor: factorAt(3)},
			{Repository: "acme/identity", Href: site + "/repositories/6/findings/1290", Message: "Sessions are kept in the memory of one process.", Severity: "high", Factor: factorAt(6)},
		},
		Unaudited: []digest.Unaudited{
			{Repository: "acme/mirror", Href: site + "/repositories/7", Failed: true, Why: "GitHub no longer has this commit: it was force-pushed away."},
			{Repository: "acme/new-service", Href: site + "/repositories/8", Never: true, Why: "Nothing was pushed yet."},
		},
		Failing: 1,
		Lapsing: []digest.Waiver{
			{Repository: "acme/identity", Href: site + "/repositories/6", Of: "config/hardcoded-credential", Owner: "ada", Expires: now.AddDate(0, 0, 3)},
			{Repository: "acme/legacy-shop", Href: site + "/repositories/9", Of: "processes/local-file in src/**", Owner: "@bob", Expires: now.AddDate(0, 0, 6), File: true},
		},
	}
}

// Digest is the week that a story of the mail tells of.
func Digest(state string, now time.Time) digest.Digest {
	d := week(now)
	still := digest.Digest{Account: d.Account, From: d.From, To: d.To, LapseBy: d.LapseBy, Home: d.Home, Settings: d.Settings, Unsubscribe: d.Unsubscribe}
	switch state {
	case empty:
		return still
	case "waits": // for the first audit
		still.Repositories, still.Unaudited = 2, d.Unaudited
		still.Unaudited[0].Failed, still.Unaudited[0].Never, still.Unaudited[0].Why = false, true, "Its first audit is on its way."
		return still
	case "fails":
		still.Repositories, still.Unaudited, still.Failing = 2, d.Unaudited, 1
		still.Unaudited[0].Never = true
		return still
	case "quiet":
		d.Change, d.Worse, d.Better, d.Opened, d.Closed, d.Worst, d.Unaudited, d.Failing, d.Lapsing = points(0.1), nil, nil, digest.Counts{}, digest.Counts{}, nil, nil, 0, nil
	case "first":
		d.Change, d.Worse, d.Better, d.Opened, d.Closed, d.Worst, d.Unaudited, d.Failing, d.Lapsing = nil, nil, nil, digest.Counts{}, digest.Counts{}, nil, nil, 0, nil
		d.Repositories, d.Audited, d.Scored, d.FirstAudited = 3, 3, 3, 3
	case "rules":
		d.Worse = nil
		d.Rules = digest.Rules{First: 12, Of: points(-2.4), Beside: points(-0.8), Waiting: 29}
	case huge:
		return hugeWeek(d)
	case hostile:
		return hostileWeek(d)
	}
	return d
}

func hugeWeek(d digest.Digest) digest.Digest {
	d.Account = "acme-international-payments-and-logistics"
	d.Repositories, d.Audited, d.Scored, d.Findings, d.Severe = 9_800, 9_611, 9_611, 588_446, 236_012
	d.Opened, d.Closed, d.FirstAudited = digest.Counts{1_204, 8_113, 40_221, 9, 1}, digest.Counts{911, 7_000, 12}, 340
	d.Rules = digest.Rules{First: 4_120, Of: points(-1.2), Beside: points(0.6), Waiting: 5_491}
	worst, unaudited, lapsing := d.Worst, d.Unaudited, d.Lapsing
	d.Worst, d.Unaudited, d.Lapsing = nil, nil, nil
	for i := range 40 {
		f, u, w := worst[i%3], unaudited[i%2], lapsing[i%2]
		f.Repository = fmt.Sprintf("acme-division-%d/storefront-%d", i, i)
		u.Repository, w.Repository = f.Repository, f.Repository
		d.Worst, d.Unaudited, d.Lapsing = append(d.Worst, f), append(d.Unaudited, u), append(d.Lapsing, w)
	}
	d.MoreWorst, d.MoreUnaudited, d.MoreLapsing = 9_277, 177, 1_200
	return d
}

func hostileWeek(d digest.Digest) digest.Digest {
	d.Account = nasty(5) + nasty(6)
	turn := func(n int) *digest.Turn {
		t := *d.Worse
		t.Repository, t.Title, t.By = nasty(n)+"/"+nasty(n+1), nasty(n+2)+" https://evil.example/steal?x=1 www.evil.example", nasty(n+3)
		return &t
	}
	d.Worse, d.Better = turn(2), turn(6)
	d.Better.From, d.Better.To = 40, 61
	d.Win.Repository, d.Win.Message, d.Win.Severity = nasty(4), nasty(7), "high"
	d.Worst, d.Unaudited, d.Lapsing = nil, nil, nil
	for i := range hostiles {
		d.Worst = append(d.Worst, digest.Finding{Repository: nasty(i), Href: site, Message: nasty(i + 1), Severity: "critical", Factor: factorAt(i + 1)})
		d.Unaudited = append(d.Unaudited, digest.Unaudited{Repository: nasty(i + 3), Href: site, Why: nasty(i)})
		d.Lapsing = append(d.Lapsing, digest.Waiver{Repository: nasty(i + 5), Href: site, Of: nasty(i), Owner: nasty(i + 2), Expires: d.To})
	}
	return d
}
