package cli

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"sync"

	"pooltop/cli/config"
	"pooltop/poolstate"
	"pooltop/watch"
)

// storeWatch watches stores with one watcher. If all profiles are selected, it notices
// profiles that are created or removed.
type storeWatch struct {
	stores []poolstate.Profile
	root   string   // path of the root's store, or "" if not all profiles are selected
	also   []string // paths to watch in addition to the stores
	// strategies is true to watch the agents' configurations, too.
	strategies bool

	watcher interface {
		Changes() <-chan watch.Change
		Set(paths ...string)
	}
	log *slog.Logger
	// changed is called for each change to a store. listed is called after stores has
	// changed. They may be nil.
	changed func(watch.Change)
	listed  func()
}

// newStoreWatch returns a storeWatch for the selected stores. Call start or follow to start
// watching.
func newStoreWatch(cfg *config.Config, log *slog.Logger) *storeWatch {
	w := &storeWatch{stores: distinct(cfg.Stores), log: log}
	if cfg.AllProfiles {
		w.root = cfg.Stores[0].Path
	}
	return w
}

// start starts the watcher, which runs until ctx is done.
func (w *storeWatch) start(ctx context.Context) { w.watcher = watch.Start(ctx, w.paths()...) }

// profilesDir returns the path that is watched for the list of profiles. It ends in a
// separator.
func (w *storeWatch) profilesDir() string {
	return poolstate.ProfilesDir(w.root) + string(os.PathSeparator)
}

// paths returns the paths to watch. The list of profiles is last, so that the removal of a
// store is reported first.
func (w *storeWatch) paths() []string {
	paths := slices.Clone(w.also)
	for _, p := range w.stores {
		paths = append(paths, p.Path)
		if w.strategies {
			paths = append(paths, agentConfig(p.Path))
		}
	}
	if w.root != "" {
		paths = append(paths, w.profilesDir())
	}
	return paths
}

// storeOf returns the path of the store that a watched path belongs to.
func (w *storeWatch) storeOf(path string) string {
	for _, p := range w.stores {
		if w.strategies && agentConfig(p.Path) == path {
			return p.Path
		}
	}
	return path
}

// relist updates the list of stores and reports whether it has changed. If the profiles
// cannot be listed, it keeps the list.
func (w *storeWatch) relist() bool {
	found, err := poolstate.ProfilesOf(w.root)
	if err != nil {
		w.log.Warn("cannot list profiles", "error", cause(err))
		return false
	}
	found = distinct(found)
	if slices.EqualFunc(found, w.stores, func(a, b poolstate.Profile) bool { return a.Path == b.Path }) {
		return false
	}
	w.stores = found
	w.watcher.Set(w.paths()...)
	return true
}

// storeRun does the work for one store until ctx is done or changes is closed. changes is
// closed when the profile has been removed.
type storeRun func(ctx context.Context, changes <-chan watch.Change) error

// follow calls open for each store, including stores that are added later, and calls each
// returned function in a goroutine. It returns when ctx is done or a function fails. open may
// be nil or return nil.
func (w *storeWatch) follow(ctx context.Context, open func(poolstate.Profile) storeRun) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if w.watcher == nil {
		w.start(ctx)
	}
	var group sync.WaitGroup
	var once sync.Once
	var first error
	running := map[string]chan watch.Change{} // by path
	update := func() {
		for path, changes := range running {
			if !slices.ContainsFunc(w.stores, func(p poolstate.Profile) bool { return p.Path == path }) {
				close(changes)
				delete(running, path)
			}
		}
		for _, p := range w.stores {
			if open == nil || running[p.Path] != nil {
				continue
			}
			changes := make(chan watch.Change, 1)
			running[p.Path] = changes
			if run := open(p); run != nil {
				group.Go(func() {
					if err := run(ctx, changes); err != nil {
						once.Do(func() { first = err })
						cancel()
					}
				})
			}
		}
	}
	update()
	w.dispatch(ctx, func(c watch.Change) {
		select {
		case running[c.Path] <- c:
		default: // the store is not followed, or another change is about to be handled
		}
	}, update)
	cancel()
	group.Wait()
	return first
}

// dispatch passes changes to stores on to changed until ctx is done, and calls listed when the
// list of stores has changed.
func (w *storeWatch) dispatch(ctx context.Context, changed func(watch.Change), listed func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case c, open := <-w.watcher.Changes():
			switch {
			case !open:
				return
			case w.root == "" || c.Path != w.profilesDir():
				w.log.Debug("file changed", "path", c.Path, "polling", c.Polled != "", "reason", c.Polled)
				changed(c)
				if w.changed != nil {
					w.changed(c)
				}
			case w.relist():
				w.log.Info("profiles changed", "stores", len(w.stores))
				listed()
				if w.listed != nil {
					w.listed()
				}
			}
		}
	}
}
