package inspect

import "regexp"

// temporaryName matches a name that has one of the words as a part of its own:
// tmpDir, TempDirectory, cache_path; neither template nor attempt.
var temporaryName = regexp.MustCompile(`(?:^|[^A-Za-z])(?i:temp|tmp|temp(?:file|dir|path|name|orary)|tmp(?:file|dir|path|name)|scratch|cached?|caches|thumb|thumbs|thumbnails?)(?:$|[^a-z])` +
	`|[a-z0-9](?:Temp|Tmp|Temporary|Scratch|Cached?|Caches|Thumbs?|Thumbnails?)(?:$|[^a-z])`)

// NamesTemporary reports whether the text of a path or of an expression for one
// says by its names that what is written there may be lost: it is temporary, or
// can be made again.
func NamesTemporary(text string) bool {
	return temporaryName.MatchString(text[:min(len(text), 300)])
}
