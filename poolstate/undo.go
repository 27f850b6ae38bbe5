package poolstate

import (
	"bytes"
	"context"
	"errors"
	"time"
)

// Undo is what it takes to take back one effect of an action: the fields as
// they were and as the action left them. It holds no secret, since resets and
// holds touch none, and can be kept in a journal. Name tells entries without
// an id apart.
type Undo struct {
	Provider string      `json:"provider"`
	ID       string      `json:"id"`
	Position int         `json:"position"`
	Name     string      `json:"name,omitempty"`
	Fields   []UndoField `json:"fields"`
}

// UndoField is one field of an Undo. Before and After are JSON values as they
// stand in the file, nil where the entry does not have the key. Behind is the
// key that stood before it, empty for the first one.
type UndoField struct {
	Key    string  `json:"key"`
	Before *string `json:"before"`
	After  *string `json:"after"`
	Behind string  `json:"behind,omitempty"`
}

func (u *Undo) ref() Ref { return Ref{Provider: u.Provider, ID: u.ID, Position: u.Position} }

// undoOf records what a change of an entry will overwrite.
func (d *Draft) undoOf(c *Credential, ch Change) *Undo {
	o := d.object(placeOf(c))
	u := &Undo{Provider: c.Provider, ID: c.ID, Position: c.Position}
	if c.ID == "" {
		u.Name = fallbackName(c)
	}
	scrub := d.doc.scrubberOf(o)
	for _, e := range ch.edits {
		f := UndoField{Key: e.key}
		if raw := e.raw(); raw != nil {
			f.After = new(string(raw))
		}
		behind := ""
		for _, m := range o.members {
			if m.key == e.key {
				f.Before = new(scrubbedRaw(d.doc.data[m.body.start:m.body.end], scrub))
				f.Behind = scrub.clean(behind) // a key may quote a secret, and is missed then
			}
			behind = m.key
		}
		u.Fields = append(u.Fields, f)
	}
	return u
}

// scrubberOfAll returns what takes the secrets of every entry out of a text
// that may go to any of them.
func (d *Draft) scrubberOfAll() *scrubber {
	s := &scrubber{}
	var members []member
	for i := range d.doc.providers {
		for _, it := range d.doc.providers[i].items {
			if !it.isEntry {
				continue
			}
			members = membersAt(d.doc.data, it.start, members)
			for j := range members {
				s.addMember(d.doc.data, &members[j])
			}
		}
	}
	return s
}

// scrubbedRaw returns a JSON value as it stands, except for strings in it that
// quote a secret of its entry: a journal must not hold that.
func scrubbedRaw(raw []byte, s *scrubber) string {
	out := make([]byte, 0, len(raw))
	for at := 0; at < len(raw); {
		end := at + 1
		if raw[at] == '"' {
			end = textEnd(raw, at)
		}
		piece := raw[at:end]
		if text, isText := textOf(piece); isText {
			if clean := s.clean(text); clean != text {
				piece = rawText(clean)
			}
		}
		out, at = append(out, piece...), end
	}
	return string(out)
}

// Undo takes effects back, each only if the file still holds what the action
// wrote; one that somebody has changed since is left alone and reported as
// refused.
func (s *Store) Undo(ctx context.Context, undos []Undo) (Outcome, error) {
	var out Outcome
	err := s.Update(ctx, func(d *Draft) error {
		out = d.undoAll(undos, s)
		return nil
	})
	return settled(out, err)
}

// PlanUndo is what Undo would do now. It locks and writes nothing.
func (s *Store) PlanUndo(undos []Undo) (Outcome, error) {
	d, err := s.look()
	if err != nil {
		return Outcome{}, err
	}
	return d.undoAll(undos, s), nil
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
		gone := Credential{Ref: u.ref()}
		return Effect{Before: gone, After: gone, Refused: true, Reason: "no longer in the file"}
	}
	e := Effect{Before: *c, After: *c}
	o := d.object(placeOf(c))
	for _, f := range u.Fields {
		if !d.holds(o, f) {
			return Effect{Before: *c, After: *c, Refused: true, Reason: "changed since; left alone"}
		}
		if IsSecretKey(f.Key) || f.Before != nil && !isValue([]byte(*f.Before)) {
			return Effect{Before: *c, After: *c, Refused: true, Reason: "its previous state cannot be read"}
		}
		edit := memberEdit{key: f.Key, body: f.Before}
		if f.Before != nil && f.After == nil {
			edit.behind = new(f.Behind)
		}
		e.change.edits = append(e.change.edits, edit)
		// What it was before may be an ISO instant without an offset.
		e.After.set(edit.key, edit.raw(), &values{loc: loc})
	}
	if e.change.IsEmpty() {
		e.Reason = "nothing to undo"
		return e
	}
	d.apply(c, e.change)
	return e
}

// holds reports whether the file still has what the action wrote, in whatever
// spelling: an agent that writes the file whole has its own.
func (d *Draft) holds(o *object, f UndoField) bool {
	is, was := rawNull(), rawNull() // which an absent key means as well
	if m, found := o.find(f.Key); found {
		is = d.doc.data[m.body.start:m.body.end]
	}
	if f.After != nil {
		was = []byte(*f.After)
	}
	if x, isText := textOf(is); isText {
		y, too := textOf(was)
		return too && x == y
	}
	if x, isNumber := numberOf(is); isNumber {
		y, too := numberOf(was)
		return too && x == y
	}
	return bytes.Equal(is, was)
}

// isValue reports whether raw is one JSON value and nothing else.
func isValue(raw []byte) bool {
	s := newScanner(raw)
	_, err := s.value()
	return err == nil && s.end() == nil
}

// object returns where an entry stands in the draft's document. The entry has
// to be one of the draft's pool.
func (d *Draft) object(at place) *object {
	for i := range d.doc.providers {
		if l := &d.doc.providers[i]; l.name == at.provider {
			return d.doc.entry(&l.items[at.position])
		}
	}
	return nil
}

// ErrNothingToUndo is the error of an undo without an action to take back.
var ErrNothingToUndo = errors.New("nothing to undo")
