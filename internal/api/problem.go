package api

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type       string      `json:"type" doc:"Which kind of problem it is: an address of this deploy's documentation."`
	Title      string      `json:"title" doc:"The same for all problems of the type."`
	Status     int         `json:"status"`
	Detail     string      `json:"detail" doc:"What happened here, and what to do."`
	Instance   string      `json:"instance" doc:"The request that it happened to, as the log names it."`
	Parameters []Parameter `json:"parameters,omitempty" doc:"What is wrong with parameters, where that is the problem: the first 20 by name."`
}

// Parameter is what is wrong with one parameter or member of a body.
type Parameter struct {
	Name string `json:"name"`
	In   string `json:"in" doc:"path, query or body"`
	Why  string `json:"why"`
}

// Kind is a type of problem.
type Kind struct {
	Name   string // the end of its address
	Status int
	Title  string
	Do     string // what it means and what to do, for people
}

// The types of problems.
var (
	BadParameter  = Kind{"bad-parameter", 400, "A parameter can’t be that", "A name is not known here, or a value is none of those that it may have. The problem lists each parameter with what it may be. A mistyped filter is refused rather than ignored, because without it the answer would mean something else."}
	BadCursor     = Kind{"bad-cursor", 400, "The cursor is not of this list", "A cursor goes with the list and the filters that it was given for. Follow next as it stands, or begin again without a cursor."}
	TokenInURL    = Kind{"token-in-address", 400, "A token does not belong in an address", "Addresses are kept in logs and histories. Send the token in the header Authorization: Bearer, and revoke the one that stood in the address."}
	BadBody       = Kind{"bad-body", 400, "The body is no JSON", "Send an object in JSON, or nothing at all."}
	NoToken       = Kind{"no-token", 401, "A token is needed", "Send Authorization: Bearer with a token of yours. They are made on the page API tokens of this site; cookies of a browser are not taken here."}
	BadToken      = Kind{"bad-token", 401, "The token does not let you in", "It is mistyped, revoked, expired, or was never made here. Make another one on the page API tokens."}
	SignInAgain   = Kind{"sign-in-again", 401, "Its person has to sign in again", "A token may what its person may, as GitHub says, and GitHub can’t be asked any more: the person signed out everywhere or took back the consent. Once that person signs in to this site again, the token works again."}
	LacksScope    = Kind{"lacks-scope", 403, "The token lacks a scope", "Make a token with the scope that the problem names."}
	MayNot        = Kind{"may-not-change", 403, "You may read this, not change it", "Asking for audits needs write access to the repository on GitHub. Ask somebody who has it, or one of its admins for it."}
	Elsewhere     = Kind{"sent-from-elsewhere", 403, "Sent by another site’s page", "Browsers say so of what pages of other sites send. Such requests change nothing here."}
	Missing       = Kind{"not-found", 404, "Nothing here", "The address may be mistyped, what it showed may be gone, or your token’s person may not see it: these look the same."}
	NotThatMethod = Kind{"method-not-allowed", 405, "The address does not take this method", "The header Allow names those that it takes."}
	TooLarge      = Kind{"too-large", 413, "The body is too large", "Bodies hold a few members; 4096 bytes are enough for any."}
	OtherHost     = Kind{"other-host", 421, "Another machine’s name", "Without sign-in this server answers to localhost and 127.0.0.1 only."}
	NotJSON       = Kind{"unsupported-media-type", 415, "The body is no application/json", "Send Content-Type: application/json, or no body."}
	BadMember     = Kind{"bad-member", 422, "The body has a member that can’t be", "The problem names the member. One that is not known is refused rather than ignored."}
	TooMany       = Kind{"too-many-requests", 429, "Too many requests", "Wait for the seconds that Retry-After names. RateLimit says with every answer how many requests are left, and for how long."}
	Broken        = Kind{"broken", 500, "Something broke", "It has been logged under the problem’s instance. Try again; if it stays, tell the operator that."}
	Busy          = Kind{"unavailable", 503, "Not just now", "The database or GitHub does not answer, or GitHub answers no more of your person’s questions within the hour. Nothing is lost: try again after Retry-After."}
)

// Kinds lists all types of problems.
func Kinds() []Kind {
	return []Kind{BadParameter, BadCursor, TokenInURL, BadBody, NoToken, BadToken, SignInAgain, LacksScope, MayNot, Elsewhere, Missing, NotThatMethod,
		TooLarge, NotJSON, OtherHost, BadMember, TooMany, Broken, Busy}
}
