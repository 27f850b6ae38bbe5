package poolstate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

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
	traits     traits
	name, body span
	// lead is where what separates the member from the one before begins.
	lead int
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

// item is where an element of a provider's list stands. isEntry is false for an
// element that is no object. Its members are looked for when somebody asks: of
// ten thousand entries an edit asks for one.
type item struct {
	span
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

// listed is an entry and the number of the list in which it is.
type listed struct {
	span
	list int
}

// entries returns where the entries of the pool stand, from the first to the last.
func (doc *document) entries() []listed {
	var all []listed
	for i := range doc.providers {
		for _, it := range doc.providers[i].items {
			if it.isEntry {
				all = append(all, listed{it.span, i})
			}
		}
	}
	// A provider that is given twice stands in the place of its first one.
	slices.SortFunc(all, func(a, b listed) int { return a.start - b.start })
	return all
}

var byteOrderMark = []byte("\ufeff")

// parse indexes a store. It fails with a *SyntaxError when the bytes are no
// JSON object, and with ErrNotPool when the pool is no object.
func parse(data []byte) (*document, error) {
	doc := &document{data: data}
	err := doc.scan(newScanner(data))
	switch {
	case err == nil:
		return doc, nil
	case errors.Is(err, ErrNotPool):
		return nil, err
	}
	// A slower walk from token to token knows the place more exactly.
	s := newScanner(data)
	s.tokenwise = true
	return nil, s.locate(cmp.Or((&document{}).scan(s), err))
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
	// tokenwise makes it go into every object and array instead of reading whole
	// what nobody asks for.
	tokenwise bool
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

func (s *scanner) skip() error {
	if s.tokenwise {
		return s.dec.SkipValue()
	}
	_, err := s.dec.ReadValue()
	return err
}

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
	for s.kind() != '}' {
		name, err := s.value()
		if err != nil {
			return err
		}
		m := member{name: name}
		m.key, m.traits = keyName(s.data[name.start:name.end])
		if err := body(m.key); err != nil {
			return err
		}
		m.body = span{valueStart(s.data, name.end), s.offset()}
		o.members = append(o.members, m)
	}
	if _, err := s.dec.ReadToken(); err != nil {
		return err
	}
	o.end = s.offset()
	return nil
}

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
	isEntry := s.kind() == '{'
	if isEntry && s.tokenwise {
		return s.object(&object{}, func(string) error { return s.skip() })
	}
	at, err := s.value()
	l.items = append(l.items, item{at, isEntry})
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
