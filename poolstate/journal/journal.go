// Package journal records an operator's actions on a credential pool and the events
// that watching processes observe. The journal is a file in the user's state directory
// with one JSON object per line. It is append-only and contains no secrets.
//
// An [Operator] records how to undo each action, so that any process can undo the last
// action of another; see [Journal.LastUndo].
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
	"slices"
	"strings"
	"time"

	"pooltop/poolstate"
	"pooltop/poolstate/userfile"
)

const (
	// maxLine is the maximum length of a line in bytes. Longer lines are ignored when
	// reading. When writing, the strings of a longer line are cut to maxText bytes.
	maxLine = 1 << 20
	maxText = 4 << 10
	// maxSize is the maximum size of the file in bytes before it is rotated. One
	// rotated file is kept.
	maxSize = 5 << 20
	// lockTimeout is how long to wait for another process to finish writing.
	lockTimeout = time.Second
	// recent is how many bytes at the end of the file are searched for events that
	// have already been recorded, and recentActions for pending actions.
	recent        = 256 << 10
	recentActions = 64 << 10
)

// Entry is one line of the journal, about one credential or the file.
type Entry struct {
	poolstate.Record
	// Store identifies the file of the pool; see [poolstate.Store.Identity].
	Store string `json:"store"`
	// Action is the globally unique identifier of the action. It is empty for an event
	// that was only observed.
	Action string `json:"action,omitempty"`
	// Verb is the string form of the action's [poolstate.Verb].
	Verb string `json:"verb,omitempty"`
	User string `json:"user,omitempty"`
	Host string `json:"host,omitempty"`
	// Of is the number of entries of the action for this store. It is 0 in entries of earlier
	// versions, which recorded an action after the store was written.
	Of int `json:"of,omitempty"`
	// Undo reverts the change. It is nil if that is impossible.
	Undo *poolstate.Undo `json:"undo,omitempty"`
	// Wrote is [poolstate.Effect.Wrote] if Undo is nil.
	Wrote *poolstate.Undo `json:"wrote,omitempty"`
	// Undoes is the identifier of the action that this action reverted. It is empty
	// unless this action is an undo.
	Undoes string `json:"undoes,omitempty"`

	// Done and Failed are the identifier of an action that was recorded earlier and has now been
	// written to the store, or could not be written. Lost is the identifier of an action that
	// could not be recorded. If one of them is set, only Store is set too.
	Done   string `json:"done,omitempty"`
	Failed string `json:"failed,omitempty"`
	Lost   string `json:"lost,omitempty"`

	// unreadable marks an unreadable line that may belong to an action, or a lost action.
	unreadable bool
	// pending marks an action that has been recorded, but may not have been written to the store.
	pending bool
}

// Journal is a journal file. The zero value records nothing.
type Journal struct {
	path string
	err  error           // the error from finding its path
	wrap func(file) file // changes how the file is written, in tests

	entries []Entry // what LastUndo uses instead of reading the file, if not nil
}

// At returns the journal at path. It does not access the file.
func At(path string) Journal { return Journal{path: path} }

// Missing returns a journal without a file. Reading from it or appending to it returns err.
func Missing(err error) Journal { return Journal{err: err} }

// StateDir returns pooltop's state directory: pooltop in $XDG_STATE_HOME or, if that is
// not set, in ~/.local/state. It returns an error if the home directory is unknown.
func StateDir() (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(dir) { // the XDG specification ignores relative paths
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "pooltop"), nil
}

// DefaultPath returns the path of the user's journal, events.jsonl in [StateDir].
func DefaultPath() (string, error) {
	dir, err := StateDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "events.jsonl"), nil
}

// explain adds what to do if something else has the journal's path.
func explain(err error) error {
	if errors.Is(err, poolstate.ErrNotFile) {
		err = fmt.Errorf("%w; remove it, or set journal = false", err)
	}
	return err
}

// IsZero reports whether j is the zero value, which records nothing.
func (j Journal) IsZero() bool { return j.path == "" && j.err == nil }

// Append appends entries and creates the file if necessary. Several processes may
// append to the same file. If an error occurs, Append removes what it has written, if possible.
func (j Journal) Append(entries ...Entry) error { return j.write(entries, writing{}) }

// writing says how to append entries.
type writing struct {
	seen    bool // they are observed events: omit those that another process has already recorded
	durable bool // wait until they are on the disk
}

// write appends entries.
func (j Journal) write(entries []Entry, how writing) (err error) {
	switch {
	case len(entries) == 0:
		return nil
	case j.path == "":
		return j.err
	}
	defer func() { err = explain(err) }()
	if err := userfile.MkdirAll(filepath.Dir(j.path)); err != nil {
		return err
	}
	// Write even without the lock: recording an event twice is better than losing it.
	// Only the holder of the lock rotates or truncates the file.
	l, err := userfile.Lock(j.path+".lock", lockTimeout)
	if errors.Is(err, poolstate.ErrNotFile) {
		return err
	}
	locked := err == nil
	if locked {
		defer func() { _ = l.Unlock() }()
	}
	if how.seen {
		entries = j.withoutKnown(entries)
	}
	text, err := encode(entries)
	if err != nil || len(text) == 0 {
		return err
	}
	if locked {
		if err := j.rotate(len(text)); err != nil {
			return err
		}
	}
	f, err := j.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return appendTo(f, text, locked, how.durable)
}

