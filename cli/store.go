package cli

import (
	"log/slog"
	"os"
	"path/filepath"
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

// resolve returns the snapshot of a command without its pool.
func resolve(cfg *config.Config) snapshot {
	return snapshot{path: cfg.File, now: instant(cfg.Now)}
}

// loadSnapshot reads the configured store once.
func loadSnapshot(cfg *config.Config, log *slog.Logger) (snapshot, error) {
	snap := resolve(cfg)
	loaded, err := poolstate.Open(snap.path).Load()
	if err != nil {
		log.Error("snapshot not loaded", "path", snap.path, "error", cause(err))
		return snapshot{}, cannotRead(snap.path, err)
	}
	snap.pool, snap.policy = loaded.Pool, cfg.PolicyChoice().Resolve(loaded.Pool, poolstate.NoEvidence)
	log.Info("snapshot loaded", "path", snap.path, "credentials", snap.pool.Len())
	return snap, nil
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
