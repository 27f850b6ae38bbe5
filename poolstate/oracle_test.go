package poolstate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
)

// This file is the tests' own reader of JSON. It shares nothing with the
// package's: what it says of an edited file is a second opinion.

// node is a JSON value and where it stands.
type node struct {
	start, end int
	isObject   bool
	members    []field
	items      []*node
}

type field struct {
	key              string
	keyStart, keyEnd int
	value            *node
}

// last is what a reader sees under a key that may be given twice.
func (n *node) last(key string) *field {
	if n == nil {
		return nil
	}
	for i := len(n.members) - 1; i >= 0; i-- {
		if n.members[i].key == key {
			return &n.members[i]
		}
	}
	return nil
}

type reader struct {
	data []byte
	at   int
}

var (
	scalar = regexp.MustCompile(`^(?:null|true|false|NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$`)
	text   = regexp.MustCompile(`(?s)^"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$`)

	errOracle = errors.New("the second reader finds no JSON")
)

// readJSON reads a whole file: JSON, a byte order mark before it, and the
// numbers that only Python writes.
func readJSON(data []byte) (*node, error) {
	r := &reader{data: data}
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		r.at = 3
	}
	n, err := r.value()
	if err != nil {
		return nil, err
	}
	if r.space(); r.at != len(data) {
		return nil, fmt.Errorf("%w at byte %d", errOracle, r.at)
	}
	return n, nil
}

func (r *reader) space() {
	for r.at < len(r.data) && bytes.IndexByte([]byte(" \t\r\n"), r.data[r.at]) >= 0 {
		r.at++
	}
}

// take consumes one byte if it is the next after white space.
func (r *reader) take(b byte) bool {
	r.space()
	if r.at < len(r.data) && r.data[r.at] == b {
		r.at++
		return true
	}
	return false
}

// text reads a string, with whatever bytes are in it.
func (r *reader) text() error {
	r.space()
	for end := r.at + 1; end < len(r.data); end++ {
		switch r.data[end] {
		case '\\':
			end++
		case '"':
			return r.match(text, end+1)
		}
	}
	return fmt.Errorf("%w: no end to the string at byte %d", errOracle, r.at)
}

// scalar reads what is no string, object or list.
func (r *reader) scalar() error {
	end := r.at
	for end < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:]}"), r.data[end]) < 0 {
		end++
	}
	return r.match(scalar, end)
}

func (r *reader) match(re *regexp.Regexp, end int) error {
	if !re.Match(r.data[r.at:end]) {
		return fmt.Errorf("%w at byte %d", errOracle, r.at)
	}
	r.at = end
	return nil
}

func (r *reader) value() (*node, error) {
	r.space()
	n := &node{start: r.at}
	var err error
	switch {
	case r.take('{'):
		n.isObject = true
		err = r.list('}', func() error { return r.field(n) })
	case r.take('['):
		err = r.list(']', func() error {
			item, err := r.value()
			n.items = append(n.items, item)
			return err
		})
	case r.at < len(r.data) && r.data[r.at] == '"':
		err = r.text()
	default:
		err = r.scalar()
	}
	n.end = r.at
	return n, err
}

func (r *reader) list(end byte, element func() error) error {
	if r.take(end) {
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if r.take(end) {
			return nil
		}
		if !r.take(',') {
			return fmt.Errorf("%w at byte %d", errOracle, r.at)
		}
	}
}

func (r *reader) field(n *node) error {
	r.space()
	f := field{keyStart: r.at}
	if err := r.text(); err != nil {
		return err
	}
	f.keyEnd = r.at
	if err := json.Unmarshal(r.data[f.keyStart:f.keyEnd], &f.key); err != nil {
		return err
	}
	if !r.take(':') {
		return fmt.Errorf("%w at byte %d", errOracle, r.at)
	}
	value, err := r.value()
	f.value = value
	n.members = append(n.members, f)
	return err
}

// wanted is a field of an entry as it shall be after an edit. An empty raw is a
// field that shall be gone.
type wanted struct{ key, raw string }

