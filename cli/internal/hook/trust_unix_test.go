//go:build unix

package hook

import (
	"os"
	"path/filepath"
	"testing"
)

func TestUntrusted(t *testing.T) {
	for _, tt := range []struct {
		dir, file os.FileMode
		trusted   bool
	}{
		{0o700, 0o600, true},
		{0o755, 0o644, true},
		{0o755, 0o664, false},
		{0o755, 0o646, false},
		{0o775, 0o644, false},
		{0o757, 0o644, false},
		{0o777 | os.ModeSticky, 0o644, true},
		{0o777 | os.ModeSticky, 0o666, false},
	} {
		dir := filepath.Join(t.TempDir(), "pooltop")
		path, link := filepath.Join(dir, "config.toml"), filepath.Join(t.TempDir(), "config.toml")
		for _, err := range []error{
			os.Mkdir(dir, 0o700), os.WriteFile(path, nil, 0o600), os.Chmod(path, tt.file), os.Chmod(dir, tt.dir), os.Symlink(path, link),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range []string{path, link} {
			if err := Untrusted(p); (err == nil) != tt.trusted {
				t.Errorf("%v in %v: %v", tt.file, tt.dir, err)
			}
		}
		if os.Geteuid() != 0 {
			continue
		}
		if err := os.Chown(path, 1, -1); err != nil {
			t.Fatal(err)
		}
		if Untrusted(path) == nil {
			t.Error("another user's file is trusted")
		}
	}
	if Untrusted("/nonexistent") == nil {
		t.Error("a missing file is trusted")
	}
}
