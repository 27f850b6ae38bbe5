package cli

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"pooltop/cli/config"
	"pooltop/cli/internal/jsonout"
	"pooltop/cli/internal/suggest"
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
		return time.Now
	}
	started := time.Now()
	return func() time.Time { return start.Add(time.Since(started)).Local() }
}

// instant returns now, the value of --now, or the current time if now is zero.
func instant(now time.Time) time.Time {
	if now.IsZero() {
		return time.Now()
	}
	return now.Local()
}

// newOperator returns an operator for a store. If journaled is true, the operator records
// actions in the user's journal and restores failure counts with an undo.
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
				log.Warn("streaks not restored", "error", err)
			}
		}
	}
	return op
}

// userJournal returns the user's journal. Without a home directory, reading and writing
// it fail.
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

// snapshot is the pool as read by a command.
type snapshot struct {
	path   string
	pool   *poolstate.Pool
	policy poolstate.Policy
	now    time.Time
	guard  *poolstate.Curve // of the guard that runs on the store, or nil
}

// loadSnapshot reads the configured store once.
func loadSnapshot(cfg *config.Config, log *slog.Logger) (snapshot, error) {
	snap := snapshot{path: cfg.File, now: instant(cfg.Now)}
	loaded, err := poolstate.Open(snap.path).Load()
	if err != nil {
		log.Error("snapshot not loaded", "path", snap.path, "error", cause(err))
		return snapshot{}, &codedError{exitRefused, fmt.Errorf("%s: %s", snap.path, explain(snap.path, err))}
	}
	snap.pool, snap.policy = loaded.Pool, policyChoice(cfg).Resolve(loaded.Pool, poolstate.NoEvidence)
	counting := newCounting(cfg, log)
	snap.guard = counting.peek(snap.pool, snap.policy, snap.now)
	log.Info("snapshot loaded", "path", snap.path, "credentials", snap.pool.Len())
	return snap, nil
}

// json returns the JSON output of list.
func (snap *snapshot) json() jsonout.Pool {
	return jsonout.NewPool(snap.path, snap.pool, snap.policy, snap.guard, snap.now)
}

// provider returns the provider with the given name.
func (snap *snapshot) provider(name string) (*poolstate.Provider, error) {
	if p := snap.pool.Provider(name); p != nil {
		return p, nil
	}
	var names []string
	for _, p := range snap.pool.Providers {
		names = append(names, p.Name)
	}
	return nil, noSuch("no provider %q%s", snap.scrub(name), suggest.DidYouMean(name, names))
}

// scrub removes the store's secrets from an argument that is about to be quoted.
func (snap *snapshot) scrub(word string) string {
	if err := poolstate.Open(snap.path).Scrub(&word); err != nil {
		return "…" // the file has become unreadable, so the word may be a secret
	}
	return word
}

// targets returns the credentials that the arguments select: every credential if there
// are no arguments, or every credential of a provider if there are no targets.
func (snap *snapshot) targets(args []string) (out []poolstate.Credential, err error) {
	if len(args) == 0 {
		for c := range snap.pool.All() {
			out = append(out, *c)
		}
		return out, nil
	}
	p, err := snap.provider(args[0])
	if err != nil {
		return nil, err
	}
	if len(args) == 1 {
		return slices.Clone(p.Credentials), nil
	}
	for _, target := range args[1:] {
		c, err := snap.findTarget(p, target)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(o poolstate.Credential) bool { return o.Ref == c.Ref }) {
			out = append(out, *c)
		}
	}
	return out, nil
}

// findTarget returns the credential for a TARGET, which is an id, a label (in any case)
// or #n, the number shown by list, in this order of precedence. If an id or label is
// ambiguous, the error lists the credentials.
func (snap *snapshot) findTarget(p *poolstate.Provider, target string) (*poolstate.Credential, error) {
	var names []string
	var byID, byLabel []*poolstate.Credential
	for i := range p.Credentials {
		c := &p.Credentials[i]
		switch {
		case target == "": // matches no id or label
		case c.ID == target:
			byID = append(byID, c)
		case strings.EqualFold(c.Label, target):
			byLabel = append(byLabel, c)
		}
		names = append(names, c.Label, c.ID)
	}
	what, found := "id", byID
	if len(byID) == 0 {
		what, found = "label", byLabel
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		var choices []string
		for _, c := range found {
			choices = append(choices, fmt.Sprintf("#%d", c.Index))
		}
		return nil, noSuch("%s: %d credentials have the %s %q: use one of %s", p.Name, len(found), what, target, strings.Join(choices, ", "))
	}
	if digits, ok := strings.CutPrefix(target, "#"); ok {
		if n, err := strconv.Atoi(digits); err == nil && n >= 1 && n <= len(p.Credentials) {
			return &p.Credentials[n-1], nil
		}
	}
	return nil, noSuch("%s: no credential %q%s", p.Name, snap.scrub(target), suggest.DidYouMean(target, names))
}

func noSuch(format string, args ...any) error {
	return &codedError{exitNoSuch, fmt.Errorf(format, args...)}
}
