package cli

import (
	"log/slog"
	"os"
	"strings"
	"time"

	"pooltop/cli/config"
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

// loadSnapshot reads the configured store once.
func loadSnapshot(cfg *config.Config, log *slog.Logger) (snapshot, error) {
	snap := snapshot{path: cfg.File, now: instant(cfg.Now)}
	loaded, err := poolstate.Open(snap.path).Load()
	if err != nil {
		log.Error("snapshot not loaded", "path", snap.path, "error", cause(err))
		return snapshot{}, cannotRead(snap.path, err)
	}
	snap.pool, snap.policy = loaded.Pool, cfg.PolicyChoice().Resolve(loaded.Pool, poolstate.NoEvidence)
	log.Info("snapshot loaded", "path", snap.path, "credentials", snap.pool.Len())
	return snap, nil
}
