package cli

import (
	"fmt"
	"log/slog"
	"os"

	"pooltop/cli/config"
	"pooltop/watch"
)

// openLog opens the debug log and logs the configuration. Without a path it
// returns a logger that discards everything. The log contains no secrets: callers
// log counts, paths, kinds and short ids, never a label, a reason or a message.
func openLog(cfg *config.Config, command string) (log *slog.Logger, closeLog func() error, err error) {
	if cfg.LogFile == "" {
		return slog.New(slog.DiscardHandler), func() error { return nil }, nil
	}
	f, err := os.OpenFile(cfg.LogFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot open the debug log %s: %s", cfg.LogFile, cause(err)+advice(err))
	}
	log = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelDebug})).With("pid", os.Getpid())
	log.Info("started", "command", command, "version", version, "config", cfg.Path, "exists", cfg.Found, "now", instant(cfg.Now))
	for _, s := range config.Settings() {
		if source := cfg.SourceOf(s.Name); source.Kind != "" && s.InFile() {
			log.Debug("setting", "name", s.Name, "value", s.Get(cfg), "source", source)
		}
	}
	return log, f.Close, nil
}

func logChange(log *slog.Logger, c watch.Change) {
	log.Debug("file changed", "path", c.Path, "polling", c.Mode == watch.Polling, "reason", c.Reason)
}

// explainLogged is explainBriefly, and logs each error.
func explainLogged(path string, log *slog.Logger) func(error) string {
	explain := explainBriefly(path)
	return func(err error) string {
		log.Error("snapshot not loaded", "path", path, "error", cause(err))
		return explain(err)
	}
}
