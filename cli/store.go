package cli

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"pooltop/poolstate"
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

// snapshot is a pool as one command sees it: read once, at one instant.
type snapshot struct {
	path   string
	pool   *poolstate.Pool
	policy poolstate.Policy
	now    time.Time
}

// resolve returns the snapshot without its pool, and how its policy is chosen.
func (o *options) resolve() (snapshot, poolstate.PolicyChoice, error) {
	choice, err := o.policyChoice()
	if err != nil {
		return snapshot{}, choice, err
	}
	clock, err := o.clock()
	if err != nil {
		return snapshot{}, choice, err
	}
	now := clock()
	if o.now != "" {
		// Exactly --now, without the time since it was parsed.
		now, _ = time.Parse(time.RFC3339Nano, o.now) // clock has checked it
		now = now.Local()
	}
	path, err := o.storePath()
	return snapshot{path: path, now: now}, choice, err
}

// load reads the store once.
func (o *options) load() (snapshot, error) {
	snap, choice, err := o.resolve()
	if err != nil {
		return snapshot{}, err
	}
	loaded, err := poolstate.Open(snap.path).Load()
	if err != nil {
		return snapshot{}, cannotRead(snap.path, err)
	}
	snap.pool, snap.policy = loaded.Pool, choice.Resolve(loaded.Pool, poolstate.NoEvidence)
	return snap, nil
}

// storePath is the absolute path of the store.
func (o *options) storePath() (string, error) {
	path, err := o.location.Path()
	if err != nil {
		return "", &codedError{exitUsage, err}
	}
	return absolute(path), nil
}

// absolute returns the absolute path, or the path itself if there is no working
// directory.
func absolute(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}
