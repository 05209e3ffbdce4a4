package templates

// Progress is how far a running audit is.
type Progress struct {
	State string // Asked, "queued" or "running"
	Done  int    // files
	Total int    // files; 0 while they are being listed
	Href  string // the fragment's own address, polled
}

// Asked is the state before it is known which commit is to be audited.
const Asked = "asked"

// Says is the progress in words.
func (p Progress) Says() string {
	switch {
	case p.State == Asked:
		return "Looking where the branch is"
	case p.State == "queued":
		return "Waiting for a worker"
	case p.Total == 0:
		return "Listing files"
	case p.Done < p.Total:
		return Thousands(p.Done) + " of " + Thousands(p.Total) + " files inspected"
	}
	return "Judging"
}
