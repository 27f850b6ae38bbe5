package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/poolstate"
	"pooltop/poolstate/counts"
	"pooltop/poolstate/journal"
)

// displayPath abbreviates the user's home directory to ~.
func displayPath(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, strings.TrimSuffix(home, "/")); ok && rest != "" && os.IsPathSeparator(rest[0]) {
		return "~" + rest
	}
	return path
}

// newClock returns a clock that begins at start and runs in real time, or the wall clock
// if start is the zero time.
func newClock(start time.Time) func() time.Time {
	if start.IsZero() {
		return poolstate.Now
	}
	started := poolstate.Now()
	return func() time.Time { return start.Add(poolstate.Now().Sub(started)).Local() }
}

// instant returns now, the value of --now, or the current time if now is zero.
func instant(now time.Time) time.Time {
	if now.IsZero() {
		return poolstate.Now()
	}
	return now.Local()
}

// newOperator returns an operator for a store. If journaled is true, the operator records
// actions in the user's journal, and an undo also restores the failure counts.
func newOperator(store *poolstate.Store, journaled bool, log *slog.Logger) *journal.Operator {
	op := &journal.Operator{Store: store, Log: log}
	if journaled {
		op.Journal = userJournal()
		op.Sign()
		op.Restore = func(refs []poolstate.Ref) {
			dir, err := journal.StateDir()
			if err == nil {
				err = counts.New(dir, store.Identity()).Restore(refs)
			}
			if err != nil {
				log.Warn("cannot restore streaks", "error", err)
			}
		}
	}
	return op
}

// userJournal returns the user's journal. If there is no home directory, reading and writing
// the journal fail.
func userJournal() journal.Journal {
	path, err := journal.DefaultPath()
	if err != nil {
		return journal.Missing(fmt.Errorf("location unknown: %w; set XDG_STATE_HOME", err))
	}
	return journal.At(path)
}

// claudeFile returns the path of claude_code's token file, or "" if there is no home
// directory.
func claudeFile() string {
	path, _ := poolstate.ExpandPath("~/.claude/.credentials.json")
	return path
}

// distinct omits stores that use the same file as an earlier store.
func distinct(stores []poolstate.Profile) (out []poolstate.Profile) {
	known := map[string]bool{}
	for _, s := range stores {
		identity := poolstate.Open(s.Path).Identity()
		if !known[identity] {
			out = append(out, s)
		}
		known[identity] = true
	}
	return out
}

// snapshot is the content of a store when a command read it, including the credentials that
// the profile borrows from the root's store.
type snapshot struct {
	path       string
	profile    string
	identity   string // of the file
	err        error  // why the store cannot be read; pool is then nil
	pool       *poolstate.Pool
	policy     poolstate.Policy
	now        time.Time
	strategies map[string]poolstate.Strategy // of the profile's agent
	guard      *poolstate.Curve              // the schedule of the guard running on the store, or nil
	root       *snapshot                     // the store of the borrowed credentials, or nil
	missing    bool                          // whether the file is missing, so that all credentials are borrowed
}

// loader reads the stores of a root and its profiles. It reads each file once.
type loader struct {
	cfg  *config.Config
	log  *slog.Logger
	now  time.Time
	read map[string]*snapshot // by path, without borrowed credentials
	// last keeps what was loaded for the next call of loadStores, by path. It is nil if there is
	// only one call.
	last map[string]*loaded
}

// loaded is the latest snapshot of a file, and its failure counts.
type loaded struct {
	poolstate.Snapshot
	*counting
}

// latest returns what was last loaded from the store at path.
func (l *loader) latest(path string) *loaded {
	if last := l.last[path]; last != nil {
		return last
	}
	last := &loaded{counting: newCounting(l.cfg, path, l.log)}
	if l.last != nil {
		l.last[path] = last
	}
	return last
}

