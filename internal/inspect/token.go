package inspect

// ProviderToken is a text of any file that gives access to something by itself,
// whatever it is given to: a token of a provider's form, or a private key.
type ProviderToken struct {
	Name   string `json:"name,omitempty"`   // what it is given to, where its line tells: "STRIPE_KEY"
	Secret Secret `json:"secret"`           // Format is the form's name: "github-pat", "private-key"; Placeholder for one that shows the form
	Digest string `json:"digest"`           // equal for equal tokens; too short to find one by
	Named  bool   `json:"named,omitempty"`  // told by the provider's name beside it: random letters otherwise
	Issued bool   `json:"issued,omitempty"` // its own checksum says that its provider issued it
	Forged bool   `json:"forged,omitempty"` // its own checksum denies it
	Test   bool   `json:"test,omitempty"`   // opens only what the provider has for trying
	Sealed bool   `json:"sealed,omitempty"` // a private key that is encrypted itself
	Public bool   `json:"public,omitempty"` // of a sort that browsers are given, by what stands around it
	InTest bool   `json:"inTest,omitempty"` // below the mark of a file's own tests: Rust's #[cfg(test)]
	Alone  bool   `json:"alone,omitempty"`  // a private key, and the file is nothing else: keys and certificates, an account's key of Google's
}

// Certificate says what is known of the first certificate of a file: one that
// vouches for itself, or for this machine, is made for trying, and its key guards
// nothing.
type Certificate struct {
	SelfSigned bool `json:"selfSigned,omitempty"`
	Local      bool `json:"local,omitempty"` // for localhost, an address of this machine, a name that no one can have
}

// CredentialFile is the first credential in a file in which a tool keeps them.
type CredentialFile struct {
	What   string `json:"what"` // in words: "a registry's token"
	Secret Secret `json:"secret"`
}

func (ProviderToken) Kind() Kind  { return "provider-token" }
func (Certificate) Kind() Kind    { return "certificate" }
func (CredentialFile) Kind() Kind { return "credential-file" }
