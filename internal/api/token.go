package api

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"math/big"
	"regexp"
	"strings"
)

// A token is tf_, 256 random bits as 43 digits of base 62, and 6 digits that hold
// the CRC-32 of those: whoever looks for leaked secrets can tell one from any
// other text without asking.
const (
	tokenMark   = "tf_"
	tokenRandom = 43
	tokenSum    = 6
)

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// NewToken makes a token.
func NewToken() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	text := inDigits(new(big.Int).SetBytes(random[:]), tokenRandom)
	return tokenMark + text + checksum(text)
}

// inDigits is a number in base 62, filled up with zeros.
func inDigits(n *big.Int, width int) string {
	text := make([]byte, width)
	base, digit := big.NewInt(int64(len(digits))), new(big.Int)
	for i := width - 1; i >= 0; i-- {
		n.DivMod(n, base, digit)
		text[i] = digits[digit.Int64()]
	}
	return string(text)
}

func checksum(random string) string {
	return inDigits(big.NewInt(int64(crc32.ChecksumIEEE([]byte(random)))), tokenSum)
}

// IsToken reports whether a text is formed as a token is, its checksum included.
func IsToken(text string) bool {
	rest, marked := strings.CutPrefix(text, tokenMark)
	if !marked || len(rest) != tokenRandom+tokenSum || strings.Trim(rest, digits) != "" {
		return false
	}
	return checksum(rest[:tokenRandom]) == rest[tokenRandom:]
}

// HoldsToken reports whether a token stands anywhere in a text.
func HoldsToken(text string) bool {
	const length = len(tokenMark) + tokenRandom + tokenSum
	for at := strings.Index(text, tokenMark); at >= 0 && len(text)-at >= length; {
		if IsToken(text[at : at+length]) {
			return true
		}
		next := strings.Index(text[at+1:], tokenMark)
		if next < 0 {
			return false
		}
		at += 1 + next
	}
	return false
}

// HashOf is what is kept of a token.
func HashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

var tokens = regexp.MustCompile(fmt.Sprintf(`%s[0-9A-Za-z]{%d,}`, tokenMark, tokenRandom+tokenSum))

// Masked is a text without the tokens in it, for logs.
func Masked(text string) string {
	if !strings.Contains(text, tokenMark) {
		return text
	}
	return tokens.ReplaceAllString(text, tokenMark+"…")
}

// Scope is what a token may do of what its person may.
type Scope string

// The scopes. There is none for what the API can't do.
const (
	Read  Scope = "read"  // read everything that its person sees
	Audit Scope = "audit" // ask for audits of repositories that its person may write to
)

// Scopes lists all scopes.
func Scopes() []Scope { return []Scope{Read, Audit} }

// Days lists for how many days a token may be made.
func Days() []int { return []int{7, 30, 90, 365} }
