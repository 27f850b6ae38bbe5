package poolstate

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Top-level keys of the store.
const (
	keyPool      = "credential_pool"
	keyUpdatedAt = "updated_at"
)

// ErrNotPool is the error of a file that is JSON, but whose credential_pool is
// no object. Such a file is never written.
var ErrNotPool = errors.New("credential_pool is not an object")

// SyntaxError says where a file stops being JSON. It quotes nothing of the file,
// which may hold a secret at that very place.
type SyntaxError struct {
	Line, Column int  // 1-based; columns count bytes
	Empty        bool // nothing but white space
	NotObject    bool // JSON, but something else than an object
}

// Error returns one clause without the file's name.
func (e *SyntaxError) Error() string {
	switch {
	case e.Empty:
		return "the file is empty"
	case e.NotObject:
		return "the file holds no JSON object"
	}
	return fmt.Sprintf("not valid JSON at line %d, column %d", e.Line, e.Column)
}

// span is a range of bytes in a document.
type span struct{ start, end int }

// member is one key and value of an object.
type member struct {
	key        string
	name, body span
	known      bool // the key is one of knownKeys
}

// object is a JSON object in a document: its braces and its members in order.
type object struct {
	span
	members []member
}

// find returns the member that a reader sees under key: the last one.
func (o *object) find(key string) (member, bool) {
	for i := len(o.members) - 1; i >= 0; i-- {
		if o.members[i].key == key {
			return o.members[i], true
		}
	}
	return member{}, false
}

// item is an element of a provider's list. isEntry is false for an element that
// is no object.
type item struct {
	object
	isEntry bool
}

// listing is a provider's value. isList is false when it is no list.
type listing struct {
	name   string
	isList bool
	items  []item
}

// document is a parsed store: the bytes as they stand and where things are in
// them. The bytes are never rearranged, only cut and joined.
type document struct {
	data      []byte
	top       object
	hasPool   bool
	providers []listing
}

var byteOrderMark = []byte("\ufeff")

// parse indexes a store. It fails with a *SyntaxError when the bytes are no
// JSON object, and with ErrNotPool when the pool is no object.
func parse(data []byte) (*document, error) {
	s := newScanner(data)
	doc := &document{data: data}
	if err := doc.scan(s); err != nil {
		if errors.Is(err, ErrNotPool) {
			return nil, err
		}
		return nil, s.locate(err)
	}
	return doc, nil
}

func (doc *document) scan(s *scanner) error {
	var notPool bool
	err := s.object(&doc.top, func(key string) error {
		if key != keyPool {
			return s.skip()
		}
		doc.providers, doc.hasPool, notPool = nil, false, false // an earlier duplicate is shadowed
		switch s.kind() {
		case '{':
			doc.hasPool = true
			return doc.scanPool(s)
		case 'n':
		default:
			notPool = true
		}
		return s.skip()
	})
	if err != nil {
		return err
	}
	if err := s.end(); err != nil {
		return err
	}
	if notPool {
		return ErrNotPool
	}
	return nil
}

func (doc *document) scanPool(s *scanner) error {
	var pool object
	seen := map[string]int{}
	return s.object(&pool, func(name string) error {
		l := listing{name: name}
		var err error
		if s.kind() == '[' {
			l.isList = true
			err = s.array(func() error { return s.item(&l) })
		} else {
			err = s.skip()
		}
		if i, again := seen[name]; again {
			doc.providers[i] = l // as for every duplicate, the last one counts
			return err
		}
		seen[name] = len(doc.providers)
		doc.providers = append(doc.providers, l)
		return err
	})
}

// scanner walks over JSON and knows at which byte it stands.
type scanner struct {
	dec  *jsontext.Decoder
	data []byte
	skew int // bytes before the first one that the decoder sees
	// arena holds the members of all objects of one scan, so that a large pool
	// costs few allocations.
	arena []member
}

func newScanner(data []byte) *scanner {
	body := bytes.TrimPrefix(data, byteOrderMark)
	return &scanner{
		data: data,
		skew: len(data) - len(body),
		dec: jsontext.NewDecoder(bytes.NewBuffer(withoutNonFinite(body)),
			jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
}

func (s *scanner) kind() byte { return byte(s.dec.PeekKind()) }

func (s *scanner) offset() int { return int(s.dec.InputOffset()) + s.skew }

// value reads the next value whole and returns where it stands.
func (s *scanner) value() (span, error) {
	raw, err := s.dec.ReadValue()
	end := s.offset()
	return span{end - len(raw), end}, err
}

func (s *scanner) skip() error { return s.dec.SkipValue() }

// object reads an object and calls body for the value behind each key; body
// has to read that value.
func (s *scanner) object(o *object, body func(key string) error) error {
	if s.kind() != '{' {
		if _, err := s.dec.ReadValue(); err != nil {
			return err
		}
		return errNoObject
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return err
	}
	o.start = s.offset() - 1
	first := len(s.arena)
	for s.kind() != '}' {
		name, err := s.value()
		if err != nil {
			return err
		}
		m := member{name: name}
		m.key, m.known = keyName(s.data[name.start:name.end])
		if err := body(m.key); err != nil {
			return err
		}
		m.body = s.valueBefore(name.end)
		s.arena = append(s.arena, m)
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return err
	}
	o.end = s.offset()
	o.members = append([]member(nil), s.arena[first:]...)
	s.arena = s.arena[:first]
	return nil
}

// valueBefore returns where the value stands that was just read and that
// follows a key ending at nameEnd.
func (s *scanner) valueBefore(nameEnd int) span {
	start := nameEnd
	for start < len(s.data) && (isSpace(s.data[start]) || s.data[start] == ':') {
		start++
	}
	return span{start, s.offset()}
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// array reads an array and calls body for each element, which has to read it.
func (s *scanner) array(body func() error) error {
	if _, err := s.dec.ReadToken(); err != nil {
		return err
	}
	for s.kind() != ']' {
		if err := body(); err != nil {
			return err
		}
	}
	_, err := s.dec.ReadToken()
	return err
}

func (s *scanner) item(l *listing) error {
	if s.kind() != '{' {
		l.items = append(l.items, item{})
		return s.skip()
	}
	it := item{isEntry: true}
	err := s.object(&it.object, func(string) error { return s.skip() })
	l.items = append(l.items, it)
	return err
}

var (
	errNoObject = errors.New("not an object")
	errTrailing = errors.New("more after the end")
)

// end makes sure that nothing but white space follows.
func (s *scanner) end() error {
	for _, b := range s.data[s.offset():] {
		if !isSpace(b) {
			return errTrailing
		}
	}
	return nil
}

// locate turns an error of the scan into a place in the file.
func (s *scanner) locate(err error) error {
	at := s.offset()
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		at = int(syntactic.ByteOffset) + s.skew
	}
	at = min(max(at, 0), len(s.data))
	before := s.data[:at]
	return &SyntaxError{
		Line:      bytes.Count(before, []byte("\n")) + 1,
		Column:    at - (bytes.LastIndexByte(before, '\n') + 1) + 1,
		Empty:     len(bytes.TrimSpace(s.data)) == 0,
		NotObject: errors.Is(err, errNoObject),
	}
}

// membersOf returns the members of the object that raw holds.
func membersOf(raw []byte) []member {
	s := newScanner(raw)
	var o object
	_ = s.object(&o, func(string) error { return s.skip() }) // raw was read whole before
	return o.members
}
