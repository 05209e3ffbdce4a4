package templates

import "time"

// Env is the page of a repository's environment contract.
type Env struct {
	Page       Page
	Name       string // of the repository
	Href       string // of the repository's page
	Action     string // of the filter: this page
	Export     string // of the files, without their extension
	Commit     string
	At         time.Time
	Kept       bool // the audit kept contracts; older ones did not
	Sum        EnvSum
	Components []Choice // to choose from; none when there is one
	Statuses   []Choice
	Query      string
	Filtered   bool
	Rows       []VariableRow // what is wrong first
	Platform   []VariableRow // set by the platform, the shell or CI
	Matching   int           // rows that the filter leaves, shown or not
	First      int           // number of the first that is shown, from 1
	Hidden     int           // rows of the platform that are not shown
	Before     string        // the rows before those shown; "" for none
	After      string        // the rows after those shown
}

// EnvSum counts the variables of contracts.
type EnvSum struct {
	Own           int // that no platform sets
	NeverProvided int // of them, required and given nowhere
	NeverRead     int // of them, given and read nowhere
}

// Says is the sum in words: "34 variables, 2 never provided".
func (s EnvSum) Says() string {
	says := Count(s.Own, "variable")
	if s.NeverProvided > 0 {
		says += ", " + Thousands(s.NeverProvided) + " never provided"
	}
	if s.NeverRead > 0 {
		says += ", " + Thousands(s.NeverRead) + " never read"
	}
	return says
}

// Order says how the rows are ordered, as the end of a sentence.
func (s EnvSum) Order() string {
	if s.NeverProvided+s.NeverRead == 0 {
		return " by name."
	}
	return ", what is wrong first."
}

// VariableRow is one line of the contract.
type VariableRow struct {
	Name       string
	Component  string // "" where there is one component
	Secret     bool
	Required   bool
	Status     string           // "never-provided", "never-read" or "fine"
	Reads      []VariablePlaces // by what stands in for it
	Production []VariablePlaces // by what is given
	Elsewhere  []VariablePlaces
	Documented Places
}

// VariablePlaces are places of which the same is said.
type VariablePlaces struct {
	Label string // the environment; "" where the column tells
	Says  string // "without a default", "from a secret"
	Value string // a default or a value, masked; "" where Says says it all
	At    Places
}

// Places are the first of some places, and how many more there are.
type Places struct {
	Shown []ShortPlace
	More  int
}

// ShortPlace is a place by the end of its path.
type ShortPlace struct {
	Link
	Whole string // with the whole path
}

// StatusSays is the status in words; "" for one that is fine.
func (v VariableRow) StatusSays() string {
	switch v.Status {
	case "never-provided":
		return "never provided"
	case "never-read":
		return "never read"
	}
	return ""
}