// load reads the store at path and adds the credentials that it borrows.
func (l *loader) load(path string) *snapshot {
	snap := *l.file(path)
	rootPath := poolstate.RootStore(path)
	missing := errors.Is(snap.err, fs.ErrNotExist)
	if rootPath == "" || snap.err != nil && !missing {
		return &snap
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil { // the profile does not exist
		return &snap
	}
	root := l.file(rootPath)
	switch {
	case root.identity == snap.identity: // a link to the root's file
	case root.err == nil:
		if missing {
			snap.guard = root.guard
		}
		snap.err, snap.root, snap.missing, snap.pool = nil, root, missing, poolstate.Borrow(snap.pool, root.pool)
		snap.policy = policyChoice(l.cfg).Resolve(snap.pool, poolstate.NoEvidence)
	case missing && !errors.Is(root.err, fs.ErrNotExist):
		snap.err = root.err
	}
	return &snap
}

// file reads the store at path without adding borrowed credentials.
func (l *loader) file(path string) *snapshot {
	if snap := l.read[path]; snap != nil {
		return snap
	}
	store := poolstate.Open(path)
	snap := &snapshot{path: path, profile: poolstate.ProfileOf(path), identity: store.Identity(), now: l.now, strategies: new(strategyFile).read(path)}
	l.read[path] = snap
	last := l.latest(path)
	loaded, err := store.LoadIfChanged(last.Snapshot)
	if err != nil {
		l.log.Error("cannot load snapshot", "path", path, "error", cause(err))
		snap.err = &readError{path, err}
		return snap
	}
	last.Snapshot = loaded
	snap.pool, snap.policy = loaded.Pool, policyChoice(l.cfg).Resolve(loaded.Pool, poolstate.NoEvidence)
	snap.guard = last.peek(snap.pool, snap.policy, snap.now)
	l.log.Info("snapshot loaded", "path", path, "credentials", snap.pool.Len())
	return snap
}

// json returns the JSON output of list for the store.
func (snap *snapshot) json() any {
	if snap.err != nil {
		return jsonout.Unreadable{Profile: snap.profile, Path: snap.path, Error: snap.err.Error(), Providers: []jsonout.Provider{}}
	}
	return jsonout.NewPool(jsonout.Source{
		Profile: snap.profile, Path: snap.path, Pool: snap.pool, Policy: snap.policy, Guard: snap.guard, Strategies: snap.strategies, Now: snap.now,
	})
}

// ownerOf returns the store that contains a credential. Changes are written to that store.
func (snap *snapshot) ownerOf(c *poolstate.Credential) *snapshot {
	if c.BorrowedFrom != "" {
		return snap.root
	}
	return snap
}

// selection holds the selected stores. There is at least one.
type selection struct {
	stores  []*snapshot
	several bool // several stores were requested; see [config.Config.Several]
	loader  *loader
}

// loadSelection reads the selected stores.
func loadSelection(cfg *config.Config, log *slog.Logger) *selection {
	l := &loader{cfg: cfg, log: log, now: instant(cfg.Now), read: map[string]*snapshot{}}
	return l.loadStores(cfg.Stores)
}

// loadStores reads stores.
func (l *loader) loadStores(stores []poolstate.Profile) *selection {
	sel := &selection{several: l.cfg.Several(), loader: l}
	var names []string
	var pools []*poolstate.Pool
	known := map[string]bool{} // by identity; two profiles may link to the same file
	for _, p := range stores {
		snap := l.load(p.Path)
		if sel.stores = append(sel.stores, snap); snap.err == nil && !known[snap.identity] {
			names, pools = append(names, snap.profile), append(pools, snap.pool)
		}
		known[snap.identity] = true
	}
	poolstate.MarkProfiles(names, pools)
	return sel
}

// readable yields the stores that could be read.
func (sel *selection) readable(yield func(*snapshot) bool) {
	for _, snap := range sel.stores {
		if snap.err == nil && !yield(snap) {
			return
		}
	}
}

// err returns an error if no store can be read.
func (sel *selection) err() error {
	for range sel.readable {
		return nil
	}
	err := &codedError{exitRefused, sel.stores[0].err}
	if n := len(sel.stores) - 1; n > 0 {
		err.err = fmt.Errorf("%w (and %d more)", err.err, n)
	}
	return err
}

// providers yields the providers of all stores, each with the store that uses it. A provider
// that several stores share is yielded only for the first of them.
func (sel *selection) providers(yield func(*snapshot, *poolstate.Provider) bool) {
	type key struct{ identity, provider string }
	seen := map[key]bool{}
	for snap := range sel.readable {
		for i := range snap.pool.Providers {
			p, owner := &snap.pool.Providers[i], snap
			if len(p.Credentials) > 0 {
				owner = snap.ownerOf(&p.Credentials[0]) // all credentials of a provider have the same owner
			}
			k := key{owner.identity, p.Name}
			if !seen[k] && !yield(snap, p) {
				return
			}
			seen[k] = true
		}
	}
}

// named returns a name from a store, prefixed with the profile if several stores were
// requested.
func (sel *selection) named(snap *snapshot, name string) string {
	if !sel.several {
		return name
	}
	return snap.profile + "/" + name
}

// summary counts the credentials of all stores. A shared credential counts once. summary
// also returns the name of the credential that is ready next.
func (sel *selection) summary() (sum poolstate.Summary, next string) {
	for snap, p := range sel.providers {
		for i := range p.Credentials {
			c := &p.Credentials[i]
			if sum.Add(c, snap.policy, snap.now); sum.Next == c {
				next = sel.named(snap, c.Provider+"/"+c.Handle())
			}
		}
	}
	return sum, next
}

// json returns the JSON output of list for all selected stores.
func (sel *selection) json() any {
	if !sel.several {
		return sel.stores[0].json()
	}
	out := jsonout.Stores{Summary: sel.jsonSummary()}
	for _, snap := range sel.stores {
		out.Stores = append(out.Stores, snap.json())
	}
	return out
}

// jsonSummary returns the summary of several stores.
func (sel *selection) jsonSummary() jsonout.Summary {
	sum, next := sel.summary()
	out := jsonout.NewSummary(&sum)
	out.NextReady = jsonout.Text(next)
	return out
}
