package inspect

// SecretLogged is a call that writes into a log what nobody may read there.
type SecretLogged struct {
	Via     string `json:"via"`     // what is called: "console.log", "log.Printf"
	What    string `json:"what"`    // as the code names it: "cfg.DatabaseURL", "process.env", "req.body"
	Content string `json:"content"` // "secret"; "token": of somebody who uses the program; "handle": of a service, with its password; "environment": all of it; "settings": all of them; "form": all that somebody sent

	Detail bool   `json:"detail,omitempty"` // only at the level for a developer: debug, trace, verbose, silly
	Debug  bool   `json:"debug,omitempty"`  // only in a branch for development or tests
	In     string `json:"in,omitempty"`     // the function, method or route around it
}
