package journal

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"pooltop/poolstate"
)

// Entry is one line: what happened to one credential, or to the file. The lines
// of one action of a person share its number; what was only seen has none.
type Entry struct {
	poolstate.Record
	// Store is the path of the pool.
	Store string `json:"store"`
	// Action numbers the action, unique in time and over machines.
	Action string `json:"action,omitempty"`
	// Verb is reset, exhaust, sync or undo.
	Verb string `json:"verb,omitempty"`
	User string `json:"user,omitempty"`
	Host string `json:"host,omitempty"`
	// Undo is what it takes to take the line back; nil when that is impossible.
	Undo *poolstate.Undo `json:"undo,omitempty"`
	// Undoes is the number of the action that an undo took back.
	Undoes string `json:"undoes,omitempty"`
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

// Append writes entries behind what is there. Several processes may append to
// one file.
func (j Journal) Append(entries ...Entry) error { return j.write(entries, false) }

// AppendSeen is Append for what was seen: what another pooltop has noted already is
// left out.
func (j Journal) AppendSeen(entries ...Entry) error { return j.write(entries, true) }

// write appends in one write, behind a torn last line if there is one. A file
// that is large enough gives way to a new one first.
func (j Journal) write(entries []Entry, seen bool) (err error) {
	if j.path == "" || len(entries) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	// Without the lock a line may be noted twice, which is better than not at
	// all; only the lock's holder moves the file away.
	unlock, locked := j.lock()
	defer unlock()
	if seen {
		if entries = j.unknown(entries); len(entries) == 0 {
			return nil
		}
	}
	text, err := linesOf(entries)
	if err != nil {
		return fmt.Errorf("journal %s: %w", j.path, err)
	}
	if locked {
		if err := j.rotate(len(text)); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, journalMode)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err == nil && info.Mode().Perm() != journalMode {
		if err := f.Chmod(journalMode); err != nil && runtime.GOOS != "windows" {
			return fmt.Errorf("journal: %w", err)
		}
	}
	if torn(f) {
		text = append([]byte("\n"), text...)
	}
	if _, err := f.Write(text); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

func linesOf(entries []Entry) ([]byte, error) {
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for i := range entries {
		if err := enc.Encode(&entries[i]); err != nil {
			return nil, err
		}
	}
	return lines.Bytes(), nil
}

// journalMode is for the owner only: what is done to a pool is nobody else's.
const journalMode = 0o600

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

// Read returns the entries, oldest first, those of the file before included.
// Lines that are none are passed over.
func (j Journal) Read() ([]Entry, error) {
	if j.path == "" {
		return nil, nil
	}
	var out []Entry
	for _, path := range []string{j.older(), j.path} {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		out = append(out, read(f, maxLine)...)
		_ = f.Close() // it was only read
	}
	return out, nil
}

// read returns the entries of a file, as far as it can be read. Lines that are
// longer than longest are passed over.
func read(r io.Reader, longest int) []Entry {
	var out []Entry
	lines := bufio.NewReaderSize(r, longest)
	for {
		line, more, err := lines.ReadLine()
		if err != nil {
			return out
		}
		if more { // longer than the buffer: pass over the rest of it
			for more && err == nil {
				_, more, err = lines.ReadLine()
			}
			continue
		}
		if len(line) == 0 {
			continue
		}
		var e Entry
		if json.Unmarshal(line, &e) == nil && (e.Action != "" || !e.At.IsZero()) {
			out = append(out, e)
		}
	}
}

// Records returns what entries tell of one store, in order of time. What was done by a
// person, and seen by a pooltop before that was written down, is told once: as
// the person's.
func Records(entries []Entry, store string) []poolstate.Record {
	var own []Entry
	for i := range entries {
		if entries[i].Store == store {
			own = append(own, entries[i])
		}
	}
	slices.SortStableFunc(own, func(a, b Entry) int { return a.At.Compare(b.At) })
	var records []poolstate.Record
	for i := range own {
		if own[i].Action != "" || !doneNearby(own, i) {
			records = append(records, own[i].Record)
		}
	}
	return records
}

// doneNearby reports whether an action among entries in order of time is what
// the i-th of them was seen of.
func doneNearby(entries []Entry, i int) bool {
	seen := &entries[i].Record
	near := func(j int) bool { return entries[j].At.Sub(seen.At).Abs() <= poolstate.SameEventWithin }
	for j := i - 1; j >= 0 && near(j); j-- {
		if entries[j].Action != "" && entries[j].Same(seen) {
			return true
		}
	}
	for j := i + 1; j < len(entries) && near(j); j++ {
		if entries[j].Action != "" && entries[j].Same(seen) {
			return true
		}
	}
	return false
}

// Last returns the lines of the last action on a store that changed something
// and was not undone, in the order in which they were written; nil when there
// is none.
func Last(entries []Entry, store string) []Entry {
	undone := map[string]bool{}
	for i := len(entries) - 1; i >= 0; i-- {
		e := &entries[i]
		switch {
		case e.Store != store || e.Action == "":
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
