package poolstate

import (
	"path/filepath"
	"runtime"
	"testing"
)

// The extension is defined as in Python's pathlib.
func TestLockPath(t *testing.T) {
	for store, want := range map[string]string{
		"auth.json":        "auth.lock",
		"/h/auth.json":     "/h/auth.lock",
		"/h.d/auth":        "/h.d/auth.lock",
		"auth":             "auth.lock",
		".auth":            ".auth.lock",
		".auth.json":       ".auth.lock",
		"auth.json.bak":    "auth.json.lock",
		"auth.":            "auth..lock",
		"a/../b/auth.json": "a/../b/auth.lock",
	} {
		if runtime.GOOS == "windows" {
			store, want = filepath.FromSlash(store), filepath.FromSlash(want)
		}
		equal(t, "lock of "+store, LockPath(store), want)
	}
}
