package inspect

import "regexp"

// What one file keeps of people and others change. One file states what it
// exports, another what it changes or calls of an import while it serves
// somebody; the audit joins them.

// HeldState is a container of the module, or of an object that it exports, which
// is named for what belongs to people and changed by what others are given. The
// signal's line is the declaration.
type HeldState struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`            // "map", "list", "set"
	Exports []string `json:"exports"`         // names below the module of the container and of what changes it: "rooms", "addUser", "Lobby.join", "" for the module itself
	Parts   bool     `json:"parts,omitempty"` // what lies in it are records with parts of their own
}

// StateUse is what code that serves somebody changes of another file, or calls
// there: by the symbol of the import, "./users.addUser".
type StateUse struct {
	Symbol string `json:"symbol"`
	Parts  bool   `json:"parts,omitempty"` // what is put there are records with parts of their own
}

func (HeldState) Kind() Kind { return "held-state" }
func (StateUse) Kind() Kind  { return "state-use" }

// Held are words for what belongs to people who are there or come back, as
// variables, modules and functions are named that keep it.
var Held = []string{"user", "player", "room", "game", "lobby", "lobbies", "session", "cart", "basket", "token", "otp", "order", "wallet", "visitor", "online", "conversation", "chat", "poll", "login", "account"}

var heldName = regexp.MustCompile(`(?i)user|player|room|game|lobby|lobbies|session|cart|basket|token|otp|order|wallet|visitor|online|conversation|chat|poll|login|account`)

// NamesHeld reports whether a name is that of something which belongs to people.
func NamesHeld(name string) bool { return len(name) < 120 && heldName.MatchString(name) }
