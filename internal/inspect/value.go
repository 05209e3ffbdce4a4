package inspect

// Source says where an expression's value comes from.
type Source string

// The sources that a single file can tell.
const (
	None    Source = ""        // there is no such expression (an omitted argument)
	Literal Source = "literal" // written in the file; Text holds it
	Env     Source = "env"     // read from the environment; Text holds a literal fallback
	Input   Source = "input"   // a flag, argument, settings object or function parameter
	Random  Source = "random"  // generated anew in each process
	Unknown Source = "unknown" // anything else
)

// Value is what one file tells about an expression without running it: local
// names are followed to their only assignment in the same file, string
// concatenation and interpolation are folded. A value that mixes anything with an
// environment read is Env; literals mixed with anything else are Random, Input
// or Unknown. See package fold.
type Value struct {
	Source  Source   `json:"source,omitempty"`
	Text    string   `json:"text,omitempty"`    // literal text, or the literal fallback of an Env value; secrets are masked
	HasText bool     `json:"hasText,omitempty"` // tells an empty text from none
	Env     []string `json:"env,omitempty"`     // variables read, in source order
	Refs    []string `json:"refs,omitempty"`    // what decides an Input value outside of the file, in source order: Helm values (".Values.image.tag"), Terraform addresses ("var.password")
	Secret  *Secret  `json:"secret,omitempty"`  // set when Text held a secret (a password in a URL, a literal of a secret-named thing)
}

// Lit is a literal value.
func Lit(text string) Value { return Value{Source: Literal, Text: text, HasText: true} }

// IsLiteral reports whether the value is written in the file.
func (v Value) IsLiteral() bool { return v.Source == Literal }

// FromEnv reports whether the value is read from the environment, with or
// without a fallback.
func (v Value) FromEnv() bool { return v.Source == Env }

// Secret is what may be kept of a secret found in a file: never the secret.
type Secret struct {
	Masked      string  `json:"masked"`                // at most its first four characters, then "…"
	Length      int     `json:"length"`                // characters
	Entropy     float64 `json:"entropy"`               // bits per character, Shannon
	Placeholder bool    `json:"placeholder,omitempty"` // changeme, xxx, <…>, your-…, example values; see IsPlaceholder
	Common      bool    `json:"common,omitempty"`      // a placeholder that works as it is, and that anybody tries first: "secret", "password"
	Unset       bool    `json:"unset,omitempty"`       // says that there is none: none, null, false, off
	Format      string  `json:"format,omitempty"`      // a provider's token format when recognised: "stripe-live", "aws-access-key" …
}

// maxText bounds in bytes what folding may build, in every language: doubling a
// name twenty times is easy, and longer text is no handle, path or key.
const MaxText = 4096
