package server

import (
	"net/http"
	"slices"
	"strings"
)

// tidied leaves out of a page's address what a form had no value for. The address
// that htmx shows is told to it; without it the reader is led there, once, and
// tidied reports that the request is answered.
func tidied(w http.ResponseWriter, r *http.Request) (answered bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery == "" {
		return false
	}
	fields := strings.Split(r.URL.RawQuery, "&")
	kept := slices.DeleteFunc(slices.Clone(fields), func(field string) bool {
		at := strings.IndexByte(field, '=')
		return field == "" || at >= 0 && at == len(field)-1 // a name alone is a flag
	})
	if len(kept) == len(fields) {
		return false
	}
	address := ownPath(r.URL.EscapedPath())
	if len(kept) > 0 {
		address += "?" + strings.Join(kept, "&")
	}
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Push-Url", address)
		return false
	}
	http.Redirect(w, r, address, http.StatusFound)
	return true
}
