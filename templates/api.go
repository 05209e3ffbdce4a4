package templates

// API is the page that describes the JSON API.
type API struct {
	Page     Page
	Site     string // its address
	Local    bool   // this machine, where no token is needed
	Groups   []APIGroup
	Types    []APIType
	Problems []APIProblem
	Limits   APILimits
}

// APILimits are how much may be asked.
type APILimits struct{ Requests, Misses, PageUsual, PageMost, Tokens int }

// APIGroup is the operations about one thing.
type APIGroup struct {
	Name       string
	Operations []APIOperation
}

// APIOperation is a method of an address.
type APIOperation struct {
	ID, Method, Path string
	Summary, Detail  string
	Needs            string // scope; "" for no token
	Parameters       []APIParameter
	Answers          string // the type's name, "" where another document describes it
	List             bool
	Curl             string
	Statuses         string
}

// APIParameter is one of an operation.
type APIParameter struct {
	Name, In, Says string
	Of             []string // that it may be, where it is one of some
	Usual          string
}

// APIType is what an answer is made of.
type APIType struct {
	Name   string
	Fields []APIField
}

// APIField is a member of it; Type is the name of the type that it leads to, or "".
type APIField struct{ Name, Is, Type, Says string }

// APIProblem is a type of problem.
type APIProblem struct {
	Name      string
	Status    int
	Title, Do string
}