// open opens the file for appending.
func (j Journal) open() (file, error) {
	f, err := userfile.Append(j.path)
	if err != nil {
		return nil, err
	}
	if j.wrap != nil {
		return j.wrap(osFile{f}), nil
	}
	return osFile{f}, nil
}

func encode(entries []Entry) ([]byte, error) {
	var lines []byte
	for _, e := range entries {
		line, err := e.line()
		if err == nil && len(line) > maxLine {
			e.cut()
			line, err = e.line()
		}
		if err == nil && len(line) > maxLine {
			e.Undo, e.Wrote = nil, nil // they contain a string that is too long
			line, err = e.line()
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, line...)
	}
	return lines, nil
}

func (e *Entry) line() ([]byte, error) {
	var line bytes.Buffer
	enc := json.NewEncoder(&line)
	enc.SetEscapeHTML(false)
	var err error
	if e.isResult() {
		err = enc.Encode(result{e.Store, e.Done, e.Failed, e.Lost})
	} else {
		err = enc.Encode(e)
	}
	return line.Bytes(), err
}

// cut shortens the long strings of the record.
func (e *Entry) cut() {
	short := func(s string) string { return strings.ToValidUTF8(s[:min(len(s), maxText)], "") }
	for _, s := range []*string{&e.Provider, &e.ID, &e.Label, &e.Reason, &e.Message, &e.Source} {
		*s = short(*s)
	}
	for _, status := range []**string{&e.Before.Status, &e.After.Status} {
		if *status != nil {
			*status = new(short(**status))
		}
	}
}

// Read returns all entries, oldest first, including those in the rotated file. It
// ignores lines that are not entries.
func (j Journal) Read() ([]Entry, error) {
	all, err := j.readAll()
	return slices.DeleteFunc(all, func(e Entry) bool { return e.unreadable }), err
}

// readAll is like Read, but also returns an entry marked as unreadable for each line
// that cannot be read and may belong to an action.
func (j Journal) readAll() ([]Entry, error) {
	if j.path == "" {
		return nil, j.err
	}
	// Open the current file first: if it is rotated in the meantime, both are the same file.
	// In the other order, a rotation would hide its entries.
	current, missing := userfile.Open(j.path)
	if missing != nil && !errors.Is(missing, fs.ErrNotExist) {
		return nil, explain(missing)
	}
	defer func() { _ = current.Close() }() // opened read-only, or nil
	rotated, err := userfile.Open(j.rotated())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, explain(err)
	}
	defer func() { _ = rotated.Close() }()
	var out []Entry
	if err == nil && !sameFile(current, rotated) {
		out = decode(rotated, maxLine)
	}
	if missing == nil {
		out = append(out, decode(current, maxLine)...)
	} else if len(out) > 0 { // the entries after the rotated file are lost
		out = append(out, Entry{unreadable: true})
	}
	return assemble(out), nil
}

// sameFile reports whether two open files are the same. Either may be nil.
func sameFile(a, b *os.File) bool {
	x, err := a.Stat()
	y, err2 := b.Stat()
	return err == nil && err2 == nil && os.SameFile(x, y)
}

// decode returns the entries of a file, including unreadable ones, up to the first read
// error. A line longer than limit bytes is unreadable. The last line is ignored if it is
// incomplete, because its writer was interrupted before it changed a store.
func decode(r io.Reader, limit int) []Entry {
	var out []Entry
	lines := bufio.NewReaderSize(r, limit)
	for {
		line, err := lines.ReadSlice('\n')
		tooLong := errors.Is(err, bufio.ErrBufferFull)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = lines.ReadSlice('\n')
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			e := Entry{unreadable: true}
			if !tooLong {
				e = decodeLine(line)
			}
			if complete := !errors.Is(err, io.EOF); !e.isNothing() && (complete || !e.unreadable) {
				out = append(out, e)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return out
		case err != nil:
			return append(out, Entry{unreadable: true})
		}
	}
}

// isNothing reports whether an entry is neither an event nor the result of an action.
func (e *Entry) isNothing() bool {
	return e.Action == "" && e.At.IsZero() && !e.isResult() && !e.unreadable
}

// decodeLine decodes an entry. If that fails, it marks the entry as unreadable unless
// the line is an object without an action, such as an event from a later version.
func decodeLine(line []byte) Entry {
	var e Entry
	if json.Unmarshal(line, &e) == nil {
		return e
	}
	var partial struct{ Action, Store string }
	err := json.Unmarshal(line, &partial)
	return Entry{Store: partial.Store, unreadable: err != nil || partial.Action != ""}
}

func (j Journal) rotated() string { return j.path + ".1" }

// rotate renames the file if n more bytes would make it too large. The caller must hold
// the lock.
func (j Journal) rotate(n int) error {
	info, err := os.Stat(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil || info.Size()+int64(n) <= maxSize || info.Size() == 0:
		return err
	}
	return os.Rename(j.path, j.rotated())
}
