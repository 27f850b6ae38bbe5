package jsonedit

import (
	"bytes"
	"slices"
)

// Edit sets a member of an object, or removes it.
type Edit struct {
	Key string
	// Value is the new JSON value; nil removes the member and its duplicates. It is a
	// pointer so that fmt prints an address and not the value, which may be secret.
	Value *string
	// After is the key after which a new member is inserted, or "" for the beginning of
	// the object. If it is nil or the key does not exist, the member is added at the
	// end.
	After *string
}

// Editor collects edits to JSON text.
type Editor struct {
	data    []byte
	splices []splice
}

type splice struct {
	start, end int
	text       []byte
}

// NewEditor returns an editor for text that has been parsed.
func NewEditor(data []byte) *Editor { return &Editor{data: data} }

// Changed reports whether any edit changes the text.
func (e *Editor) Changed() bool { return len(e.splices) > 0 }

// Bytes returns the text with all edits applied.
func (e *Editor) Bytes() []byte {
	slices.SortStableFunc(e.splices, func(a, b splice) int { return a.start - b.start })
	out := make([]byte, 0, len(e.data)+1024)
	at := 0
	for _, s := range e.splices {
		if s.start > at {
			out = append(out, e.data[at:s.start]...)
		}
		out = append(out, s.text...)
		at = max(at, s.end)
	}
	return append(out, e.data[at:]...)
}

func (e *Editor) splice(start, end int, text []byte) {
	e.splices = append(e.splices, splice{start, end, text})
}

// Edit sets and removes members of an object in the text. Call it at most once per
// object, with at most one edit per key.
func (e *Editor) Edit(o *Value, edits []Edit) {
	var added []Edit
	removed := map[string]bool{}
	for _, ed := range edits {
		old := o.Find(ed.Key)
		switch {
		case ed.Value == nil:
			removed[ed.Key] = true
		case old == nil:
			added = append(added, ed)
		case string(old.Raw) != *ed.Value:
			e.splice(old.Start, old.End(), []byte(*ed.Value))
		}
	}
	e.add(o, e.remove(o, removed), added)
}

// remove removes the members with the given keys, including duplicates, and returns the
// remaining members.
func (e *Editor) remove(o *Value, keys map[string]bool) []Member {
	var kept []Member
	for i, m := range o.Members {
		if !keys[m.Key] {
			kept = append(kept, m)
			continue
		}
		start, end := m.NameStart, m.Value.End()
		switch {
		case len(kept) > 0: // also remove the comma before the member
			start = o.Members[i-1].Value.End()
		case i+1 < len(o.Members): // also remove the comma after the member
			end = o.Members[i+1].NameStart
		}
		e.splice(start, end, nil)
	}
	return kept
}

// add inserts new members with the same separators that the object already uses.
func (e *Editor) add(o *Value, kept []Member, added []Edit) {
	comma, colon := e.separators(o)
	type place struct {
		at    int
		front bool // before the first member, followed by a comma
	}
	end := place{at: o.Start + 1}
	if n := len(o.Members); n > 0 {
		end.at = o.Members[n-1].Value.End()
	}
	places := map[string]place{}
	for i, ed := range neighborsFirst(added) {
		p, found := end, false
		if ed.After != nil {
			if v := last(kept, *ed.After); v != nil && *ed.After != "" {
				p, found = place{at: v.End()}, true
			} else if *ed.After == "" && len(kept) > 0 {
				p = place{at: kept[0].NameStart, front: true}
			} else if q, isNew := places[*ed.After]; isNew {
				p, found = q, true
			}
		}
		text := slices.Concat(Quote(ed.Key), colon, []byte(*ed.Value))
		switch {
		case p.front:
			text = append(text, comma...)
		case found || i > 0 || len(kept) > 0:
			text = slices.Concat(comma, text)
		}
		places[ed.Key] = p
		e.splice(p.at, p.at, text)
	}
}

// neighborsFirst orders new members so that each one follows the new member that its After
// names.
func neighborsFirst(added []Edit) []Edit {
	var ordered []Edit
	for rest := slices.Clone(added); len(rest) > 0; {
		next := slices.IndexFunc(rest, func(ed Edit) bool {
			return ed.After == nil || !slices.ContainsFunc(rest, func(m Edit) bool { return m.Key == *ed.After })
		})
		next = max(next, 0) // in a cycle, any member may come first
		ordered = append(ordered, rest[next])
		rest = slices.Delete(rest, next, next+1)
	}
	return ordered
}

// separators returns the text between two members, and between a key and its value.
func (e *Editor) separators(o *Value) (comma, colon []byte) {
	n := len(o.Members)
	if n == 0 {
		return []byte(", "), []byte(": ")
	}
	m := &o.Members[n-1]
	colon = e.data[m.NameEnd:m.Value.Start]
	if n > 1 {
		return e.data[o.Members[n-2].Value.End():m.NameStart], colon
	}
	gap := e.data[o.Start+1 : m.NameStart]
	if len(gap) == 0 && bytes.HasSuffix(colon, []byte(" ")) {
		gap = []byte(" ") // the object is on one line but not minified
	}
	return append([]byte{','}, gap...), colon
}
