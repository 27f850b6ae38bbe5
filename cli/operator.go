package cli

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// newOperator returns an operator on a store that records in the user's journal
// if journaled is true.
func newOperator(store *poolstate.Store, journaled bool, log *slog.Logger) (*journal.Operator, error) {
	if !journaled {
		return unjournaled(store, log), nil
	}
	path, err := journal.DefaultPath()
	if err != nil {
		return nil, fmt.Errorf("cannot locate the journal: %w; set XDG_STATE_HOME", err)
	}
	op := &journal.Operator{Store: store, Journal: journal.At(path), Log: log}
	op.Sign()
	return op, nil
}

// unjournaled returns an operator on a store that records nothing.
func unjournaled(store *poolstate.Store, log *slog.Logger) *journal.Operator {
	return &journal.Operator{Store: store, Log: log}
}

// claudeFile returns the path of claude_code's own tokens, or "" without a home
// directory.
func claudeFile() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".claude", ".credentials.json")
}
