package inspect

// ProviderToken is a text of any file that gives access to something by itself,
// whatever it is given to: a token of a provider's form, or a private key.
type ProviderToken struct {
	Name   string `json:"name,omitempty"`   // what it is given to, where its line tells: "STRIPE_KEY"
	Secret Secret `json:"secret"`           // Format is the form's name: "github-pat", "private-key"; Placeholder for one that shows the form
	Digest string `json:"digest"`           // equal for equal tokens; too short to find one by
	Named  bool   `json:"named,omitempty"`  // told by the provider's name beside it: random letters otherwise
	Forged bool   `json:"forged,omitempty"` // its own checksum denies it
	Test   bool   `json:"test,omitempty"`   // opens only what the provider has for trying
	Sealed bool   `json:"sealed,omitempty"` // a private key that is encrypted itself
	Public bool   `json:"public,omitempty"` // of a sort that browsers are given, by what stands around it
	InTest bool   `json:"inTest,omitempty"` // below the mark of a file's own tests: Rust's #[cfg(test)]
	Alone  bool   `json:"alone,omitempty"`  // a private key, and the file holds keys and certificates only
}

func (ProviderToken) Kind() Kind { return "provider-token" }
