package cli

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/journal"
)

// newOperator returns who acts on a store and keeps account of it in the user's
// journal, unless that is not wanted.
func (o *options) newOperator(store *poolstate.Store) (*journal.Operator, error) {
	if o.noJournal {
		return onlooker(store), nil
	}
	path, err := journal.DefaultPath()
	if err != nil {
		return nil, fmt.Errorf("cannot tell where the journal is: %w; set XDG_STATE_HOME", err)
	}
	op := &journal.Operator{Store: store, Journal: journal.At(path), Number: actionNumber}
	op.Sign()
	return op, nil
}

// onlooker returns who keeps no account of a store.
func onlooker(store *poolstate.Store) *journal.Operator {
	return &journal.Operator{Store: store, Number: actionNumber}
}

// actionNumber is different for every action on every machine, and sorts by
// time.
func actionNumber() string {
	return strconv.FormatInt(time.Now().UnixMilli(), 36) + "-" + strconv.FormatUint(rand.Uint64(), 36)
}

// claudeFile is where claude_code keeps its tokens; empty without a home.
func claudeFile() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".claude", ".credentials.json")
}
