package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pooltop/poolstate/counts"
)

func TestDisplayPath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Unix paths")
	}
	for _, c := range []struct{ home, path, want string }{
		{"/home/me", "/home/me/.hermes/auth.json", "~/.hermes/auth.json"},
		{"/home/me/", "/home/me/.hermes/auth.json", "~/.hermes/auth.json"},
		{"/home/me", "/home/merlin/auth.json", "/home/merlin/auth.json"},
		{"/home/me", "/home/me", "/home/me"},
		{"/home/me", "/srv/home/me/auth.json", "/srv/home/me/auth.json"},
		{"/", "/root/auth.json", "~/root/auth.json"},
		{"", "/root/auth.json", "/root/auth.json"},
	} {
		t.Run(c.home+" "+c.path, func(t *testing.T) {
			t.Setenv("HOME", c.home)
			equal(t, "the path", displayPath(c.path), c.want)
		})
	}
}

// TestLoadSelection_BorrowedGuard checks that the guard of the root's store determines the next
// cooldown of a borrowed credential, and that a report mentions the guard.
func TestLoadSelection_BorrowedGuard(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := t.TempDir()
	profile := filepath.Join(root, "profiles", "new")
	must(t, os.MkdirAll(profile, 0o700))
	writeFile(t, filepath.Join(root, "auth.json"), []byte(failedAt(guardStart)))
	next := func() int64 {
		t.Helper()
		var list struct {
			Providers []struct {
				Credentials []struct {
					Next int64 `json:"next_cooldown_seconds"`
				}
			}
		}
		out := done(t, pooltop(t, "list", "--json", "--home", profile, "--now", guardStart.Format("2006-01-02T15:04:05Z")))
		must(t, json.Unmarshal([]byte(out), &list))
		return list.Providers[0].Credentials[0].Next
	}
	equal(t, "seconds without a guard", next(), 3600)
	c := newCounting(configAt(t, filepath.Join(root, "auth.json")), filepath.Join(root, "auth.json"), noLog)
	release, err := c.Guard(counts.Guard{})
	must(t, err)
	defer release()
	equal(t, "seconds with a guard", next(), 7200)
	markdown := done(t, pooltop(t, "report", "--home", root, "--now", guardStart.Format("2006-01-02T15:04:05Z")))
	equal(t, "the report says that guard is running", strings.Contains(markdown, "`pooltop guard` is running"), true)
}

// TestNewClock_NoMonotonic checks that the clocks follow the wall clock when the machine was
// suspended.
func TestNewClock_NoMonotonic(t *testing.T) {
	for _, start := range []time.Time{{}, time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)} {
		for _, at := range []time.Time{newClock(start)(), instant(start)} {
			if s := at.String(); strings.Contains(s, "m=") {
				t.Errorf("%s has a monotonic clock reading", s)
			}
		}
	}
}
