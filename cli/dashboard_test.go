package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"pooltop/model"
	"pooltop/poolstate"
	"pooltop/watch"
)

func TestFollowStores_ListError(t *testing.T) {
	root := t.TempDir()
	equal(t, "error", os.WriteFile(filepath.Join(root, "profiles"), nil, 0o600), nil)
	cfg := configAt(t, filepath.Join(root, "auth.json"))
	cfg.AllProfiles = true
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	warning := model.Warning("")
	followStores(ctx, cfg, noLog, model.Config{}, func(m tea.Msg) {
		if w, ok := m.(model.Warning); ok {
			warning = w
		}
	})
	equal(t, "warning", strings.HasPrefix(string(warning), "could not list the profiles: "), true)
}

// TestNewStores checks that the root's store is hidden if only profiles are shown, and that
// known stores are reused.
func TestNewStores(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	root := t.TempDir()
	profile := func(name string) poolstate.Profile {
		if name == poolstate.RootProfile {
			return poolstate.ProfileAt(filepath.Join(root, "auth.json"))
		}
		return poolstate.ProfileAt(filepath.Join(root, "profiles", name, "auth.json"))
	}
	cfg := configAt(t, profile("default").Path)
	var known []model.Store
	for _, c := range []struct{ profiles, want string }{
		{"work", "work default(hidden) 2 new"},
		{"work play", "work play default(hidden) 1 new"},
		{"default play", "default play 0 new"},
		{"default", "default 0 new"},
		{"work default", "work default 1 new"},
	} {
		var profiles []poolstate.Profile
		for _, name := range strings.Fields(c.profiles) {
			profiles = append(profiles, profile(name))
		}
		stores := newStores(cfg, noLog, time.Now, profiles, known)
		got, added := "", 0
		for _, s := range stores {
			got += s.Profile
			if s.Hidden {
				got += "(hidden)"
			}
			got += " "
			isNew := true
			for _, k := range known {
				isNew = isNew && k.Operator != s.Operator
			}
			if isNew {
				added++
			}
		}
		equal(t, "stores for "+c.profiles, got+fmt.Sprint(added)+" new", c.want)
		known = stores
	}
}

// TestGuardWhileOpen checks that the dashboard's guard starts within a minute after another
// guard has ended, and that it ends when the profile is removed.
func TestGuardWhileOpen(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	synctest.Test(t, func(t *testing.T) {
		file := storeFile(t, healthy)
		cfg := configAt(t, file)
		other := newGuardian(cfg, file, noLog)
		must(t, other.acquire())
		ended, changes := make(chan error), make(chan watch.Change, 1)
		run := guardWhileOpen(cfg, noLog, file, func(problem string) { t.Error(problem) })
		go func() { ended <- run(t.Context(), changes) }()
		<-time.After(time.Second) // run has not acquired the lock and is waiting for retryAfter
		other.end()
		changes <- watch.Change{}
		<-time.After(retryAfter)
		synctest.Wait()
		if err := other.acquire(); err == nil {
			t.Fatal("no guard is running")
		}
		close(changes)
		must(t, <-ended)
		must(t, other.acquire())
		go func() { ended <- run(t.Context(), changes) }() // while other is running
		must(t, <-ended)
		other.end()
	})
}
