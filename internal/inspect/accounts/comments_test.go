package accounts

import (
	"strings"
	"testing"
)

func TestCommentsAreKnown(t *testing.T) {
	t.Parallel()
	// A capital stands outside of all comments, any other letter within one.
	text := "A /* b */ C \"/api/**\" D /*/ e */ F \"\"\" g /* h \"\"\" I */ J \"\"\" /* k */ l"
	within := comments{content: []byte(text)}
	for at, letter := range text {
		switch {
		case strings.ContainsRune("ACDFJ", letter) && within.at(at):
			t.Errorf("%c stands within a comment", letter)
		case strings.ContainsRune("beghkl", letter) && !strings.Contains("/api/", string(letter)) && !within.at(at):
			t.Errorf("%c stands outside of comments", letter)
		}
	}
}
