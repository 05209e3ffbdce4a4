package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"twelvefold/internal/audit"
	"twelvefold/internal/engine"
	"twelvefold/internal/inspect/files"
	"twelvefold/internal/source"
)

func TestTheRepositorysOwnConfiguration(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		mode    source.Mode
		content string
		err     error
		ignored bool   // whether the configuration's list of ignored files holds
		warning string // a part of what is said; "" for nothing
	}{
		{"is read", source.Regular, "ignore: [Procfile]\n", nil, true, ""},
		{"is a link", source.Symlink, "ignore: [Procfile]", nil, false, "not followed"},
		{"can't be read", source.Regular, "", errors.New("left out: permission denied"), false, "permission denied"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			content := map[string]string{audit.SettingsFile: test.content, "Procfile": "no process type\n"}
			list := []source.File{
				{Path: audit.SettingsFile, Mode: test.mode, Blob: strings.Repeat("a", 40), Role: source.DevTool, Size: int64(len(test.content))},
				{Path: "Procfile", Mode: source.Regular, Blob: strings.Repeat("b", 40), Role: source.DeployProd, Size: 16},
			}
			read := func(_ context.Context, f source.File) ([]byte, error) {
				if f.Path == audit.SettingsFile && test.err != nil {
					return nil, test.err
				}
				return []byte(content[f.Path]), nil
			}
			snapshot := source.New("acme/shop", "", list, read, nil)
			result, inspected, err := engine.Audit(context.Background(), snapshot, nil, engine.Options{Options: files.Options{Inspector: files.InProcess()}})
			if err != nil {
				t.Fatal(err)
			}
			if inspected.Stats.Files != 2 || len(snapshot.Warnings) != 0 {
				t.Errorf("%d files, snapshot's warnings %v: want 2, and the snapshot as it was", inspected.Stats.Files, snapshot.Warnings)
			}
			said, broken := "", false
			for _, w := range result.Warnings {
				if w.Path == audit.SettingsFile {
					said += w.Message
				}
				broken = broken || w.Path == "Procfile"
			}
			if test.warning == "" && said != "" || !strings.Contains(said, test.warning) {
				t.Errorf("of the configuration is said %q, want %q", said, test.warning)
			}
			if broken == test.ignored {
				t.Errorf("the broken Procfile is warned of: %v, want %v", broken, !test.ignored)
			}
		})
	}
}

// TestRolesDecideWhatIsRead: what the configuration makes part of the program
// is inspected, though its path says that others wrote it.
func TestRolesDecideWhatIsRead(t *testing.T) {
	t.Parallel()
	content := map[string]string{audit.SettingsFile: "roles: [{path: vendor/**, role: prod}]\n", "vendor/a/Procfile": "no process type\n"}
	list := []source.File{
		{Path: audit.SettingsFile, Mode: source.Regular, Blob: strings.Repeat("a", 40), Role: source.DevTool},
		{Path: "vendor/a/Procfile", Mode: source.Regular, Blob: strings.Repeat("b", 40), Role: source.Vendored},
	}
	read := func(_ context.Context, f source.File) ([]byte, error) { return []byte(content[f.Path]), nil }
	snapshot := source.New("acme/shop", "", list, read, nil)
	result, _, err := engine.Audit(context.Background(), snapshot, nil, engine.Options{Options: files.Options{Inspector: files.InProcess()}})
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Warnings) != 1 || result.Warnings[0].Path != "vendor/a/Procfile" {
		t.Errorf("warnings %v, want one on vendor/a/Procfile", result.Warnings)
	}
}
