package poolstate

import (
	"bytes"
	"slices"
)

// editor collects edits of a document and applies them in one go. What no edit
// touches stays byte for byte as it was.
type editor struct {
	doc     *document
	splices []splice
}

// splice replaces the bytes of a span.
type splice struct {
	span
	text []byte
}

// memberEdit sets a key of an object, or removes it when there is no body.
type memberEdit struct {
	key  string
	body hidden
	// behind, if not nil, is the key behind which a new member goes, empty for
	// the first place; else it goes to the end.
	behind *string
}

// raw returns the JSON value that is to be set, nil for a key to be removed.
func (e memberEdit) raw() []byte {
	if e.body == nil {
		return nil
	}
	return []byte(*e.body)
}

// edit sets and removes members of one object. Each object may be edited once
// per editor, each key once per object.
func (e *editor) edit(o *object, edits []memberEdit) {
	var added []memberEdit
	removed := map[string]bool{}
	for _, ed := range edits {
		m, found := o.find(ed.key)
		raw := ed.raw()
		switch {
		case raw == nil:
			removed[ed.key] = true
		case !found:
			added = append(added, ed)
		case !bytes.Equal(e.doc.data[m.body.start:m.body.end], raw):
			e.splices = append(e.splices, splice{m.body, raw})
		}
	}
	kept := e.remove(o, removed)
	e.add(o, kept, added)
}

// remove cuts every member with one of the keys, duplicates too: an earlier one
// would otherwise come to light. It returns what is left.
func (e *editor) remove(o *object, keys map[string]bool) []member {
	var kept []member
	for i, m := range o.members {
		if !keys[m.key] {
			kept = append(kept, m)
			continue
		}
		cut := span{m.name.start, m.body.end}
		switch {
		case len(kept) > 0:
			// From the end of the value before, so that its comma goes too.
			cut.start = o.members[i-1].body.end
		case i+1 < len(o.members):
			// The first ones go together with what separates them from the next.
			cut.end = o.members[i+1].name.start
		}
		e.splices = append(e.splices, splice{cut, nil})
	}
	return kept
}

// add puts new members where they belong, separated as the object separates
// its members now.
func (e *editor) add(o *object, kept []member, added []memberEdit) {
	comma, colon := e.separators(o)
	end := o.start + 1
	if len(o.members) > 0 {
		end = o.members[len(o.members)-1].body.end
	}
	type point struct {
		at      int
		leading bool // before the first member: the comma follows
	}
	places := map[string]point{}
	for i, ed := range neighboursFirst(added) {
		text := append(rawText(ed.key), colon...)
		text = append(text, ed.raw()...)
		p := point{at: end}
		m, found := neighbour(kept, ed.behind)
		switch {
		case found && *ed.behind == "":
			p = point{m.name.start, true}
		case found:
			p.at = m.body.end
		case ed.behind != nil:
			// Perhaps behind a member that is added as well.
			if q, too := places[*ed.behind]; too {
				p, found = q, true
			}
		}
		switch {
		case p.leading:
			text = append(text, comma...)
		case found || i > 0 || len(kept) > 0:
			text = append(bytes.Clone(comma), text...)
		}
		places[ed.key] = p
		e.splices = append(e.splices, splice{span{p.at, p.at}, text})
	}
}

// neighboursFirst puts new members behind the ones, new as well, behind which
// they belong.
func neighboursFirst(added []memberEdit) []memberEdit {
	var ordered []memberEdit
	for rest := added; len(rest) > 0; {
		next := slices.IndexFunc(rest, func(ed memberEdit) bool {
			return ed.behind == nil || !slices.ContainsFunc(rest, func(m memberEdit) bool { return m.key == *ed.behind })
		})
		next = max(next, 0) // in a circle, somebody has to come first
		ordered = append(ordered, rest[next])
		rest = slices.Delete(slices.Clone(rest), next, next+1)
	}
	return ordered
}

// neighbour returns the member beside which a new one goes: the last one with
// the key, or the first one for an empty key. One that is being removed is no
// neighbour.
func neighbour(kept []member, behind *string) (member, bool) {
	switch {
	case behind == nil || len(kept) == 0:
		return member{}, false
	case *behind == "":
		return kept[0], true
	}
	return (&object{members: kept}).find(*behind)
}

// separators returns what stands between two members of the object and between
// a key and its value.
func (e *editor) separators(o *object) (comma, colon []byte) {
	data := e.doc.data
	switch n := len(o.members); {
	case n >= 2:
		a, b := o.members[n-2], o.members[n-1]
		return data[a.body.end:b.name.start], data[b.name.end:b.body.start]
	case n == 1:
		m := o.members[0]
		colon = data[m.name.end:m.body.start]
		gap := data[o.start+1 : m.name.start]
		if len(gap) == 0 && bytes.HasSuffix(colon, []byte(" ")) {
			gap = []byte(" ") // all on one line, but not minified
		}
		return append([]byte{','}, gap...), colon
	}
	return []byte(", "), []byte(": ")
}

// apply returns the document with all edits made.
func (e *editor) apply() revision {
	slices.SortStableFunc(e.splices, func(a, b splice) int { return a.start - b.start })
	return revision{
		text:  spliced(e.doc.data, e.splices),
		proof: spliced(e.doc.data, e.shortened()).join(),
	}
}

// shortened returns the splices together with others that make an empty object
// of what no edit touches: an entry, or several of a list in a row with what
// separates them.
func (e *editor) shortened() []splice {
	var all []splice
	rest, empty := e.splices, []byte("{}")
	list := -1 // of which the last splice shortens entries
	for _, entry := range e.doc.entries() {
		next := slices.IndexFunc(rest, func(s splice) bool { return s.start >= entry.start })
		if next < 0 {
			next = len(rest)
		}
		if next > 0 {
			all, rest, list = append(all, rest[:next]...), rest[next:], -1
		}
		reachedInto := len(all) > 0 && all[len(all)-1].end > entry.start
		edited := len(rest) > 0 && rest[0].start < entry.end
		switch {
		case edited || reachedInto:
			list = -1
		case entry.list == list:
			all[len(all)-1].end = entry.end
		default:
			all, list = append(all, splice{entry.span, empty}), entry.list
		}
	}
	return append(all, rest...)
}
