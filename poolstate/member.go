package poolstate

import "bytes"

// The functions of this file walk over JSON that a scanner has read whole
// before. There nothing can be wrong any more, which makes the walk cheap.

// membersOf returns the members of the object that raw holds, nil when it holds
// something else.
func membersOf(raw []byte) []member {
	at := len(raw) - len(bytes.TrimPrefix(raw, byteOrderMark))
	for at < len(raw) && isSpace(raw[at]) {
		at++
	}
	if at == len(raw) || raw[at] != '{' {
		return nil
	}
	return membersAt(raw, at, nil)
}

// entry returns an entry of the document with its members.
func (doc *document) entry(it *item) *object {
	return &object{it.span, membersAt(doc.data, it.start, nil)}
}

// membersAt returns the members of the object that begins at a byte. They take
// the place of old ones, those of another object of the same data.
func membersAt(data []byte, start int, old []member) []member {
	members := old[:0]
	for at := start + 1; ; {
		var m member
		if n := len(members); n < len(old) && bytes.HasPrefix(data[at:], data[old[n].lead:old[n].body.start]) {
			// Entries look alike: nearly always, the key that comes next is the
			// one that stood in its place in the entry before.
			m = old[n]
			m.move(at - m.lead)
		} else {
			m.lead = at
			for isSpace(data[at]) || data[at] == ',' {
				at++
			}
			if data[at] == '}' {
				return members
			}
			m.name = span{at, textEnd(data, at)}
			m.key, m.traits = keyName(data[m.name.start:m.name.end])
			m.body.start = m.name.end
		}
		m.body.start = valueStart(data, m.body.start)
		m.body.end = valueEnd(data, m.body.start)
		members = append(members, m)
		at = m.body.end
	}
}

// move shifts what comes before the value by a number of bytes.
func (m *member) move(by int) {
	m.lead += by
	m.name.start += by
	m.name.end += by
	m.body.start += by
}

// valueStart returns where the value begins that comes next, behind its key.
func valueStart(data []byte, at int) int {
	for at < len(data) && (isSpace(data[at]) || data[at] == ':') {
		at++
	}
	return at
}

// valueEnd returns where the value ends that begins at a byte.
func valueEnd(data []byte, start int) int {
	switch data[start] {
	case '"':
		return textEnd(data, start)
	case '{', '[':
		return nestEnd(data, start)
	}
	at := start
	for at < len(data) && !isSpace(data[at]) && data[at] != ',' && data[at] != '}' && data[at] != ']' {
		at++
	}
	return at
}

// nestEnd returns where the object or array ends that begins at a byte.
func nestEnd(data []byte, start int) int {
	depth := 0
	for at := start; at < len(data); at++ {
		switch data[at] {
		case '"':
			at = textEnd(data, at) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return len(data)
}

// textEnd returns where the JSON string ends that begins at a byte.
func textEnd(raw []byte, start int) int {
	for at := start + 1; at < len(raw); at++ {
		quote := bytes.IndexByte(raw[at:], '"')
		if quote < 0 {
			break
		}
		at += quote
		slashes := 0 // a quote behind an odd number of them is one of the text
		for at-1-slashes > start && raw[at-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return at + 1
		}
	}
	return len(raw)
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }
