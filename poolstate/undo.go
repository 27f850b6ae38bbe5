package poolstate

import (
	"bytes"
	"context"
	"errors"
	"time"

	"pooltop/poolstate/internal/jsonedit"
	"pooltop/poolstate/internal/redact"
)

// Undo describes how to undo one effect of an action. It holds no secret, so it
// can be kept in a journal: resets and holds change none.
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
	// Before and After are JSON values, nil if the entry did not have the key.
	Before *string `json:"before"`
	After  *string `json:"after"`
	// Previous is the key in front of it, empty for the first key of the entry.
	Previous string `json:"behind,omitempty"`
}

func (u *Undo) ref() Ref { return Ref{Provider: u.Provider, ID: u.ID, Position: u.Position} }

// undoOf records what a change of an entry will overwrite. Text that quotes a
// secret of the entry is scrubbed, because a journal must not hold it.
func (d *Draft) undoOf(c *Credential, ch Change) *Undo {
	entry := d.doc.entry(c)
	u := &Undo{Provider: c.Provider, ID: c.ID, Position: c.Position}
	if c.ID == "" {
		u.Name = fallbackName(c)
	}
	var scrub redact.Scrubber
	addSecrets(&scrub, entry, false)
	for _, e := range ch.edits {
		f := UndoField{Key: e.Key, After: e.Value}
		previous := ""
		for i := range entry.Members {
			m := &entry.Members[i]
			if m.Key == e.Key {
				before, _ := jsonedit.MapText(m.Value.Raw, scrub.Clean) // it was parsed before
				f.Before = new(string(before))
				f.Previous = scrub.Clean(previous)
			}
			previous = m.Key
		}
		u.Fields = append(u.Fields, f)
	}
	return u
}

// Undo undoes effects of actions. A credential that was changed since is left
// alone and reported as refused.
func (s *Store) Undo(ctx context.Context, undos []Undo) (Outcome, error) {
	return s.updateWith(ctx, func(d *Draft) Outcome { return d.undoAll(undos, s) })
}

// PlanUndo returns what [Store.Undo] would do now. It takes no lock and writes
// nothing.
func (s *Store) PlanUndo(undos []Undo) (Outcome, error) {
	return s.planWith(func(d *Draft) Outcome { return d.undoAll(undos, s) })
}

func (d *Draft) undoAll(undos []Undo, s *Store) Outcome {
	out := Outcome{At: s.now()}
	for i := range undos {
		out.add(d.undo(&undos[i], s.loc))
	}
	return out
}

func (d *Draft) undo(u *Undo, loc *time.Location) Effect {
	c := d.pool.Find(u.ref())
	if c == nil || u.ID == "" && u.Name != fallbackName(c) {
		return refused(&Credential{Ref: u.ref()}, "no longer in the file")
	}
	e := Effect{Before: *c, After: *c}
	entry := d.doc.entry(c)
	for _, f := range u.Fields {
		if !holds(entry, f) {
			return refused(c, "changed since; left alone")
		}
		if redact.IsSecretKey(f.Key) || f.Before != nil && !isJSON(*f.Before) {
			return refused(c, "its previous state cannot be read")
		}
		edit := jsonedit.Edit{Key: f.Key, Value: f.Before}
		if f.Before != nil && f.After == nil {
			edit.After = new(f.Previous)
		}
		e.change.edits = append(e.change.edits, edit)
		e.After.apply(edit, loc) // it may restore an ISO instant without an offset
	}
	if e.change.IsEmpty() {
		return unchanged(c, "nothing to undo")
	}
	d.apply(c, e.change)
	return e
}

func isJSON(raw string) bool {
	_, err := jsonedit.Parse([]byte(raw))
	return err == nil
}

// holds reports whether the entry still has what the action wrote, in any
// spelling: an agent that rewrites the file uses its own.
func holds(entry *jsonedit.Value, f UndoField) bool {
	is, was := rawNull(), rawNull() // an absent key means null
	if v := entry.Find(f.Key); v != nil {
		is = v.Raw
	}
	if f.After != nil {
		was = []byte(*f.After)
	}
	if x, isText := jsonedit.Text(is); isText {
		y, too := jsonedit.Text(was)
		return too && x == y
	}
	if x, isNumber := jsonedit.Number(is); isNumber {
		y, too := jsonedit.Number(was)
		return too && x == y
	}
	return bytes.Equal(is, was)
}

// ErrNothingToUndo is the error of an undo if there was no action.
var ErrNothingToUndo = errors.New("nothing to undo")
