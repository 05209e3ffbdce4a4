package inspect

import "testing"

func TestNamesTemporary(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"$tmpDir", "Path.Join(_directoryService.TempDirectory, name)", "temp_path", "tempfile", "/tmp/x", "cacheDir", "s.thumbnailPath", "CACHE_DIR", "tmp/a.txt", "myTempFile"} {
		if !NamesTemporary(text) {
			t.Errorf("NamesTemporary(%q) = false, want true", text)
		}
	}
	for _, text := range []string{"", "templates/a.html", "attempt", "uploadDir", "contempt.txt", "data/report.csv", "temperature", "cacher"} {
		if NamesTemporary(text) {
			t.Errorf("NamesTemporary(%q) = true, want false", text)
		}
	}
}
