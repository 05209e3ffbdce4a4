package server

import (
	"net/http"
	"slices"
)

// tidied leaves out of a page's address what a form had no value for. The address
// that htmx shows is told to it; without it the reader is led there, once, and
// tidied reports that the request is answered.
func tidied(w http.ResponseWriter, r *http.Request) (answered bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery == "" {
		return false
	}
	query := r.URL.Query()
	left := len(query)
	for name, values := range query {
		values = slices.DeleteFunc(values, func(v string) bool { return v == "" })
		if query[name] = values; len(values) == 0 {
			delete(query, name)
		}
	}
	if len(query) == left {
		return false
	}
	address := addressed(ownPath(r.URL.EscapedPath()), query)
	if r.Header.Get("HX-Request") != "" {
		w.Header().Set("HX-Push-Url", address)
		return false
	}
	http.Redirect(w, r, address, http.StatusFound)
	return true
}
