package poolstate

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"pooltop/poolstate/internal/atomicfile"
	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Undo describes how to undo one effect of an action. It contains no secrets, so it
// can be stored in a journal.
type Undo struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
	Position int    `json:"position"`
	// Name distinguishes entries without an id.
	Name   string      `json:"name,omitempty"`
	Fields []UndoField `json:"fields"`
}

// UndoField is one field that an action changed.
type UndoField struct {
	Key string `json:"key"`
	// Before and After are JSON values. They are nil if the entry did not have the key.
	Before *string `json:"before"`
	After  *string `json:"after"`
	// Previous is the key before Key in the entry, or empty if Key is the first.
	Previous string `json:"behind,omitempty"`
}

// Resets reports whether the undo reverts a reset.
func (u *Undo) Resets() bool {
	return slices.ContainsFunc(u.Fields, func(f UndoField) bool { return f.Key == keyClearedAt })
}

// undoOf records the values that a change to an entry will overwrite. A placeholder
// replaces a value that leaks a secret, and a fingerprint replaces a token.
func (d *Draft) undoOf(c *Credential, ch Change) *Undo {
	u := &Undo{Provider: c.Provider, ID: c.ID, Position: c.Position}
	if c.ID == "" {
		u.Name = fallbackName(c)
	}
	entry := d.doc.entry(c)
	scrub := d.doc.scrubber()
	for _, e := range ch.edits {
		f := UndoField{Key: e.Key, After: e.Value}
		for i := range entry.Members {
			if m := &entry.Members[i]; m.Key == e.Key {
				if f.Before = new(string(m.Value.Raw)); leaks(&m.Value, scrub) {
					f.Before = new(string(rawText(redact.Redacted)))
				}
				if i > 0 {
					f.Previous = scrub.Clean(entry.Members[i-1].Key)
				}
			}
		}
		if redact.IsSecretKey(f.Key) {
			f.Before, f.After = fingerprint(entry.RawOf(f.Key)), fingerprint(rawOrNull(e.Value))
		}
		u.Fields = append(u.Fields, f)
	}
	return u
}

// rawOrNull returns a JSON value, or null if it is nil.
func rawOrNull(value *string) []byte {
	if value == nil {
		return rawNull()
	}
	return []byte(*value)
}

// fingerprint returns the fingerprint of a token as a JSON value, or null if raw is not a string.
func fingerprint(raw []byte) *string {
	if token, isText := jsonedit.Text(raw); isText {
		return new(string(rawText(redact.Fingerprint(token))))
	}
	return new(string(rawNull()))
}

// leaks reports whether a string or a key in v contains a secret or is too long to be searched.
func leaks(v *jsonedit.Value, scrub *redact.Scrubber) bool {
	text, isText := jsonedit.Text(v.Raw)
	return isText && scrub.Clean(text) != text ||
		slices.ContainsFunc(v.Items, func(item jsonedit.Value) bool { return leaks(&item, scrub) }) ||
		slices.ContainsFunc(v.Members, func(m jsonedit.Member) bool {
			return scrub.Clean(m.Key) != m.Key || leaks(&m.Value, scrub)
		})
}

func (d *Draft) undo(u *Undo, loc *time.Location) Effect {
	ref := Ref{Provider: u.Provider, ID: u.ID, Position: u.Position}
	c := d.pool.Find(ref)
	if c == nil || u.ID == "" && u.Name != fallbackName(c) {
		return refused(&Credential{Ref: ref}, "no longer in the file")
	}
	e := Effect{Before: *c, After: *c}
	entry := d.doc.entry(c)
	for _, f := range u.Fields {
		if !holds(entry, f.Key, f.After) {
			return refused(c, "changed since the action")
		}
		if f.Before != nil && strings.Contains(*f.Before, redact.Redacted) {
			e.Lost = append(e.Lost, f.Key)
			if f.After == nil {
				continue // the key stays removed
			}
			f.Before = new(string(rawNull()))
		}
		edit, valid := jsonedit.Edit{Key: f.Key, Value: f.Before}, !redact.IsSecretKey(f.Key)
		if f.Before != nil {
			_, err := jsonedit.Parse([]byte(*f.Before))
			valid = valid && err == nil
			if f.After == nil {
				edit.After = new(f.Previous)
			}
		}
		if !valid {
			return refused(c, "its previous state cannot be read")
		}
		e.change.edits = append(e.change.edits, edit)
		e.After.apply(edit, loc) // loc is for ISO times without an offset
	}
	if e.change.IsEmpty() {
		return unchanged(c, "nothing to undo")
	}
	e.Wrote = d.undoOf(c, e.change)
	d.apply(c, e.change)
	return e
}

// Wrote reports whether the effects of an action, described by [Effect.Wrote], have been written
// to the store. It returns false only if no entry has the values that the action wrote, and at
// least one still has the previous ones.
func (s *Store) Wrote(effects []Undo) (bool, error) {
	file, err := atomicfile.Read(s.fs, s.path)
	if err != nil {
		return false, err
	}
	d, err := newDraft(file.Data, s.loc)
	if err != nil {
		return false, fmt.Errorf("%s: %w", s.path, err)
	}
	before := false
	for _, u := range effects {
		c := d.pool.Find(Ref{Provider: u.Provider, ID: u.ID, Position: u.Position})
		if c == nil || u.ID == "" && u.Name != fallbackName(c) || len(u.Fields) == 0 {
			continue
		}
		entry := d.doc.entry(c)
		if !slices.ContainsFunc(u.Fields, func(f UndoField) bool { return !holds(entry, f.Key, f.After) }) {
			return true, nil
		}
		before = before || !slices.ContainsFunc(u.Fields, func(f UndoField) bool {
			return (f.Before == nil || !strings.Contains(*f.Before, redact.Redacted)) && !holds(entry, f.Key, f.Before)
		})
	}
	return !before, nil
}

// holds reports whether the entry has a value, or no value if it is nil. The JSON encoding may
// differ, because agents re-encode the file. Tokens are compared by their fingerprints.
func holds(entry *jsonedit.Value, key string, value *string) bool {
	is, was := entry.RawOf(key), rawOrNull(value) // an absent key means null
	if is == nil {
		is = rawNull()
	}
	if redact.IsSecretKey(key) {
		is = []byte(*fingerprint(is))
	}
	return same(jsonedit.Text, is, was) || same(jsonedit.Number, is, was) || bytes.Equal(is, was)
}

// same reports whether two JSON values decode to the same value.
func same[T comparable](read func([]byte) (T, bool), a, b []byte) bool {
	x, ok := read(a)
	y, too := read(b)
	return ok && too && x == y
}
