package templates

import "time"

// Scanning is a repository's choice whether its findings are uploaded to GitHub's
// code scanning, and what became of the last uploads.
type Scanning struct {
	Action  string
	May     bool // the reader chooses
	Wanted  bool
	By      string // who chose last; "" if nobody did
	At      time.Time
	Lacks   bool   // the account has not granted the App what it takes
	Alerts  string // the page of code scanning on GitHub; "" when that is not known
	Uploads []UploadRow
	Export  string // of their files, without their extension
}

// UploadRow is one upload.
type UploadRow struct {
	Ref      string // "main", "#12"
	Commit   string
	State    string // "waiting", "processing", "complete", "failed" or "superseded"
	Why      string
	Findings int
	LeftOut  int
	Shown    int // GitHub shows so many at most; 0: all
	At       time.Time
}

// Says is the state in words.
func (u UploadRow) Says() string {
	switch u.State {
	case "waiting":
		return "waiting"
	case "processing":
		return "GitHub processes it"
	case "complete":
		return "uploaded"
	case "superseded":
		return "not needed any more"
	}
	return "not uploaded"
}
