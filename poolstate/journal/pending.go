package journal

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"time"

	"pooltop/poolstate"
)

// An action is recorded before the store is written, because the process may be killed between
// the two. Then a line with the result follows. If it is missing, the action is pending, and the
// store shows whether it was written.

// result is the line with the result of an action; see [Entry].
type result struct {
	Store  string `json:"store"`
	Done   string `json:"done,omitempty"`
	Failed string `json:"failed,omitempty"`
	Lost   string `json:"lost,omitempty"`
}

func (e *Entry) isResult() bool { return e.Done != "" || e.Failed != "" || e.Lost != "" }

// part identifies the entries of an action for one store.
type part struct{ store, action string }

// begin records an action that is about to be written to a store, which the caller has locked. It
// also records the results of pending actions, because the store may not show them later, and
// what others have done before. It returns when the entries are on the disk.
func (j Journal) begin(entries []Entry, store *poolstate.Store) error {
	for i := range entries {
		entries[i].Of = len(entries)
	}
	recent := j.tail(recentActions)
	err := j.write(slices.Concat(results(recent, store), byOthers(recent, store), entries), writing{durable: true})
	if err != nil && !errors.Is(err, errTorn) { // a short line may still fit on a full disk
		_ = j.write([]Entry{{Store: entries[0].Store, Lost: entries[0].Action}}, writing{durable: true})
	}
	return err
}

// assemble removes the lines with results from entries, and the actions that failed or are
// incomplete, which were not written to a store. It marks actions without a result as pending,
// and replaces lost actions by unreadable entries.
func assemble(entries []Entry) []Entry {
	count, done, failed := map[part]int{}, map[part]bool{}, map[part]bool{}
	for i := range entries {
		e := &entries[i]
		count[part{e.Store, e.Action}]++
		if r := cmp.Or(e.Done, e.Failed); r != "" { // the last one is from the process that performed the action
			done[part{e.Store, r}], failed[part{e.Store, r}] = e.Done != "", e.Failed != ""
		}
	}
	out := entries[:0] // a copy of a long journal would double the memory
	for i := range entries {
		e := &entries[i]
		p := part{e.Store, e.Action}
		switch {
		case e.Lost != "" && !failed[part{e.Store, e.Lost}]:
			out = append(out, Entry{Store: e.Store, Lost: e.Lost, unreadable: true})
			continue
		case e.isResult():
			continue
		case e.Action != "" && e.Of > 0:
			if failed[p] || count[p] < e.Of {
				continue
			}
			e.pending = !done[p]
		}
		out = append(out, *e)
	}
	return out
}

// results returns lines with the results of the pending actions on a store. If the store cannot be
// read, it returns none.
func results(entries []Entry, store *poolstate.Store) (lines []Entry) {
	effects := map[string][]poolstate.Undo{} // by action
	identity := store.Identity()
	for i := range entries {
		if e := &entries[i]; e.pending && e.Store == identity {
			effect := cmp.Or(e.Undo, e.Wrote, &poolstate.Undo{}) // unknown if too long to be recorded
			effects[e.Action] = append(effects[e.Action], *effect)
		}
	}
	for action, list := range effects {
		switch wrote, err := store.Wrote(list); {
		case err != nil:
		case wrote:
			lines = append(lines, Entry{Store: identity, Done: action})
		default:
			lines = append(lines, Entry{Store: identity, Failed: action})
		}
	}
	return lines
}

// byOthers returns observed events for the holds and resets that a store shows and that are not
// in entries. Otherwise, they would look as if they might be later than the next action. It
// ignores those that are older than all actions in entries.
func byOthers(entries []Entry, store *poolstate.Store) (events []Entry) {
	snap, err := store.Load()
	own := of(entries, store)
	first := slices.IndexFunc(own, func(e *Entry) bool { return e.Action != "" })
	if err != nil || first < 0 {
		return nil
	}
	for c := range snap.Pool.All() {
		add := func(kind poolstate.EventKind, t time.Time) {
			known := func(e *Entry) bool { return e.shows(c, kind, t) }
			if !t.Before(own[first].At) && !slices.ContainsFunc(own, known) {
				events = append(events, Entry{Store: store.Identity(), Record: poolstate.Record{
					At: poolstate.ToRFC3339(t), Kind: kind, By: poolstate.ByOperator,
					Provider: c.Provider, ID: c.ID, Label: c.Label, Source: c.Source,
				}})
			}
		}
		add(poolstate.EventReset, c.ClearedAt)
		if c.Held() {
			add(poolstate.EventHeld, c.StatusAt)
		}
	}
	return events
}

// settled returns entries without the pending actions that were not written to the store.
func settled(entries []Entry, store *poolstate.Store) []Entry {
	lines := results(entries, store)
	if len(lines) == 0 {
		return entries
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		return slices.ContainsFunc(lines, func(r Entry) bool { return e.Action != "" && e.Action == r.Failed && e.Store == r.Store })
	})
}

// file is an open journal.
type file interface {
	io.ReaderAt
	io.Writer
	io.Closer
	Stat() (fs.FileInfo, error)
	Truncate(size int64) error
	Sync() error
}

// osFile is a journal that has been opened for appending.
type osFile struct{ *os.File }

// Truncate changes the size of the file. On Windows, a file opened for appending cannot be truncated.
func (f osFile) Truncate(size int64) error {
	if runtime.GOOS == "windows" {
		return os.Truncate(f.Name(), size)
	}
	return f.File.Truncate(size)
}

// errTorn means that only a part of the text was appended and could not be removed.
var errTorn = errors.New("an incomplete line remains")

// appendTo appends text in one write. If that fails, it removes what was written. It first
// removes an incomplete last line, which a killed process or a crash has left. It truncates the
// file only if no other process can append to it; otherwise, it ends the incomplete line.
func appendTo(f file, text []byte, locked, durable bool) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	end, err := endOfLines(f, size)
	if err != nil {
		return err
	}
	if end < size && locked {
		if err := f.Truncate(end); err != nil {
			return err
		}
		size = end
	} else if end < size || end > size {
		text = append([]byte("\n"), text...)
	}
	_, err = f.Write(text)
	if err == nil && durable {
		err = f.Sync()
	}
	if err == nil {
		return nil
	}
	if !locked {
		return fmt.Errorf("%w; %w", err, errTorn)
	}
	if err := f.Truncate(size); err != nil {
		return fmt.Errorf("%w; %w", err, errTorn)
	}
	return err
}

// endOfLines returns the size of a file without an incomplete last line. If only the newline is
// missing, it returns size + 1.
func endOfLines(f file, size int64) (int64, error) {
	if size == 0 {
		return 0, nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil || last[0] == '\n' {
		return size, err
	}
	text, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	if err != nil {
		return size, err
	}
	start := bytes.LastIndexByte(text, '\n') + 1
	if e := decodeLine(text[start:]); !e.unreadable {
		return size + 1, nil
	}
	return int64(start), nil
}
