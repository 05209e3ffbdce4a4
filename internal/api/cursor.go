package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrCursor says that a cursor is not one of this list with these filters.
var ErrCursor = errors.New("not a cursor of this list")

// Key is where a list goes on: the values of its order's columns in the last item
// that was given, nil for none. A value is nil, a string, an int64, a float64 or a
// time.Time.
type Key []any

// Kinds of a key's values.
const (
	Text   = 's'
	Whole  = 'i'
	Number = 'f'
	Moment = 't'
)

// Encode writes a key down as a cursor of a list. of is what the list is of: the
// same list with other filters has other cursors.
func (k Key) Encode(of string) string {
	values := []any{markOf(of)}
	for _, v := range k {
		switch v := v.(type) {
		case nil:
			values = append(values, nil)
		case string:
			values = append(values, v)
		case int64:
			values = append(values, strconv.FormatInt(v, 10))
		case float64:
			values = append(values, strconv.FormatFloat(v, 'g', -1, 64))
		case time.Time:
			values = append(values, v.UTC().Format(time.RFC3339Nano))
		}
	}
	encoded, err := json.Marshal(values)
	if err != nil { // no text fails to encode
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(encoded)
}

// longestCursor bounds a cursor, in bytes: names of GitHub's are far shorter, those
// of variables and the paths of their components may be some thousand bytes long.
const longestCursor = 16 << 10

// DecodeKey reads a cursor of a list whose key's values are of some kinds, each
// one of them or nil. Errors are ErrCursor.
func DecodeKey(cursor, of, kinds string) (Key, error) {
	if len(cursor) > longestCursor {
		return nil, ErrCursor
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	var values []*string
	if err != nil || json.Unmarshal(data, &values) != nil || len(values) != len(kinds)+1 || values[0] == nil || *values[0] != markOf(of) {
		return nil, ErrCursor
	}
	key := make(Key, len(kinds))
	for i, kind := range kinds {
		if v := values[i+1]; v != nil {
			if key[i], err = valueOf(*v, kind); err != nil {
				return nil, ErrCursor
			}
		}
	}
	return key, nil
}

func valueOf(text string, kind rune) (any, error) {
	switch kind {
	case Whole:
		return strconv.ParseInt(text, 10, 64)
	case Number:
		n, err := strconv.ParseFloat(text, 64)
		if err == nil && (n != n || n > 1e300 || n < -1e300) {
			err = ErrCursor
		}
		return n, err
	case Moment:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err == nil && (at.Year() < 1 || at.Year() > 9999) {
			err = ErrCursor
		}
		return at, err
	}
	if strings.ContainsRune(text, 0) || strings.ToValidUTF8(text, "") != text {
		return nil, ErrCursor
	}
	return text, nil
}

// markOf is what tells cursors of one list from those of another.
func markOf(of string) string {
	sum := sha256.Sum256([]byte(of))
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}

// ListOf names a list by its address and filters: limit and cursor are no part of
// what it is of.
func ListOf(path string, query url.Values) string {
	var names []string
	for name := range query {
		if name != "limit" && name != "cursor" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	of := path
	for _, name := range names {
		of += "\n" + url.QueryEscape(name) + "=" + url.QueryEscape(query.Get(name))
	}
	return of
}
