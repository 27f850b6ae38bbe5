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

	"pooltop/poolstate"
)

// Entry is one line of the journal, about one credential or the file. All lines
// of an action have its number; an event that was only seen has none.
type Entry struct {
	poolstate.Record
	// Store is the file of the pool; see [poolstate.Store.Identity].
	Store string `json:"store"`
	// Action is the number of the action, unique over time and machines.
	Action string `json:"action,omitempty"`
	// Verb is the word of a [poolstate.Verb].
	Verb string `json:"verb,omitempty"`
	User string `json:"user,omitempty"`
	Host string `json:"host,omitempty"`
	// Undo reverts the change; nil if that is impossible.
	Undo *poolstate.Undo `json:"undo,omitempty"`
	// Undoes is the number of the action that an undo reverted.
	Undoes string `json:"undoes,omitempty"`
}

// Journal is a journal file. The zero value records nothing.
type Journal struct{ path string }

// At returns the journal at path. It does not access the file.
func At(path string) Journal { return Journal{path: path} }

// DefaultPath returns the path of the user's journal, pooltop/events.jsonl in
// $XDG_STATE_HOME or ~/.local/state. It returns an error without a home
// directory.
func DefaultPath() (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) { // the XDG specification ignores relative paths
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "pooltop", "events.jsonl"), nil
}

// Append appends entries and creates the file if necessary. Several processes
// may append to one file.
func (j Journal) Append(entries ...Entry) error { return j.write(entries, false) }

// write appends entries. If they were seen rather than caused, it omits those
// that another process has recorded already.
func (j Journal) write(entries []Entry, seen bool) error {
	if j.path == "" || len(entries) == 0 {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	// Without the lock an event may be recorded twice, which is better than not
	// at all. Only the holder of the lock rotates the file.
	unlock, locked := j.lock()
	defer unlock()
	if seen {
		entries = j.withoutKnown(entries)
	}
	text, err := encode(entries)
	if err != nil {
		return fmt.Errorf("journal %s: %w", j.path, err)
	}
	if len(text) == 0 {
		return nil
	}
	if locked {
		if err := j.rotate(len(text)); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
	}
	if err := j.append(text); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// fileMode restricts the journal to its owner.
const fileMode = 0o600

// append appends text in one write. If a crash left an incomplete last line, it
// ends that line first.
func (j Journal) append(text []byte) (err error) {
	f, err := os.OpenFile(j.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Mode().Perm() != fileMode && runtime.GOOS != "windows" {
		if err := f.Chmod(fileMode); err != nil {
			return err
		}
	}
	if info.Size() > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, info.Size()-1); err == nil && last[0] != '\n' {
			text = append([]byte("\n"), text...)
		}
	}
	_, err = f.Write(text)
	return err
}

func encode(entries []Entry) ([]byte, error) {
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

// maxLine is the length in bytes from which a line is ignored.
const maxLine = 1 << 20

// Read returns the entries, oldest first, including those of the rotated file.
// It ignores lines that are not entries.
func (j Journal) Read() ([]Entry, error) {
	if j.path == "" {
		return nil, nil
	}
	var out []Entry
	for _, path := range []string{j.rotated(), j.path} {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("journal: %w", err)
		}
		out = append(out, decode(f, maxLine)...)
		_ = f.Close() // nothing was written
	}
	return out, nil
}

// decode returns the entries of a file up to a read error. It ignores lines of
// longest bytes or more.
func decode(r io.Reader, longest int) []Entry {
	var out []Entry
	lines := bufio.NewReaderSize(r, longest)
	for {
		line, tooLong, err := lines.ReadLine()
		if err != nil {
			return out
		}
		if tooLong {
			for more := true; more && err == nil; {
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