// checkEdited proves that after is before with nothing changed but the wanted
// fields of one entry and updated_at, down to every blank between them.
func checkEdited(before, after []byte, provider string, position int, want []wanted) error {
	b, err := readJSON(before)
	if err != nil {
		return err
	}
	a, err := readJSON(after)
	if err != nil {
		return fmt.Errorf("after the edit: %w", err)
	}
	was, is := entryAt(b, provider, position), entryAt(a, provider, position)
	if was == nil || is == nil {
		return fmt.Errorf("no entry %d of %q", position, provider)
	}
	if nothingWanted(before, was, want) {
		if !bytes.Equal(before, after) {
			return errors.New("there is nothing to change, yet bytes differ")
		}
		return nil
	}
	if raw := a.last("updated_at"); raw == nil || string(after[raw.value.start:raw.value.end]) != stamp {
		return errors.New("updated_at is not the time of the write")
	}
	if x, y := around(before, b, was, true), around(after, a, is, b.last("updated_at") != nil); !bytes.Equal(x, y) {
		return fmt.Errorf("something outside of the entry changed:\n%s\n%s", x, y)
	}
	return checkEntry(before, was, after, is, want)
}

func entryAt(top *node, provider string, position int) *node {
	n := top
	for _, key := range []string{"credential_pool", provider} {
		f := n.last(key)
		if f == nil {
			return nil
		}
		n = f.value
	}
	if position >= len(n.items) || !n.items[position].isObject {
		return nil
	}
	return n.items[position]
}

func nothingWanted(data []byte, entry *node, want []wanted) bool {
	for _, w := range want {
		raw := ""
		if f := entry.last(w.key); f != nil {
			raw = string(data[f.value.start:f.value.end])
		}
		if raw != w.raw {
			return false
		}
	}
	return true
}

// around is the file without the entry and without the value of updated_at; if
// that was not there before the edit, without all of it.
func around(data []byte, top, entry *node, stampWasThere bool) []byte {
	cuts := [][2]int{{entry.start, entry.end}}
	if f := top.last("updated_at"); f != nil {
		cut := [2]int{f.value.start, f.value.end}
		if !stampWasThere {
			cut[0] = top.members[len(top.members)-2].value.end
		}
		cuts = append(cuts, cut)
		if cuts[0][0] > cut[0] {
			cuts[0], cuts[1] = cuts[1], cuts[0]
		}
	}
	var out []byte
	at := 0
	for _, c := range cuts {
		out = append(out, data[at:c[0]]...)
		at = c[1]
	}
	return append(out, data[at:]...)
}

// checkEntry compares an entry before and after, member by member and gap by gap.
func checkEntry(before []byte, was *node, after []byte, is *node, want []wanted) error {
	values := map[string]string{}
	for _, w := range want {
		values[w.key] = w.raw
	}
	next := 0 // in is.members
	for i := range was.members {
		f := &was.members[i]
		raw, edited := values[f.key]
		if edited && raw == "" {
			continue // removed, and so are its duplicates
		}
		if !edited || f != was.last(f.key) {
			raw = string(before[f.value.start:f.value.end])
		}
		if next >= len(is.members) {
			return fmt.Errorf("%q is lost", f.key)
		}
		g := &is.members[next]
		gap := gapBefore(before, was, i)
		if next == 0 {
			gap = gapBefore(before, was, 0)
		}
		expect := gap + string(before[f.keyStart:f.value.start]) + raw
		if got := gapBefore(after, is, next) + string(after[g.keyStart:g.value.end]); got != expect {
			return fmt.Errorf("member %d is %q, want %q", next, got, expect)
		}
		next++
	}
	for _, w := range want {
		if w.raw == "" || was.last(w.key) != nil {
			continue
		}
		if next >= len(is.members) {
			return fmt.Errorf("%q was not added", w.key)
		}
		g := is.members[next]
		if got := string(after[g.value.start:g.value.end]); g.key != w.key || got != w.raw {
			return fmt.Errorf("%q: %s was added, want %q: %s", g.key, got, w.key, w.raw)
		}
		next++
	}
	if next != len(is.members) {
		return fmt.Errorf("%q is too much", is.members[next].key)
	}
	x, y := gapAfter(before, was), gapAfter(after, is)
	if len(is.members) == 0 && len(was.members) > 0 {
		x = gapBefore(before, was, 0) + x
	}
	if x != y {
		return fmt.Errorf("before the closing brace stands %q, want %q", y, x)
	}
	return nil
}

// gapBefore is what separates the i-th member from the one before it or from
// the brace.
func gapBefore(data []byte, n *node, i int) string {
	if i == 0 {
		return string(data[n.start+1 : n.members[0].keyStart])
	}
	return string(data[n.members[i-1].value.end:n.members[i].keyStart])
}

func gapAfter(data []byte, n *node) string {
	from := n.start + 1
	if len(n.members) > 0 {
		from = n.members[len(n.members)-1].value.end
	}
	return string(data[from : n.end-1])
}
