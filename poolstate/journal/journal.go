// Package journal keeps what was done to a pool, one JSON object a line, in a
// file of the user's own. It never holds a secret: entries name fields that are
// none. The file is only ever appended to; that an action was undone is a line
// of its own.
package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pooltop/poolstate"
)

// Entry is one line: what a person did to one credential. The lines of one
// action share its number.
type Entry struct {
	At time.Time `json:"at"`
	// Action numbers the action, unique in time and over machines.
	Action string `json:"action"`
	// Verb is reset, exhaust, sync or undo.
	Verb string `json:"event"`
	By   string `json:"by"`
	User string `json:"user"`
	Host string `json:"host"`
	// Store is the path of the pool.
	Store    string `json:"store"`
	Provider string `json:"provider"`
	ID       string `json:"id"`
	Label    string `json:"label"`
	Before   State  `json:"before"`
	After    State  `json:"after"`
	Reason   string `json:"reason,omitempty"`
	// Undo is what it takes to take the line back; nil when that is impossible.
	Undo *poolstate.Undo `json:"undo,omitempty"`
	// Undoes is the number of the action that an undo took back.
	Undoes string `json:"undoes,omitempty"`
}

// State is a credential before or after an action.
type State struct {
	Status   *string    `json:"status"`
	Streak   *int       `json:"streak"`
	Deadline *time.Time `json:"deadline"`
}

// Journal is the file. The zero value keeps nothing.
type Journal struct{ path string }

// At returns the journal in a file. It touches nothing.
func At(path string) Journal { return Journal{path: path} }

// DefaultPath is where the user's journal is: events.jsonl in pooltop's
// directory of $XDG_STATE_HOME, or of ~/.local/state.
func DefaultPath() (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) { // the specification ignores relative ones
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "pooltop", "events.jsonl"), nil
}

// Append writes entries behind what is there, in one write, so that several
// processes may append to one file. A last line that was torn is ended first.
func (j Journal) Append(entries ...Entry) (err error) {
	if j.path == "" || len(entries) == 0 {
		return nil
	}
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return fmt.Errorf("journal %s: %w", j.path, err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text := lines.Bytes()
	if torn(f) {
		text = append([]byte("\n"), text...)
	}
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// torn reports whether the file ends inside a line, as a crash leaves it.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// maxLine bounds a line that is read; longer ones are passed over.
const maxLine = 1 << 20

// Read returns the entries, oldest first. Lines that are none are passed over.
func (j Journal) Read() ([]Entry, error) {
	if j.path == "" {
		return nil, nil
	}
	f, err := os.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	defer func() { _ = f.Close() }()
	var out []Entry
	lines := bufio.NewReaderSize(f, maxLine)
	for {
		line, more, err := lines.ReadLine()
		if err != nil {
			return out, nil // the end, or what can still be read of a bad disk
		}
		if more { // longer than the buffer: pass over the rest of it
			for more && err == nil {
				_, more, err = lines.ReadLine()
			}
			continue
		}
		var e Entry
		if json.Unmarshal(line, &e) == nil && e.Action != "" {
			out = append(out, e)
		}
	}
}

// Last returns the lines of the last action on a store that changed something
// and was not undone, in the order in which they were written; nil when there
// is none.
func Last(entries []Entry, store string) []Entry {
	undone := map[string]bool{}
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		switch {
		case e.Store != store:
		case e.Undoes != "":
			undone[e.Undoes] = true
		case !undone[e.Action]:
			return lines(entries, e.Action, store)
		}
	}
	return nil
}

func lines(entries []Entry, action, store string) []Entry {
	var out []Entry
	for _, e := range entries {
		if e.Action == action && e.Store == store {
			out = append(out, e)
		}
	}
	return out
}
